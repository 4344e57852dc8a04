//! `olifant numbers`: how the numbers stand; stop one, let it send again.

use jiff::{SignedDuration, Timestamp};

use super::admin_client::{Ask, Reach};
use super::{Failure, columns, say, say_json};
use crate::clock::Clock;
use crate::http::admin::{NumberLine, Pause};

/// A pause that ends later than this has no end that anybody waits for.
const FOR_GOOD: SignedDuration = SignedDuration::from_hours(24 * 365);

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
        #[arg(long, value_name = "N")]
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
        false => say(&table(&lines, Clock::system().now())),
    }
    Ok(())
}

fn table(lines: &[NumberLine], now: Timestamp) -> String {
    let heading = ["NUMBER", "PROVIDER", "BUSINESS", "SENDS", "FREE MESSAGES USED"];
    let rows = lines.iter().map(|line| {
        vec![
            line.name.to_string(),
            line.provider.clone(),
            line.business.to_string(),
            sends(line.paused_until, now),
            format!("{} of {}", line.delivered, line.free),
        ]
    });
    columns(&std::iter::once(heading.map(str::to_owned).to_vec()).chain(rows).collect::<Vec<_>>())
}

fn sends(paused_until: Option<Timestamp>, now: Timestamp) -> String {
    match paused_until {
        None => "yes".into(),
        Some(until) if until.duration_since(now) > FOR_GOOD => "paused until it is resumed".into(),
        Some(until) => format!("paused until {}", until.strftime("%Y-%m-%d %H:%M UTC")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_how_each_number_stands() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let line = |name: &str, paused: Option<i64>| NumberLine {
            name: name.into(),
            provider: "demo".into(),
            business: "main".into(),
            paused_until: paused.map(|hours| now + SignedDuration::from_hours(hours)),
            delivered: 12,
            free: 1000,
        };
        let lines = [line("a", None), line("front", Some(1)), line("c", Some(24 * 3650))];
        let table = table(&lines, now);
        let rows: Vec<&str> = table.lines().collect();
        assert_eq!(
            rows[1],
            "a       demo      main      yes                                12 of 1000"
        );
        assert!(rows[2].contains("paused until 2027-01-15 09:00 UTC"), "{}", rows[2]);
        assert!(rows[3].contains("paused until it is resumed"), "{}", rows[3]);
    }
}
