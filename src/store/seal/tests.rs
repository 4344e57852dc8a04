//! Stories of the key file: who can read it, and what is gone when it is gone.

use proptest::prelude::*;

use super::file::{HEADER, SLOT};
use super::*;
use crate::os;

/// A folder with a key file in it.
struct Story(tempfile::TempDir);

impl Story {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("keys")
    }

    fn open(&self, key: Option<&StoreKey>, previous: Option<&StoreKey>) -> Result<Keys, KeysError> {
        Keys::open(&self.path(), key, previous, Missing::Make)
    }

    fn refused(&self, key: Option<&StoreKey>, previous: Option<&StoreKey>) -> String {
        self.open(key, previous).err().expect("it is refused").to_string()
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    fn slot(&self, id: u32) -> Vec<u8> {
        self.bytes().split_off(HEADER).chunks(SLOT).nth(id as usize).unwrap().to_vec()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.bytes();
        change(&mut bytes);
        std::fs::write(self.path(), bytes).unwrap();
    }
}

fn sealed(keys: &Keys, id: u32) -> Vec<u8> {
    let mut room = vec![7; NONCE + 5 + TAG];
    keys.get(KeyId(id)).unwrap().expect("a key").cipher.seal(b"here", &mut room).unwrap();
    room
}

fn opens(keys: &Keys, id: u32, sealed: &[u8]) -> bool {
    let sealer = keys.get(KeyId(id)).unwrap();
    sealer.is_some_and(|sealer| {
        sealer.cipher.open(b"here", &mut sealed.to_vec()).is_ok_and(|text| *text == [7; 5])
    })
}

#[test]
fn keys_are_made_ahead_and_come_back() {
    let story = Story::new();
    let keys = story.open(None, None).unwrap();
    assert!(keys.get(KeyId::HOUSE).unwrap().is_some());
    assert!(keys.get(KeyId::FIRST).unwrap().is_none(), "never made");
    keys.reserve(KeyId::FIRST).unwrap();
    let length = story.bytes().len();
    for id in 1..200 {
        keys.reserve(KeyId(id)).unwrap();
        assert!(keys.get(KeyId(id)).unwrap().is_some());
    }
    assert_eq!(story.bytes().len(), length, "no person costs a wait for the disk");
    keys.reserve(KeyId(250)).unwrap();
    assert!(story.bytes().len() > length);

    let secret = sealed(&keys, 200);
    let again = story.open(None, None).unwrap();
    assert!(opens(&again, 200, &secret) && !opens(&again, 199, &secret));
    assert!(os::is_private(&story.path()));
}

#[test]
fn an_erased_key_is_zeros_on_disk_and_never_comes_back() {
    let story = Story::new();
    let key = StoreKey::new_random();
    let keys = story.open(Some(&key), None).unwrap();
    keys.reserve(KeyId::FIRST).unwrap();
    let (mine, yours) = (sealed(&keys, 3), sealed(&keys, 4));
    for _ in 0..2 {
        keys.erase(&[KeyId(3), KeyId(5), KeyId(9999)]).unwrap();
        assert!(keys.get(KeyId(3)).unwrap().is_none() && opens(&keys, 4, &yours));
        assert_eq!((story.slot(3), story.slot(5)), (vec![0; SLOT], vec![0; SLOT]));
    }
    let again = story.open(Some(&key), None).unwrap();
    again.reserve(KeyId(10)).unwrap();
    assert!(again.get(KeyId(3)).unwrap().is_none() && opens(&again, 4, &yours));
    again.rotate(&StoreKey::new_random()).unwrap();
    assert_eq!(story.slot(3), vec![0; SLOT]);
    assert!(!opens(&again, 3, &mine));
}

#[test]
fn the_key_of_the_house_is_not_erased() {
    let story = Story::new();
    let keys = story.open(None, None).unwrap();
    keys.erase(&[KeyId::HOUSE]).unwrap();
    assert!(keys.get(KeyId::HOUSE).unwrap().is_some());
}

