//! The answers that somebody taught: a Markdown file that a person can edit as
//! well. A question is a heading, its answer stands below.

use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use pulldown_cmark::HeadingLevel;

use super::split::{Mark, marks};
use crate::domain::id::Business;
use crate::os;

const FOLDER: &str = "knowledge";
const FILE: &str = "answers.md";

/// The business of who has one only.
const MAIN: &str = "main";

/// Around a question they make no other question of it.
const MARKS: &str = "?!.,:¿¡？！。؟।";

/// What a new file begins with.
const FIRST: &str = "<!-- What olifant teach was told. Edit it as you like: a question is a heading, \
    its answer stands below. -->\n";

/// Where a business keeps them, if it does not say: `knowledge/answers.md`, or
/// `knowledge/NAME/answers.md` if it is not called `main`.
pub fn file_of(business: &Business) -> PathBuf {
    match business.as_str() {
        MAIN => Path::new(FOLDER).join(FILE),
        name => Path::new(FOLDER).join(name).join(FILE),
    }
}

/// Writes an answer; the one that there was for the same question before. The
/// error is one line with the remedy.
pub fn teach(
    file: &Path,
    question: &str,
    answer: &str,
    today: Date,
) -> Result<Option<String>, String> {
    let question = question.split_whitespace().collect::<Vec<_>>().join(" ");
    let answer = answer.trim();
    if key(&words(&question)).is_empty() || answer.is_empty() {
        return Err("there is no question or no answer; write both".into());
    }
    make_folder(file)?;
    let _held = hold(file)?;
    let old = read(file)?;
    let entry = format!("## {question}\n\n{answer}\n\n<!-- taught {today} -->\n");
    let (new, replaced) = with(&old, &question, &entry);
    check(&old, &new, &question, answer, replaced.is_some())?;
    write(file, &new)?;
    Ok(replaced)
}

/// A question and its answer, and where both stand in the file.
#[derive(Debug, PartialEq)]
struct Entry {
    question: String,
    answer: String,
    at: std::ops::Range<usize>,
}

/// The text with the entry in the place of the one with the same question,
/// else at the end.
fn with(text: &str, question: &str, entry: &str) -> (String, Option<String>) {
    let same = |old: &Entry| key(&old.question) == key(&words(question));
    match entries(text).into_iter().find(same) {
        Some(Entry { at, answer, .. }) => {
            let rest = text[at.end..].trim_start();
            let gap = if rest.is_empty() { "" } else { "\n" };
            (format!("{}{entry}{gap}{rest}", &text[..at.start]), Some(answer))
        }
        None => {
            let text = text.trim_end();
            let gap = if text.is_empty() { "" } else { "\n\n" };
            (format!("{text}{gap}{entry}"), None)
        }
    }
}

/// Markdown can make something else of an answer than was meant, and of what
/// follows it.
fn check(old: &str, new: &str, question: &str, answer: &str, replaced: bool) -> Result<(), String> {
    let (old, new) = (entries(old), entries(new));
    let same = |entry: &&Entry| key(&entry.question) == key(&words(question));
    let kept = new.len() == old.len() + usize::from(!replaced);
    match new.iter().find(same) {
        Some(entry) if kept && entry.answer == answer => Ok(()),
        _ => Err("the question or the answer would be read as something else in Markdown; write \
                  it without headings, comments (<!--) and fences (```) that do not end"
            .into()),
    }
}

/// All headings of the second level, with what stands below.
fn entries(text: &str) -> Vec<Entry> {
    let marks = marks(text);
    let headings: Vec<(&Mark, HeadingLevel, &str)> = marks
        .iter()
        .filter_map(|mark| {
            mark.heading.as_ref().map(|(level, words)| (mark, *level, words.as_str()))
        })
        .collect();
    let end_of = |n: usize| {
        let next = headings[n + 1..].iter().find(|(_, level, _)| *level <= HeadingLevel::H2);
        next.map_or(text.len(), |(next, _, _)| next.at.start)
    };
    let second =
        headings.iter().enumerate().filter(|(_, (_, level, _))| *level == HeadingLevel::H2);
    let entry = |(n, (mark, _, words)): (usize, &(&Mark, HeadingLevel, &str))| {
        let body = mark.at.end..end_of(n);
        let answer = without_comments(text, &marks, body.clone());
        Entry { question: (*words).to_owned(), answer, at: mark.at.start..body.end }
    };
    second.map(entry).collect()
}

fn without_comments(text: &str, marks: &[Mark], body: std::ops::Range<usize>) -> String {
    let mut kept = String::new();
    let mut from = body.start;
    let comments = marks.iter().filter(|mark| mark.heading.is_none());
    for mark in comments.filter(|mark| body.contains(&mark.at.start)) {
        kept.push_str(&text[from..mark.at.start]);
        from = mark.at.end;
    }
    kept.push_str(&text[from..body.end]);
    kept.trim().to_owned()
}

/// The words of a heading, without its marks.
fn words(question: &str) -> String {
    let found = marks(&format!("## {question}\n")).into_iter().find_map(|mark| mark.heading);
    found.map(|(_, words)| words).unwrap_or_default()
}

/// The same for questions that differ in capitals and the marks around them
/// alone.
fn key(question: &str) -> String {
    question.to_lowercase().trim_matches(|c: char| c.is_whitespace() || MARKS.contains(c)).into()
}

