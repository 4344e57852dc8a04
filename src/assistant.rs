//! From a turn to what the person gets: may we answer, what is the model
//! told, what does it say, how does that fit into messages.

mod context;
pub mod format;
pub mod handoff;
pub mod language;
mod markdown;
pub mod policy;
mod replies;
mod reply;
#[cfg(test)]
pub(crate) mod sample;
mod templates;
mod think;
mod time;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::domain::id::Business;
use crate::domain::lane::Quiet;
use crate::domain::person::Address;
use crate::domain::record::Verdict;
use crate::domain::turn::{Finished, Turn};
use crate::llm::{self, Model, Prompt};
use crate::provider::Limits;
use crate::store::{People, StoreError, Transcript};
use crate::tool::{TOOLS, Tool};
use context::Context;
use policy::Decision;
use replies::{Replies, Wish};
use templates::{Facts, Templates};
use think::Thinking;
use time::Schedule;

/// The minds of all businesses.
pub type Minds = HashMap<Business, Arc<Mind>>;

/// Turns questions into answers.
pub struct Assistant {
    minds: watch::Receiver<Arc<Minds>>,
    transcript: Arc<dyn Transcript>,
    people: Arc<dyn People>,
    clock: Clock,
}

impl Assistant {
    /// With minds that may be replaced at any time.
    pub fn new(
        minds: watch::Receiver<Arc<Minds>>,
        transcript: Arc<dyn Transcript>,
        people: Arc<dyn People>,
        clock: Clock,
    ) -> Self {
        Self { minds, transcript, people, clock }
    }

    /// How this business answers at the moment.
    pub fn mind(&self, business: &Business) -> Option<Arc<Mind>> {
        self.minds.borrow().get(business).cloned()
    }

    /// Whether and how a turn is answered; cheap, and reads nothing.
    pub fn decide(&self, turn: &Turn) -> Decision {
        match self.mind(&turn.conversation.number.business) {
            Some(mind) if handoff::is_operators(&mind.handoff, turn) => {
                Decision::silent("an operator wrote")
            }
            Some(mind) => policy::decide(&mind.policy, &mind.replies, turn, self.clock.now()),
            None => Decision::silent("the number's business is not configured"),
        }
    }

    /// Decides and, if it is to be answered, answers; messages fit the limits.
    /// A model that fails is no error: the person gets an honest line.
    pub async fn answer(&self, turn: &Turn, limits: Limits) -> Result<Finished, StoreError> {
        let began = self.clock.now();
        let Some(mind) = self.mind(&turn.conversation.number.business) else {
            return Ok(Finished::silent("the number's business is not configured"));
        };
        let mut finished = match handoff::is_operators(&mind.handoff, turn) {
            true => self.hear_operator(turn, &mind, limits).await?,
            false => self.answer_person(turn, &mind, limits).await?,
        };
        finished.record.took = since(began, self.clock.now());
        Ok(finished)
    }

    async fn hear_operator(
        &self,
        turn: &Turn,
        mind: &Mind,
        limits: Limits,
    ) -> Result<Finished, StoreError> {
        let (transcript, people) = (self.transcript.as_ref(), self.people.as_ref());
        let reads = handoff::Reads { transcript, people };
        handoff::operator::answer(&mind.desk(limits, self.clock.now()), &reads, turn).await
    }

    async fn answer_person(
        &self,
        turn: &Turn,
        mind: &Mind,
        limits: Limits,
    ) -> Result<Finished, StoreError> {
        let now = self.clock.now();
        Ok(match self.decide(turn) {
            Decision::Silent { reason: policy::WITH_A_HUMAN, .. } => {
                mind.desk(limits, now).overhear(turn)
            }
            Decision::Silent { reason, changes } => {
                Finished { changes, ..Finished::silent(reason) }
            }
            Decision::Say { line, changes } => {
                let context = self.context(turn, mind).await?;
                mind.say(turn, &context, limits, (line, changes), Verdict::Said)
            }
            Decision::Answer if mind.asks_for_a_human(turn) => {
                let context = self.context(turn, mind).await?;
                let request = mind.own_request(turn, &context);
                let thought = mind.hand_over(turn, &context, limits, now, &request);
                mind.reply(turn, &context, limits, thought, Verdict::Said)
            }
            Decision::Answer => {
                let context = self.context(turn, mind).await?;
                let answer = mind.answer(turn, &context, limits, &self.clock).await;
                match self.was_stopped(turn, mind).await {
                    true => Finished::silent("the person said STOP meanwhile"),
                    false => answer,
                }
            }
        })
    }

