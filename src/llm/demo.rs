//! Answers without a language model, for trying the program out: it reads the
//! conversation for a name, likes and things to remember, and says openly
//! what it is, in the person's language if that is one of five. It knows only
//! what was said and makes nothing up.

mod facts;
mod lines;

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use super::{Completion, Line, Model, ModelError, Prompt, ToolCall};
use crate::clock::Clock;
use crate::domain::message::Role;
use facts::Facts;
use lines::Lines;

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
        Ok(match menu(prompt) {
            Some(call) => Completion { calls: vec![call], ..Completion::default() },
            None => Completion { text: reply(&prompt.dialog), ..Completion::default() },
        })
    }
}

/// Who asks for the menu can tap what there is to ask.
fn menu(prompt: &Prompt) -> Option<ToolCall> {
    let (_, question) = question(&prompt.dialog);
    let known = prompt.tools.iter().any(|tool| tool.name == OFFER);
    if !known || !prompt.steps.is_empty() || !matches!(asks(question), Asks::Menu) {
        return None;
    }
    let titles = spoken(&prompt.dialog).menu.map(|title| json!({ "title": title }));
    let arguments = json!({ "options": titles }).to_string();
    Some(ToolCall { id: "menu".into(), name: OFFER.into(), arguments })
}

const OFFER: &str = "offer_choices";

/// What the person's newest messages are about.
enum Asks {
    Menu,
    Name,
    Everything,
    Help,
    Greeting,
    Thanks,
    Nothing,
}

fn reply(dialog: &[Line]) -> String {
    let ((before, question), lines) = (question(dialog), spoken(dialog));
    let answer = answer(before, dialog, asks(question), lines);
    let told = |line: &Line| line.role != Role::Person && line.text.contains(lines.who_i_am);
    match answer.contains(lines.who_i_am) || before.iter().any(told) {
        true => answer,
        false => format!("{answer}\n\n{}", lines.who_i_am),
    }
}

/// What was said before, and what nobody has answered.
fn question(dialog: &[Line]) -> (&[Line], &[Line]) {
    let newest = dialog.iter().rposition(|line| line.role != Role::Person);
    dialog.split_at(newest.map_or(0, |at| at + 1))
}

/// The lines in the person's language.
fn spoken(dialog: &[Line]) -> &'static Lines {
    let own = dialog.iter().rev().filter(|line| line.role == Role::Person);
    lines::of(own.map(|line| line.text.as_str()))
}

fn answer(before: &[Line], dialog: &[Line], asks: Asks, lines: &Lines) -> String {
    let (known, now) = (Facts::of(before), Facts::of(dialog));
    match asks {
        Asks::Name => name(&now, lines),
        Asks::Everything => everything(&now, lines),
        Asks::Help => format!("{} {}", lines.who_i_am, lines.what_i_can),
        Asks::Menu => lines.what_i_can.to_owned(),
        _ if now != known => learned(&known, &now, lines),
        Asks::Greeting => greeting(&now, lines),
        Asks::Thanks => lines.welcome.to_owned(),
        Asks::Nothing => format!("{} {} {}", lines.cannot, lines.who_i_am, lines.what_i_can),
    }
}

fn asks(question: &[Line]) -> Asks {
    let text: Vec<String> =
        question.iter().map(|line| facts::plain(&facts::said(&line.text))).collect();
    let text = text.join(" ");
    let has = |list: &[&str]| list.iter().any(|phrase| facts::contains(&text, phrase));
    match () {
        () if has(ASK_MENU) => Asks::Menu,
        () if has(ASK_NAME) => Asks::Name,
        () if has(ASK_EVERYTHING) => Asks::Everything,
        () if has(ASK_HELP) || has(ASK_WHAT) => Asks::Help,
        () if has(GREETINGS) => Asks::Greeting,
        () if has(THANKS) => Asks::Thanks,
        () => Asks::Nothing,
    }
}

fn name(facts: &Facts, lines: &Lines) -> String {
    match &facts.name {
        Some(name) => lines.your_name.replace("{}", name),
        None => lines.no_name.to_owned(),
    }
}

fn greeting(facts: &Facts, lines: &Lines) -> String {
    match &facts.name {
        Some(name) => lines.hello_name.replace("{}", name),
        None => format!("{} {} {}", lines.hello, lines.who_i_am, lines.what_i_can),
    }
}

