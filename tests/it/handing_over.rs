//! A person wants a human: operators are told, and what they answer by quoting
//! goes to the person, on both providers alike.

use std::sync::Arc;

use olifant::domain::change::{Change, Subject};
use olifant::domain::message::{Role, Status};
use olifant::sandbox::phones::Bubble;
use olifant::sandbox::{meta, twilio};
use serde_json::{Value, json};

use crate::harness::{ANA, BEN, Story};
use crate::listener::{Listener, SECRET};
use crate::model::Say;

const OLGA: &str = "15550100190";
const OTTO: &str = "15550100191";

const DESK: &str = "[handoff]\noperators = [\"+1 555 010 0190\"]\nhours = \"Mon-Fri 9:00-18:00\"\n\
                    contact = \"+1 555 0199\"\n";
const PROMISE: &str = "A person from our team will answer you here. We answer: Mon-Fri 9:00-18:00. \
                       Until then you can reach us at +1 555 0199.";
const NOBODY: &str = "Nobody waits for a person.";

/// A phone, whoever the number's provider is.
enum Phone {
    Meta(meta::Person),
    Twilio(twilio::Person),
}

impl Phone {
    async fn says(&self, text: &str) {
        match self {
            Self::Meta(person) => person.says(text).await,
            Self::Twilio(person) => person.says(text).await,
        };
    }

    /// Answers the newest message that holds these words.
    async fn quotes(&self, words: &str, text: &str) {
        let quoted = self.inbox().into_iter().rev().find(|bubble| bubble.text.contains(words));
        self.quotes_id(&quoted.expect("it is on the phone").id, text).await;
    }

    async fn quotes_id(&self, id: &str, text: &str) {
        match self {
            Self::Meta(person) => person.replies(id, text).await,
            Self::Twilio(person) => person.replies(id, text).await,
        };
    }

    fn inbox(&self) -> Vec<Bubble> {
        match self {
            Self::Meta(person) => person.inbox(),
            Self::Twilio(person) => person.inbox(),
        }
    }

    fn texts(&self) -> Vec<String> {
        self.inbox().into_iter().map(|bubble| bubble.text).collect()
    }

    fn last(&self) -> String {
        self.texts().pop().unwrap_or_default()
    }
}

/// The two providers, by the name of their number.
const PROVIDERS: [&str; 2] = ["meta", "twilio"];

fn phone(story: &Story, number: &str, name: &str, digits: &str) -> Phone {
    match number {
        "meta" => Phone::Meta(story.meta().person(name, digits)),
        _ => Phone::Twilio(story.twilio().person(name, digits)),
    }
}

/// Ana, Ben, and Olga, who answers and has just said hello to the number.
async fn cast(number: &str, more: &str) -> (Story, Phone, Phone, Phone) {
    let story = Story::with(&format!("{DESK}{more}")).await;
    let [ana, ben, olga] = [("Ana", ANA), ("Ben", BEN), ("Olga", OLGA)]
        .map(|(name, digits)| phone(&story, number, name, digits));
    olga.says("hello").await;
    story.settle().await;
    assert_eq!(olga.texts(), [NOBODY], "an operator is no customer");
    (story, ana, ben, olga)
}

fn handoff(reason: &str, summary: &str) -> Say {
    Say::Call("handoff", json!({ "reason": reason, "summary": summary }))
}

/// How often the model was asked.
fn asked(story: &Story) -> usize {
    story.model.asked().len()
}

#[tokio::test]
async fn an_answer_goes_the_whole_way_and_back() {
    for number in PROVIDERS {
        let (story, ana, _, olga) = cast(number, "").await;
        story.model.will([handoff("wants a refund", "Order 7\nnever came\n\npaid 20\nfour")]);
        ana.says("my order never came").await;
        story.settle().await;
        assert_eq!(ana.texts(), [PROMISE]);
        let notice = olga.last();
        assert!(
            notice.starts_with(
                "Ana asks for a person: wants a refund\nOrder 7\nnever came\npaid 20\n\nQuote"
            ),
            "{notice}"
        );

        olga.quotes("Ana asks", "It is on its way!\nSorry.").await;
        story.settle().await;
        assert_eq!(ana.last(), "It is on its way!\nSorry.");
        let row = story.said_to(ANA, number).await.pop().unwrap();
        assert_eq!((row.role, row.status), (Role::Business, Status::Read));
        assert_eq!(olga.last(), notice, "what went well costs no message");

        ana.says("thank you").await;
        ana.says("when?").await;
        story.settle().await;
        assert_eq!((ana.texts().len(), olga.last().as_str()), (2, "Ana: thank you\nwhen?"));
        olga.quotes("Ana: thank you", "Tomorrow").await;
        story.settle().await;
        assert_eq!((ana.last().as_str(), asked(&story)), ("Tomorrow", 1));

        olga.quotes("Ana: thank you", "/resume").await;
        story.settle().await;
        assert_eq!(olga.last(), "The assistant answers Ana again.");
        ana.says("are you there?").await;
        story.settle().await;
        assert_eq!(ana.last(), "You said: are you there?");
        assert!(story.model.told().contains("Tomorrow"), "it knows what was said meanwhile");
    }
}

