//! What a person can order by a word behind a slash, whatever the model. Each
//! is done by rule, also while a human answers: what somebody may know, take
//! along and delete waits for nobody.
//!
//! To add a command: a variant of [`Command`], a list of its names in each
//! `templates/reply/`, and what is done about it in [`Order::obey`].

mod export;
mod forget;
mod memory;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::context::Context;
use super::replies::{Answer, Replies, filled, words};
use super::think::Thought;
use super::{Mind, policy};
use crate::domain::change::{Change, Subject};
use crate::domain::content::Content;
use crate::domain::memory::Asked;
use crate::domain::message::{Message, Outgoing, Role};
use crate::domain::person::Address;
use crate::domain::record::{TurnRecord, Verdict};
use crate::domain::turn::{Finished, Turn};
use crate::provider::Limits;
use crate::recollect::Shelves;
use crate::store::{StoreError, Transcript};

pub use export::{FILE as EXPORT_FILE, SPACE as EXPORTS, hash};

/// What a person orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Tell what is known of them.
    Memory,
    /// Delete what these words name.
    Forget(String),
    /// Ask whether everything is to be deleted.
    ForgetAll,
    /// Delete everything: they mean it.
    Confirm,
    /// Keep everything: they don't.
    Refuse,
    /// Give them all that is kept.
    Export,
    /// Begin a fresh conversation.
    New,
    /// Tell what can be ordered.
    Help,
}

/// The ids of what is tapped under the question.
const YES: &str = "olifant:forget-all";
const NO: &str = "olifant:keep-all";

/// So long an answer to the question counts.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// How much is read to see what was said last, in tokens.
const NEWEST: u32 = 20_000;

/// What the turn orders: the last command of the burst, else an answer to our
/// question.
pub(super) fn of(replies: &Replies, turn: &Turn, now: Timestamp) -> Option<Command> {
    let own = || turn.inbound.iter().rev();
    let command = own().find_map(|row| policy::said(row).and_then(|said| read(replies, said)));
    command.or_else(|| answered(replies, turn, now)).filter(|command| is_heeded(command, turn))
}

/// In a group nobody's memory is anybody's, and who wants no messages may
/// still take along and delete what is theirs.
fn is_heeded(command: &Command, turn: &Turn) -> bool {
    let in_group = matches!(turn.conversation.address, Address::Group(_));
    match command {
        Command::Help => !turn.person.opted_out,
        Command::Memory | Command::Forget(_) | Command::New => !in_group && !turn.person.opted_out,
        Command::ForgetAll | Command::Confirm | Command::Refuse | Command::Export => !in_group,
    }
}

fn read(replies: &Replies, said: &str) -> Option<Command> {
    let (word, rest) = words::command(said)?;
    let is = |list: &str| replies.commands(list, &word);
    match () {
        () if is("forget") && replies.commands("everything", rest) => Some(Command::ForgetAll),
        () if is("forget") => Some(Command::Forget(rest.to_owned())),
        () if is("memory") => Some(Command::Memory),
        () if is("export") => Some(Command::Export),
        () if is("new") => Some(Command::New),
        () if is("help") => Some(Command::Help),
        () => None,
    }
}

/// A tap on a question that stands no more asks it again, so that nobody
/// believes to be forgotten who is not.
fn answered(replies: &Replies, turn: &Turn, now: Timestamp) -> Option<Command> {
    let stands = matches!(turn.conversation.asked, Some(Asked::ForgetAll { at })
        if now.duration_since(at) < PATIENCE);
    let answers = turn.inbound.iter().filter_map(|row| answer(replies, row, stands));
    let answers: Vec<Answer> = answers.collect();
    match (answers.contains(&Answer::No), answers.contains(&Answer::Yes)) {
        (true, _) => Some(Command::Refuse),
        (false, true) if stands => Some(Command::Confirm),
        (false, true) => Some(Command::ForgetAll),
        (false, false) => None,
    }
}

/// Tapped, or while the question stands typed; a number where it is shown in
/// numbers.
fn answer(replies: &Replies, row: &Message, stands: bool) -> Option<Answer> {
    match &row.content {
        Content::Choice { id, .. } if id == YES => return Some(Answer::Yes),
        Content::Choice { id, .. } if id == NO => return Some(Answer::No),
        _ => {}
    }
    let said = policy::said(row).filter(|_| stands)?;
    match words::bare(said).as_str() {
        "1" => Some(Answer::Yes),
        "2" => Some(Answer::No),
        _ => replies.answer(said),
    }
}

