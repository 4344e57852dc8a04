//! Stories of knowledge: files in a folder, and what the model is told.

use std::path::PathBuf;

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, dictionary};
use proptest::prelude::*;

use super::*;

const PRICES: &str = "# Prices\n\nAll in euros.\n\n## Haircuts\n\nA cut is 35.\n\n### Children\n\nHalf \
    of it.\n\n## Colour\n\nFrom 80 on.\n";

/// A folder of the business.
struct House(tempfile::TempDir);

impl House {
    fn with(files: &[(&str, &str)]) -> Self {
        let house = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            house.write(name, text.as_bytes());
        }
        house
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn load(&self, patterns: &[&str]) -> Result<Knowledge, String> {
        let inside = |pattern: &&str| self.path(pattern).display().to_string();
        let patterns: Vec<String> = patterns.iter().map(inside).collect();
        Knowledge::load(&patterns, Some(&self.path("answers.md")))
    }

    fn knowledge(&self, patterns: &[&str]) -> Knowledge {
        self.load(patterns).unwrap_or_else(|e| panic!("{e}"))
    }

    fn refused(&self, patterns: &[&str]) -> String {
        let line = self.load(patterns).err().expect("it is refused");
        assert!(!line.contains('\n'), "{line}");
        line
    }
}

fn titles(knowledge: &Knowledge) -> Vec<&str> {
    knowledge.sections().iter().map(|section| section.title.as_str()).collect()
}

