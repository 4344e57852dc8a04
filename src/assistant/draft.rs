//! Everything that the model is told, within `memory.budget_tokens`. What is
//! needed comes first, then what is known of the business and the person,
//! each up to its share; what was found again, and the newest messages, get
//! what is left.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Mind;
use super::context::{self, Context, Said, one_line, shortened, size};
use super::memory::profile;
use super::templates::{Facts, Known};
use crate::domain::id::MessageId;
use crate::domain::person::Address;
use crate::domain::turn::Turn;
use crate::llm::size::{ANSWER, MESSAGE, of_text, of_tools};
use crate::llm::{Prompt, ToolSpec};
use crate::recollect::{self, Block, Found, quoted};
use crate::tokens;

/// How much of a name is believed, in characters.
const NAME: usize = 60;
/// How much of a summary is told, in characters: its share is in tokens.
const SUMMARY: usize = 20_000;

/// A prompt without what is found again and without the window of messages.
pub(super) struct Draft<'a> {
    /// Stable first.
    system: Vec<String>,
    time: String,
    past: Vec<Said<'a>>,
    own: Vec<Said<'a>>,
    tools: Vec<ToolSpec>,
    max_output_tokens: u32,
    zone: TimeZone,
    /// What is left for what is found again and the window.
    room: Room,
    /// What may be found again.
    recall: u32,
    /// What was said below this `seq` is in the summary.
    told: u64,
    turn: &'a Turn,
}

/// What a turn's model is told, and what that leaves out.
pub(super) struct Briefing {
    pub prompt: Prompt,
    /// What was found again, by time.
    pub recalled: Vec<Found>,
    /// So many tokens of the conversation stand neither in the window nor in
    /// the summary.
    pub untold: u32,
}

/// What is left of a budget, in tokens.
#[derive(Clone, Copy)]
struct Room(u32);

impl Room {
    /// As much of a text as fits into `most` and what is left, as a message.
    fn message(&mut self, text: String, most: u32) -> Option<String> {
        let most = most.min(self.0.saturating_sub(MESSAGE));
        let text = match tokens::count(&text) <= most {
            true => text,
            false => tokens::cut(&text, most).to_owned(),
        };
        if text.is_empty() {
            return None;
        }
        self.spend(of_text(&text));
        Some(text)
    }

    fn spend(&mut self, tokens: u32) {
        self.0 = self.0.saturating_sub(tokens);
    }

    /// So many parts of it out of so many.
    fn part(self, parts: u32, of: u32) -> u32 {
        let part = u64::from(self.0) * u64::from(parts) / u64::from(of);
        u32::try_from(part).unwrap_or(self.0)
    }
}

impl Mind {
    /// What is told in any case. A quarter of the room stays free for the
    /// question, however long the instructions; and a quarter of the rest for
    /// the window, however large the shares.
    pub(super) fn draft<'a>(
        &self,
        turn: &'a Turn,
        context: &'a Context,
        now: Timestamp,
    ) -> Result<Draft<'a>, String> {
        let config = &self.memory;
        let (tools, size_of_tools) = self.offered_tools();
        let mut room = Room(config.budget_tokens.saturating_sub(ANSWER + size_of_tools));
        let calendar = self.schedule.calendar(now);
        let (question, time) = (room.part(1, 4), room.part(1, 4));
        let time = room.message(self.templates.time(&calendar)?, time);
        let most = room.0.saturating_sub(question);
        let system = room.message(self.system(turn, context, &calendar.now)?, most);
        let (past, own) = context.dialog(turn);
        let own = shortened(own, room.0);
        room.spend(size(&own));

        let mut shares = Room(room.part(3, 4));
        let asked = context::own_words(&turn.inbound);
        let knowledge = self.knowledge.block(&asked, config.knowledge_tokens.min(shares.0));
        let knowledge = shares.message(knowledge, config.knowledge_tokens);
        let person = self.person(context, now, shares.0)?;
        let person = shares.message(person, u32::MAX);
        let spent = room.part(3, 4).saturating_sub(shares.0);
        room.spend(spent);
        Ok(Draft {
            system: system.into_iter().chain(knowledge).chain(person).collect(),
            time: time.unwrap_or_default(),
            past,
            own,
            tools,
            max_output_tokens: self.llm.max_output_tokens,
            zone: self.schedule.zone.clone(),
            recall: config.recall_tokens.min(shares.0),
            told: context.summary.as_ref().map_or(0, |summary| summary.upto),
            room,
            turn,
        })
    }

    /// A warning, if what the business tells it does not fit beside what must
    /// have room.
    pub(super) fn too_long(&self) -> Option<String> {
        let budget = self.memory.budget_tokens;
        let room = Room(budget.saturating_sub(ANSWER + self.offered_tools().1));
        let calendar = self.schedule.calendar(Timestamp::UNIX_EPOCH);
        let facts = Facts {
            person: "",
            business: "",
            assistant: &self.config.name,
            hours: &self.schedule.readable(),
            now: &calendar.now,
        };
        let told = tokens::count(&self.templates.system(facts).ok()?);
        let time = of_text(&self.templates.time(&calendar).ok()?).min(room.part(1, 4));
        let most = room.0.saturating_sub(room.part(1, 4) + time + MESSAGE);
        (told > most).then(|| {
            format!(
                "memory.budget_tokens = {budget} has room for {most} tokens of rules, and with \
                 assistant.instructions they are {told}: the model is not told their end; write \
                 fewer, or a larger budget"
            )
        })
    }

    /// Those that fit into half of the budget, and their size.
    fn offered_tools(&self) -> (Vec<ToolSpec>, u32) {
        let mut tools: Vec<ToolSpec> = self.tools.iter().map(|tool| tool.spec()).collect();
        loop {
            let size = of_tools(&tools);
            if size <= self.memory.budget_tokens / 2 {
                return (tools, size);
            }
            tools.pop();
        }
    }

    /// The name that the person told wins over the one they go by.
    fn system(&self, turn: &Turn, context: &Context, now: &str) -> Result<String, String> {
        let told = context.known("name").map(|name| one_line(&name, NAME));
        let person = match turn.conversation.address {
            Address::Group(_) => String::new(),
            Address::Phone(_) | Address::UserId(_) => {
                told.unwrap_or_else(|| context::name_of(&turn.person))
            }
        };
        self.templates.system(Facts {
            person: &person,
            business: turn.conversation.number.business.configured(),
            assistant: &self.config.name,
            hours: &self.schedule.readable(),
            now,
        })
    }

    /// What is known of the person, in at most about so many tokens.
    fn person(&self, context: &Context, now: Timestamp, most: u32) -> Result<String, String> {
        let profile_tokens = self.memory.profile_tokens.min(most);
        let wishes = profile::wishes(&context.profile, now, profile_tokens / 2);
        let rest = profile_tokens.saturating_sub(tokens::count(&wishes));
        let summary = context.summary.as_ref().map(|summary| quoted(&summary.text, SUMMARY));
        let summary = summary.unwrap_or_default();
        let summary_tokens = self.memory.summary_tokens.min(most.saturating_sub(profile_tokens));
        self.templates.person(&Known {
            profile: profile::card(&context.profile, now, rest),
            wishes,
            summary: tokens::cut(&summary, summary_tokens).to_owned(),
        })
    }
}

