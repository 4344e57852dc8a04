//! What `olifant init` writes. Nothing that is there is touched.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::example::About;
use super::{Plan, Provider};
use crate::os;
use crate::store::seal::StoreKey;

const CONFIG: &str = include_str!("../../../templates/init/olifant.toml");
const META: &str = include_str!("../../../templates/init/meta.toml");
const TWILIO: &str = include_str!("../../../templates/init/twilio.toml");

/// What never belongs into a repository.
const IGNORED: &str = "secrets/\nolifant-data/\nolifant-dev/\n";

/// The days of `assistant.hours`, in order.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What was written, and what is left to be done.
#[derive(Debug)]
pub struct Written {
    /// The files.
    pub names: Vec<String>,
    /// About the model's key, if it wants one.
    pub key: String,
    /// About a `.gitignore` that was there.
    pub ignored: String,
}

/// A file to be written.
struct Page {
    name: String,
    text: String,
    secret: bool,
}

impl Page {
    fn open(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), secret: false }
    }

    fn secret(name: &str, text: impl Into<String>) -> Self {
        Self { secret: true, ..Self::open(name, text) }
    }
}

/// Writes everything, unless a file of it is there. `variable` is the
/// environment: the model's key may stand there.
pub fn write(
    plan: &Plan,
    dir: &Path,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Written> {
    let found = variable(&plan.preset.key).filter(|key| !key.trim().is_empty());
    let mut pages = pages(plan, found.as_deref())?;
    refuse_what_is_there(dir, &pages)?;
    let mut ignored = String::new();
    match dir.join(".gitignore").exists() {
        true => {
            let names = "secrets/, olifant-data/ and olifant-dev/";
            ignored = format!("There is a .gitignore already: add {names} to it.\n");
        }
        false => pages.push(Page::open(".gitignore", IGNORED)),
    }
    pages.iter().try_for_each(|page| put(dir, page))?;
    let names = pages.into_iter().map(|page| page.name).collect();
    Ok(Written { names, key: about_the_key(plan, found.is_some()), ignored })
}

fn pages(plan: &Plan, key: Option<&str>) -> Result<Vec<Page>> {
    let about = plan.example.about()?;
    let own = |text: &str| text.replace("{business}", &plan.business);
    let mut pages = vec![
        Page::open("olifant.toml", configuration(plan, &about)),
        Page::open("instructions.md", own(plan.example.instructions)),
    ];
    for (name, text) in plan.example.knowledge {
        pages.push(Page::open(format!("knowledge/{name}"), own(text)));
    }
    let store_key = StoreKey::new_random().to_hex();
    pages.push(Page::secret("secrets/store_key", store_key.expose_secret()));
    let verify_token = hex::encode(rand::random::<[u8; 16]>());
    pages.push(Page::secret("secrets/main_verify_token", verify_token));
    if !plan.preset.key.is_empty() {
        pages.push(Page::secret("secrets/api_key", key.unwrap_or_default().trim()));
    }
    Ok(pages)
}

fn configuration(plan: &Plan, about: &About) -> String {
    let hours = DAYS.iter().filter_map(|day| {
        let spans = about.hours.get(*day)?;
        Some(format!("{day} = {}", quoted(spans)))
    });
    let hours = hours.collect::<Vec<_>>().join("\n");
    let (number, template) = match plan.provider {
        Provider::Meta => (META, "handoff"),
        Provider::Twilio => (TWILIO, "HX00000000000000000000000000000000"),
    };
    let words = [
        ("{llm}", plan.preset.keys()),
        ("{hours}", hours),
        ("{number}", number.trim_end().to_owned()),
        ("{assistant}", quoted(&plan.assistant)),
        ("{language}", quoted(plan.language.code())),
        ("{timezone}", quoted(&plan.timezone)),
        ("{operator}", quoted(&plan.operator)),
        ("{answers}", quoted(&about.answers)),
        ("{contact}", quoted(&about.contact)),
        ("{template}", quoted(template)),
        ("{business}", plan.business.clone()),
    ];
    words.iter().fold(CONFIG.to_owned(), |text, (name, word)| text.replace(name, word))
}

/// A text as TOML has it, which is as JSON has it.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn refuse_what_is_there(dir: &Path, pages: &[Page]) -> Result<()> {
    let there = pages.iter().filter(|page| dir.join(&page.name).symlink_metadata().is_ok());
    let there: Vec<&str> = there.map(|page| page.name.as_str()).collect();
    match there.as_slice() {
        [] => Ok(()),
        there => bail!(
            "{} holds {} already, and nothing is overwritten: nothing was written; name another \
             folder with --dir",
            dir.display(),
            there.join(", ")
        ),
    }
}

/// A file that somebody made meanwhile is not overwritten either.
fn put(dir: &Path, page: &Page) -> Result<()> {
    let path = dir.join(&page.name);
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true);
    let (folder, options) = match page.secret {
        true => (os::make_private_folder(os::folder_of(&path)), os::private(options)),
        false => (fs::create_dir_all(os::folder_of(&path)), options),
    };
    let made = folder.and_then(|()| options.open(&path));
    let written = made.and_then(|mut file| {
        file.write_all(page.text.as_bytes())?;
        // Whoever loses the store's key loses the store.
        file.sync_all()?;
        os::sync_name(&path)
    });
    written.with_context(|| format!("{} can't be written", path.display()))
}

fn about_the_key(plan: &Plan, found: bool) -> String {
    let (variable, at) = (&plan.preset.key, &plan.preset.at);
    match (variable.as_str(), found) {
        ("", _) => String::new(),
        (_, true) => {
            format!("The model's key is that of {variable}: it stands in secrets/api_key.\n")
        }
        (_, false) => {
            format!("Put the model's key into secrets/api_key; it is made at {at}.\n")
        }
    }
}
