//! Backups written, read, cut off and damaged.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::os;

fn about() -> About {
    About {
        olifant: "0.1.0".into(),
        store: "sled".into(),
        format: 2,
        at: Timestamp::from_second(1_800_000_000).unwrap(),
        wrapped: true,
    }
}

fn row(key: &[u8], value: &[u8]) -> Row {
    Row { key: key.to_vec(), value: value.to_vec() }
}

fn dump(chunks: Vec<Vec<Row>>) -> Dump {
    Dump { about: about(), rows: Box::new(chunks.into_iter().map(Ok)) }
}

fn bytes(chunks: Vec<Vec<Row>>) -> Vec<u8> {
    Bytes::of(dump(chunks)).flat_map(Result::unwrap).collect()
}

fn small() -> Vec<u8> {
    bytes(vec![vec![row(&[KEYS], b"header"), row(b"p1", b"Ana")], vec![row(b"t1", b"hello")]])
}

fn check(bytes: &[u8]) -> Result<(About, Totals), Broken> {
    Reader::open(bytes)?.check()
}

fn rows() -> impl Strategy<Value = Vec<Vec<Row>>> {
    let bytes = |most| prop::collection::vec(any::<u8>(), 0..most);
    let row = (bytes(60), bytes(300)).prop_map(|(key, value)| Row { key, value });
    prop::collection::vec(prop::collection::vec(row, 0..20), 0..10)
}

proptest! {
    #[test]
    fn what_was_written_is_read(chunks in rows()) {
        let bytes = bytes(chunks.clone());
        let mut reader = Reader::open(&bytes[..]).unwrap();
        prop_assert_eq!(reader.about(), &about());
        let mut read = Vec::new();
        while let Some(rows) = reader.rows().unwrap() {
            read.push(rows);
        }
        let count: usize = chunks.iter().map(Vec::len).sum();
        prop_assert_eq!(reader.totals().rows, count as u64);
        prop_assert_eq!(read, chunks);
    }

    #[test]
    fn nothing_that_is_not_a_backup_is_one(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(check(&bytes).is_err());
    }
}

#[test]
fn wherever_it_is_cut_off_or_changed_it_is_refused() {
    let whole = small();
    let (about, totals) = check(&whole).unwrap();
    assert_eq!((about.at, totals.rows), (self::about().at, 3));
    let tables: Vec<_> = totals.tables.into_iter().collect();
    assert_eq!(tables, [("keys".into(), 1), ("p".into(), 1), ("t".into(), 1)]);
    for length in 0..whole.len() {
        assert!(matches!(check(&whole[..length]), Err(Broken::CutOff)), "{length}");
    }
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << bit;
            assert!(check(&flipped).is_err(), "bit {bit} of byte {at}");
        }
    }
    assert!(check(&[&whole[..], b"x"].concat()).is_err(), "something behind its end");
}

#[test]
fn frames_in_another_order_or_of_another_backup_are_refused() {
    let one = |key: &[u8]| vec![row(key, b"same length")];
    let (first, second) = (bytes(vec![one(b"1"), one(b"2")]), bytes(vec![one(b"2"), one(b"1")]));
    assert_eq!(first.len(), second.len());
    for cut in 0..first.len() {
        let mixed = [&first[..cut], &second[cut..]].concat();
        let same = mixed == first || mixed == second;
        assert_eq!(check(&mixed).is_ok(), same, "cut at {cut}");
    }
}

#[test]
fn a_later_form_and_another_file_are_refused_by_name() {
    let later = String::from_utf8_lossy(&small()[..17]).replace('1', "12");
    let error = check(later.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        error,
        "it has form 12, and this olifant reads form 1; use the version that wrote it"
    );
    let error = check(b"PGDMP and more").unwrap_err().to_string();
    assert_eq!(error, "it is no backup of olifant");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_file_has_its_name_once_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.backup");
    std::fs::write(&path, "the one before").unwrap();
    let mut part = Part::create(&path, 0).unwrap();
    assert!(matches!(Part::create(&path, 0), Err(FileError::Held(_))));
    let whole = small();
    let (half, rest) = whole.split_at(whole.len() / 2);
    part.write(half).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"the one before");
    part.write(rest).unwrap();
    assert_eq!(part.finish().unwrap().1.rows, 3);
    assert_eq!(std::fs::read(&path).unwrap(), whole);
    assert!(os::is_private(&path));
    assert_eq!(names(folder.path()), ["my.backup"]);
}

#[test]
fn of_one_that_ends_early_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.backup");
    let mut part = Part::create(&path, 0).unwrap();
    part.write(&small()[..100]).unwrap();
    assert_eq!(names(folder.path()), ["my.backup.part"]);
    let error = part.finish().unwrap_err().to_string();
    assert!(error.contains("it is cut off"), "{error}");
    assert!(names(folder.path()).is_empty());
    std::fs::write(folder.path().join("my.backup.part"), [b'x'; 5000]).unwrap();
    let mut part = Part::create(&path, 0).unwrap();
    part.write(&small()).unwrap();
    part.finish().expect("what a crash left does not matter");
}

#[test]
fn it_goes_nowhere_but_into_files_and_leaves_room() {
    for special in ["/dev/null", "/", ".."] {
        let refused = Part::create(Path::new(special), 0).err().expect("refused").to_string();
        assert!(refused.contains("is no file; name one, or write -"), "{refused}");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut part = Part::create(&folder.path().join("my.backup"), u64::MAX / (1 << 20)).unwrap();
    let full = part.write(b"x").unwrap_err().to_string();
    assert!(full.contains("store.min_free_mb"), "{full}");
    drop(part);
    assert!(names(folder.path()).is_empty());
}
