//! The name that somebody gives.

use super::facts::{after, plain_word};

/// The name in a sentence.
pub(super) fn name(words: &[&str]) -> Option<String> {
    let sure = after(words, CUES).and_then(|rest| name_in(rest, false));
    sure.or_else(|| after(words, MAYBE_NAMES).and_then(|rest| name_in(rest, true)))
}

/// "Dr" and the like stand before a name.
pub(super) fn is_title(word: &str) -> bool {
    TITLES.contains(&plain_word(word).as_str())
}

/// Up to three words that look like a name, with titles before and particles
/// between them. Behind "I'm" only capitals do, since "I'm late" is no name.
fn name_in(rest: &[&str], capitals: bool) -> Option<String> {
    let titles = rest.iter().take_while(|word| is_title(word)).count();
    let (titles, rest) = rest.split_at(titles);
    let mut name: Vec<String> = Vec::new();
    let (mut count, mut particles) = (0, Vec::new());
    for word in rest {
        if count > 0 && is_particle(word) {
            particles.push((*word).to_owned());
            continue;
        }
        let Some(bare) = part(word, capitals || count > 0).filter(|_| count < 3) else { break };
        name.append(&mut particles);
        name.push(bare);
        count += 1;
        if word.ends_with([',', '.', '!', ';', ')', '।', '،']) {
            break;
        }
    }
    let titles = titles.iter().map(|title| capitalised(title));
    (count > 0).then(|| titles.chain(name).collect::<Vec<_>>().join(" "))
}

/// One word of a name. Where there are capitals, small letters are none behind
/// the first word; where there are none, "and" is written as one with the next.
fn part(word: &str, no_small: bool) -> Option<String> {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && !is_mark(c));
    let first = bare.chars().next().filter(|c| c.is_alphabetic())?;
    let ends = NO_NAMES.contains(&plain_word(word).as_str());
    let small = no_small && (first.is_lowercase() || first == 'و');
    (!ends && !small).then(|| capitalised(bare))
}

fn is_particle(word: &str) -> bool {
    PARTICLES.split_whitespace().any(|particle| particle == word)
}

/// Vowel signs of Indian scripts are no letters of their own.
fn is_mark(c: char) -> bool {
    ('\u{900}'..='\u{97f}').contains(&c) && !"।॥".contains(c)
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Small words inside of names.
const PARTICLES: &str = "da de do das dos del della di du la las los van von der den ten ter zu \
    bin bint ibn al el";

const TITLES: &[&str] = &[
    "dr",
    "dra",
    "mr",
    "mrs",
    "ms",
    "mx",
    "prof",
    "sr",
    "sra",
    "srta",
    "डॉ",
    "श्री",
    "श्रीमती",
    "د",
];

pub(super) const CUES: &[&str] = &[
    "my name is actually",
    "my name is",
    "my name's",
    "i am called",
    "i'm called",
    "call me",
    "puedes llamarme",
    "llámeme",
    "me chame de",
    "me chamar de",
    "نادني",
    "ناديني",
    "me llamo",
    "mi nombre es",
    "llámame",
    "meu nome é",
    "me chamo",
    "je m'appelle",
    "mon nom est",
    "mon prénom est",
    "ich heiße",
    "ich heisse",
    "mein name ist",
    "mi chiamo",
    "il mio nome è",
    "nama saya",
    "nama aku",
    "panggil saya",
    "mera naam",
    "मेरा नाम",
    "اسمي",
    "أنا اسمي",
];

const MAYBE_NAMES: &[&str] =
    &["i am", "i'm", "im", "this is", "soy", "eu sou", "ich bin", "je suis"];

/// Words that follow these cues without being a name.
const NO_NAMES: &[&str] = &[
    "not",
    "what",
    "wrong",
    "and",
    "but",
    "spelled",
    "later",
    "back",
    "when",
    "if",
    "kya",
    "क्या",
    "hai",
    "है",
    "y",
    "e",
    "et",
    "und",
    "nicht",
    "no",
    "apa",
    "siapa",
    "adalah",
    "i",
    "hu",
    "هو",
    "formal",
    "formally",
    "by",
    "at",
    "on",
    "in",
    "a",
    "please",
    "और",
    "aur",
    "कृपया",
    "أحب",
    "أفضل",
    "أريد",
    "أرجو",
    "من",
    "يرجى",
    "كن",
    "اكتب",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_titles_and_particles() {
        for (text, expected) in [
            ("call me Dr. Silva", "Dr. Silva"),
            ("call me dr silva", "Dr Silva"),
            ("I'm Dr. Silva and late", "Dr. Silva"),
            ("Me chamo Maria da Silva", "Maria da Silva"),
            ("pode me chamar de João", "João"),
            ("me llamo Ana de la Cruz y vivo aquí", "Ana de la Cruz"),
            ("my name is Vincent van der Berg", "Vincent van der Berg"),
            ("my name is Ali bin Omar.", "Ali bin Omar"),
            ("me chamo Ana de longe", "Ana"),
            ("मेरा नाम डॉ. रवि शर्मा है", "डॉ. रवि शर्मा"),
            ("اسمي ليلى وأحب الشاي", "ليلى"),
            ("my name is ana please be formal", "Ana"),
        ] {
            let words: Vec<&str> = text.split_whitespace().collect();
            assert_eq!(name(&words).as_deref(), Some(expected), "{text}");
        }
        for text in ["call me Dr.", "I am from Lisbon", "call me at 5", "please call me formally"] {
            let words: Vec<&str> = text.split_whitespace().collect();
            assert_eq!(name(&words), None, "{text}");
        }
    }
}
