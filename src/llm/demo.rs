//! Answers without a language model, for trying the program out: it reads the
//! conversation for a name, likes and things to remember, and says openly
//! what it is. It knows only what was said and makes nothing up.

mod facts;

use std::time::Duration;

use async_trait::async_trait;

use super::{Completion, Line, Model, ModelError, Prompt};
use crate::clock::Clock;
use crate::domain::message::Role;
use facts::Facts;

/// As long as a quick model takes, so that a trial shows what people will
/// see: their message read, and typing dots.
const THINKS: Duration = Duration::from_millis(700);

/// The demonstration.
pub struct Demo {
    clock: Clock,
}

impl Demo {
    /// A brain that takes its time by this clock.
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

#[async_trait]
impl Model for Demo {
    async fn complete(&self, _: &str, prompt: &Prompt) -> Result<Completion, ModelError> {
        self.clock.pause(THINKS).await;
        Ok(Completion { text: reply(&prompt.dialog), ..Completion::default() })
    }
}

const WHO_I_AM: &str = "I'm a demo without a language model: I only recognise a few patterns.";
const WHAT_I_CAN: &str = "Tell me your name, what you like, or \"remember that …\", and later ask \"what is my name?\" or \"what do you know about me?\"";

/// What the person's newest messages are about.
enum Asks {
    Name,
    Everything,
    Help,
    Greeting,
    Thanks,
    Nothing,
}

fn reply(dialog: &[Line]) -> String {
    let newest = dialog.iter().rposition(|line| line.role != Role::Person);
    let (before, question) = dialog.split_at(newest.map_or(0, |at| at + 1));
    let known = Facts::of(before);
    let now = Facts::of(dialog);
    let answer = match asks(question) {
        Asks::Name => name(&now),
        Asks::Everything => everything(&now),
        Asks::Help => format!("{WHO_I_AM} {WHAT_I_CAN}"),
        _ if now != known => learned(&known, &now),
        Asks::Greeting => greeting(&now),
        Asks::Thanks => "You're welcome!".to_owned(),
        Asks::Nothing => format!("I can't answer that. {WHO_I_AM} {WHAT_I_CAN}"),
    };
    let said = before.iter().any(|line| line.role != Role::Person && line.text.contains(WHO_I_AM));
    if said || answer.contains(WHO_I_AM) { answer } else { format!("{answer}\n\n{WHO_I_AM}") }
}

fn asks(question: &[Line]) -> Asks {
    let text: Vec<String> = question.iter().map(|line| facts::plain(&line.text)).collect();
    let text = text.join(" ");
    let has = |list: &[&str]| list.iter().any(|phrase| facts::contains(&text, phrase));
    match () {
        () if has(ASK_NAME) => Asks::Name,
        () if has(ASK_EVERYTHING) => Asks::Everything,
        () if has(ASK_HELP) => Asks::Help,
        () if has(GREETINGS) => Asks::Greeting,
        () if has(THANKS) => Asks::Thanks,
        () => Asks::Nothing,
    }
}

fn name(facts: &Facts) -> String {
    match &facts.name {
        Some(name) => format!("Your name is {name}: you told me so."),
        None => "You haven't told me your name yet.".to_owned(),
    }
}

fn greeting(facts: &Facts) -> String {
    match &facts.name {
        Some(name) => format!("Hello {name}! Nice to hear from you again."),
        None => format!("Hello! {WHO_I_AM} {WHAT_I_CAN}"),
    }
}

fn everything(facts: &Facts) -> String {
    let name = facts.name.iter().map(|name| format!("- Your name is {name}."));
    let likes = facts.likes.iter().map(|like| format!("- You said: \"{}\"", like.words));
    let notes = facts.notes.iter().map(|note| format!("- You asked me to remember: \"{note}\""));
    let lines: Vec<String> = name.chain(likes).chain(notes).collect();
    match lines.is_empty() {
        true => format!("Nothing yet. {WHAT_I_CAN}"),
        false => format!("From what you wrote to me:\n{}", lines.join("\n")),
    }
}

fn learned(known: &Facts, now: &Facts) -> String {
    let mut parts = Vec::new();
    match &now.name {
        Some(name) if known.name.is_none() => parts.push(format!("Nice to meet you, {name}!")),
        Some(name) if known.name != now.name => parts.push(format!("All right, {name} it is.")),
        Some(_) | None => {}
    }
    let likes = now.likes.iter().filter(|like| !known.likes.contains(like));
    let notes = now.notes.iter().filter(|note| !known.notes.contains(note));
    let new: Vec<String> =
        likes.map(|like| &like.words).chain(notes).map(|words| format!("\"{words}\"")).collect();
    if !new.is_empty() {
        parts.push(format!("I'll remember {}.", new.join(" and ")));
    }
    parts.join(" ")
}

const ASK_NAME: &[&str] = &[
    "what is my name",
    "what's my name",
    "whats my name",
    "who am i",
    "know my name",
    "remember my name",
    "cómo me llamo",
    "como me llamo",
    "cuál es mi nombre",
    "cual es mi nombre",
    "é o meu nome",
    "é meu nome",
    "como me chamo",
    "comment je m'appelle",
    "quel est mon nom",
    "wie heiße ich",
    "wie ist mein name",
    "come mi chiamo",
    "siapa nama saya",
    "mera naam kya",
    "मेरा नाम क्या",
    "ما اسمي",
];

const ASK_EVERYTHING: &[&str] = &[
    "what do you know",
    "what do you remember",
    "what did i tell you",
    "know about me",
    "remember about me",
    "qué sabes de mí",
    "que sabes de mi",
    "o que você sabe",
    "que sais-tu",
    "que savez-vous",
    "was weißt du",
    "cosa sai di me",
    "tahu tentang saya",
    "mere baare mein",
    "मेरे बारे में",
    "ماذا تعرف عني",
];

const ASK_HELP: &[&str] = &[
    "help",
    "what can you do",
    "who are you",
    "what are you",
    "are you a bot",
    "ayuda",
    "ajuda",
    "aide",
    "hilfe",
    "aiuto",
];

const GREETINGS: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "good morning",
    "good evening",
    "hola",
    "olá",
    "oi",
    "namaste",
    "नमस्ते",
    "bonjour",
    "salut",
    "hallo",
    "ciao",
    "halo",
    "مرحبا",
];

