//! `olifant memory`: what is known of a person, key by key.

use jiff::{Span, SpanRelativeTo};
use serde_json::Value;

use super::admin_client::{Ask, Reach};
use super::person::Of;
use super::{Failure, minute, say, say_json, short, under};
use crate::domain::memory::Origin;
use crate::http::admin::memory::{Known, Look, Wanted};

const AFTER_HELP: &str = "\
Examples:
  olifant memory list +15550100 --config my.toml
  olifant memory get +15550100 name --config my.toml
  olifant memory set +15550100 plan gold --ttl 30d --config my.toml
  olifant memory set +15550100 visits 3 --config my.toml
  olifant memory history +15550100 plan --config my.toml

VALUE is JSON if it reads as a number, true, false, null, a list or an object;
anything else, and all with --text, is a text. The next reply knows it. A number
that nobody has written from becomes a person.";

/// What is known of a person: read it, write it, see what it was before.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The value under a key.
    Get {
        #[command(flatten)]
        of: Of,
        /// What it is about.
        key: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// A value is known from now on.
    Set {
        #[command(flatten)]
        of: Of,
        /// What it is about.
        key: String,
        /// What: JSON, or a text.
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// For how long: 30d, 12h, 90m, 45s, 2w.
        #[arg(long, value_name = "TIME", value_parser = seconds)]
        ttl: Option<u64>,
        /// The value is a text, whatever it looks like.
        #[arg(long)]
        text: bool,
        #[command(flatten)]
        reach: Reach,
    },
    /// All keys, the last written first.
    List {
        #[command(flatten)]
        of: Of,
        /// Only keys that begin so.
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
        #[command(flatten)]
        reach: Reach,
    },
    /// A key is known no more, nor what it was before.
    Delete {
        #[command(flatten)]
        of: Of,
        /// What it is about.
        key: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// What stands under a key, and what stood there before.
    History {
        #[command(flatten)]
        of: Of,
        /// What it is about.
        key: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// Which tokens looked at whose memory or wrote it, minute by minute, the
    /// newest first.
    Audit {
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does it.
pub async fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::Get { of, key, reach } => {
            let known: Known = reach.ask(of.get("/memory/entry").with("key", Some(key))).await?;
            tell(&reach, &known, &text(&known.value));
        }
        Command::Set { of, key, value, ttl, text, reach } => {
            let wanted = Wanted { key, value: read(value, text), ttl_s: ttl };
            let known: Known = reach.ask(of.post("/memory/entry", &wanted)?).await?;
            tell(&reach, &known, &format!("{} is known{}", known.key, until(&known)));
        }
        Command::List { of, prefix, reach } => {
            let ask = of.get("/memory").with("prefix", prefix).at_leisure();
            let known: Vec<Known> = reach.ask(ask).await?;
            tell(&reach, &known, &table(&known));
        }
        Command::Delete { of, key, reach } => {
            let ask = of.delete("/memory/entry").with("key", Some(key));
            let known: Known = reach.ask(ask).await?;
            tell(&reach, &known, &format!("{} is known no more", known.key));
        }
        Command::History { of, key, reach } => {
            let ask = of.get("/memory/history").with("key", Some(key));
            let known: Vec<Known> = reach.ask(ask).await?;
            tell(&reach, &known, &past(&known));
        }
        Command::Audit { limit, reach } => {
            let ask = Ask::get("/accesses").with("limit", Some(limit));
            let looks: Vec<Look> = reach.ask(ask).await?;
            tell(&reach, &looks, &trail(&looks));
        }
    }
    Ok(())
}

fn tell(reach: &Reach, all: &impl serde::Serialize, words: &str) {
    match reach.json {
        true => say_json(all),
        false => say(words),
    }
}

/// As JSON, if it is any but a text.
fn read(value: String, text: bool) -> Value {
    match serde_json::from_str::<Value>(&value) {
        Ok(json) if !text && !json.is_string() => json,
        _ => Value::String(value),
    }
}

/// A time in words: `30d`, `1h 30m`.
fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || "write a time such as 30d, 12h, 90m, 45s or 2w".to_owned();
    let span: Span = text.parse().map_err(|_| wrong())?;
    let time = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    u64::try_from(time.as_secs()).ok().filter(|seconds| *seconds > 0).ok_or_else(wrong)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn until(known: &Known) -> String {
    known.expires.map(|at| format!(" until {}", minute(at))).unwrap_or_default()
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Person => "the person",
        Origin::Model => "the model",
        Origin::Operator => "an operator",
        Origin::Api => "a program",
        Origin::Import => "an import",
    }
}

/// The longest value in a table, in characters.
const VALUE: usize = 60;

fn table(known: &[Known]) -> String {
    if known.is_empty() {
        return "nothing is known".to_owned();
    }
    let rows = known.iter().map(|known| {
        [
            known.key.clone(),
            short(&text(&known.value), VALUE),
            origin(known.origin).to_owned(),
            minute(known.at),
            known.expires.map(minute).unwrap_or_default(),
        ]
    });
    under(["KEY", "VALUE", "SAID BY", "SINCE", "UNTIL"], rows)
}

fn past(known: &[Known]) -> String {
    let rows = known.iter().map(|known| {
        let value = short(&text(&known.value), VALUE);
        [minute(known.at), value, origin(known.origin).to_owned(), known.cites.join(" ")]
    });
    under(["SINCE", "VALUE", "SAID BY", "IN MESSAGE"], rows)
}

fn trail(looks: &[Look]) -> String {
    let rows = looks.iter().map(|look| {
        let (reads, writes) = (look.reads.to_string(), look.writes.to_string());
        [minute(look.minute), look.token.clone(), look.person.clone(), reads, writes]
    });
    under(["MINUTE", "TOKEN", "PERSON", "READS", "WRITES"], rows)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_reads_as_json_is_json_and_the_rest_is_text() {
        let value = |text: &str| read(text.to_owned(), false);
        for (text, json) in [
            ("3", json!(3)),
            ("-1.5", json!(-1.5)),
            ("true", json!(true)),
            ("null", Value::Null),
            ("[1, \"a\"]", json!([1, "a"])),
            ("{\"a\": {}}", json!({ "a": {} })),
            ("gold", json!("gold")),
            ("\"quoted\"", json!("\"quoted\"")),
            ("", json!("")),
            ("+1 555", json!("+1 555")),
        ] {
            assert_eq!(value(text), json, "{text}");
        }
        assert_eq!(read("3".to_owned(), true), json!("3"));
    }

    #[test]
    fn times_are_written_in_words() {
        for (text, long) in
            [("30d", 2_592_000), ("12h", 43_200), ("90m", 5400), ("45s", 45), ("2w", 1_209_600)]
        {
            assert_eq!(seconds(text), Ok(long), "{text}");
        }
        for text in ["", "30", "soon", "-1d", "0s", "1month"] {
            assert!(seconds(text).is_err_and(|error| error.contains("30d")), "{text}");
        }
    }
}
