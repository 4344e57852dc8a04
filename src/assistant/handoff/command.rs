//! What an operator can order.

/// An order; whatever begins with `/` is one, and never reaches a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Who waits?
    Who,
    /// The assistant answers again.
    Resume,
    /// The assistant stays silent until told.
    Pause,
    /// `/help`, and what is none of these.
    Help,
}

impl Command {
    /// `None` = these are words for somebody.
    pub fn read(text: &str) -> Option<Self> {
        let order = text.trim().strip_prefix('/')?;
        let word = order.split_whitespace().next().unwrap_or_default().to_lowercase();
        Some(match word.as_str() {
            "who" => Self::Who,
            "resume" => Self::Resume,
            "pause" => Self::Pause,
            _ => Self::Help,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_begins_with_a_slash_is_an_order() {
        for (text, command) in [
            ("/who", Command::Who),
            (" /Resume\n", Command::Resume),
            ("/PAUSE please", Command::Pause),
            ("/help", Command::Help),
            ("/resum", Command::Help),
            ("/", Command::Help),
        ] {
            assert_eq!(Command::read(text), Some(command), "{text}");
        }
        for text in ["", "who", "at 9/10", "resume", "see you /who"] {
            assert_eq!(Command::read(text), None, "{text}");
        }
    }
}
