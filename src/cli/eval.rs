//! `olifant eval`: questions with what the answer must and must not say, asked
//! of the assistant as it is configured. So it can be seen whether changed
//! instructions, or another model, are better.

mod against;
mod asking;
mod cases;
mod grading;
mod judge;
mod mistake;
mod report;
mod spent;

use std::io::Write;
use std::path::PathBuf;

use super::{Failure, say, say_json, start_logging};
use crate::clock::Clock;
use crate::telemetry::Format;
use asking::Desk;
use cases::Case;
use report::{Outcome, Report, Score};
use spent::Spent;

const AFTER_HELP: &str = "\
Examples:
  olifant eval cases.toml --config olifant.toml
  olifant eval cases.toml --config olifant.toml --model gpt-5-nano --repeat 3
  olifant eval cases.toml --config olifant.toml --json > before.json
  olifant eval cases.toml --config olifant.toml --against before.json
                                                what got better, and what worse

A case:
  [[case]]
  name = \"opening hours\"
  question = \"When do you open on Saturday?\"   # or turns = [\"...\", \"...\"]
  must_say = [\"10:00\", \"/satu?rday/\"]         # in the last answer
  must_not_say = [\"Sunday\"]                     # in none
  tool = \"handoff\"                              # has to be called; or no_tool = true
  profile = { name = \"Ana\" }                    # known before
  judge = \"Is the answer polite?\"               # asked of the model, yes or no

Words are whole words: case, accents and spaces don't count. Between slashes stands a
regular expression. It is the assistant of the configuration with its knowledge, tools
and memory, on a store that is thrown away; each case is a new person, and nothing is
sent to anybody. The judge is always the configured model, and is asked where all else
is well. The exit code is 1 if a case fails.";

/// Ask the assistant questions, and see whether it answers as it should.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The cases.
    #[arg(value_name = "CASES.toml")]
    file: PathBuf,
    /// The configuration; without it ./olifant.toml, if it is there, and the
    /// environment.
    #[arg(long, short, value_name = "FILE", env = "OLIFANT_CONFIG")]
    config: Option<PathBuf>,
    /// Whose assistant; may be left out if there is one business.
    #[arg(long, value_name = "NAME")]
    business: Option<String>,
    /// Ask this model instead of the configured one.
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Only the case of this name.
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
    /// Ask each so often: models don't always say the same.
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// What an earlier run printed with --json: show what got better, and what worse.
    #[arg(long, value_name = "OLD.json")]
    against: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Asks all, and says how it went.
pub async fn run(args: Args) -> Result<(), Failure> {
    start_logging(Format::Human, "off")?;
    let cases = cases::read(&args.file, args.case.as_deref())?;
    let before = args.against.as_deref().map(against::read).transpose()?;
    let desk = Desk::open(&args).await?;
    let mut outcomes = Vec::new();
    for case in &cases {
        outcomes.push(ask(&desk, case, args.repeat).await?);
    }
    let report = Report::new(desk.model().to_owned(), outcomes);
    desk.close().await?;
    show(&report, before.as_ref(), args.json);
    if report.is_good() { Ok(()) } else { Err(Failure::Said) }
}

/// What is for people goes beside what is for programs.
fn show(report: &Report, before: Option<&Report>, json: bool) {
    let compared = before.map(|before| against::table(before, report));
    match (json, compared) {
        (false, None) => say(&report.table()),
        (false, Some(compared)) => say(&format!("{}\n\n{compared}", report.table())),
        (true, compared) => {
            say_json(report);
            // Nobody is left to tell if stderr is closed.
            let _ = compared.map(|compared| writeln!(std::io::stderr(), "{compared}"));
        }
    }
}

async fn ask(desk: &Desk, case: &Case, tries: u32) -> Result<Outcome, Failure> {
    let name = case.name.to_string();
    let score = Score { tried: tries, ..Score::default() };
    let mut outcome = Outcome { name, score, why: None, answer: String::new() };
    for _ in 0..tries {
        let (answer, why, spent) = once(desk, case).await?;
        outcome.score.spent += &spent;
        outcome.score.passed += u32::from(why.is_none());
        if why.is_some() || outcome.why.is_none() {
            (outcome.answer, outcome.why) = (answer, why);
        }
    }
    Ok(outcome)
}

/// The last answer, and why it is not as it should be.
async fn once(desk: &Desk, case: &Case) -> Result<(String, Option<String>, Spent), Failure> {
    let began = Clock::system().now();
    let heard = desk.ask(case).await?;
    let mut spent =
        Spent { assistant: heard.usage.into(), cost: heard.cost.clone(), ..Spent::default() };
    let mut why = grading::fault(case, &heard);
    if let (None, Some(question)) = (&why, &case.judge) {
        let (verdict, usage) = judge::judge(desk, question, case, &heard).await;
        spent.judge = usage.into();
        spent.cost += desk.cost(desk.judge(), &usage);
        why = verdict;
    }
    spent.seconds = Clock::system().now().duration_since(began).as_secs_f64();
    Ok((heard.last().to_owned(), why, spent))
}
