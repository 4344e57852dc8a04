//! The cases, as they are written in the file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Deref;
use std::path::Path;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use serde_json::Value;

use super::super::Failure;
use super::mistake::{self, Mistake};
use crate::recall::Phrase;
use crate::tool::TOOLS;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    case: Vec<Case>,
}

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it is called.
    pub name: Words,
    question: Option<Words>,
    #[serde(default)]
    turns: Vec<Words>,
    /// What the last answer has to say.
    #[serde(default)]
    pub must_say: Vec<Wanted>,
    /// What none of the answers may say.
    #[serde(default)]
    pub must_not_say: Vec<Wanted>,
    /// What has to be called.
    pub tool: Option<ToolName>,
    /// Nothing may be called.
    #[serde(default)]
    pub no_tool: bool,
    /// What is known of the person.
    #[serde(default)]
    pub profile: BTreeMap<String, Value>,
    /// What the model is asked of the answer.
    pub judge: Option<Words>,
}

impl Case {
    /// What the person says, a turn each.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        self.question.iter().chain(&self.turns).map(|words| &**words)
    }

    /// Which keys don't go together, and what to do.
    fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        let no_words = self.must_say.is_empty() && self.must_not_say.is_empty();
        let no_test = no_words && self.tool.is_none() && !self.no_tool && self.judge.is_none();
        match (&self.question, self.turns.is_empty()) {
            (None, true) => Some(("question", "is missing; write either question or turns")),
            (Some(_), false) => Some(("turns", "stands beside question; take out one of them")),
            _ if self.tool.is_some() && self.no_tool => {
                Some(("no_tool", "stands beside tool; take out one of them"))
            }
            _ if no_test => {
                Some(("must_say", "is missing; write it, or must_not_say, tool, no_tool or judge"))
            }
            _ if self.profile.values().any(has_date) => {
                Some(("profile", "has a date without quotes; write it as a text"))
            }
            _ => None,
        }
    }
}

/// TOML has dates, what is remembered has none: they come in a wrapping.
fn has_date(value: &Value) -> bool {
    value.to_string().contains("\"$__toml_private_datetime\"")
}

/// Words that say something.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Words(String);

impl TryFrom<String> for Words {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.trim().is_empty() {
            true => Err("is empty; write something, or take it out"),
            false => Ok(Self(text)),
        }
    }
}

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// What an answer says, or does not.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub enum Wanted {
    /// Whole words, as they are written and to be found.
    Words(String, Phrase),
    /// `/a regular expression/`.
    Pattern(Regex),
}

impl Wanted {
    /// Whether a text says so.
    pub fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Words(_, phrase) => phrase.is_in(text),
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }
}

impl TryFrom<String> for Wanted {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if let Some(inside) = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            return pattern(inside).map(Self::Pattern);
        }
        match Phrase::of(&text) {
            Some(phrase) => Ok(Self::Words(text, phrase)),
            None => Err("is empty; write words, or take it out".to_owned()),
        }
    }
}

fn pattern(written: &str) -> Result<Regex, String> {
    if written.is_empty() {
        return Err("// is in every text; write a regular expression between".to_owned());
    }
    RegexBuilder::new(written).case_insensitive(true).build().map_err(|error| {
        let text = error.to_string();
        let why = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!(
            "/{written}/ is no regular expression ({why}); correct it, or leave out the slashes"
        )
    })
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words, _) => write!(f, "{words:?}"),
            Self::Pattern(pattern) => write!(f, "/{pattern}/"),
        }
    }
}

/// A tool that there is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ToolName(pub String);

impl TryFrom<String> for ToolName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let known: Vec<String> = TOOLS.iter().map(|tool| tool.spec().name).collect();
        match known.contains(&name) {
            true => Ok(Self(name)),
            false => Err(format!("there is no tool {name:?}; there are {}", known.join(", "))),
        }
    }
}

/// All cases of the file, or the one of this name.
pub fn read(file: &Path, only: Option<&str>) -> Result<Vec<Case>, Failure> {
    let wrong = |what| Failure::Configuration(format!("{}: {what}", file.display()));
    let text = std::fs::read_to_string(file)
        .map_err(|e| wrong(format!("can't be read: {e}; name a file of cases")))?;
    let mut cases = parse(&text).map_err(|mistake| wrong(mistake.told(&text)))?;
    let names: Vec<String> = cases.iter().map(|case| case.name.to_string()).collect();
    cases.retain(|case| only.is_none_or(|only| &*case.name == only));
    match (cases.is_empty(), only) {
        (false, _) => Ok(cases),
        (true, Some(only)) if !names.is_empty() => {
            Err(wrong(format!("there is no case {only:?}; there are {}", names.join(", "))))
        }
        (true, _) => Err(wrong("there is no case; begin one with [[case]]".to_owned())),
    }
}

