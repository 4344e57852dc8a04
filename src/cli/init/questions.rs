//! What is asked in a terminal; elsewhere the answers are given or taken for
//! granted.

use std::io::{BufRead, Write};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

/// Somebody who answers, or nobody.
pub struct Questions(Option<Terminal>);

struct Terminal {
    input: Box<dyn BufRead>,
    output: Box<dyn Write>,
}

/// One of several answers.
pub struct Choice<T> {
    /// What is typed.
    pub name: String,
    /// What it stands for.
    pub value: T,
}

impl<T: ValueEnum> Choice<T> {
    /// All that it can be.
    pub fn all() -> Vec<Self> {
        let choice = |value: &T| {
            let name = value.to_possible_value()?.get_name().to_owned();
            Some(Self { name, value: value.clone() })
        };
        T::value_variants().iter().filter_map(choice).collect()
    }
}

impl Questions {
    /// Nothing is asked.
    pub fn unasked() -> Self {
        Self(None)
    }

    /// Who sits there is asked.
    pub fn at_the_terminal() -> Self {
        Self::to(Box::new(std::io::stdin().lock()), Box::new(std::io::stdout()))
    }

    fn to(input: Box<dyn BufRead>, mut output: Box<dyn Write>) -> Self {
        // Whoever closed the terminal does not read the questions either.
        let _ = writeln!(output, "Enter takes what stands in brackets; Ctrl-C writes nothing.\n");
        Self(Some(Terminal { input, output }))
    }

    /// What is given, or else one of these; the first if nothing is said.
    pub fn choose<T: Clone>(
        &mut self,
        question: &str,
        choices: &[Choice<T>],
        given: Option<T>,
    ) -> Result<T> {
        let first = choices.first().context("there is nothing to choose from")?;
        let (Some(terminal), None) = (&mut self.0, &given) else {
            return Ok(given.unwrap_or_else(|| first.value.clone()));
        };
        let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
        let all = names.join(", ");
        loop {
            let said = terminal.ask(&format!("{question} {all}"), &first.name)?;
            match choices.iter().find(|choice| choice.name == said) {
                Some(choice) => return Ok(choice.value.clone()),
                None => terminal.say(&format!("write one of {all}"))?,
            }
        }
    }

    /// What is given, or else a text that passes the check.
    pub fn text(
        &mut self,
        question: &str,
        usual: &str,
        given: Option<String>,
        check: fn(&str) -> Result<String, String>,
    ) -> Result<String> {
        let (Some(terminal), None) = (&mut self.0, &given) else {
            let text = given.unwrap_or_else(|| usual.to_owned());
            return check(&text).map_err(anyhow::Error::msg);
        };
        loop {
            match check(&terminal.ask(question, usual)?) {
                Ok(text) => return Ok(text),
                Err(remedy) => terminal.say(&remedy)?,
            }
        }
    }
}

impl Terminal {
    fn ask(&mut self, question: &str, usual: &str) -> Result<String> {
        write!(self.output, "{question} [{usual}]: ").and_then(|()| self.output.flush())?;
        let mut line = String::new();
        if self.input.read_line(&mut line).context("the input can't be read")? == 0 {
            bail!("the input ended before all was answered: nothing is written");
        }
        let said = line.trim();
        Ok(if said.is_empty() { usual } else { said }.to_owned())
    }

    fn say(&mut self, words: &str) -> Result<()> {
        Ok(writeln!(self.output, "  {words}")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::init::{Provider, zone};

    fn answering(lines: &'static str) -> Questions {
        Questions::to(Box::new(lines.as_bytes()), Box::new(std::io::sink()))
    }

    #[test]
    fn it_is_asked_again_until_it_is_an_answer_and_enter_takes_the_usual() {
        let choices = Choice::<Provider>::all();
        let mut questions = answering("vonage\ntwilio\n\nMars\nAsia/Kolkata\n\n");
        let choose = |questions: &mut Questions| questions.choose("?", &choices, None).unwrap();
        assert_eq!(choose(&mut questions), Provider::Twilio);
        assert_eq!(choose(&mut questions), Provider::Meta);
        let ask = |questions: &mut Questions| questions.text("?", "UTC", None, zone).unwrap();
        assert_eq!(ask(&mut questions), "Asia/Kolkata");
        assert_eq!(ask(&mut questions), "UTC");
        let ended = questions.text("?", "UTC", None, zone).unwrap_err().to_string();
        assert!(ended.contains("nothing is written"), "{ended}");
    }

    #[test]
    fn what_is_given_is_not_asked() {
        let choices = Choice::<Provider>::all();
        let mut questions = answering("");
        let chosen = questions.choose("?", &choices, Some(Provider::Twilio));
        assert_eq!(chosen.unwrap(), Provider::Twilio);
        let zone = questions.text("?", "UTC", Some("Asia/Kolkata".into()), zone);
        assert_eq!(zone.unwrap(), "Asia/Kolkata");
    }
}
