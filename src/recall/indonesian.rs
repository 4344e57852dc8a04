//! A light stemmer for Indonesian and Malay: what stands before and behind a
//! root is cut while enough of it is left.

/// Possessives and particles.
const PARTICLES: &[&str] = &["nya", "lah", "kah", "pun", "ku", "mu"];
/// What makes other words of a root, at its end.
const SUFFIXES: &[&str] = &["kan", "an", "i"];
/// The same at its beginning, with the letter that the root lost to it.
#[rustfmt::skip]
const PREFIXES: &[(&str, &str)] = &[
    ("menge", ""), ("penge", ""), ("meng", ""), ("peng", ""), ("meny", "s"), ("peny", "s"),
    ("mem", ""), ("pem", ""), ("men", ""), ("pen", ""), ("ber", ""), ("ter", ""), ("per", ""),
    ("me", ""), ("pe", ""), ("di", ""), ("ke", ""), ("se", ""),
];
/// A root has at least so many letters.
const ROOT: usize = 4;

/// The root of a folded word, or what may pass for it.
pub(super) fn stem(word: &str) -> String {
    let cut = PREFIXES.iter().find_map(|(prefix, lost)| {
        let rest = word.strip_prefix(prefix)?;
        (rest.len() + lost.len() >= ROOT).then(|| format!("{lost}{rest}"))
    });
    let word = cut.unwrap_or_else(|| word.to_owned());
    without_lost_letter(without_end(without_end(&word, PARTICLES), SUFFIXES))
}

fn without_end<'a>(word: &'a str, ends: &[&str]) -> &'a str {
    let enough = |end: &str, rest: &&str| rest.len() >= ROOT + usize::from(end.len() == 1);
    let cut = |end: &&str| word.strip_suffix(*end).filter(|rest| enough(end, rest));
    ends.iter().find_map(cut).unwrap_or(word)
}

/// A root that begins with k, p or t loses it behind a nasal (memakai is of
/// pakai), so all do without.
fn without_lost_letter(root: &str) -> String {
    match root.strip_prefix(['k', 'p', 't']) {
        Some(rest) if rest.len() >= ROOT && rest.starts_with(['a', 'e', 'i', 'o', 'u']) => {
            rest.to_owned()
        }
        _ => root.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_root_meet() {
        for words in [
            &["beli", "membeli", "dibeli", "belikan"][..],
            &["pakai", "memakai", "dipakai"],
            &["rumah", "rumahnya", "rumahku"],
            &["makan", "makanan"],
            &["tulis", "menulis"],
            &["sewa", "menyewa", "disewa"],
            &["kirim", "mengirim", "dikirim", "kirimkan"],
            &["alergi"],
        ] {
            let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{words:?}: {stems:?}");
        }
    }
}
