//! Conversations in words.

use super::super::{minute, short, under};
use crate::domain::message::Status;
use crate::http::admin::conversations::{Answerer, Line, Shown, Speaker, Standing};

/// The longest words in a table, in characters.
const WORDS: usize = 40;

/// The longest name in a table, in characters.
const NAME: usize = 24;

/// A line each.
pub fn table(all: &[Standing]) -> String {
    if all.is_empty() {
        return "no conversations".to_owned();
    }
    let rows = all.iter().map(|one| {
        let said = one.found.as_ref().or(one.last.as_ref());
        [
            one.short.clone(),
            short(&one.called, NAME),
            one.number.to_string(),
            answers(one),
            unanswered(one),
            said.map(|said| minute(said.at)).unwrap_or_default(),
            said.map(last_words).unwrap_or_default(),
            one.window_until.map_or_else(|| "closed".to_owned(), minute),
        ]
    });
    let heading =
        ["ID", "PERSON", "NUMBER", "ANSWERS", "UNANSWERED", "LAST", "SAID", "WINDOW UNTIL"];
    under(heading, rows)
}

/// One of them, with what was said.
pub fn transcript(shown: &Shown) -> String {
    let one = &shown.standing;
    let window = one.window_until.map_or_else(
        || "only a template reaches them".to_owned(),
        |until| format!("anything may be written until {}", minute(until)),
    );
    let opted_out = if one.opted_out { "\nthey want no more messages" } else { "" };
    let head = format!(
        "{} with {} on {}\nanswers: {}\n{window}{opted_out}\n",
        one.id,
        short(&one.called, NAME),
        one.number,
        answers(one),
    );
    let lines = shown.messages.iter().map(spoken);
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}

fn answers(one: &Standing) -> String {
    match (one.answers, &one.handover, one.until) {
        (Answerer::Assistant, _, _) => "assistant".to_owned(),
        (Answerer::Human, Some(handover), _) if one.unanswered > 0 => {
            let reason = short(&handover.reason, WORDS);
            let since = minute(handover.since);
            format!("a human, waited for since {since}: {reason}")
        }
        (Answerer::Human, _, Some(until)) => format!("a human, until {}", minute(until)),
        (Answerer::Human, _, None) => "a human, until it is resumed".to_owned(),
    }
}

fn unanswered(one: &Standing) -> String {
    match one.unanswered {
        0 => String::new(),
        n => n.to_string(),
    }
}

fn last_words(said: &Line) -> String {
    let failed = if said.status == Status::Failed { "(failed) " } else { "" };
    short(&format!("{failed}{}", said.text), WORDS)
}

fn spoken(line: &Line) -> String {
    let who = match line.speaker {
        Speaker::Person => "person",
        Speaker::Assistant => "assistant",
        Speaker::Operator => "operator",
        Speaker::System => "system",
    };
    let text = without_controls(&line.text);
    let first = format!("{}  {who}{}", minute(line.at), became(line));
    let rest = text.lines().map(|line| format!("    {line}").trim_end().to_owned());
    std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n")
}

/// What became of it, and why.
fn became(line: &Line) -> String {
    let status = match line.status {
        Status::Received => None,
        Status::Queued => Some("waits"),
        Status::Sent => Some("sent"),
        Status::Delivered => Some("delivered"),
        Status::Read => Some("read"),
        Status::Played => Some("played"),
        Status::Failed => Some("failed"),
        Status::Dropped => Some("not sent"),
    };
    let silent = line.silent.as_ref().map(|reason| format!("no answer: {reason}"));
    let told = status.map(|status| match &line.reason {
        Some(reason) => format!("{status}: {reason}"),
        None => status.to_owned(),
    });
    let said: Vec<String> = told.into_iter().chain(silent).collect();
    match said.is_empty() {
        true => String::new(),
        false => format!("  ({})", said.join("; ")),
    }
}

/// What could steer a terminal.
fn without_controls(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\n', " ")
}
