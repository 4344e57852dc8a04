//! What people do with their phones, as Meta tells it.

use super::*;

fn message(change: &Value) -> &Value {
    &change["value"]["messages"][0]
}

#[tokio::test]
async fn a_tap_answers_with_the_choice_and_quotes() {
    let world = World::new().await;
    let ana = world.ana().await;
    let button = json!({ "type": "reply", "reply": { "id": "y", "title": "Yes" } });
    let rows = json!([{ "rows": [{ "id": "r", "title": "Row", "description": "First" }] }]);
    for (kind, action) in [
        ("button", json!({ "buttons": [button] })),
        ("list", json!({ "button": "Choose", "sections": rows })),
    ] {
        let mut body = text(ANA, "");
        body["type"] = "interactive".into();
        body["interactive"] =
            json!({ "type": kind, "body": { "text": "Well?" }, "action": action });
        body.as_object_mut().unwrap().remove("text");
        assert_eq!(world.graph(&body).await.unwrap().status(), 200);
    }
    world.sandbox.settled().await;
    let [buttons, list] = [0, 1].map(|n| ana.inbox()[n].id.clone());
    assert_eq!(ana.taps(&buttons, "y").await, 200);
    let told = world.told();
    assert_eq!(message(&told)["context"]["id"], buttons.as_str());
    assert_eq!(
        message(&told)["interactive"],
        json!({ "type": "button_reply", "button_reply": { "id": "y", "title": "Yes" } })
    );
    assert_eq!(ana.taps(&list, "Row").await, 200);
    let picked = message(&world.told())["interactive"]["list_reply"].clone();
    assert_eq!(picked, json!({ "id": "r", "title": "Row", "description": "First" }));
    assert_eq!(ana.taps(&list, "nothing").await, 0);
}

#[tokio::test]
async fn a_person_edits_revokes_and_reacts() {
    let world = World::new().await;
    let ana = world.ana().await;
    world.graph(&text(ANA, "hello")).await.unwrap();
    let answer = ana.inbox()[0].id.clone();
    let written = ana.message("see you at ten");
    let wamid = written["id"].as_str().unwrap().to_owned();
    ana.sends(written).await;

    assert_eq!(ana.edits(&wamid, "see you at nine").await, 200);
    assert_eq!(message(&world.told())["edit"]["message"]["text"]["body"], "see you at nine");
    let bubble = ana.bubble(&wamid).unwrap();
    assert_eq!((bubble.text.as_str(), bubble.edited), ("see you at nine", true));

    assert_eq!(ana.revokes(&wamid).await, 200);
    assert_eq!(message(&world.told())["revoke"]["original_message_id"], wamid.as_str());
    assert!(ana.bubble(&wamid).unwrap().revoked);

    assert_eq!(ana.reacts(&answer, "❤️").await, 200);
    assert_eq!(ana.inbox()[0].reactions[0].emoji, "❤️");
    ana.reacts(&answer, "").await;
    assert!(ana.inbox()[0].reactions.is_empty());
}

#[tokio::test]
async fn moves_are_told_without_contacts_and_the_chat_moves_along() {
    let world = World::new().await;
    let ana = world.sandbox.meta(0).person_with_id("Ana", ANA, NOBODY);
    ana.says("hi").await;
    world.graph(&text(ANA, "hello")).await.unwrap();
    world.sandbox.settled().await;

    let (answer, ana) = ana.changes_number("15550100099").await;
    assert_eq!(answer, 200);
    let told = world.told();
    assert_eq!(told["value"]["contacts"], Value::Null);
    assert_eq!(message(&told)["from"], ANA);
    assert_eq!(message(&told)["system"]["type"], "user_changed_number");
    assert_eq!(message(&told)["system"]["wa_id"], "15550100099");
    assert_eq!(ana.texts(), ["hello"]);

    let new = "US.10000000000000000099";
    let (answer, ana) = ana.changes_user_id(new).await;
    assert_eq!(answer, 200);
    let system = message(&world.told())["system"].clone();
    assert_eq!((&system["previous_user_id"], &system["user_id"]), (&NOBODY.into(), &new.into()));

    let (answer, _) = ana.user_id_updated("US.10000000000000000098").await;
    assert_eq!(answer, 200);
    let told = world.told();
    assert_eq!(told["field"], "user_id_update");
    assert_eq!(told["value"]["user_id_update"][0]["user_id"]["previous"], new);
}

#[tokio::test]
async fn the_business_speaks_itself_and_meta_about_it() {
    let world = World::new().await;
    let (meta, ana) = (world.sandbox.meta(0), world.ana().await);
    assert_eq!(meta.human_reply(&ana, "I'll do it myself").await, 200);
    let told = world.told();
    assert_eq!(told["field"], "smb_message_echoes");
    assert_eq!(told["value"]["message_echoes"][0]["to"], ANA);
    assert_eq!(ana.texts(), ["I'll do it myself"]);

    assert_eq!(meta.standby(&ana, ana.message("for the other one")).await, 200);
    let told = world.told();
    assert_eq!((&told["field"], &message(&told)["from"]), (&"standby".into(), &ANA.into()));

    assert_eq!(meta.field("account_update", json!({ "event": "DISABLED_UPDATE" })).await, 200);
    assert_eq!(world.told()["value"], json!({ "event": "DISABLED_UPDATE" }));

    let wamid = ana.inbox()[0].id.clone();
    meta.send_priced_status(&wamid, "delivered", meta::Pricing::GeneralPurposeAi).await;
    let pricing = world.told()["value"]["statuses"][0]["pricing"].clone();
    assert_eq!(
        (&pricing["category"], &pricing["billable"]),
        (&"general_purpose_ai".into(), &true.into())
    );
}

#[tokio::test]
async fn every_other_kind_has_its_object() {
    let world = World::new().await;
    let ana = world.ana().await;
    let form = json!({ "size": "L" });
    for (sent, kind, pointer, value) in [
        (ana.location(1.5, 2.5, Some(("Inn", "Road 1"))), "location", "/location/name", "Inn"),
        (
            ana.contact_card("Ben Bo", "15550100012"),
            "contacts",
            "/contacts/0/phones/0/wa_id",
            "15550100012",
        ),
        (ana.shared_contact(ANA), "contacts", "/origin", "contact_request"),
        (ana.quick_reply("wamid.t", "YES", "Yes"), "button", "/button/payload", "YES"),
        (
            ana.flow_reply("wamid.f", &form),
            "interactive",
            "/interactive/nfm_reply/response_json",
            "{\"size\":\"L\"}",
        ),
        (
            ana.order("please", &[("tea", 2, 1.5)]),
            "order",
            "/order/product_items/0/product_retailer_id",
            "tea",
        ),
        (ana.unsupported(Some("poll")), "unsupported", "/unsupported/type", "poll"),
        (ana.welcome_request(), "request_welcome", "/type", "request_welcome"),
        (ana.from_ad(ana.message("hi")), "text", "/referral/source_type", "ad"),
        (
            ana.about_product(ana.message("is it there?"), "tea"),
            "text",
            "/context/referred_product/product_retailer_id",
            "tea",
        ),
    ] {
        assert_eq!(ana.sends(sent).await, 200);
        let told = world.told();
        assert_eq!(message(&told)["type"], kind);
        assert_eq!(message(&told).pointer(pointer).unwrap(), value);
    }
    let told = ana.forwarded(ana.message("a joke"), true);
    assert_eq!(told["context"], json!({ "frequently_forwarded": true }));
    assert_eq!(ana.unsupported(None)["errors"][0]["code"], 131_051);
}
