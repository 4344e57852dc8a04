//! Answers without a language model, for trying the program out: it reads the
//! conversation for a name, likes, things to remember and how formal to be,
//! notes them as a model would, finds old words again, and says openly what it
//! is, in the person's language if that is one of five. It knows only what was
//! said and makes nothing up.

mod facts;
mod lines;
mod recalling;
mod told;

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use super::{Completion, Line, Model, ModelError, Prompt, ToolCall};
use crate::clock::Clock;
use crate::domain::message::Role;
use facts::{Facts, Formality};
use lines::Lines;
use told::Told;

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
        let brain = Brain::of(prompt);
        let calls = brain.calls();
        let text = if calls.is_empty() { brain.reply() } else { String::new() };
        Ok(Completion { text, calls, ..Completion::default() })
    }
}

/// The tools that it knows how to use.
const OFFER: &str = "offer_choices";
const REMEMBER: &str = "remember";

/// One prompt, understood as far as it goes.
struct Brain<'a> {
    prompt: &'a Prompt,
    /// What was said before, and what nobody has answered.
    before: &'a [Line],
    question: &'a [Line],
    told: Told,
    /// What was known, and is now.
    known: Facts,
    now: Facts,
    asks: Asks,
    lines: &'static Lines,
}

/// What the person's newest messages are about.
#[derive(Debug, PartialEq, Eq)]
enum Asks {
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

impl<'a> Brain<'a> {
    fn of(prompt: &'a Prompt) -> Self {
        let newest = prompt.dialog.iter().rposition(|line| line.role != Role::Person);
        let (before, question) = prompt.dialog.split_at(newest.map_or(0, |at| at + 1));
        let told = Told::of(prompt);
        let known = Facts::of(before).overlaid(told.facts());
        let mut now = known.clone();
        now.read(question);
        let own = prompt.dialog.iter().rev().filter(|line| line.role == Role::Person);
        let formal = now.formality == Some(Formality::Formal);
        let lines = lines::of(own.map(|line| line.text.as_str()), formal);
        Self { prompt, before, question, told, known, now, asks: asks(question), lines }
    }

    /// What it needs done before it can answer.
    fn calls(&self) -> Vec<ToolCall> {
        let menu = self.menu().map(|call| vec![call]);
        menu.or_else(|| self.looks_up().map(|call| vec![call])).unwrap_or_else(|| self.notes())
    }

    /// Whether a tool is there and has not been used for this question.
    fn can(&self, tool: &str) -> bool {
        let used = self.prompt.steps.iter().any(|step| step.call.name == tool);
        !used && self.prompt.tools.iter().any(|one| one.name == tool)
    }

    /// Who asks for the menu can tap what there is to ask.
    fn menu(&self) -> Option<ToolCall> {
        let wanted = self.asks == Asks::Menu && self.can(OFFER);
        let titles = self.lines.menu.map(|title| json!({ "title": title }));
        wanted.then(|| call("menu", OFFER, &json!({ "options": titles })))
    }

    /// What is not in sight is looked up.
    fn looks_up(&self) -> Option<ToolCall> {
        let Asks::Before(topic) = &self.asks else { return None };
        let wanted = self.can(told::RECALL) && self.found(topic).is_none();
        wanted.then(|| call("recall", told::RECALL, &json!({ "query": topic.join(" ") })))
    }

    /// What was heard and is not noted yet.
    fn notes(&self) -> Vec<ToolCall> {
        if !self.can(REMEMBER) {
            return Vec::new();
        }
        let mut notes = Vec::new();
        for line in self.question {
            let quote = facts::said(&line.text);
            for (key, value) in self.heard(line, &notes) {
                let arguments = json!({ "key": key, "value": value, "quote": quote });
                let id = format!("remember-{}", notes.len() + 1);
                notes.push((key, call(&id, REMEMBER, &arguments)));
            }
        }
        notes.into_iter().map(|(_, call)| call).collect()
    }

    /// What is new in one message, each under a key of its own.
    fn heard(&self, line: &Line, taken: &[(String, ToolCall)]) -> Vec<(String, String)> {
        let (heard, noted) = (Facts::of(std::slice::from_ref(line)), self.told.facts());
        let mut new = Vec::new();
        if let Some(name) = heard.name.filter(|name| noted.name.as_ref() != Some(name)) {
            new.push(("name".to_owned(), name));
        }
        if let Some(formality) = heard.formality.filter(|one| noted.formality != Some(*one)) {
            new.push(("formality".to_owned(), formality.name().to_owned()));
        }
        let mut taken: Vec<String> = taken.iter().map(|(key, _)| key.clone()).collect();
        for like in heard.likes.into_iter().filter(|like| !noted.likes.contains(like)) {
            let key = self.told.like(&like).unwrap_or_else(|| self.told.free("likes", &taken));
            taken.push(key.clone());
            new.push((key, like.words));
        }
        for note in heard.notes.into_iter().filter(|note| !noted.notes.contains(note)) {
            let key = self.told.free("notes", &taken);
            taken.push(key.clone());
            new.push((key, note));
        }
        new
    }

