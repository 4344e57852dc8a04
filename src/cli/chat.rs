//! `olifant chat`: talk to the assistant in the terminal.

use std::io::{BufRead, IsTerminal, Write};
use std::pin::pin;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::mpsc;

use super::admin_client::{Ask, Line, Reach};
use super::{Failure, note, say};
use crate::clock::Clock;
use crate::domain::content::{Choices, Content};
use crate::domain::id::Business;
use crate::domain::person::Phone;
use crate::http::admin::chat::{Heard, Line as Said};

const AFTER_HELP: &str = "\
Examples:
  olifant chat --config olifant.toml
  olifant chat --config olifant.toml --as +15550124
  echo \"When are you open?\" | olifant chat --config olifant.toml

It is the assistant of the configuration, with its tools and its memory, and the
words in a chat (/memory, /forget all, /help, STOP) work. Neither a number nor a
model is needed: without a model the demo answers. What can be chosen is chosen by its
number. A line that begins with > quotes the newest message, an empty one shows what
was said meanwhile, Ctrl-D ends it.

Nobody is written to: whoever you are here is a person of this chat alone, of the
business chat:NAME (olifant turns list +15550123 --business chat:main). A customer
with the same number is somebody else: nothing of theirs is read or changed. As one
of handoff.operators you are the operator of these people: --as their number, and
> to answer whom you are told of.";

/// Talk to the assistant in the terminal.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Who you are: a phone number, of nobody but this chat.
    #[arg(long = "as", value_name = "PHONE", default_value = "+15550123", value_parser = phone)]
    person: String,
    /// To which business; may be left out if there is one.
    #[arg(long, value_name = "NAME")]
    business: Option<String>,
    #[command(flatten)]
    reach: Reach,
}

/// Talks until the input ends.
pub async fn run(args: Args) -> Result<(), Failure> {
    let line = args.reach.connect_to_talk().await?;
    tell_of_the_model(&line);
    let mut talk = Talk::new(args, line);
    let ended = talk.hold().await;
    talk.line.hang_up().await?;
    ended
}

/// Who meant another model than the demo is told.
fn tell_of_the_model(line: &Line) {
    let Line::Process(app) = line else { return };
    app.settings
        .warnings
        .iter()
        .filter(|line| line.starts_with("llm."))
        .for_each(|line| note(line));
}

fn phone(text: &str) -> Result<String, String> {
    let phone = Phone::parse(text).map(|phone| format!("+{}", phone.digits()));
    phone.ok_or_else(|| "write a phone number with country code, such as +15550123".to_owned())
}

/// What stands in the last line of a terminal goes.
const ERASE: &str = "\r\x1b[K";

/// How long an answer usually takes at most.
const PATIENCE: Duration = Duration::from_secs(20);

struct Talk {
    line: Line,
    person: String,
    business: Option<Business>,
    json: bool,
    /// A person sits there, and not a script.
    seen: bool,
    /// What was said last can be chosen from.
    offered: Option<Choices>,
}

impl Talk {
    fn new(args: Args, line: Line) -> Self {
        let Args { person, business, reach } = args;
        let business = business.as_deref().map(Business::from);
        let terminals = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
        let seen = terminals && !reach.json;
        Self { line, person, business, json: reach.json, seen, offered: None }
    }

    async fn hold(&mut self) -> Result<(), Failure> {
        let before = self.hear(self.said(None)).await?;
        self.greet(&before);
        if !before.told.is_empty() {
            self.show(before);
        }
        let mut lines = typed();
        loop {
            self.prompt();
            let Some(typed) = lines.recv().await else { break };
            let typed = typed.context("the input can't be read")?;
            let said = self.said(Some(typed.trim()).filter(|typed| !typed.is_empty()));
            let heard = self.wait_for(said).await;
            self.show(heard?);
        }
        if self.seen {
            say("");
        }
        Ok(())
    }

    /// The words, or what they choose.
    fn said(&self, words: Option<&str>) -> Said {
        let quoted = words.and_then(|words| words.strip_prefix('>'));
        let (words, quotes) = (quoted.map(str::trim).or(words), quoted.is_some());
        let chosen = words.and_then(|words| self.offered.as_ref()?.meant(words));
        let text = chosen.map_or(words, |chosen| Some(&chosen.title)).map(str::to_owned);
        let choice = chosen.map(|chosen| chosen.id.clone());
        let (person, business) = (self.person.clone(), self.business.clone());
        Said { person, business, text, choice, quotes }
    }

    /// Somebody who sees nothing happen for long is told where to look.
    async fn wait_for(&self, said: Said) -> Result<Heard, Failure> {
        self.write("typing …");
        let mut heard = pin!(self.hear(said));
        let heard = match Clock::system().timeout(PATIENCE, &mut heard).await {
            Ok(heard) => heard,
            Err(_) => {
                self.write(ERASE);
                note("the model has not answered yet; olifant doctor says whether it can");
                heard.await
            }
        };
        self.write(ERASE);
        heard
    }

    async fn hear(&self, said: Said) -> Result<Heard, Failure> {
        self.line.ask(Ask::post("/chat", &said)?.at_leisure()).await
    }

    fn greet(&self, Heard { assistant, model, .. }: &Heard) {
        if self.seen {
            let person = &self.person;
            say(&format!(
                "{assistant} answers ({model}). You are {person}, whom only this chat knows; nobody \
                 is written to.\nCtrl-D ends it; /help says what you can order.\n"
            ));
        }
    }

    fn show(&mut self, heard: Heard) {
        if self.json {
            return say(&serde_json::to_string(&heard).unwrap_or_default());
        }
        for content in &heard.told {
            let words = plain(&content.as_text());
            say(&if self.seen { format!("{}: {words}", heard.assistant) } else { words });
        }
        if let Some(reason) = &heard.reason {
            note(&format!("({reason})"));
        }
        match heard.told.into_iter().next_back() {
            Some(Content::Choices(choices)) => self.offered = Some(choices),
            Some(_) => self.offered = None,
            None => {}
        }
    }

    fn prompt(&self) {
        self.write("You: ");
    }

    /// Without a line's end, for who looks at it.
    fn write(&self, words: &str) {
        if self.seen {
            let mut out = std::io::stdout();
            // Who closed the terminal does not want to know.
            let _ = out.write_all(words.as_bytes()).and_then(|()| out.flush());
        }
    }
}

/// The lines of the input, read beside everything else.
fn typed() -> mpsc::Receiver<std::io::Result<String>> {
    let (send, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        let mut lines = std::io::stdin().lock().lines();
        // Nobody listens any more when the talk is over.
        while lines.next().is_some_and(|line| send.blocking_send(line).is_ok()) {}
    });
    lines
}

/// Words of a model, without what could steer a terminal.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_talks_is_a_phone_number_and_words_steer_no_terminal() {
        assert_eq!(phone("+1 555 0124").as_deref(), Ok("+15550124"));
        assert!(phone("Ana").is_err_and(|error| error.contains("+15550123")));
        assert_eq!(plain("a\u{1b}[2J\nb\r"), "a[2J\nb");
    }
}
