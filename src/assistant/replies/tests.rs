use super::*;

fn ours() -> Replies {
    Replies::load(None).expect("the embedded lines")
}

#[test]
fn every_language_has_every_line_and_word() {
    let replies = ours();
    let Phrases { lines, words, commands, labels } = &replies.0["en"];
    assert_eq!(words.keys().collect::<Vec<_>>(), ["no", "person", "start", "stop", "yes"]);
    for language in LANGUAGES {
        let phrases = &replies.0[language];
        let names = |phrases: &Phrases| phrases.lines.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(phrases), names(&replies.0["en"]), "{language}");
        assert_eq!(phrases.words.keys().collect::<Vec<_>>(), words.keys().collect::<Vec<_>>());
        assert!(phrases.words.values().all(|list| list.len() >= 5), "{language}");
        assert!(commands.keys().eq(phrases.commands.keys()), "{language}");
        assert!(phrases.commands.values().all(|list| !list.is_empty()), "{language}");
        assert!(labels.keys().eq(phrases.labels.keys()), "{language}");
        for (name, line) in lines {
            let blanks = |line: &str| BLANKS.map(|name| line.contains(&blank(name)));
            assert_eq!(blanks(&phrases.lines[name]), blanks(line), "{language}: {name}");
        }
        assert!(replies.line(language, "stopped").contains("START"), "{language}: the way back");
    }
    assert!(replies.line("de", "failed").contains("Entschuldigung"));
    assert_eq!(replies.line("xx", "failed"), replies.line("en", "failed"));
}

#[test]
fn a_wish_is_the_whole_message_in_any_language_and_spelling() {
    let replies = ours();
    for (said, wish) in [
        ("STOP", Wish::Stop),
        ("/stop", Wish::Stop),
        ("Stop!", Wish::Stop),
        ("stopall", Wish::Stop),
        ("\"unsubscribe\" 🛑", Wish::Stop),
        ("Parar mensagens", Wish::Stop),
        ("NAO QUERO MAIS MENSAGENS", Wish::Stop),
        ("Darme de baja", Wish::Stop),
        ("Stopp.", Wish::Stop),
        ("اوقف الرسائل", Wish::Stop),
        ("मैसेज बंद करो", Wish::Stop),
        ("start", Wish::Start),
        ("/START", Wish::Start),
        ("Falar com uma pessoa", Wish::Person),
        ("human", Wish::Person),
        ("puis-je parler à quelqu’un ?", Wish::Person),
    ] {
        assert_eq!(replies.wish(said), Some(wish), "{said}");
    }
}

#[test]
fn what_can_mean_something_else_is_for_the_model() {
    let replies = ours();
    for said in [
        "",
        "👍",
        "cancel",
        "cancelar",
        "baja",
        "cancelar minha consulta",
        "cancelar mi cita",
        "annuler",
        "end",
        "quit",
        "fim",
        "fin",
        "ende",
        "no",
        "parar",
        "stop sending me the blue one",
        "please don't stop",
        "basta",
        "una persona",
        "uma pessoa",
        "eine Person",
        "mensch",
        "alto",
        "sair",
        "salir",
        "cancelar suscripción",
        "abmelden",
        "darme de baja del gimnasio",
        "stop at the station",
    ] {
        assert_eq!(replies.wish(said), None, "{said}");
    }
}

#[test]
fn no_words_have_two_meanings() {
    let replies = ours();
    let all = replies.0.values().flat_map(|phrases| phrases.words.values().flatten());
    for word in all {
        let mut wishes: Vec<Wish> = replies.wishes(word).map(|(_, wish)| wish).collect();
        wishes.dedup();
        let answers = Answer::ALL.map(|(_, key)| key);
        let answers = answers.iter().filter(|key| replies.lists(key, word)).count();
        assert_eq!(wishes.len() + answers, 1, "{word}");
    }
    let commands: Vec<&String> = replies.0["en"].commands.keys().collect();
    for word in replies.0.values().flat_map(|phrases| phrases.commands.values().flatten()) {
        let meant = commands.iter().filter(|list| replies.commands(list, word)).count();
        assert_eq!(meant, 1, "{word}");
    }
}