/// The turn without a question that was not the last thing said to the
/// person: "yes" means another one.
pub(super) async fn up_to_date(
    transcript: &dyn Transcript,
    turn: &Turn,
) -> Result<Turn, StoreError> {
    let mut turn = turn.clone();
    if turn.conversation.asked.is_some() && !was_asked_last(transcript, &turn).await? {
        turn.conversation.asked = None;
    }
    Ok(turn)
}

async fn was_asked_last(transcript: &dyn Transcript, turn: &Turn) -> Result<bool, StoreError> {
    let conversation = &turn.conversation;
    let rows = transcript.window(conversation, conversation.next_seq, NEWEST).await?;
    let last = rows.iter().rfind(|row| row.role != Role::Person);
    Ok(last.is_some_and(|row| match &row.content {
        Content::Choices(choices) => choices.options.iter().any(|option| option.id == YES),
        _ => false,
    }))
}

/// Whatever was said, the question is answered.
pub(super) fn no_longer_asked(turn: &Turn, mut finished: Finished) -> Finished {
    let settles = |change: &Change| matches!(change, Change::Ask(_) | Change::ForgetAll);
    if turn.conversation.asked.is_some() && !finished.changes.iter().any(settles) {
        finished.changes.push(Change::Ask(None));
    }
    finished
}

/// A command, and everything that is needed to do it.
pub(super) struct Order<'a> {
    pub mind: &'a Mind,
    pub turn: &'a Turn,
    /// The person's.
    pub language: &'a str,
    pub shelves: Shelves<'a>,
    /// Where people reach us.
    pub public_url: &'a Url,
    pub now: Timestamp,
}

impl Order<'_> {
    /// Does it. The rest of the burst is kept, and answered by nobody.
    pub async fn obey(
        &self,
        command: &Command,
        context: &Context,
        limits: Limits,
    ) -> Result<Finished, StoreError> {
        let thought = match command {
            Command::Memory => self.says(self.known().await?),
            Command::Forget(what) if what.is_empty() => self.says(self.line("forget_what", &[])),
            Command::Forget(what) => self.forget(what).await?,
            Command::ForgetAll => self.ask(),
            Command::Confirm => self.doing("forgotten", vec![Change::ForgetAll]),
            Command::Refuse => self.doing("forget_kept", vec![]),
            Command::Export if limits.uploads => return Ok(self.sends(self.file())),
            Command::Export => self.link(),
            Command::New => self.doing("new_conversation", self.fresh()),
            Command::Help => self.doing(self.help(), vec![]),
        };
        Ok(self.mind.reply(self.turn, context, limits, thought, Verdict::Said))
    }

    fn sends(&self, message: Outgoing) -> Finished {
        Finished {
            messages: vec![message],
            changes: Vec::new(),
            record: TurnRecord::new(Verdict::Said),
            trace: None,
        }
    }

    fn help(&self) -> &'static str {
        match self.turn.conversation.address {
            Address::Group(_) => "help_in_group",
            Address::Phone(_) | Address::UserId(_) => "help",
        }
    }

    /// On every number: what was said on another one is part of the old
    /// conversation, too.
    fn fresh(&self) -> Vec<Change> {
        let others = self.turn.person.conversations.iter().map(|(_, id)| *id);
        let others = others.filter(|id| *id != self.turn.conversation.id);
        let there = |id| {
            let subject = Box::new(Subject::Conversation(id));
            Change::Also(subject, vec![Change::NewConversation])
        };
        std::iter::once(Change::NewConversation).chain(others.map(there)).collect()
    }

    fn line(&self, name: &str, words: &[(&str, &str)]) -> String {
        filled(self.mind.replies.line(self.language, name), words)
    }

    fn doing(&self, line: &str, changes: Vec<Change>) -> Thought {
        Thought { changes, ..self.says(self.line(line, &[])) }
    }

    fn says(&self, text: String) -> Thought {
        Thought { text, changes: Vec::new(), choices: None }
    }
}
