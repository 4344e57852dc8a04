//! Every line of a shell in the documents is run, as it stands there.

use std::cmp::Reverse;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use olifant::sandbox::gate::Fault;
use reqwest::Method;
use serde_json::json;

use crate::binary::Log;
use crate::harness::{ANA, Story};
use crate::operating::operate;
use crate::remembering_cli::Shell;

const UNDELIVERABLE: Fault = Fault::Error { status: 400, code: 131_026, retry_after: None };

/// What a line begins with that is not run here, and why.
const NOT_RUN: [(&str, &str); 2] =
    [("./test", "it runs this"), ("cargo install", "it builds everything once more")];

/// What runs until it is stopped, and what it says once it does.
const ENDLESS: [(&str, &str); 2] =
    [("olifant dev", "http://127.0.0.1:"), ("olifant serve", "\"ready\"")];

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

/// Somebody's number, and a store of its own.
const SERVING: &str = "\
[server]
listen = \"127.0.0.1:0\"
[llm]
provider = \"demo\"
[numbers.main]
provider = \"meta\"
phone_number_id = \"1000000001\"
access_token = \"token\"
app_secret = \"secret\"
verify_token = \"verify-me\"
";

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

#[tokio::test]
async fn every_line_of_a_shell_in_the_documents_does_what_it_says() {
    let mut run = 0;
    for (document, lines) in documents() {
        let mut reader = Reader::new().await;
        for line in lines {
            if !NOT_RUN.iter().any(|(begins, _)| line.starts_with(begins)) {
                reader.types(&document, &line);
                run += 1;
            }
        }
    }
    assert!(run > 40, "{run} lines were found");
}

/// Who does what a document says, in a folder and with a program that is used.
struct Reader {
    /// What stands in the documents, and what that is here.
    words: Vec<(&'static str, String)>,
    folder: tempfile::TempDir,
    running: Vec<Running>,
    _story: Story,
}

impl Reader {
    async fn new() -> Self {
        let story = Story::new().await;
        let ana = story.meta().person("Ana", ANA);
        story.meta().fault(UNDELIVERABLE);
        ana.says("hello").await;
        story.settle().await;
        operate(&story, Method::POST, "/numbers/meta/pause", json!({})).await;
        let letter =
            json!({ "number": "meta", "to": format!("+{ANA}"), "text": "Your order is ready." });
        assert_eq!(operate(&story, Method::POST, "/messages", letter).await.0, 202);
        let token = json!({ "business": "main", "scopes": ["messages", "memory"] });
        let token = operate(&story, Method::POST, "/tokens", token).await.1;

        let shell = Shell::of(&story).await;
        let id =
            |list: &[&str], field: &str| shell.json(list)[0][field].as_str().unwrap().to_owned();
        let words = vec![
            ("01a3185c.7.1", id(&["deliveries", "list", "--failed"], "id")),
            ("01a3185c.8.1", id(&["deliveries", "list", "--waiting"], "id")),
            ("01a3185c", id(&["conversations", "list"], "id")),
            ("15550100", ANA.to_owned()),
            ("https://YOUR.HOST", story.url().to_owned()),
            ("$TOKEN", token["token"].as_str().unwrap().to_owned()),
        ];
        let folder = tempfile::tempdir().unwrap();
        furnish(folder.path(), &shell);
        Self { words, folder, running: Vec::new(), _story: story }
    }

    /// It ends as it should.
    fn types(&mut self, document: &str, line: &str) {
        let line = self.here(line);
        if let Some((_, says)) = ENDLESS.iter().find(|(endless, _)| line.contains(endless)) {
            return self.starts(document, &line, says);
        }
        let code = CODES.iter().find(|(command, _)| line.contains(command));
        let code = code.map_or(0, |(_, code)| *code);
        let done = self.bash(&line, self.folder.path()).output().unwrap();
        let said = [&done.stdout[..], &done.stderr].map(String::from_utf8_lossy).concat();
        assert_eq!(done.status.code(), Some(code), "{document}: {line}\n{said}");
    }

