use super::*;
use crate::assistant::language::LANGUAGES;
use crate::assistant::sample;

fn replies() -> Replies {
    Replies::load(None).expect("the embedded lines")
}

fn ordered(turn: &Turn) -> Option<Command> {
    of(&replies(), turn, sample::now())
}

fn order(said: &str) -> Option<Command> {
    ordered(&sample::turn(&[said]))
}

fn asked(texts: &[&str], minutes_ago: i64) -> Turn {
    let mut turn = sample::turn(texts);
    let at = sample::now() - SignedDuration::from_mins(minutes_ago);
    turn.conversation.asked = Some(Asked::ForgetAll { at });
    turn
}

fn tap(turn: &mut Turn, id: &str) {
    turn.inbound[0].content = Content::Choice { id: id.into(), title: "?".into() };
}

#[test]
fn commands_are_known_in_every_language() {
    for (said, command) in [
        ("/memory", Command::Memory),
        ("/Memoria", Command::Memory),
        ("/memória?", Command::Memory),
        ("/gedächtnis", Command::Memory),
        ("/forget", Command::Forget(String::new())),
        ("/forget my address", Command::Forget("my address".into())),
        ("/olvida mi dirección", Command::Forget("mi dirección".into())),
        ("/forget ALL", Command::ForgetAll),
        ("/forget_all", Command::ForgetAll),
        ("/olvidar todo", Command::ForgetAll),
        ("/esquecer tudo!", Command::ForgetAll),
        ("/भूलें सब", Command::ForgetAll),
        ("/oublie tout", Command::ForgetAll),
        ("/vergiss alles", Command::ForgetAll),
        ("/انس الكل", Command::ForgetAll),
        ("/dimentica tutto", Command::ForgetAll),
        ("/lupakan semua", Command::ForgetAll),
        ("/exportar", Command::Export),
        ("/neu", Command::New),
        ("/aide", Command::Help),
    ] {
        assert_eq!(order(said), Some(command), "{said}");
    }
    for said in ["help", "memory", "what do you know about me?", "/", "/foo", "see /help", "9/10"] {
        assert_eq!(order(said), None, "{said}");
    }
}

#[test]
fn everything_is_said_in_many_ways_and_politely() {
    for said in [
        "/forget me",
        "/forget everything",
        "/forget everything about me",
        "/forget please everything",
        "/forget all, please!",
        "/forget messages",
        "/olvida todo de mí",
        "/olvida todo, por favor",
        "/esquece tudo sobre mim por favor",
        "/oublie moi s’il te plaît",
        "/vergiss mich",
        "/vergiss bitte alles",
        "/dimentica tutto di me per favore",
        "/lupakan semua tentang saya",
        "/भूलें कृपया सब कुछ",
        "/انس كل شيء من فضلك",
    ] {
        assert_eq!(order(said), Some(Command::ForgetAll), "{said}");
    }
    for what in ["me and my dog", "everything about the blue car", "please", "measles", "pleaseall"]
    {
        let said = format!("/forget {what}");
        assert_eq!(order(&said), Some(Command::Forget(what.to_owned())));
    }
    assert_eq!(order("/please"), None);
}

#[test]
fn what_the_lines_name_can_be_ordered() {
    let replies = replies();
    for language in LANGUAGES {
        for name in ["help", "help_in_group", "memory_how", "forget_what"] {
            let line = replies.line(language, name);
            let orders: Vec<&str> = line.split('/').skip(1).collect();
            assert!(!orders.is_empty(), "{language}: {name}");
            for order in orders {
                let word = order.split([' ', ':']).next().unwrap_or_default();
                let command = read(&replies, &format!("/{word}"));
                assert!(command.is_some(), "{language}: {name} names /{word}");
            }
        }
    }
}

#[test]
fn the_last_command_of_a_burst_counts_and_somebody_elses_does_not() {
    let mut turn = sample::turn(&["/help", "/memory", "are you open?"]);
    assert_eq!(ordered(&turn), Some(Command::Memory));
    turn.inbound[1].attached.forwarded = true;
    assert_eq!(ordered(&turn), Some(Command::Help));
}

#[test]
fn everything_goes_only_after_a_yes_in_time() {
    for (said, command) in [
        ("yes", Some(Command::Confirm)),
        ("Sí, olvidar todo", Some(Command::Confirm)),
        ("Ja!", Some(Command::Confirm)),
        ("1", Some(Command::Confirm)),
        ("2.", Some(Command::Refuse)),
        ("não", Some(Command::Refuse)),
        ("yes, but not my address", None),
        ("are you open?", None),
        ("/memory", Some(Command::Memory)),
        ("/forget all", Some(Command::ForgetAll)),
    ] {
        assert_eq!(ordered(&asked(&[said], 9)), command, "{said}");
    }
    assert_eq!(ordered(&asked(&["yes"], 10)), None, "too late");
    assert_eq!(order("yes"), None, "nobody asked");
    assert_eq!(ordered(&asked(&["yes", "no wait", "no"], 1)), Some(Command::Refuse));
    assert_eq!(ordered(&asked(&["yes", "thanks"], 1)), Some(Command::Confirm));
    let mut forwarded = asked(&["yes"], 1);
    forwarded.inbound[0].attached.forwarded = true;
    assert_eq!(ordered(&forwarded), None);
}

#[test]
fn a_tap_counts_and_one_that_comes_too_late_asks_again() {
    for (id, minutes, command) in [
        (YES, 1, Some(Command::Confirm)),
        (YES, 11, Some(Command::ForgetAll)),
        (NO, 1, Some(Command::Refuse)),
        (NO, 11, Some(Command::Refuse)),
        ("other", 1, None),
    ] {
        let mut turn = asked(&["x"], minutes);
        tap(&mut turn, id);
        assert_eq!(ordered(&turn), command, "{id} after {minutes} minutes");
    }
}

#[test]
fn in_a_group_nothing_is_told_or_deleted() {
    let mut turn = sample::turn(&["/memory"]);
    turn.conversation.address = Address::Group("G1".into());
    for (said, command) in [
        ("/memory", None),
        ("/forget all", None),
        ("/export", None),
        ("/help", Some(Command::Help)),
    ] {
        turn.inbound[0].content = Content::Text(said.into());
        assert_eq!(ordered(&turn), command, "{said}");
    }
}

#[test]
fn who_wants_no_messages_may_still_leave_altogether() {
    for (said, heeded) in
        [("/forget all", true), ("/export", true), ("/memory", false), ("/help", false)]
    {
        let mut turn = sample::turn(&[said]);
        turn.person.opted_out = true;
        assert_eq!(ordered(&turn).is_some(), heeded, "{said}");
    }
}