const THANKS: &[&str] =
    &["thanks", "thank you", "gracias", "obrigado", "obrigada", "merci", "danke", "grazie", "شكرا"];

#[cfg(test)]
mod tests {
    use super::*;

    fn line(role: Role, text: &str) -> Line {
        Line { role, text: text.into() }
    }

    /// What it answers to the last of these, each answered in its turn.
    fn chat(messages: &[&str]) -> String {
        let mut dialog = Vec::new();
        for message in messages {
            dialog.push(line(Role::Person, message));
            let answer = reply(&dialog);
            dialog.push(line(Role::Assistant, &answer));
        }
        dialog.pop().expect("an answer").text
    }

    #[test]
    fn it_says_what_it_is_at_once_and_whenever_it_can_not_answer() {
        assert!(chat(&["hello"]).contains(WHO_I_AM));
        assert!(chat(&["My name is Ana"]).contains(WHO_I_AM));
        assert!(chat(&["hi", "What is the capital of Peru?"]).contains(WHO_I_AM));
        assert!(!chat(&["hi", "My name is Ana"]).contains(WHO_I_AM), "but not each time");
    }

    #[test]
    fn it_knows_a_name_and_the_last_one_wins() {
        assert!(chat(&["My name is Ana.", "What is my name?"]).contains("Your name is Ana"));
        assert!(chat(&["I'm Ana", "hello"]).starts_with("Hello Ana!"));
        let corrected = ["I'm Ana", "No, my name is Anna Li", "what's my name"];
        assert!(chat(&corrected).contains("Your name is Anna Li"));
        assert!(chat(&["what is my name?"]).starts_with("You haven't told me"));
    }

    #[test]
    fn it_tells_what_it_knows_and_nothing_else() {
        let told = chat(&[
            "My name is Ravi and I like green tea",
            "please remember that my flight is on Friday.",
            "I hate mondays",
            "what do you know about me?",
        ]);
        assert!(told.contains("Ravi") && told.contains("\"I like green tea\""), "{told}");
        assert!(told.contains("\"my flight is on Friday\""), "{told}");
        assert!(told.contains("\"I hate mondays\""), "{told}");
        assert_eq!(told.lines().count(), 5, "{told}");
        assert!(chat(&["what do you know about me?"]).starts_with("Nothing yet."));
    }

    #[test]
    fn a_change_of_mind_replaces_what_was_said() {
        let told = chat(&["I like tea", "I hate tea", "what do you know about me?"]);
        assert!(told.contains("I hate tea") && !told.contains("I like tea"), "{told}");
    }

    #[test]
    fn it_confirms_what_it_heard() {
        let heard = chat(&["hi", "I'm Ana. I love long walks"]);
        assert_eq!(heard, "Nice to meet you, Ana! I'll remember \"I love long walks\".");
        assert_eq!(chat(&["hi", "I'm Ana", "call me Annie"]), "All right, Annie it is.");
    }

    #[test]
    fn a_burst_is_one_question() {
        let dialog = [line(Role::Person, "my name is Ana"), line(Role::Person, "what is my name?")];
        assert!(reply(&dialog).starts_with("Your name is Ana"));
    }
}