impl<'a> Draft<'a> {
    /// What is surely told: it has not to be found again.
    pub fn shown(&self) -> HashSet<MessageId> {
        let room = self.room.0.saturating_sub(self.recall);
        let shown = self.window(room).iter().chain(&self.own);
        shown.map(|said| said.id).collect()
    }

    /// The newest messages before the turn that fit.
    fn window(&self, mut room: u32) -> &[Said<'a>] {
        let fits = |said: &&Said<'_>| {
            let rest = room.checked_sub(said.tokens);
            room = rest.unwrap_or_default();
            rest.is_some()
        };
        let count = self.past.iter().rev().take_while(fits).count();
        &self.past[self.past.len() - count..]
    }

    /// With what was found again, the best first.
    pub fn brief(self, found: Vec<Found>) -> Briefing {
        let block = self.block(found);
        let kept = self.kept(&self.late(&block));
        let block = self.without(block, &kept);
        let late = Some(self.late(&block)).filter(|late| !late.is_empty());
        let untold = self.untold(&kept);
        let Self { system, past, own, tools, max_output_tokens, .. } = self;
        let window = past.into_iter().filter(|said| kept.contains(&said.id));
        let dialog = window.chain(own).map(|said| said.line).collect();
        let (system, steps) = (system.into_iter().chain(late).collect(), Vec::new());
        let prompt = Prompt { system, dialog, steps, tools, max_output_tokens };
        Briefing { prompt, recalled: block.found, untold }
    }

    fn block(&self, found: Vec<Found>) -> Block {
        recollect::block(found, &self.zone, self.recall.min(self.room.0))
    }

    /// What changes with each turn: servers are told it last.
    fn late(&self, block: &Block) -> String {
        let texts = [block.text.as_str(), &self.time].into_iter().filter(|text| !text.is_empty());
        texts.collect::<Vec<_>>().join("\n\n")
    }

    /// The window beside it.
    fn kept(&self, late: &str) -> HashSet<MessageId> {
        let counted = if self.time.is_empty() { 0 } else { of_text(&self.time) };
        let more = if late.is_empty() { 0 } else { of_text(late) };
        let room = (self.room.0 + counted).saturating_sub(more);
        self.window(room).iter().map(|said| said.id).collect()
    }

    /// The window may reach what was found after all.
    fn without(&self, block: Block, kept: &HashSet<MessageId>) -> Block {
        if !block.found.iter().any(|one| kept.contains(&one.id)) {
            return block;
        }
        let mut found = block.found;
        found.retain(|one| !kept.contains(&one.id));
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.block(found)
    }

    /// What of this conversation is in neither.
    fn untold(&self, kept: &HashSet<MessageId>) -> u32 {
        let here = |said: &&Said<'_>| {
            let seq = said.id.position.seq;
            said.id.conversation == self.turn.conversation.id && seq >= self.told
        };
        let left_out = self.past.iter().filter(here).filter(|said| !kept.contains(&said.id));
        left_out.fold(0, |sum, said| sum.saturating_add(said.tokens))
    }
}

#[cfg(test)]
mod tests;
