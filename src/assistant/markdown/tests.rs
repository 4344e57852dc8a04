use proptest::prelude::*;

use super::to_whatsapp;

/// Each pair: what a model writes, what people should get.
fn check(cases: &[(&str, &str)]) {
    for (markdown, whatsapp) in cases {
        assert_eq!(to_whatsapp(markdown), *whatsapp, "of {markdown:?}");
    }
}

fn check_unchanged(texts: &[&str]) {
    for text in texts {
        assert_eq!(to_whatsapp(text), *text);
    }
}

/// As people see it: without what parts characters that would pair.
fn seen(markdown: &str) -> String {
    to_whatsapp(markdown).replace('\u{200A}', "")
}

#[test]
fn the_common_marks() {
    check(&[
        ("**bold** and __bold__", "*bold* and *bold*"),
        ("_italic_", "_italic_"),
        ("***both*** and **a _b_ c**", "*_both_* and *a _b_ c*"),
        ("~~gone~~ and ~gone~", "~gone~ and ~gone~"),
        ("run `ls -l`, then ``a b``", "run `ls -l`, then `a b`"),
        ("## Opening *hours* ##\nMonday", "*Opening hours*\nMonday"),
        ("# **All** of it", "*All of it*"),
        ("# Über uns: [here](https://a.example)", "*Über uns: here* (https://a.example)"),
    ]);
}

#[test]
fn a_single_star_is_bold_unless_the_text_speaks_markdown() {
    check(&[
        ("*Price:* 5 €, _today_", "*Price:* 5 €, _today_"),
        ("**Price:** 5 €, *today*", "*Price:* 5 €, _today_"),
        ("*a _b_ c*", "*a _b_ c*"),
    ]);
}

#[test]
fn marks_keep_to_a_line_and_off_spaces_and_words() {
    check(&[
        ("**one\ntwo**", "*one*\n*two*"),
        ("> **one\n> two**", "> *one*\n> *two*"),
        ("- **one\n  two**", "- *one*\n  *two*"),
        ("un*frigging*believable", "unfriggingbelievable"),
        ("**Total:**5", "Total:5"),
        ("**a**b and (**c**), “**d**”!", "ab and (*c*), “*d*”!"),
        ("<b></b>**`x`**", "<b></b>`x`"),
    ]);
}

#[test]
fn lists_stay_as_they_are_written() {
    check(&[
        ("* one\n* two\n  * three\n+ four", "- one\n- two\n  - three\n+ four"),
        ("- [ ] buy\n- [x] pay", "- ⬜ buy\n- ✅ pay"),
        ("* **Soup**: 5 €", "- *Soup*: 5 €"),
    ]);
    check_unchanged(&[
        "1. one\n3. three\n   - x\n\n\n7) seven",
        "- a\n\n- b\n    - c",
        "1) yes\n+ no",
    ]);
}

#[test]
fn links_show_where_they_lead() {
    check(&[
        ("[our menu](https://a.example/menu)", "our menu (https://a.example/menu)"),
        ("[https://a.example](https://a.example)", "https://a.example"),
        ("[a.example](https://a.example/)", "https://a.example/"),
        ("<https://a.example/x_y_z>", "https://a.example/x_y_z"),
        ("![A cake](https://a.example/c.png)", "A cake (https://a.example/c.png)"),
        ("![](https://a.example/c.png)", "https://a.example/c.png"),
        ("[mail us](mailto:hi@a.example), <hi@a.example>", "mail us (hi@a.example), hi@a.example"),
        ("call [+1 555 0100](tel:+15550100)", "call +1 555 0100"),
        ("**See https://a.example/_x_y now**", "*See* https://a.example/_x_y *now*"),
        ("**https://a.example**", "https://a.example"),
    ]);
}

#[test]
fn bare_links_are_never_touched() {
    for link in [
        "https://a.example/_a_/*b*/~c~?x=1&amp;y=**2**&z=`3",
        "https://a.example/wiki/A_(b)",
        "http://a.example/a_b_c~d~e/__init__.py",
        "www.a.example/*x*y",
    ] {
        let link = link.replace('`', "");
        for text in [link.clone(), format!("see {link} *now*"), format!("- {link}\n- {link}")] {
            assert!(to_whatsapp(&text).contains(&link), "{text}");
        }
    }
}

#[test]
fn tables_become_lines() {
    check(&[
        (
            "| Day | Open |\n|---|---|\n| Mon | 9-18 |\n| **Tue** | *closed* |\n\nend",
            "*Day*: Open\n*Mon*: 9-18\n*Tue*: _closed_\n\nend",
        ),
        (
            "Name | Price | Size\n--|:-:|--\nMargherita | 9 € | 30 cm\nFunghi | | 32 cm",
            "*Margherita*: Price 9 €, Size 30 cm\n*Funghi*: Size 32 cm",
        ),
        ("|a|b|c|\n|-|-|-|\n|x|1,5|2|", "*x*: b 1,5; c 2"),
        ("> |a|b|\n> |-|-|\n> |x\\|y|<br>2|", "> *a*: b\n> *x|y*: 2"),
    ]);
}

#[test]
fn code_stays_code() {
    check(&[
        ("```rust\nlet a = *b;\n```\nend", "```\nlet a = *b;\n```\nend"),
        ("~~~\n**x**\n~~~", "```\n**x**\n```"),
        ("```\ncut off", "```\ncut off\n```"),
        (
            "1. run\n   ```sh\n   ls\n     -l\n   ```\n2. done",
            "1. run\n   ```\nls\n  -l\n```\n2. done",
        ),
        ("> ```\n> a\n> b\n> ```\nc", "> ```a```\n> ```b```\nc"),
        ("a\n```\n\n```", "a\n"),
        ("`a*b` and `c*d`", "`a*b` and `c*d`"),
    ]);
    check_unchanged(&["```one\ntwo``` three", "use `x` here"]);
    assert_eq!(seen("````\n```\nx\n```\n````"), "```\n```\nx\n```\n```");
}

