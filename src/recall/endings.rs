//! A light stemmer for Hindi, Marathi, Bengali and Korean: endings of number,
//! case and gender are cut, and particles.

/// As they end folded words, longest of a language first.
#[rustfmt::skip]
const ENDINGS: &[&str] = &[
    "ियों", "ियां", "ियाँ", "ाओं", "ाएं", "ुओं", "ुएं", "ों", "ें", "ीं", "ां", "ओं", "एं", "ा", "ी", "े", "ि", "ु", "ू", "ो",
    "গুলোর", "গুলিকে", "গুলোকে", "গুলো", "গুলি", "দেরকে", "দের", "টার", "টির", "টাকে", "টিকে", "টা", "টি", "যের",
    "যে", "ের", "েরা", "তে", "কে", "রা", "ির", "ীর", "ে", "া", "ি", "ী", "ু", "ূ", "ো",
    "이에요", "입니다", "에서는", "에서", "에게", "한테", "으로", "까지", "부터", "예요", "이랑", "은", "는", "이", "가", "을",
    "를", "의", "에", "로", "와", "과", "도", "만", "야", "랑",
];
/// A stem has at least so many bytes: two signs of Hindi, one of Korean may
/// be a word.
const STEM: usize = 6;
const KOREAN_STEM: usize = 3;

/// The word without its ending.
pub(super) fn stem(folded: &str) -> &str {
    let least = if folded.starts_with(|c| c >= '\u{ac00}') { KOREAN_STEM } else { STEM };
    let cut = |ending: &&str| folded.strip_suffix(*ending).filter(|rest| rest.len() >= least);
    ENDINGS.iter().find_map(cut).unwrap_or(folded)
}

#[cfg(test)]
mod tests {
    use super::super::fold::{fold, plain};
    use super::*;

    #[test]
    fn endings_make_no_difference() {
        for words in [
            &["किताब", "किताबें", "किताबों"][..],
            &["लड़का", "लड़के", "लड़की", "लड़कियों"],
            &["बिल्ली", "बिल्लियां"],
            &["বই", "বইটা", "বইগুলো", "বইয়ের"],
            &["ডাক্তার", "ডাক্তারের"],
            &["생일", "생일이", "생일은"],
            &["딸", "딸의"],
        ] {
            let folded: Vec<String> =
                words.iter().map(|word| fold(&plain(word)).into_owned()).collect();
            let stems: Vec<&str> = folded.iter().map(|word| stem(word)).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{stems:?}");
        }
    }
}