#[test]
fn without_the_right_store_key_the_remedy_is_named() {
    let story = Story::new();
    let key = StoreKey::new_random();
    let secret = sealed(&story.open(Some(&key), None).unwrap(), 0);
    let line = story.refused(None, None);
    assert!(line.contains("set store.key or store.key_file"), "{line}");
    let line = story.refused(Some(&StoreKey::new_random()), Some(&StoreKey::new_random()));
    assert!(line.contains("store.key is not the key") && line.contains("store.key_previous"));
    assert!(opens(&story.open(Some(&key), None).unwrap(), 0, &secret), "nothing was changed");
}

#[test]
fn slots_that_stood_open_are_wrapped_once_there_is_a_key() {
    let story = Story::new();
    let keys = story.open(None, None).unwrap();
    keys.reserve(KeyId::FIRST).unwrap();
    let (secret, before) = (sealed(&keys, 7), story.bytes());
    let key = StoreKey::new_random();
    assert!(opens(&story.open(Some(&key), None).unwrap(), 7, &secret));
    let after = story.bytes();
    assert_ne!(before, after);
    assert!(opens(&story.open(Some(&key), None).unwrap(), 7, &secret));
    assert_eq!(story.bytes(), after, "once");
    story.refused(None, None);
}

#[test]
fn a_store_key_is_rotated_by_hand_or_by_the_configuration() {
    let story = Story::new();
    let [first, second, third] = [(); 3].map(|()| StoreKey::new_random());
    let keys = story.open(Some(&first), None).unwrap();
    keys.reserve(KeyId::FIRST).unwrap();
    let secret = sealed(&keys, 7);
    keys.rotate(&second).unwrap();
    keys.erase(&[KeyId(8)]).unwrap();
    keys.reserve(KeyId(250)).unwrap();
    let late = sealed(&keys, 260);
    story.refused(Some(&first), None);
    let keys = story.open(Some(&second), None).unwrap();
    assert!(opens(&keys, 7, &secret) && opens(&keys, 260, &late) && !opens(&keys, 8, &secret));
    assert!(opens(&story.open(Some(&third), Some(&second)).unwrap(), 7, &secret));
    assert!(opens(&story.open(Some(&third), None).unwrap(), 7, &secret));
    story.refused(Some(&second), None);
}

#[test]
fn a_file_that_nobody_has_open_is_wrapped_anew_whatever_it_is_under() {
    let [first, second, third] = [(); 3].map(|()| StoreKey::new_random());
    let rewrap = |story: &Story, key| Keys::rewrap(&story.path(), key, Some(&first), &third);
    for under in [None, Some(&first), Some(&second), Some(&third)] {
        let story = Story::new();
        let secret = sealed(&story.open(under, None).unwrap(), 0);
        rewrap(&story, Some(&second)).unwrap();
        assert!(opens(&story.open(Some(&third), None).unwrap(), 0, &secret));
    }
    let story = Story::new();
    story.open(Some(&StoreKey::new_random()), None).unwrap();
    let line = rewrap(&story, Some(&second)).expect_err("none of them").to_string();
    assert!(line.contains("store.key is not the key"), "{line}");
    let line = rewrap(&story, None).expect_err("none of them").to_string();
    assert!(line.contains("store.key is missing"), "{line}");
}

#[test]
fn the_file_before_a_rotation_is_overwritten_unless_somebody_keeps_it() {
    let story = Story::new();
    let keys = story.open(None, None).unwrap();
    let mut before = std::fs::File::open(story.path()).unwrap();
    keys.rotate(&StoreKey::new_random()).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut before, &mut bytes).unwrap();
    assert!(!bytes.is_empty() && bytes.iter().all(|byte| *byte == 0));

    let copy = story.0.path().join("copy");
    std::fs::hard_link(story.path(), &copy).unwrap();
    let kept = story.bytes();
    keys.rotate(&StoreKey::new_random()).unwrap();
    assert_eq!(std::fs::read(copy).unwrap(), kept);
}

#[test]
fn what_a_crash_left_of_a_new_file_is_removed() {
    let story = Story::new();
    let secret = sealed(&story.open(None, None).unwrap(), 0);
    let left = story.0.path().join("keys.next");
    std::fs::copy(story.path(), &left).unwrap();
    assert!(opens(&story.open(None, None).unwrap(), 0, &secret));
    assert!(!left.exists());
}

