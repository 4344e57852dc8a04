//! When two messages are the same words.

/// The words without what changes nothing about them: case, accents, blanks,
/// and the punctuation, quotes and emoji around them.
pub(in crate::assistant) fn bare(text: &str) -> String {
    let letters = text.chars().flat_map(char::to_lowercase).filter(|c| !is_mark(*c)).map(plain);
    let letters: String = letters.collect();
    let words: Vec<&str> = letters.split_whitespace().collect();
    words.join(" ").trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

/// The first word behind a slash at the beginning, bare, and what comes after
/// it; `None` = the text begins with no slash.
pub(in crate::assistant) fn command(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || is_mark(c));
    let order = text.strip_prefix(['/', '／'])?.trim_start();
    let end = order.find(|c: char| c.is_whitespace() || c == '_').unwrap_or(order.len());
    let rest = order[end..].trim_start_matches('_').trim();
    Some((bare(&order[..end]), rest))
}

/// Accents that stand by themselves, vowel marks of Arabic, the dot of Hindi,
/// and what can't be seen at all.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}'
            | '\u{640}'
            | '\u{64b}'..='\u{652}'
            | '\u{93c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
    )
}

/// The letter that people write who leave accents out.
fn plain(c: char) -> char {
    match c {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'آ' | 'أ' | 'إ' | 'ٱ' => 'ا',
        'ى' => 'ي',
        'ة' => 'ه',
        '’' => '\'',
        '-' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_accents_and_what_stands_around_change_nothing() {
        for text in
            ["STOP", " stop! ", "/stop", "«Stop.»", "🛑 stop 🛑", "*Stöp*", "sto\u{301}p\u{200f}"]
        {
            assert_eq!(bare(text), "stop", "{text}");
        }
        assert_eq!(bare("NÃO  quero\nmais"), "nao quero mais");
        assert_eq!(bare("Opt-Out"), "opt out");
        assert_eq!(bare("ne m’écrivez plus"), "ne m'ecrivez plus");
        assert_eq!(bare("أَوقِف"), "اوقف");
        assert_eq!(bare("संदेश बंद करें।"), "संदेश बंद करें");
        assert_eq!(bare("👍 …"), "");
    }

    #[test]
    fn a_command_is_the_first_word_behind_a_slash() {
        for (text, word, rest) in [
            ("/forget my address", "forget", "my address"),
            (" /Forget: my address! ", "forget", "my address!"),
            ("/forget_all", "forget", "all"),
            ("\u{200e}/ذاكرة", "ذاكره", ""),
            ("／help", "help", ""),
            ("/ help\nme", "help", "me"),
            ("/", "", ""),
        ] {
            assert_eq!(command(text), Some((word.to_owned(), rest)), "{text}");
        }
        for text in ["forget", "9/10", "", "see /help"] {
            assert_eq!(command(text), None, "{text}");
        }
    }

    #[test]
    fn other_words_stay_others() {
        assert_ne!(bare("stop it"), bare("stop"));
        assert_ne!(bare("st op"), bare("stop"));
    }

    proptest! {
        #[test]
        fn bare_words_are_bare_and_nothing_around_them_counts(
            text in "\\PC{0,40}", around in "[ !.,*\"'«»🛑/_-]{0,4}",
        ) {
            let once = bare(&text);
            prop_assert_eq!(bare(&once), once.clone());
            prop_assert_eq!(bare(&format!("{around}{text}{around}")), once);
        }
    }
}
