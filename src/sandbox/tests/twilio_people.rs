//! What people do with their phones, as Twilio tells it.

use super::*;

#[tokio::test]
async fn every_kind_has_its_parameters() {
    let world = World::new().await;
    let ana = world.sandbox.twilio(0).person("Ana", ANA);
    let answers = json!({ "size": "L" });
    for (form, name, value) in [
        (ana.picture("look"), "MediaContentType0", "image/png"),
        (ana.video(""), "MessageType", "video"),
        (ana.voice_note(), "MediaContentType0", "audio/ogg"),
        (ana.sticker(), "MediaContentType0", "image/webp"),
        (ana.contact_card("Ben", "15550100012"), "MediaContentType0", "text/vcard"),
        (ana.location(1.5, 2.5, Some(("Inn", "Road 1"))), "Label", "Inn"),
        (ana.button("SM1", "Yes", Some("YES")), "ButtonPayload", "YES"),
        (ana.button("SM1", "Yes", None), "OriginalRepliedMessageSid", "SM1"),
        (ana.list_row("SM1", "r", "Row"), "ListId", "r"),
        (ana.flow_reply("SM1", &answers), "FlowData", "{\"size\":\"L\"}"),
        (ana.forwarded(ana.message("a joke"), true), "FrequentlyForwarded", "true"),
        (ana.from_ad(ana.message("hi")), "ReferralSourceType", "ad"),
        (ana.quoting(ana.message("yes"), "SM2"), "OriginalRepliedMessageSender", SENDER),
    ] {
        assert_eq!(ana.sends(form).await, 200);
        let seen = world.seen();
        let form = seen.last().unwrap().form();
        assert_eq!(twilio::field(&form, name), Some(value));
        let names: Vec<_> = form.iter().map(|(name, _)| name).collect();
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names.len(), "no parameter stands twice");
    }
}

#[tokio::test]
async fn an_sms_comes_from_a_bare_number_and_stands_on_no_phone() {
    let world = World::new().await;
    let ana = world.sandbox.twilio(0).person("Ana", ANA);
    assert_eq!(ana.sends(ana.sms("hi")).await, 200);
    let form = world.seen()[0].form();
    assert_eq!(twilio::field(&form, "From"), Some("+15550100011"));
    assert_eq!(twilio::field(&form, "To"), Some("+15550100000"));
    assert_eq!(ana.tick(twilio::field(&form, "MessageSid").unwrap()), None);
}

#[tokio::test]
async fn a_status_may_carry_a_code() {
    let world = World::new().await;
    let twilio = world.sandbox.twilio(0);
    let ana = twilio.person("Ana", ANA);
    ana.says("hi").await;
    twilio.receipts(Receipts::Manual);
    let to = format!("whatsapp:+{ANA}");
    let callback = format!("{}/status", lock(&world.sandbox.app).url);
    let form =
        [("To", to.as_str()), ("From", SENDER), ("Body", "hi"), ("StatusCallback", &callback)];
    world.twilio(&form).await;
    let sid = ana.inbox()[0].id.clone();
    assert_eq!(twilio.send_status(&sid, "undelivered", Some(63_024)).await, 200);
    let told = world.seen().last().unwrap().form();
    assert_eq!(twilio::field(&told, "ErrorCode"), Some("63024"));
    let path = format!("/2010-04-01/Accounts/AC01/Messages/{sid}.json");
    let one: Value = world.twilio_get(&path).await.json().await.unwrap();
    assert_eq!((&one["status"], &one["error_code"]), (&"undelivered".into(), &63_024.into()));
}
