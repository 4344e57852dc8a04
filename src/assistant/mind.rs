//! How one business answers: what the model is told, what becomes of its
//! answer, and the honest line if there is none.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::config::{check_numbers, instructions};
use super::context::{self, Context};
use super::replies::Replies;
use super::templates::{Facts, Templates};
use super::think::Thinking;
use super::time::Schedule;
use super::{BusinessConfig, Config, handoff, language, markdown, memory, policy, reply};
use crate::clock::Clock;
use crate::domain::lane::Quiet;
use crate::domain::person::Address;
use crate::domain::record::Verdict;
use crate::domain::turn::{Finished, Turn};
use crate::knowledge::Knowledge;
use crate::llm::{self, Model, Prompt};
use crate::provider::Limits;
use crate::tool::{TOOLS, Tool};

/// How often a turn that is late may start its time anew.
const LATE_ATTEMPTS: u16 = 3;

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
    /// `[memory]`.
    pub memory: memory::Config,
    /// What the business knows.
    pub knowledge: Arc<Knowledge>,
    /// The model.
    pub model: Arc<dyn Model>,
    pub(super) tools: &'static [&'static dyn Tool],
    pub(super) templates: Templates,
    pub(super) replies: Replies,
    pub(super) schedule: Schedule,
}

impl Mind {
    /// Reads and checks everything that answering needs. `templates_dir` has
    /// the shape of `templates/`; what it lacks is compiled in. The error is
    /// one line that names the key, or file and line, and the remedy.
    pub fn build(
        all: BusinessConfig,
        http: reqwest::Client,
        clock: Clock,
        templates_dir: Option<&Path>,
    ) -> Result<Self, String> {
        check_numbers(&all)?;
        let BusinessConfig { llm, assistant: config, policy, handoff, memory } = all;
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
        let answers = config.answers_file.as_deref();
        let knowledge = Arc::new(Knowledge::load(&config.knowledge, answers)?);
        let model = llm::open(&llm, http, clock)?;
        let tools = TOOLS;
        Ok(Self {
            llm,
            config,
            policy,
            handoff,
            memory,
            knowledge,
            model,
            tools,
            templates,
            replies,
            schedule,
        })
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
    pub(super) async fn answer(
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
    pub(super) fn prompt(
        &self,
        turn: &Turn,
        context: &Context,
        now: Timestamp,
    ) -> Result<Prompt, String> {
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
        let question = context::own_words(&turn.inbound);
        let known = self.knowledge.block(&question, self.memory.knowledge_tokens);
        let mut system =
            vec![self.templates.system(facts)?, known, self.templates.time(&calendar)?];
        system.retain(|part| !part.is_empty());
        Ok(Prompt {
            system,
            dialog: context.dialog(&turn.inbound, self.memory.budget_tokens),
            steps: Vec::new(),
            tools: self.tools.iter().map(|tool| tool.spec()).collect(),
            max_output_tokens: self.llm.max_output_tokens,
        })
    }

    /// Counted from the first message. If it is over before anybody could
    /// begin (the program was down), the first tries get the whole time again.
    pub(super) fn deadline(&self, turn: &Turn, now: Timestamp) -> Timestamp {
        let whole = Duration::from_secs(self.config.deadline_s);
        let counted = turn.since.checked_add(whole).unwrap_or(Timestamp::MAX);
        match counted <= now && turn.attempt <= LATE_ATTEMPTS {
            true => now.checked_add(whole).unwrap_or(Timestamp::MAX),
            false => counted,
        }
    }

    /// An honest line, whatever went wrong.
    pub(super) fn give_up(
        &self,
        turn: &Turn,
        context: &Context,
        limits: Limits,
        reason: String,
    ) -> Finished {
        tracing::error!(conversation.id = %turn.conversation.id, reason, "a turn could not be answered");
        self.say(turn, context, limits, ("failed", Vec::new()), Verdict::Failed(reason))
    }

    /// Of the newest words, else of all that are known, else of a wish that
    /// is one language's alone, else as configured.
    pub(super) fn language(&self, turn: &Turn, context: &Context) -> &str {
        let newest = context::own_words(&turn.inbound);
        let known = || language::of(&context::own_words(context.history.iter()));
        let wish = || newest.lines().rev().find_map(|line| self.replies.language_of(line));
        language::of(&newest).or_else(known).or_else(wish).unwrap_or(&self.config.language)
    }
}

fn hash(prompt: &Prompt) -> String {
    // A prompt is plain data: it always has a JSON form.
    hex::encode(Sha256::digest(serde_json::to_vec(prompt).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
