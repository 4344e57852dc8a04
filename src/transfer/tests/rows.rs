//! JSON lines.

use super::{lenient, options, texts, time};
use crate::domain::message::Role;
use crate::transfer::{ReadError, Reason, Turn, read};

#[test]
fn a_line_is_a_turn_and_they_come_out_by_time() {
    let file = r#"{"role":"assistant","text":"hello Ana","at":"2024-01-02T10:01:00Z","id":"b"}

{"role":"user","text":"hi","at":"2024-01-02T10:00:00Z","speaker":"Ana","id":7}
{"role":"agent","text":"I take over","at":1704189720,"mood":"calm","lang":"en"}
"#;
    let imported = read(file.as_bytes(), &options()).unwrap();
    assert_eq!(texts(&imported), ["hi", "hello Ana", "I take over"]);
    let roles: Vec<Role> = imported.turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, [Role::Person, Role::Assistant, Role::Business]);
    assert_eq!(imported.turns[0].speaker.as_deref(), Some("Ana"));
    assert_eq!(imported.turns[0].key(), "7");
    assert_eq!(imported.skipped[&Reason::UnknownField], 2);
}

#[test]
fn without_a_time_a_message_follows_the_one_before() {
    let file = r#"{"role":"user","text":"one"}
{"role":"bot","text":"two","at":"2024-01-02T10:00:00Z"}
{"role":"user","text":"three"}
{"role":"user","text":"zero","at":"2024-01-01T10:00:00Z"}"#;
    let imported = read(file.as_bytes(), &options()).unwrap();
    assert_eq!(texts(&imported), ["zero", "one", "two", "three"]);
    let undated = read(br#"{"role":"user","text":"now"}"#, &options()).unwrap();
    assert_eq!(undated.turns[0].at, options().now);
}

#[test]
fn a_faulty_line_ends_it_or_is_left_out() {
    let file = b"{\"role\":\"user\",\"text\":\"one\"}\n\n{\"role\":\"dog\",\"text\":\"wuff\"}\n{\"role\":\"user\",\"text\":\"two\"}\n";
    match read(file, &options()) {
        Err(ReadError::Line { line: 3, what }) => assert!(what.contains("dog"), "{what}"),
        other => panic!("{other:?}"),
    }
    let imported = read(file, &lenient()).unwrap();
    assert_eq!(texts(&imported), ["one", "two"]);
    assert_eq!(imported.skipped[&Reason::Faulty], 1);
    assert_eq!(imported.faulty_lines.len(), 1);
}

#[test]
fn an_id_is_one_message() {
    let line =
        |text: &str| format!("{{\"role\":\"user\",\"text\":\"{text}\",\"at\":1,\"id\":\"a\"}}\n");
    let twice = read((line("hi") + &line("hi")).as_bytes(), &options()).unwrap();
    assert_eq!((twice.turns.len(), twice.skipped[&Reason::Repeated]), (1, 1));
    match read((line("hi") + &line("ho")).as_bytes(), &options()) {
        Err(ReadError::Line { line: 2, what }) => assert!(what.contains("\"a\""), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_stay_the_same_whatever_stands_around() {
    let line =
        |text: &str, at: u32| format!("{{\"role\":\"user\",\"text\":\"{text}\",\"at\":{at}}}\n");
    let read = |file: String| read(file.as_bytes(), &options()).unwrap();
    let keys = |file| read(file).turns.iter().map(Turn::key).collect::<Vec<_>>();
    let short = keys(line("ok", 5) + &line("ok", 5));
    let long = keys(line("earlier", 4) + &line("ok", 5) + &line("ok", 5) + &line("later", 6));
    assert_ne!(short[0], short[1]);
    assert_eq!(short, long[1..3]);
    assert_eq!(read(line("ok", 5)).turns[0].at, time("1970-01-01T00:00:05Z"));
}
