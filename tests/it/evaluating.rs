//! `olifant eval`: cases asked of the assistant by the true binary, and
//! nothing of it kept or sent.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::binary::olifant;
use crate::harness::Story;
use crate::model::Say;

const PRICES: &str =
    "[limits]\nturns_per_day = 1\n[limits.prices.stand-in]\ninput = 1.0\noutput = 1.0\n";

/// A configuration, and cases.
struct Bench {
    story: Story,
    folder: tempfile::TempDir,
}

impl Bench {
    async fn new(cases: &str) -> Self {
        let story = Story::asleep("", "").await;
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "[store]\nurl = \"sled:store\"\n[llm]\nbase_url = \"{}/v1\"\napi_key = \"key\"\n\
             model = \"stand-in\"\n[assistant]\nintroduce = false\n{PRICES}",
            story.model_url()
        );
        std::fs::write(folder.path().join("olifant.toml"), config).unwrap();
        std::fs::write(folder.path().join("cases.toml"), cases).unwrap();
        Self { story, folder }
    }

    /// More of the configuration.
    fn configure(&self, more: &str) {
        let file = self.folder.path().join("olifant.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, format!("{text}{more}")).unwrap();
    }

    fn will(&self, script: impl IntoIterator<Item = Say>) -> &Self {
        self.story.model.will(script);
        self
    }

    fn eval(&self, more: &[&str]) -> (i32, String, String) {
        eval(self.folder.path(), &[&["cases.toml", "--config", "olifant.toml"], more].concat())
    }

    /// The exit code, and what programs read.
    fn told(&self, more: &[&str]) -> (i32, Value) {
        let (code, out, err) = self.eval(&[more, &["--json"]].concat());
        (code, serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}")))
    }
}