fn make_folder(file: &Path) -> Result<(), String> {
    let folder = os::folder_of(file);
    std::fs::create_dir_all(folder).map_err(|e| told(folder, "can't be made", &e))
}

/// One after the other.
fn hold(file: &Path) -> Result<std::fs::File, String> {
    let folder = os::folder_of(file);
    os::hold_folder(folder).map_err(|e| told(folder, "can't be held", &e))
}

fn read(file: &Path) -> Result<String, String> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(FIRST.into()),
        Err(e) => Err(told(file, "can't be read", &e)),
    }
}

/// Whoever reads it meanwhile sees the old file or the new one.
fn write(file: &Path, text: &str) -> Result<(), String> {
    let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let new = target.with_extension("md.new");
    let written = std::fs::File::create(&new).and_then(|mut open| {
        open.write_all(text.as_bytes())?;
        open.sync_all()
    });
    let renamed = written.and_then(|()| std::fs::rename(&new, &target));
    renamed.map_err(|e| told(file, "can't be written", &e))
}

fn told(path: &Path, what: &str, error: &std::io::Error) -> String {
    format!(
        "{} {what}: {error}; start it where olifant runs, or set assistant.answers_file",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in a folder that is made for it.
    struct Book(tempfile::TempDir);

    impl Book {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn file(&self) -> PathBuf {
            self.0.path().join("knowledge/shop/answers.md")
        }

        fn teach(&self, question: &str, answer: &str) -> Result<Option<String>, String> {
            teach(&self.file(), question, answer, jiff::civil::date(2026, 11, 26))
        }

        fn text(&self) -> String {
            std::fs::read_to_string(self.file()).unwrap()
        }
    }

    #[test]
    fn a_business_has_a_file_of_its_own() {
        assert_eq!(file_of(&"main".into()), Path::new("knowledge/answers.md"));
        assert_eq!(file_of(&"shop".into()), Path::new("knowledge/shop/answers.md"));
    }

    #[test]
    fn answers_are_added_with_their_day() {
        let book = Book::new();
        assert_eq!(book.teach("Do you cut  children's\nhair?", " Yes. \n"), Ok(None));
        assert_eq!(book.teach("Parking?", "Behind the house."), Ok(None));
        let taught = "<!-- taught 2026-11-26 -->\n";
        let expected = format!(
            "{FIRST}\n## Do you cut children's hair?\n\nYes.\n\n{taught}\n## Parking?\n\nBehind the house.\n\n{taught}"
        );
        assert_eq!(book.text(), expected);
        assert_eq!(entries(&book.text()).len(), 2);
    }

    #[test]
    fn the_same_question_again_replaces_its_answer_and_nothing_else() {
        let book = Book::new();
        for (question, answer) in [("One?", "1"), ("*Two*, is it?", "2"), ("Three?", "3")] {
            assert_eq!(book.teach(question, answer), Ok(None));
        }
        let by_hand =
            format!("{}\n### More\n\nBy hand.\n", book.text()).replace("\n3\n", "\n- 3\n");
        std::fs::write(book.file(), &by_hand).unwrap();
        assert_eq!(book.teach("two, is it", "2, really"), Ok(Some("2".into())));
        assert_eq!(
            book.text(),
            by_hand.replace("*Two*, is it?", "two, is it").replace("\n2\n", "\n2, really\n")
        );
        assert_eq!(book.teach("THREE", "four"), Ok(Some("- 3\n\n\n### More\n\nBy hand.".into())));
        let found: Vec<String> = entries(&book.text()).into_iter().map(|e| e.answer).collect();
        assert_eq!(found, ["1", "2, really", "four"]);
        assert!(!book.text().contains("By hand"));
    }

    #[test]
    fn what_markdown_would_swallow_is_refused_and_nothing_changes() {
        let book = Book::new();
        book.teach("Parking?", "Behind the house.").unwrap();
        let before = book.text();
        for (question, answer) in [
            ("A code?", "```\nlet it = be"),
            ("A heading?", "yes\n\n## Another\n\nno"),
            ("A comment?", "<!-- forever"),
            ("Underlined?", "yes\n---\nno"),
            ("#", "x"),
            (" ", "x"),
            ("Nothing?", "\n"),
        ] {
            let line = book.teach(question, answer).expect_err(question);
            assert!(line.contains("write"), "{line}");
        }
        assert_eq!(book.text(), before);
        assert_eq!(book.teach("A list?", "1. *one*\n2. [two](https://shop.example)"), Ok(None));
    }

    #[test]
    fn a_folder_that_can_not_be_made_is_named_with_the_remedy() {
        let book = Book::new();
        std::fs::write(book.0.path().join("knowledge"), "a file").unwrap();
        let line = book.teach("a", "b").expect_err("no folder");
        assert!(line.contains("shop can't be made") && line.contains("answers_file"), "{line}");
    }

    #[test]
    fn those_who_teach_at_once_lose_nothing() {
        let book = Book::new();
        let teach = |n: usize| book.teach(&format!("Question {n}?"), "Yes.");
        std::thread::scope(|scope| {
            for n in 0..8 {
                scope.spawn(move || teach(n).unwrap());
            }
        });
        assert_eq!(entries(&book.text()).len(), 8);
    }
}
