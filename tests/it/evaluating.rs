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

    fn eval(&self, more: &[&str]) -> (i32, String, String) {
        eval(self.folder.path(), &[&["cases.toml", "--config", "olifant.toml"], more].concat())
    }
}

fn eval(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = olifant(&[&["eval"], arguments].concat());
    let Output { status, stdout, stderr } = command.current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
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
    assert!(bench.story.model.told().contains("Lisbon"), "the profile is known");
    assert!(!bench.folder.path().join("store").exists(), "nothing is kept");
}

#[tokio::test]
async fn a_tool_a_judge_and_several_tries_are_looked_at() {
    let bench = Bench::new(
        "[[case]]\nname = \"notes\"\nquestion = \"My name is Ana\"\ntool = \"remember\"\n\
         [[case]]\nname = \"polite\"\nquestion = \"hello\"\njudge = \"Is it polite?\"\n",
    )
    .await;
    let note = json!({ "key": "name", "value": "Ana", "quote": "My name is Ana" });
    bench.story.model.will([Say::Call("remember", note), Say::Text("Hello Ana")]);
    let (code, out, err) = bench.eval(&["--case", "notes", "--json"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &told[0]["passed"], told.as_array().unwrap().len()),
        (0, &json!(1), 1),
        "{err}"
    );

    let judged = [Say::Text("Hi."), Say::Text("YES."), Say::Text("Go."), Say::Text("NO: rude.")];
    bench.story.model.will(judged);
    let (code, out, _) = bench.eval(&["--case", "polite", "--repeat", "2", "--json"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    assert_eq!((&told[0]["passed"], &told[0]["tried"]), (&json!(1), &json!(2)));
    assert_eq!(told[0]["why"], "judged: NO: rude.");
    assert_eq!(told[0]["spent"]["tokens_in"], 400, "the judge's tokens count");
}

#[tokio::test]
async fn a_file_that_can_not_be_meant_so_is_named_with_line_and_remedy() {
    let bench = Bench::new("[[case]]\nname = \"a\"\nquestion = \"b\"\nmust_sy = [\"c\"]\n").await;
    let (code, _, err) = bench.eval(&[]);
    assert_eq!(code, 78);
    assert!(err.contains("cases.toml: line 4: unknown field `must_sy`"), "{err}");
    assert!(bench.story.model.asked().is_empty());
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
