//! `olifant numbers`: how the numbers stand; stop one, let it send again.

use super::admin_client::{Ask, Reach};
use super::{Failure, minute, say, say_json, under};
use crate::http::admin::numbers::{NumberLine, Pause};

const AFTER_HELP: &str = "\
Examples:
  olifant numbers list --config my.toml
  olifant numbers pause shop --minutes 30 --config my.toml
  olifant numbers resume shop --config my.toml

What people write to a paused number is kept and answered; the answers wait and
go out in order when it is resumed.";

/// How your numbers stand; pause one, resume one.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// All numbers: paused until when, how many of the free messages are used.
    List {
        #[command(flatten)]
        reach: Reach,
    },
    /// Nothing is sent from a number.
    Pause {
        /// Its name in the configuration.
        name: String,
        /// For so long; without it until it is resumed.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        minutes: Option<u32>,
        #[command(flatten)]
        reach: Reach,
    },
    /// A number sends again, and what waited goes out.
    Resume {
        /// Its name in the configuration.
        name: String,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does it and says how things stand then.
pub async fn run(args: Args) -> Result<(), Failure> {
    let (reach, lines) = match args.command {
        Command::List { reach } => {
            let lines = reach.ask(Ask::get("/numbers")).await?;
            (reach, lines)
        }
        Command::Pause { name, minutes, reach } => {
            let ask = Ask::post(&format!("/numbers/{name}/pause"), &Pause { minutes })?;
            let line: NumberLine = reach.ask(ask).await?;
            (reach, vec![line])
        }
        Command::Resume { name, reach } => {
            let line: NumberLine =
                reach.ask(Ask::post(&format!("/numbers/{name}/resume"), &())?).await?;
            (reach, vec![line])
        }
    };
    match reach.json {
        true => say_json(&lines),
        false => say(&table(&lines)),
    }
    Ok(())
}

fn table(lines: &[NumberLine]) -> String {
    let heading = ["NUMBER", "PROVIDER", "BUSINESS", "SENDS", "FREE MESSAGES USED"];
    let rows = lines.iter().map(|line| {
        [
            line.name.to_string(),
            line.provider.clone(),
            line.business.to_string(),
            sends(line),
            format!("{} of {}", line.delivered, line.free),
        ]
    });
    under(heading, rows)
}

fn sends(line: &NumberLine) -> String {
    match (&line.paused, line.paused_until) {
        (None, _) => "yes".into(),
        (Some(why), None) => format!("not until it is resumed: {why}"),
        (Some(why), Some(until)) => {
            format!("not until {}: {why}", minute(until))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    #[test]
    fn the_table_says_how_each_number_stands_and_why() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let line = |name: &str, paused: Option<&str>, until: Option<i64>| NumberLine {
            name: name.into(),
            provider: "demo".into(),
            business: "main".into(),
            paused: paused.map(str::to_owned),
            paused_until: until.map(|hours| now + SignedDuration::from_hours(hours)),
            delivered: 12,
            free: 1000,
        };
        let lines = [
            line("a", None, None),
            line("front", Some("busy"), Some(1)),
            line("c", Some("no money"), None),
        ];
        let table = table(&lines);
        let rows: Vec<&str> = table.lines().collect();
        assert!(rows[1].starts_with("a       demo      main      yes  "), "{}", rows[1]);
        assert!(rows[1].ends_with("12 of 1000"), "{}", rows[1]);
        assert!(rows[2].contains("not until 2027-01-15 09:00 UTC: busy"), "{}", rows[2]);
        assert!(rows[3].contains("not until it is resumed: no money"), "{}", rows[3]);
    }
}