#[test]
fn breaks_stay_where_they_are() {
    check(&[
        ("one<br>two<br/>\nthree", "one\ntwo\nthree"),
        ("> one<br>two", "> one\n> two"),
        ("one\\\ntwo", "one\ntwo"),
        ("a\n\n***\n\nb\n\n* * *", "a\n\n---\n\nb\n\n---"),
        ("a &amp; b &lt;3", "a & b <3"),
        ("\\*a\\* \\# b", "*\u{200A}a* # b"),
    ]);
    check_unchanged(&["Dear Ana\n---\nwe are open", "one  \ntwo\n\n\nthree", "# \n#"]);
}

#[test]
fn text_that_is_markdown_by_accident_stays() {
    check_unchanged(&[
        "2 * 3 * 4 and 5*6*7, 5*3=15, 4*2=8",
        "snake_case_name",
        "a_b_c, ~/x_y, `__init__`",
        "~5 km or ~6 km",
        "10~20 and 30~40, ~/bin",
        "*unclosed and _open",
        "Pizza* 9 €\nPasta* 8 €\n*with cheese",
        "#hashtag\n    indented\n\n        more",
        "5 > 3 and 2 < 3, a | b",
        ">5 people\nC:\\dir",
        "[note]: call\n[x] y",
        "<tag> & co; ¯\\o(ツ)_/¯",
    ]);
    for text in [
        "(*) and (*), a_ _b c_",
        "x**2 and y**2, 2**3",
        "~~~~~~\nnews",
        "@_ana_, __init__.py",
        "```\n```",
    ] {
        assert_eq!(seen(text), text);
    }
}

#[test]
fn characters_that_would_pair_are_parted() {
    check(&[
        ("\\*a\\* b", "*\u{200A}a* b"),
        ("(*) and (*)", "(*\u{200A}) and (*)"),
        ("**a\\* b**", "*a\u{200A}* b*"),
        ("\\_a\\_", "_\u{200A}a_"),
        ("`a`\\`", "`a`\u{200A}`\u{200A}"),
    ]);
}

#[test]
fn all_scripts() {
    check(&[
        ("**ساعات العمل**: من *٩* إلى ٥", "*ساعات العمل*: من _٩_ إلى ٥"),
        ("यह **बहुत अच्छा** है।", "यह *बहुत अच्छा* है।"),
        ("**重点：**内容，请**注意**。", "*重点：*\u{200A}内容，请注意。"),
        ("请 **注意** 👍**ok**👍", "请 *注意* 👍*ok*👍"),
    ]);
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn plain() -> impl Strategy<Value = String> {
    let bit = prop_oneof![
        6 => "[a-zA-Zäßéñ]{1,8}",
        4 => Just(" ".to_owned()),
        2 => "[ \n]{1,6}",
        2 => "[.,!?:;'\"()+=/%€@$^{}-]{1,3}",
        1 => "(#[a-z]{3}|[0-9]{1,3}[.)] |- |\\+ |---\n|===\n|https://a\\.example/)",
        1 => "(مرحبا|नमस्ते|你好。|👍|👨‍👩‍👧)",
    ];
    prop::collection::vec(bit, 0..40).prop_map(|bits| bits.concat())
}

fn soup() -> impl Strategy<Value = String> {
    let bit = prop_oneof![
        6 => "[a-z]{1,4}",
        4 => Just(" ".to_owned()),
        2 => "[*_~`]{1,4}",
        2 => "[ \n\t\r]{1,4}",
        2 => "[-+#>|\\[\\]()!<&;\\\\:.=]{1,3}",
        1 => "(\n```\n|\n> |\n- |\n1. |\n\\|a\\|b\\|\n\\|-\\|-\\|\n|<br>|](http://a.b)|https://a.b/|- \\[ \\] )",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(bit, 0..60).prop_map(|bits| bits.concat())
}

/// Words with marks around and between them, but no blocks, links or tags.
fn marked() -> impl Strategy<Value = String> {
    let bit = prop_oneof![4 => "[a-z0-9]{1,4}", 3 => Just(" ".to_owned()), 1 => Just("\n".to_owned()),
        1 => "[.,:!?)(-]", 3 => "([*_~]{1,3}|`)"];
    prop::collection::vec(bit, 0..40)
        .prop_map(|bits| bits.concat())
        .prop_filter("a block of code", |text| !text.contains("```") && !text.contains("~~~"))
}

proptest! {
    #[test]
    fn text_without_marks_is_unchanged(text in plain()) {
        prop_assert_eq!(to_whatsapp(&text), text);
    }

    #[test]
    fn no_letter_is_lost_among_marks(text in marked()) {
        let letters = |text: &str| words(text).concat();
        prop_assert_eq!(letters(&to_whatsapp(&text)), letters(&text));
    }

    #[test]
    fn no_block_of_code_comes_from_nothing(text in soup()) {
        let whatsapp = to_whatsapp(&text);
        let fences = whatsapp.matches("```").count();
        prop_assert!(text.contains("```") || text.contains("~~~") || fences < 2, "{:?}", whatsapp);
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        to_whatsapp(&text);
    }
}
