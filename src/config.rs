//! The configuration: `config/default.toml`, the user's file over it, the
//! environment on top; read into the sections' own structs and checked. Every
//! error is one line that names the key, where it comes from and the remedy.

pub mod draft;
pub mod reference;

mod backup;
mod businesses;
mod layers;
mod memory_api;
mod misnamed;
pub mod numbers;
mod operators;
mod section;
mod server;
mod telling;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use config::Value;
use tokio::sync::watch;

use crate::assistant::BusinessConfig;
use crate::domain::id::{Business, NumberName};
use crate::provider::NumberConfig;
use crate::worker::{backups, catch_up, deliveries, jobs};
use crate::{http, store};
use layers::{SECRETS, get, origin, table};
use section::read;

/// What a running program can't change.
const FIXED: &[&str] = &[
    "server",
    "store",
    "backup",
    "numbers",
    "twilio",
    "sending",
    "events",
    "alerts",
    "memory_api",
];

/// All there is at the top.
const SECTIONS: &[&str] = &[
    "server",
    "store",
    "backup",
    "numbers",
    "twilio",
    "llm",
    "assistant",
    "sending",
    "policy",
    "handoff",
    "memory",
    "memory_api",
    "limits",
    "events",
    "alerts",
    "businesses",
];

/// Stands for a public URL that a tunnel will have: without one some
/// configurations can't be read.
pub const PROMISED_URL: &str = "https://tunnel.invalid";

/// The configuration that nobody has to name.
pub const USUAL_FILE: &str = "olifant.toml";

/// Keys that had another name in the minor version before this one.
const RENAMED: &[Renamed] =
    &[Renamed { old: "assistant.history_tokens", new: "memory.budget_tokens" }];

/// Where the configuration is read from, again and again.
#[derive(Clone, Default)]
pub struct Sources {
    /// The user's file.
    pub file: Option<PathBuf>,
    /// The environment; only `OLIFANT__…` and `OPENAI_API_KEY` are looked at.
    pub env: BTreeMap<String, String>,
    /// TOML over everything else. When set, the user's own server, store,
    /// backup, numbers, businesses, events and alerts don't count.
    pub fixed: Option<String>,
    /// What happens when neither a key nor a server of the user's own is
    /// named: the demo answers, or it is an error.
    pub demo_without_model: bool,
    /// It needs neither a number nor a public URL: nobody but a terminal is to
    /// reach it.
    pub without_numbers: bool,
    /// While it is true, no model answers.
    pub model_hangs: Option<watch::Receiver<bool>>,
}

/// A key and what it is called now, both dotted, from the top.
#[derive(Clone, Copy, Debug)]
pub struct Renamed {
    /// As in the version before.
    pub old: &'static str,
    /// As it is now.
    pub new: &'static str,
}

/// The configuration, read and checked.
pub struct Settings {
    /// `[server]`.
    pub server: http::Config,
    /// `[store]`.
    pub store: store::Config,
    /// `[backup]`.
    pub backup: backups::Config,
    /// `[numbers.NAME]`.
    pub numbers: BTreeMap<NumberName, NumberConfig>,
    /// How each business answers.
    pub businesses: BTreeMap<Business, BusinessConfig>,
    /// `[twilio]`.
    pub twilio: catch_up::Config,
    /// `[sending]`.
    pub sending: deliveries::Config,
    /// `[memory_api]`.
    pub memory_api: http::memory_api::Config,
    /// `[events]`.
    pub events: jobs::Events,
    /// `[alerts]`.
    pub alerts: jobs::Alerts,
    /// One line for each old name that was used, and for what was written and
    /// does not count.
    pub warnings: Vec<String>,
    /// Where all this came from.
    pub sources: Sources,
    origins: BTreeMap<String, String>,
    fingerprints: BTreeMap<&'static str, u64>,
}

/// One line: the key, what is wrong, where it comes from, the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

impl Settings {
    /// Reads and checks everything.
    pub fn load(sources: Sources) -> Result<Self, Error> {
        load(sources, RENAMED)
    }

    /// The message of a part that checks its own values, with the place that
    /// the key it names comes from.
    pub fn explain(&self, message: &str) -> Error {
        let words = message.split(|c: char| !(c.is_alphanumeric() || "._-".contains(c)));
        let place = words.filter_map(|word| self.origins.get(word)).next();
        let place = place.cloned().or_else(|| self.sources.file_name());
        Error(place.map_or_else(|| message.to_owned(), |place| format!("{message} ({place})")))
    }

    /// Where a key comes from: a file's path or the name of a variable.
    pub fn origin(&self, key: &str) -> Option<&str> {
        self.origins.get(key).map(String::as_str)
    }

    /// The files in which secrets stand.
    pub fn secret_files(&self) -> BTreeSet<&Path> {
        let is_secret = |key: &str| key.rsplit('.').next().is_some_and(|k| SECRETS.contains(&k));
        let origins = self.origins.iter().filter(|(key, _)| is_secret(key));
        origins.map(|(_, origin)| Path::new(origin)).filter(|path| path.is_file()).collect()
    }

    /// The sections that differ and that only a restart can change.
    pub fn needs_restart(&self, other: &Self) -> Vec<&'static str> {
        let differs =
            |name: &&&str| self.fingerprints.get(**name) != other.fingerprints.get(**name);
        FIXED.iter().filter(differs).copied().collect()
    }
}

