//! Answers inside the response to a webhook.

use proptest::prelude::*;

use super::*;
use crate::provider::twilio::twiml::{EMPTY, Place, answer};

/// The shop answers inside the webhook, the clinic by calls.
fn answering_inside() -> (Twilio, Clock) {
    let mut shop = config("AC1", "token", "whatsapp:+15550100001", "http://127.0.0.1:1");
    shop.reply = ReplyBy::Twiml;
    let clinic = config("AC1", "token", "whatsapp:+15550100002", "http://127.0.0.1:1");
    let numbers = vec![("shop".into(), shop), ("clinic".into(), clinic)];
    let public_url = Url::parse("https://bot.example.com").expect("an address");
    let clock = Clock::manual(now());
    (Twilio::new(numbers, watch::channel(public_url).1, stand_in::http(), clock.clone()), clock)
}

fn place(twilio: &Twilio, fields: &[(&str, &str)]) -> Option<Place> {
    twilio.place(&from_ana(fields))
}

async fn send(twilio: &Twilio, content: Content) -> Result<ProviderId, SendError> {
    let (number, to) = ("shop".into(), Address::Phone(phone("15550100101")));
    let message = Message { content, ..reply("") };
    let parcel =
        Parcel { number: &number, to: &to, message: &message, delivery: delivery(), since: now() };
    twilio.send(&parcel).await
}

fn words(text: &str) -> Content {
    Content::Text(text.into())
}

#[tokio::test]
async fn who_wrote_is_answered_in_the_webhook_that_told_it() {
    let (twilio, clock) = answering_inside();
    let place = place(&twilio, &[("Body", "hi")]).expect("a place");
    assert_eq!(send(&twilio, words("Tea & <cake>")).await, Err(SendError::Uncertain));
    assert_eq!(
        place.answer(&clock).await,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message statusCallback=\"\
             https://bot.example.com/webhooks/twilio/status?delivery={}\">\
             <Body>Tea &amp; &lt;cake&gt;</Body></Message></Response>",
            delivery()
        )
    );
    let next = send(&twilio, words("and more")).await;
    assert!(matches!(next, Err(SendError::NotSent(_))), "the second goes by a call: {next:?}");
}

#[tokio::test]
async fn a_file_has_an_element_and_what_has_none_goes_by_a_call() {
    let (twilio, clock) = answering_inside();
    let waiting = place(&twilio, &[("Body", "hi")]).expect("a place");
    let pin = Content::Location { latitude: 1.0, longitude: 2.0, name: None };
    let form = Content::Template(Template { name: "HX1".into(), ..Template::default() });
    for content in [pin, form] {
        assert!(matches!(send(&twilio, content).await, Err(SendError::NotSent(_))));
    }
    let letter = wire::Send {
        body: Some("a dog".into()),
        media_url: Some("https://example.com/?a=1&b=2".into()),
        ..wire::Send::default()
    };
    let xml = answer(&letter).expect("an answer");
    let inner = "<Body>a dog</Body><Media>https://example.com/?a=1&amp;b=2</Media>";
    assert!(xml.contains(inner), "{xml}");
    assert_eq!(send(&twilio, words("still here")).await, Err(SendError::Uncertain));
    assert!(waiting.answer(&clock).await.contains("still here"));
}

#[tokio::test]
async fn a_webhook_waits_twelve_seconds_and_not_longer() {
    let (twilio, clock) = answering_inside();
    let waiting = place(&twilio, &[("Body", "hi")]).expect("a place");
    let (answer, ()) = tokio::join!(waiting.answer(&clock), async {
        clock.advance(Duration::from_secs(12));
    });
    assert_eq!(answer, EMPTY);
    let late = send(&twilio, words("late")).await;
    assert!(matches!(late, Err(SendError::NotSent(_))), "by a call: {late:?}");
}

#[tokio::test]
async fn the_last_webhook_of_a_burst_takes_the_place() {
    let (twilio, clock) = answering_inside();
    let first = place(&twilio, &[("Body", "one")]).expect("a place");
    let second = place(&twilio, &[("Body", "two")]).expect("a place");
    assert_eq!(first.answer(&clock).await, EMPTY, "at once");
    assert_eq!(send(&twilio, words("both")).await, Err(SendError::Uncertain));
    assert!(second.answer(&clock).await.contains("both"));
}

#[test]
fn only_a_message_waits_and_only_where_it_is_wanted() {
    let (twilio, _) = answering_inside();
    let waits = |told: Parsed| twilio.place(&told).is_some();
    assert!(waits(from_ana(&[("Body", "hi")])));
    assert!(!waits(from_ana(&[("Body", "hi"), ("To", "whatsapp:+15550100002")])), "the clinic");
    assert!(!waits(from_ana(&[("From", "+15550100101"), ("Body", "hi")])), "an SMS");
    let status = [("MessageSid", "SM9"), ("MessageStatus", "read")];
    assert!(!waits(parse(&[&status[..], &[("From", "whatsapp:+15550100001")]].concat())));
}

/// What XML can hold, beside the carriage return.
fn holds(c: char) -> bool {
    c >= ' ' && c != '\u{fffe}' && c != '\u{ffff}' || c == '\t' || c == '\n'
}

proptest! {
    /// Markup never breaks out of its element, and no character is one that
    /// XML can't hold.
    #[test]
    fn any_words_make_one_message(text in any::<String>()) {
        let letter = wire::Send { body: Some(text.clone()), ..wire::Send::default() };
        let xml = answer(&letter).expect("an answer");
        let (_, rest) = xml.split_once("<Body>").expect("a body");
        let (inner, rest) = rest.split_once("</Body>").expect("its end");
        prop_assert_eq!(rest, "</Message></Response>");
        prop_assert!(inner.chars().all(holds));
        let back = inner.replace("&#13;", "\r").replace("&lt;", "<").replace("&gt;", ">");
        let back = back.replace("&quot;", "\"").replace("&amp;", "&");
        let kept: String = text.chars().filter(|c| holds(*c) || *c == '\r').collect();
        prop_assert_eq!(back, kept);
    }
}
