//! How long a text is for a model.

use std::sync::LazyLock;

use tiktoken_rs::CoreBPE;

/// OpenAI's current encoding, used for every model: exact for theirs, close
/// for others. Costs some 50 MB and 0.2 s, so it is loaded at first use.
static ENCODING: LazyLock<Option<CoreBPE>> = LazyLock::new(|| tiktoken_rs::o200k_base().ok());

/// The number of tokens in `text` (o200k).
pub fn count(text: &str) -> u32 {
    let exact = ENCODING.as_ref().map(|encoding| encoding.encode_ordinary(text).len());
    // The encoding is compiled in; a quarter of the bytes is only a fallback.
    u32::try_from(exact.unwrap_or(text.len() / 4 + 1)).unwrap_or(u32::MAX)
}

/// The beginning of `text` that has at most so many tokens.
pub fn cut(text: &str, most: u32) -> &str {
    let mut kept = text;
    loop {
        let size = count(kept);
        if size <= most {
            return kept;
        }
        // In proportion: fewer characters each time, and soon few enough.
        let chars = kept.chars().count() as u64 * u64::from(most) / u64::from(size);
        let end = kept.char_indices().nth(usize::try_from(chars).unwrap_or(usize::MAX));
        kept = end.map_or(kept, |(end, _)| &kept[..end]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_counted_as_the_model_counts_them() {
        assert_eq!(count(""), 0);
        assert_eq!(count("hello world"), 2);
        assert!(count("नमस्ते, आप कैसे हैं?") < 20);
    }
    #[test]
    fn a_text_is_cut_to_what_fits() {
        let text = "words and नमस्ते and 你好 👋🏽 ".repeat(50);
        for most in [0, 1, 2, 7, 50, 333] {
            let kept = cut(&text, most);
            assert!(count(kept) <= most && text.starts_with(kept), "{most}");
        }
        assert!(cut(&text, 200).len() > 300, "and not to much less");
        assert_eq!(cut("short", 100), "short");
    }
}
