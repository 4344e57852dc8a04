//! Our own export.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::{options, time};
use crate::domain::message::Role;
use crate::transfer::document::{
    Alias, Before, Conversation, Document, FORM, Fact, Message, Person,
};
use crate::transfer::{ReadError, Reason, Turn, read};

fn fact() -> Fact {
    let before =
        Before { value: json!("en"), origin: "model".into(), at: time("2026-01-01T00:00:00Z") };
    Fact {
        key: "language".into(),
        value: json!("es"),
        origin: "person".into(),
        at: time("2026-02-01T00:00:00Z"),
        expires: None,
        cites: vec!["1".into()],
        history: vec![before],
    }
}

fn message(id: &str, text: &str) -> Message {
    Message {
        id: id.into(),
        role: Role::Person,
        at: time("2026-02-01T00:00:00Z"),
        text: text.into(),
        kind: None,
        speaker: None,
        quotes: None,
        forwarded: false,
        never_arrived: false,
    }
}

fn document(conversations: Vec<Conversation>) -> Document {
    let since = time("2026-01-01T00:00:00Z");
    let alias = Alias { kind: "phone".into(), value: "+15550100001".into(), since };
    Document {
        olifant_export: FORM,
        exported_at: time("2026-11-25T12:00:00Z"),
        person: Person { name: Some("Ana".into()), aliases: vec![alias], since, opted_out: false },
        profile: vec![fact()],
        instructions: Some("be brief".into()),
        conversations,
    }
}

fn conversation(number: &str, messages: Vec<Message>) -> Conversation {
    Conversation { number: number.into(), provider: None, messages, summary: Some("met".into()) }
}

#[test]
fn a_document_reads_well() {
    let document = document(vec![conversation("shop", vec![message("1", "hola")])]);
    let expected = json!({
        "olifant_export": 1,
        "exported_at": "2026-11-25T12:00:00Z",
        "person": {
            "name": "Ana",
            "aliases": [{"kind": "phone", "value": "+15550100001", "since": "2026-01-01T00:00:00Z"}],
            "since": "2026-01-01T00:00:00Z",
            "opted_out": false
        },
        "profile": [{
            "key": "language",
            "value": "es",
            "origin": "person",
            "at": "2026-02-01T00:00:00Z",
            "cites": ["1"],
            "history": [{"value": "en", "origin": "model", "at": "2026-01-01T00:00:00Z"}]
        }],
        "instructions": "be brief",
        "conversations": [{
            "number": "shop",
            "messages": [{"id": "1", "role": "person", "at": "2026-02-01T00:00:00Z", "text": "hola"}],
            "summary": "met"
        }]
    });
    let text = document.to_json();
    assert!(text.starts_with("{\n  \"olifant_export\": 1,\n"), "{text}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), expected);
}

#[test]
fn what_went_out_comes_in_on_one_line_too() {
    let document = document(vec![conversation("shop", vec![message("1", "hola")])]);
    for text in [document.to_json(), serde_json::to_string(&document).unwrap()] {
        let imported = read(text.as_bytes(), &options()).unwrap();
        assert_eq!(imported.person.as_ref(), Some(&document.person));
        assert_eq!(imported.profile, document.profile);
        assert_eq!(imported.instructions, document.instructions);
        assert_eq!(imported.turns[0].number.as_deref(), Some("shop"));
    }
}

#[test]
fn what_never_arrived_is_told_and_not_taken_for_said() {
    let lost = Message { never_arrived: true, ..message("2", "your table is ready") };
    let document = document(vec![conversation("shop", vec![message("1", "hola"), lost])]);
    let text = document.to_json();
    assert!(
        text.contains("your table is ready") && text.contains("\"never_arrived\": true"),
        "{text}"
    );
    let imported = read(text.as_bytes(), &options()).unwrap();
    let ids: Vec<Option<&str>> = imported.turns.iter().map(|turn| turn.id.as_deref()).collect();
    assert_eq!(ids, [Some("1")]);
    assert_eq!(imported.skipped, [(Reason::NeverArrived, 1)].into());
}

#[test]
fn a_fault_says_where() {
    let text = document(vec![conversation("shop", vec![message("1", "hola")])]).to_json();
    let later = text.replace("\"olifant_export\": 1", "\"olifant_export\": 2");
    assert_eq!(read(later.as_bytes(), &options()), Err(ReadError::TooNew(2)));
    let wrong = text.replace("\"role\": \"person\"", "\"role\": \"dog\"");
    match read(wrong.as_bytes(), &options()) {
        Err(ReadError::Line { line, what }) => {
            assert!(line > 20 && what.starts_with("conversations[0].messages[0].role"), "{what}");
        }
        other => panic!("{other:?}"),
    }
}

fn messages() -> impl Strategy<Value = Vec<(i64, String, u8, bool)>> {
    prop::collection::vec((0..9_999_999_999i64, "\\PC*\\S", 0..3u8, any::<bool>()), 0..30)
}

proptest! {
    #[test]
    fn the_turns_come_back(messages in messages(), split in 0..30usize) {
        let row = |(index, (at, text, role, speaks)): (usize, (i64, String, u8, bool))| Message {
            role: [Role::Person, Role::Assistant, Role::Business][usize::from(role)],
            at: Timestamp::from_millisecond(at).unwrap(),
            speaker: speaks.then(|| "Ana".to_owned()),
            ..message(&index.to_string(), &text)
        };
        let mut rows: Vec<Message> = messages.into_iter().enumerate().map(row).collect();
        let others = rows.split_off(split.min(rows.len()));
        let document = document(vec![conversation("a", rows.clone()), conversation("b", others.clone())]);
        let imported = read(document.to_json().as_bytes(), &options()).unwrap();
        let numbers = std::iter::repeat_n("a", rows.len()).chain(std::iter::repeat("b"));
        let mut wanted: Vec<Turn> =
            rows.into_iter().chain(others).zip(numbers).map(|(row, n)| row.into_turn(n)).collect();
        wanted.sort_by_key(|turn| turn.at);
        let bare = |turn: &Turn| Turn { repetition: 0, ..turn.clone() };
        prop_assert_eq!(imported.turns.iter().map(bare).collect::<Vec<_>>(), wanted);
    }
}
