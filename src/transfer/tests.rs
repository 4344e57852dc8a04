//! All three formats, from bytes to turns and back.

mod chats;
mod documents;
mod rows;

use jiff::Timestamp;
use proptest::prelude::*;

use super::{Imported, OnError, Options, ReadError, read};

pub(super) fn options() -> Options {
    Options::at(time("2026-11-25T12:00:00Z"))
}

pub(super) fn lenient() -> Options {
    Options { on_error: OnError::Skip, ..options() }
}

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(super) fn texts(imported: &Imported) -> Vec<&str> {
    imported.turns.iter().map(|turn| turn.text.as_str()).collect()
}

#[test]
fn what_is_none_of_the_formats_is_named() {
    for (bytes, error) in [
        (&b""[..], ReadError::Empty),
        (b" \n\n", ReadError::Empty),
        (b"PK\x03\x04rest", ReadError::Zip),
        (b"[{\"role\":\"user\"}]", ReadError::List),
        (b"dear diary,\ntoday", ReadError::Unknown),
        (b"{\n\"name\":\"x\"}", ReadError::Unknown),
        (b"{\"role\":\n\xff\xfe", ReadError::Encoding { line: 2 }),
    ] {
        assert_eq!(read(bytes, &options()), Err(error));
    }
}

/// Pieces that chats and JSON are made of, in any order.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        Just("31/12/2023, 22:15 - Ana: ".to_owned()),
        Just("[12/31/23, 10:15:07\u{202f}PM] Ana: ".to_owned()),
        Just("1.2.24, 9.05 \u{200e}p. m. - ".to_owned()),
        Just("<Media omitted>".to_owned()),
        Just("<attached: a.".to_owned()),
        Just("{\"role\":\"user\",\"text\":\"hi\",\"at\":".to_owned()),
        Just("{\"olifant_export\":1,".to_owned()),
        Just("\r\n".to_owned()),
        Just("\u{200e}".to_owned()),
        any::<String>(),
        "[0-9/.:, -]{0,20}",
    ];
    prop::collection::vec(scrap, 0..20).prop_map(|scraps| scraps.concat())
}

proptest! {
    #[test]
    fn nothing_is_too_odd_to_be_read_or_refused(text in scraps(), bytes in any::<Vec<u8>>()) {
        for options in [options(), lenient()] {
            let _ = read(text.as_bytes(), &options);
            let _ = read(&bytes, &options);
        }
    }

    #[test]
    fn turns_are_in_order_and_their_keys_differ(text in scraps()) {
        let options = Options { business_speaker: Some("Ana".into()), ..lenient() };
        let Ok(imported) = read(text.as_bytes(), &options) else { return Ok(()) };
        prop_assert!(imported.turns.is_sorted_by_key(|turn| turn.at));
        let keys: std::collections::BTreeSet<String> =
            imported.turns.iter().map(super::Turn::key).collect();
        prop_assert_eq!(keys.len(), imported.turns.len());
        prop_assert_eq!(read(text.as_bytes(), &options), Ok(imported));
    }
}
