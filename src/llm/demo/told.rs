//! What the prompt tells of a person besides the conversation: what is noted
//! of them, and what was found again.

use super::facts::{Facts, Like};
use super::manners::Formality;
use crate::llm::Prompt;

/// The tool that finds things again.
pub(super) const RECALL: &str = "recall";

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Key and value of what is noted, as far as this brain writes such keys.
    pub notes: Vec<(String, String)>,
    pub said: Vec<Said>,
}

/// Something that was said long ago.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub day: String,
    pub text: String,
}

impl Told {
    /// What the business wants stands first, and tells nothing of the person.
    pub fn of(prompt: &Prompt) -> Self {
        let mut told = Self::default();
        let found = prompt.steps.iter().filter(|step| step.call.name == RECALL);
        let texts = prompt.system.iter().skip(1).chain(found.map(|step| &step.result));
        for line in texts.flat_map(|text| text.lines()) {
            told.notes.extend(note(line));
            told.said.extend(said(line));
        }
        told
    }

    /// What it makes of them.
    pub fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        for (key, value) in &self.notes {
            match kind(key) {
                "name" => facts.name = Some(value.clone()),
                "formality" => facts.formality = Formality::named(value),
                "likes" => facts.likes.extend(Like::read(value)),
                _ => facts.notes.push(value.clone()),
            }
        }
        facts
    }

    /// The key under which another word on the same thing is noted.
    pub fn like(&self, like: &Like) -> Option<String> {
        let same = |value: &str| Like::read(value).is_some_and(|known| known.thing == like.thing);
        let mut likes = self.notes.iter().filter(|(key, _)| kind(key) == "likes");
        likes.find(|(_, value)| same(value)).map(|(key, _)| key.clone())
    }

    /// The key under which the same kind of thing is not noted yet.
    pub fn free(&self, kind: &str, taken: &[String]) -> String {
        let numbered = |n: usize| if n == 1 { kind.to_owned() } else { format!("{kind}_{n}") };
        let is_free = |key: &String| {
            !taken.contains(key) && !self.notes.iter().any(|(known, _)| known == key)
        };
        (1..).map(numbered).find(is_free).unwrap_or_default()
    }
}

/// `- name: Ana`
fn note(line: &str) -> Option<(String, String)> {
    let (key, value) = line.strip_prefix("- ")?.split_once(": ")?;
    let known = ["name", "formality", "likes", "notes"].contains(&kind(key));
    known.then(|| (key.to_owned(), value.trim().to_owned()))
}

/// `likes_2` is another of the likes.
fn kind(key: &str) -> &str {
    let bare = key.trim_end_matches(|c: char| c.is_ascii_digit());
    bare.strip_suffix('_').filter(|_| bare != key).unwrap_or(key)
}

/// `[2026-03-04 14:02 person] the words`, and nobody else's.
fn said(line: &str) -> Option<Said> {
    let (head, text) = line.strip_prefix('[')?.split_once("] ")?;
    let (day, who) = head.split_once(' ')?;
    let is_day = day.len() == 10 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let own = who.split(' ').nth(1) == Some("person");
    (is_day && own).then(|| Said { day: day.to_owned(), text: text.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_and_old_words_are_read_and_nothing_else() {
        let system = vec![
            "- name: Nina\n[2026-01-01 10:00 person] no".to_owned(),
            "Known:\n- name: Ana\n- likes: I like tea\n- likes_2: I hate rain\n- plan: gold\n\
             - formality: formal\n- Thursday 2026-11-26 = today: open"
                .to_owned(),
            "<memory>\n[2026-03-04 14:02 person] I park at gate 7\n\
             [2026-03-04 14:02 assistant] Noted.\n[2026-03-05 09:00 person, forwarded] no\n\
             [picture] no\n</memory>"
                .to_owned(),
        ];
        let prompt = Prompt { system, ..crate::llm::demo::tests::prompt(&[]) };
        let told = Told::of(&prompt);
        let facts = told.facts();
        assert_eq!(facts.name.as_deref(), Some("Ana"));
        assert_eq!(facts.formality, Some(Formality::Formal));
        let likes: Vec<&str> = facts.likes.iter().map(|like| like.words.as_str()).collect();
        assert_eq!(likes, ["I like tea", "I hate rain"]);
        let said = Said { day: "2026-03-04".into(), text: "I park at gate 7".into() };
        assert_eq!(told.said, [said]);
        assert_eq!(told.free("likes", &[]), "likes_3");
        assert_eq!(told.free("notes", &["notes".into()]), "notes_2");
    }
}
