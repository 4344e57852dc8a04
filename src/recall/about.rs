//! Whose words a question is about: "what did I order", "what did you tell
//! me", "what did Ana say".

use crate::domain::message::Role;

use super::fold::{fold, plain};
use super::forms::hash;
use super::language::Language;

/// Whose turns are more likely meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Anybody,
    Role(Role),
    Speaker(u32),
}

/// How a name stands in an [`Entry`](super::Entry): the same for all ways to
/// write it; never 0.
pub fn speaker(name: &str) -> u32 {
    let words: Vec<String> = words(name);
    hash("", &words.join(" ")).max(1)
}

impl About {
    /// By the names of who took part, else by the words for "I" and "you
    /// said" of the question's language.
    pub(super) fn of(text: &str, language: Option<Language>, participants: &[&str]) -> Self {
        let words = words(text);
        let said = |name: &&&str| self::words(name).iter().any(|part| words.contains(part));
        let named: Vec<&&str> = participants.iter().filter(said).collect();
        let language = language.unwrap_or(Language::English);
        let pronouns = PRONOUNS.iter().find(|pronouns| pronouns.language == language);
        match (named[..].as_ref(), pronouns) {
            ([one], _) => Self::Speaker(speaker(one)),
            ([], Some(pronouns)) => pronouns.role(&words).map_or(Self::Anybody, Self::Role),
            _ => Self::Anybody,
        }
    }
}

/// Parts of names and pronouns that are too short to tell somebody are left
/// to the lists.
fn words(text: &str) -> Vec<String> {
    let plain = plain(text).replace('\'', " ");
    let words = plain.split(|c: char| !c.is_alphanumeric() && !is_mark(c));
    words.filter(|word| !word.is_empty()).map(|word| fold(word).into_owned()).collect()
}

/// Vowel signs of Hindi and marks of Arabic are no letters for Unicode.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{963}' | '\u{64b}'..='\u{65f}')
}

/// How a language says "I" and "you said". All words are folded.
struct Pronouns {
    language: Language,
    /// Words for I, my, me.
    first: &'static [&'static str],
    /// Words for you…
    second: &'static [&'static str],
    /// …with the beginning of a word for telling soon after.
    telling: &'static [&'static str],
    /// Beginnings of words that are "you said" alone.
    told: &'static [&'static str],
}

/// "You" and "said" have at most so many words between them.
const REACH: usize = 5;

impl Pronouns {
    fn role(&self, words: &[String]) -> Option<Role> {
        let begins =
            |word: &String, list: &[&str]| list.iter().any(|begin| word.starts_with(begin));
        let tells = |at: usize| {
            let behind = &words[at + 1..words.len().min(at + 2 + REACH)];
            behind.iter().any(|word| begins(word, self.telling))
        };
        let you = |at: &usize| self.second.contains(&words[*at].as_str());
        let told = (0..words.len()).filter(you).any(tells);
        if told || words.iter().any(|word| begins(word, self.told)) {
            return Some(Role::Assistant);
        }
        let first = words.iter().any(|word| self.first.contains(&word.as_str()));
        first.then_some(Role::Person)
    }
}

