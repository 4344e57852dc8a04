//! What is kept of a turn once it is over.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::money::Money;

/// What is kept of a turn, in the row of its first reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnRecord {
    /// How it ended.
    pub verdict: Verdict,
    /// SHA-256 (hex) of all that the model was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Box<str>>,
    /// The model that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Tokens used, all calls together.
    #[serde(default)]
    pub usage: Usage,
    /// What they cost, if the price of the model is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// From the claim to the finish.
    pub took: Duration,
}

impl TurnRecord {
    /// A turn that asked no model.
    pub fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            told: None,
            model: None,
            usage: Usage::default(),
            cost: None,
            took: Duration::ZERO,
        }
    }
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The assistant answered.
    Answered,
    /// A canned line answered (a command, a policy).
    Said,
    /// Nobody is to be answered, and why.
    Silent(String),
    /// No answer could be made; the person got an honest line.
    Failed(String),
}

impl Verdict {
    /// Why nobody was answered, or nothing could be.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Answered | Self::Said => None,
            Self::Silent(reason) | Self::Failed(reason) => Some(reason),
        }
    }

    /// Its name in the log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Said => "said",
            Self::Silent(_) => "silent",
            Self::Failed(_) => "failed",
        }
    }
}

/// Tokens, as the model's server counts them; 0 where it doesn't.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Read by the model.
    pub input: u64,
    /// Of these, from its cache.
    pub cached: u64,
    /// Written by the model.
    pub output: u64,
    /// Of these, thinking.
    pub reasoning: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.cached += other.cached;
        self.output += other.output;
        self.reasoning += other.reasoning;
    }
}
