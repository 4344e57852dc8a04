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
    let said = ["My name is Ana. Please be formal.", "I like tea. I love rain", "remember: gate 7"];
    let new = [
        ("name", "Ana"),
        ("formality", "formal"),
        ("likes", "I like tea"),
        ("likes_2", "I love rain"),
        ("notes", "gate 7"),
    ];
    let new = new.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(notes("", &said), new);
    let card: Vec<String> = new.iter().map(|(key, value)| format!("- {key}: {value}")).collect();
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
    assert_eq!((call.name.as_str(), &*call.arguments), ("recall", r#"{"query":"parking space"}"#));
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
    let mut prompt = Prompt { tools, ..prompt(&[line(Role::Person, "hola, el menú por favor")]) };
    let menu = |prompt: &Prompt| Brain::of(prompt).menu();
    let call = menu(&prompt).expect("a call");
    assert!(call.arguments.contains("¿Cómo me llamo?"), "{}", call.arguments);
    prompt.steps.push(crate::llm::Step { call, result: "noted".into() });
    assert_eq!(menu(&prompt), None, "it is offered once");
    prompt.steps.clear();
    prompt.tools.clear();
    assert_eq!(menu(&prompt), None, "without the tool it is told in words");
    for lines in lines::ALL {
        let known = |title: &&str| !matches!(Asks::of(&[line(Role::Person, title)]), Asks::Nothing);
        assert!(lines.menu.iter().all(known), "{:?}", lines.menu);
        assert!(lines.menu.iter().all(|title| title.encode_utf16().count() <= 24));
    }
}

/// What a message is taken for when nothing is known.
fn heard(text: &str) -> (Option<String>, Option<Formality>, usize) {
    let facts = Facts::of(&[line(Role::Person, text)]);
    (facts.name, facts.formality, facts.likes.len() + facts.notes.len())
}

#[test]
fn a_name_and_a_wish_stand_in_one_message() {
    for (text, name) in [
        ("Hello, I am Maria and I prefer formal language.", "Maria"),
        ("My name is Ana and please be formal.", "Ana"),
        ("My name is Ana and I prefer formal language.", "Ana"),
        ("My name is Rahul, please be formal", "Rahul"),
        ("Please be formal, my name is Rahul", "Rahul"),
        ("call me Dr. Silva and be formal", "Dr. Silva"),
        ("Me llamo José y prefiero un lenguaje formal", "José"),
        ("Hola, soy Ana y prefiero que seas formal.", "Ana"),
        ("Me chamo Maria da Silva e prefiro linguagem formal", "Maria da Silva"),
        ("मेरा नाम रवि है और कृपया औपचारिक भाषा में लिखें", "रवि"),
        ("اسمي ليلى وأفضل لغة رسمية", "ليلى"),
        ("اسمي ليلى، من فضلك اكتب بلغة رسمية", "ليلى"),
    ] {
        assert_eq!(heard(text), (Some(name.to_owned()), Some(Formality::Formal), 0), "{text}");
    }
    let known = "I prefer formal language";
    let answer = chat(&["hi", known, "My name is Ana and I prefer formal language."]);
    assert_eq!(answer, "It is a pleasure to meet you, Ana.");
    let wish = heard("I like tea and please be formal");
    assert_eq!(wish, (None, Some(Formality::Formal), 1), "the rest of it is heard, too");
    assert_eq!(heard("I prefer that you are formal"), (None, Some(Formality::Formal), 0));
}

#[test]
fn what_is_known_already_it_says_so() {
    for (text, answer) in [
        ("My name is Rahul, please be formal", ENGLISH.i_know),
        ("I prefer formal language", ENGLISH.i_do),
        ("Me llamo José y prefiero un lenguaje formal", "Eso ya lo sé."),
        ("seja formal por favor", "Já faço isso."),
        ("मेरा नाम रवि है", "यह पहले से याद है।"),
        ("اسمي ليلى", "أعرف ذلك من قبل."),
    ] {
        assert!(chat(&[text, text]).starts_with(answer), "{text}");
    }
    assert_eq!(chat(&["hi", "I like tea", "I like tea"]), ENGLISH.i_know);
}

#[test]
fn a_joke_makes_no_fact() {
    assert_eq!(heard("haha my name is Batman just kidding"), (None, None, 0));
    assert_eq!(heard("please be formal, es broma"), (None, None, 0));
    let told = chat(&["My name is Ana", "my name is Batman. Just kidding!", "what is my name?"]);
    assert!(told.starts_with("Your name is Ana"), "{told}");
}
