//! What was done, step by step: shown as it happens, or as JSON at the end.

use serde::Serialize;

use super::super::{say, say_json};

/// The steps so far.
pub struct Steps {
    json: bool,
    all: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, Serialize)]
struct Step {
    step: &'static str,
    outcome: Outcome,
    detail: String,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// It was done now, or found to be well.
    Done,
    /// It was so before.
    Already,
    /// It is not as it could be, and works all the same.
    Noted,
    /// It is left to a person.
    ByHand,
}

/// What programs read.
#[derive(Serialize)]
struct Report<'a, T> {
    number: &'a str,
    steps: &'a [Step],
    #[serde(flatten)]
    rest: T,
}

impl Steps {
    /// None yet.
    pub fn new(json: bool) -> Self {
        Self { json, all: Vec::new() }
    }

    /// It was done now, or found to be well.
    pub fn done(&mut self, step: &'static str, detail: &str) {
        self.add(step, Outcome::Done, detail);
    }

    /// It was so before.
    pub fn already(&mut self, step: &'static str, detail: &str) {
        self.add(step, Outcome::Already, detail);
    }

    /// It is not as it could be, and works all the same.
    pub fn noted(&mut self, step: &'static str, detail: &str) {
        self.add(step, Outcome::Noted, detail);
    }

    /// It is left to a person.
    pub fn by_hand(&mut self, step: &'static str, detail: &str) {
        self.add(step, Outcome::ByHand, detail);
    }

    /// For people only.
    pub fn tell(&self, words: &str) {
        if !self.json {
            say(words);
        }
    }

    /// For programs only.
    pub fn report(&self, number: &str, rest: impl Serialize) {
        if self.json {
            say_json(&Report { number, steps: &self.all, rest });
        }
    }

    fn add(&mut self, step: &'static str, outcome: Outcome, detail: &str) {
        let mark = match outcome {
            Outcome::Done => "ok      ",
            Outcome::Already => "ok      ",
            Outcome::Noted => "note    ",
            Outcome::ByHand => "by hand ",
        };
        let already = if outcome == Outcome::Already { " (already so)" } else { "" };
        self.tell(&format!("{mark} {step:<9} {detail}{already}"));
        self.all.push(Step { step, outcome, detail: detail.to_owned() });
    }
}
