//! Windows that close, and switches that stay on.

use std::time::Duration;

use super::gate::{Switches, Window};
use super::*;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn template() -> Value {
    let content = json!({ "name": "news", "language": { "code": "en_US" } });
    json!({ "messaging_product": "whatsapp", "to": ANA, "type": "template", "template": content })
}

#[tokio::test]
async fn a_day_after_the_last_message_only_a_template_arrives_through_meta() {
    let world = World::new().await;
    let ana = world.ana().await;
    world.sandbox.clock.advance(DAY);
    assert_eq!(world.graph(&text(ANA, "still there?")).await.unwrap().status(), 200);
    world.sandbox.settled().await;
    let status = world.told()["value"]["statuses"][0].clone();
    assert_eq!(
        (&status["status"], &status["errors"][0]["code"]),
        (&"failed".into(), &131_047.into())
    );
    assert_eq!(status["biz_opaque_callback_data"], "delivery-7");
    assert_eq!(world.seen().len(), 1);
    assert_eq!(world.graph(&template()).await.unwrap().status(), 200);
    assert_eq!(ana.texts(), ["[template] news"]);

    world.sandbox.meta(0).window(Window::Refuses);
    assert_eq!(code(world.graph(&text(ANA, "hi")).await.unwrap()).await, (400, 131_047));
    ana.says("I am back").await;
    assert_eq!(world.graph(&text(ANA, "hi")).await.unwrap().status(), 200);
    assert_eq!(ana.texts().len(), 2);
}

#[tokio::test]
async fn nobody_who_never_wrote_is_written_to_freely_through_twilio() {
    let world = World::new().await;
    let twilio = world.sandbox.twilio(0);
    let ana = twilio.person("Ana", ANA);
    let to = format!("whatsapp:+{ANA}");
    let callback = format!("{}/status?delivery=7", lock(&world.sandbox.app).url);
    let base = [("To", to.as_str()), ("From", SENDER), ("StatusCallback", callback.as_str())];
    let sid = "HX00000000000000000000000000000001";
    let free = [&base[..], &[("Body", "hi")]].concat();
    let content =
        [&base[..], &[("ContentSid", sid), ("ContentVariables", "{\"1\":\"x\"}")]].concat();
    assert_eq!(world.twilio(&free).await.status(), 201);
    world.sandbox.settled().await;
    let form = world.seen()[0].form();
    let of = |name| twilio::field(&form, name);
    assert_eq!((of("MessageStatus"), of("ErrorCode")), (Some("failed"), Some("63016")));
    assert_eq!(world.twilio(&content).await.status(), 201);
    assert_eq!(ana.texts(), ["[template]"]);
    let page: Value =
        world.twilio_get("/2010-04-01/Accounts/AC01/Messages.json").await.json().await.unwrap();
    assert_eq!(page["messages"][1]["error_code"], 63_016);

    twilio.window(Window::Refuses);
    assert_eq!(code(world.twilio(&free).await).await, (400, 63_016));
}

#[tokio::test]
async fn a_switch_stays_on_until_it_is_off() {
    let world = World::new().await;
    let ana = world.ana().await;
    let (meta, twilio) = (world.sandbox.meta(0), world.sandbox.twilio(0));
    twilio.person("Ana", ANA).says("hi").await;
    let to = format!("whatsapp:+{ANA}");
    let form = [("To", to.as_str()), ("From", SENDER), ("Body", "hi")];
    let none = Switches::default();
    for (on, graph, rest) in [
        (Switches { provider_down: true, ..none }, (500, 131_000), (500, 20_500)),
        (Switches { token_revoked: true, ..none }, (401, 190), (401, 20_003)),
        (Switches { unpaid: true, ..none }, (400, 131_042), (401, 20_003)),
    ] {
        meta.switch(on);
        twilio.switch(on);
        assert_eq!(meta.switches(), on);
        for _ in 0..2 {
            assert_eq!(code(world.graph(&text(ANA, "hi")).await.unwrap()).await, graph);
            assert_eq!(code(world.twilio(&form).await).await, rest);
        }
    }
    meta.switch(Switches { lose_answers: true, ..none });
    assert!(world.graph(&text(ANA, "one")).await.is_err());
    meta.switch(Switches { window_closed: true, ..none });
    assert_eq!(world.graph(&text(ANA, "two")).await.unwrap().status(), 200);
    meta.switch(none);
    assert_eq!(world.graph(&text(ANA, "three")).await.unwrap().status(), 200);
    assert_eq!(ana.texts(), ["one", "three"]);
}

#[tokio::test]
async fn late_receipts_come_when_they_may() {
    let world = World::new().await;
    world.ana().await;
    let meta = world.sandbox.meta(0);
    meta.switch(Switches { late_receipts: true, ..Switches::default() });
    for body in ["one", "two"] {
        world.graph(&text(ANA, body)).await.unwrap();
    }
    world.sandbox.settled().await;
    assert_eq!(world.seen().len(), 0);
    meta.switch(Switches::default());
    world.sandbox.settled().await;
    assert_eq!(world.seen().len(), 6);
}

#[tokio::test]
async fn typing_dots_are_noted_with_their_time() {
    let world = World::new().await;
    let ana = world.ana().await;
    let message = ana.message("hm");
    let read = json!({
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message["id"],
        "typing_indicator": { "type": "text" },
    });
    ana.sends(message).await;
    let begin = world.sandbox.clock.now();
    for _ in 0..2 {
        world.graph(&read).await.unwrap();
        world.sandbox.clock.advance(Duration::from_secs(20));
    }
    assert_eq!(ana.saw_typing(), [begin, begin + Duration::from_secs(20)]);
    assert_eq!(world.sandbox.calls().pop().unwrap().at, begin + Duration::from_secs(20));
}