fn parse(text: &str) -> Result<Vec<Case>, Mistake> {
    let File { case: cases } = mistake::read(text)?;
    let mut names = BTreeSet::new();
    for (nth, case) in cases.iter().enumerate() {
        if let Some((key, what)) = case.contradiction() {
            return Err(Mistake::of_case(nth, key, what));
        }
        if !names.insert(&*case.name) {
            return Err(Mistake::of_case(nth, "name", "is another case's too; give it its own"));
        }
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let Err(Failure::Configuration(words)) = read(file.path(), None) else { panic!("{text}") };
        let name = format!("{}: ", file.path().display());
        words.strip_prefix(&name).expect("the file is named").to_owned()
    }

    /// A case of two lines, and what is added to it.
    fn with(more: &str) -> String {
        refused(&format!("[[case]]\nname = \"a\"\n{more}\n"))
    }

    #[test]
    fn a_mistake_is_named_with_its_line_key_and_remedy() {
        for (more, told) in [
            ("must_sy = []", "line 3: must_sy: unknown field `must_sy`, expected one of"),
            ("question = \" \"", "line 3: question: is empty; write something"),
            ("turns = [\n\"b\",\n\"\"]", "line 5: turns: is empty; write something"),
            ("question = 3", "line 3: question: invalid type: integer `3`, expected a string"),
            ("question = \"b\"\nmust_say = \"c\"", "line 4: must_say: invalid type: string"),
            ("question = \"b\"\nmust_say = [\"c\",\n4]", "line 5: must_say: invalid type"),
            ("question = \"b\"\nmust_not_say = [\"*\"]", "line 4: must_not_say: is empty; write"),
            ("question = \"b\"\nno_tool = \"recall\"", "line 4: no_tool: invalid type: string"),
            ("question = \"b\"\njudge = \"\"", "line 4: judge: is empty"),
            ("question = \"b\"", "line 1: must_say: is missing; write it, or must_not_say"),
            ("must_say = [\"b\"]", "line 1: question: is missing; write either question or turns"),
            ("question = \"b\"\nturns = [\"c\"]", "line 4: turns: stands beside question; take"),
            (
                "question = \"b\"\nno_tool = true\ntool = \"recall\"",
                "line 4: no_tool: stands beside tool; take",
            ),
            (
                "question = \"b\"\nno_tool = true\nprofile = { since = [2026-01-01] }",
                "line 5: profile: has a date without quotes; write",
            ),
            ("question = \"b", "line 3: invalid basic string"),
        ] {
            let why = with(more);
            assert!(why.starts_with(told), "{more}\n{why}");
        }
        let nameless = refused("\n[[case]]\nquestion = \"q\"\nno_tool = true");
        assert_eq!(nameless, "line 2: name: is missing; write it there");
        let one = "[[case]]\nname = \"a\"\nquestion = \"q\"\nno_tool = true\n";
        assert!(refused(&one.repeat(2)).starts_with("line 6: name: is another case's too; give"));
        assert!(refused("").starts_with("there is no case; begin one with [[case]]"));
        assert!(refused("[case]\nname = \"a\"").starts_with("line 1: case: invalid type: map"));
        assert!(refused("[[cases]]").starts_with("line 1: cases: unknown field `cases`, expected"));
    }

    #[test]
    fn a_tool_has_to_be_there() {
        let why = with("question = \"b\"\ntool = \"handof\"");
        let told = "line 4: tool: there is no tool \"handof\"; there are offer_choices, handoff, ";
        assert!(why.starts_with(told) && why.contains("remember"), "{why}");
    }

    #[test]
    fn a_pattern_is_a_regular_expression_without_regard_to_case() {
        let wanted = |text: &str| Wanted::try_from(text.to_owned());
        let hours = wanted(r"/\b1?9(:00)? ?h/").unwrap();
        assert!(hours.is_in("Abrimos às 9:00H.") && !hours.is_in("Abrimos às 29 h"));
        assert_eq!(hours.to_string(), r"/\b1?9(:00)? ?h/");
        assert!(wanted("/").unwrap().is_in("1/2"), "one slash is a sign");

        let why = with("question = \"b\"\nmust_say = [\n\"c\",\n\"/9(:00/\",\n]");
        let told = "line 6: must_say: /9(:00/ is no regular expression (unclosed group); correct";
        assert!(why.starts_with(told), "{why}");
        assert!(with("question = \"b\"\nmust_say = [\"//\"]").contains("is in every text; write"));
    }
}
