//! What operators are told of a person, in messages that can be quoted.

use super::Desk;
use crate::assistant::context::{self, one_line};
use crate::assistant::format;
use crate::domain::content::Content;
use crate::domain::conversation::Conversation;
use crate::domain::message::{Message, Outgoing, Role};
use crate::domain::person::{Address, Person};
use crate::domain::turn::Turn;
use crate::tool::handoff::Request;

/// How much of a reason is told, in characters.
const REASON: usize = 160;
/// How much of a line of a summary is told, in characters.
const LINE: usize = 200;
/// A summary has at most so many lines.
const LINES: usize = 3;

/// That the person wants a human: name, reason, summary, and how to answer.
pub(super) fn request(desk: &Desk<'_>, turn: &Turn, request: &Request) -> Vec<Outgoing> {
    let name = called(&turn.person, &turn.conversation);
    let (reason, summary) = (reason(&request.reason), three_lines(&request.summary));
    let asks = desk.line("operator_request", &[("name", &name), ("reason", &reason)]);
    let what = format!("{asks}\n{summary}");
    let told = format!("{}\n\n{}", what.trim_end(), desk.line("operator_how", &[]));
    messages(desk, turn, &told, [&name, &reason, &summary])
}

/// What the person wrote, all messages of the turn in one.
pub(super) fn words(desk: &Desk<'_>, turn: &Turn) -> Vec<Outgoing> {
    let name = called(&turn.person, &turn.conversation);
    let rows = turn.inbound.iter().filter(|row| row.content != Content::Revoked);
    let words = rows.map(|row| row.content.as_text()).collect::<Vec<_>>().join("\n");
    let handoff = turn.conversation.handoff.as_ref();
    let reason = reason(handoff.map(|handoff| handoff.reason.as_str()).unwrap_or_default());
    messages(desk, turn, &format!("{name}: {words}"), [&name, &reason, &words])
}

/// What the person is called: by name, else by what they can be reached at.
pub(super) fn called(person: &Person, conversation: &Conversation) -> String {
    let name = context::name_of(person);
    match &conversation.address {
        _ if !name.is_empty() => name,
        Address::Phone(phone) => format!("+{}", phone.digits()),
        Address::UserId(id) => id.as_str().to_owned(),
        Address::Group(id) => id.clone(),
    }
}

/// A reason in one line.
pub(super) fn reason(text: &str) -> String {
    one_line(text, REASON)
}

/// The last things that the person said, a line each.
pub(super) fn last_words<'a>(rows: impl DoubleEndedIterator<Item = &'a Message>) -> String {
    let own = rows.rev().filter(|row| row.role == Role::Person && row.content != Content::Revoked);
    let mut lines: Vec<String> =
        own.take(LINES).map(|row| one_line(&row.content.as_text(), LINE)).collect();
    lines.reverse();
    lines.join("\n")
}

fn three_lines(text: &str) -> String {
    let lines = text.lines().map(|line| one_line(line, LINE)).filter(|line| !line.is_empty());
    lines.take(LINES).collect::<Vec<_>>().join("\n")
}

/// Each piece can be quoted, and has the template for an operator whose window
/// is closed. Providers refuse a variable that is empty.
fn messages(desk: &Desk<'_>, turn: &Turn, text: &str, words: [&str; 3]) -> Vec<Outgoing> {
    let [name, reason, summary] = words.map(|word| if word.trim().is_empty() { "-" } else { word });
    let words = [("name", name), ("reason", reason), ("summary", summary)];
    let otherwise = desk.config.template.as_ref().map(|template| template.filled(&words));
    let about = Some(turn.conversation.id);
    let piece = |piece| Outgoing { about, otherwise: otherwise.clone(), ..Outgoing::text(piece) };
    format::split(text, desk.limits.text).into_iter().map(piece).collect()
}
