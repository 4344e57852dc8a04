//! What Twilio takes and what it refuses, its list, and answers in TwiML.

use super::*;

#[tokio::test]
async fn each_parameter_is_checked() {
    let world = World::new().await;
    let ana = world.sandbox.twilio(0).person("Ana", ANA);
    ana.says("hi").await;
    let to = format!("whatsapp:+{ANA}");
    let sid = ("ContentSid", "HX00000000000000000000000000000001");
    let send = async |more: &[(&str, &str)]| {
        let base = [("To", to.as_str()), ("From", SENDER)];
        world.twilio(&[&base[..], more].concat()).await
    };
    for (more, expected) in [
        (&[("MediaUrl", "ftp://shop.example/a.png")][..], 21_620),
        (&[("MediaUrl", "https://a.example/1"), ("MediaUrl", "https://a.example/2")], 21_623),
        (&[("ContentSid", "HX1")], 21_655),
        (&[("Body", "hi"), ("ContentVariables", "{}")], 21_654),
        (&[sid, ("ContentVariables", "[1]")], 21_656),
        (&[sid, ("ContentVariables", "{\"1\":2}")], 21_656),
        (&[sid, ("Body", "hi")], 20_001),
        (&[("PersistentAction", "geo:91,1|Inn")], 20_001),
        (&[("Body", "hi"), ("StatusCalback", "x")], 20_001),
        (&[("Body", "hi"), ("ValidityPeriod", "0")], 20_001),
        (&[("Body", "hi"), ("StatusCallback", "https://elsewhere.example")], 21_609),
    ] {
        assert_eq!(code(send(more).await).await, (400, expected), "{more:?}");
    }
    for (more, shown) in [
        (&[("Body", "look"), ("MediaUrl", "https://shop.example/a.png")][..], "[media] look"),
        (&[("PersistentAction", "geo:1.5,-2.5|Inn")], "[location]"),
        (&[sid, ("ContentVariables", "{\"1\":\"x\"}")], "[template]"),
    ] {
        assert_eq!(send(more).await.status(), 201);
        assert_eq!(ana.texts().pop().unwrap(), shown);
    }
}

#[tokio::test]
async fn what_the_app_missed_stays_in_the_list_page_by_page() {
    let world = World::new().await;
    let ana = world.sandbox.twilio(0).person("Ana", ANA);
    world.answers(StatusCode::SERVICE_UNAVAILABLE, "");
    ana.says("0").await;
    let missed: Vec<_> = (1..5).map(|n| ana.says_while_down(&n.to_string())).collect();
    assert_eq!(world.seen().len(), 1);
    let own = "whatsapp%3A%2B15550100000";
    let mut next = format!(
        "/2010-04-01/Accounts/AC01/Messages.json?To={own}&DateSent%3E=2026-11-23&PageSize=2"
    );
    let mut found = Vec::new();
    for left in [2, 1, 0] {
        let page: Value = world.twilio_get(&next).await.json().await.unwrap();
        found.extend(page["messages"].as_array().unwrap().clone());
        // What comes meanwhile moves no page.
        ana.says_while_down("late");
        match page["next_page_uri"].as_str() {
            Some(uri) => next = uri.to_owned(),
            None => assert_eq!(left, 0),
        }
    }
    let bodies: Vec<_> = found.iter().map(|one| one["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["4", "3", "2", "1", "0"]);
    assert_eq!(found[0]["sid"], missed[3].as_str());
    let newest = &found[0];
    assert_eq!(
        (&newest["direction"], &newest["status"], &newest["num_media"]),
        (&"inbound".into(), &"received".into(), &"0".into())
    );
    let one: Value = world.twilio_get(newest["uri"].as_str().unwrap()).await.json().await.unwrap();
    assert_eq!(one["sid"], newest["sid"]);
    assert_eq!(world.found(&[("DateSent", "2026-11-22")]).await, 0);
}

#[tokio::test]
async fn an_answer_in_twiml_has_receipts_of_its_own() {
    let world = World::new().await;
    let ana = world.sandbox.twilio(0).person("Ana", ANA);
    let callback = format!("{}/webhooks/twilio/status?delivery=7", lock(&world.sandbox.app).url);
    world.answers(
        StatusCode::OK,
        &format!(
            "<Response><Message statusCallback=\"{callback}\"><Body>Look</Body>\
             <Media>https://shop.example/a.png</Media></Message></Response>"
        ),
    );
    ana.says("hi").await;
    world.sandbox.settled().await;
    assert_eq!(ana.texts(), ["[media] Look"]);
    let id = ana.inbox()[0].id.clone();
    let seen = world.seen();
    let told: Vec<_> = seen[1..].iter().map(Seen::form).collect();
    let statuses: Vec<_> = told.iter().map(|form| twilio::field(form, "MessageStatus")).collect();
    assert_eq!(statuses, [Some("sent"), Some("delivered"), Some("read")]);
    assert_eq!(seen[1].path, "/webhooks/twilio/status?delivery=7");
    assert_eq!(seen[1].header("x-twilio-signature"), signing::twilio("12345", &callback, &told[0]));
    assert_eq!(twilio::field(&told[0], "MessageSid"), Some(id.as_str()));
}

#[tokio::test]
async fn an_answer_that_is_too_long_reaches_nobody() {
    let world = World::new().await;
    let ana = world.sandbox.twilio(0).person("Ana", ANA);
    let long = "x".repeat(1601);
    world.answers(StatusCode::OK, &format!("<Response><Message>{long}</Message></Response>"));
    ana.says("hi").await;
    assert!(ana.texts().is_empty());
}
