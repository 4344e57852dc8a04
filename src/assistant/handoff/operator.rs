//! An operator's turn: words for somebody, or orders.

use super::Desk;
use super::cases::{Case, Reads};
use super::command::Command;
use super::notice;
use crate::assistant::format;
use crate::domain::change::{Change, Saying, Subject};
use crate::domain::content::Content;
use crate::domain::conversation::Handoff;
use crate::domain::id::{ConversationId, ProviderId};
use crate::domain::message::{Message, Outgoing, Role};
use crate::domain::record::{TurnRecord, Verdict};
use crate::domain::turn::{Finished, Turn};
use crate::store::StoreError;

/// What an operator sees on words that went on, where the provider can show
/// it: it costs nothing.
const PASSED_ON: &str = "✅";

/// What comes of a turn whose person is an operator.
pub(in crate::assistant) async fn answer(
    desk: &Desk<'_>,
    reads: &Reads<'_>,
    turn: &Turn,
) -> Result<Finished, StoreError> {
    let mut quoted = Vec::with_capacity(turn.inbound.len());
    for row in &turn.inbound {
        quoted.push(reads.quoted(turn, row).await?);
    }
    let cases = reads.cases(turn, quoted.iter().flatten().copied()).await?;
    let mut hearing = Hearing::new(desk, cases);
    if turn.person.opted_out {
        // From before, or by mistake: whoever answers people has to be told.
        hearing.changes.push(Change::OptIn);
    }
    for (row, about) in turn.inbound.iter().zip(quoted) {
        hearing.hear(row, about);
    }
    Ok(hearing.finished())
}

/// An operator is listened to.
pub(super) struct Hearing<'a> {
    desk: &'a Desk<'a>,
    cases: Vec<Case>,
    changes: Vec<Change>,
    /// What the operator is told, and of whom.
    lines: Vec<String>,
    told_of: Vec<ConversationId>,
    passed_on: Vec<ProviderId>,
}

/// What a message of an operator holds.
enum Said<'a> {
    Order(Command),
    /// Words; `false` = there was something else with them.
    Words(&'a str, bool),
    /// Something that has no words.
    Wordless,
    /// A button of a template: show me.
    Tap,
    Nothing,
}

impl<'a> Hearing<'a> {
    pub fn new(desk: &'a Desk<'a>, cases: Vec<Case>) -> Self {
        let (changes, lines, told_of, passed_on) = Default::default();
        Self { desk, cases, changes, lines, told_of, passed_on }
    }

    /// One message, `about` somebody if it quotes a message about them.
    pub fn hear(&mut self, row: &Message, about: Option<ConversationId>) {
        let about = self.cases.iter().position(|case| Some(case.conversation.id) == about);
        match (said(&row.content), about) {
            (Said::Nothing, _) => {}
            (Said::Tap, _) => self.list("operator_waiting"),
            (Said::Order(command), about) => self.obey(command, about),
            (Said::Words(..) | Said::Wordless, None) => self.list("operator_which"),
            (Said::Words(text, all), Some(case)) => self.pass_on(row, text, all, case),
            (Said::Wordless, Some(case)) => self.say("operator_only_words", case),
        }
    }

    fn obey(&mut self, command: Command, about: Option<usize>) {
        match (command, about.or_else(|| self.only_one())) {
            (Command::Help, _) => self.add(self.desk.line("operator_how", &[])),
            (Command::Who, _) => self.list("operator_waiting"),
            (Command::Resume | Command::Pause, None) => self.list("operator_which"),
            (Command::Resume, Some(case)) => self.resume(case),
            (Command::Pause, Some(case)) => self.pause(case),
        }
    }

    /// The words go to the person in the business's name.
    fn pass_on(&mut self, row: &Message, text: &str, all: bool, case: usize) {
        if self.cases[case].opted_out {
            return self.say("operator_opted_out", case);
        }
        let conversation = &mut self.cases[case].conversation;
        let until = self.desk.until_after_words(conversation);
        let mut changes = self.desk.take_over(conversation, until);
        let pieces = format::split(text, self.desk.limits.text).into_iter();
        changes.extend(pieces.map(|piece| {
            let message = Outgoing::text(piece);
            Change::Say(Box::new(Saying { role: Role::Business, message, key: None }))
        }));
        self.change(case, changes);
        self.passed_on.extend(row.provider_id.clone());
        if !self.cases[case].conversation.window_is_open(self.desk.now) {
            self.say("operator_window", case);
        }
        if !all {
            self.say("operator_caption", case);
        }
    }

