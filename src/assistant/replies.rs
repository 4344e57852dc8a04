//! Canned lines: a file a language, compiled in; a file of the same name in
//! the operator's folder replaces lines one by one.

use std::collections::BTreeMap;
use std::path::Path;

use super::Replies;
use super::language::LANGUAGES;

const EMBEDDED: [&str; 9] = [
    include_str!("../../templates/reply/en.toml"),
    include_str!("../../templates/reply/es.toml"),
    include_str!("../../templates/reply/pt.toml"),
    include_str!("../../templates/reply/hi.toml"),
    include_str!("../../templates/reply/fr.toml"),
    include_str!("../../templates/reply/de.toml"),
    include_str!("../../templates/reply/ar.toml"),
    include_str!("../../templates/reply/it.toml"),
    include_str!("../../templates/reply/id.toml"),
];

/// Reads all languages; the error names file and line, or the unknown line.
pub(super) fn load(dir: Option<&Path>) -> Result<Replies, String> {
    let mut replies = Replies::new();
    for (language, text) in LANGUAGES.into_iter().zip(EMBEDDED) {
        let mut lines = parse(&format!("templates/reply/{language}.toml"), text)?;
        if let Some(dir) = dir {
            replace(&mut lines, &dir.join("reply").join(format!("{language}.toml")))?;
        }
        replies.insert(language.to_owned(), lines);
    }
    Ok(replies)
}

/// The line called `name`, in this language; every language has every line.
pub(super) fn line<'a>(replies: &'a Replies, language: &str, name: &str) -> &'a str {
    let lines = replies.get(language).or_else(|| replies.get(LANGUAGES[0]));
    lines.and_then(|lines| lines.get(name)).map(String::as_str).unwrap_or_default()
}

fn replace(lines: &mut BTreeMap<String, String>, file: &Path) -> Result<(), String> {
    let Some(text) = read_if_there(file)? else { return Ok(()) };
    for (name, line) in parse(&file.display().to_string(), &text)? {
        match lines.get_mut(&name) {
            Some(known) if !line.trim().is_empty() => *known = line,
            Some(_) => return Err(format!("{}: {name} is empty; write a line", file.display())),
            None => {
                let known: Vec<&str> = lines.keys().map(String::as_str).collect();
                let known = known.join(", ");
                return Err(format!(
                    "{}: no line is called {name}; there are: {known}",
                    file.display()
                ));
            }
        }
    }
    Ok(())
}

/// The text of a file; `None` = there is no such file.
pub(super) fn read_if_there(file: &Path) -> Result<Option<String>, String> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(format!("{} can't be read: {e}", file.display())),
    }
}

fn parse(name: &str, text: &str) -> Result<BTreeMap<String, String>, String> {
    let file = ::config::File::from_str(text, ::config::FileFormat::Toml);
    let lines = ::config::Config::builder().add_source(file).build();
    lines.and_then(::config::Config::try_deserialize).map_err(|e| format!("{name}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_line() {
        let replies = load(None).expect("the embedded lines");
        let names: Vec<&String> = replies["en"].keys().collect();
        assert_eq!(names, ["failed"]);
        for language in LANGUAGES {
            assert_eq!(replies[language].keys().collect::<Vec<_>>(), names, "{language}");
            assert!(replies[language].values().all(|line| !line.trim().is_empty()));
        }
        assert!(line(&replies, "de", "failed").contains("Entschuldigung"));
        assert_eq!(line(&replies, "xx", "failed"), replies["en"]["failed"]);
    }

    #[test]
    fn a_file_of_the_operator_replaces_a_line_or_says_what_is_wrong() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("reply/fr.toml");
        std::fs::create_dir(dir.path().join("reply")).expect("made");
        let load_with = |text: &str| {
            std::fs::write(&file, text).expect("written");
            load(Some(dir.path()))
        };
        let replies = load_with("failed = \"Un instant.\"").expect("readable");
        assert_eq!(line(&replies, "fr", "failed"), "Un instant.");
        assert!(line(&replies, "it", "failed").contains("Mi dispiace"));
        for (text, hint) in [
            ("failed = \"x\"\nfailde = \"y\"", "failde"),
            ("failed = \"\"", "empty"),
            ("# one\nfailed = ", "line 2"),
        ] {
            let why = load_with(text).expect_err("wrong");
            assert!(why.contains("fr.toml") && why.contains(hint), "{why}");
        }
    }
}
