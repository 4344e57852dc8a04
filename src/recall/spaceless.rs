//! Scripts that write no spaces: Chinese, Japanese, Thai and its neighbours.
//! Small words are the only borders that can be seen without a dictionary.

/// Chinese, kana, Thai, Lao, Burmese, Khmer.
pub(super) fn is_spaceless(c: char) -> bool {
    is_alphabet(c) || is_kana(c) || is_ideograph(c)
}

/// Thai, Lao, Burmese, Khmer: letters, not syllables or words.
pub(super) fn is_alphabet(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3005}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
        || matches!(c, '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}')
}

/// Signs that are small words of Chinese.
const SMALL_SIGNS: &str =
    "的了吗嗎呢吧啊呀么麼嘛们們我你您他她它是在有和与與就都也很不没沒这這那哪谁誰什怎请請";

/// Small words of Thai, longest first.
#[rustfmt::skip]
const SMALL_WORDS: &[&str] = &[
    "เมื่อไหร่", "เมื่อไร", "อย่างไร", "เท่าไหร่", "เท่าไร", "ที่ไหน", "ทำไม", "อะไร", "ยังไง", "ไหม", "หรือ", "แล้ว", "ดิฉัน",
    "ครับ", "และ", "ของ", "เป็น", "ที่", "ไม่", "ได้", "ให้", "ว่า", "ฉัน", "คุณ", "ค่ะ", "นะคะ", "คือ", "ใคร", "ผม", "จะ", "คะ",
    "นะ", "ใน", "มี", "ก็",
];

/// How sentences of Japanese end, longest first, and its mark of an object.
#[rustfmt::skip]
const ENDS: &[&str] = &[
    "いただけますか", "くださって", "でしょうか", "なりました", "ございます", "ください", "ましたか", "ませんか", "ましょう",
    "でしょう", "ですか", "ました", "ません", "でした", "ですが", "ですね", "ますか", "という", "ます", "です", "を",
];

/// The stretches of a spaceless text between its small words.
pub(super) fn runs(text: &str) -> impl Iterator<Item = String> {
    let chinese = !text.contains(is_kana);
    let borders = match () {
        () if text.starts_with(is_alphabet) => SMALL_WORDS,
        () if chinese => &[],
        () => ENDS,
    };
    let cut = borders.iter().fold(text.to_owned(), |cut, word| cut.replace(word, " "));
    let small = |c: &char| c.is_whitespace() || chinese && SMALL_SIGNS.contains(*c);
    let mut runs = vec![String::new()];
    for c in cut.chars() {
        match runs.last_mut() {
            Some(run) if !small(&c) => run.push(c),
            _ => runs.push(String::new()),
        }
    }
    runs.into_iter().filter(|run| !run.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_words_are_borders() {
        for (text, expected) in [
            ("我的猫叫什么名字", &["猫叫", "名字"][..]),
            ("แมวของฉันชื่ออะไร", &["แมว", "ชื่อ"]),
            ("猫の名前", &["猫の名前"]),
            ("予約を変更できますか", &["予約", "変更でき"]),
            ("的", &[]),
        ] {
            assert_eq!(runs(text).collect::<Vec<_>>(), expected);
        }
    }
}
