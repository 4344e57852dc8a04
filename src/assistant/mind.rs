//! How one business answers: what the model is told, what becomes of its
//! answer, and the honest line if there is none.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::config::{check_numbers, instructions};
use super::context::{self, Context};
use super::draft::{Briefing, Draft};
use super::language::LANGUAGES;
use super::replies::Replies;
use super::templates::Templates;
use super::think::{Thinking, Thought};
use super::time::Schedule;
use super::{BusinessConfig, Config, handoff, language, limits, markdown, memory, policy, reply};
use crate::clock::Clock;
use crate::domain::change::Change;
use crate::domain::job::Task;
use crate::domain::lane::Quiet;
use crate::domain::record::Verdict;
use crate::domain::turn::{Finished, Turn};
use crate::knowledge::Knowledge;
use crate::llm::embeddings::Embeddings;
use crate::llm::{self, Model, Prompt, Step};
use crate::provider::Limits;
use crate::recall::{BLOCK, Language};
use crate::recollect::{self, Query, Shelves};
use crate::tool::{Situation, TOOLS, Tool};

/// How many messages are looked for, if they fit.
const RECALLED: usize = 40;
/// How long the meaning of a question may take; then words have to do.
const PATIENCE: Duration = Duration::from_millis(1500);

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
    /// `[limits]`.
    pub limits: limits::Config,
    /// What the business knows.
    pub knowledge: Arc<Knowledge>,
    /// The model.
    pub model: Arc<dyn Model>,
    /// What finds things by their meaning, if there is such a thing.
    pub embeddings: Option<Embeddings>,
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
        let BusinessConfig { llm, assistant: config, policy, handoff, memory, limits } = all;
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
        let embeddings = memory.embeddings(&http, &clock)?;
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
            limits,
            knowledge,
            model,
            embeddings,
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

    /// Where its days begin.
    pub fn zone(&self) -> &TimeZone {
        &self.schedule.zone
    }

    /// What the business tells its assistant, as it is written.
    pub fn instructions(&self) -> Result<String, String> {
        instructions(&self.config).map(|(_, text)| text)
    }

    /// What an operator should know of how it is configured, a line each.
    pub fn warnings(&self) -> Vec<String> {
        self.knowledge.warnings().iter().cloned().chain(self.too_long()).collect()
    }

    /// Asks the model; an honest line if there is no answer.
    pub(super) async fn answer(
        &self,
        turn: &Turn,
        context: &Context,
        shelves: Shelves<'_>,
        limits: Limits,
        clock: &Clock,
    ) -> Finished {
        let deadline = self.deadline(turn, clock.now());
        let briefing = match self.draft(turn, context, clock.now()) {
            Ok(draft) => self.brief(turn, context, draft, shelves).await,
            Err(reason) => return self.give_up(turn, context, limits, reason),
        };
        let shown = context.shown(turn);
        let quoted = context.quoted_words(&briefing.recalled);
        let called = |key: &str| self.replies.called(key);
        let situation = Situation {
            turn,
            shown: &shown,
            quoted: &quoted,
            shelves,
            embeddings: self.embeddings.as_ref(),
            called: &called,
            now: clock.now(),
            zone: &self.schedule.zone,
            recall_tokens: self.memory.recall_tokens,
        };
        let mut thinking = Thinking::new(self, situation, clock, deadline);
        let mut prompt = briefing.prompt.clone();
        let thought = thinking.answer(&mut prompt).await;
        let mut finished = match thought {
            Ok(thought) => {
                let thought = self.worded(turn, context, limits, thought, &thinking);
                let mut finished = self.reply(turn, context, limits, thought, Verdict::Answered);
                finished.changes.extend(self.chores(turn, &briefing));
                finished
            }
            Err(reason) => self.give_up(turn, context, limits, reason),
        };
        finished.record.told = Some(hash(&briefing.prompt).into());
        finished.record.usage = thinking.usage;
        finished.record.model = thinking.model.map(Into::into);
        finished.trace = self.trace(&briefing, prompt.steps, &thinking, &finished.changes);
        finished
    }

    /// With what is found again, if there is to be any.
    async fn brief(
        &self,
        turn: &Turn,
        context: &Context,
        draft: Draft<'_>,
        shelves: Shelves<'_>,
    ) -> Briefing {
        if self.memory.recall_tokens == 0 {
            return draft.brief(Vec::new());
        }
        let words = context.question(turn);
        let embeddings = self.embeddings.as_ref();
        let meaning = recollect::meaning(embeddings, &words, PATIENCE).await;
        let query = Query {
            language: context.known("language").and_then(|noted| known_language(&noted)),
            zone: self.schedule.zone.clone(),
            limit: RECALLED,
            strict: true,
            meaning,
            ..Query::new(&words)
        };
        let found = recollect::find(shelves, &turn.person, &query, &draft.shown()).await;
        draft.brief(context::if_readable(found))
    }

    /// As the person reads it: in their app's markup, with who takes over and
    /// with what was noted of them.
    fn worded(
        &self,
        turn: &Turn,
        context: &Context,
        limits: Limits,
        mut thought: Thought,
        thinking: &Thinking<'_>,
    ) -> Thought {
        thought.text = markdown::to_whatsapp(&thought.text);
        if let Some(request) = &thinking.handoff {
            let now = thinking.clock.now();
            thought = thought.then(self.hand_over(turn, context, limits, now, request));
        }
        if let Some(noted) = self.noted(&thinking.noted, self.language(turn, context)) {
            thought.text = format!("{}\n\n{noted}", thought.text);
        }
        thought
    }

    /// What is left to be done once the turn is over.
    fn chores(&self, turn: &Turn, briefing: &Briefing) -> Vec<Change> {
        let conversation = turn.conversation.id;
        let summarise = self.summarises() && briefing.untold > self.untold_tokens();
        let embed = self.embeddings.is_some() && closes_a_block(turn);
        let summarise = summarise.then_some(Task::Summarise(conversation));
        let embed = embed.then_some(Task::Embed(conversation));
        summarise.into_iter().chain(embed).map(Change::Queue).collect()
    }

    /// All that the model was told and said, unless the person wants
    /// something of it forgotten.
    fn trace(
        &self,
        briefing: &Briefing,
        steps: Vec<Step>,
        thinking: &Thinking<'_>,
        changes: &[Change],
    ) -> Option<serde_json::Value> {
        let forgets = |change: &Change| matches!(change, Change::Redact(_) | Change::ForgetAll);
        if self.memory.trace_days == 0 || changes.iter().any(forgets) {
            return None;
        }
        let recalled = briefing.recalled.iter();
        let recalled = recalled.map(|one| json!({ "id": one.id.to_string(), "score": one.score }));
        Some(json!({
            "prompt": briefing.prompt,
            "recalled": recalled.collect::<Vec<_>>(),
            "steps": steps,
            "completions": thinking.completions,
            "model": thinking.model,
            "usage": thinking.usage,
        }))
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

    /// Of the newest words; else of a wish that is one language's alone; else
    /// of all words that are known, as noted, or as configured. English wishes
    /// come last but one: they are what our own lines and papers name.
    pub(super) fn language(&self, turn: &Turn, context: &Context) -> &str {
        let newest = context::own_words(&turn.inbound);
        let wish = newest.lines().rev().find_map(|line| self.replies.language_of(line));
        let said = || language::of(&context::own_words(context.rows()));
        language::of(&newest)
            .or(wish.filter(|wish| *wish != LANGUAGES[0]))
            .or_else(said)
            .or_else(|| language::named(&context.known("language")?))
            .or(wish)
            .unwrap_or(&self.config.language)
    }
}

/// By its code; those that we speak also by name.
fn known_language(noted: &str) -> Option<Language> {
    Language::from_code(noted).or_else(|| Language::from_code(language::named(noted)?))
}

/// Whether the conversation has one more block that nothing is added to.
fn closes_a_block(turn: &Turn) -> bool {
    let first = turn.inbound.iter().map(|row| row.position.seq).min();
    first.is_some_and(|first| first / BLOCK != turn.conversation.next_seq / BLOCK)
}

fn hash(prompt: &Prompt) -> String {
    // A prompt is plain data: it always has a JSON form.
    hex::encode(Sha256::digest(serde_json::to_vec(prompt).unwrap_or_default()))
}

#[cfg(test)]
mod tests;
