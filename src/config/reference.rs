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
    /// What the file gives it, as TOML.
    pub value: String,
    /// Whether that is the default; otherwise an example.
    pub is_default: bool,
}

/// What the file says of `section.name`.
pub fn key(section: &str, name: &str) -> Option<Key> {
    keys(TEXT).into_iter().find(|key| key.section == section && key.name == name)
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
        let (line, is_default) = line.strip_prefix('#').map_or((line, true), |rest| (rest, false));
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.to_owned();
        } else if let Some((name, value)) = line.split_once(" = ") {
            let (comment, variable) = parts(&comment.join(" "));
            let (section, name, value) = (section.clone(), name.to_owned(), value.to_owned());
            keys.push(Key { section, name, comment, variable, value, is_default });
        }
        comment.clear();
    }
    keys
}

/// The comment, and the variable that it ends with.
fn parts(comment: &str) -> (String, Option<String>) {
    match comment.rsplit_once(" OLIFANT__") {
        Some((comment, rest)) => (comment.to_owned(), Some(format!("OLIFANT__{rest}"))),
        None => (comment.to_owned(), None),
    }
}
