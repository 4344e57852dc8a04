//! What came in while nobody was here.

use olifant::domain::content::Content;
use olifant::domain::message::Message;
use olifant::sandbox::gate::Switches;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::harness::{ANA, BEN, Story};

async fn catch_up(story: &Story) {
    story.within(|app| async move { app.catch_up.pass().await }).await;
}

async fn rows(story: &Story, phone: &str) -> Vec<Message> {
    let conversation = story.conversation(phone, "twilio").await;
    story.store().window(&conversation, conversation.next_seq, u32::MAX).await.unwrap()
}

fn lists(story: &Story) -> usize {
    story.sandbox.calls().into_iter().filter(|call| call.method == "GET").count()
}

#[tokio::test]
async fn a_minute_away_loses_nothing_and_answers_nothing_twice() {
    let mut story = Story::new().await;
    let (ana, ben) = (story.twilio().person("Ana", ANA), story.twilio().person("Ben", BEN));
    catch_up(&story).await;
    story.kill().await;
    let forms =
        [(&ana, ana.message("one")), (&ben, ben.message("two")), (&ana, ana.message("three"))];
    for (person, form) in &forms {
        story.advance(20);
        assert_eq!(person.sends(form.clone()).await.status, 0, "nobody is there");
    }
    story.start().await;
    story.advance(60);
    catch_up(&story).await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: one | three"]);
    assert_eq!(ben.texts(), ["You said: two"]);
    let times: Vec<_> = rows(&story, ANA).await.iter().map(|row| row.at.as_second()).collect();
    assert_eq!(times[1] - times[0], 40, "the time is Twilio's");

    for (person, form) in forms {
        assert_eq!(person.sends(form).await.status, 200, "the webhook comes late as well");
    }
    catch_up(&story).await;
    story.settle().await;
    assert_eq!((ana.texts().len(), ben.texts().len()), (1, 1));
    assert_eq!(rows(&story, ANA).await.len(), 3, "two questions, one answer");
}

#[tokio::test]
async fn what_the_webhook_told_is_known_and_costs_no_further_question() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    catch_up(&story).await;
    ana.sends(ana.picture("my dog")).await;
    story.settle().await;
    catch_up(&story).await;
    story.settle().await;
    assert_eq!(ana.texts().len(), 1);
    assert_eq!(lists(&story), 1, "the list, not the files");
}

#[tokio::test]
async fn a_missed_file_is_the_one_that_the_webhook_would_have_told() {
    let mut story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    catch_up(&story).await;
    story.kill().await;
    let form = ana.picture("my dog");
    let link = form.iter().find(|(name, _)| name == "MediaUrl0").unwrap().1.clone();
    ana.sends(form).await;
    story.start().await;
    story.advance(60);
    catch_up(&story).await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: [picture] my dog"]);
    match &rows(&story, ANA).await[0].content {
        Content::Media(media) => assert_eq!(media.reference, link),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn at_first_sight_of_a_number_nothing_was_missed() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    ana.says_while_down("to whoever was here before");
    story.advance(1);
    catch_up(&story).await;
    assert_eq!(lists(&story), 0);
    catch_up(&story).await;
    story.settle().await;
    assert!(ana.texts().is_empty() && story.model.asked().is_empty());
}

#[tokio::test]
async fn a_look_that_fails_is_taken_again_from_where_it_began() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    catch_up(&story).await;
    ana.says_while_down("hello");
    story.advance(3600);
    story.twilio().switch(Switches { token_revoked: true, ..Switches::default() });
    catch_up(&story).await;
    story.settle().await;
    assert!(ana.texts().is_empty());
    story.twilio().switch(Switches::default());
    catch_up(&story).await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
}

#[tokio::test]
async fn a_serving_app_looks_by_itself_again_and_again() {
    let story = Story::with("[twilio]\ncatch_up_s = 60").await;
    let ana = story.twilio().person("Ana", ANA);
    let stop = CancellationToken::new();
    let serve = story.within({
        let stop = stop.clone();
        |app| async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            app.serve(listener, stop).await.unwrap();
        }
    });
    let live = async {
        while story.store().number(&"twilio".into()).await.unwrap().caught_up.is_none() {
            tokio::task::yield_now().await;
        }
        ana.says_while_down("hello");
        story.advance(60);
        while story.person("main", ANA).await.is_none() {
            tokio::task::yield_now().await;
        }
        story.advance(1);
        assert_eq!(ana.receives(1).await[0].text, "You said: hello");
        stop.cancel();
    };
    tokio::join!(serve, live);
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let story = Story::with("[twilio]\ncatch_up_s = 0").await;
    story.within(|app| async move { app.catch_up.run(CancellationToken::new()).await }).await;
    let number = story.store().number(&"twilio".into()).await.unwrap();
    assert_eq!(number.caught_up, None);
}

/// The poll reads the list while Twilio's webhook is still under way.
#[tokio::test]
async fn a_look_between_a_message_and_its_webhook_loses_nothing_of_it() {
    let mut story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    catch_up(&story).await;
    story.kill().await;
    let form = ana.location(12.5, -77.0, None);
    assert_eq!(ana.sends(form.clone()).await.status, 0);
    story.start().await;
    catch_up(&story).await;
    assert_eq!(ana.sends(form).await.status, 200, "the webhook, a moment later");
    story.settle().await;
    let content = rows(&story, ANA).await[0].content.as_text();
    assert!(content.contains("12.5"), "{content}; she got {:?}", ana.texts());
}
