//! Answers without a language model, for trying the program out: it reads the
//! conversation for a name, likes, things to remember and how formal to be,
//! notes them as a model would, finds old words again, and says openly what it
//! is, in the person's language if that is one of five. It knows only what was
//! said and makes nothing up.

mod asks;
mod facts;
mod lines;
mod manners;
mod names;
mod recalling;
mod sentences;
mod told;

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use super::{Completion, Line, Model, ModelError, Prompt, ToolCall};
use crate::clock::Clock;
use crate::domain::message::Role;
use asks::Asks;
use facts::Facts;
use lines::Lines;
use manners::Formality;
use told::Told;

/// As long as a quick model takes, so that a trial shows what people will
/// see: their message read, and typing dots.
const THINKS: Duration = Duration::from_millis(700);

/// The demonstration.
pub struct Demo {
    clock: Clock,
}

impl Demo {
    /// A brain that takes its time by this clock.
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

#[async_trait]
impl Model for Demo {
    async fn complete(&self, _: &str, prompt: &Prompt) -> Result<Completion, ModelError> {
        self.clock.pause(THINKS).await;
        let brain = Brain::of(prompt);
        let calls = brain.calls();
        let text = if calls.is_empty() { brain.reply() } else { String::new() };
        Ok(Completion { text, calls, ..Completion::default() })
    }
}

/// The tools that it knows how to use.
const OFFER: &str = "offer_choices";
const REMEMBER: &str = "remember";

/// One prompt, understood as far as it goes.
struct Brain<'a> {
    prompt: &'a Prompt,
    /// What was said before, and what nobody has answered.
    before: &'a [Line],
    question: &'a [Line],
    told: Told,
    /// What was known, and is now.
    known: Facts,
    now: Facts,
    asks: Asks,
    lines: &'static Lines,
}

impl<'a> Brain<'a> {
    fn of(prompt: &'a Prompt) -> Self {
        let newest = prompt.dialog.iter().rposition(|line| line.role != Role::Person);
        let (before, question) = prompt.dialog.split_at(newest.map_or(0, |at| at + 1));
        let told = Told::of(prompt);
        let known = Facts::of(before).overlaid(told.facts());
        let mut now = known.clone();
        now.read(question);
        let own = prompt.dialog.iter().rev().filter(|line| line.role == Role::Person);
        let formal = now.formality == Some(Formality::Formal);
        let lines = lines::of(own.map(|line| line.text.as_str()), formal);
        Self { prompt, before, question, told, known, now, asks: Asks::of(question), lines }
    }

    /// What it needs done before it can answer.
    fn calls(&self) -> Vec<ToolCall> {
        let menu = self.menu().map(|call| vec![call]);
        menu.or_else(|| self.looks_up().map(|call| vec![call])).unwrap_or_else(|| self.notes())
    }

    /// Whether a tool is there and has not been used for this question.
    fn can(&self, tool: &str) -> bool {
        let used = self.prompt.steps.iter().any(|step| step.call.name == tool);
        !used && self.prompt.tools.iter().any(|one| one.name == tool)
    }

    /// Who asks for the menu can tap what there is to ask.
    fn menu(&self) -> Option<ToolCall> {
        let wanted = self.asks == Asks::Menu && self.can(OFFER);
        let titles = self.lines.menu.map(|title| json!({ "title": title }));
        wanted.then(|| call("menu", OFFER, &json!({ "options": titles })))
    }

    /// What is not in sight is looked up.
    fn looks_up(&self) -> Option<ToolCall> {
        let Asks::Before(topic) = &self.asks else { return None };
        let wanted = self.can(told::RECALL) && self.found(topic).is_none();
        wanted.then(|| call("recall", told::RECALL, &json!({ "query": topic.join(" ") })))
    }

    /// What was heard and is not noted yet.
    fn notes(&self) -> Vec<ToolCall> {
        if !self.can(REMEMBER) {
            return Vec::new();
        }
        let mut notes = Vec::new();
        for line in self.question {
            let quote = facts::said(&line.text);
            for (key, value) in self.heard(line, &notes) {
                let arguments = json!({ "key": key, "value": value, "quote": quote });
                let id = format!("remember-{}", notes.len() + 1);
                notes.push((key, call(&id, REMEMBER, &arguments)));
            }
        }
        notes.into_iter().map(|(_, call)| call).collect()
    }

    /// What is new in one message, each under a key of its own.
    fn heard(&self, line: &Line, taken: &[(String, ToolCall)]) -> Vec<(String, String)> {
        let (heard, noted) = (Facts::of(std::slice::from_ref(line)), self.told.facts());
        let mut new = Vec::new();
        if let Some(name) = heard.name.filter(|name| noted.name.as_ref() != Some(name)) {
            new.push(("name".to_owned(), name));
        }
        if let Some(formality) = heard.formality.filter(|one| noted.formality != Some(*one)) {
            new.push(("formality".to_owned(), formality.name().to_owned()));
        }
        let mut taken: Vec<String> = taken.iter().map(|(key, _)| key.clone()).collect();
        for like in heard.likes.into_iter().filter(|like| !noted.likes.contains(like)) {
            let key = self.told.like(&like).unwrap_or_else(|| self.told.free("likes", &taken));
            taken.push(key.clone());
            new.push((key, like.words));
        }
        for note in heard.notes.into_iter().filter(|note| !noted.notes.contains(note)) {
            let key = self.told.free("notes", &taken);
            taken.push(key.clone());
            new.push((key, note));
        }
        new
    }

