//! Canned lines, and messages that mean one thing whatever the model: a file
//! a language, compiled in. A file of the same name in the operator's folder
//! replaces lines one by one and lists of words whole.

pub(super) mod words;

use std::collections::BTreeMap;
use std::path::Path;

use ::config::{Value, ValueKind};

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

/// The tables of a file that are no lines.
const WORDS: &str = "words";
const COMMANDS: &str = "commands";
const LABELS: &str = "labels";

/// What can stand between braces in a line.
const BLANKS: [&str; 12] = [
    "assistant",
    "business",
    "url",
    "hours",
    "contact",
    "name",
    "reason",
    "since",
    "count",
    "messages",
    "value",
    "items",
];

/// What a message can ask for that is these words and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
    /// A human.
    Person,
}

impl Wish {
    const ALL: [(Self, &str); 3] =
        [(Self::Stop, "stop"), (Self::Start, "start"), (Self::Person, "person")];
}

/// What a message can answer to a question of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
}

impl Answer {
    const ALL: [(Self, &str); 2] = [(Self::Yes, "yes"), (Self::No, "no")];
}

/// Lines and words of all languages.
#[derive(Debug)]
pub(super) struct Replies(BTreeMap<&'static str, Phrases>);

/// Those of one language.
#[derive(Clone, Debug, Default)]
struct Phrases {
    lines: BTreeMap<String, String>,
    /// As [`words::bare`] leaves them.
    words: Lists,
    /// The same.
    commands: Lists,
    labels: BTreeMap<String, String>,
}

impl Replies {
    /// Reads all languages; the error names the file, and the line or key.
    pub fn load(dir: Option<&Path>) -> Result<Self, String> {
        let mut replies = BTreeMap::new();
        for (language, text) in LANGUAGES.into_iter().zip(EMBEDDED) {
            let name = format!("reply/{language}.toml");
            let mut phrases = parse(&format!("templates/{name}"), text)?;
            if let Some(dir) = dir {
                phrases.replace(&dir.join(name))?;
            }
            replies.insert(language, phrases);
        }
        Ok(Self(replies))
    }

    /// Whether there are lines in this language.
    pub fn speak(&self, language: &str) -> bool {
        self.0.contains_key(language)
    }

    /// The line called `name`, in this language; every language has every line.
    pub fn line(&self, language: &str, name: &str) -> &str {
        let phrases = self.0.get(language).or_else(|| self.0.get(LANGUAGES[0]));
        phrases.and_then(|phrases| phrases.lines.get(name)).map(String::as_str).unwrap_or_default()
    }

    /// How a key of what is known is called.
    pub fn label(&self, language: &str, key: &str) -> Option<&str> {
        self.0.get(language)?.labels.get(kind(key)).map(String::as_str)
    }

    /// All that a key is called, in whatever language.
    pub fn called(&self, key: &str) -> Vec<String> {
        let labels = self.0.values().filter_map(|phrases| phrases.labels.get(kind(key)));
        std::iter::once(kind(key)).chain(labels.map(String::as_str)).map(str::to_owned).collect()
    }

    /// What a whole message answers, in whatever language.
    pub fn answer(&self, said: &str) -> Option<Answer> {
        let bare = words::bare(&said.replace([',', '،', '.', '!'], " "));
        let among = |key| self.0.values().any(|phrases| has(&phrases.words, key, &bare));
        Answer::ALL.into_iter().find(|(_, key)| among(key)).map(|(answer, _)| answer)
    }

    /// Whether this word is in a list of `[commands]`, in whatever language.
    pub fn commands(&self, list: &str, word: &str) -> bool {
        let bare = words::bare(word);
        self.0.values().any(|phrases| has(&phrases.commands, list, &bare))
    }

    /// What a whole message asks for, in whatever language.
    pub fn wish(&self, said: &str) -> Option<Wish> {
        self.wishes(&words::bare(said)).next().map(|(_, wish)| wish)
    }

    /// The language of such a message, or of a command, if it is of one only.
    pub fn language_of(&self, said: &str) -> Option<&'static str> {
        let (bare, command) = (words::bare(said), words::command(said));
        let wishes = self.wishes(&bare).map(|(language, _)| language);
        let mut languages = wishes.chain(command.iter().flat_map(|(word, _)| self.speaking(word)));
        let language = languages.next();
        language.filter(|_| languages.next().is_none())
    }

    fn wishes(&self, bare: &str) -> impl Iterator<Item = (&'static str, Wish)> {
        self.0.iter().flat_map(move |(language, phrases)| {
            let meant =
                Wish::ALL.into_iter().filter(move |(_, key)| has(&phrases.words, key, bare));
            meant.map(|(wish, _)| (*language, wish))
        })
    }

    /// The languages that have this command.
    fn speaking(&self, word: &str) -> impl Iterator<Item = &'static str> {
        let known = move |lists: &Lists| lists.keys().any(|list| has(lists, list, word));
        let languages = self.0.iter().filter(move |(_, phrases)| known(&phrases.commands));
        languages.map(|(language, _)| *language)
    }
}

