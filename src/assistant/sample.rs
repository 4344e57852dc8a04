//! A business and a person for tests.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{BusinessConfig, Config, Hours, Mind, handoff, limits, memory, policy};
use crate::clock::Clock;
use crate::domain::content::Content;
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, KeyId, MessageId, Number, PersonId, Position};
use crate::domain::memory::{Entry, Origin};
use crate::domain::message::{Attached, Message, Role, Status};
use crate::domain::pace::Rate;
use crate::domain::person::{Address, Alias, Link, Person, Phone};
use crate::domain::terms::Packed;
use crate::domain::turn::Turn;
use crate::llm;
use crate::llm::stand_in::http;
use crate::provider::Limits;
use crate::recollect::Shelves;
use crate::store::{self, Store};
use crate::tool::Situation;

/// A Thursday.
pub(crate) const NOW: &str = "2026-11-26T14:05:00Z";

pub(crate) fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

pub(crate) fn config() -> Config {
    Config {
        name: "Oli".into(),
        instructions: "Be kind.".into(),
        instructions_file: None,
        knowledge: vec![],
        answers_file: None,
        introduce: false,
        first_contact: std::collections::BTreeMap::new(),
        privacy_url: None,
        language: "en".into(),
        timezone: "UTC".into(),
        hours: Hours::default(),
        quiet_ms: 1000,
        quiet_max_ms: 6000,
        deadline_s: 120,
    }
}

/// Of the demo, which calls nobody.
pub(crate) fn llm() -> llm::Config {
    serde_json::from_value(serde_json::json!({
        "provider": "demo", "base_url": "", "api_key": "", "model": "demo",
        "fallback_models": [], "timeout_s": 1, "max_output_tokens": 1, "max_steps": 1,
        "token_param": "auto", "temperature": null, "reasoning_effort": null, "extra": {},
    }))
    .expect("a configuration")
}

pub(crate) fn business(llm: llm::Config) -> BusinessConfig {
    let (policy, handoff) = (policy(), handoff());
    BusinessConfig {
        llm,
        assistant: config(),
        policy,
        handoff,
        memory: memory(),
        limits: no_limits(),
    }
}

pub(crate) fn no_limits() -> limits::Config {
    limits::Config {
        turns_per_day: 0,
        tokens_per_day: 0,
        cost_per_day: 0.0,
        prices: std::collections::BTreeMap::new(),
        loop_turns: 0,
        loop_within_s: 10,
        loop_pause_s: 3600,
    }
}

pub(crate) fn memory() -> memory::Config {
    memory::Config {
        budget_tokens: 3000,
        knowledge_tokens: 500,
        profile_tokens: 200,
        summary_tokens: 200,
        recall_tokens: 300,
        state_keys: vec![],
        retention_days: 0,
        trace_days: 0,
        embeddings_url: None,
        embeddings_api_key: "".into(),
        embeddings_model: String::new(),
    }
}

pub(crate) fn policy() -> policy::Config {
    policy::Config {
        allow: vec![],
        deny: vec![],
        groups: false,
        max_age_s: 86_400,
        pause_after_human_s: 14_400,
    }
}

pub(crate) fn handoff() -> handoff::Config {
    handoff::Config { operators: vec!["+1 555 0190".into()], ..handoff::Config::default() }
}

pub(crate) fn mind(llm: llm::Config, clock: &Clock) -> Mind {
    Mind::build(business(llm), http(), clock.clone(), None).expect("a mind")
}

pub(crate) fn limits() -> Limits {
    let rate = Rate { every: Duration::ZERO, burst: 1 };
    Limits {
        text: 4096,
        quotes: true,
        reactions: true,
        languages: true,
        uploads: true,
        pair: rate,
        number: rate,
    }
}

pub(crate) fn message(seq: u64, text: &str) -> Message {
    Message {
        position: Position { seq, part: 0 },
        role: Role::Person,
        content: Content::Text(text.into()),
        at: now(),
        stored_at: now(),
        provider_id: None,
        attached: Attached::default(),
        status: Status::Received,
        failure: None,
        resent: None,
        terms: Packed::default(),
        otherwise: None,
        pricing: None,
        reaction: None,
        tokens: 5,
        turn: None,
    }
}

pub(crate) fn turn(texts: &[&str]) -> Turn {
    let phone = Phone::parse("+1 555 0100").expect("a number");
    let number = Number { name: "shop".into(), business: "main".into() };
    let (id, person) = (ConversationId::from_bytes([1; 16]), PersonId::from_bytes([2; 16]));
    let inbound: Vec<Message> = (1u64..).zip(texts).map(|(seq, text)| message(seq, text)).collect();
    Turn {
        conversation: Conversation {
            heard_at: now(),
            next_seq: inbound.len() as u64 + 1,
            ..Conversation::new(id, person, KeyId::default(), number, Address::Phone(phone.clone()))
        },
        person: Person {
            id: person,
            business: "main".into(),
            aliases: vec![Link {
                alias: Alias::Phone(phone),
                number: "main".into(),
                since: NOW.parse().expect("a time"),
            }],
            name: Some("Ana".into()),
            opted_out: false,
            introduced: false,
            spent: Default::default(),
            key: KeyId::default(),
            archives: vec![],
            conversations: vec![("shop".into(), id)],
            since: now(),
        },
        inbound,
        attempt: 1,
        since: now(),
    }
}

pub(crate) fn entry(key: &str, value: &str) -> Entry {
    Entry {
        key: key.into(),
        value: value.into(),
        version: 1,
        created_at: now(),
        updated_at: now(),
        expires_at: None,
        origin: Origin::Model,
        cites: vec![],
        said: 1,
    }
}

/// A store of its own, and a turn over it.
pub(crate) struct Desk {
    pub store: Arc<dyn Store>,
    pub turn: Turn,
    /// What was said before.
    pub history: Vec<Message>,
    /// What is quoted beside it.
    pub quoted: Vec<String>,
    pub zone: jiff::tz::TimeZone,
    _folder: tempfile::TempDir,
}

impl Desk {
    pub fn new(texts: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sled:{}", folder.path().join("store").display());
        let config =
            store::Config { url, cache_mb: 1, min_free_mb: 0, key: None, key_previous: None };
        let store = store::open(&config, &[], Clock::manual(now())).expect("a store");
        let (turn, zone) = (turn(texts), jiff::tz::TimeZone::UTC);
        Self { store, turn, history: vec![], quoted: vec![], zone, _folder: folder }
    }

    pub fn shelves(&self) -> Shelves<'_> {
        Shelves::of(&*self.store)
    }

    pub fn shown(&self) -> Vec<(MessageId, &Message)> {
        let conversation = self.turn.conversation.id;
        let rows = self.history.iter().chain(&self.turn.inbound);
        rows.map(|row| (MessageId { conversation, position: row.position }, row)).collect()
    }

    pub fn situation<'a>(&'a self, shown: &'a [(MessageId, &'a Message)]) -> Situation<'a> {
        Situation {
            turn: &self.turn,
            shown,
            quoted: &self.quoted,
            shelves: self.shelves(),
            embeddings: None,
            called: &|_| Vec::new(),
            now: now(),
            zone: &self.zone,
            recall_tokens: 300,
        }
    }
}