impl Sources {
    /// The user's file, which is [`USUAL_FILE`] if it is there and they name
    /// none, and this process's environment.
    pub fn new(file: Option<PathBuf>) -> Self {
        let usual = || Some(PathBuf::from(USUAL_FILE)).filter(|usual| usual.exists());
        // A variable that is not UTF-8 can't be one of ours.
        let env = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self { file: file.or_else(usual), env: env.collect(), ..Self::default() }
    }

    /// For what needs neither a number nor a model, and works without them.
    pub fn lenient(file: Option<PathBuf>) -> Self {
        Self { demo_without_model: true, without_numbers: true, ..Self::new(file) }
    }

    /// With this `server.public_url`, whatever a file says of it.
    pub fn reached_at(mut self, url: &str) -> Self {
        self.env.insert("OLIFANT__SERVER__PUBLIC_URL".to_owned(), url.to_owned());
        self
    }

    fn file_name(&self) -> Option<String> {
        self.file.as_ref().map(|path| path.display().to_string())
    }
}

fn load(sources: Sources, renamed: &[Renamed]) -> Result<Settings, Error> {
    let (mut tree, mut warnings) = tree(&sources, renamed)?;
    warnings.extend(misnamed::warnings(&sources.env));
    known_sections(&tree)?;
    warnings.extend(businesses::choose_model(&mut tree, &sources)?);
    let numbers = numbers::read_all(&tree, sources.without_numbers)?;
    let businesses = businesses::read_all(&tree, &numbers)?;
    warnings.extend(operators::warnings(&businesses, &numbers, &sources));
    let alerts = telling::alerts(&tree)?;
    warnings.extend(telling::warning(&alerts));
    operators::check(&businesses, &numbers, &alerts)?;
    Ok(Settings {
        server: server::read(&tree, &numbers, sources.without_numbers)?,
        store: store(&tree)?,
        backup: backup::read(&tree)?,
        businesses,
        twilio: read_section(&tree, "twilio")?,
        sending: read_section(&tree, "sending")?,
        memory_api: memory_api::read(&tree)?,
        events: telling::events(&tree)?,
        alerts,
        origins: origins(&tree),
        fingerprints: FIXED.iter().map(|name| (*name, fingerprint(&tree, name))).collect(),
        numbers,
        warnings,
        sources,
    })
}

fn tree(sources: &Sources, renamed: &[Renamed]) -> Result<(Value, Vec<String>), Error> {
    let mut tree = layers::defaults()?;
    let mut warnings = Vec::new();
    if let Some(path) = &sources.file {
        let layer = layers::file(path)?;
        warnings.extend(lay(&mut tree, layer, sources, renamed)?);
    }
    let layer = layers::environment(&sources.env, &tree);
    warnings.extend(lay(&mut tree, layer, sources, renamed)?);
    if let Some(fixed) = &sources.fixed {
        layers::overlay(&mut tree, layers::text(fixed)?);
    }
    layers::read_secrets(&mut tree, "")?;
    Ok((tree, warnings))
}

/// Lays one layer of the user's over the tree.
fn lay(
    tree: &mut Value,
    mut layer: Value,
    sources: &Sources,
    renamed: &[Renamed],
) -> Result<Vec<String>, Error> {
    if sources.fixed.is_some() {
        layers::without(
            &mut layer,
            &["server", "store", "backup", "numbers", "businesses", "events", "alerts"],
        );
    }
    let warnings = layers::rename(&mut layer, renamed);
    layers::overlay(tree, layer);
    Ok(warnings)
}

fn known_sections(tree: &Value) -> Result<(), Error> {
    let unknown = table(tree).and_then(|all| {
        all.iter()
            .filter(|(name, _)| !SECTIONS.contains(&name.as_str()))
            .min_by_key(|(name, _)| *name)
    });
    match unknown {
        Some((name, value)) => {
            // A table has no place of its own in an environment: its first leaf does.
            let place = layers::leaves(value).into_values().map(origin).next().unwrap_or_default();
            Err(section::unknown("", name, SECTIONS, &place))
        }
        None => Ok(()),
    }
}

fn read_section<T: serde::de::DeserializeOwned>(tree: &Value, name: &str) -> Result<T, Error> {
    read(get(tree, &[name]).unwrap_or(&layers::empty()), name, name)
}

fn store(tree: &Value) -> Result<store::Config, Error> {
    let config: store::Config = read_section(tree, "store")?;
    let place = || get(tree, &["store", "url"]).map(origin).unwrap_or_default();
    let what = match config.url.split_once(':') {
        Some((kind, path)) if store::KINDS.contains(&kind) => {
            if !path.is_empty() {
                return Ok(config);
            }
            "no folder"
        }
        _ => "no kind of store",
    };
    Err(Error(format!("store.url names {what}{}; write sled:PATH", place())))
}

fn origins(tree: &Value) -> BTreeMap<String, String> {
    let place = |value: &Value| value.origin().map(str::to_owned);
    layers::leaves(tree).into_iter().filter_map(|(key, value)| Some((key, place(value)?))).collect()
}

/// Tells whether a section changed without keeping its secrets around.
fn fingerprint(tree: &Value, name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (key, value) in get(tree, &[name]).map(layers::leaves).into_iter().flatten() {
        (key, value.to_string()).hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests;
