use super::*;

fn imported(text: &str) -> Imported {
    let now = "2026-03-01T00:00:00Z".parse().unwrap();
    transfer::read(text.as_bytes(), &Options::at(now)).unwrap()
}

fn line(n: usize, text: &str) -> String {
    format!("{{\"role\":\"user\",\"text\":\"{text}\",\"id\":\"m{n}\"}}\n")
}

#[test]
fn batches_are_small_and_keep_the_order() {
    let text: String = (0..1201).map(|n| line(n, "hi")).collect();
    let batches = batches(archives(imported(&text), None, "chat"));
    let sizes: Vec<usize> = batches.iter().map(|batch| batch.turns.len()).collect();
    assert_eq!(sizes, [500, 500, 201]);
    let ids = batches.iter().flat_map(|batch| &batch.turns).map(|turn| turn.id.as_str());
    assert!(ids.eq((0..1201).map(|n| format!("m{n}"))));
    assert!(batches.iter().all(|batch| batch.archive == "chat"));
}

#[test]
fn long_texts_make_batches_shorter_and_the_longest_has_one_of_its_own() {
    let long = "a".repeat(BATCH_BYTES - 10);
    let longest = "a".repeat(2 * BATCH_BYTES);
    let text = [line(0, "hi"), line(1, &long), line(2, &longest), line(3, "hi")].concat();
    let batches = batches(archives(imported(&text), None, "chat"));
    let sizes: Vec<usize> = batches.iter().map(|batch| batch.turns.len()).collect();
    assert_eq!(sizes, [2, 1, 1]);
}

#[test]
fn an_export_goes_into_an_archive_for_each_number_unless_one_is_named() {
    let message = r#"{"id": "ID", "role": "person", "at": "2026-01-01T00:00:00Z", "text": "hi"}"#;
    let on = |number: &str| {
        let message = message.replace("ID", number);
        format!("{{\"number\": \"{number}\", \"messages\": [{message}]}}")
    };
    let export = format!(
        "{{\n\"olifant_export\": 1, \"exported_at\": \"2026-01-01T00:00:00Z\",\n\
         \"person\": {{\"since\": \"2026-01-01T00:00:00Z\"}},\n\
         \"profile\": [{{\"key\": \"plan\", \"value\": 1, \"origin\": \"api\",\n\
         \"at\": \"2026-01-01T00:00:00Z\"}}], \"instructions\": \"be brief\",\n\
         \"conversations\": [{}, {}]}}",
        on("shop"),
        on("bar")
    );
    let names = |named| archives(imported(&export), named, "file").into_keys().collect::<Vec<_>>();
    assert_eq!(names(None), ["bar", "shop"]);
    assert_eq!(names(Some("file")), ["file"]);
    let keys: Vec<String> = facts(&imported(&export)).into_iter().map(|fact| fact.key).collect();
    assert_eq!(keys, ["plan", INSTRUCTIONS]);
}

#[test]
fn the_outcome_is_told_in_words() {
    let outcome = Outcome {
        turns: CameIn { new: 3, known: 2, expired: 0 },
        facts: CameIn { new: 1, known: 0, expired: 1 },
        skipped: BTreeMap::from([(Reason::Notice, 1), (Reason::Faulty, 3)]),
        faulty_lines: vec![2, 7],
    };
    assert_eq!(
        words(&outcome),
        "3 messages came in\n2 messages were here already\n1 key of the profile came in\n\
         1 key of the profile is over since\n1 notice was left out\n\
         3 faulty lines were left out (lines 2, 7, ...)"
    );
    assert_eq!(words(&Outcome::default()), "0 messages came in");
}