#[test]
fn a_file_that_is_gone_or_too_old_is_not_made_anew() {
    let story = Story::new();
    let gone = Keys::open(&story.path(), None, None, Missing::Refuse).err().expect("refused");
    assert!(gone.to_string().contains("is gone; put it back from a backup"), "{gone}");
    assert!(!story.path().exists());
    let keys = story.open(None, None).unwrap();
    let old = keys.reserve(KeyId(2)).expect_err("its key was given out").to_string();
    assert!(old.contains("has 1 keys") && old.contains("backup"), "{old}");
}

#[test]
fn damage_is_no_erasure() {
    let story = Story::new();
    let keys = story.open(None, None).unwrap();
    keys.reserve(KeyId::FIRST).unwrap();
    let secret = sealed(&keys, 4);
    story.change(|bytes| bytes[HEADER + 3 * SLOT + 30] ^= 1);
    let keys = story.open(None, None).unwrap();
    assert!(matches!(keys.get(KeyId(3)), Err(StoreError::Damaged(_))) && opens(&keys, 4, &secret));
    keys.reserve(KeyId(4)).unwrap();
    let key = StoreKey::new_random();
    keys.rotate(&key).unwrap();
    let keys = story.open(Some(&key), None).unwrap();
    assert!(keys.get(KeyId(3)).is_err(), "nor does it become one");
    keys.reserve(KeyId(2)).unwrap();
    assert!(keys.get(KeyId(3)).unwrap().is_some(), "nobody had it yet");
    story.change(|bytes| bytes[HEADER + 30] ^= 1);
    assert!(story.refused(Some(&key), None).contains("put it back from a backup"));
}

#[test]
fn a_slot_opens_only_where_it_stands() {
    let story = Story::new();
    story.open(None, None).unwrap().reserve(KeyId::FIRST).unwrap();
    story.change(|bytes| bytes.copy_within(HEADER + SLOT..HEADER + 2 * SLOT, HEADER + 2 * SLOT));
    let keys = story.open(None, None).unwrap();
    assert!(keys.get(KeyId(1)).is_ok() && keys.get(KeyId(2)).is_err());
}

#[test]
fn readers_see_each_key_whole_while_keys_come_and_go() {
    let story = Story::new();
    let keys = story.open(None, None).unwrap();
    keys.reserve(KeyId::FIRST).unwrap();
    let secret = sealed(&keys, 1);
    std::thread::scope(|scope| {
        let readers = [(); 2].map(|()| scope.spawn(|| (0..5000).all(|_| opens(&keys, 1, &secret))));
        for id in 2..40 {
            keys.erase(&[KeyId(id)]).unwrap();
            keys.reserve(KeyId(id * 10)).unwrap();
        }
        assert!(readers.into_iter().all(|reader| reader.join().unwrap()));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_cut_off_file_is_read_as_far_as_it_goes(cut in 0..HEADER + 40 * SLOT) {
        let story = Story::new();
        let keys = story.open(None, None).unwrap();
        keys.reserve(KeyId::FIRST).unwrap();
        let secrets: Vec<_> = (0..40).map(|id| sealed(&keys, id)).collect();
        story.change(|bytes| bytes.truncate(cut));
        let Ok(keys) = story.open(None, None) else {
            prop_assert!(cut < HEADER + SLOT);
            return Ok(());
        };
        let whole = u32::try_from((cut - HEADER) / SLOT).unwrap();
        for (id, secret) in (0..).zip(&secrets) {
            prop_assert_eq!(opens(&keys, id, secret), id < whole);
        }
        prop_assert!(keys.reserve(KeyId(whole + 1)).is_err());
        keys.reserve(KeyId(whole)).unwrap();
        let again = story.open(None, None).unwrap();
        prop_assert!(again.get(KeyId(whole)).unwrap().is_some());
        prop_assert!(opens(&again, 0, &secrets[0]));
    }

    #[test]
    fn any_bytes_are_a_key_file_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400), magic: bool) {
        let story = Story::new();
        if magic {
            story.open(None, None).unwrap();
            story.change(|file| { file.truncate(HEADER); file.extend(&bytes); });
        } else {
            std::fs::write(story.path(), &bytes).unwrap();
        }
        prop_assert!(story.open(None, None).is_err());
    }
}
