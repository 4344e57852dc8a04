//! The cases: how they are written, and whether an answer is as it should be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::super::Failure;
use super::asking::Heard;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    case: Vec<Case>,
}

/// One case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it is called.
    pub name: String,
    question: Option<String>,
    #[serde(default)]
    turns: Vec<String>,
    #[serde(default)]
    must_say: Vec<String>,
    #[serde(default)]
    must_not_say: Vec<String>,
    tool: Option<String>,
    #[serde(default)]
    no_tool: bool,
    /// What is known of the person.
    #[serde(default)]
    pub profile: BTreeMap<String, Value>,
    /// What the model is asked of the answer.
    pub judge: Option<String>,
}

impl Case {
    /// What the person says, a turn each.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        self.question.iter().chain(&self.turns).map(String::as_str)
    }

    /// What is wrong with how it is written.
    fn mistake(&self) -> Option<&'static str> {
        let tests = [
            !self.must_say.is_empty(),
            !self.must_not_say.is_empty(),
            self.tool.is_some(),
            self.no_tool,
            self.judge.is_some(),
        ];
        let words = self.must_say.iter().chain(&self.must_not_say);
        match () {
            () if self.name.trim().is_empty() => Some("name is empty; give it one"),
            () if self.question.is_some() != self.turns.is_empty() => {
                Some("write either question or turns")
            }
            () if self.said().any(|said| said.trim().is_empty()) => {
                Some("a question is empty; write what the person says")
            }
            () if !tests.contains(&true) => {
                Some("nothing is tested; write must_say, must_not_say, tool, no_tool or judge")
            }
            () if self.tool.is_some() && self.no_tool => {
                Some("a tool is wanted, and none; take out tool or no_tool")
            }
            () if words.map(|words| plain(words)).any(|words| words.is_empty()) => {
                Some("must_say or must_not_say has an empty entry; take it out")
            }
            () => None,
        }
    }
}

/// All cases of the file, or the one of this name.
pub fn read(file: &Path, only: Option<&str>) -> Result<Vec<Case>, Failure> {
    let shown = file.display();
    let wrong = |what: String| Failure::Configuration(format!("{shown}: {what}"));
    let text = std::fs::read_to_string(file)
        .map_err(|e| wrong(format!("can't be read: {e}; name a file of cases")))?;
    let File { case: mut cases } =
        toml::from_str(&text).map_err(|e| wrong(explained(&text, &e)))?;
    let mut names = BTreeSet::new();
    for case in &cases {
        if let Some(mistake) = case.mistake() {
            return Err(wrong(format!("case {:?}: {mistake}", case.name)));
        }
        if !names.insert(case.name.clone()) {
            let what = format!("two cases are called {:?}; give each a name of its own", case.name);
            return Err(wrong(what));
        }
    }
    cases.retain(|case| only.is_none_or(|only| case.name == only));
    match (cases.is_empty(), only) {
        (false, _) => Ok(cases),
        (true, None) => Err(wrong("there is no case; begin one with [[case]]".to_owned())),
        (true, Some(only)) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Err(wrong(format!("there is no case {only:?}; there are {}", names.join(", "))))
        }
    }
}

/// Where it is, and what.
fn explained(text: &str, error: &toml::de::Error) -> String {
    let at = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
    let place = at.map(|line| format!("line {line}: ")).unwrap_or_default();
    format!("{place}{}; correct it there", error.message().replace('\n', " "))
}

/// Why the answers are not as they should be.
pub fn fault(case: &Case, heard: &Heard) -> Option<String> {
    if let Some(reason) = &heard.reason {
        return Some(format!("no answer was made ({reason})"));
    }
    let last = plain(heard.last());
    if let Some(words) = case.must_say.iter().find(|words| !last.contains(&plain(words))) {
        return Some(format!("does not say {words:?}"));
    }
    let all = plain(&heard.answers.join("\n"));
    if let Some(words) = case.must_not_say.iter().find(|words| all.contains(&plain(words))) {
        return Some(format!("says {words:?}"));
    }
    match (&case.tool, heard.tools.as_slice()) {
        (Some(tool), called) if !called.contains(tool) => {
            Some(format!("did not call {tool} (called: {})", named(called)))
        }
        (None, called) if case.no_tool && !called.is_empty() => {
            Some(format!("called {}", named(called)))
        }
        _ => None,
    }
}

fn named(tools: &[String]) -> String {
    if tools.is_empty() { "none".to_owned() } else { tools.join(", ") }
}

/// Without case, accents and the spaces around words.
fn plain(text: &str) -> String {
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let letters: String = letters.collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let Err(Failure::Configuration(words)) = read(file.path(), None) else { panic!("{text}") };
        words
    }

    #[test]
    fn a_mistake_is_named_with_its_place_and_remedy() {
        for (text, hint) in [
            ("", "begin one with [[case]]"),
            ("[[case]]\nname = \"a\"\nmust_sy = []", "line 3: unknown field `must_sy`"),
            ("[[case]]\nquestion = \"q\"\nmust_say = [\"a\"]", "missing field `name`"),
            ("[[case]]\nname = \"a\"\nmust_say = [\"a\"]", "either question or turns"),
            (
                "[[case]]\nname = \"a\"\nquestion = \"q\"\nturns = [\"r\"]",
                "either question or turns",
            ),
            ("[[case]]\nname = \"a\"\nquestion = \"q\"", "nothing is tested"),
            ("[[case]]\nname = \"a\"\nquestion = \"q\"\nmust_say = [\" \"]", "an empty entry"),
            ("[[case]]\nname = \"a\"\nquestion = \"q\"\ntool = \"x\"\nno_tool = true", "take out"),
        ] {
            let why = refused(text);
            assert!(why.contains(hint), "{why}");
        }
        let one = "[[case]]\nname = \"a\"\nquestion = \"q\"\nno_tool = true\n";
        assert!(refused(&one.repeat(2)).contains("two cases are called \"a\""));
    }

    #[test]
    fn words_are_found_without_case_accents_and_line_ends() {
        let case = |say: &str, not: &str| Case {
            must_say: vec![say.into()],
            must_not_say: vec![not.into()],
            ..Case::default()
        };
        let heard = Heard { answers: vec!["Abrimos às\n9 horas.".into()], ..Heard::default() };
        assert_eq!(fault(&case("AS 9 HORAS", "sábado"), &heard), None);
        assert_eq!(fault(&case("10 horas", "x"), &heard), Some("does not say \"10 horas\"".into()));
        assert_eq!(fault(&case("9", "ABRIMOS"), &heard), Some("says \"ABRIMOS\"".into()));
    }

    #[test]
    fn tools_have_to_be_called_or_not() {
        let heard = Heard { tools: vec!["remember".into()], ..Heard::default() };
        let wants = Case { tool: Some("handoff".into()), ..Case::default() };
        let why = fault(&wants, &heard).unwrap_or_default();
        assert_eq!(why, "did not call handoff (called: remember)");
        let none = Case { no_tool: true, ..Case::default() };
        assert_eq!(fault(&none, &heard).as_deref(), Some("called remember"));
        assert_eq!(fault(&none, &Heard::default()), None);
    }
}
