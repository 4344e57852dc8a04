//! How a value lies in a store: `format | key id | parts | check | payload`,
//! the payload cut over continuation keys, since large values are unsafe in
//! sled. The check tells whether all pieces are of one writing.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::StoreError;

/// JSON, not sealed. Others follow; a reader refuses what it doesn't know.
const PLAIN_JSON: u8 = 1;

/// No person's key: the payload is readable.
const NO_KEY: u32 = 0;

/// The longest piece under one key: sled writes pages of up to 16 records,
/// and pages above 128 KB leave its log for files that are never synced.
const PIECE: usize = 4096;

/// Format (1), key id (4), number of parts (2), check (4).
const HEADER: usize = 11;

/// The pieces of a record, the first for the key itself, the others for its
/// continuation keys in order.
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<Vec<u8>>, StoreError> {
    let payload = serde_json::to_vec(value).map_err(damaged)?;
    let first = payload.len().min(PIECE);
    let rest: Vec<&[u8]> = payload[first..].chunks(PIECE).collect();
    let parts = u16::try_from(rest.len() + 1).map_err(damaged)?;
    let mut head = Vec::with_capacity(HEADER + first);
    head.push(PLAIN_JSON);
    head.extend_from_slice(&NO_KEY.to_be_bytes());
    head.extend_from_slice(&parts.to_be_bytes());
    head.extend_from_slice(&check(&payload));
    head.extend_from_slice(&payload[..first]);
    Ok(std::iter::once(head).chain(rest.into_iter().map(<[u8]>::to_vec)).collect())
}

/// How many pieces belong to the record that begins with `head`.
pub fn parts(head: &[u8]) -> Result<u16, StoreError> {
    match head {
        [PLAIN_JSON, _, _, _, _, high, low, ..] => Ok(u16::from_be_bytes([*high, *low])),
        _ => Err(damaged("unknown record format")),
    }
}

/// The value whose pieces these are.
pub fn decode<T: DeserializeOwned>(mut pieces: Vec<Vec<u8>>) -> Result<T, StoreError> {
    let parts = pieces.first().map_or(Ok(0), |head| parts(head))?;
    if pieces.len() != usize::from(parts) || parts == 0 {
        return Err(damaged("a piece of a record is missing"));
    }
    let mut head = pieces.remove(0);
    if head.len() < HEADER {
        return Err(damaged("a record is cut off"));
    }
    let mut payload = head.split_off(HEADER);
    payload.extend(pieces.into_iter().flatten());
    if head[HEADER - 4..] != check(&payload) {
        return Err(damaged("the pieces of a record don't fit together"));
    }
    serde_json::from_slice(&payload).map_err(|error| shape(&error))
}

/// The key of piece `n` of the record at `key`.
pub fn continuation(key: &[u8], n: u16) -> Vec<u8> {
    [key, &n.to_be_bytes()].concat()
}

fn check(payload: &[u8]) -> [u8; 4] {
    let digest = Sha256::digest(payload);
    [digest[0], digest[1], digest[2], digest[3]]
}

/// Without the words of the error, which can quote what was said.
fn shape(error: &serde_json::Error) -> StoreError {
    damaged(format!("a record has another shape ({:?}, byte {})", error.classify(), error.column()))
}

fn damaged(why: impl ToString) -> StoreError {
    StoreError::Damaged(why.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_record_of_any_length_comes_back(text in ".{0,9000}") {
            let pieces = encode(&text).expect("encodes");
            prop_assert!(pieces.iter().all(|p| p.len() <= PIECE + HEADER));
            prop_assert_eq!(usize::from(parts(&pieces[0]).expect("a header")), pieces.len());
            prop_assert_eq!(decode::<String>(pieces).expect("decodes"), text);
        }
    }

    #[test]
    fn an_incomplete_or_foreign_record_is_refused() {
        let mut pieces = encode(&"x".repeat(5000)).expect("encodes");
        assert_eq!(pieces.len(), 2);
        pieces.pop();
        assert!(decode::<String>(pieces).is_err());
        let (a, b) = ("a".repeat(5000), "b".repeat(5000));
        let mixed =
            vec![encode(&a).expect("encodes").remove(0), encode(&b).expect("encodes").remove(1)];
        assert!(decode::<String>(mixed).is_err(), "half of one, half of the other");
        assert!(decode::<String>(vec![vec![9, 0, 0, 0, 0, 0, 1, b'1']]).is_err());
        assert!(decode::<String>(vec![]).is_err());
    }
}