fn eval(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = olifant(&[&["eval"], arguments].concat());
    let Output { status, stdout, stderr } = command.current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// One case of a question, and what is tested.
fn case(name: &str, test: &str) -> String {
    format!("[[case]]\nname = \"{name}\"\nquestion = \"hello\"\n{test}\n")
}

#[tokio::test]
async fn what_passes_and_what_fails_is_told_with_its_reason_and_its_price() {
    let bench = Bench::new(
        "[[case]]\nname = \"repeats\"\nturns = [\"one\", \"two\"]\nmust_say = [\"TWÓ\"]\n\
         [[case]]\nname = \"hours\"\nquestion = \"When?\"\nmust_say = [\"nine\"]\n\
         profile = { city = \"Lisbon\" }\n",
    )
    .await;
    let (code, out, err) = bench.eval(&[]);
    assert_eq!(code, 1, "{out}{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[1].starts_with("repeats") && lines[1].contains("1/1"), "{out}");
    assert!(lines[1].contains("200 in, 20 out") && lines[1].contains("0.00022"), "{out}");
    assert!(lines[2].contains("0/1") && lines[2].contains("does not say \"nine\""), "{out}");
    assert!(lines[3].starts_with("2 cases") && lines[3].contains("1/2"), "{out}");
    assert_eq!((lines.len(), lines[0].contains("JUDGE")), (4, false), "{out}");
    assert!(bench.story.model.told().contains("Lisbon"), "the profile is known");
    assert!(!bench.folder.path().join("store").exists(), "nothing is kept");
}

#[tokio::test]
async fn words_are_whole_in_any_script_and_patterns_are_patterns() {
    let cases = [
        case("hindi", "must_say = [\"कमल\"]"),
        case("hindi, another word", "must_say = [\"कमल\"]"),
        case("arabic", "must_say = [\"مفتوح\"]\nmust_not_say = [\"كتاب\"]"),
        case("chinese", "must_say = [\"星期六\"]"),
        case(
            "portuguese",
            "must_say = [\"HORARIO\", \"/9 ?h/\"]\nmust_not_say = [\"/domingos?/\"]",
        ),
        case("no sundays", "must_not_say = [\"/domingos?/\"]"),
    ];
    let bench = Bench::new(&cases.concat()).await;
    bench.will([
        Say::Text("यह कमल है।"),
        Say::Text("यह कमला है।"),
        Say::Text("المتجر مَفتوح، هذه كتابة"),
        Say::Text("我们星期六开门"),
        Say::Text("O horário é *9H*."),
        Say::Text("Aos Domingos não."),
    ]);
    let (code, told) = bench.told(&[]);
    let reasons: Vec<&Value> =
        told["cases"].as_array().unwrap().iter().map(|c| &c["why"]).collect();
    let none = &Value::Null;
    let (other, sunday) = (&json!("does not say \"कमल\""), &json!("says /domingos?/"));
    assert_eq!((code, reasons), (1, vec![none, other, none, none, none, sunday]));
}

#[tokio::test]
async fn a_tool_that_has_to_be_called_or_must_not_be_is_looked_for() {
    let notes = "[[case]]\nname = \"notes\"\nquestion = \"My name is Ana\"\ntool = \"remember\"\n";
    let bench = Bench::new(&(notes.to_owned() + &case("greets", "no_tool = true"))).await;
    let note = || json!({ "key": "name", "value": "Ana", "quote": "My name is Ana" });
    bench.will([Say::Call("remember", note()), Say::Text("Hello Ana")]);
    let (code, told) = bench.told(&["--case", "notes"]);
    assert_eq!((code, told["cases"].as_array().unwrap().len()), (0, 1), "{told}");
    assert_eq!(told["total"]["passed"], 1);

    bench.will([Say::Text("Hi"), Say::Call("remember", note()), Say::Text("Hello")]);
    let (code, told) = bench.told(&[]);
    assert_eq!(code, 1);
    assert_eq!(told["cases"][0]["why"], "did not call remember (called: none)");
    assert_eq!(told["cases"][1]["why"], "called remember");
}

#[tokio::test]
async fn a_reason_stands_with_the_answer_that_it_is_of() {
    let bench = Bench::new(&case("hours", "must_say = [\"nine\"]")).await;
    bench.will([Say::Text("At nine."), Say::Text("At ten."), Say::Text("At nine, yes.")]);
    let (code, told) = bench.told(&["--repeat", "3"]);
    let hours = &told["cases"][0];
    assert_eq!((code, &hours["passed"], &hours["tried"]), (1, &json!(2), &json!(3)));
    assert_eq!(
        (&hours["why"], &hours["answer"]),
        (&json!("does not say \"nine\""), &json!("At ten."))
    );
}

#[tokio::test]
async fn an_answer_that_was_not_made_fails_its_case_whatever_comes_after() {
    let turns = "[[case]]\nname = \"a\"\nturns = [\"one\", \"two\"]\nmust_say = [\"two\"]\n";
    let bench = Bench::new(turns).await;
    bench.will([Say::Status(400, None)]);
    let (code, told) = bench.told(&[]);
    let why = told["cases"][0]["why"].as_str().unwrap();
    assert!(code == 1 && why.starts_with("no answer was made ("), "{why}");
}

#[tokio::test]
async fn the_judge_is_the_configured_model_and_its_tokens_stand_apart() {
    let polite = case("polite", "judge = \"Is it polite?\"\nmust_not_say = [\"no\"]");
    let bench = Bench::new(&polite).await;
    let tries = [
        Say::Text("Hi."),
        Say::Text("YES."),
        Say::Text("No!"),
        Say::Text("Go."),
        Say::Text("NO: rude."),
    ];
    bench.will(tries);
    let (code, told) = bench.told(&["--repeat", "3", "--model", "other"]);
    let polite = &told["cases"][0];
    assert_eq!((code, &polite["passed"]), (1, &json!(1)), "{told}");
    assert_eq!((&polite["why"], &polite["answer"]), (&json!("judged: NO: rude."), &json!("Go.")));
    let tokens = |n: u32| json!({ "tokens_in": 100 * n, "tokens_out": 10 * n });
    let spent = &told["total"]["spent"];
    assert_eq!((&spent["assistant"], &spent["judge"]), (&tokens(3), &tokens(2)));
    let asked: Vec<Value> = bench.story.model.asked().iter().map(|r| r["model"].clone()).collect();
    assert_eq!(asked, ["other", "stand-in", "other", "other", "stand-in"], "none is asked in vain");
}

#[tokio::test]
async fn a_price_that_nobody_wrote_down_is_said_to_be_missing() {
    let bench = Bench::new(&case("polite", "judge = \"Is it polite?\"")).await;
    bench.will([Say::Text("Hi."), Say::Text("YES.")]);
    let (_, told) = bench.told(&["--model", "other"]);
    let spent = &told["total"]["spent"];
    assert_eq!((&spent["cost"], &spent["cost_at_least"]), (&Value::Null, &json!(0.00011)));
    assert_eq!((&spent["without_price"], &told["model"]), (&json!(["other"]), &json!("other")));

    bench.will([Say::Text("Hi."), Say::Text("YES.")]);
    let (code, out, _) = bench.eval(&["--model", "other"]);
    assert!(code == 0 && out.contains("at least 0.00011") && out.contains("JUDGE'S"), "{out}");
    let remedy = "The price of other is not known; write [limits.prices.\"other\"].";
    assert_eq!(out.lines().last(), Some(remedy));
}

#[tokio::test]
async fn each_business_is_asked_as_it_is_configured() {
    let bench = Bench::new(&case("who", "must_say = [\"hello\"]")).await;
    let number = |id: &str, business: &str| {
        format!(
            "[numbers.of_{business}]\nprovider = \"meta\"\nbusiness = \"{business}\"\n\
             phone_number_id = \"{id}\"\naccess_token = \"a\"\napp_secret = \"b\"\n\
             verify_token = \"c\"\n"
        )
    };
    bench.configure(&(number("15550111", "main") + &number("15550112", "shop")));
    bench.configure("[businesses.shop.assistant]\ninstructions = \"You sell shoes.\"\n");
    let (code, _, err) = bench.eval(&[]);
    assert!(code == 1 && err.contains("name one of main, shop (--business NAME)"), "{err}");
    let (code, _) = bench.told(&["--business", "shop"]);
    assert!(code == 0 && bench.story.model.told().contains("You sell shoes."));
    let (code, _) = bench.told(&["--business", "main"]);
    assert!(code == 0 && !bench.story.model.told().contains("You sell shoes."));
}

#[tokio::test]
async fn a_run_is_held_against_an_earlier_one() {
    let both = case("hours", "must_say = [\"nine\"]") + &case("rude", "must_not_say = [\"go\"]");
    let bench = Bench::new(&(both.clone() + &case("old", "must_say = [\"hello\"]"))).await;
    bench.will([Say::Text("At ten."), Say::Text("Hi.")]);
    let (_, out, _) = bench.eval(&["--json"]);
    std::fs::write(bench.folder.path().join("before.json"), out).unwrap();

    let new = case("new", "must_say = [\"hello\"]");
    std::fs::write(bench.folder.path().join("cases.toml"), both + &new).unwrap();
    bench.will([Say::Text("At nine."), Say::Text("Go.")]);
    let (code, out, _) = bench.eval(&["--against", "before.json", "--model", "other"]);
    let lines: Vec<Vec<&str>> = out
        .lines()
        .skip_while(|line| !line.contains("BEFORE"))
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(code, 1);
    let expected: [&[&str]; 8] = [
        &["CASE", "BEFORE", "NOW"],
        &["hours", "0/1", "1/1", "better"],
        &["rude", "1/1", "0/1", "worse"],
        &["new", "1/1", "new"],
        &["old", "1/1", "gone"],
        &["in both", "1/2", "1/2"],
        &["tokens", "200 in, 20 out", "200 in, 20 out"],
        &["cost", "0.00022", "unknown"],
    ];
    for line in expected {
        assert!(lines.iter().any(|found| found == line), "{line:?} in {out}");
    }

    let (_, out, err) = bench.eval(&["--against", "before.json", "--json"]);
    assert!(out.starts_with('{') && err.contains("BEFORE"), "beside what programs read: {err}");
}

#[tokio::test]
async fn what_is_no_earlier_run_is_named_before_anybody_is_asked() {
    let bench = Bench::new(&case("a", "no_tool = true")).await;
    for file in ["cases.toml", "nowhere.json"] {
        let (code, _, err) = bench.eval(&["--against", file]);
        assert!(code == 78 && err.contains(&format!("{file}: ")), "{err}");
        assert!(err.contains("name a file that olifant eval --json wrote"), "{err}");
    }
    assert!(bench.story.model.asked().is_empty());
}

#[tokio::test]
async fn a_file_that_can_not_be_meant_so_is_named_with_line_key_and_remedy() {
    for (test, told) in [
        ("must_sy = [\"c\"]", "must_sy: unknown field `must_sy`, expected one of"),
        ("tool = \"handof\"", "tool: there is no tool \"handof\"; there are offer_choices,"),
        (
            "must_say = [\"/(/\"]",
            "must_say: /(/ is no regular expression (unclosed group); correct",
        ),
    ] {
        let bench = Bench::new(&case("a", test)).await;
        let (code, _, err) = bench.eval(&[]);
        assert_eq!(code, 78);
        assert!(err.contains(&format!("cases.toml: line 4: {told}")), "{err}");
        assert!(bench.story.model.asked().is_empty());
    }
}

#[test]
fn the_example_passes_on_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[llm]\nprovider = \"demo\"\n[store]\nurl = \"sled:store\"\n";
    std::fs::write(folder.path().join("olifant.toml"), config).unwrap();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/eval.toml");
    let (code, out, err) = eval(folder.path(), &[example, "--config", "olifant.toml"]);
    assert_eq!(code, 0, "{out}{err}");
}
