//! What the model is told besides the conversation: compiled in, and a file
//! of the same name in the operator's folder replaces it. A variable that
//! does not exist is an error with file and line, found when the files are
//! read and not when somebody writes.

use std::path::Path;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::replies::read_if_there;
use super::time::{Calendar, Day};

const SYSTEM: &str = include_str!("../../templates/prompt/system.md");
const TIME: &str = include_str!("../../templates/prompt/time.md");
const PERSON: &str = include_str!("../../templates/prompt/person.md");
const SUMMARY: &str = include_str!("../../templates/prompt/summary.md");

/// The templates of one business, by what to call them in an error: a file,
/// or the key that holds the text.
pub(super) struct Templates {
    env: Environment<'static>,
    system: String,
    time: String,
    person: String,
    summary: String,
    instructions: String,
}

/// What templates can say of who talks to whom.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Facts<'a> {
    /// The name the person gave themselves, or nothing.
    pub person: &'a str,
    /// Whose assistant it is.
    pub business: &'a str,
    /// What the assistant is called.
    pub assistant: &'a str,
    /// The opening hours in a line, or nothing.
    pub hours: &'a str,
    /// `Thursday 2026-11-26 14:05`.
    pub now: &'a str,
}

/// What is known of the person; each nothing if it is not known.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Known {
    /// What they want of the assistant, in their own words.
    pub wishes: String,
    /// A line for each thing that is remembered.
    pub profile: String,
    /// What was said before the window, in short.
    pub summary: String,
}

/// What is told in short.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Noting {
    /// What was said, a line each.
    pub lines: String,
    /// What was told in short of all that was said before that, or nothing.
    pub before: String,
    /// About so many words are wanted.
    pub words: u32,
}

#[derive(Serialize)]
struct WithInstructions<'a> {
    #[serde(flatten)]
    facts: Facts<'a>,
    instructions: &'a str,
}

impl Templates {
    /// Compiles and tries them; the error says file (or key), line and what
    /// is wrong.
    pub fn compile(dir: Option<&Path>, instructions: (String, String)) -> Result<Self, String> {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|_| AutoEscape::None);
        let system = source(dir, "prompt/system.md", SYSTEM)?;
        let time = source(dir, "prompt/time.md", TIME)?;
        let person = source(dir, "prompt/person.md", PERSON)?;
        let summary = source(dir, "prompt/summary.md", SUMMARY)?;
        let mut add = |(name, text): (String, String)| {
            env.add_template_owned(name.clone(), text).map_err(|e| told(&e)).map(|()| name)
        };
        let (system, time, instructions) = (add(system)?, add(time)?, add(instructions)?);
        let (person, summary) = (add(person)?, add(summary)?);
        let templates = Self { env, system, time, person, summary, instructions };
        templates.try_out()?;
        Ok(templates)
    }

    /// The part that stays the same from turn to turn.
    pub fn system(&self, facts: Facts<'_>) -> Result<String, String> {
        let instructions = self.render(&self.instructions, facts)?;
        self.render(&self.system, WithInstructions { facts, instructions: instructions.trim() })
    }

    /// The part that changes with each turn.
    pub fn time(&self, calendar: &Calendar) -> Result<String, String> {
        self.render(&self.time, calendar)
    }

    /// What is known of the person; nothing if nothing is.
    pub fn person(&self, known: &Known) -> Result<String, String> {
        match *known == Known::default() {
            true => Ok(String::new()),
            false => self.render(&self.person, known),
        }
    }

    /// How what was said is to be told in short.
    pub fn summary(&self, noting: &Noting) -> Result<String, String> {
        self.render(&self.summary, noting)
    }

    fn render(&self, name: &str, with: impl Serialize) -> Result<String, String> {
        let template = self.env.get_template(name).map_err(|e| told(&e))?;
        let text = template.render(minijinja::value::Serde(with)).map_err(|e| told(&e))?;
        Ok(text.trim().to_owned())
    }

    /// With and without everything that can be missing.
    fn try_out(&self) -> Result<(), String> {
        let now = "Thursday 2026-11-26 14:05";
        let full = Facts { person: "Ana", business: "shop", assistant: "Oli", hours: "Mon", now };
        self.system(full)?;
        self.system(Facts { person: "", business: "main", hours: "", ..full })?;
        let [nothing, text] = ["", "text"].map(str::to_owned);
        let known = Known { wishes: text.clone(), profile: text.clone(), summary: text.clone() };
        self.render(&self.person, &known)?;
        self.render(&self.person, Known::default())?;
        for before in [nothing, text.clone()] {
            self.summary(&Noting { lines: text.clone(), before, words: 100 })?;
        }
        for hours in ["", "open 09:00-18:00"] {
            let day =
                || Day { weekday: "Thursday", date: "2026-11-26".into(), hours: hours.into() };
            let (state, timezone) = ("open".to_owned(), "UTC".to_owned());
            let days = vec![day(), day(), day()];
            self.time(&Calendar { now: now.into(), timezone, state, days })?;
        }
        Ok(())
    }
}