fn everything(facts: &Facts, lines: &Lines) -> String {
    let name = facts.name.iter().map(|name| lines.your_name.replace("{}", name));
    let likes = facts.likes.iter().map(|like| lines.said.replace("{}", &like.words));
    let notes = facts.notes.iter().map(|note| lines.asked.replace("{}", note));
    let known: Vec<String> =
        name.chain(likes).chain(notes).map(|line| format!("\n- {line}")).collect();
    match known.is_empty() {
        true => format!("{} {}", lines.nothing, lines.what_i_can),
        false => format!("{}{}", lines.known, known.concat()),
    }
}

fn learned(known: &Facts, now: &Facts, lines: &Lines) -> String {
    let mut parts = Vec::new();
    match &now.name {
        Some(name) if known.name.is_none() => parts.push(lines.met.replace("{}", name)),
        Some(name) if known.name != now.name => parts.push(lines.renamed.replace("{}", name)),
        Some(_) | None => {}
    }
    let likes = now.likes.iter().filter(|like| !known.likes.contains(like));
    let notes = now.notes.iter().filter(|note| !known.notes.contains(note));
    let new: Vec<String> =
        likes.map(|like| &like.words).chain(notes).map(|words| format!("\"{words}\"")).collect();
    if !new.is_empty() {
        parts.push(lines.noted.replace("{}", &new.join(&format!(" {} ", lines.and))));
    }
    parts.join(" ")
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

#[cfg(test)]
mod tests {
    use super::lines::ENGLISH;
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
        assert!(chat(&["hello"]).contains(ENGLISH.who_i_am));
        assert!(chat(&["My name is Ana"]).contains(ENGLISH.who_i_am));
        assert!(chat(&["hi", "What is the capital of Peru?"]).contains(ENGLISH.who_i_am));
        assert!(!chat(&["hi", "My name is Ana"]).contains(ENGLISH.who_i_am), "but not each time");
    }

    #[test]
    fn it_answers_what_was_tapped_and_not_what_is_quoted_and_says_that_it_is_a_machine() {
        let tap = "[in reply to: \"What is my name? Menu\"]\n[chose: Who are you? (who)]";
        for asked in [tap, "are you a robot?"] {
            assert!(chat(&["My name is Ana", asked]).contains(ENGLISH.who_i_am), "{asked}");
        }
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

    #[test]
    fn it_answers_in_the_language_of_the_newest_words() {
        let talk = [
            ("Me llamo José", "¿Cómo me llamo?", "Te llamas José"),
            ("Me chamo João", "Qual é o meu nome?", "Seu nome é João"),
            ("मेरा नाम रवि है", "मेरा नाम क्या है?", "आपका नाम रवि है"),
            ("اسمي ليلى", "ما اسمي؟", "اسمك ليلى"),
        ];
        for (told, question, answer) in talk {
            assert!(chat(&["hello", told, question]).starts_with(answer), "{question}");
        }
        assert!(chat(&["hola", "my name is Ana"]).starts_with("Nice to meet you, Ana!"));
    }

    #[test]
    fn what_it_offers_it_understands() {
        for (note, question, words) in [
            ("recuerda que aparco en 7", "¿qué sabes de mí?", "aparco en 7"),
            ("lembre que moro em 7", "o que você sabe sobre mim?", "moro em 7"),
            ("याद रखना कि गेट 7 है", "मेरे बारे में क्या पता है?", "गेट 7 है"),
            ("تذكر أن البوابة 7", "ماذا تعرف عني؟", "البوابة 7"),
        ] {
            assert!(chat(&[note, question]).contains(&format!("«{words}»")), "{question}");
        }
    }

    #[test]
    fn the_menu_offers_what_it_understands() {
        let tools = crate::tool::TOOLS.iter().map(|tool| tool.spec()).collect();
        let mut prompt = Prompt {
            system: vec![],
            dialog: vec![line(Role::Person, "hola, el menú por favor")],
            steps: vec![],
            tools,
            max_output_tokens: 100,
        };
        let call = menu(&prompt).expect("a call");
        assert!(call.arguments.contains("¿Cómo me llamo?"), "{}", call.arguments);
        prompt.steps.push(crate::llm::Step { call, result: "noted".into() });
        assert_eq!(menu(&prompt), None, "it is offered once");
        prompt.steps.clear();
        prompt.tools.clear();
        assert_eq!(menu(&prompt), None, "without the tool it is told in words");
        for lines in lines::ALL {
            let known = |title: &&str| !matches!(asks(&[line(Role::Person, title)]), Asks::Nothing);
            assert!(lines.menu.iter().all(known), "{:?}", lines.menu);
            assert!(lines.menu.iter().all(|title| title.encode_utf16().count() <= 24));
        }
    }
}
