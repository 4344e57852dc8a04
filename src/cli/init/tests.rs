//! What is written can be used: every example in every language with every
//! model.

use super::*;
use crate::assistant::Mind;
use crate::clock::Clock;
use crate::config::{Settings, Sources};
use crate::domain::id::Business;
use crate::os;

struct Story {
    folder: tempfile::TempDir,
}

impl Story {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, plan: &Plan, key: Option<&str>) -> anyhow::Result<files::Written> {
        files::write(plan, self.folder.path(), |_| key.map(str::to_owned))
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn is_private(&self, name: &str) -> bool {
        os::is_private(&self.folder.path().join(name))
    }

    /// As if olifant were started in the folder.
    fn load(&self, more: &str) -> Settings {
        let here = |name: &str| format!("\"{}/{name}", self.folder.path().display());
        let mut text = self.text("olifant.toml") + more;
        for name in ["secrets/", "instructions.md", "knowledge/"] {
            text = text.replace(&format!("\"{name}"), &here(name));
        }
        let file = self.folder.path().join("loaded.toml");
        std::fs::write(&file, text).unwrap();
        let sources = Sources { file: Some(file), ..Sources::default() };
        Settings::load(Sources { without_numbers: more.is_empty(), ..sources }).unwrap()
    }
}

fn plan(kind: Kind, language: Language, preset: Preset) -> Plan {
    let example = example::of(kind, language);
    let about = example.about().unwrap();
    Plan {
        example,
        language,
        business: about.business,
        assistant: about.assistant,
        timezone: about.timezone,
        operator: NOBODY.to_owned(),
        provider: Provider::Meta,
        preset,
    }
}

fn simple() -> Plan {
    plan(Kind::Shop, Language::Hi, preset::named("openai").unwrap())
}

#[test]
fn every_example_in_every_language_with_every_model_loads_without_a_warning() {
    let http = reqwest::Client::builder().build().unwrap();
    for kind in Kind::value_variants() {
        for language in Language::value_variants() {
            for preset in preset::all().unwrap() {
                let (story, named) = (Story::new(), preset.name.clone());
                story.write(&plan(*kind, *language, preset), Some("sk-test\n")).unwrap();
                let mut settings = story.load("");
                assert_eq!(settings.warnings, [""; 0], "{kind:?} {language:?} {named}");
                let config = settings.businesses.remove(&Business::default()).unwrap();
                assert_eq!(config.assistant.language, language.code());
                let mind = Mind::build(config, http.clone(), Clock::system(), None).unwrap();
                assert!(mind.knowledge.sections().len() > 5, "{kind:?} {language:?}");
                assert_eq!(mind.warnings(), [""; 0], "{kind:?} {language:?} {named}");
            }
        }
    }
}

#[test]
fn what_is_commented_out_is_a_number_once_it_is_filled_in() {
    for provider in [Provider::Meta, Provider::Twilio] {
        let story = Story::new();
        story.write(&Plan { provider, ..simple() }, Some("sk-test")).unwrap();
        let text = story.text("olifant.toml");
        let (_, number) = text.split_once("#[numbers.main]").unwrap();
        // A key has no blank behind its #.
        let keys = number.lines().filter_map(|line| line.strip_prefix('#'));
        let keys = keys.filter(|key| !key.starts_with(' ')).collect::<Vec<_>>().join("\n");
        let keys = format!("\n[numbers.main]\n{keys}\n");
        for secret in ["main_access_token", "main_app_secret", "main_auth_token"] {
            std::fs::write(story.folder.path().join("secrets").join(secret), "x").unwrap();
        }
        let public = "public_url = \"https://bot.example.com\"";
        let text = text.replace(&format!("#{public}"), public);
        std::fs::write(story.folder.path().join("olifant.toml"), text).unwrap();
        assert_eq!(story.load(&keys).numbers.len(), 1, "{keys}");
    }
}

#[test]
fn secrets_are_for_their_owner_alone_and_each_has_its_own() {
    let (one, other) = (Story::new(), Story::new());
    one.write(&simple(), None).unwrap();
    other.write(&simple(), Some(" sk-test\n")).unwrap();
    assert!(one.is_private("secrets"));
    for name in ["secrets/store_key", "secrets/main_verify_token", "secrets/api_key"] {
        assert!(one.is_private(name), "{name}");
        assert_ne!(one.text(name), other.text(name), "{name}");
    }
    assert_eq!(
        (one.text("secrets/api_key").as_str(), other.text("secrets/api_key").as_str()),
        ("", "sk-test")
    );
    assert!(one.text(".gitignore").contains("secrets/\n"));
}

#[test]
fn nothing_that_is_there_is_touched() {
    let story = Story::new();
    std::fs::write(story.folder.path().join("instructions.md"), "mine").unwrap();
    std::fs::write(story.folder.path().join(".gitignore"), "mine").unwrap();
    let refused = story.write(&simple(), None).unwrap_err().to_string();
    assert!(refused.contains("instructions.md") && refused.contains("--dir"), "{refused}");
    assert!(!story.folder.path().join("olifant.toml").exists());
    std::fs::remove_file(story.folder.path().join("instructions.md")).unwrap();
    let written = story.write(&simple(), None).unwrap();
    assert!(written.ignored.contains("olifant-data/"), "{written:?}");
    assert_eq!(story.text(".gitignore"), "mine");
}

#[test]
fn a_name_of_any_kind_is_a_name_and_nothing_else() {
    let story = Story::new();
    let business = "The \"Best\" #1 {llm} Café".to_owned();
    let assistant = "A\"\\b".to_owned();
    story.write(&Plan { business: business.clone(), assistant, ..simple() }, Some("k")).unwrap();
    let settings = story.load("");
    assert_eq!(settings.businesses[&Business::default()].assistant.name, "A\"\\b");
    assert!(story.text("instructions.md").contains(&business));
}