    /// It begins to work. The first dev mode goes on, since others talk to it.
    fn starts(&mut self, document: &str, line: &str, says: &str) {
        let stays = line == "olifant dev";
        let alone = tempfile::tempdir().unwrap();
        let folder = if stays { self.folder.path() } else { alone.path() };
        if !stays {
            fs::write(folder.join("olifant.toml"), SERVING).unwrap();
        }
        let mut command = self.bash(&format!("({line}) 2>&1"), folder);
        let child = command.stdout(Stdio::piped()).process_group(0).spawn().unwrap();
        let mut child = Running(child);
        let mut log = Log::printed(&mut child.0);
        eprintln!("{document}: {line}");
        log.wait_for(says);
        log.forget();
        if stays {
            self.running.push(child);
        }
    }

    /// As it is run here.
    fn here(&self, line: &str) -> String {
        let line = replaced(&line.replace("cargo run --release -- ", "olifant "), &self.words);
        let command = line.split("olifant ").nth(1).and_then(|rest| rest.split(' ').next());
        match command {
            Some("init") => format!("cd $(mktemp -d -p .) && {line} --yes"),
            Some(command) if WHOSE.contains(&command) && !line.contains("--dev") => {
                format!("{line} --business main")
            }
            _ if line.starts_with("curl ") => format!("{line} --silent --fail-with-body"),
            _ => line,
        }
    }

    /// With the program in the path, and a tunnel that leads nowhere.
    fn bash(&self, line: &str, folder: &Path) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_olifant"));
        let bin = self.folder.path().join("bin").display().to_string();
        let path = format!("{}:{bin}:/usr/bin:/bin", program.parent().unwrap().display());
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", line]).current_dir(folder);
        command.env_clear().env("PATH", path).stdin(Stdio::null());
        command
    }
}

/// It is asked to end, with all that it started.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.0.wait();
    }
}

/// In one pass: what stands here may look like what stands there.
fn replaced(line: &str, words: &[(&str, String)]) -> String {
    let (mut done, mut rest) = (String::new(), line);
    let next = |rest: &str| {
        let found = words.iter().filter_map(|word| Some((rest.find(word.0)?, word)));
        found.min_by_key(|(at, word)| (*at, Reverse(word.0.len())))
    };
    while let Some((at, (there, here))) = next(rest) {
        done = done + &rest[..at] + here;
        rest = &rest[at + there.len()..];
    }
    done + rest
}

/// What the documents take for granted.
fn furnish(folder: &Path, shell: &Shell) {
    let path = |name: &str| folder.join(name);
    fs::copy(shell.config(), path("olifant.toml")).unwrap();
    let chat =
        "[01/03/2026, 12:00:00] Ana: I have a dog\n[01/03/2026, 12:01:00] Bakery: How nice!\n";
    fs::write(path("_chat.txt"), chat).unwrap();
    fs::create_dir(path("docs")).unwrap();
    fs::create_dir(path("secrets")).unwrap();
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/eval.toml");
    fs::copy(cases, path("docs/eval.toml")).unwrap();
    fs::create_dir(path("bin")).unwrap();
    let tunnel = "#!/bin/sh\necho 'INF | https://two-small-words.trycloudflare.com |' >&2\n\
        exec sleep 600\n";
    fs::write(path("bin/cloudflared"), tunnel).unwrap();
    fs::set_permissions(path("bin/cloudflared"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn lines_of_a_shell_are_told_from_other_blocks() {
    let text = "```sh\n# first\nolifant a \\\n  b   # why\n```\n```toml\nx = 1\n```\n```console\n$ c\nd\n```";
    assert_eq!(lines(text), ["olifant a    b", "c", "d"]);
}

#[test]
fn what_a_document_links_to_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of = |folder: &str| fs::read_dir(root.join(folder)).unwrap().map(|e| e.unwrap().path());
    let documents = of("").chain(of("docs")).filter(|f| f.extension().is_some_and(|e| e == "md"));
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        let goals = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for goal in goals.filter(|goal| !goal.is_empty() && !goal.contains("://")) {
            let there = document.parent().unwrap().join(goal).exists();
            assert!(there, "{}: {goal}", document.display());
        }
    }
}
