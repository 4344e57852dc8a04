//! What the Cloud API takes and what it refuses, kind by kind.

use super::*;

fn of(kind: &str, content: Value) -> Value {
    json!({ "messaging_product": "whatsapp", "to": ANA, "type": kind, kind: content })
}

fn interactive(kind: &str, action: Value) -> Value {
    let body = json!({ "text": "Which one?" });
    of("interactive", json!({ "type": kind, "body": body, "action": action }))
}

fn buttons(titles: &[&str]) -> Value {
    let button = |(n, title): (usize, &&str)| json!({ "type": "reply", "reply": { "id": n.to_string(), "title": title } });
    json!({ "buttons": titles.iter().enumerate().map(button).collect::<Vec<_>>() })
}

fn list(sections: &[(Option<&str>, usize)]) -> Value {
    let section = |(n, (title, rows)): (usize, &(Option<&str>, usize))| {
        let row = |row| json!({ "id": format!("{n}-{row}"), "title": "A row" });
        let rows: Vec<_> = (0..*rows).map(row).collect();
        match title {
            Some(title) => json!({ "title": title, "rows": rows }),
            None => json!({ "rows": rows }),
        }
    };
    let sections: Vec<_> = sections.iter().enumerate().map(section).collect();
    json!({ "button": "Choose", "sections": sections })
}

/// The same with another value, or one more.
fn but(mut body: Value, pointer: &str, key: &str, value: Value) -> Value {
    body.pointer_mut(pointer).unwrap()[key] = value;
    body
}

fn link(url: &str) -> Value {
    let parameters = json!({ "display_text": "Open", "url": url });
    interactive("cta_url", json!({ "name": "cta_url", "parameters": parameters }))
}

fn template(parameters: Value) -> Value {
    let components = json!([{ "type": "body", "parameters": parameters }]);
    let language = json!({ "code": "en_US" });
    of("template", json!({ "name": "news", "language": language, "components": components }))
}

const PICTURE: &str = "https://shop.example/a.png";

#[tokio::test]
async fn every_kind_goes() {
    let world = World::new().await;
    let ana = world.ana().await;
    let header = json!({ "type": "image", "image": { "link": PICTURE } });
    let card = json!({ "name": { "formatted_name": "Ben", "first_name": "Ben" },
        "phones": [{ "phone": "+15550100012", "type": "WORK" }] });
    let whole = interactive("button", buttons(&["Yes", "No", "Later"]));
    let whole = but(whole, "/interactive", "header", header);
    let whole = but(whole, "/interactive", "footer", json!({ "text": "Answer soon" }));
    let quoting = but(text(ANA, "hi"), "", "context", json!({ "message_id": "wamid.x" }));
    for (body, shown) in [
        (but(text(ANA, "see"), "/text", "preview_url", true.into()), "see"),
        (quoting, "hi"),
        (of("image", json!({ "link": PICTURE, "caption": "look" })), "[image] look"),
        (of("audio", json!({ "link": PICTURE, "voice": true })), "[audio]"),
        (of("document", json!({ "link": PICTURE, "filename": "a.pdf" })), "[document]"),
        (of("sticker", json!({ "link": PICTURE })), "[sticker]"),
        (whole, "Which one?"),
        (interactive("list", list(&[(None, 10)])), "Which one?"),
        (interactive("list", list(&[(Some("One"), 5), (Some("Two"), 5)])), "Which one?"),
        (link("https://shop.example"), "Which one?"),
        (interactive("location_request_message", json!({ "name": "send_location" })), "Which one?"),
        (
            of("location", json!({ "latitude": 1.5, "longitude": -2.5, "name": "Inn" })),
            "[location] Inn",
        ),
        (of("contacts", json!([card])), "[contacts] Ben"),
        (template(json!([{ "type": "text", "text": "Ana" }])), "[template] news"),
    ] {
        assert_eq!(world.graph(&body).await.unwrap().status(), 200, "{body}");
        assert_eq!(ana.texts().pop().unwrap(), shown);
    }
    assert_eq!(ana.inbox()[1].quotes.as_deref(), Some("wamid.x"));
}

