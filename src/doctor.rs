//! What stands in the way of an answer: the configuration, the machine, the
//! model, and each number as its provider sees it. It mends nothing.
//!
//! To add a check: a function in the file of its group, with an id of its own.
//! What can't be looked at says so.

mod clock;
mod config;
mod disk;
mod door;
mod embeddings;
mod finding;
mod hooks;
mod knock;
mod meta;
mod model;
mod pages;
mod running;
mod server;
mod store;
mod twilio;

use std::time::Duration;

use futures_util::future::join_all;

use crate::assistant::BusinessConfig;
use crate::clock::Clock;
use crate::config::{Error, Settings};
use crate::domain::id::{Business, NumberName};
use crate::provider::NumberConfig;

use finding::told;
use server::Door;
use store::Stands;

pub use finding::{Finding, Group, Report, State};
pub use running::settings;

/// Whoever takes longer than this to answer is at fault.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why nothing that needs the network was looked at.
const OFFLINE: &str = "--offline";

/// What is looked at, and how.
pub struct Look {
    /// The configuration that the program is served with.
    pub settings: Settings,
    /// The program's own way out.
    pub http: reqwest::Client,
    /// The time.
    pub clock: Clock,
    /// Nobody is called.
    pub offline: bool,
    /// Only this number, with what all numbers need.
    pub number: Option<NumberName>,
    /// How the program that runs is configured otherwise.
    pub otherwise: Option<Finding>,
}

impl Look {
    /// Looked at is nothing, since nobody may be called.
    fn offline(&self, id: &'static str, what: &str) -> Option<Finding> {
        self.offline.then(|| Finding::unchecked(id, format!("{what}: {OFFLINE}")))
    }

    fn numbers(&self) -> impl Iterator<Item = (&NumberName, &NumberConfig)> {
        let wanted = |name: &NumberName| self.number.as_ref().is_none_or(|only| only == name);
        self.settings.numbers.iter().filter(move |(name, _)| wanted(name))
    }

    /// Those that one of these numbers speaks for; before there is a number, the
    /// one that it will speak for.
    fn businesses(&self) -> impl Iterator<Item = (&Business, &BusinessConfig)> {
        let nobody = self.settings.numbers.is_empty();
        let concerned = move |name: &Business| {
            nobody || self.numbers().any(|(_, config)| config.business() == *name)
        };
        self.settings.businesses.iter().filter(move |(name, _)| concerned(name))
    }
}

/// Looks at everything, at the same time where it can.
pub async fn examine(look: &Look) -> Report {
    let (stands, door) = tokio::join!(store::examine(look), server::examine(look));
    let numbers = look.numbers().map(|(name, config)| number(look, name, config, &stands, &door));
    let (disk, clock, models, embeddings, hooks, numbers) = tokio::join!(
        disk::examine(look),
        clock::examine(look),
        model::examine(look),
        embeddings::examine(look),
        hooks::examine(look),
        join_all(numbers),
    );
    let server = look.otherwise.iter().cloned().chain(door.findings).collect();
    let own = [
        Group::new("configuration", config::examine(look)),
        Group::new("store", stands.findings),
        Group::new("disk", disk),
        Group::new("clock", clock),
        Group::new("server", server),
    ];
    let groups = own.into_iter().chain(models).chain([embeddings, hooks].into_iter().flatten());
    Report { groups: groups.chain(numbers).collect() }
}

/// The configuration can't even be read: nothing else can be looked at.
pub fn unreadable(error: &Error) -> Report {
    let fault = told(State::Fault, "config.read", &error.0, pages::CONFIGURE);
    let rest = Finding::unchecked("config.rest", "all else, since it is configured there");
    Report { groups: vec![Group::new("configuration", vec![fault, rest])] }
}

async fn number(
    look: &Look,
    name: &NumberName,
    config: &NumberConfig,
    stands: &Stands,
    door: &Door,
) -> Group {
    let stands = stands.of(name);
    let rest = match config {
        NumberConfig::Meta(config) => meta::examine(look, name, config, door).await,
        NumberConfig::Twilio(config) => twilio::examine(look, name, config, door).await,
    };
    Group::new(&format!("numbers.{name}"), stands.into_iter().chain(rest).collect())
}