impl Replies {
    fn lists(&self, key: &str, bare: &str) -> bool {
        self.0.values().any(|phrases| has(&phrases.words, key, bare))
    }
}

#[test]
fn what_is_on_the_buttons_can_be_typed() {
    let replies = ours();
    for language in LANGUAGES {
        let (yes, no) = (replies.line(language, "forget_yes"), replies.line(language, "forget_no"));
        assert_eq!(replies.answer(yes), Some(Answer::Yes), "{yes}");
        assert_eq!(replies.answer(no), Some(Answer::No), "{no}");
        assert!([yes, no].iter().all(|title| title.encode_utf16().count() <= 20), "{language}");
    }
    for said in ["", "1", "yes but not my address", "forget", "ok", "maybe"] {
        assert_eq!(replies.answer(said), None, "{said}");
    }
}

#[test]
fn words_of_one_language_tell_it() {
    let replies = ours();
    assert_eq!(replies.language_of("Parar mensagens"), Some("pt"));
    assert_eq!(replies.language_of("STOP"), None, "is said everywhere");
    assert_eq!(replies.language_of("cancelar"), None);
    assert_eq!(replies.language_of("/vergiss alles"), Some("de"));
    assert_eq!(replies.language_of("/memoria"), None, "is Spanish and Italian and Portuguese");
    assert_eq!(replies.language_of("vergiss alles"), None, "is no command");
}

#[test]
fn blanks_are_filled_in() {
    let line = "I am {assistant} of {business}";
    assert_eq!(filled(line, &[("assistant", "Nina"), ("business", "Olá")]), "I am Nina of Olá");
}

#[test]
fn a_file_of_the_operator_replaces_a_line_or_a_list_or_says_what_is_wrong() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("reply/fr.toml");
    std::fs::create_dir(dir.path().join("reply")).expect("made");
    let load_with = |text: &str| {
        std::fs::write(&file, text).expect("written");
        Replies::load(Some(dir.path()))
    };
    let own = "failed = \"Un instant.\"\n[words]\nperson = [\"Allô ?\"]\n\
               [commands]\nnew = [\"zut\"]\n[labels]\nplan = \"Formule\"";
    let replies = load_with(own).expect("readable");
    assert_eq!(replies.line("fr", "failed"), "Un instant.");
    assert!(replies.line("it", "failed").contains("Mi dispiace"));
    assert_eq!(replies.wish("allo"), Some(Wish::Person));
    assert_eq!(replies.wish("un humain"), None, "the list is replaced whole");
    assert!(replies.commands("new", "Zut") && !replies.commands("new", "nouveau"));
    assert_eq!(replies.label("fr", "plan"), Some("Formule"));
    assert_eq!(replies.wish("ne m'écrivez plus"), Some(Wish::Stop), "the others stay");
    for (text, hint) in [
        ("failed = \"x\"\nfailde = \"y\"", "failde is unknown; there are: corrected, "),
        ("failed = \"\"", "failed is empty"),
        ("failed = 3", "failed is no line"),
        ("failed = \"{ulr} x\"", "failed has \"{ulr} x\""),
        ("# one\nfailed = ", "line 2"),
        ("[words]\nstopp = [\"x\"]", "words.stopp is unknown"),
        ("[words]\nstop = [\"!\"]", "words.stop has an entry that is no word"),
        ("[words]\nstop = 7", "words.stop is no list"),
        ("words = \"stop\"", "words is no table"),
        ("[commands]\nforgt = [\"x\"]", "commands.forgt is unknown"),
        ("[labels]\nplan = 7", "labels.plan is no label"),
    ] {
        let why = load_with(text).expect_err("wrong");
        assert!(why.contains("fr.toml") && why.contains(hint), "{why}");
    }
}
