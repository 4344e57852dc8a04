//! The assistant, on a store that is thrown away: each case is asked by a
//! person nobody knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use serde_json::Value;

use super::super::Failure;
use super::super::admin_client::{Ask, Line};
use super::super::knowledge::chosen;
use super::Args;
use super::cases::Case;
use super::spent::Cost;
use crate::app::App;
use crate::assistant::{BusinessConfig, Mind};
use crate::clock::Clock;
use crate::config::{Settings, Sources};
use crate::domain::change::{Change, Subject};
use crate::domain::content::Content;
use crate::domain::id::{Business, MessageId};
use crate::domain::memory::{Origin, Write};
use crate::domain::person::{Alias, Person, Phone};
use crate::domain::record::{TurnRecord, Usage};
use crate::http::admin::chat::{Heard as Told, Line as Said};

/// Where the assistant is asked.
pub struct Desk {
    app: Arc<App>,
    line: Line,
    business: Business,
    mind: Arc<Mind>,
    judge: String,
    asked: AtomicU32,
    _folder: tempfile::TempDir,
}

/// What came of a case.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// What was said, a turn each.
    pub answers: Vec<String>,
    /// Why there was once no answer.
    pub reason: Option<String>,
    /// The tools that were called.
    pub tools: Vec<String>,
    /// Tokens of all turns.
    pub usage: Usage,
    /// What they cost, as far as it is known.
    pub cost: Cost,
}

impl Heard {
    /// The last answer.
    pub fn last(&self) -> &str {
        self.answers.last().map(String::as_str).unwrap_or_default()
    }
}

impl Desk {
    /// As configured, but for what would lead outside or keep something.
    pub async fn open(args: &Args) -> Result<Self, Failure> {
        let sources = Sources::new(args.config.clone());
        let sources = Sources { without_numbers: true, ..sources };
        let mut settings = Settings::load(sources)?;
        let business = chosen(&settings, args.business.as_deref())?;
        let folder = tempfile::tempdir().context("a temporary folder")?;
        settings.store.url = format!("sled:{}", folder.path().join("store").display());
        (settings.store.key, settings.store.key_previous) = (None, None);
        settings.store.min_free_mb = 0;
        let configured = settings.businesses.get(&business).context("the business is gone")?;
        let judge = configured.llm.model.clone();
        settings.businesses.values_mut().for_each(|config| adapt(config, args.model.as_deref()));
        let app = App::start(settings, Clock::system()).await?;
        let mind = app.assistant.mind(&business).context("the business has just gone")?;
        let line = Line::Process(app.clone());
        Ok(Self { app, line, business, mind, judge, asked: AtomicU32::new(0), _folder: folder })
    }

    /// Lets go of the store.
    pub async fn close(self) -> Result<(), Failure> {
        drop(self.app);
        self.line.hang_up().await
    }

    /// How the business answers.
    pub fn mind(&self) -> &Mind {
        &self.mind
    }

    /// Who answers.
    pub fn model(&self) -> &str {
        &self.mind.llm.model
    }

    /// Who judges: the configured model, so that all others are judged alike.
    pub fn judge(&self) -> &str {
        &self.judge
    }

    /// What tokens of a model cost.
    pub fn cost(&self, model: &str, usage: &Usage) -> Cost {
        Cost::of(model, usage, self.mind.limits.prices.get(model))
    }

    /// All that the person of this case says, one after the other.
    pub async fn ask(&self, case: &Case) -> Result<Heard, Failure> {
        let nth = self.asked.fetch_add(1, Ordering::Relaxed);
        let phone = format!("+1555{nth:07}");
        let alias = Phone::parse(&phone).map(Alias::Phone).context("a phone number")?;
        self.know(&alias, case).await?;
        let mut heard = Heard::default();
        for words in case.said() {
            let told: Told = self.line.ask(self.say(&phone, words)?).await?;
            let words: Vec<String> = told.told.iter().map(Content::as_text).collect();
            heard.answers.push(words.join("\n"));
            heard.reason = heard.reason.or(told.reason);
        }
        self.look(&alias, &mut heard).await?;
        Ok(heard)
    }

    fn say(&self, phone: &str, words: &str) -> Result<Ask, Failure> {
        let business = Some(self.business.clone());
        let said = Said {
            person: phone.to_owned(),
            business,
            text: Some(words.to_owned()),
            ..Said::default()
        };
        Ok(Ask::post("/chat", &said)?.at_leisure())
    }

    /// What is known of the person before.
    async fn know(&self, alias: &Alias, case: &Case) -> Result<(), Failure> {
        let write = |(key, value): (&String, &Value)| {
            Change::Remember(Box::new(Write::set(key, value.clone(), Origin::Operator)))
        };
        let writes: Vec<Change> = case.profile.iter().map(write).collect();
        if !writes.is_empty() {
            let subject = Subject::Known(self.business.in_chat(), alias.clone());
            self.app.store.apply(subject, writes).await.context("the profile")?;
        }
        Ok(())
    }

    /// What the turns took, and which tools they called.
    async fn look(&self, alias: &Alias, heard: &mut Heard) -> Result<(), Failure> {
        let store = &self.app.store;
        let person = store.find(&self.business.in_chat(), alias).await.context("the store")?;
        let conversations = person.iter().flat_map(Person::all_conversations);
        for id in conversations {
            let Some(conversation) = store.conversation(id).await.context("the store")? else {
                continue;
            };
            let rows = store.window(&conversation, conversation.next_seq, u32::MAX).await;
            for row in rows.context("the store")? {
                let Some(record) = row.turn else { continue };
                self.count(&record, heard);
                let turn = MessageId { conversation: id, position: row.position };
                let trace = store.trace(turn).await.context("the store")?;
                heard.tools.extend(trace.iter().flat_map(called));
            }
        }
        Ok(())
    }

    fn count(&self, record: &TurnRecord, heard: &mut Heard) {
        let model = record.model.as_deref().unwrap_or(self.model());
        heard.usage += record.usage;
        heard.cost += self.cost(model, &record.usage);
    }
}

/// Nothing is to be kept back, and no limit is to be met.
fn adapt(config: &mut BusinessConfig, model: Option<&str>) {
    config.memory.trace_days = config.memory.trace_days.max(1);
    config.limits.turns_per_day = 0;
    config.limits.tokens_per_day = 0;
    config.limits.cost_per_day = 0.0;
    if let Some(model) = model {
        config.llm.model = model.to_owned();
        config.llm.fallback_models.clear();
    }
}

/// The tools that a turn called, by its trace.
fn called(trace: &Value) -> Vec<String> {
    let completions = trace["completions"].as_array().into_iter().flatten();
    let calls = completions.filter_map(|one| one["calls"].as_array()).flatten();
    calls.filter_map(|call| call["name"].as_str()).map(str::to_owned).collect()
}
