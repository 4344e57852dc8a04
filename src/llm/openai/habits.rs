//! What a model's server turned out not to take, remembered for as long as
//! the process lives, so that it is asked wrongly only once.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use super::transport::Upstream;
use crate::llm::TokenParam;

/// Stands among the refused fields for "a system message after the first".
const LATE_SYSTEM: &str = "late system message";
const TOOLS: &str = "tools";
const MAX_TOKENS: &str = "max_tokens";
const MAX_COMPLETION_TOKENS: &str = "max_completion_tokens";

/// What each model refuses.
pub(super) struct Habits {
    /// In the order they are tried.
    token_fields: &'static [&'static str],
    /// What is left out, or said another way, once it is refused.
    optional: &'static [&'static str],
    refused: Mutex<HashMap<String, HashSet<&'static str>>>,
}

impl Habits {
    /// `newer` = the server is OpenAI's own, which wants the newer name.
    pub fn new(param: TokenParam, newer: bool) -> Self {
        let token_fields: &[&str] = match (param, newer) {
            (TokenParam::Auto, true) => &[MAX_COMPLETION_TOKENS, MAX_TOKENS],
            (TokenParam::Auto, false) => &[MAX_TOKENS, MAX_COMPLETION_TOKENS],
            (TokenParam::MaxTokens, _) => &[MAX_TOKENS],
            (TokenParam::MaxCompletionTokens, _) => &[MAX_COMPLETION_TOKENS],
        };
        let optional: &[&str] = match param {
            TokenParam::Auto => {
                &[MAX_TOKENS, MAX_COMPLETION_TOKENS, "temperature", "reasoning_effort"]
            }
            // Written down by the operator: an error says so, nobody guesses.
            TokenParam::MaxTokens | TokenParam::MaxCompletionTokens => {
                &["temperature", "reasoning_effort"]
            }
        };
        Self { token_fields, optional, refused: Mutex::default() }
    }

    /// The name of the field that limits the output, if it takes any.
    pub fn token_field(&self, model: &str) -> Option<&'static str> {
        self.token_fields.iter().copied().find(|field| !self.is_refused(model, field))
    }

    /// Whether a system message may stand inside the dialog.
    pub fn late_system(&self, model: &str) -> bool {
        !self.is_refused(model, LATE_SYSTEM)
    }

    /// Whether it may be offered tools.
    pub fn takes_tools(&self, model: &str) -> bool {
        !self.is_refused(model, TOOLS)
    }

    /// Whether this field has been refused.
    pub fn is_refused(&self, model: &str, field: &str) -> bool {
        self.lock().get(model).is_some_and(|refused| refused.contains(field))
    }

    /// `true` = the answer taught something new: ask again.
    pub fn learn(&self, model: &str, upstream: &Upstream, sent: &Map<String, Value>) -> bool {
        let Some(field) = self.blamed(upstream, sent) else { return false };
        let new = self.lock().entry(model.to_owned()).or_default().insert(field);
        if new {
            tracing::info!(
                llm.model = model,
                llm.field = field,
                "the model does not take this: from now on it is left out"
            );
        }
        new
    }

    /// What the answer says it does not take, of what was sent.
    fn blamed(&self, upstream: &Upstream, sent: &Map<String, Value>) -> Option<&'static str> {
        let text = upstream.body.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let fields = self.optional.iter().filter(|field| sent.contains_key(**field));
        let first = fields.filter_map(|field| Some((text.find(*field)?, *field))).min();
        match upstream.status? {
            400 | 404 | 422 | 500 if sent.contains_key(TOOLS) && says(&NO_TOOLS) => Some(TOOLS),
            400 | 422 if first.is_some() && says(&REFUSALS) => first.map(|(_, field)| field),
            400 | 422 | 500 if text.contains("system") && says(&ORDER) => Some(LATE_SYSTEM),
            _ => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, HashSet<&'static str>>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How servers say that they don't know or don't take a field.
const REFUSALS: [&str; 10] = [
    "unsupported",
    "not support",
    "unrecognized",
    "unknown",
    "unexpected",
    "not permitted",
    "not allowed",
    "extra_forbidden",
    "no longer",
    "deprecated",
];

/// How servers say that a model, or they as they were started, know no tools.
const NO_TOOLS: [&str; 6] = [
    "not support tools",
    "not support function",
    "support tool use",
    "tool choice requires",
    "tools param requires",
    "tools are not supported",
];

/// How chat templates say that a system message stands in the wrong place.
const ORDER: [&str; 5] = ["beginning", "role", "must be first", "first message", "alternate"];
