//! The store: held by an olifant that answers, or one that opens.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::finding::Finding;
use super::{Look, PATIENCE, pages};
use crate::domain::id::NumberName;
use crate::http::admin::{self, numbers::NumberLine};
use crate::os;
use crate::store::{self, Store, StoreError};

/// Of the messages that are free each month, so many hundredths are nearly all.
const NEARLY_ALL: u64 = 80;

/// How it stands, and the numbers in it.
pub struct Stands {
    /// What can be said of it.
    pub findings: Vec<Finding>,
    numbers: BTreeMap<NumberName, Stand>,
}

/// How a number stands.
struct Stand {
    /// Why nothing is sent from it.
    paused: Option<String>,
    /// Messages of this month that count.
    delivered: u32,
    /// So many are free.
    free: u32,
}

impl Stands {
    /// What can be said of a number before its provider is asked.
    pub fn of(&self, number: &NumberName) -> Vec<Finding> {
        let Some(stand) = self.numbers.get(number) else { return Vec::new() };
        stand.pause(number).into_iter().chain(stand.bill()).collect()
    }
}

impl Stand {
    fn pause(&self, number: &NumberName) -> Option<Finding> {
        let why = self.paused.as_ref()?;
        let what = format!("it is paused, and nothing is sent from it: {why}");
        let remedy = format!("olifant numbers resume {number}, once that is mended");
        Some(Finding::fault("number.paused", what, remedy, pages::OPERATE))
    }

    fn bill(&self) -> Option<Finding> {
        let Self { delivered, free, .. } = self;
        (u64::from(*delivered) * 100 >= u64::from(*free) * NEARLY_ALL).then(|| {
            let what = format!("{delivered} of this month's {free} free messages are used");
            let remedy =
                "what arrives beyond them is billed: have a payment method at the provider";
            Finding::note("number.free_messages", what, remedy, pages::BILL)
        })
    }
}

/// Looks by the socket of the one that runs, or opens it.
pub async fn examine(look: &Look) -> Stands {
    let socket = admin::socket(&look.settings.store.url);
    let (opened, numbers) = match os::is_answered(&socket).await {
        true => held(look, &socket).await,
        false => free(look, &socket).await,
    };
    Stands { findings: [vec![opened], keys(look)].concat(), numbers }
}

type Opened = (Finding, BTreeMap<NumberName, Stand>);

async fn held(look: &Look, socket: &Path) -> Opened {
    let shown = socket.display();
    match look.clock.timeout(PATIENCE, lines(socket)).await {
        Ok(Some(lines)) => {
            let what = format!("an olifant runs on it, and answers at {shown}");
            let stand = |line: NumberLine| {
                let NumberLine { name, paused, delivered, free, .. } = line;
                (name, Stand { paused, delivered, free })
            };
            (Finding::ok("store.open", what), lines.into_iter().map(stand).collect())
        }
        _ => {
            let what = format!("an olifant holds it and does not answer at {shown}");
            let remedy = "look at its log; if it hangs, end it and start it again";
            (Finding::fault("store.silent", what, remedy, pages::OPERATE), BTreeMap::new())
        }
    }
}

async fn lines(socket: &Path) -> Option<Vec<NumberLine>> {
    let client = os::client(socket).build().ok()?;
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
    let mut numbers = BTreeMap::new();
    for (name, config) in look.numbers() {
        if let Ok(state) = store.number(name).await {
            let paused = state.paused.map(|pause| pause.reason);
            let (delivered, free) = (state.delivered, config.terms().free_service_messages);
            numbers.insert(name.clone(), Stand { paused, delivered, free });
        }
    }
    // The last handle closes it, which waits for its disk.
    let closed = tokio::task::spawn_blocking(move || drop(store)).await;
    let what = match closed {
        Ok(()) => "it opens; no olifant runs on it now",
        Err(_) => "it opens, and does not close",
    };
    (Finding::ok("store.open", what), numbers)
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
