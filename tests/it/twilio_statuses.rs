//! What Twilio reports of what we sent.

use olifant::domain::message::{Message, Status};
use olifant::sandbox::{Answer, Receipts};

use crate::harness::{ANA, Story};

/// A reply that Twilio has taken and said nothing of, and its SID.
async fn sent() -> (Story, String) {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    story.twilio().receipts(Receipts::Manual);
    ana.says("hello").await;
    story.settle().await;
    let sid = ana.inbox()[0].id.clone();
    (story, sid)
}

async fn reply(story: &Story) -> Message {
    let conversation = story.conversation(ANA, "twilio").await;
    let rows = story.store().window(&conversation, conversation.next_seq, u32::MAX).await.unwrap();
    rows.into_iter().last().expect("a reply")
}

/// A status with these fields only, on the webhook for messages.
async fn minimal(story: &Story, fields: &[(&str, &str)]) -> Answer {
    let form = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    story.twilio().post_signed_with("twilio-token", &form.collect()).await
}

#[tokio::test]
async fn each_status_moves_the_message_forward_and_never_back() {
    let (story, sid) = sent().await;
    for (status, stands) in [
        ("queued", Status::Sent),
        ("partially_delivered", Status::Sent),
        ("delivered", Status::Delivered),
        ("sent", Status::Delivered),
        ("failed", Status::Delivered),
        ("of_tomorrow", Status::Delivered),
        ("read", Status::Read),
        ("delivered", Status::Read),
        ("read", Status::Read),
    ] {
        assert_eq!(story.twilio().send_status(&sid, status, None).await.status, 200);
        assert_eq!(reply(&story).await.status, stands, "after {status}");
    }
}

#[tokio::test]
async fn what_was_canceled_or_failed_without_a_word_has_failed() {
    for status in ["canceled", "failed", "undelivered"] {
        let (story, sid) = sent().await;
        story.twilio().send_status(&sid, status, None).await;
        story.settle().await;
        let reply = reply(&story).await;
        assert_eq!(reply.status, Status::Failed, "{status}");
        assert!(reply.failure.expect("a reason").reason.contains("does not say why"));
    }
}

#[tokio::test]
async fn a_status_of_two_fields_is_enough() {
    let (story, sid) = sent().await;
    let status = |status| [("MessageSid", sid.as_str()), ("MessageStatus", status)];
    assert_eq!(minimal(&story, &status("delivered")).await.status, 200);
    assert_eq!(reply(&story).await.status, Status::Delivered);
    assert_eq!(minimal(&story, &[("MessageSid", &sid), ("EventType", "READ")]).await.status, 200);
    assert_eq!(reply(&story).await.status, Status::Read);
}

#[tokio::test]
async fn the_shortest_word_of_an_unsubscribed_person_is_heeded() {
    let (story, sid) = sent().await;
    let failed =
        [("MessageSid", sid.as_str()), ("MessageStatus", "failed"), ("ErrorCode", "21610")];
    assert_eq!(minimal(&story, &failed).await.status, 200);
    assert_eq!(reply(&story).await.failure.expect("a reason").code, Some(21610));
    assert!(story.person("main", ANA).await.unwrap().opted_out);
}
