//! Who sits there is asked; where nobody does, what is missing is named by the
//! option that says it.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use secrecy::SecretString;

/// Asks, or does not.
pub struct Asking {
    /// Whatever is usual is taken.
    yes: bool,
    somebody: bool,
}

impl Asking {
    /// Somebody is there if there is a terminal.
    pub fn new(yes: bool) -> Self {
        let somebody = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        Self { yes, somebody }
    }

    /// A line; Enter takes what is usual.
    pub fn text(&self, question: &str, usual: Option<&str>, flag: &str) -> Result<String> {
        match usual {
            Some(usual) if self.yes || !self.somebody => return Ok(usual.to_owned()),
            None if !self.somebody => bail!(missing(question, flag)),
            _ => {}
        }
        loop {
            let shown = usual.map(|usual| format!(" [{usual}]")).unwrap_or_default();
            let said = ask(&format!("{question}{shown}: "))?;
            match (said.trim(), usual) {
                ("", None) => {}
                ("", Some(usual)) => return Ok(usual.to_owned()),
                (said, _) => return Ok(said.to_owned()),
            }
        }
    }

    /// A line that is not shown.
    pub fn secret(&self, question: &str, flag: &str) -> Result<SecretString> {
        if !self.somebody {
            bail!(missing(question, flag));
        }
        loop {
            let said = rpassword::prompt_password(format!("{question} (not shown): "));
            let said = said.context("the terminal can't be read")?;
            if !said.trim().is_empty() {
                return Ok(said.trim().into());
            }
        }
    }

    /// Yes or no. Where nobody sits, only `--yes` means yes.
    pub fn agree(&self, question: &str, usual: bool) -> Result<bool> {
        if self.yes || !self.somebody {
            return Ok(self.yes);
        }
        let choice = if usual { "[Y/n]" } else { "[y/N]" };
        let said = ask(&format!("{question} {choice} "))?.trim().to_lowercase();
        Ok(if said.is_empty() { usual } else { said.starts_with('y') })
    }

    /// Whether what leads to somebody else is to lead here. Whoever said
    /// `--yes` beforehand is told what it was.
    pub fn replaces(&self, whose: &str, other: &str) -> Result<String> {
        let question =
            format!("The webhooks of this {whose} go to {other}. Send them here instead?");
        match self.agree(&question, true)? {
            true => Ok(format!("they went to {other} until now")),
            false => bail!(
                "the webhooks of this {whose} go to {other}, and stay there; with --yes they come here"
            ),
        }
    }

    /// One of several; where nobody sits, they are listed.
    pub fn choose(&self, question: &str, choices: &[String], flag: &str) -> Result<usize> {
        let list = choices.iter().enumerate().map(|(n, choice)| format!("  {}  {choice}", n + 1));
        let list = list.collect::<Vec<_>>().join("\n");
        if !self.somebody {
            bail!("{question}: name one with {flag}\n{list}");
        }
        loop {
            let said = ask(&format!("{list}\n{question} (1 to {}): ", choices.len()))?;
            match said.trim().parse::<usize>() {
                Ok(n) if (1..=choices.len()).contains(&n) => return Ok(n - 1),
                _ => {}
            }
        }
    }
}

/// The first line of a file; `-` is the next line of the input.
pub fn secret_from(file: &Path) -> Result<SecretString> {
    let shown = file.display();
    let text = match file == Path::new("-") {
        true => line().context("the input can't be read")?,
        false => std::fs::read_to_string(file).with_context(|| format!("{shown} can't be read"))?,
    };
    match text.lines().next().map(str::trim) {
        Some(secret) if !secret.is_empty() => Ok(secret.into()),
        _ => Err(anyhow!("{shown} is empty; put the secret into its first line")),
    }
}

fn missing(question: &str, flag: &str) -> String {
    format!("missing: {question}; say it with {flag}, or start this in a terminal to be asked")
}

/// Questions go beside the answer, which may go into a file.
fn ask(question: &str) -> Result<String> {
    let mut out = std::io::stderr();
    write!(out, "{question}").and_then(|()| out.flush()).context("the terminal")?;
    let said = line().context("the input can't be read")?;
    match said.is_empty() {
        true => bail!("the input ended before all was said"),
        false => Ok(said),
    }
}

fn line() -> std::io::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map(|_| line)
}