const PRONOUNS: &[Pronouns] = &[
    Pronouns {
        language: Language::English,
        first: &["i", "me", "my", "mine", "im", "ive"],
        second: &["you"],
        telling: &[
            "said",
            "say",
            "told",
            "tell",
            "recommend",
            "suggest",
            "mention",
            "advis",
            "promis",
            "wrote",
            "explain",
            "offer",
            "propos",
            "answer",
            "quote",
        ],
        told: &[],
    },
    Pronouns {
        language: Language::Spanish,
        first: &["yo", "mi", "mis", "me", "conmigo", "mio", "mia", "mios", "mias"],
        second: &["usted", "tu"],
        telling: &["dijo", "dich", "recomend", "suger", "mencion", "explic", "promet"],
        told: &[
            "dijiste",
            "recomendaste",
            "sugeriste",
            "mencionaste",
            "explicaste",
            "prometiste",
            "aconsejaste",
        ],
    },
    Pronouns {
        language: Language::Portuguese,
        first: &["eu", "meu", "minha", "meus", "minhas", "me", "mim", "comigo"],
        second: &["voce", "vc", "tu"],
        telling: &["disse", "falou", "recomend", "suger", "mencion", "explic", "promet", "dito"],
        told: &["disseste", "recomendaste", "sugeriste"],
    },
    Pronouns {
        language: Language::French,
        first: &["je", "j", "moi", "mon", "ma", "mes", "m", "me"],
        second: &["tu", "vous", "t"],
        telling: &[
            "dit",
            "recommand",
            "conseill",
            "suggere",
            "mentionn",
            "expliqu",
            "promis",
            "propos",
        ],
        told: &[],
    },
    Pronouns {
        language: Language::German,
        first: &["ich", "mir", "mich", "mein", "meine", "meinen", "meinem", "meiner", "meines"],
        second: &["du", "sie"],
        telling: &[
            "gesagt",
            "sagte",
            "empf",
            "vorgeschlagen",
            "erwahnt",
            "erklart",
            "versprochen",
            "geraten",
            "erzahlt",
        ],
        told: &[],
    },
    Pronouns {
        language: Language::Italian,
        first: &["io", "mio", "mia", "miei", "mie", "mi", "me"],
        second: &["hai", "lei", "tu"],
        telling: &[
            "detto",
            "consigliat",
            "suggerit",
            "menzionat",
            "spiegat",
            "promess",
            "raccomandat",
            "propost",
        ],
        told: &["dicesti"],
    },
    Pronouns {
        language: Language::Indonesian,
        first: &["saya", "aku", "ku"],
        second: &["kamu", "anda", "kau"],
        telling: &[
            "bilang",
            "kata",
            "saran",
            "menyarankan",
            "sebut",
            "menyebut",
            "rekomendasi",
            "merekomendasi",
            "jelas",
            "menjelas",
            "janji",
        ],
        told: &["katamu", "kaubilang"],
    },
    Pronouns {
        language: Language::Hindi,
        first: &["मैं", "मैंने", "मुझे", "मेरा", "मेरी", "मेरे"],
        second: &["आपने", "तुमने"],
        telling: &["कहा", "बताया", "बोला", "सुझा", "बताई", "कही"],
        told: &[],
    },
    Pronouns {
        language: Language::Hinglish,
        first: &["main", "maine", "mujhe", "mera", "meri", "mere"],
        second: &["aapne", "tumne", "tune"],
        telling: &["kaha", "bataya", "bola", "bola", "batai", "kahi", "suggest", "recommend"],
        told: &[],
    },
    Pronouns {
        language: Language::Arabic,
        first: &["انا", "لي", "عندي", "قلت", "اخبرتك", "طلبت"],
        second: &["انت", "انتم"],
        telling: &["قلت", "اخبرت", "نصحت", "اقترحت", "ذكرت"],
        told: &["اخبرتني", "نصحتني", "وعدتني"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: About = About::Role(Role::Person);
    const ASSISTANT: About = About::Role(Role::Assistant);

    #[test]
    fn i_and_you_said_are_told_apart() {
        use Language::{Arabic, English, French, German, Hindi, Hinglish, Indonesian, Italian};
        use Language::{Portuguese, Spanish};
        for (text, language, about) in [
            ("What did I tell you about my sister?", English, PERSON),
            ("what did you say about the invoice", English, ASSISTANT),
            ("when does the shop open", English, About::Anybody),
            ("¿cómo se llama mi perro?", Spanish, PERSON),
            ("¿qué me dijiste del pago?", Spanish, ASSISTANT),
            ("o que você me disse ontem?", Portuguese, ASSISTANT),
            ("qual é o nome do meu gato?", Portuguese, PERSON),
            ("qu'est-ce que tu m'as dit ?", French, ASSISTANT),
            ("où j'habite ?", French, PERSON),
            ("was hast du mir empfohlen?", German, ASSISTANT),
            ("wann habe ich Geburtstag?", German, PERSON),
            ("cosa mi hai detto?", Italian, ASSISTANT),
            ("dove ho messo le mie chiavi", Italian, PERSON),
            ("apa yang kamu bilang?", Indonesian, ASSISTANT),
            ("saya alergi apa?", Indonesian, PERSON),
            ("आपने क्या कहा था?", Hindi, ASSISTANT),
            ("मेरा नाम क्या है?", Hindi, PERSON),
            ("aapne kya bataya tha", Hinglish, ASSISTANT),
            ("mera order kab aayega", Hinglish, PERSON),
            ("بماذا نصحتني؟", Arabic, ASSISTANT),
            ("أين أسكن أنا؟", Arabic, PERSON),
        ] {
            assert_eq!(About::of(text, Some(language), &[]), about, "{text}");
        }
    }

    #[test]
    fn a_name_goes_before_pronouns_unless_two_are_named() {
        let names = &["Ana Pérez", "Tom"];
        let ana = About::Speaker(speaker("ana perez"));
        assert_eq!(About::of("what did Ana tell me?", None, names), ana);
        assert_eq!(About::of("did Ana see Tom?", None, names), About::Anybody);
        assert_eq!(About::of("what did I say?", None, names), PERSON);
    }
}
