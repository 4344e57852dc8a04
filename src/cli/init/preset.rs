//! The models that `olifant init` can set up: `config/presets.toml` as data.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use config::{Config, File, FileFormat};
use serde::{Deserialize, Serialize};

use super::questions::Choice;

const TEXT: &str = include_str!("../../../config/presets.toml");

/// A model's server, and how it is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// What is typed.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// `llm.base_url`; empty for the demo.
    pub base_url: String,
    /// `llm.model`.
    pub model: String,
    /// The variable that may hold its key; empty = it wants none.
    pub key: String,
    /// Where a key is made, or the program comes from.
    pub at: String,
    /// What one has to know.
    pub note: String,
    /// Other keys of `[llm]`, as TOML.
    pub more: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Presets {
    preset: Vec<Preset>,
}

/// All of them, in the order of the file.
pub fn all() -> Result<Vec<Preset>> {
    let read = Config::builder().add_source(File::from_str(TEXT, FileFormat::Toml)).build();
    let presets: Presets = read.and_then(Config::try_deserialize).context("presets.toml")?;
    Ok(presets.preset)
}

/// The one of this name; else which there are.
pub fn named(name: &str) -> Result<Preset, String> {
    let all = all().map_err(|e| format!("{e:#}"))?;
    let names = all.iter().map(|preset| preset.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = all.iter().find(|preset| preset.name == name).cloned();
    found.ok_or_else(|| format!("there is no such preset; write one of {names}"))
}

/// To be chosen from.
pub fn choices() -> Result<Vec<Choice<Preset>>> {
    let choice = |preset: Preset| Choice { name: preset.name.clone(), value: preset };
    Ok(all()?.into_iter().map(choice).collect())
}

/// What each is, in some lines.
pub fn table(presets: &[Preset]) -> String {
    presets.iter().map(Preset::shown).collect::<Vec<_>>().join("\n\n")
}

impl Preset {
    fn shown(&self) -> String {
        let Self { name, title, base_url, model, key, at, note, .. } = self;
        let wants = if key.is_empty() { String::new() } else { format!(", key as in {key}") };
        let lines = [format!("{base_url}  {model}{wants}"), at.clone(), note.clone()];
        let lines = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        let lines: String = lines.map(|line| format!("\n  {line}")).collect();
        format!("{name}: {title}{lines}")
    }

    /// The keys of `[llm]`, a comment each.
    pub fn keys(&self) -> String {
        let Self { title, base_url, model, key, at, note, more, .. } = self;
        if base_url.is_empty() {
            return format!(
                "# {title}; olifant init --presets shows models.\nprovider = \"demo\"\n"
            );
        }
        let about = if note.is_empty() { String::new() } else { format!(": {note}") };
        let mut keys = format!("# {title}{about}.\nbase_url = \"{base_url}\"\n");
        let _ = writeln!(
            keys,
            "# Any model of that server does that knows tools.\nmodel = \"{model}\""
        );
        if !key.is_empty() {
            let _ = writeln!(keys, "# The key alone stands in this file; it is made at {at}");
            keys.push_str("api_key_file = \"secrets/api_key\"\n");
        }
        keys + more.trim_start()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name_of_its_own_and_a_url_to_call() {
        let all = all().unwrap();
        for (n, preset) in all.iter().enumerate() {
            assert!(all.iter().skip(n + 1).all(|other| other.name != preset.name), "{preset:?}");
            let url = url::Url::parse(&preset.base_url);
            assert_eq!(url.is_ok(), preset.name != "demo", "{preset:?}");
            let local = preset.base_url.starts_with("http://127.0.0.1:");
            assert!(local || preset.base_url.is_empty() || preset.base_url.starts_with("https://"));
            assert_eq!(preset.key.is_empty(), local || preset.name == "demo", "{preset:?}");
            assert_eq!(named(&preset.name).as_ref(), Ok(preset));
        }
        assert!(named("gpt").is_err_and(|error| error.contains("openai, gemini")));
    }
}
