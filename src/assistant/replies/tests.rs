use super::*;

fn ours() -> Replies {
    Replies::load(None).expect("the embedded lines")
}

#[test]
fn every_language_has_every_line_and_word() {
    let replies = ours();
    let Phrases { lines, words } = &replies.0["en"];
    assert_eq!(words.keys().collect::<Vec<_>>(), ["person", "start", "stop"]);
    for language in LANGUAGES {
        let phrases = &replies.0[language];
        let names = |phrases: &Phrases| phrases.lines.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(phrases), names(&replies.0["en"]), "{language}");
        assert_eq!(phrases.words.keys().collect::<Vec<_>>(), words.keys().collect::<Vec<_>>());
        assert!(phrases.words.values().all(|list| list.len() >= 5), "{language}");
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
        assert_eq!(wishes.len(), 1, "{word}");
    }
}

#[test]
fn words_of_one_language_tell_it() {
    let replies = ours();
    assert_eq!(replies.language_of("Parar mensagens"), Some("pt"));
    assert_eq!(replies.language_of("STOP"), None, "is said everywhere");
    assert_eq!(replies.language_of("cancelar"), None);
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
    let own = "failed = \"Un instant.\"\n[words]\nperson = [\"Allô ?\"]";
    let replies = load_with(own).expect("readable");
    assert_eq!(replies.line("fr", "failed"), "Un instant.");
    assert!(replies.line("it", "failed").contains("Mi dispiace"));
    assert_eq!(replies.wish("allo"), Some(Wish::Person));
    assert_eq!(replies.wish("un humain"), None, "the list is replaced whole");
    assert_eq!(replies.wish("ne m'écrivez plus"), Some(Wish::Stop), "the others stay");
    for (text, hint) in [
        ("failed = \"x\"\nfailde = \"y\"", "failde is unknown; there are: fai"),
        ("failed = \"\"", "failed is empty"),
        ("failed = 3", "failed is no line"),
        ("failed = \"{ulr} x\"", "failed has \"{ulr} x\""),
        ("# one\nfailed = ", "line 2"),
        ("[words]\nstopp = [\"x\"]", "words.stopp is unknown"),
        ("[words]\nstop = [\"!\"]", "words.stop has an entry that is no word"),
        ("[words]\nstop = 7", "words.stop is no list"),
        ("words = \"stop\"", "words is no table"),
    ] {
        let why = load_with(text).expect_err("wrong");
        assert!(why.contains("fr.toml") && why.contains(hint), "{why}");
    }
}
