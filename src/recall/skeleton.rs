//! What is left of a word when spelling is a matter of taste, as with Hindi on
//! a Latin keyboard: kal and kaal, nahi and nahin, paisa and paise are one.

/// Sounds written in several ways; the first that fits at a place is taken.
const SOUNDS: &[(&str, &str)] = &[
    ("chh", "c"),
    ("ch", "c"),
    ("sh", "s"),
    ("ph", "f"),
    ("ck", "k"),
    ("aa", "a"),
    ("ai", "e"),
    ("ei", "e"),
    ("ay", "e"),
    ("ee", "i"),
    ("ie", "i"),
    ("oo", "u"),
    ("ou", "u"),
    ("au", "o"),
    ("w", "v"),
    ("z", "j"),
    ("q", "k"),
    ("x", "ks"),
];

/// Fewer letters than this are left as they are.
const SHORTEST: usize = 2;

/// The skeleton of a folded Latin word.
pub(super) fn skeleton(word: &str) -> String {
    let letters: Vec<char> = sounds(word).chars().collect();
    let mut bones: Vec<char> = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = bones.last().copied();
        let breath = *letter == 'h' && before.is_some_and(|before| !is_vowel(before));
        let breath = breath && letters[..at].last().is_some_and(|last| !is_vowel(*last));
        if before != Some(*letter) && !breath {
            bones.push(*letter);
        }
    }
    without_ending(bones)
}

fn sounds(word: &str) -> String {
    let mut sounds = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        match SOUNDS.iter().find(|(written, _)| rest.starts_with(written)) {
            Some((written, sound)) => {
                sounds.push_str(sound);
                rest = &rest[written.len()..];
            }
            None => {
                sounds.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    sounds
}

/// A nasal end is often not written, and the last vowel is the grammar's.
fn without_ending(mut bones: Vec<char>) -> String {
    if let [.., vowel, 'n' | 'm'] = bones[..]
        && is_vowel(vowel)
        && bones.len() > SHORTEST + 1
    {
        bones.pop();
    }
    while bones.len() > SHORTEST && bones.last().is_some_and(|last| is_vowel(*last)) {
        bones.pop();
    }
    bones.into_iter().collect()
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_word_share_their_skeleton() {
        for spellings in [
            &["kal", "kaal"][..],
            &["nahi", "nahin", "nahee"],
            &["paisa", "paise", "pesa"],
            &["acha", "accha", "achha"],
            &["theek", "thik", "tik"],
            &["dhanyavad", "dhanyawad", "dhanyavaad"],
            &["mujhe", "muje"],
            &["shaadi", "shadi"],
            &["zaroor", "jarur"],
        ] {
            let bones: Vec<String> = spellings.iter().map(|word| skeleton(word)).collect();
            assert!(bones.windows(2).all(|pair| pair[0] == pair[1]), "{spellings:?}: {bones:?}");
        }
    }

    #[test]
    fn other_words_have_others() {
        for (one, other) in [("kal", "kam"), ("ghar", "gori"), ("dost", "dast"), ("bank", "banana")]
        {
            assert_ne!(skeleton(one), skeleton(other));
        }
    }

    #[test]
    fn anything_has_one() {
        for word in ["", "a", "n", "ñ", "aeiou", "hhh", "日本"] {
            skeleton(word);
        }
    }
}