/// Several of a kind are numbered: `likes_2` is another of the likes.
fn kind(key: &str) -> &str {
    let bare = key.trim_end_matches(|c: char| c.is_ascii_digit());
    bare.strip_suffix('_').filter(|_| bare != key).unwrap_or(key)
}

/// Lists of words by what they mean.
type Lists = BTreeMap<String, Vec<String>>;

fn has(lists: &Lists, list: &str, bare: &str) -> bool {
    lists.get(list).is_some_and(|list| list.iter().any(|word| word == bare))
}

impl Phrases {
    /// By what stands in the operator's own file, if there is one.
    fn replace(&mut self, file: &Path) -> Result<(), String> {
        let Some(text) = read_if_there(file)? else { return Ok(()) };
        let name = file.display().to_string();
        let own = parse(&name, &text)?;
        self.labels.extend(own.labels);
        put(&mut self.lines, own.lines).map_err(|e| format!("{name}: {e}"))?;
        put(&mut self.words, own.words).map_err(|e| format!("{name}: {WORDS}.{e}"))?;
        put(&mut self.commands, own.commands).map_err(|e| format!("{name}: {COMMANDS}.{e}"))
    }
}

/// Replaces what is there; a key that is not there is a mistake.
fn put<T>(known: &mut BTreeMap<String, T>, own: BTreeMap<String, T>) -> Result<(), String> {
    for (key, value) in own {
        let Some(slot) = known.get_mut(&key) else {
            let known: Vec<&str> = known.keys().map(String::as_str).collect();
            return Err(format!("{key} is unknown; there are: {}", known.join(", ")));
        };
        *slot = value;
    }
    Ok(())
}

/// A line with its blanks filled in.
pub(super) fn filled(line: &str, blanks: &[(&str, &str)]) -> String {
    let fill = |line: String, (name, value): &(&str, &str)| line.replace(&blank(name), value);
    blanks.iter().fold(line.to_owned(), fill)
}

/// Says what is wrong with a line, if anything is.
pub(super) fn check_line(line: &str) -> Result<(), String> {
    if line.trim().is_empty() {
        return Err("is empty; write a line".to_owned());
    }
    let known = |text: &str| BLANKS.iter().any(|name| text.starts_with(&blank(name)));
    match line.match_indices('{').find(|(at, _)| !known(&line[*at..])) {
        None => Ok(()),
        Some((at, _)) => {
            let wrong: String = line[at..].chars().take(20).collect();
            Err(format!("has \"{wrong}\"; in braces can stand {}", BLANKS.join(", ")))
        }
    }
}

fn blank(name: &str) -> String {
    format!("{{{name}}}")
}

/// The text of a file; `None` = there is no such file.
pub(super) fn read_if_there(file: &Path) -> Result<Option<String>, String> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(format!("{} can't be read: {e}", file.display())),
    }
}

fn parse(name: &str, text: &str) -> Result<Phrases, String> {
    let file = ::config::File::from_str(text, ::config::FileFormat::Toml);
    let tree = ::config::Config::builder().add_source(file).build();
    let tree = tree.and_then(::config::Config::try_deserialize::<BTreeMap<String, Value>>);
    let mut phrases = Phrases::default();
    for (key, value) in tree.map_err(|e| format!("{name}: {e}"))? {
        let read = match key.as_str() {
            WORDS => lists(value).map(|words| phrases.words = words),
            COMMANDS => lists(value).map(|words| phrases.commands = words),
            LABELS => labels(value).map(|labels| phrases.labels = labels),
            _ => line(value).map(|line| drop(phrases.lines.insert(key.clone(), line))),
        };
        read.map_err(|e| format!("{name}: {key}{e}"))?;
    }
    Ok(phrases)
}

/// An error begins where the key's name ends.
fn line(value: Value) -> Result<String, String> {
    let ValueKind::String(line) = value.kind else {
        return Err(" is no line; write it between quotes".to_owned());
    };
    check_line(&line).map(|()| line).map_err(|e| format!(" {e}"))
}

fn labels(value: Value) -> Result<BTreeMap<String, String>, String> {
    let table = value.into_table().map_err(|_| " is no table of labels".to_owned())?;
    let labels = table.into_iter().map(|(key, value)| match value.kind {
        ValueKind::String(label) if !label.trim().is_empty() => Ok((key, label)),
        _ => Err(format!(".{key} is no label; write it between quotes")),
    });
    labels.collect()
}

fn lists(value: Value) -> Result<Lists, String> {
    let table = value.into_table().map_err(|_| " is no table of lists".to_owned())?;
    let lists = table.into_iter().map(|(key, value)| {
        let list = list(value).map_err(|e| format!(".{key} {e}"))?;
        Ok((key, list))
    });
    lists.collect()
}

/// An empty list switches its wish, or command, off for this language.
fn list(value: Value) -> Result<Vec<String>, String> {
    let list = value.into_array().map_err(|_| "is no list".to_owned())?;
    let word = |value: Value| match value.into_string().map(|word| words::bare(&word)) {
        Ok(word) if !word.is_empty() => Ok(word),
        _ => Err("has an entry that is no word".to_owned()),
    };
    list.into_iter().map(word).collect()
}

#[cfg(test)]
mod tests;