    fn reply(&self) -> String {
        let (answer, who_i_am) = (self.answer(), self.lines.who_i_am);
        let told = |line: &Line| line.role != Role::Person && line.text.contains(who_i_am);
        match answer.contains(who_i_am) || self.before.iter().any(told) {
            true => answer,
            false => format!("{answer}\n\n{who_i_am}"),
        }
    }

    fn answer(&self) -> String {
        let lines = self.lines;
        match &self.asks {
            Asks::Name => self.name(),
            Asks::Before(topic) => self.found(topic).unwrap_or_else(|| lines.not_found.to_owned()),
            Asks::Everything => self.everything(),
            Asks::Help => format!("{} {}", lines.who_i_am, lines.what_i_can),
            Asks::Menu => lines.what_i_can.to_owned(),
            _ if self.now != self.known => self.learned(),
            Asks::Greeting => self.greeting(),
            Asks::Thanks => lines.welcome.to_owned(),
            Asks::Nothing => format!("{} {} {}", lines.cannot, lines.who_i_am, lines.what_i_can),
        }
    }

    fn found(&self, topic: &[String]) -> Option<String> {
        recalling::found(topic, &self.told, self.before, self.lines)
    }

    fn name(&self) -> String {
        match &self.now.name {
            Some(name) => self.lines.your_name.replace("{}", name),
            None => self.lines.no_name.to_owned(),
        }
    }

    fn greeting(&self) -> String {
        let lines = self.lines;
        match &self.now.name {
            Some(name) => lines.hello_name.replace("{}", name),
            None => format!("{} {} {}", lines.hello, lines.who_i_am, lines.what_i_can),
        }
    }

    fn everything(&self) -> String {
        let (facts, lines) = (&self.now, self.lines);
        let name = facts.name.iter().map(|name| lines.your_name.replace("{}", name));
        let formal = facts.formality.filter(|one| *one == Formality::Formal);
        let formal = formal.iter().map(|_| lines.wants_formal.to_owned());
        let likes = facts.likes.iter().map(|like| lines.said.replace("{}", &like.words));
        let notes = facts.notes.iter().map(|note| lines.asked.replace("{}", note));
        let all = name.chain(formal).chain(likes).chain(notes);
        let known: Vec<String> = all.map(|line| format!("\n- {line}")).collect();
        match known.is_empty() {
            true => format!("{} {}", lines.nothing, lines.what_i_can),
            false => format!("{}{}", lines.known, known.concat()),
        }
    }

    fn learned(&self) -> String {
        let (known, now, lines) = (&self.known, &self.now, self.lines);
        let mut parts = Vec::new();
        match &now.name {
            Some(name) if known.name.is_none() => parts.push(lines.met.replace("{}", name)),
            Some(name) if known.name != now.name => parts.push(lines.renamed.replace("{}", name)),
            Some(_) | None => {}
        }
        match now.formality.filter(|_| known.formality != now.formality) {
            Some(Formality::Formal) => parts.push(lines.be_formal.to_owned()),
            Some(Formality::Informal) => parts.push(lines.be_informal.to_owned()),
            None => {}
        }
        parts.extend(self.noted());
        match parts.is_empty() {
            true => lines.fine.to_owned(),
            false => parts.join(" "),
        }
    }