#[tokio::test]
async fn on_meta_an_emoji_says_that_the_words_went_on() {
    let (story, ana, _, olga) = cast("meta", "").await;
    ana.says("talk to a human").await;
    story.settle().await;
    olga.quotes("Ana asks", "Hello Ana").await;
    story.settle().await;
    let reaction = story.sandbox.calls().into_iter().rev().find(|c| c.body["type"] == "reaction");
    assert_eq!(reaction.unwrap().body["reaction"]["emoji"], "✅");
}

#[tokio::test]
async fn words_are_enough_and_no_model_is_asked() {
    for number in PROVIDERS {
        let (story, ana, _, olga) = cast(number, "").await;
        for text in ["do you sell cakes?", "Quiero hablar con una persona"] {
            ana.says(text).await;
            story.settle().await;
        }
        assert!(ana.last().starts_with("Una persona de nuestro equipo"), "{}", ana.last());
        assert_eq!(asked(&story), 1);
        let notice = olga.last();
        let begins = "Ana asks for a person: Quiero hablar con una persona\ndo you sell cakes?\n\n";
        assert!(notice.starts_with(begins), "{notice}");
    }
}

#[tokio::test]
async fn of_two_who_wait_each_gets_their_own_answer() {
    for number in PROVIDERS {
        let (story, ana, ben, olga) = cast(number, "").await;
        for person in [&ana, &ben] {
            person.says("talk to a human").await;
            story.settle().await;
        }
        olga.says("which of you is it?").await;
        story.settle().await;
        let which = olga.last();
        assert!(which.starts_with("Nothing was passed on: for whom is it?\n• Ana, "), "{which}");
        assert!(which.contains("• Ben, 2027-01-15 08:00: talk to a human"), "{which}");
        assert_eq!((ana.texts().len(), ben.texts().len()), (1, 1));

        olga.quotes("Ben asks", "for Ben").await;
        olga.quotes("Ana asks", "for Ana").await;
        story.settle().await;
        assert_eq!((ana.last().as_str(), ben.last().as_str()), ("for Ana", "for Ben"));

        olga.says("/resume").await;
        story.settle().await;
        assert_eq!(olga.last(), which, "an order needs somebody, too");
        olga.quotes("Ben asks", "/resume").await;
        olga.says("/who").await;
        story.settle().await;
        let last = olga.last();
        assert!(
            last.starts_with("The assistant answers Ben again.\n\nWaiting for a person:\n• Ana")
        );
        assert!(!last.contains("• Ben"), "{last}");
    }
}

#[tokio::test]
async fn pause_holds_until_resume_and_without_it_the_assistant_comes_back() {
    for number in PROVIDERS {
        let (story, ana, ben, olga) = cast(number, "[policy]\npause_after_human_s = 600").await;
        for person in [&ana, &ben] {
            person.says("talk to a human").await;
            story.settle().await;
        }
        olga.quotes("Ana asks", "/pause").await;
        story.settle().await;
        assert_eq!(olga.last(), "The assistant stays silent with Ana until /resume.");
        story.advance(601);
        for person in [&ana, &ben] {
            person.says("hello?").await;
            story.settle().await;
        }
        assert_eq!(
            (olga.last().as_str(), ben.last().as_str()),
            ("Ana: hello?", "You said: hello?")
        );
        olga.says("/resume").await;
        story.settle().await;
        assert_eq!(olga.last(), "The assistant answers Ana again.", "nobody else waits");
        ana.says("hello??").await;
        olga.says("/WHO").await;
        story.settle().await;
        assert_eq!(
            (ana.last().as_str(), olga.last().as_str()),
            ("You said: hello? | hello??", NOBODY)
        );
    }
}