#[tokio::test]
async fn what_is_over_a_limit_misplaced_or_misspelt_is_refused() {
    let world = World::new().await;
    world.ana().await;
    let x = |count: usize| Value::from("x".repeat(count));
    let yes = || interactive("button", buttons(&["Yes"]));
    let rows = || interactive("list", list(&[(None, 1)]));
    let image = || of("image", json!({ "link": PICTURE }));
    for body in [
        but(image(), "/image", "caption", x(1025)),
        but(image(), "/image", "id", "1".into()),
        of("image", json!({})),
        of("image", json!({ "link": "ftp://shop.example/a.png" })),
        of("sticker", json!({ "link": PICTURE, "caption": "no" })),
        of("audio", json!({ "link": PICTURE, "caption": "no" })),
        of("video", json!({ "link": PICTURE, "filename": "no" })),
        interactive("button", buttons(&[])),
        interactive("button", buttons(&["1", "2", "3", "4"])),
        interactive("button", buttons(&["Same", "Same"])),
        interactive("button", buttons(&["twenty-one letters ..."])),
        but(yes(), "/interactive/body", "text", x(1025)),
        but(yes(), "/interactive", "footer", json!({ "text": "x".repeat(61) })),
        but(yes(), "/interactive", "header", json!({ "type": "text", "text": "x".repeat(61) })),
        but(yes(), "/interactive/action/buttons/0/reply", "id", x(257)),
        but(yes(), "/interactive/action/buttons/0/reply", "payload", x(1)),
        interactive("list", list(&[])),
        interactive("list", list(&[(Some("One"), 5), (Some("Two"), 6)])),
        interactive("list", list(&[(Some("One"), 1), (None, 1)])),
        interactive("list", list(&[(Some("One"), 0)])),
        but(rows(), "/interactive/body", "text", x(4097)),
        but(rows(), "/interactive/action", "button", x(21)),
        but(rows(), "/interactive/action/sections/0", "title", x(25)),
        but(rows(), "/interactive/action/sections/0/rows/0", "id", x(201)),
        but(rows(), "/interactive/action/sections/0/rows/0", "title", x(25)),
        but(rows(), "/interactive/action/sections/0/rows/0", "description", x(73)),
        but(
            rows(),
            "/interactive",
            "header",
            json!({ "type": "image", "image": { "link": PICTURE } }),
        ),
        link("shop.example"),
        but(link(PICTURE), "/interactive/action/parameters", "display_text", x(21)),
        interactive("location_request_message", json!({ "name": "send_place" })),
        interactive("carousel", json!({})),
        of("location", json!({ "latitude": "1.5", "longitude": 2 })),
        of("location", json!({ "latitude": 91, "longitude": 2 })),
        of("contacts", json!([])),
        of("contacts", json!([{ "name": { "first_name": "Ben" } }])),
        of("contacts", json!([{ "name": { "formatted_name": "Ben" }, "vcard": "x" }])),
        of("template", json!({ "name": "news", "language": "en_US" })),
        template(json!([{ "type": "text" }])),
        template(json!([{ "type": "words", "text": "Ana" }])),
        but(
            of("reaction", json!({ "message_id": "wamid.x", "emoji": "👍" })),
            "",
            "context",
            json!({ "message_id": "wamid.x" }),
        ),
        but(text(ANA, "hi"), "/text", "prewiev_url", true.into()),
    ] {
        assert_eq!(code(world.graph(&body).await.unwrap()).await, (400, 100), "{body}");
    }
    let to_itself = but(text(ANA, "hi"), "", "to", "15550100000".into());
    assert_eq!(code(world.graph(&to_itself).await.unwrap()).await, (400, 131_021));
}

#[tokio::test]
async fn a_refusal_says_where_the_mistake_is() {
    let world = World::new().await;
    let body = of("image", json!({ "link": PICTURE, "captoin": "look" }));
    let answer: Value = world.graph(&body).await.unwrap().json().await.unwrap();
    let details = answer["error"]["error_data"]["details"].as_str().unwrap();
    assert!(details.starts_with("image") && details.contains("captoin"), "{details}");
}

#[tokio::test]
async fn a_reaction_sits_on_the_message_and_is_only_sent() {
    let world = World::new().await;
    let ana = world.ana().await;
    let message = ana.message("look at this");
    let wamid = message["id"].as_str().unwrap().to_owned();
    ana.sends(message).await;
    world.seen().clear();
    let react =
        |target: &str, emoji: &str| of("reaction", json!({ "message_id": target, "emoji": emoji }));
    assert_eq!(world.graph(&react(&wamid, "👍")).await.unwrap().status(), 200);
    world.sandbox.settled().await;
    assert_eq!(ana.bubble(&wamid).unwrap().reactions[0].emoji, "👍");
    assert_eq!(ana.texts().len(), 0, "it is no message");
    assert_eq!(world.seen().len(), 1);
    assert_eq!(world.told()["value"]["statuses"][0]["status"], "sent");
    assert_eq!(world.graph(&react(&wamid, "")).await.unwrap().status(), 200);
    assert!(ana.bubble(&wamid).unwrap().reactions.is_empty());
    for wrong in [react("wamid.none", "👍"), react(&wamid, "yes")] {
        assert_eq!(code(world.graph(&wrong).await.unwrap()).await, (400, 131_009), "{wrong}");
    }
}
