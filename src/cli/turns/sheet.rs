//! A turn in words, whole: nothing of what the model was told is shortened.

use serde_json::Value;

use crate::cli::minute;
use crate::domain::message::Status;
use crate::http::admin::turns::{Replayed, Said, TurnShown};

/// All of a turn.
pub fn words(turn: &TurnShown) -> String {
    let mut parts = vec![head(turn), part("asked", &all(&turn.asked))];
    if let Some(trace) = &turn.trace {
        parts.extend(told(trace));
    } else {
        parts.push(part("told", "nothing is kept of what a model was told"));
    }
    parts.push(part("got", &all(&turn.replies)));
    parts.join("\n\n")
}

/// Both answers, one under the other.
pub fn both(replayed: &Replayed) -> String {
    let Replayed { model, now, calls, usage, model_then, then } = replayed;
    let calls = calls.iter().map(|call| format!("calls {}({})", call.name, call.arguments));
    let now: Vec<String> = Some(now.clone()).into_iter().filter(|now| !now.is_empty()).collect();
    let now = now.into_iter().chain(calls).collect::<Vec<_>>().join("\n");
    let then_by = model_then.as_deref().unwrap_or("no model");
    let cost = format!("{} tokens in, {} out", usage.input, usage.output);
    [
        part(&format!("then ({then_by})"), &then.join("\n")),
        part(&format!("now ({model}; {cost})"), &now),
    ]
    .join("\n\n")
}

fn part(title: &str, words: &str) -> String {
    format!("== {title}\n{}", plain(words))
}

/// Without what could steer a terminal.
fn plain(words: &str) -> String {
    words.replace(|c: char| c.is_control() && c != '\n', " ")
}

fn head(turn: &TurnShown) -> String {
    let record = &turn.record;
    let verdict = match record.verdict.reason() {
        Some(reason) => format!("{}: {reason}", record.verdict.as_str()),
        None => record.verdict.as_str().to_owned(),
    };
    let usage = &record.usage;
    let cost = record.cost.map(|cost| format!(", {cost} in all")).unwrap_or_default();
    [
        format!("turn {} on {}", turn.id, turn.number),
        verdict,
        format!(
            "{} in {} ms: {} tokens in ({} cached), {} out ({} thinking){cost}",
            record.model.as_deref().unwrap_or("no model"),
            record.took.as_millis(),
            usage.input,
            usage.cached,
            usage.output,
            usage.reasoning
        ),
    ]
    .join("\n")
}

fn all(messages: &[Said]) -> String {
    let line = |said: &Said| {
        let reason = said.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let status = status(said.status);
        format!("[{} {} {status}{reason}] {}", minute(said.at), said.id, said.text)
    };
    match messages.is_empty() {
        true => "nothing".to_owned(),
        false => messages.iter().map(line).collect::<Vec<_>>().join("\n"),
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Received => "received",
        Status::Queued => "queued",
        Status::Sent => "sent",
        Status::Delivered => "delivered",
        Status::Read => "read",
        Status::Played => "played",
        Status::Failed => "failed",
        Status::Dropped => "dropped",
    }
}

/// The trace is plain JSON: its parts are shown as they come.
fn told(trace: &Value) -> Vec<String> {
    let system = texts(&trace["prompt"]["system"]).join("\n--\n");
    let dialog = lines(&trace["prompt"]["dialog"], |line| {
        format!("{}: {}", text(&line["role"]), text(&line["text"]))
    });
    let tools = lines(&trace["prompt"]["tools"], |tool| text(&tool["name"]));
    let recalled =
        lines(&trace["recalled"], |one| format!("{} {}", text(&one["id"]), score(&one["score"])));
    let steps = lines(&trace["steps"], |step| {
        let call = &step["call"];
        let (name, arguments) = (text(&call["name"]), text(&call["arguments"]));
        format!("{name}({arguments})\n  -> {}", text(&step["result"]))
    });
    let said = lines(&trace["completions"], |one| {
        let calls = one["calls"].as_array().filter(|calls| !calls.is_empty());
        let calls = calls.map(|calls| format!("\ncalls {}", Value::from(calls.clone())));
        format!("[{}] {}{}", text(&one["model"]), text(&one["text"]), calls.unwrap_or_default())
    });
    let parts = [
        ("told", system),
        ("dialog", dialog),
        ("tools it may call", tools),
        ("found again", recalled),
        ("tools it called", steps),
        ("said", said),
    ];
    let parts = parts.into_iter().filter(|(_, words)| !words.is_empty());
    parts.map(|(title, words)| part(title, &words)).collect()
}

/// No more digits than say something.
fn score(value: &Value) -> String {
    value.as_f64().map_or_else(|| text(value), |score| format!("{score:.3}"))
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(text).collect()
}

fn lines(list: &Value, line: impl Fn(&Value) -> String) -> String {
    list.as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
