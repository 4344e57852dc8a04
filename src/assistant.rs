//! From a turn to what the person gets: may we answer, what is the model
//! told, what does it say, how does that fit into messages.

pub mod policy;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::event::Quiet;
use crate::domain::id::Business;
use crate::llm::{self, Model};

/// The minds of all businesses.
pub type Minds = HashMap<Business, Arc<Mind>>;

/// How one business answers: its configuration, read and checked. Replaced as
/// a whole when the files change.
pub struct Mind {
    /// Which model, and how.
    pub llm: llm::Config,
    /// `[assistant]`.
    pub config: Config,
    /// `[policy]`.
    pub policy: policy::Config,
    /// The model.
    pub model: Arc<dyn Model>,
}

/// To come.
pub struct Assistant;

impl Assistant {
    /// To come.
    pub fn new(
        _: tokio::sync::watch::Receiver<Arc<Minds>>,
        _: Arc<dyn crate::store::Transcript>,
        _: crate::clock::Clock,
    ) -> Self {
        Self
    }
}

impl Mind {
    /// To come.
    pub fn build(
        _: Config,
        _: policy::Config,
        _: llm::Config,
        _: reqwest::Client,
        _: crate::clock::Clock,
        _: Option<&std::path::Path>,
    ) -> Result<Self, String> {
        Err("to come".into())
    }

    /// How long a burst is waited for.
    pub fn quiet(&self) -> Quiet {
        use std::time::Duration;
        Quiet {
            settle: Duration::from_millis(self.config.quiet_ms),
            cap: Duration::from_millis(self.config.quiet_max_ms),
        }
    }
}

/// `[assistant]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What it is called.
    pub name: String,
    /// What the business tells it.
    pub instructions: String,
    /// The same, from a file (wins when set).
    pub instructions_file: Option<std::path::PathBuf>,
    /// The language of canned lines when the person's is not known: a code of
    /// `templates/reply/`.
    pub language: String,
    /// An IANA name (`America/Sao_Paulo`).
    pub timezone: String,
    /// `mon = "09:00-18:00"`, …, `closed = ["2026-12-25"]`; none = always open.
    pub hours: Hours,
    /// A burst is over after this long without another message.
    pub quiet_ms: u64,
    /// But at most this long after its first.
    pub quiet_max_ms: u64,
    /// From a turn's first message to the honest line, in seconds.
    pub deadline_s: u64,
    /// How much of the conversation the model sees.
    pub history_tokens: u32,
}

/// `assistant.hours`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hours {
    /// Days off, `YYYY-MM-DD`.
    pub closed: Vec<String>,
    /// `09:00-18:00`, or several spans with commas; absent = closed.
    pub mon: Option<String>,
    /// As `mon`.
    pub tue: Option<String>,
    /// As `mon`.
    pub wed: Option<String>,
    /// As `mon`.
    pub thu: Option<String>,
    /// As `mon`.
    pub fri: Option<String>,
    /// As `mon`.
    pub sat: Option<String>,
    /// As `mon`.
    pub sun: Option<String>,
}

/// Canned lines, by language, then by name.
pub type Replies = BTreeMap<String, BTreeMap<String, String>>;