#[tokio::test]
async fn an_operator_can_come_back_to_somebody_whom_the_assistant_has_again() {
    let (story, ana, _, olga) = cast("meta", "").await;
    ana.says("talk to a human").await;
    story.settle().await;
    olga.says("/resume").await;
    story.settle().await;
    olga.quotes("Ana asks", "One more thing").await;
    story.settle().await;
    ana.says("yes?").await;
    story.settle().await;
    assert_eq!((ana.last().as_str(), olga.last().as_str()), ("One more thing", "Ana: yes?"));
    olga.says("/who").await;
    story.settle().await;
    assert!(
        olga.last().contains("• Ana, 2027-01-15 08:00: an operator answers"),
        "{}",
        olga.last()
    );
}

#[tokio::test]
async fn what_can_not_go_on_is_said_and_captions_go_on() {
    let (story, ana, _, olga) = cast("meta", "").await;
    let Phone::Meta(phone) = &olga else { panic!("she is there") };
    ana.says("talk to a human").await;
    story.settle().await;
    let notice = olga.inbox().pop().unwrap().id;
    let image = |caption: Value| {
        let mut image = phone.any("image", json!({ "id": "1", "mime_type": "image/png" }));
        image["image"]["caption"] = caption;
        image["context"] = json!({ "id": notice });
        image
    };
    phone.sends(image(Value::Null)).await;
    story.settle().await;
    assert_eq!(olga.last(), "Not passed on: only words reach Ana.");
    phone.sends(image("your cake".into())).await;
    story.settle().await;
    assert_eq!(ana.last(), "your cake");
    assert_eq!(olga.last(), "Only the words were passed on to Ana, not the file.");
    ana.says("stop").await;
    story.settle().await;
    let heard = ana.texts().len();
    olga.quotes_id(&notice, "really?").await;
    story.settle().await;
    assert_eq!(olga.last(), "Not passed on: Ana wants no more messages.");
    assert_eq!(ana.texts().len(), heard);
}

#[tokio::test]
async fn pictures_of_the_person_are_told_as_what_they_are() {
    let (story, ana, _, olga) = cast("meta", "").await;
    let Phone::Meta(phone) = &ana else { panic!("she is there") };
    ana.says("talk to a human").await;
    story.settle().await;
    let image = json!({ "id": "1", "mime_type": "image/png", "caption": "it is broken" });
    phone.sends(phone.any("image", image)).await;
    story.settle().await;
    assert_eq!(olga.last(), "Ana: [picture] it is broken");
}

#[tokio::test]
async fn an_operator_who_has_not_written_for_a_day_gets_the_template() {
    for (number, template) in
        [("meta", "handoff"), ("twilio", "HX00000000000000000000000000000000")]
    {
        let variables = "language = \"en\", variables = [\"{name}: {reason}\", \"{summary}\"]";
        let more = format!("template = {{ name = \"{template}\", {variables} }}");
        let story = Story::with(&format!("{DESK}{more}")).await;
        let [ana, olga] = [("Ana", ANA), ("Olga", OLGA)]
            .map(|(name, digits)| phone(&story, number, name, digits));
        story.model.will([handoff("a refund", "")]);
        ana.says("hello").await;
        story.settle().await;
        let sent = story.sandbox.calls().into_iter().rev().map(|call| call.body.to_string());
        let sent = sent.into_iter().find(|body| body.contains(template)).expect("it was sent");
        assert!(sent.contains("Ana: a refund") && sent.contains('-'), "{sent}");
        let notice = olga.inbox().pop().expect("it arrived").id;
        olga.quotes_id(&notice, "Hi Ana").await;
        story.settle().await;
        assert_eq!(ana.last(), "Hi Ana", "the template can be quoted, too");
    }
}

#[tokio::test]
async fn a_person_who_has_not_written_for_a_day_is_hard_to_reach_and_the_operator_knows() {
    let (story, ana, _, olga) = cast("meta", "").await;
    ana.says("talk to a human").await;
    story.settle().await;
    story.advance(25 * 3600);
    olga.quotes("Ana asks", "Sorry, only now").await;
    story.settle().await;
    assert!(olga.last().starts_with("Ana last wrote more than 24 hours ago"), "{}", olga.last());
    let row = story.said_to(ANA, "meta").await.pop().unwrap();
    assert_eq!((row.role, row.status), (Role::Business, Status::Failed));
}

