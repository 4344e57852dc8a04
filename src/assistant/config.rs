//! `[assistant]`: what the business says of it, and whether it can work so.

use std::collections::BTreeMap;

use super::{handoff, limits, memory, policy};
use crate::llm;

/// All sections of one business, with what `[businesses.NAME]` says.
#[derive(Clone, Debug)]
pub struct BusinessConfig {
    /// `[llm]`.
    pub llm: llm::Config,
    /// `[assistant]`.
    pub assistant: Config,
    /// `[policy]`.
    pub policy: policy::Config,
    /// `[handoff]`.
    pub handoff: handoff::Config,
    /// `[memory]`.
    pub memory: memory::Config,
    /// `[limits]`.
    pub limits: limits::Config,
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
    /// Files of what the business knows, with `*` and `**`.
    pub knowledge: Vec<String>,
    /// Where taught answers are kept; [`crate::knowledge::answers::file_of`]
    /// the business if it does not say.
    pub answers_file: Option<std::path::PathBuf>,
    /// Whether the first reply to a person begins with who writes.
    pub introduce: bool,
    /// Those words, by language; ours where there are none.
    pub first_contact: BTreeMap<String, String>,
    /// The page that says what becomes of people's data.
    pub privacy_url: Option<url::Url>,
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

/// What can't be 0 without silencing the assistant.
pub(super) fn check_numbers(all: &BusinessConfig) -> Result<(), String> {
    let BusinessConfig { llm, assistant: config, memory, .. } = all;
    let numbers = [
        ("assistant.deadline_s", config.deadline_s, 1),
        ("memory.budget_tokens", memory.budget_tokens.into(), 1000),
        ("llm.timeout_s", llm.timeout_s, 1),
        ("llm.max_output_tokens", llm.max_output_tokens.into(), 1),
    ];
    match numbers.into_iter().find(|(_, value, least)| value < least) {
        Some((key, value, least)) => {
            Err(format!("{key} = {value} is too small; write at least {least}"))
        }
        None => Ok(()),
    }
}

/// The business's own words, with what to call them in an error.
pub(super) fn instructions(config: &Config) -> Result<(String, String), String> {
    match &config.instructions_file {
        None => Ok(("assistant.instructions".to_owned(), config.instructions.clone())),
        Some(file) => match std::fs::read_to_string(file) {
            Ok(text) => Ok((file.display().to_string(), text)),
            Err(e) => Err(format!(
                "assistant.instructions_file = \"{}\" can't be read: {e}; correct the path or remove the key",
                file.display()
            )),
        },
    }
}
