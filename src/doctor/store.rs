//! The store: held by an olifant that answers, or one that opens.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tokio::net::UnixStream;

use super::finding::Finding;
use super::{Look, PATIENCE, pages};
use crate::domain::id::NumberName;
use crate::http::admin::{self, numbers::NumberLine};
use crate::store::{self, Store, StoreError};

/// How it stands, and the numbers in it.
pub struct Stands {
    /// What can be said of it.
    pub findings: Vec<Finding>,
    /// Why nothing goes out from a number.
    paused: BTreeMap<NumberName, String>,
}

impl Stands {
    /// That a number sends nothing.
    pub fn pause(&self, number: &NumberName) -> Option<Finding> {
        let why = self.paused.get(number)?;
        let what = format!("it is paused, and nothing is sent from it: {why}");
        let remedy = format!("olifant numbers resume {number}, once that is mended");
        Some(Finding::fault("number.paused", what, remedy, pages::OPERATE))
    }
}

/// Looks by the socket of the one that runs, or opens it.
pub async fn examine(look: &Look) -> Stands {
    let socket = admin::socket(&look.settings.store);
    let (opened, paused) = match UnixStream::connect(&socket).await {
        Ok(_) => held(look, &socket).await,
        Err(_) => free(look, &socket).await,
    };
    Stands { findings: [vec![opened], keys(look)].concat(), paused }
}

type Opened = (Finding, BTreeMap<NumberName, String>);

async fn held(look: &Look, socket: &Path) -> Opened {
    let shown = socket.display();
    match look.clock.timeout(PATIENCE, lines(socket)).await {
        Ok(Some(lines)) => {
            let what = format!("an olifant runs on it, and answers at {shown}");
            let paused = lines.into_iter().filter_map(|line| Some((line.name, line.paused?)));
            (Finding::ok("store.open", what), paused.collect())
        }
        _ => {
            let what = format!("an olifant holds it and does not answer at {shown}");
            let remedy = "look at its log; if it hangs, end it and start it again";
            (Finding::fault("store.silent", what, remedy, pages::OPERATE), BTreeMap::new())
        }
    }
}

async fn lines(socket: &Path) -> Option<Vec<NumberLine>> {
    let client = reqwest::Client::builder().unix_socket(socket).build().ok()?;
    client.get("http://admin/numbers").send().await.ok()?.json().await.ok()
}

async fn free(look: &Look, socket: &Path) -> Opened {
    let folder = socket.parent().unwrap_or(Path::new("."));
    if !folder.join("data").exists() {
        let shown = folder.display();
        let what = format!("there is no store in {shown} yet");
        let remedy = "olifant serve makes it; if there should be one, correct store.url";
        let note = Finding::note("store.none", what, remedy, pages::CONFIGURE);
        return (note, BTreeMap::new());
    }
    let (config, clock) = (look.settings.store.clone(), look.clock.clone());
    let wanted = look.settings.events.wanted().to_vec();
    let opened = tokio::task::spawn_blocking(move || store::open(&config, &wanted, clock)).await;
    match opened {
        Ok(Ok(store)) => stopped(look, store).await,
        Ok(Err(error)) => (closed(look, &error), BTreeMap::new()),
        Err(_) => (Finding::unchecked("store.open", "it can't be opened"), BTreeMap::new()),
    }
}

async fn stopped(look: &Look, store: Arc<dyn Store>) -> Opened {
    let mut paused = BTreeMap::new();
    for (name, _) in look.numbers() {
        let state = store.number(name).await.ok();
        paused.extend(state.and_then(|state| Some((name.clone(), state.paused?.reason))));
    }
    // The last handle closes it, which waits for its disk.
    let closed = tokio::task::spawn_blocking(move || drop(store)).await;
    let what = match closed {
        Ok(()) => "it opens; no olifant runs on it now",
        Err(_) => "it opens, and does not close",
    };
    (Finding::ok("store.open", what), paused)
}

fn closed(look: &Look, error: &StoreError) -> Finding {
    let what = look.settings.explain(&error.to_string()).0;
    let (id, remedy) = match error {
        StoreError::Held(_) => (
            "store.held",
            "another command is at work on it: wait; else end the olifant that holds it",
        ),
        StoreError::Misconfigured(_) => {
            ("store.key", "give the key that it was sealed under, by store.key or store.key_file")
        }
        _ => ("store.broken", "restore a backup into a fresh folder; nothing was deleted"),
    };
    Finding::fault(id, what, remedy, pages::OPERATE)
}

fn keys(look: &Look) -> Vec<Finding> {
    let config = &look.settings.store;
    let sealed = match &config.key {
        Some(_) => Finding::ok("store.sealed", "what it holds is sealed under store.key"),
        None => Finding::note(
            "store.unsealed",
            "there is no store.key: whoever gets its folder can read all of it",
            "olifant key new > secrets/store_key, and set store.key_file = \"secrets/store_key\"",
            pages::MEMORY,
        ),
    };
    let previous = config.key_previous.as_ref().map(|_| {
        let what = "store.key_previous is still set";
        let remedy = "take it out: the store is under store.key since the last start";
        Finding::note("store.key_previous", what, remedy, pages::MEMORY)
    });
    std::iter::once(sealed).chain(previous).collect()
}
