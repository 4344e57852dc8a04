//! Every line of a shell in the documents is run, as it stands there.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use olifant::sandbox::gate::Fault;
use reqwest::Method;
use serde_json::json;

use crate::harness::{ANA, Story};
use crate::operating::operate;
use crate::remembering_cli::Shell;

const UNDELIVERABLE: Fault = Fault::Error { status: 400, code: 131_026, retry_after: None };

/// What a line begins with that is not run here, and why.
const NOT_RUN: [(&str, &str); 3] = [
    ("./test", "it runs this"),
    ("cargo install", "it builds everything once more"),
    ("curl ", "the stories of the API send the same"),
];

/// What runs until it is stopped, or needs somebody who does: other stories
/// start it. Here it is only seen that its arguments are right.
const ENDLESS: [&str; 3] = ["olifant dev", "olifant serve", "olifant chat --dev"];

/// What a command ends with, if that is not 0.
const CODES: [(&str, i32); 2] = [("olifant doctor", 1), ("olifant eval", 1)];

/// Commands for which it has to be said whose they are, where there are two
/// businesses.
const WHOSE: [&str; 11] = [
    "chat",
    "eval",
    "export",
    "import",
    "knowledge",
    "memory",
    "people",
    "recall",
    "teach",
    "token",
    "turns",
];

/// The lines of blocks of a shell, without prompts and comments.
fn lines(text: &str) -> Vec<String> {
    let (mut lines, mut shell) = (Vec::new(), None);
    for line in text.replace("\\\n", " ").lines().map(str::trim) {
        match (line.strip_prefix("```"), shell) {
            (Some(_), Some(_)) => shell = None,
            (Some(language), None) => shell = Some(matches!(language, "sh" | "console")),
            (None, Some(true)) if !line.is_empty() && !line.starts_with('#') => {
                let line = line.strip_prefix("$ ").unwrap_or(line);
                lines.push(line.split(" # ").next().unwrap_or(line).trim().to_owned());
            }
            (None, _) => {}
        }
    }
    lines
}

/// All documents with their lines.
fn documents() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = of(root).chain(of(&root.join("docs")));
    let mut files: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|e| e == "md")).collect();
    files.sort();
    let read = |file: std::path::PathBuf| {
        (file.display().to_string(), lines(&fs::read_to_string(&file).unwrap()))
    };
    files.into_iter().map(read).collect()
}

/// As it is run here.
fn here(line: &str, ids: &[(&str, String)]) -> String {
    let mut line = line.replace("cargo run --release -- ", "olifant ");
    // What stands here may look like what stands there: one word after the other.
    let word = |word: &str| {
        let found = ids.iter().find(|(there, _)| *there == word);
        found.map_or(word, |(_, here)| here).to_owned()
    };
    line = line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let command = line.split("olifant ").nth(1).and_then(|rest| rest.split(' ').next());
    if ENDLESS.iter().any(|endless| line.contains(endless)) {
        return format!("{line} --help");
    }
    if command == Some("init") {
        return format!("cd $(mktemp -d -p .) && {line} --yes");
    }
    match command.is_some_and(|command| WHOSE.contains(&command)) {
        true => format!("{line} --business main"),
        false => line,
    }
}

#[tokio::test]
async fn every_line_of_a_shell_in_the_documents_does_what_it_says() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(UNDELIVERABLE);
    ana.says("hello").await;
    story.settle().await;
    operate(&story, Method::POST, "/numbers/meta/pause", json!({})).await;
    let letter =
        json!({ "number": "meta", "to": format!("+{ANA}"), "text": "Your order is ready." });
    assert_eq!(operate(&story, Method::POST, "/messages", letter).await.0, 202);

    let shell = Shell::of(&story).await;
    let id = |list: &[&str], field: &str| shell.json(list)[0][field].as_str().unwrap().to_owned();
    let ids = [
        ("01a3185c.7.1", id(&["deliveries", "list", "--failed"], "id")),
        ("01a3185c.8.1", id(&["deliveries", "list", "--waiting"], "id")),
        ("01a3185c", id(&["conversations", "list"], "id")),
        ("+15550100", format!("+{ANA}")),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["my.toml", "olifant.toml"] {
        fs::copy(shell.config(), path(name)).unwrap();
    }
    let chat =
        "[01/03/2026, 12:00:00] Ana: I have a dog\n[01/03/2026, 12:01:00] Bakery: How nice!\n";
    fs::write(path("_chat.txt"), chat).unwrap();
    fs::create_dir(path("docs")).unwrap();
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/eval.toml");
    fs::copy(cases, path("docs/eval.toml")).unwrap();

    let (mut run, mut failed) = (0, Vec::new());
    for (document, lines) in documents() {
        for line in lines {
            if NOT_RUN.iter().any(|(begins, _)| line.starts_with(begins)) {
                continue;
            }
            let code = CODES.iter().find(|(command, _)| line.contains(command));
            let code = code.map_or(0, |(_, code)| *code);
            let done = bash(&here(&line, &ids), folder.path());
            let said = [&done.stdout[..], &done.stderr].map(String::from_utf8_lossy).concat();
            if done.status.code() != Some(code) {
                failed.push(format!("{document}: {line}\n{:?} {said}", done.status.code()));
            }
            run += 1;
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(run > 30, "{run} lines were found");
}

/// With the program in the path, and its configuration named.
fn bash(line: &str, folder: &Path) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_olifant"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    Command::new("bash")
        .args(["-euo", "pipefail", "-c", line])
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("OLIFANT_CONFIG", folder.join("my.toml"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn lines_of_a_shell_are_told_from_other_blocks() {
    let text = "```sh\n# first\nolifant a \\\n  b   # why\n```\n```toml\nx = 1\n```\n```console\n$ c\nd\n```";
    assert_eq!(lines(text), ["olifant a    b", "c", "d"]);
}
