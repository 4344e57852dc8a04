//! Stories of records: what comes back, from where, and for whom.

use proptest::prelude::*;

use super::*;
use crate::store::seal::{Keys, Missing};

/// Keys 0 to 255, in a folder.
fn keys() -> (tempfile::TempDir, Keys) {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::open(&folder.path().join("keys"), None, None, Missing::Make).unwrap();
    keys.reserve(KeyId::FIRST).unwrap();
    (folder, keys)
}

fn sealer(keys: &Keys, id: u32) -> Sealer {
    keys.get(KeyId(id)).unwrap().expect("a key")
}

fn text(pieces: Vec<Vec<u8>>, key: &[u8], keys: &Keys) -> Result<Option<String>, StoreError> {
    decode(pieces, key, keys)
}

#[test]
fn what_is_sealed_under_an_erased_key_is_as_if_it_were_not_there() {
    let (_folder, keys) = keys();
    let mut pieces = encode(&"x".repeat(5000), b"k", &sealer(&keys, 5)).unwrap();
    let bytes = encode_bytes(b"x", b"k", &sealer(&keys, 5)).unwrap();
    let other = encode(&"y", b"k", &sealer(&keys, 6)).unwrap();
    keys.erase(&[KeyId(5)]).unwrap();
    assert_eq!(decode_bytes(bytes, b"k", &keys).unwrap(), None);
    assert_eq!(text(pieces.clone(), b"k", &keys).unwrap(), None);
    pieces.pop();
    assert_eq!(text(pieces, b"k", &keys).unwrap(), None, "a half-swept one as well");
    assert_eq!(text(other, b"k", &keys).unwrap().as_deref(), Some("y"));
}

#[test]
fn a_record_opens_only_as_what_it_is_where_it_stands_and_under_its_key() {
    let (_folder, keys) = keys();
    let pieces = encode(&"plan: gold", b"mine", &sealer(&keys, 1)).unwrap();
    assert_eq!(text(pieces.clone(), b"mine", &keys).unwrap().as_deref(), Some("plan: gold"));
    assert!(matches!(text(pieces.clone(), b"yours", &keys), Err(StoreError::Damaged(_))));
    assert!(decode_bytes(pieces.clone(), b"mine", &keys).is_err());
    let mut relabelled = pieces.clone();
    relabelled[0][0] = SEALED_BYTES;
    assert!(decode_bytes(relabelled, b"mine", &keys).is_err());
    let mut taken = pieces;
    taken[0][4] = 2;
    assert!(text(taken, b"mine", &keys).is_err());
}

#[test]
fn sealed_is_never_plain_nor_the_other_way_round() {
    let (_folder, keys) = keys();
    let plain = encode_plain(&7).unwrap();
    assert!(decode::<u32>(plain.clone(), b"k", &keys).is_err());
    assert_eq!(decode_plain::<u32>(plain).unwrap(), 7);
    assert!(decode_plain::<u32>(encode(&7, b"k", &sealer(&keys, 0)).unwrap()).is_err());
}

#[test]
fn an_incomplete_or_mixed_record_is_damaged() {
    let (_folder, keys) = keys();
    let of = |letter: &str| encode(&letter.repeat(5000), b"k", &sealer(&keys, 1)).unwrap();
    let (a, b) = (of("a"), of("a"));
    assert_eq!(a.len(), 2);
    let damaged = |pieces| matches!(text(pieces, b"k", &keys), Err(StoreError::Damaged(_)));
    assert!(damaged(vec![a[0].clone()]));
    assert!(damaged(vec![a[0].clone(), b[1].clone()]), "half of one, half of the other");
    assert!(damaged(vec![a[1].clone(), a[0].clone()]));
    assert!(damaged(vec![]) && damaged(vec![vec![]]) && damaged(vec![vec![9, 0, 0, 0, 0, 0, 1]]));
    assert!(damaged(vec![header(SEALED_JSON, KeyId(1), 1).to_vec()]));
    assert!(!damaged(a));
    let plain = |letter: &str| encode_plain(&letter.repeat(5000)).unwrap();
    let mixed = vec![plain("a").remove(0), plain("b").remove(1)];
    assert!(decode_plain::<String>(mixed).is_err());
}

#[test]
fn nothing_of_a_value_can_be_read_in_its_pieces() {
    let (_folder, keys) = keys();
    let pieces = encode(&"Amelia".repeat(2000), b"k", &sealer(&keys, 1)).unwrap();
    let whole = pieces.concat();
    assert!(!whole.windows(6).any(|bytes| bytes == b"Amelia"));
    assert_ne!(
        encode(&"a", b"k", &sealer(&keys, 1)).unwrap(),
        encode(&"a", b"k", &sealer(&keys, 1)).unwrap()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_value_of_any_length_comes_back(value in ".{0,9000}", key in prop::collection::vec(any::<u8>(), 0..60)) {
        let (_folder, keys) = keys();
        let pieces = encode(&value, &key, &sealer(&keys, 9)).unwrap();
        prop_assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
        prop_assert_eq!(usize::from(parts(&pieces[0]).unwrap()), pieces.len());
        prop_assert_eq!(text(pieces, &key, &keys).unwrap(), Some(value.clone()));
        prop_assert_eq!(decode_plain::<String>(encode_plain(&value).unwrap()).unwrap(), value);
    }

    #[test]
    fn bytes_of_any_length_come_back_and_a_changed_one_is_noticed(
        bytes in prop::collection::vec(any::<u8>(), 0..9000),
        at: prop::sample::Index,
        bit in 0..8u8,
    ) {
        let (_folder, keys) = keys();
        let mut pieces = encode_bytes(&bytes, b"k", &sealer(&keys, 9)).unwrap();
        prop_assert_eq!(decode_bytes(pieces.clone(), b"k", &keys).unwrap(), Some(bytes));
        let (piece, at) = { let at = at.index(pieces.concat().len()); (at / PIECE, at % PIECE) };
        pieces[piece][at] ^= 1 << bit;
        // Another key's name may be that of a key that is not there.
        let read = decode_bytes(pieces, b"k", &keys);
        let is_name = piece == 0 && (1..5).contains(&at);
        prop_assert!(read.is_err() || (is_name && read.is_ok_and(|read| read.is_none())));
    }
}