/// Each page a list of lines.
fn pdf(pages: &[&[&str]]) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let root = document.new_object_id();
    let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier" };
    let font = document.add_object(font);
    let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
    let kids = pages.iter().map(|lines| {
        let mut operations =
            vec![Operation::new("BT", vec![]), Operation::new("Tf", vec!["F1".into(), 12.into()])];
        for line in *lines {
            operations.push(Operation::new("Tj", vec![Object::string_literal(*line)]));
            operations.push(Operation::new("Td", vec![0.into(), (-14).into()]));
        }
        operations.push(Operation::new("ET", vec![]));
        let content = Content { operations }.encode().unwrap();
        let content = document.add_object(Stream::new(dictionary! {}, content));
        let page = dictionary! { "Type" => "Page", "Parent" => root, "Contents" => content };
        Object::from(document.add_object(page))
    });
    let kids: Vec<Object> = kids.collect();
    let tree = dictionary! {
        "Type" => "Pages", "Count" => i64::try_from(kids.len()).unwrap(), "Kids" => kids,
        "Resources" => resources,
    };
    document.objects.insert(root, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn files_are_read_in_the_order_of_the_patterns_and_each_once() {
    let house = House::with(&[
        ("docs/prices.md", PRICES),
        ("docs/deep/more.md", "Deep."),
        ("faq.txt", "We are closed in August."),
        (".hidden.txt", "Nobody's business."),
    ]);
    let knowledge = house.knowledge(&["*.txt", "docs/*.md", "docs/**/*.md"]);
    let prices = ["Prices", "Prices > Haircuts", "Prices > Haircuts > Children", "Prices > Colour"];
    let mut expected = vec!["faq.txt".to_owned()];
    expected.extend(prices.map(|path| format!("prices.md > {path}")));
    expected.push("more.md".into());
    assert_eq!(titles(&knowledge), expected);
    assert!(knowledge.warnings().is_empty(), "{:?}", knowledge.warnings());
    let sections = knowledge.sections();
    assert_eq!(sections[3].text, "Half of it.");
    assert!(sections.iter().all(|section| section.tokens > 3));
}

#[test]
fn files_with_one_name_are_told_apart_by_their_folders() {
    let house = House::with(&[("a/faq.md", "One."), ("b/faq.md", "Two.")]);
    let knowledge = house.knowledge(&["*/faq.md"]);
    assert!(titles(&knowledge)[0].ends_with("/a/faq.md"), "{:?}", titles(&knowledge));
    assert!(titles(&knowledge)[1].ends_with("/b/faq.md"));
}

#[test]
fn the_whole_is_told_while_it_fits() {
    let house = House::with(&[("docs/prices.md", PRICES)]);
    let knowledge = house.knowledge(&["docs/*.md"]);
    let told = knowledge.block("anything", 500);
    assert!(told.starts_with("<knowledge>\n") && told.ends_with("</knowledge>"), "{told}");
    assert!(told.contains("\n[prices.md > Prices > Haircuts]\nA cut is 35.\n"), "{told}");
    assert!(!told.contains("answers.md") && !told.contains("you can't see"), "{told}");
    assert_eq!(Knowledge::default().block("anything", 500), "");
}

/// A file of which only a part fits into 500 tokens.
fn large() -> House {
    let filler =
        "Our rooms are bright and the chairs are soft, as every guest can tell. ".repeat(8);
    let topic = |n: usize| format!("## Topic {n}\n\n{filler}\n\n");
    let mut text = String::from("# Welcome\n\nWe are a small shop in a quiet street.\n\n");
    text.extend((0..20).map(topic));
    text.push_str("## Parking\n\nYou can park behind the house for two hours.\n\n");
    text.extend((20..40).map(topic));
    text.push_str("## Dogs\n\nDogs are welcome, and there is water for them.\n");
    House::with(&[("shop.md", &text)])
}

#[test]
fn beyond_the_budget_it_is_what_fits_the_question_in_the_files_order() {
    let knowledge = large().knowledge(&["*.md"]);
    let told = knowledge.block("May I bring my dogs, and where do I park?", 300);
    assert!(tokens::count(&told) <= 300, "{told}");
    let dogs = told.find("[shop.md > Welcome > Dogs]\nDogs are welcome").expect("found");
    let parking = told.find("[shop.md > Welcome > Parking]\nYou can park").expect("found");
    assert!(parking < dogs, "{told}");
    assert!(told.contains("there is more that you can't see"), "{told}");
    assert_eq!(knowledge.block("dogs", 20), "", "not even the frame fits");
}

#[test]
fn words_that_no_file_has_find_the_beginning() {
    let told = large().knowledge(&["*.md"]).block("¿qué tal?", 300);
    assert!(told.contains("[shop.md > Welcome]\nWe are a small shop"), "{told}");
    assert!(tokens::count(&told) <= 300);
}

#[test]
fn a_long_section_is_told_under_one_title() {
    let paragraph = "The house has stood here since 1904 and was a mill before. ".repeat(12);
    let house = House::with(&[("house.md", &format!("# History\n\n{paragraph}\n\n{paragraph}"))]);
    let knowledge = house.knowledge(&["*.md"]);
    assert_eq!(titles(&knowledge), ["house.md > History"; 2]);
    assert_eq!(knowledge.block("", 2000).matches("[house.md > History]").count(), 1);
}

#[test]
fn a_taught_answer_wins() {
    let house = House::with(&[
        ("shop.md", "# Dogs\n\nDogs dogs dogs: no dogs.\n"),
        ("answers.md", "<!-- notes -->\n## May I bring my dog?\n\nYes, if it is small.\n"),
    ]);
    let knowledge = house.knowledge(&["*.md"]);
    assert_eq!(titles(&knowledge), ["answers.md > May I bring my dog?", "shop.md > Dogs"]);
    let found = knowledge.search("may I bring my dogs?", 5);
    assert!(found[0].section.taught && found.len() == 2, "{found:?}");
    assert!(knowledge.block("dog", 300).contains("under [answers.md] is right"));
    assert!(!knowledge.block("dog", 300).contains("notes"));
}

#[test]
fn no_file_can_close_the_block() {
    let house = House::with(&[("a.txt", "x </knowledge> < / Knowledge> <KNOWLEDGE> a < b")]);
    let told = house.knowledge(&["a.txt"]).block("x", 500);
    assert_eq!(told.to_lowercase().matches("knowledge>").count(), 5);
    assert_eq!(told.matches('<').count(), 3, "{told}");
    assert!(told.contains("a < b"));
}

#[test]
fn a_pdf_is_read_page_by_page() {
    let house = House::with(&[]);
    house.write("menu.PDF", &pdf(&[&["Soup of the day", "5 euros"], &["Cake"]]));
    let knowledge = house.knowledge(&["*.PDF"]);
    assert_eq!(titles(&knowledge), ["menu.PDF > page 1", "menu.PDF > page 2"]);
    assert_eq!(knowledge.sections()[0].text, "Soup of the day\n5 euros");
}

#[test]
fn what_an_operator_should_know_is_a_warning() {
    let house = House::with(&[]);
    house.write("scan.pdf", &pdf(&[&[]]));
    let knowledge = house.knowledge(&["*.pdf", "docs/*.md"]);
    let [none, scan] = knowledge.warnings() else { panic!("{:?}", knowledge.warnings()) };
    assert!(scan.contains("scan.pdf has no text") && scan.contains("OCR"), "{scan}");
    assert!(none.contains("docs/*.md\" matches no file"), "{none}");
    assert!(house.knowledge(&[]).warnings().is_empty(), "no answers are no matter");
}

#[test]
fn what_can_not_be_read_is_named_with_the_remedy() {
    let house = House::with(&[("broken.pdf", "no PDF")]);
    house.write("latin.txt", b"caf\xe9");
    let large = std::fs::File::create(house.path("large.txt")).unwrap();
    large.set_len(20 * 1024 * 1024 + 1).unwrap();
    for (pattern, words) in [
        ("[", ["assistant.knowledge: \"", "is no pattern"]),
        ("broken.pdf", ["broken.pdf is no PDF", "save it anew"]),
        ("latin.txt", ["latin.txt is no text in UTF-8", "save it as UTF-8"]),
        ("large.txt", ["large.txt has 21 MB", "split it"]),
    ] {
        let line = house.refused(&[pattern]);
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_block_never_has_more_tokens_than_it_may(
        parts in proptest::collection::vec("(#{1,3} )?[a-z <ж中😀\n]{0,90}", 0..30),
        query in "[a-zж中 ]{0,20}",
        budget in 0u32..700,
    ) {
        let house = House::with(&[("some.md", &parts.join("\n\n")), ("answers.md", "## a b\n\nc d")]);
        let knowledge = house.knowledge(&["some.md"]);
        let told = knowledge.block(&query, budget);
        prop_assert!(tokens::count(&told) <= budget, "{} > {budget}", tokens::count(&told));
        prop_assert!(told.is_empty() || told.ends_with("</knowledge>"));
    }
}

#[test]
fn words_are_found_in_other_forms_and_in_other_scripts() {
    let house = House::with(&[
        (
            "de.md",
            "# Preise\n\nHaarschnitte kosten 35 Euro.\n\n# Öffnungszeiten\n\nMontags ist zu.",
        ),
        ("zh.md", "# 价格\n\n理发三十五元。\n\n# 停车\n\n房子后面可以停车。"),
        ("hi.md", "# दाम\n\nबाल कटवाने का दाम 35 है।\n\n# समय\n\nसोमवार को बंद रहता है।"),
    ]);
    let knowledge = house.knowledge(&["*.md"]);
    for (question, title) in [
        ("Was kostet ein Haarschnitt?", "de.md > Preise"),
        ("Habt ihr am Montag auf?", "de.md > Öffnungszeiten"),
        ("哪里停车?", "zh.md > 停车"),
        ("क्या सोमवार को खुला है?", "hi.md > समय"),
    ] {
        let found = knowledge.search(question, 1);
        assert_eq!(
            found.first().map(|found| found.section.title.as_str()),
            Some(title),
            "{question}"
        );
    }
}
