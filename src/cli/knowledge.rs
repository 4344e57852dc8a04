//! `olifant knowledge`: what the business knows, as it is read and found. Only
//! the configuration is needed: whether an olifant runs makes no difference.

use std::io::Write;

use anyhow::anyhow;

use super::admin_client::Reach;
use super::{Failure, columns, say, say_json};
use crate::assistant::BusinessConfig;
use crate::config::Settings;
use crate::domain::id::Business;
use crate::knowledge::{Found, Knowledge, Section};

/// How much of a section is shown in a list of them, in characters.
const BEGINNING: usize = 300;

const AFTER_HELP: &str = "\
Examples:
  olifant knowledge list --config my.toml
  olifant knowledge search \"do you cut children's hair\" --config my.toml

assistant.knowledge says which files are read. While they are short the model is
told all of them; beyond memory.knowledge_tokens, what is found for the question.";

/// What your files say: list it, or search it as the assistant does.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// What is found for a question, best first.
    Search {
        /// The question, as a person would write it.
        query: String,
        /// So many at most.
        #[arg(long, value_name = "N", default_value_t = 5)]
        limit: usize,
        #[command(flatten)]
        whose: Whose,
    },
    /// All sections of all files.
    List {
        #[command(flatten)]
        whose: Whose,
    },
}

/// Whose knowledge is meant.
#[derive(Debug, clap::Args)]
pub struct Whose {
    /// The business; may be left out if there is one.
    #[arg(long, value_name = "NAME")]
    business: Option<String>,
    #[command(flatten)]
    pub reach: Reach,
}

impl Whose {
    /// What the business says of itself.
    pub fn config(&self) -> Result<BusinessConfig, Failure> {
        let mut settings = self.reach.settings()?;
        let business = chosen(&settings, self.business.as_deref())?;
        let config = settings.businesses.remove(&business);
        config.ok_or_else(|| anyhow!("{business} is gone").into())
    }
}

/// Shows it.
pub fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::Search { query, limit, whose } => {
            let (_, knowledge) = read(&whose)?;
            let found = knowledge.search(&query, limit);
            match whose.reach.json {
                true => say_json(&found),
                false => say(&results(&found)),
            }
        }
        Command::List { whose } => {
            let (config, knowledge) = read(&whose)?;
            match whose.reach.json {
                true => say_json(&knowledge.sections()),
                false => say(&list(knowledge.sections(), config.memory.knowledge_tokens)),
            }
        }
    }
    Ok(())
}

fn read(whose: &Whose) -> Result<(BusinessConfig, Knowledge), Failure> {
    let config = whose.config()?;
    let (patterns, answers) = (&config.assistant.knowledge, &config.assistant.answers_file);
    let knowledge =
        Knowledge::load(patterns, answers.as_deref()).map_err(Failure::Configuration)?;
    for warning in knowledge.warnings() {
        // Nobody is left to tell if stderr is closed.
        let _ = writeln!(std::io::stderr(), "olifant: {warning}");
    }
    Ok((config, knowledge))
}

/// The business that is named, or the only one.
pub fn chosen(settings: &Settings, named: Option<&str>) -> Result<Business, Failure> {
    let known = || settings.businesses.keys();
    let names = || known().map(Business::as_str).collect::<Vec<_>>().join(" and ");
    match named.map(Business::from) {
        Some(business) if settings.businesses.contains_key(&business) => Ok(business),
        Some(business) => {
            Err(anyhow!("there is no business {business}; there is {}", names()).into())
        }
        None if known().len() == 1 => Ok(known().next().cloned().unwrap_or_else(|| "main".into())),
        None => Err(anyhow!(
            "there are several businesses; name one of {} (--business NAME)",
            known().map(Business::as_str).collect::<Vec<_>>().join(", ")
        )
        .into()),
    }
}

fn results(found: &[Found<'_>]) -> String {
    if found.is_empty() {
        return "Nothing is found; olifant knowledge list shows all there is.".into();
    }
    let one = |Found { score, section }: &Found<'_>| {
        let text = section.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = text.chars().take(BEGINNING).collect();
        let more = if shown.len() < text.len() { "…" } else { "" };
        format!("{score:6.2}  [{}] {} tokens\n        {shown}{more}", section.title, section.tokens)
    };
    found.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn list(sections: &[Section], budget: u32) -> String {
    if sections.is_empty() {
        return "Nothing is known; assistant.knowledge says which files are read, and olifant \
                teach writes answers."
            .into();
    }
    let heading = vec!["TOKENS".to_owned(), "SECTION".to_owned()];
    let rows = sections.iter().map(|s| vec![s.tokens.to_string(), s.title.clone()]);
    let table = columns(&std::iter::once(heading).chain(rows).collect::<Vec<_>>());
    let total: u32 = sections.iter().map(|section| section.tokens).sum();
    let how = match total <= budget {
        true => "the model is told all of it",
        false => "the model is told what fits the question",
    };
    format!("{table}\n\n{total} tokens; with memory.knowledge_tokens = {budget} {how}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(title: &str, text: &str, tokens: u32) -> Section {
        Section { title: title.into(), text: text.into(), tokens, taught: false }
    }

    #[test]
    fn what_is_found_is_cited_and_begins_to_be_read() {
        let prices = section("prices.md > Cuts", "A cut\nis 35.", 12);
        let found = [Found { score: 3.21, section: &prices }];
        assert_eq!(results(&found), "  3.21  [prices.md > Cuts] 12 tokens\n        A cut is 35.");
        let long = section("a.md", &"word ".repeat(100), 101);
        let shown = results(&[Found { score: 1.0, section: &long }]);
        assert!(shown.ends_with('…') && shown.len() < 400, "{shown}");
        assert!(results(&[]).contains("olifant knowledge list"));
    }

    #[test]
    fn a_list_says_whether_the_model_is_told_everything() {
        let sections = [section("prices.md > Cuts", "", 12), section("faq.txt", "", 300)];
        let whole = list(&sections, 312);
        assert!(whole.starts_with("TOKENS  SECTION\n12      prices.md > Cuts\n"), "{whole}");
        assert!(whole.ends_with(
            "312 tokens; with memory.knowledge_tokens = 312 the model is told all of it."
        ));
        assert!(list(&sections, 311).ends_with("what fits the question."));
        assert!(list(&[], 100).contains("olifant teach"));
    }
}
