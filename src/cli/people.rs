//! `olifant people`: who is known, and who is who.

use super::admin_client::{Ask, Reach};
use super::person::{Of, named};
use super::{Failure, columns, minute, say, say_json, short, under};
use crate::http::admin::people::{Link, LinkLine, Other, PersonLine};

const AFTER_HELP: &str = "\
Examples:
  olifant people list --search ana --config my.toml
  olifant people show \"+1 555 0100\" --config my.toml
  olifant people merge +15550100 +15550101 --config my.toml
  olifant people links --config my.toml
  olifant people split +15550100 LINK --config my.toml

After a merge both are one person: memory and conversations of OTHER are
PERSON's. The link that it prints undoes it.";

/// Who is known: list and show them, make two one, make one two again.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Those who are known, in the order in which they first came.
    List {
        /// Whose name, number or id has this in it.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// Those behind this one: the id of a person, the last of a list before.
        #[arg(long, value_name = "ID")]
        after: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        /// Only customers of this business.
        #[arg(long, value_name = "NAME")]
        business: Option<String>,
        #[command(flatten)]
        reach: Reach,
    },
    /// One of them, and where they have written.
    Show {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        reach: Reach,
    },
    /// Two who are one and the same.
    Merge {
        #[command(flatten)]
        of: Of,
        /// Who is the same as PERSON: a number, a user id, or an id.
        #[arg(value_parser = named)]
        other: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// One who is two after all: undoes a merge.
    Split {
        #[command(flatten)]
        of: Of,
        /// The link that the merge printed; olifant people links shows it.
        link: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// All merges, the newest first.
    Links {
        /// Only of this business.
        #[arg(long, value_name = "NAME")]
        business: Option<String>,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does it.
pub async fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::List { search, after, limit, business, reach } => {
            let ask = Ask::get("/people").with("limit", Some(limit)).with("search", search);
            let ask = ask.with("after", after).with("business", business);
            list(&reach, ask).await
        }
        Command::Show { of, reach } => {
            let person: PersonLine = reach.ask(of.get("")).await?;
            match reach.json {
                true => say_json(&person),
                false => say(&sheet(&person)),
            }
            Ok(())
        }
        Command::Merge { of, other, reach } => merge(&reach, &of, other).await,
        Command::Split { of, link, reach } => split(&reach, &of, link).await,
        Command::Links { business, reach } => {
            links(&reach, Ask::get("/links").with("business", business)).await
        }
    }
}

async fn list(reach: &Reach, ask: Ask) -> Result<(), Failure> {
    let people: Vec<PersonLine> = reach.ask(ask.at_leisure()).await?;
    match reach.json {
        true => say_json(&people),
        false => say(&table(&people)),
    }
    Ok(())
}

async fn merge(reach: &Reach, of: &Of, other: String) -> Result<(), Failure> {
    let merged = of.post("/merge", &Other { other: other.clone() })?.of_what_is_there();
    let Link { link } = reach.ask(merged).await?;
    match reach.json {
        true => say_json(&Link { link }),
        false => say(&format!(
            "{} and {other} are one person now\nto undo it: olifant people split {} {link}",
            of.name(),
            of.name()
        )),
    }
    Ok(())
}

async fn split(reach: &Reach, of: &Of, link: String) -> Result<(), Failure> {
    let split = of.post("/split", &Link { link: link.clone() })?.of_what_is_there();
    let () = reach.ask(split).await?;
    match reach.json {
        true => say_json(&serde_json::json!({ "undone": link })),
        false => say("they are two persons again"),
    }
    Ok(())
}

async fn links(reach: &Reach, ask: Ask) -> Result<(), Failure> {
    let links: Vec<LinkLine> = reach.ask(ask).await?;
    if reach.json {
        say_json(&links);
        return Ok(());
    }
    let rows = links.iter().map(|link| {
        let undone = if link.undone { "undone" } else { "" };
        let (person, from) = (link.person.clone(), link.from.clone());
        [link.link.clone(), minute(link.at), person, from, undone.to_owned()]
    });
    say(&under(["LINK", "SINCE", "PERSON", "WHO WAS", ""], rows));
    Ok(())
}

/// Longest name in a table, in characters.
const NAME: usize = 30;

fn table(people: &[PersonLine]) -> String {
    if people.is_empty() {
        return "nobody yet".to_owned();
    }
    let rows = people.iter().map(|person| {
        [
            person.id.clone(),
            person.business.to_string(),
            short(person.name.as_deref().unwrap_or_default(), NAME),
            aliases(person),
            minute(person.since),
            person.last_heard.map(minute).unwrap_or_default(),
        ]
    });
    under(["ID", "BUSINESS", "NAME", "KNOWN AS", "SINCE", "LAST HEARD"], rows)
}

fn aliases(person: &PersonLine) -> String {
    person.aliases.iter().map(|alias| alias.value.as_str()).collect::<Vec<_>>().join(", ")
}

fn sheet(person: &PersonLine) -> String {
    let line = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![
        line("id", person.id.clone()),
        line("business", person.business.to_string()),
        line("name", short(person.name.as_deref().unwrap_or("-"), 200)),
        line("known as", aliases(person)),
        line("since", minute(person.since)),
        line("last heard", person.last_heard.map_or_else(|| "never".to_owned(), minute)),
        line("messages", if person.opted_out { "wants none" } else { "wanted" }.to_owned()),
    ];
    for conversation in &person.conversations {
        let kind = if conversation.imported { "archive" } else { "conversation" };
        rows.push(line(kind, format!("{} {}", conversation.id, conversation.number)));
    }
    columns(&rows)
}
