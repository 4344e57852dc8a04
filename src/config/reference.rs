//! `config/default.toml` as data: the lowest layer, and what errors quote to
//! say what belongs in a key.

/// The file itself.
pub const TEXT: &str = include_str!("../../config/default.toml");

/// One key of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The table it stands in: `server`, `numbers.meta`.
    pub section: String,
    /// Its name.
    pub name: String,
    /// What it is for, without the name of its variable.
    pub comment: String,
    /// The name of its environment variable, if the comment ends with one.
    pub variable: Option<String>,
}

/// What belongs in `section.name`, in the file's own words.
pub fn comment(section: &str, name: &str) -> Option<String> {
    let found = keys(TEXT).into_iter().find(|key| key.section == section && key.name == name);
    found.map(|key| key.comment.trim_end_matches('.').to_owned())
}

/// All keys of a text written like the file, those without a default too.
pub fn keys(text: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    let (mut section, mut comment) = (String::new(), Vec::new());
    for line in text.lines() {
        if let Some(words) = line.strip_prefix("# ") {
            comment.push(words);
            continue;
        }
        let line = line.strip_prefix('#').unwrap_or(line);
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.to_owned();
        } else if let Some((name, _)) = line.split_once(" = ") {
            keys.push(key(&section, name, &comment.join(" ")));
        }
        comment.clear();
    }
    keys
}

fn key(section: &str, name: &str, comment: &str) -> Key {
    let (comment, variable) = match comment.rsplit_once(" OLIFANT__") {
        Some((comment, rest)) => (comment, Some(format!("OLIFANT__{rest}"))),
        None => (comment, None),
    };
    Key { section: section.into(), name: name.into(), comment: comment.into(), variable }
}
