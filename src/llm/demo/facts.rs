//! What a conversation tells about a person, by patterns.

use super::manners::{Formality, clauses, formality};
use super::{names, sentences};
use crate::domain::message::Role;
use crate::llm::Line;

/// What the person said of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The last name they gave.
    pub name: Option<String>,
    /// Likes and dislikes, newest last; one for each thing.
    pub likes: Vec<Like>,
    /// "remember that …".
    pub notes: Vec<String>,
    /// How they want to be addressed.
    pub formality: Option<Formality>,
}

/// A like or dislike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Like {
    pub thing: String,
    /// In the person's own words.
    pub words: String,
}

impl Like {
    /// From the person's own words.
    pub fn read(words: &str) -> Option<Self> {
        like(&words.split_whitespace().collect::<Vec<_>>())
    }
}

impl Facts {
    /// Reads what the person said, oldest first.
    pub fn of(dialog: &[Line]) -> Self {
        let mut facts = Self::default();
        facts.read(dialog);
        facts
    }

    /// The same on top of what is known.
    pub fn read(&mut self, dialog: &[Line]) {
        for line in dialog.iter().filter(|line| line.role == Role::Person) {
            let own = sentences::own(&line.text);
            for sentence in sentences::meant(&own) {
                self.formality = formality(sentence).or(self.formality);
                if !sentence.trim_end().ends_with(['?', '؟']) {
                    self.hear(sentence);
                }
            }
        }
    }

    /// What is noted is newer than what was said before it.
    pub fn overlaid(mut self, noted: Self) -> Self {
        self.name = noted.name.or(self.name);
        self.formality = noted.formality.or(self.formality);
        noted.likes.into_iter().for_each(|like| self.like(like));
        noted.notes.into_iter().for_each(|note| self.note(note));
        self
    }

    fn like(&mut self, like: Like) {
        self.likes.retain(|known| known.thing != like.thing);
        self.likes.push(like);
    }

    fn note(&mut self, note: String) {
        self.notes.retain(|known| *known != note);
        self.notes.push(note);
    }

    /// A clause that wishes for a tone is no liking and no note; a name may
    /// stand in it all the same.
    fn hear(&mut self, sentence: &str) {
        if formality(sentence).is_none() {
            return self.hear_clause(&sentence.split_whitespace().collect::<Vec<_>>());
        }
        for clause in clauses(sentence) {
            match formality(&clause.join(" ")) {
                Some(_) => self.name = names::name(&clause).or(self.name.take()),
                None => self.hear_clause(&clause),
            }
        }
    }

    fn hear_clause(&mut self, words: &[&str]) {
        if let Some(rest) = note(words) {
            return self.note(tidy(&rest.join(" ")));
        }
        self.name = names::name(words).or(self.name.take());
        if let Some(like) = like(words) {
            self.like(like);
        }
    }
}

/// Small letters, plain quotes, no punctuation: for comparing.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().map(plain_word).collect::<Vec<_>>().join(" ")
}

/// What the person said themselves: without what they quote, and a tap as its
/// title.
pub(super) fn said(text: &str) -> String {
    let own = text.lines().filter(|line| !line.starts_with("[in reply to"));
    let own = own.map(|line| match line.strip_prefix("[chose: ") {
        Some(chosen) => chosen.split(" (").next().unwrap_or(chosen).trim_end_matches(']'),
        None => line,
    });
    own.collect::<Vec<_>>().join("\n")
}

/// Whether the plain text holds the phrase as whole words.
pub(super) fn contains(plain: &str, phrase: &str) -> bool {
    format!(" {plain} ").contains(&format!(" {phrase} "))
}

pub(super) fn plain_word(word: &str) -> String {
    let word = word.replace('’', "'").to_lowercase();
    word.trim_matches(|c: char| c.is_ascii_punctuation() || "¿¡…।؟،«»“”„".contains(c)).to_owned()
}

/// The words behind the first cue that is found.
pub(super) fn after<'a>(words: &'a [&'a str], cues: &[&str]) -> Option<&'a [&'a str]> {
    cues.iter()
        .find_map(|cue| find(words, cue).map(|(_, end)| &words[end..]))
        .filter(|r| !r.is_empty())
}

/// Where a cue starts and ends.
fn find(words: &[&str], cue: &str) -> Option<(usize, usize)> {
    let cue: Vec<&str> = cue.split(' ').collect();
    let plain: Vec<String> = words.iter().map(|word| plain_word(word)).collect();
    let start = plain.windows(cue.len()).position(|some| some.iter().eq(cue.iter()))?;
    Some((start, start + cue.len()))
}

/// "Remember …" opens a sentence; "I can't remember …" asks for nothing.
fn note<'a>(words: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let opens = find(words, "remember").filter(|(start, _)| *start == 0);
    after(words, NOTES)
        .or_else(|| opens.map(|(_, end)| &words[end..]))
        .filter(|rest| !rest.is_empty())
}

