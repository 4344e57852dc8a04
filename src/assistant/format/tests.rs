use proptest::prelude::*;

use super::*;

#[test]
fn a_short_text_is_one_message_and_blank_text_is_none() {
    assert_eq!(split("  hello\n", 4096), ["hello"]);
    assert!(split(" \n\t ", 4096).is_empty() && split("", 10).is_empty());
}

#[test]
fn the_best_place_within_reach_is_taken() {
    assert_eq!(split("One two.\n\nThree four five.", 20), ["One two.", "Three four five."]);
    assert_eq!(split("- one two\n- three four", 15), ["- one two", "- three four"]);
    assert_eq!(split("It rains. It pours now.", 18), ["It rains.", "It pours now."]);
    assert_eq!(split("alpha beta gamma", 11), ["alpha beta", "gamma"]);
    assert_eq!(split("alpha beta", 10), ["alpha beta"]);
    assert_eq!(split("你好。再见了朋友", 6), ["你好。", "再见了朋友"]);
    let stub = format!("Hi.\n\n{}", "word ".repeat(10));
    assert!(split(&stub, 40)[0].len() > 30, "a stub is no message of its own");
}

#[test]
fn a_word_longer_than_a_message_is_cut_at_the_limit() {
    let pieces = split(&"x".repeat(10_000), 4096);
    assert_eq!(pieces.iter().map(String::len).collect::<Vec<_>>(), [4096, 4096, 1808]);
}

#[test]
fn families_flags_and_syllables_stay_whole() {
    let family = "👨‍👩‍👧‍👦";
    for piece in split(&family.repeat(50), 64) {
        assert_eq!(piece.len() % family.len(), 0);
    }
    let flags = split(&"🇧🇷🇮🇳".repeat(20), 10);
    assert!(flags.iter().all(|piece| piece == "🇧🇷🇮🇳"), "{flags:?}");
    let greeting = "नमस्ते".repeat(30);
    for piece in split(&greeting, 17) {
        assert!(piece.starts_with(['न', 'म', 'स']), "{piece}");
    }
}

#[test]
fn a_character_larger_than_a_message_can_not_stop_the_world() {
    let monster = format!("a{}", "\u{301}".repeat(100));
    let pieces = split(&monster, 10);
    assert_eq!(pieces.concat(), monster);
    assert!(pieces.iter().all(|piece| units(piece) <= 10));
}

fn texts() -> impl Strategy<Value = String> {
    let bit = prop_oneof![
        4 => "[a-z]{1,12}",
        2 => Just(" ".to_owned()),
        1 => "[ \n\r\t]{1,3}",
        1 => "[.!?]",
        1 => Just("👩‍👩‍👧‍👦".to_owned()),
        1 => Just("🇮🇩".to_owned()),
        1 => Just("क्षत्रिय".to_owned()),
        1 => Just("漢字。".to_owned()),
        1 => Just("e\u{301}".to_owned()),
        1 => Just(" \u{301}".to_owned()),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(bit, 0..120).prop_map(|bits| bits.concat())
}

proptest! {
    #[test]
    fn pieces_fit_join_back_and_hold_whole_characters(text in texts(), limit in 16usize..80) {
        let pieces = split(&text, limit);
        let solid = |text: &str| -> String {
            text.graphemes(true).filter(|cluster| !is_blank(cluster)).collect()
        };
        prop_assert_eq!(solid(&pieces.concat()), solid(&text));
        let clusters: Vec<&str> = text.graphemes(true).collect();
        let fits = clusters.iter().all(|cluster| units(cluster) <= limit);
        for piece in &pieces {
            prop_assert!(!piece.is_empty() && units(piece) <= limit);
            let whole = piece.graphemes(true).all(|cluster| clusters.contains(&cluster));
            prop_assert!(whole || !fits, "{:?}", piece);
        }
    }
}

#[test]
fn a_block_of_code_that_is_cut_is_whole_in_each_piece() {
    let text = "Run this:\n```\none two\n  three\nfour\n```\nDone.";
    let pieces = split(text, 28);
    assert_eq!(pieces, ["Run this:\n```\none two\n```", "```\n  three\nfour\n```\nDone."]);
    assert_eq!(split("```\none\n```", 12), ["```\none\n```"]);
    assert_eq!(split("```\nabcdefghijklmnopqrstuvw\n```", 20).len(), 2, "one long word");
    assert_eq!(split("see ``` here and there", 16), ["see ``` here and", "there"], "no block");
}

#[test]
fn a_pair_of_marks_stays_together_if_it_can() {
    assert_eq!(split("alpha beta *gamma delta* x", 20), ["alpha beta", "*gamma delta* x"]);
    assert_eq!(split("2 * 3 and 4 * 5 or so", 14), ["2 * 3 and 4 *", "5 or so"]);
}

fn texts_with_code() -> impl Strategy<Value = String> {
    let block = prop::collection::vec("( {0,3}[a-z]{1,9}|[a-z]{1,40})( [a-z]{1,9}){0,2}\n", 1..12);
    let block = block.prop_map(|lines| format!("```\n{}```", lines.concat()));
    let bit = prop_oneof![
        2 => block.prop_map(|block| format!("\n{block}\n")),
        3 => "([a-z]{1,12}|[a-z]{20}|\\*[a-z ]{1,9}\\*|[ \n]{1,3}|[.!?] )",
        1 => Just("漢字。👩‍👩‍👧‍👦".to_owned()),
    ];
    prop::collection::vec(bit, 0..30).prop_map(|bits| bits.concat())
}

proptest! {
    #[test]
    fn blocks_of_code_are_closed_in_each_piece(text in texts_with_code(), limit in 28usize..90) {
        let pieces = split(&text, limit);
        for piece in &pieces {
            prop_assert!(units(piece) <= limit, "{:?}", piece);
            let parts: Vec<&str> = piece.split("```").collect();
            prop_assert!(parts.len() % 2 == 1, "{:?}", piece);
            for code in parts.iter().skip(1).step_by(2) {
                prop_assert!(!code.trim().is_empty() && code.starts_with('\n'), "{:?}", piece);
            }
        }
        let solid = |text: &str| -> String {
            text.replace("```", "").graphemes(true).filter(|cluster| !is_blank(cluster)).collect()
        };
        prop_assert_eq!(solid(&pieces.concat()), solid(&text));
    }
}
