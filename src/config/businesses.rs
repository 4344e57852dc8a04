//! How each business answers: `[llm]`, `[assistant]` and `[policy]`, with what
//! `[businesses.NAME]` says for itself over them.

use std::collections::BTreeMap;

use config::Value;
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;

use super::layers::{self, get, join, origin, table};
use super::section::{read, unknown};
use super::{BusinessConfig, Error, Sources, numbers, read_section};
use crate::domain::id::{Business, NumberName};
use crate::llm;
use crate::provider::NumberConfig;

/// What a business may say for itself.
const MINDFUL: &[&str] = &["llm", "assistant", "policy"];

/// Fills in `OPENAI_API_KEY` (for OpenAI's own server: nobody else is shown
/// it), and the demo where it may stand in.
pub fn choose_model(tree: &mut Value, sources: &Sources) -> Result<(), Error> {
    let name = "OPENAI_API_KEY".to_owned();
    let key: &[&str] = &["llm", "api_key"];
    let unset = get(tree, key).is_some_and(|value| value.kind == "".into());
    let server: llm::Config = read_section(tree, "llm")?;
    if let (true, Some(secret)) = (unset && is_openai(&server), sources.env.get(&name)) {
        layers::set(tree, key, Value::new(Some(&name), secret.trim()));
    }
    let llm: llm::Config = read_section(tree, "llm")?;
    if llm.provider == "demo" || (sources.demo_without_model && !has_model(&llm)) {
        layers::set(tree, &["llm", "provider"], "demo".into());
        // Records and logs name what answered.
        layers::set(tree, &["llm", "model"], "demo".into());
    }
    Ok(())
}

/// The business of every number; each one named has to have a number.
pub fn read_all(
    tree: &Value,
    numbers: &BTreeMap<NumberName, NumberConfig>,
) -> Result<BTreeMap<Business, BusinessConfig>, Error> {
    let mut all: BTreeMap<Business, BusinessConfig> = BTreeMap::new();
    for config in numbers.values() {
        all.insert(config.business(), business(tree, config.business().as_str())?);
    }
    let named = get(tree, &["businesses"]).and_then(table);
    for (name, value) in named.into_iter().flatten() {
        if !all.contains_key(&Business::from(name.as_str())) {
            return Err(Error(format!(
                "businesses.{name} has no number{}; set business = \"{name}\" in one, or take it out",
                origin(value)
            )));
        }
    }
    Ok(all)
}

fn business(tree: &Value, name: &str) -> Result<BusinessConfig, Error> {
    let path = format!("businesses.{name}");
    let own = get(tree, &["businesses", name]);
    for (key, value) in own.and_then(table).into_iter().flatten() {
        if !MINDFUL.contains(&key.as_str()) {
            return Err(unknown(&path, key, MINDFUL, &origin(value)));
        }
    }
    let config = BusinessConfig {
        llm: layered(tree, &path, own, "llm")?,
        assistant: layered(tree, &path, own, "assistant")?,
        policy: layered(tree, &path, own, "policy")?,
    };
    answerable(tree, &config.llm)?;
    Ok(config)
}

/// A section, with what the business says for itself over it.
fn layered<T: DeserializeOwned>(
    tree: &Value,
    path: &str,
    own: Option<&Value>,
    name: &str,
) -> Result<T, Error> {
    let base = read_section(tree, name)?;
    let Some(own) = own.and_then(|own| get(own, &[name])) else { return Ok(base) };
    let mut merged = get(tree, &[name]).cloned().unwrap_or_else(layers::empty);
    layers::overlay(&mut merged, own.clone());
    read(&merged, &join(path, name), name)
}

fn answerable(tree: &Value, llm: &llm::Config) -> Result<(), Error> {
    if !has_model(llm) {
        return Err(Error(
            "llm.api_key is missing; set it, llm.api_key_file or OPENAI_API_KEY, or set \
             llm.base_url to a server of your own"
                .into(),
        ));
    }
    let place = get(tree, &["llm", "base_url"]).map(origin).unwrap_or_default();
    numbers::url("llm.base_url", &llm.base_url, &place).map(drop)
}

/// Whether somebody said which model is to answer: OpenAI's own server wants
/// a key, others may want none.
fn has_model(llm: &llm::Config) -> bool {
    llm.provider != "openai" || !is_openai(llm) || !llm.api_key.expose_secret().is_empty()
}

fn is_openai(llm: &llm::Config) -> bool {
    llm.base_url.starts_with("https://api.openai.com/")
}
