//! A program that runs beside ours and is ended with it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use url::Url;

use super::program::Program;
use crate::cli::short;
use crate::clock::Clock;

/// How long it may take until it says its URL.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of its complaint is shown, in characters.
const COMPLAINT: usize = 300;

/// It is ended when this is dropped.
pub struct Process {
    child: Child,
    /// What it says; they end when it does.
    lines: UnboundedReceiver<String>,
}

impl Process {
    /// Starts it. It belongs to our process group: what ends us by a key of
    /// the terminal ends it, too.
    pub fn start(name: &str, arguments: &[String]) -> std::io::Result<Self> {
        let mut child = Command::new(name)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (tell, lines) = mpsc::unbounded_channel();
        let out = child.stdout.take().map(|out| Box::new(out) as Box<dyn Read + Send>);
        let err = child.stderr.take().map(|err| Box::new(err) as Box<dyn Read + Send>);
        out.into_iter().chain(err).for_each(|pipe| listen(pipe, tell.clone()));
        Ok(Self { child, lines })
    }

    /// The URL that it says; else its last words, or that it had none.
    pub async fn url(&mut self, program: Program, clock: &Clock) -> Result<Url, String> {
        let mut last = String::new();
        let said = self.first_url(program, &mut last);
        let name = program.name();
        let what = match clock.timeout(PATIENCE, said).await {
            Ok(Some(url)) => return Ok(url),
            Ok(None) => format!("{name} ended before it said a URL"),
            Err(_) => format!("{name} said no URL within {} s", PATIENCE.as_secs()),
        };
        match last.trim() {
            "" => Err(what),
            last => Err(format!("{what}; the last that it said: {}", short(last, COMPLAINT))),
        }
    }

    async fn first_url(&mut self, program: Program, last: &mut String) -> Option<Url> {
        while let Some(line) = self.lines.recv().await {
            if let Some(url) = program.url(&line) {
                return Some(url);
            }
            if !line.trim().is_empty() {
                *last = line;
            }
        }
        None
    }

    /// Resolves when it has ended.
    pub async fn ended(&mut self) {
        while self.lines.recv().await.is_some() {}
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A thread for each pipe: they are few, and it says little.
fn listen(pipe: Box<dyn Read + Send>, tell: UnboundedSender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            // Nobody listens any more when it is about to end.
            let _ = tell.send(String::from_utf8_lossy(&line).into_owned());
        }
    });
}