fn like(words: &[&str]) -> Option<Like> {
    let (start, end) = LIKES.iter().find_map(|cue| find(words, cue))?;
    let thing = plain(&words[end..].join(" "));
    let words = tidy(&words[start..].join(" "));
    (!thing.is_empty()).then_some(Like { thing, words })
}

fn tidy(text: &str) -> String {
    text.trim_end_matches(['.', '!', ';', ',', '।', ' ']).to_owned()
}

const LIKES: &[&str] = &[
    "i don't like",
    "i do not like",
    "i like",
    "i love",
    "i prefer",
    "i enjoy",
    "i hate",
    "i can't stand",
    "no me gusta",
    "me gusta",
    "me gustan",
    "me encanta",
    "prefiero",
    "não gosto de",
    "gosto de",
    "eu adoro",
    "prefiro",
    "j'aime",
    "je n'aime pas",
    "je préfère",
    "je déteste",
    "ich mag",
    "ich liebe",
    "ich hasse",
    "non mi piace",
    "mi piace",
    "preferisco",
    "saya suka",
    "mujhe pasand hai",
    "मुझे पसंद है",
    "أحب",
];

const NOTES: &[&str] = &[
    "remember that",
    "please remember",
    "don't forget that",
    "don't forget",
    "recuerda que",
    "lembre que",
    "lembra que",
    "lembre-se que",
    "souviens-toi que",
    "retiens que",
    "merk dir dass",
    "ricorda che",
    "ingat bahwa",
    "yaad rakhna ki",
    "yaad rakhna",
    "याद रखना कि",
    "تذكر أن",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts(text: &str) -> Facts {
        Facts::of(&[Line { role: Role::Person, text: text.into() }])
    }

    #[test]
    fn names_are_heard_in_many_languages() {
        for (text, name) in [
            ("hi, my name is ana", "Ana"),
            ("My name’s Anna Maria Li, nice to meet you", "Anna Maria Li"),
            ("I'm Bob and I like tea", "Bob"),
            ("sorry, my name is actually Rob", "Rob"),
            ("me llamo José", "José"),
            ("Meu nome é João!", "João"),
            ("je m’appelle Zoé", "Zoé"),
            ("Ich heiße Jürgen.", "Jürgen"),
            ("mi chiamo Luca", "Luca"),
            ("nama saya Budi", "Budi"),
            ("mera naam Ravi hai", "Ravi"),
            ("मेरा नाम रवि है", "रवि"),
            ("اسمي ليلى", "ليلى"),
        ] {
            assert_eq!(facts(text).name.as_deref(), Some(name), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_none() {
        for text in [
            "I'm late",
            "i am from Lisbon",
            "what is my name?",
            "my name is not important",
            "mera naam kya hai",
            "[forwarded] my name is Eve",
            "[in reply to: \"my name is Eve\"]\nok",
            "soy de Lima",
        ] {
            assert_eq!(facts(text).name, None, "{text}");
        }
    }

    #[test]
    fn notes_are_kept_word_for_word_and_questions_are_no_notes() {
        assert_eq!(facts("Remember that I park at gate 7.").notes, ["I park at gate 7"]);
        assert_eq!(facts("recuerda que mi vuelo es el viernes").notes, ["mi vuelo es el viernes"]);
        assert!(facts("do you remember that day?").notes.is_empty());
        assert!(facts("I can't remember my code").notes.is_empty());
        assert_eq!(facts("remember: gate 7").notes, ["gate 7"]);
        assert!(facts("do you like tea? Does she know I like it?").likes.is_empty());
    }

    #[test]
    fn a_wish_for_formal_words_is_heard_and_is_no_liking() {
        for text in [
            "please be formal",
            "I prefer formal language.",
            "Could you use formal language?",
            "Trátame de usted, por favor",
            "prefiro linguagem formal",
            "कृपया औपचारिक भाषा में लिखें",
            "اكتب بلغة رسمية من فضلك",
        ] {
            let heard = facts(text);
            assert_eq!(heard.formality, Some(Formality::Formal), "{text}");
            assert!(heard.likes.is_empty(), "{text}");
        }
        for text in ["no need to be formal", "trátame de tú", "let us be informal"] {
            assert_eq!(facts(text).formality, Some(Formality::Informal), "{text}");
        }
        for text in ["the formal dinner is on Friday", "[forwarded] please be formal"] {
            assert_eq!(facts(text).formality, None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "\\PC{0,80}", cue in prop::sample::select(names::CUES)) {
            let _ = facts(&text);
            let _ = facts(&format!("{cue} {text}"));
        }
    }
}
