//! How well what was said is found again: the questions of `benches/corpus`,
//! beside SQLite's full-text search over the same turns.
//!
//! `cargo bench --bench recall`

mod corpus;
mod measure;

use std::collections::HashMap;
use std::io::Write;
use std::process::Command;

use corpus::{Dialog, Person, Question};
use measure::{COLUMNS, Measures, Report, measure};
use olifant::tokens;

fn main() -> anyhow::Result<()> {
    let dialogs = corpus::load()?;
    let sizes = sizes(&dialogs);
    let alone: Vec<Vec<&Dialog>> = dialogs.iter().map(|dialog| vec![dialog]).collect();
    let together: Vec<Vec<&Dialog>> = by_language(&dialogs);
    for (title, persons, flags) in [
        ("Each dialog is a person", &alone, &[][..]),
        ("Harder: all dialogs of a language are one person's", &together, &["--together"][..]),
    ] {
        let asked = ask_all(persons, &sizes);
        let ours = Report::of(&asked.answerable);
        print_table(title, &ours, baseline(&dialogs, &sizes, flags)?.as_ref());
        print_weak(&asked);
    }
    Ok(())
}

/// The dialogs of each language together: as many conversations of one person.
fn by_language(dialogs: &[Dialog]) -> Vec<Vec<&Dialog>> {
    let groups = dialogs.chunk_by(|one, next| one.language() == next.language());
    groups.map(|group| group.iter().collect()).collect()
}

/// What the words of each turn cost in a prompt.
fn sizes(dialogs: &[Dialog]) -> HashMap<String, u32> {
    let turns = dialogs.iter().flat_map(|dialog| &dialog.turns);
    turns.map(|turn| (turn.id.clone(), tokens::count(&turn.text))).collect()
}

/// What came of all questions.
#[derive(Default)]
struct Asked<'a> {
    answerable: Vec<(&'a str, &'a str, Measures)>,
    /// Of those with an answer, how many were given up; of those without, how
    /// many were not.
    dropped: usize,
    unanswerable: usize,
    kept: usize,
}

fn ask_all<'a>(persons: &[Vec<&'a Dialog>], sizes: &HashMap<String, u32>) -> Asked<'a> {
    let mut asked = Asked::default();
    for dialogs in persons {
        let person = Person::new(dialogs);
        for dialog in dialogs {
            for question in &dialog.questions {
                asked.ask(&person, dialog, question, sizes);
            }
        }
    }
    asked
}

impl<'a> Asked<'a> {
    fn ask(
        &mut self,
        person: &Person<'a>,
        dialog: &'a Dialog,
        question: &'a Question,
        sizes: &HashMap<String, u32>,
    ) {
        let (turns, found) = person.find(&question.query);
        if question.gold.is_empty() {
            self.unanswerable += 1;
            self.kept += usize::from(!found.is_weak());
            return;
        }
        self.dropped += usize::from(found.is_weak());
        let turns: Vec<(&str, u32)> =
            turns.iter().map(|turn| (turn.id.as_str(), sizes[&turn.id])).collect();
        let measures = measure(&turns, &question.gold);
        self.answerable.push((dialog.language(), &question.kind, measures));
    }
}

/// `None` = there is no Python here.
fn baseline(
    dialogs: &[Dialog],
    sizes: &HashMap<String, u32>,
    flags: &[&str],
) -> anyhow::Result<Option<Report>> {
    let folder = tempfile::tempdir()?;
    for dialog in dialogs {
        let turns = std::fs::File::create(folder.path().join(format!("{}.jsonl", dialog.name)))?;
        let mut turns = std::io::BufWriter::new(turns);
        for turn in &dialog.turns {
            let line = serde_json::json!({
                "id": turn.id, "text": turn.text, "tokens": sizes[&turn.id],
            });
            writeln!(turns, "{line}")?;
        }
        let questions = format!("{}.questions.jsonl", dialog.name);
        std::fs::copy(format!("{CORPUS}/{questions}"), folder.path().join(questions))?;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/fts5.py");
    let ran = Command::new("python3").arg(script).arg(folder.path()).args(flags).output();
    let output = match ran {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(Some(serde_json::from_slice(&output.stdout)?))
}

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/corpus");

#[expect(clippy::print_stdout, reason = "what a benchmark is for")]
fn print_table(title: &str, ours: &Report, baseline: Option<&Report>) {
    println!("\n{title}: evidence recall in %, recall | SQLite FTS5\n");
    if baseline.is_none() {
        println!("(there is no python3 to run benches/fts5.py with: no baseline)\n");
    }
    let columns: Vec<String> = COLUMNS.iter().map(|name| format!("{name:>13}")).collect();
    println!("{:<12}{:>5}{}", "", "", columns.concat());
    let fts = |pick: fn(&Report) -> &std::collections::BTreeMap<String, Measures>, name: &str| {
        baseline.and_then(|report| pick(report).get(name))
    };
    print_row("overall", &ours.overall, baseline.map(|report| &report.overall));
    for (kind, measures) in &ours.by_kind {
        print_row(kind, measures, fts(|report| &report.by_kind, kind));
    }
    for (language, measures) in &ours.by_language {
        print_row(language, measures, fts(|report| &report.by_language, language));
    }
}

#[expect(clippy::print_stdout, reason = "what a benchmark is for")]
fn print_row(name: &str, ours: &Measures, baseline: Option<&Measures>) {
    let cell = |column: &&str| {
        let theirs = baseline.and_then(|row| row.get(*column));
        let theirs = theirs.map_or(String::new(), |value| format!(" | {value:4.1}"));
        format!("{:>13}", format!("{:.1}{theirs}", ours[*column]))
    };
    println!("{name:<12}{:>5}{}", ours["questions"], COLUMNS.iter().map(cell).collect::<String>());
}

#[expect(clippy::print_stdout, reason = "what a benchmark is for")]
fn print_weak(asked: &Asked<'_>) {
    println!(
        "\nGiven up as weak: {} of {} with an answer. Not given up: {} of {} without one.",
        asked.dropped,
        asked.answerable.len(),
        asked.kept,
        asked.unanswerable
    );
}
