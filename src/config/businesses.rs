//! How each business answers: `[llm]`, `[assistant]`, `[policy]`, `[handoff]`, `[memory]` and
//! `[limits]`, with what `[businesses.NAME]` says for itself over them.

use std::collections::BTreeMap;

use config::Value;
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;

use super::layers::{self, get, join, origin, table};
use super::section::{read, unknown};
use super::{Error, Sources, numbers, read_section};
use crate::assistant::{BusinessConfig, handoff, policy};
use crate::domain::id::{Business, NumberName};
use crate::domain::money::Money;
use crate::knowledge::answers;
use crate::llm;
use crate::provider::NumberConfig;

/// What a business may say for itself.
const MINDFUL: &[&str] = &["llm", "assistant", "policy", "handoff", "memory", "limits"];

/// Fills in `OPENAI_API_KEY` (for OpenAI's own server: nobody else is shown
/// it), and the demo where it may stand in; the warning says so to whoever
/// meant another model.
pub fn choose_model(tree: &mut Value, sources: &Sources) -> Result<Option<String>, Error> {
    let name = "OPENAI_API_KEY".to_owned();
    let key: &[&str] = &["llm", "api_key"];
    let unset = get(tree, key).is_some_and(|value| value.kind == "".into());
    let server: llm::Config = read_section(tree, "llm")?;
    if let (true, Some(secret)) = (unset && is_openai(&server), sources.env.get(&name)) {
        layers::set(tree, key, Value::new(Some(&name), secret.trim()));
    }
    let llm: llm::Config = read_section(tree, "llm")?;
    let warning = if has_model(&llm) { None } else { unused_model(tree, sources) };
    if llm.provider == "demo" || (sources.demo_without_model && !has_model(&llm)) {
        layers::set(tree, &["llm", "provider"], "demo".into());
        // Records and logs name what answered.
        layers::set(tree, &["llm", "model"], "demo".into());
    }
    Ok(warning)
}

/// What somebody wrote of a model that lacks its key.
fn unused_model(tree: &Value, sources: &Sources) -> Option<String> {
    let written = get(tree, &["llm"]).map(layers::leaves).unwrap_or_default();
    let said = |value: &Value| value.origin().is_some() && value.kind != "".into();
    let (key, value) = written.iter().find(|(_, value)| said(value))?;
    sources.demo_without_model.then(|| {
        format!(
            "llm.{key} is set{}, but the demo answers: a model needs llm.api_key or \
             OPENAI_API_KEY, or llm.base_url of a server of your own",
            origin(value)
        )
    })
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
    if numbers.is_empty() {
        all.insert(Business::default(), business(tree, Business::default().as_str())?);
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
    let mut config = BusinessConfig {
        llm: layered(tree, &path, own, "llm")?,
        assistant: layered(tree, &path, own, "assistant")?,
        policy: layered(tree, &path, own, "policy")?,
        handoff: layered(tree, &path, own, "handoff")?,
        memory: layered(tree, &path, own, "memory")?,
        limits: layered(tree, &path, own, "limits")?,
    };
    let answers = || answers::file_of(&Business::from(name));
    config.assistant.answers_file.get_or_insert_with(answers);
    answerable(tree, &config.llm)?;
    sensible(&Written { tree, path: &path, own }, &config)?;
    Ok(config)
}

/// Where a key of a business was written: in its own tables or for all.
struct Written<'a> {
    tree: &'a Value,
    path: &'a str,
    own: Option<&'a Value>,
}

impl Written<'_> {
    fn error(&self, section: &str, key: &str, what: &str, remedy: &str) -> Error {
        let own = self.own.and_then(|own| get(own, &[section, key]));
        let whole = join(section, key);
        let (whole, value) = match own {
            Some(value) => (join(self.path, &whole), Some(value)),
            None => (whole, get(self.tree, &[section, key])),
        };
        Error(format!("{whole} {what}{}; {remedy}", value.map(origin).unwrap_or_default()))
    }
}

/// Values that can be read and make no sense.
fn sensible(written: &Written<'_>, config: &BusinessConfig) -> Result<(), Error> {
    let assistant = &config.assistant;
    if assistant.name.trim().is_empty() {
        return Err(written.error("assistant", "name", "is empty", "write a name, or take it out"));
    }
    if assistant.quiet_ms > assistant.quiet_max_ms {
        let what = format!("is longer than quiet_max_ms = {}", assistant.quiet_max_ms);
        let remedy = "make it shorter, or quiet_max_ms longer";
        return Err(written.error("assistant", "quiet_ms", &what, remedy));
    }
    let lists = [("allow", &config.policy.allow), ("deny", &config.policy.deny)];
    for (key, list) in lists {
        if let Some(at) = list.iter().position(|entry| !policy::names_somebody(entry)) {
            let what = format!("names nobody with its entry {}", at + 1);
            let remedy = "write a phone number with its country code, a user id (US.1349...) or \
                          a group's id";
            return Err(written.error("policy", key, &what, remedy));
        }
    }
    affordable(written, config)?;
    told(written, &config.handoff)
}

/// A limit in money needs the price of every model that may be asked.
fn affordable(written: &Written<'_>, config: &BusinessConfig) -> Result<(), Error> {
    let limits = &config.limits;
    if Money::of(limits.cost_per_day).is_none() {
        let remedy = "write an amount such as 0.50, or 0 for no limit";
        return Err(written.error("limits", "cost_per_day", "is no amount", remedy));
    }
    let mut models = std::iter::once(&config.llm.model).chain(&config.llm.fallback_models);
    let unknown = models.find(|model| !limits.prices.contains_key(*model));
    match unknown.filter(|_| limits.cost_per_day > 0.0 && config.llm.provider != "demo") {
        Some(model) => {
            let what = format!("needs the price of {model}");
            let remedy = format!("add [limits.prices.\"{model}\"] with input and output");
            Err(written.error("limits", "cost_per_day", &what, &remedy))
        }
        None => Ok(()),
    }
}

/// Operators have to be reachable.
fn told(written: &Written<'_>, config: &handoff::Config) -> Result<(), Error> {
    let wrong = |entry: &String| !handoff::can_be_told(entry);
    if let Some(at) = config.operators.iter().position(wrong) {
        let what = format!("names nobody who can be told with its entry {}", at + 1);
        let remedy = "write a phone number with its country code, or a user id (US.1349...)";
        return Err(written.error("handoff", "operators", &what, remedy));
    }
    if config.template.as_ref().is_some_and(|template| template.name.trim().is_empty()) {
        let remedy = "write what the provider calls it, or take the template out";
        return Err(written.error("handoff", "template", "has no name", remedy));
    }
    Ok(())
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
    if let Some(base) = llm.base_url.trim_end_matches('/').strip_suffix("/chat/completions") {
        return Err(Error(format!(
            "llm.base_url goes too far{place}; write {base}, without /chat/completions"
        )));
    }
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
