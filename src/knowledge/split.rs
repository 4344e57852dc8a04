//! From a text to its sections: under headings, and where one is long, cut at
//! the borders of paragraphs. No word is lost.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag};

/// A section has at most so many bytes: some 300 tokens of English.
const LONGEST: usize = 1200;

/// Where a long text is cut, the better places first.
const BORDERS: &[&str] = &["\n\n", "\n", ". ", "? ", "! ", "。", "।", "؟", " "];

/// A section of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The headings above it, `Haircuts > Children`; may be empty.
    pub path: String,
    /// What stands there; empty under a heading that says it all.
    pub text: String,
}

/// Something of a Markdown text that is not told as it stands.
#[derive(Debug)]
pub struct Mark {
    /// Where it is.
    pub at: Range<usize>,
    /// Its level and words; `None` = a comment, which is not told at all.
    pub heading: Option<(HeadingLevel, String)>,
}

/// The sections of a Markdown text.
pub fn markdown(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut path: Vec<(HeadingLevel, String)> = Vec::new();
    let (mut body, mut from) = (String::new(), 0);
    for Mark { at, heading } in marks(text) {
        body.push_str(&text[from..at.start]);
        from = at.end;
        let Some((level, words)) = heading else { continue };
        let childless = path.last().is_some_and(|(above, _)| *above >= level);
        add(&mut pieces, &path, &std::mem::take(&mut body), childless);
        path.retain(|(above, _)| *above < level);
        path.push((level, words));
    }
    body.push_str(&text[from..]);
    add(&mut pieces, &path, &body, !path.is_empty());
    pieces
}

/// The sections of a text without headings, or of what stands under one.
pub fn plain(path: &str, text: &str) -> Vec<Piece> {
    cut(text).into_iter().map(|text| Piece { path: path.into(), text: text.into() }).collect()
}

/// Headings and comments that stand by themselves, in order.
pub fn marks(text: &str) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut depth = 0;
    let options = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    for (event, at) in Parser::new_ext(text, options).into_offset_iter() {
        match &event {
            Event::Start(Tag::Heading { level, .. }) if depth == 0 => {
                marks.push(Mark { at, heading: Some((*level, String::new())) });
            }
            Event::Start(Tag::HtmlBlock) if depth == 0 && is_comment(&text[at.clone()]) => {
                marks.push(Mark { at, heading: None });
            }
            Event::Text(words) | Event::Code(words) => say(&mut marks, at.start, words),
            Event::SoftBreak | Event::HardBreak => say(&mut marks, at.start, " "),
            _ => {}
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    marks
}

/// Words of the heading they stand in, if it is one.
fn say(marks: &mut [Mark], at: usize, words: &str) {
    if let Some(Mark { at: whole, heading: Some((_, heading)) }) = marks.last_mut()
        && whole.contains(&at)
    {
        heading.push_str(words);
    }
}

fn is_comment(html: &str) -> bool {
    let inside = html.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    inside.is_some_and(|inside| !inside.contains("-->"))
}

/// A heading without anything below it still says something.
fn add(pieces: &mut Vec<Piece>, path: &[(HeadingLevel, String)], body: &str, childless: bool) {
    let path = path.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(" > ");
    let before = pieces.len();
    pieces.extend(plain(&path, body));
    if pieces.len() == before && childless {
        pieces.push(Piece { path, text: String::new() });
    }
}

/// Parts that are not too long, each as long as it can be.
fn cut(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (part, more) = rest.split_at(border(rest));
        parts.push(part.trim_end());
        rest = more.trim_start();
    }
    parts
}

