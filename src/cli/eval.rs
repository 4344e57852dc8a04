//! `olifant eval`: questions with what the answer must and must not say, asked
//! of the assistant as it is configured. So it can be seen whether changed
//! instructions, or another model, are better.

mod asking;
mod cases;
mod judge;

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::{Failure, columns, counted, say, say_json, short, start_logging};
use crate::clock::Clock;
use crate::domain::money::Money;
use crate::domain::record::Usage;
use crate::telemetry::Format;
use asking::Desk;
use cases::Case;

const AFTER_HELP: &str = "\
Examples:
  olifant eval cases.toml --config olifant.toml
  olifant eval cases.toml --config olifant.toml --model gpt-5-nano --repeat 3

A case:
  [[case]]
  name = \"opening hours\"
  question = \"When do you open on Saturday?\"   # or turns = [\"...\", \"...\"]
  must_say = [\"10:00\"]                          # in the last answer
  must_not_say = [\"Sunday\"]                     # in none
  tool = \"handoff\"                              # has to be called; or no_tool = true
  profile = { name = \"Ana\" }                    # known before
  judge = \"Is the answer polite?\"               # asked of the model, yes or no

Case, accents and spaces don't count. It is the assistant of the configuration with
its knowledge, tools and memory, on a store that is thrown away; each case is a new
person, and nothing is sent to anybody. The exit code is 1 if a case fails.";

/// So much of an answer is shown.
const EXCERPT: usize = 80;

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
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// How a case went, all of its tries together.
#[derive(Debug, Serialize)]
struct Outcome {
    name: String,
    passed: u32,
    tried: u32,
    /// Why the last one that failed did.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// The last answer.
    answer: String,
    spent: Spent,
}

/// What it took.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Spent {
    tokens_in: u64,
    tokens_out: u64,
    /// As far as prices are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Money>,
    seconds: f64,
}

impl Spent {
    fn new(usage: &Usage, cost: Option<Money>, took: Duration) -> Self {
        let seconds = took.as_secs_f64();
        Self { tokens_in: usage.input, tokens_out: usage.output, cost, seconds }
    }

    fn add(&mut self, other: Self) {
        self.tokens_in += other.tokens_in;
        self.tokens_out += other.tokens_out;
        self.seconds += other.seconds;
        self.cost = match (self.cost, other.cost) {
            (Some(one), Some(two)) => Some(one + two),
            (one, two) => one.or(two),
        };
    }
}

/// Asks all, and says how it went.
pub async fn run(args: Args) -> Result<(), Failure> {
    start_logging(Format::Human, "off")?;
    let cases = cases::read(&args.file, args.case.as_deref())?;
    let desk = Desk::open(&args).await?;
    let mut outcomes = Vec::new();
    for case in &cases {
        outcomes.push(ask(&desk, case, args.repeat).await?);
    }
    desk.close().await?;
    match args.json {
        true => say_json(&outcomes),
        false => say(&table(&outcomes)),
    }
    let passed = outcomes.iter().all(|outcome| outcome.passed == outcome.tried);
    if passed { Ok(()) } else { Err(Failure::Said) }
}

async fn ask(desk: &Desk, case: &Case, tries: u32) -> Result<Outcome, Failure> {
    let name = case.name.clone();
    let mut outcome = Outcome {
        name,
        passed: 0,
        tried: tries,
        why: None,
        answer: String::new(),
        spent: Spent::default(),
    };
    for _ in 0..tries {
        let began = Clock::system().now();
        let heard = desk.ask(case).await?;
        let (judged, judging) = judge::judge(desk, case, &heard).await;
        let took = Clock::system().now().duration_since(began).try_into().unwrap_or_default();
        outcome.spent.add(Spent::new(&heard.usage, heard.cost, took));
        outcome.spent.add(Spent::new(&judging, desk.cost(&judging), Duration::ZERO));
        match cases::fault(case, &heard).or(judged) {
            None => outcome.passed += 1,
            why => outcome.why = why,
        }
        outcome.answer = heard.last().to_owned();
    }
    Ok(outcome)
}

fn table(outcomes: &[Outcome]) -> String {
    let heading = ["CASE", "PASSED", "TOKENS", "COST", "TIME", "WHY NOT"].map(str::to_owned);
    let mut total = Spent::default();
    outcomes.iter().for_each(|outcome| total.add(outcome.spent));
    let rows = outcomes.iter().map(|outcome| {
        let passed = format!("{}/{}", outcome.passed, outcome.tried);
        row(&outcome.name, passed, &outcome.spent, why(outcome))
    });
    let (passed, tried) = outcomes
        .iter()
        .fold((0, 0), |(passed, tried), outcome| (passed + outcome.passed, tried + outcome.tried));
    let last = row(
        &counted(outcomes.len(), "case", "cases"),
        format!("{passed}/{tried}"),
        &total,
        String::new(),
    );
    let rows: Vec<_> = std::iter::once(heading.to_vec()).chain(rows).chain([last]).collect();
    columns(&rows)
}

fn row(name: &str, passed: String, spent: &Spent, why: String) -> Vec<String> {
    vec![
        name.to_owned(),
        passed,
        format!("{} in, {} out", spent.tokens_in, spent.tokens_out),
        spent.cost.map(|cost| cost.to_string()).unwrap_or_default(),
        format!("{:.1} s", spent.seconds),
        why,
    ]
}

fn why(outcome: &Outcome) -> String {
    let Some(why) = &outcome.why else { return String::new() };
    format!("{}: {}", short(why, EXCERPT), short(&outcome.answer, EXCERPT))
}