    async fn context(&self, turn: &Turn, mind: &Mind) -> Result<Context, StoreError> {
        Context::read(self.transcript.as_ref(), turn, mind.config.history_tokens).await
    }

    /// Whether a STOP waits for the next turn. Who can't read it now answers.
    async fn was_stopped(&self, turn: &Turn, mind: &Mind) -> bool {
        let next = turn.conversation.next_seq;
        let now = self.transcript.conversation(turn.conversation.id).await.ok().flatten();
        let Some(now) = now.filter(|now| now.next_seq > next) else { return false };
        let rows = self.transcript.window(&now, now.next_seq, NEWEST).await.unwrap_or_default();
        let mut new = rows.iter().filter(|row| row.position.seq >= next);
        new.any(|row| policy::wish(&mind.replies, row) == Some(Wish::Stop))
    }

    /// The honest line for a turn that could not even be read.
    pub fn apologise(&self, turn: &Turn, limits: Limits, reason: &str) -> Finished {
        match self.mind(&turn.conversation.number.business) {
            Some(mind) => mind.give_up(turn, &Context::default(), limits, reason.to_owned()),
            None => Finished::silent("the number's business is not configured"),
        }
    }
}

/// How one business answers: its configuration, read and checked. Replaced as
/// a whole when the files change.
pub struct Mind {
    /// Which model, and how.
    pub llm: llm::Config,
    /// `[assistant]`.
    pub config: Config,
    /// `[policy]`.
    pub policy: policy::Config,
    /// `[handoff]`.
    pub handoff: handoff::Config,
    /// The model.
    pub model: Arc<dyn Model>,
    tools: &'static [&'static dyn Tool],
    templates: Templates,
    replies: Replies,
    schedule: Schedule,
}

impl Mind {
    /// Reads and checks everything that answering needs. `templates_dir` has
    /// the shape of `templates/`; what it lacks is compiled in. The error is
    /// one line that names the key, or file and line, and the remedy.
    pub fn build(
        config: Config,
        policy: policy::Config,
        handoff: handoff::Config,
        llm: llm::Config,
        http: reqwest::Client,
        clock: Clock,
        templates_dir: Option<&Path>,
    ) -> Result<Self, String> {
        check_numbers(&config, &llm)?;
        let replies = Replies::load(templates_dir)?;
        if !replies.speak(&config.language) {
            let known = language::LANGUAGES.join(", ");
            return Err(format!(
                "assistant.language = \"{}\" is unknown; write one of {known}",
                config.language
            ));
        }
        reply::check_first_contact(&config, &replies)?;
        let schedule = Schedule::read(&config.timezone, &config.hours)?;
        let templates = Templates::compile(templates_dir, instructions(&config)?)?;
        let model = llm::open(&llm, http, clock)?;
        Ok(Self { llm, config, policy, handoff, model, tools: TOOLS, templates, replies, schedule })
    }

    /// How long a burst is waited for.
    pub fn quiet(&self) -> Quiet {
        Quiet {
            settle: Duration::from_millis(self.config.quiet_ms),
            cap: Duration::from_millis(self.config.quiet_max_ms),
        }
    }

    /// How long it is silent after a human's own answer.
    pub fn pause_after_human(&self) -> Duration {
        Duration::from_secs(self.policy.pause_after_human_s)
    }