/// Name and text of a template: the operator's file, else ours.
fn source(dir: Option<&Path>, name: &str, ours: &str) -> Result<(String, String), String> {
    let file = dir.map(|dir| dir.join(name));
    let own = file.as_deref().map(read_if_there).transpose()?.flatten();
    Ok(match (file, own) {
        (Some(file), Some(text)) => (file.display().to_string(), text),
        (_, _) => (name.to_owned(), ours.to_owned()),
    })
}

/// `FILE:LINE: what is wrong`.
fn told(error: &minijinja::Error) -> String {
    let name = error.name().unwrap_or("a template");
    let line = error.line().unwrap_or_default();
    let what = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let hint = match error.kind() {
        minijinja::ErrorKind::UndefinedError => {
            "; a variable there does not exist: see what the built-in file of that name uses (for instructions: person, business, assistant, hours, now)"
        }
        _ => "; write {{ '{{' }} where braces are meant as text",
    };
    format!("{name}:{line}: {what}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: Facts<'_> = Facts {
        person: "Ana",
        business: "Blue Door",
        assistant: "Oli",
        hours: "Mon-Fri 09:00-18:00",
        now: "Thursday 2026-11-26 14:05",
    };

    fn compile(instructions: &str) -> Result<Templates, String> {
        Templates::compile(None, ("assistant.instructions".into(), instructions.into()))
    }

    #[test]
    fn the_model_is_told_who_is_who_and_what_the_business_wants() {
        let templates =
            compile("Greet {{ person }} for {{ business }}. Open: {{ hours }}").expect("compiles");
        let text = templates.system(FACTS).expect("renders");
        assert!(text.starts_with("You are Oli, the assistant of Blue Door on WhatsApp."), "{text}");
        assert!(text.contains("Greet Ana for Blue Door. Open: Mon-Fri 09:00-18:00"), "{text}");
        let nobody = Facts { person: "", business: "main", hours: "", ..FACTS };
        let text = templates.system(nobody).expect("renders");
        assert!(!text.contains("goes by the name") && !text.contains("Opening hours"), "{text}");
    }

    #[test]
    fn a_wrong_template_says_where_and_what() {
        for (text, hint) in [
            ("Hello\n{{ persn }}", "assistant.instructions:2: "),
            ("Hello {{ person", "assistant.instructions:1: "),
            ("{% if person %}{{ pesron }}{% endif %}", "does not exist"),
            ("{% for x in %}", "assistant.instructions:1: "),
        ] {
            let why = compile(text).err().unwrap_or_default();
            assert!(why.contains(hint), "{text}: {why}");
        }
    }

    #[test]
    fn a_file_of_the_operator_replaces_ours() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(dir.path().join("prompt")).expect("made");
        let file = dir.path().join("prompt/system.md");
        let instructions = || ("file.txt".to_owned(), "Be kind.".to_owned());
        std::fs::write(&file, "Only this: {{ instructions }}").expect("written");
        let templates = Templates::compile(Some(dir.path()), instructions()).expect("compiles");
        assert_eq!(templates.system(FACTS).as_deref(), Ok("Only this: Be kind."));
        std::fs::write(&file, "one\ntwo {{ nothing }}").expect("written");
        let why = Templates::compile(Some(dir.path()), instructions()).err().unwrap_or_default();
        assert!(why.contains("system.md:2: "), "{why}");
    }
}
