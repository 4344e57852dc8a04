//! Each of Twilio's error codes, as the answer to a send and as a failed
//! status.

use olifant::domain::failure::Class;
use olifant::domain::message::{Message, Status};
use olifant::sandbox::Receipts;
use olifant::sandbox::gate::{Fault, Switches};
use olifant::sandbox::twilio::Person;

use crate::harness::{ANA, Story};

/// The number stops until somebody acts; the message waits and goes then.
const STOPS: [u32; 10] = [20003, 21408, 21606, 63007, 63008, 21703, 63001, 63020, 63013, 63026];
/// It is tried again.
const PASSES: [u32; 14] = [
    20429, 20500, 20503, 21611, 30001, 30008, 63009, 63010, 63012, 63023, 63017, 63018, 63038,
    63119,
];
/// It never goes through.
const FINAL: [u32; 41] = [
    21211, 21614, 63003, 63024, 21610, 21617, 21620, 21623, 63019, 63034, 63037, 21654, 21655,
    21656, 63027, 63028, 63029, 63040, 63041, 21910, 63030, 63031, 63005, 63021, 30003, 30007,
    63014, 63033, 63015, 63032, 63049, 63050, 63051, 63112, 14107, 11200, 11205, 11750, 12100,
    12300, 57012,
];

/// Somebody new for each code, since what befell one person stays with them.
struct People<'a> {
    story: &'a Story,
    count: u32,
}

impl People<'_> {
    async fn one(&mut self) -> (Person, String) {
        self.count += 1;
        let phone = format!("1555010{:04}", 1000 + self.count);
        let person = self.story.twilio().person("Somebody", &phone);
        (person, phone)
    }
}

async fn reply(story: &Story, phone: &str) -> Message {
    let conversation = story.conversation(phone, "twilio").await;
    let rows = story.store().window(&conversation, conversation.next_seq, u32::MAX).await.unwrap();
    rows.into_iter().last().expect("a reply")
}

#[tokio::test]
async fn a_refused_send_waits_or_fails_by_its_code() {
    let story = Story::new().await;
    let mut people = People { story: &story, count: 0 };
    for (code, arrives) in expected() {
        let (person, phone) = people.one().await;
        story.twilio().fault(Fault::Error { status: 400, code, retry_after: None });
        person.says("hello").await;
        story.settle().await;
        let reply = reply(&story, &phone).await;
        assert_eq!(person.texts().len(), usize::from(arrives), "{code}");
        if !arrives {
            assert_eq!(reply.failure.expect("a reason").code, Some(code));
            assert_eq!(reply.status, Status::Failed, "{code}");
        }
    }
}

#[tokio::test]
async fn a_failed_status_is_decided_like_a_refused_send() {
    let story = Story::new().await;
    story.twilio().receipts(Receipts::Manual);
    let mut people = People { story: &story, count: 0 };
    for (code, again) in expected() {
        let (person, phone) = people.one().await;
        person.says("hello").await;
        story.settle().await;
        let sid = person.inbox()[0].id.clone();
        story.twilio().send_status(&sid, "undelivered", Some(code)).await;
        story.settle().await;
        assert_eq!(person.texts().len(), if again { 2 } else { 1 }, "{code}");
        if !again {
            let reply = reply(&story, &phone).await;
            assert_eq!((reply.status, reply.failure.unwrap().code), (Status::Failed, Some(code)));
        }
    }
}

fn expected() -> impl Iterator<Item = (u32, bool)> {
    let again = STOPS.into_iter().chain(PASSES).map(|code| (code, true));
    again.chain(FINAL.map(|code| (code, false)))
}

#[tokio::test]
async fn an_unsubscribed_person_is_left_alone() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    story.twilio().fault(Fault::Error { status: 400, code: 21610, retry_after: None });
    ana.says("hello").await;
    story.settle().await;
    assert!(story.person("main", ANA).await.unwrap().opted_out);
    ana.says("anybody?").await;
    story.settle().await;
    assert!(ana.texts().is_empty());
}

#[tokio::test]
async fn a_closed_window_is_known_from_then_on() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    story.twilio().fault(Fault::Error { status: 400, code: 63016, retry_after: None });
    ana.says("hello").await;
    story.settle().await;
    assert!(ana.texts().is_empty());
    let failure = reply(&story, ANA).await.failure.expect("a reason");
    assert_eq!((failure.class, failure.code), (Class::WindowClosed, Some(63016)));
    assert!(story.conversation(ANA, "twilio").await.closed_at.is_some());
}

#[tokio::test]
async fn the_daily_limit_is_looked_at_each_hour() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    story.twilio().fault(Fault::Error { status: 429, code: 63038, retry_after: None });
    ana.says("hello").await;
    story.advance(1);
    story.work().await;
    let paused = story.store().number(&"twilio".into()).await.unwrap().paused;
    let wait =
        paused.and_then(|pause| pause.until).expect("a pause").duration_since(story.clock.now());
    assert_eq!(wait.as_secs(), 3600);
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
}

#[tokio::test]
async fn a_revoked_token_keeps_the_queue_until_it_is_mended() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    story.twilio().switch(Switches { token_revoked: true, ..Switches::default() });
    ana.says("hello").await;
    story.advance(1);
    story.work().await;
    assert!(ana.texts().is_empty());
    story.twilio().switch(Switches::default());
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
}
