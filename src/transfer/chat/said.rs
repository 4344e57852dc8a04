//! Who said what: `Ana: hello`.

use super::body;
use super::cursor::{is_blank, is_mark};
use super::words::NOTICES;

/// A name longer than this is a sentence.
const NAME: usize = 100;

/// iPhones put it before what nobody typed.
const UNTYPED: char = '\u{200e}';

/// What somebody said.
pub(super) struct Said<'a> {
    /// Their name, as the phone's address book has it.
    pub speaker: String,
    body: &'a str,
}

impl<'a> Said<'a> {
    /// `None` for a notice, which nobody says.
    pub fn read(text: &'a str) -> Option<Self> {
        let (first, _) = text.split_once('\n').unwrap_or((text, ""));
        let name = match first.split_once(": ") {
            Some((name, _)) => name,
            None => first.trim_end().strip_suffix(':')?,
        };
        let body = text[name.len() + 1..].trim_start_matches(is_blank);
        let said = Self { speaker: cleaned(name), body };
        (is_name(&said.speaker) && !said.is_notice()).then_some(said)
    }

    /// The words, or what stands for them.
    pub fn text(&self) -> String {
        body::text(self.body)
    }

    /// Nobody typed it, and it is nothing that we know: perhaps a notice.
    pub fn is_untyped(&self) -> bool {
        self.body.starts_with(UNTYPED) && !body::is_known(self.body)
    }

    /// On iPhones notices stand under the name of the group or a member.
    fn is_notice(&self) -> bool {
        let said = || self.body.to_lowercase();
        self.body.starts_with(UNTYPED) && NOTICES.iter().any(|notice| said().contains(notice))
    }
}

/// Without marks, and without the `~` of whoever is not in the address book.
pub(super) fn cleaned(name: &str) -> String {
    let seen: String = name.chars().filter(|c| !is_mark(*c)).collect();
    let name = seen.trim_start_matches(|c: char| c == '~' || c.is_whitespace());
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `Ana named the group "Trip` (`: Rome"`) is half a notice.
fn is_name(name: &str) -> bool {
    let quotes = name.chars().filter(|c| "\"„“”«»".contains(*c)).count();
    quotes % 2 == 0 && (1..=NAME).contains(&name.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_whatever_the_address_book_has() {
        for (text, speaker) in [
            ("Ana: hello", Some("Ana")),
            ("~\u{202f}Ana\u{a0}B: hello", Some("Ana B")),
            ("\u{202a}+1 555 0100\u{202c}: hello", Some("+1 555 0100")),
            ("The „Café“: hello", Some("The „Café“")),
            ("Ana:", Some("Ana")),
            ("Ana joined", None),
            ("Ana named the group “Us: always”", None),
            (": hello", None),
            ("Us: \u{200e}Ana created group “Us”", None),
        ] {
            assert_eq!(Said::read(text).map(|said| said.speaker).as_deref(), speaker, "{text}");
        }
    }
}
