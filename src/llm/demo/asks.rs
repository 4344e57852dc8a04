//! What the person wants, by patterns.

use super::{facts, recalling};
use crate::llm::Line;

/// What the person's newest messages are about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asks {
    Menu,
    Name,
    /// What was said about this.
    Before(Vec<String>),
    Everything,
    Help,
    Greeting,
    Thanks,
    Nothing,
}

impl Asks {
    /// Reads what nobody has answered yet.
    pub fn of(question: &[Line]) -> Self {
        let text: Vec<String> =
            question.iter().map(|line| facts::plain(&facts::said(&line.text))).collect();
        let text = text.join(" ");
        let has = |list: &[&str]| list.iter().any(|phrase| facts::contains(&text, phrase));
        let topic = recalling::topic(&text);
        match () {
            () if has(ASK_MENU) => Self::Menu,
            () if has(ASK_NAME) => Self::Name,
            () if topic.is_some() => Self::Before(topic.unwrap_or_default()),
            () if has(ASK_EVERYTHING) => Self::Everything,
            () if has(ASK_HELP) || has(ASK_WHAT) => Self::Help,
            () if has(GREETINGS) => Self::Greeting,
            () if has(THANKS) => Self::Thanks,
            () => Self::Nothing,
        }
    }
}

const ASK_MENU: &[&str] =
    &["menu", "options", "menú", "opciones", "opções", "मेन्यू", "विकल्प", "قائمة", "القائمة"];

const ASK_WHAT: &[&str] = &[
    "are you a robot",
    "are you a bot",
    "are you human",
    "are you a human",
    "are you real",
    "eres un robot",
    "eres un bot",
    "você é um robô",
    "és um robô",
];

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
    "मदद",
    "مساعدة",
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

const THANKS: &[&str] = &[
    "thanks",
    "thank you",
    "gracias",
    "obrigado",
    "obrigada",
    "merci",
    "danke",
    "grazie",
    "धन्यवाद",
    "شكرا",
];