    fn reply(&self) -> String {
        let (answer, who_i_am) = (self.answer(), self.lines.who_i_am);
        let told = |line: &Line| line.role != Role::Person && line.text.contains(who_i_am);
        match answer.contains(who_i_am) || self.before.iter().any(told) {
            true => answer,
            false => format!("{answer}\n\n{who_i_am}"),
        }
    }

    fn answer(&self) -> String {
        let lines = self.lines;
        match &self.asks {
            Asks::Name => self.name(),
            Asks::Before(topic) => self.found(topic).unwrap_or_else(|| lines.not_found.to_owned()),
            Asks::Everything => self.everything(),
            Asks::Help => format!("{} {}", lines.who_i_am, lines.what_i_can),
            Asks::Menu => lines.what_i_can.to_owned(),
            _ if self.now != self.known => self.learned(),
            _ if Facts::of(self.question) != Facts::default() => self.knew().to_owned(),
            Asks::Greeting => self.greeting(),
            Asks::Thanks => lines.welcome.to_owned(),
            Asks::Nothing => format!("{} {} {}", lines.cannot, lines.who_i_am, lines.what_i_can),
        }
    }

    fn found(&self, topic: &[String]) -> Option<String> {
        recalling::found(topic, &self.told, self.before, self.lines)
    }

    fn name(&self) -> String {
        match &self.now.name {
            Some(name) => self.lines.your_name.replace("{}", name),
            None => self.lines.no_name.to_owned(),
        }
    }

    fn greeting(&self) -> String {
        let lines = self.lines;
        match &self.now.name {
            Some(name) => lines.hello_name.replace("{}", name),
            None => format!("{} {} {}", lines.hello, lines.who_i_am, lines.what_i_can),
        }
    }

    fn everything(&self) -> String {
        let (facts, lines) = (&self.now, self.lines);
        let name = facts.name.iter().map(|name| lines.your_name.replace("{}", name));
        let formal = facts.formality.filter(|one| *one == Formality::Formal);
        let formal = formal.iter().map(|_| lines.wants_formal.to_owned());
        let likes = facts.likes.iter().map(|like| lines.said.replace("{}", &like.words));
        let notes = facts.notes.iter().map(|note| lines.asked.replace("{}", note));
        let all = name.chain(formal).chain(likes).chain(notes);
        let known: Vec<String> = all.map(|line| format!("\n- {line}")).collect();
        match known.is_empty() {
            true => format!("{} {}", lines.nothing, lines.what_i_can),
            false => format!("{}{}", lines.known, known.concat()),
        }
    }

    fn learned(&self) -> String {
        let (known, now, lines) = (&self.known, &self.now, self.lines);
        let mut parts = Vec::new();
        match &now.name {
            Some(name) if known.name.is_none() => parts.push(lines.met.replace("{}", name)),
            Some(name) if known.name != now.name => parts.push(lines.renamed.replace("{}", name)),
            Some(_) | None => {}
        }
        match now.formality.filter(|_| known.formality != now.formality) {
            Some(Formality::Formal) => parts.push(lines.be_formal.to_owned()),
            Some(Formality::Informal) => parts.push(lines.be_informal.to_owned()),
            None => {}
        }
        parts.extend(self.noted());
        match parts.is_empty() {
            true => lines.fine.to_owned(),
            false => parts.join(" "),
        }
    }

    /// Nothing of it was new: at least not to what it has just noted.
    fn knew(&self) -> &'static str {
        let noted = self.prompt.steps.iter().any(|step| step.call.name == REMEMBER);
        let heard = Facts::of(self.question);
        let manners = Facts { formality: heard.formality, ..Facts::default() };
        match () {
            () if noted => self.lines.fine,
            () if heard == manners => self.lines.i_do,
            () => self.lines.i_know,
        }
    }

    /// The person is told by others what was noted with the tool.
    fn noted(&self) -> Option<String> {
        let (known, now, lines) = (&self.known, &self.now, self.lines);
        if self.prompt.steps.iter().any(|step| step.call.name == REMEMBER) {
            return None;
        }
        let likes = now.likes.iter().filter(|like| !known.likes.contains(like));
        let notes = now.notes.iter().filter(|note| !known.notes.contains(note));
        let new = likes.map(|like| &like.words).chain(notes);
        let new: Vec<String> = new.map(|words| format!("\"{words}\"")).collect();
        let joined = new.join(&format!(" {} ", lines.and));
        (!new.is_empty()).then(|| lines.noted.replace("{}", &joined))
    }
}

fn call(id: &str, name: &str, arguments: &serde_json::Value) -> ToolCall {
    let (id, name, arguments) = (id.into(), name.into(), arguments.to_string());
    ToolCall { id, name, arguments, extra_content: None }
}

#[cfg(test)]
mod tests;