/// Where the first part ends: at the last good border, unless that makes it
/// very short.
fn border(text: &str) -> usize {
    if text.len() <= LONGEST {
        return text.len();
    }
    let most = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let window = &text[..most];
    let last = |border: &&str| window.rfind(*border).map(|at| at + border.len());
    let good = |at: &usize| *at >= LONGEST / 4;
    BORDERS.iter().filter_map(last).find(good).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn solid(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace()).collect()
    }

    fn paths(text: &str) -> Vec<String> {
        markdown(text).into_iter().map(|piece| piece.path).collect()
    }

    #[test]
    fn headings_of_both_kinds_and_none_in_code_or_quotes() {
        let text = "First\n=====\n\none\n\nSecond `x`\n---\n\n```\n# no heading\n```\n\n> # quoted\n\n# *Third*\n\ntwo";
        assert_eq!(paths(text), ["First", "First > Second x", "Third"]);
        assert!(markdown(text)[1].text.contains("# no heading"));
    }

    #[test]
    fn a_heading_with_nothing_below_it_is_told() {
        let text = "# Open\n\n## Closed on Sundays\n## Parking\n\nBehind the house.";
        assert_eq!(paths(text), ["Open > Closed on Sundays", "Open > Parking"]);
        assert_eq!(paths("# No dogs"), ["No dogs"]);
    }

    #[test]
    fn what_stands_above_headings_is_told_and_comments_are_not() {
        let text =
            "---\nauthor: Ana\n---\n\nHello.\n\n<!-- mine\nalone -->\n\n# One\n\na <!-- here --> b";
        let pieces = markdown(text);
        assert_eq!((pieces[0].path.as_str(), pieces.len()), ("", 2));
        assert!(pieces[0].text.contains("Ana") && !pieces[0].text.contains("mine"));
        assert_eq!(pieces[1].text, "a <!-- here --> b");
    }

    #[test]
    fn long_texts_are_cut_between_paragraphs_then_lines_then_sentences() {
        let paragraph = "word ".repeat(150);
        let text = format!("{paragraph}\n\n{paragraph}\n\n{paragraph}");
        let pieces = plain("", &text);
        assert_eq!(pieces.len(), 3);
        assert!(pieces.iter().all(|piece| piece.text == paragraph.trim()));
        let sentences = "One two three. ".repeat(120);
        assert!(plain("", &sentences).iter().all(|piece| piece.text.ends_with("three.")));
        assert_eq!(plain("", &"中".repeat(1000)).len(), 3);
        assert_eq!(plain("", " \n\n "), []);
    }

    proptest! {
        #[test]
        fn no_word_is_lost(text in "[a-z#=>`\\-<!\\[\\] .。ж中\n\r\t]{0,4000}") {
            let pieces = plain("", &text);
            prop_assert!(pieces.iter().all(|piece| piece.text.len() <= LONGEST));
            let kept: String = pieces.iter().map(|piece| solid(&piece.text)).collect();
            prop_assert_eq!(kept, solid(&text));
        }

        #[test]
        fn of_markdown_all_is_told_but_what_is_marked(text in "([#=>`\\-]{0,3}[ \n]{0,2}[a-zж<!> ]{0,30}\n{1,2}){0,60}") {
            let mut left = text.clone();
            for mark in marks(&text).iter().rev() {
                left.replace_range(mark.at.clone(), "");
            }
            let kept: String = markdown(&text).iter().map(|piece| solid(&piece.text)).collect();
            prop_assert_eq!(kept, solid(&left));
        }

        #[test]
        fn every_heading_and_paragraph_is_found_in_order(
            parts in proptest::collection::vec((0usize..4, "[a-z]{1,8}( [a-z]{1,8}){0,300}"), 1..12),
        ) {
            let line = |(level, words): &(usize, String)| match level {
                0 => words.clone(),
                level => format!("{} {words}", "#".repeat(*level)),
            };
            let text = parts.iter().map(line).collect::<Vec<_>>().join("\n\n");
            let pieces = markdown(&text);
            let bodies = parts.iter().filter(|(level, _)| *level == 0);
            let bodies: String = bodies.map(|(_, words)| solid(words)).collect();
            let kept: String = pieces.iter().map(|piece| solid(&piece.text)).collect();
            prop_assert_eq!(kept, bodies);
            for (_, heading) in parts.iter().filter(|(level, _)| *level > 0) {
                prop_assert!(pieces.iter().any(|piece| piece.path.split(" > ").any(|h| h == heading)));
            }
        }
    }
}
