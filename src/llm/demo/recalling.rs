//! "What did I say about …?"

use super::facts::{contains, plain, said as own};
use super::lines::Lines;
use super::told::Told;
use crate::domain::message::Role;
use crate::llm::Line;

/// What such a question is about: its words without those that ask. `None` =
/// it is no such question.
pub(super) fn topic(question: &str) -> Option<Vec<String>> {
    let asks = ASKS.iter().any(|phrase| contains(question, phrase));
    let words = question.split(' ').filter(|word| !is_asking(word)).map(str::to_owned);
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    (asks && !words.is_empty()).then_some(words)
}

/// The best of what the person said about it, with its day where that is
/// known.
pub(super) fn found(
    topic: &[String],
    told: &Told,
    before: &[Line],
    lines: &Lines,
) -> Option<String> {
    let old = told.said.iter().map(|said| (said.text.clone(), Some(said.day.as_str())));
    let here = before.iter().filter(|line| line.role == Role::Person);
    let here = here.map(|line| (own(&line.text), None));
    let noted = told.notes.iter().map(|(_, value)| (value.clone(), None));
    let told = old.chain(here).chain(noted).filter(|(text, _)| self::topic(&plain(text)).is_none());
    let scored = told.map(|(text, day)| (score(topic, &text), text, day));
    let enough = scored.filter(|(score, ..)| score * 2 >= topic.len() && *score > 0);
    // Of equals the first: it has a day.
    let best = enough.reduce(|best, one| if one.0 > best.0 { one } else { best });
    best.map(|(_, text, day)| match day {
        Some(day) => lines.wrote_on.replace("{day}", day).replace("{}", &text),
        None => lines.wrote.replace("{}", &text),
    })
}

/// How many of the words are in it; a longer one stands for what begins so.
fn score(topic: &[String], text: &str) -> usize {
    let text = plain(text);
    let is_there = |wanted: &&String| {
        let long = wanted.chars().count() >= 4;
        text.split(' ').any(|word| word == *wanted || (long && word.starts_with(wanted.as_str())))
    };
    topic.iter().filter(is_there).count()
}

fn is_asking(word: &str) -> bool {
    ASKING.split_whitespace().any(|asking| asking == word)
}

const ASKS: &[&str] = &[
    "did i say",
    "did i tell you",
    "did i mention",
    "have i told you",
    "i told you about",
    "do you remember",
    "do you recall",
    "te dije",
    "dije",
    "te conté",
    "te acuerdas",
    "recuerdas",
    "eu disse",
    "te disse",
    "lhe disse",
    "falei",
    "você lembra",
    "você se lembra",
    "lembra de",
    "lembra do",
    "lembra da",
    "मैंने क्या कहा",
    "क्या कहा था",
    "कब कहा",
    "कब बताया",
    "क्या बताया",
    "याद है",
    "ماذا قلت",
    "متى قلت",
    "هل تتذكر",
    "هل تذكر",
    "أخبرتك",
];

/// The words such questions are made of, in the five languages.
const ASKING: &str = "what when where which who how did do does have has i me my you your say said \
    tell told mention mentioned about the a an of on in to that is was are were it and ever recall \
    remember please again \
    qué que cuándo cuando dónde donde dije te conté acuerdas recuerdas sobre de del la el los las \
    mi mis tu yo es en lo un una había \
    o quando onde eu disse lhe falei você se lembra do da dos das meu minha meus minhas foi sobre \
    um uma no na em \
    मैंने क्या कब कहाँ कहा था थी बताया आपको के की का को बारे में मेरे मेरी मेरा याद है आपने हूँ \
    ماذا متى أين قلت لك عن هل تتذكر تذكر أخبرتك في من أن ما";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::demo::lines::ENGLISH;
    use crate::llm::demo::told::Said;

    #[test]
    fn what_is_asked_for_is_what_is_left_without_the_asking() {
        for (question, words) in [
            ("what did i say about my parking space", Some("parking space")),
            ("when did i tell you about the dentist", Some("dentist")),
            ("do you remember my sister", Some("sister")),
            ("qué te dije sobre el dentista", Some("dentista")),
            ("o que eu disse sobre o dentista", Some("dentista")),
            ("मैंने दुकान के बारे में क्या कहा था", Some("दुकान")),
            ("ماذا قلت عن الموعد", Some("الموعد")),
            ("what do you remember about me", None),
            ("do you remember me", None),
            ("are you open", None),
        ] {
            let found = topic(question).map(|words| words.join(" "));
            assert_eq!(found.as_deref(), words, "{question}");
        }
    }

    #[test]
    fn the_best_line_is_quoted_with_its_day() {
        let said = |day: &str, text: &str| Said { day: day.into(), text: text.into() };
        let told = Told {
            notes: vec![],
            said: vec![
                said("2026-03-04", "I park at gate 7"),
                said("2026-03-05", "the parking space is gate 9 now"),
                said("2026-03-06", "what did I say about my parking space?"),
            ],
        };
        let topic = |text: &str| topic(text).expect("a topic");
        let found = |text: &str| found(&topic(text), &told, &[], &ENGLISH);
        let best = found("what did i say about my parking space").expect("a line");
        assert_eq!(best, "On 2026-03-05 you wrote: \"the parking space is gate 9 now\"");
        let best = found("when did i tell you about gate 7").expect("a line");
        assert!(best.starts_with("On 2026-03-04"), "{best}");
        assert_eq!(found("do you remember my dentist"), None);
    }
}