#[tokio::test]
async fn without_operators_a_human_is_still_asked_for_where_somebody_listens() {
    let listener = Arc::new(Listener::default());
    let mut story = Story::asleep("", "").await;
    let url = story.serve(listener.router()).await;
    story.configure(&format!(
        "[events]\nurl = \"{url}/hear\"\nsecret = \"{SECRET}\"\nkinds = [\"handoff.requested\"]"
    ));
    story.start().await;
    let ana = story.meta().person("Ana", ANA);
    for text in ["human", "hello?"] {
        ana.says(text).await;
        story.settle().await;
    }
    assert_eq!(ana.texts(), ["A person from our team will answer you here."]);
    assert_eq!((listener.types(), asked(&story)), (vec!["handoff.requested".to_owned()], 0));
}

#[tokio::test]
async fn only_operators_pass_words_on_and_only_in_their_own_business() {
    let more = format!("[businesses.other.handoff]\noperators = [\"+{OTTO}\"]");
    let (story, ana, ben, olga) = cast("meta", &more).await;
    ana.says("talk to a human").await;
    story.settle().await;
    let notice = olga.inbox().pop().unwrap().id;
    let heard = ana.texts().len();

    ben.quotes_id(&notice, "I am a stranger").await;
    story.settle().await;
    assert_eq!(ben.last(), "You said: I am a stranger", "a customer like any other");

    let there = story.sandbox.meta(1);
    let otto = Phone::Meta(there.person("Otto", OTTO));
    for text in ["I am of another business", "/resume"] {
        otto.quotes_id(&notice, text).await;
        story.settle().await;
        assert_eq!(otto.last(), NOBODY);
    }
    let olga_there = Phone::Meta(there.person("Olga", OLGA));
    olga_there.quotes_id(&notice, "I am a customer here").await;
    story.settle().await;
    assert_eq!(olga_there.last(), "You said: I am a customer here");

    let otto_here = phone(&story, "meta", "Otto", OTTO);
    otto_here.quotes_id(&notice, "/pause").await;
    story.settle().await;
    assert_eq!(otto_here.last(), "You said: /pause");
    assert_eq!(ana.texts().len(), heard);
    assert_eq!(olga.texts().len(), 2);
}

#[tokio::test]
async fn a_second_operator_can_not_use_the_first_ones_messages_but_has_the_same() {
    let operators = format!("[handoff]\noperators = [\"+{OLGA}\", \"+{OTTO}\"]");
    let story = Story::with(&operators).await;
    let [ana, olga, otto] = [("Ana", ANA), ("Olga", OLGA), ("Otto", OTTO)]
        .map(|(name, digits)| phone(&story, "twilio", name, digits));
    for operator in [&olga, &otto] {
        operator.says("/who").await;
    }
    ana.says("human").await;
    story.settle().await;
    let notice = olga.inbox().pop().unwrap().id;
    otto.quotes_id(&notice, "not mine").await;
    story.settle().await;
    assert!(otto.last().starts_with("Nothing was passed on"), "{}", otto.last());
    otto.quotes("Nothing was passed on", "mine").await;
    story.settle().await;
    assert_eq!(ana.last(), "mine", "a list of one is about that one");
}

#[tokio::test]
async fn in_a_burst_the_words_around_say_what_it_is_about() {
    let (story, ana, _, olga) = cast("twilio", "").await;
    for text in ["the cake is blue", "talk to a human", "please hurry"] {
        ana.says(text).await;
    }
    story.settle().await;
    let begins = "Ana asks for a person: talk to a human\nthe cake is blue\nplease hurry\n\n";
    assert!(olga.last().starts_with(begins), "{}", olga.last());
}

#[tokio::test]
async fn an_operator_who_once_left_is_told_again_as_soon_as_they_write() {
    let (story, ana, _, olga) = cast("meta", "").await;
    let person = story.person("main", OLGA).await.unwrap().id;
    story.store().apply(Subject::Person(person), vec![Change::OptOut]).await.unwrap();
    olga.says("STOP").await;
    story.settle().await;
    assert_eq!(olga.texts(), [NOBODY, NOBODY], "the word of a customer means nothing here");
    assert!(!story.person("main", OLGA).await.unwrap().opted_out);
    ana.says("human").await;
    story.settle().await;
    assert!(olga.last().starts_with("Ana asks"), "{}", olga.last());
}

#[tokio::test]
async fn the_first_contact_is_said_with_the_promise_and_never_to_an_operator() {
    let (story, ana, _, olga) =
        cast("meta", "[assistant]\nintroduce = true\nname = \"Nina\"").await;
    ana.says("human").await;
    story.settle().await;
    assert!(ana.last().starts_with("I am Nina, a virtual assistant (AI).\n\nA person from our"));
    assert!(olga.last().starts_with("Ana asks"), "{}", olga.last());
}