    /// The person is told by others what was noted with the tool.
    fn noted(&self) -> Option<String> {
        let (known, now, lines) = (&self.known, &self.now, self.lines);
        if self.prompt.steps.iter().any(|step| step.call.name == REMEMBER) {
            return None;
        }
        let likes = now.likes.iter().filter(|like| !known.likes.contains(like));
        let notes = now.notes.iter().filter(|note| !known.notes.contains(note));
        let new = likes.map(|like| &like.words).chain(notes);
        let new: Vec<String> = new.map(|words| format!("\"{words}\"")).collect();
        let joined = new.join(&format!(" {} ", lines.and));
        (!new.is_empty()).then(|| lines.noted.replace("{}", &joined))
    }
}

fn call(id: &str, name: &str, arguments: &serde_json::Value) -> ToolCall {
    ToolCall { id: id.into(), name: name.into(), arguments: arguments.to_string() }
}

fn asks(question: &[Line]) -> Asks {
    let text: Vec<String> =
        question.iter().map(|line| facts::plain(&facts::said(&line.text))).collect();
    let text = text.join(" ");
    let has = |list: &[&str]| list.iter().any(|phrase| facts::contains(&text, phrase));
    let topic = recalling::topic(&text);
    match () {
        () if has(ASK_MENU) => Asks::Menu,
        () if has(ASK_NAME) => Asks::Name,
        () if topic.is_some() => Asks::Before(topic.unwrap_or_default()),
        () if has(ASK_EVERYTHING) => Asks::Everything,
        () if has(ASK_HELP) || has(ASK_WHAT) => Asks::Help,
        () if has(GREETINGS) => Asks::Greeting,
        () if has(THANKS) => Asks::Thanks,
        () => Asks::Nothing,
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

#[cfg(test)]
mod tests {
    use super::lines::ENGLISH;
    use super::*;

    fn line(role: Role, text: &str) -> Line {
        Line { role, text: text.into() }
    }

    /// A prompt that tells nothing but this conversation.
    pub(super) fn prompt(dialog: &[Line]) -> Prompt {
        let (system, dialog) = (vec!["Be kind.".to_owned()], dialog.to_vec());
        Prompt { system, dialog, steps: vec![], tools: vec![], max_output_tokens: 100 }
    }

    fn reply(dialog: &[Line]) -> String {
        Brain::of(&prompt(dialog)).reply()
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

    fn tool(name: &str) -> crate::llm::ToolSpec {
        let parameters = json!({});
        crate::llm::ToolSpec { name: name.into(), description: "".into(), parameters }
    }

    /// Key and value of what it wants noted when this is said.
    fn notes(card: &str, said: &[&str]) -> Vec<(String, String)> {
        let dialog: Vec<Line> = said.iter().map(|text| line(Role::Person, text)).collect();
        let mut prompt = Prompt { tools: vec![tool(REMEMBER)], ..prompt(&dialog) };
        prompt.system.push(card.to_owned());
        let calls = Brain::of(&prompt).calls();
        let note = |call: ToolCall| {
            let arguments: serde_json::Value = serde_json::from_str(&call.arguments).expect("JSON");
            let text = |name: &str| arguments[name].as_str().expect("a text").to_owned();
            (text("key"), text("value"))
        };
        calls.into_iter().map(note).collect()
    }

    #[test]
    fn what_it_hears_it_notes_once_and_each_thing_under_a_key_of_its_own() {
        let said =
            ["My name is Ana. Please be formal.", "I like tea. I love rain", "remember: gate 7"];
        let new = [
            ("name", "Ana"),
            ("formality", "formal"),
            ("likes", "I like tea"),
            ("likes_2", "I love rain"),
            ("notes", "gate 7"),
        ];
        let new = new.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(notes("", &said), new);
        let card: Vec<String> =
            new.iter().map(|(key, value)| format!("- {key}: {value}")).collect();
        assert!(notes(&card.join("\n"), &said).is_empty(), "it is noted");
        let changed = notes(&card.join("\n"), &["I hate tea", "call me Annie"]);
        let expected = [("likes", "I hate tea"), ("name", "Annie")];
        assert_eq!(changed, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_noted_it_knows_without_the_conversation() {
        let mut prompt = prompt(&[line(Role::Person, "hello")]);
        prompt.system.push("- name: Ana\n- formality: formal\n- likes: I like tea".into());
        assert!(Brain::of(&prompt).reply().starts_with("Good day, Ana. It is a pleasure"));
        prompt.dialog = vec![line(Role::Person, "hola")];
        assert!(Brain::of(&prompt).reply().starts_with("Buenos días, Ana."));
        prompt.dialog = vec![line(Role::Person, "what do you know about me?")];
        let told = Brain::of(&prompt).reply();
        assert!(told.contains("Ana") && told.contains("\"I like tea\""), "{told}");
        assert!(told.contains("formally"), "{told}");
    }

    #[test]
    fn it_quotes_what_was_found_again_and_looks_up_what_was_not() {
        let question = line(Role::Person, "what did I say about my parking space?");
        let mut prompt = Prompt { tools: vec![tool(told::RECALL)], ..prompt(&[question]) };
        let call = Brain::of(&prompt).calls().pop().expect("a call");
        assert_eq!(
            (call.name.as_str(), &*call.arguments),
            ("recall", r#"{"query":"parking space"}"#)
        );
        prompt
            .system
            .push("<memory>\n[2026-03-04 14:02 person] my parking space is 7\n</memory>".into());
        assert!(Brain::of(&prompt).calls().is_empty());
        let told = Brain::of(&prompt).reply();
        assert!(told.starts_with("On 2026-03-04 you wrote: \"my parking space is 7\""), "{told}");
        prompt.system.pop();
        prompt.steps.push(crate::llm::Step { call, result: "nothing was found".into() });
        assert!(Brain::of(&prompt).calls().is_empty(), "it looks once");
        assert!(Brain::of(&prompt).reply().starts_with("I find nothing of that"));
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
        let mut prompt =
            Prompt { tools, ..prompt(&[line(Role::Person, "hola, el menú por favor")]) };
        let menu = |prompt: &Prompt| Brain::of(prompt).menu();
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