    /// Asks the model; an honest line if there is no answer.
    async fn answer(
        &self,
        turn: &Turn,
        context: &Context,
        limits: Limits,
        clock: &Clock,
    ) -> Finished {
        let deadline = self.deadline(turn, clock.now());
        let mut thinking = Thinking::new(self, turn, clock, deadline);
        let (thought, told) = match self.prompt(turn, context, clock.now()) {
            Ok(mut prompt) => (thinking.answer(&mut prompt).await, Some(hash(&prompt))),
            Err(reason) => (Err(reason), None),
        };
        let mut finished = match thought {
            Ok(mut thought) => {
                thought.text = markdown::to_whatsapp(&thought.text);
                if let Some(request) = &thinking.handoff {
                    let now = clock.now();
                    thought = thought.then(self.hand_over(turn, context, limits, now, request));
                }
                self.reply(turn, context, limits, thought, Verdict::Answered)
            }
            Err(reason) => self.give_up(turn, context, limits, reason),
        };
        finished.record.told = told;
        finished.record.usage = thinking.usage;
        finished.record.model = thinking.model.map(Into::into);
        finished
    }

    /// What the model is told.
    fn prompt(&self, turn: &Turn, context: &Context, now: Timestamp) -> Result<Prompt, String> {
        let person = match turn.conversation.address {
            Address::Phone(_) | Address::UserId(_) => context::name_of(&turn.person),
            Address::Group(_) => String::new(),
        };
        let calendar = self.schedule.calendar(now);
        let facts = Facts {
            person: &person,
            business: turn.conversation.number.business.as_str(),
            assistant: &self.config.name,
            hours: &self.schedule.readable(),
            now: &calendar.now,
        };
        Ok(Prompt {
            system: vec![self.templates.system(facts)?, self.templates.time(&calendar)?],
            dialog: context.dialog(&turn.inbound, self.config.history_tokens),
            steps: Vec::new(),
            tools: self.tools.iter().map(|tool| tool.spec()).collect(),
            max_output_tokens: self.llm.max_output_tokens,
        })
    }

    /// Counted from the first message. If it is over before anybody could
    /// begin (the program was down), the first tries get the whole time again.
    fn deadline(&self, turn: &Turn, now: Timestamp) -> Timestamp {
        let whole = Duration::from_secs(self.config.deadline_s);
        let counted = turn.since.checked_add(whole).unwrap_or(Timestamp::MAX);
        match counted <= now && turn.attempt <= LATE_ATTEMPTS {
            true => now.checked_add(whole).unwrap_or(Timestamp::MAX),
            false => counted,
        }
    }

    /// An honest line, whatever went wrong.
    fn give_up(&self, turn: &Turn, context: &Context, limits: Limits, reason: String) -> Finished {
        tracing::error!(conversation.id = %turn.conversation.id, reason, "a turn could not be answered");
        self.say(turn, context, limits, ("failed", Vec::new()), Verdict::Failed(reason))
    }

    /// Of the newest words, else of all that are known, else of a wish that
    /// is one language's alone, else as configured.
    fn language(&self, turn: &Turn, context: &Context) -> &str {
        let newest = context::own_words(&turn.inbound);
        let known = || language::of(&context::own_words(context.history.iter()));
        let wish = || newest.lines().rev().find_map(|line| self.replies.language_of(line));
        language::of(&newest).or_else(known).or_else(wish).unwrap_or(&self.config.language)
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

/// How much of what came in meanwhile is looked at for a STOP, in tokens.
const NEWEST: u32 = 500;

/// How often a turn that is late may start its time anew.
const LATE_ATTEMPTS: u16 = 3;

/// What can't be 0 without silencing the assistant.
fn check_numbers(config: &Config, llm: &llm::Config) -> Result<(), String> {
    let numbers = [
        ("assistant.deadline_s", config.deadline_s, 1),
        ("assistant.history_tokens", config.history_tokens.into(), 100),
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
fn instructions(config: &Config) -> Result<(String, String), String> {
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

fn hash(prompt: &Prompt) -> String {
    // A prompt is plain data: it always has a JSON form.
    hex::encode(Sha256::digest(serde_json::to_vec(prompt).unwrap_or_default()))
}

fn since(began: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(began).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests;