    fn pause(&mut self, case: usize) {
        let changes = self.desk.take_over(&mut self.cases[case].conversation, None);
        self.change(case, changes);
        self.say("operator_paused", case);
    }

    fn resume(&mut self, case: usize) {
        let conversation = &mut self.cases[case].conversation;
        (conversation.mode, conversation.handoff) = Default::default();
        self.change(case, vec![Change::Resume]);
        self.say("operator_resumed", case);
    }

    fn change(&mut self, case: usize, changes: Vec<Change>) {
        let subject = Subject::Conversation(self.cases[case].conversation.id);
        self.changes.push(Change::Also(Box::new(subject), changes));
    }

    fn say(&mut self, line: &str, case: usize) {
        let Case { conversation, name, .. } = &self.cases[case];
        let line = self.desk.line(line, &[("name", name)]);
        self.told_of.push(conversation.id);
        self.add(line);
    }

    /// Who waits, under these words.
    fn list(&mut self, headline: &str) {
        let open = self.cases.iter().filter(|case| case.is_open(self.desk.now));
        let told_of: Vec<ConversationId> = open.clone().map(|case| case.conversation.id).collect();
        let items: Vec<String> = open.map(|case| self.item(case)).collect();
        let how = self.desk.line("operator_how", &[]);
        if items.is_empty() {
            return self.add(self.desk.line("operator_nobody", &[]));
        }
        let headline = self.desk.line(headline, &[]);
        self.told_of.extend(told_of);
        self.add(format!("{headline}\n{}\n\n{how}", items.join("\n")));
    }

    fn item(&self, case: &Case) -> String {
        let (at, reason) = match &case.conversation.handoff {
            Some(Handoff { at, reason }) => (*at, notice::reason(reason)),
            None => (self.desk.now, String::new()),
        };
        let since = at.to_zoned(self.desk.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        self.desk
            .line("operator_item", &[("name", &case.name), ("since", &since), ("reason", &reason)])
    }

    fn only_one(&self) -> Option<usize> {
        let open = |(_, case): &(usize, &Case)| case.is_open(self.desk.now);
        let mut open = self.cases.iter().enumerate().filter(open).map(|(at, _)| at);
        open.next().filter(|_| open.next().is_none())
    }

    /// The same is not said twice to a burst.
    fn add(&mut self, line: String) {
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }

    /// One bubble, which can be quoted if it is about one person.
    pub fn finished(mut self) -> Finished {
        self.told_of.sort();
        self.told_of.dedup();
        let about = self.told_of.first().copied().filter(|_| self.told_of.len() == 1);
        let pieces = format::split(&self.lines.join("\n\n"), self.desk.limits.text).into_iter();
        let about_all = self.told_of;
        let words = pieces.map(|piece| {
            let about_all = about_all.clone();
            Outgoing { about, about_all, ..Outgoing::text(piece) }
        });
        let shown = self.passed_on.into_iter().filter(|_| self.desk.limits.reactions);
        let ticks =
            shown.map(|to| Outgoing::new(Content::Reaction { to, emoji: PASSED_ON.into() }));
        let messages: Vec<Outgoing> = ticks.chain(words).collect();
        let verdict = match messages.is_empty() {
            true => Verdict::Silent("an operator wrote, and needs no word back".into()),
            false => Verdict::Said,
        };
        Finished { messages, changes: self.changes, record: TurnRecord::new(verdict), trace: None }
    }
}

fn said(content: &Content) -> Said<'_> {
    match content {
        Content::Text(text) => match Command::read(text) {
            Some(command) => Said::Order(command),
            None if text.trim().is_empty() => Said::Nothing,
            None => Said::Words(text, true),
        },
        Content::Media(media) => match media.caption.as_deref().map(str::trim) {
            None | Some("") => Said::Wordless,
            Some(caption) => Said::Words(caption, false),
        },
        Content::Choice { .. } => Said::Tap,
        Content::Location { .. }
        | Content::Contacts(_)
        | Content::Form { .. }
        | Content::Order { .. }
        | Content::Unsupported(_) => Said::Wordless,
        Content::Choices(_)
        | Content::Link { .. }
        | Content::LocationRequest(_)
        | Content::Reaction { .. }
        | Content::Template(_)
        | Content::Revoked => Said::Nothing,
    }
}
