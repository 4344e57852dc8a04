use std::collections::BTreeSet;

use super::cases::Case;
use super::operator::Hearing;
use super::*;
use crate::assistant::sample;
use crate::domain::content::Content;
use crate::domain::conversation::Mode;
use crate::domain::id::{ConversationId, ProviderId};
use crate::domain::message::Message;
use crate::domain::record::Verdict;

struct Office {
    config: Config,
    replies: Replies,
    limits: Limits,
}

impl Office {
    fn new(config: Config) -> Self {
        let replies = Replies::load(None).expect("the embedded lines");
        Self { config, replies, limits: sample::limits() }
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            config: &self.config,
            replies: &self.replies,
            language: "en",
            zone: TimeZone::UTC,
            pause: Duration::from_secs(3600),
            limits: self.limits,
            now: sample::now(),
        }
    }

    /// What comes of an operator's messages about the one person there is.
    fn hear(&self, case: Case, said: &[&str]) -> Finished {
        let (desk, id) = (self.desk(), case.conversation.id);
        let mut hearing = Hearing::new(&desk, vec![case]);
        for (seq, text) in (1..).zip(said) {
            hearing.hear(&written(seq, text), Some(id));
        }
        hearing.finished()
    }
}

fn written(seq: u64, text: &str) -> Message {
    let provider_id = Some(ProviderId::from(format!("in {seq}")));
    Message { provider_id, ..sample::message(seq, text) }
}

fn case(mode: Mode) -> Case {
    let mut conversation = sample::turn(&[]).conversation;
    conversation.mode = mode;
    let reason = "a refund".to_owned();
    conversation.handoff = Some(crate::domain::conversation::Handoff { at: sample::now(), reason });
    Case { conversation, name: "Ana".into(), opted_out: false }
}

fn waiting() -> Case {
    case(Mode::Human { until: Some(sample::now() + Duration::from_secs(60)) })
}

/// What changes in the person's conversation, all together.
fn changes(finished: &Finished) -> Vec<&Change> {
    let inner = finished.changes.iter().map(|change| match change {
        Change::Also(subject, changes) => {
            let person = Subject::Conversation(ConversationId::from_bytes([1; 16]));
            assert_eq!(**subject, person, "nobody else's");
            changes
        }
        other => panic!("{other:?}"),
    });
    inner.flatten().collect()
}

fn says(change: &Change) -> Option<String> {
    match change {
        Change::Say(saying) => {
            assert_eq!(saying.role, Role::Business);
            Some(saying.message.content.as_text())
        }
        _ => None,
    }
}

#[test]
fn the_promise_has_as_much_as_is_known() {
    let mut office = Office::new(Config::default());
    assert_eq!(office.desk().promise("en"), "A person from our team will answer you here.");
    office.config.contact = " +1 555 0199 ".into();
    let promise = office.desk().promise("de");
    assert!(promise.ends_with("Bis dahin erreichen Sie uns hier: +1 555 0199."), "{promise}");
    office.config.hours = "9-18".into();
    assert!(office.desk().promise("pt").contains("Respondemos: 9-18."));
    assert!(!office.desk().promise("pt").contains('\n'), "one line");
}

#[test]
fn each_operator_is_told_at_their_own_address_and_what_was_said_is_short() {
    let operators = ["+1 555 0190", "whatsapp:+15550191", "US.1349"].map(str::to_owned).to_vec();
    let variables = ["{name}", "{reason}", "{summary}"].map(str::to_owned).to_vec();
    let template = Some(Template { name: "t".into(), variables, ..Template::default() });
    let office = Office::new(Config { operators, template, ..Config::default() });
    let turn = sample::turn(&["hello"]);
    let request = Request { reason: "why\n".repeat(500), summary: "so\n\n".repeat(9) };
    let told = office.desk().hand_over(&turn, &request);
    let until = sample::now() + Duration::from_secs(3600);
    assert_eq!(told[0], Change::Handoff { reason: request.reason.clone(), until });
    let mut addresses = BTreeSet::new();
    for change in &told[1..] {
        let Change::Also(subject, says) = change else { panic!("{change:?}") };
        let Subject::Address(number, sender) = &**subject else { panic!("{subject:?}") };
        assert_eq!(*number, turn.conversation.number);
        addresses.insert(match &sender.address {
            Address::Phone(phone) => phone.digits().to_owned(),
            Address::UserId(id) => id.as_str().to_owned(),
            Address::Group(id) => id.clone(),
        });
        let [Change::Say(saying)] = &says[..] else { panic!("{says:?}") };
        assert_eq!(saying.message.about, Some(turn.conversation.id));
        let text = saying.message.content.as_text();
        assert!(text.len() < 500 && text.contains("\nso\nso\nso\n\n"), "{text}");
        let template = saying.message.otherwise.clone().expect("the template");
        assert_eq!((&*template.variables[0], &*template.variables[2]), ("Ana", "so so so"));
    }
    assert_eq!(addresses.into_iter().collect::<Vec<_>>(), ["15550190", "15550191", "US.1349"]);
}

#[test]
fn a_variable_of_the_template_is_never_empty() {
    let template = Some(Template { variables: vec!["{summary}".into()], ..Template::default() });
    let operators = vec!["+15550190".to_owned()];
    let office = Office::new(Config { operators, template, ..Config::default() });
    let request = Request { reason: "x".into(), summary: " \n".into() };
    let told = format!("{:?}", office.desk().hand_over(&sample::turn(&["hello"]), &request));
    assert!(told.contains("variables: [\"-\"]"), "{told}");
}

#[test]
fn what_is_forwarded_is_what_was_said_and_nobody_is_told_twice_of_nothing() {
    let operators = vec!["+15550190".to_owned()];
    let office = Office::new(Config { operators, ..Config::default() });
    let mut turn = sample::turn(&["one", "two", "three"]);
    turn.inbound[1].content = Content::Revoked;
    turn.person.name = None;
    assert!(office.desk().overhear(&turn).changes.is_empty(), "a human answers by themselves");
    turn.conversation = waiting().conversation;
    let told = office.desk().overhear(&turn);
    let Change::Also(_, says) = &told.changes[0] else { panic!("{told:?}") };
    let [Change::Say(saying)] = &says[..] else { panic!("{says:?}") };
    assert_eq!(saying.message.content.as_text(), "+15550100: one\nthree");
    assert!(told.messages.is_empty() && matches!(told.record.verdict, Verdict::Silent(_)));
}

#[test]
fn an_answer_keeps_the_assistant_silent_never_for_less_long_than_before() {
    let office = Office::new(Config::default());
    let later = |seconds| sample::now() + Duration::from_secs(seconds);
    for (before, until) in [
        (Some(later(60)), Some(later(3600))),
        (Some(later(9000)), Some(later(9000))),
        (Some(later(0)), Some(later(3600))),
        (None, None),
    ] {
        let heard = office.hear(case(Mode::Human { until: before }), &["Hi"]);
        let [pause, say] = changes(&heard)[..] else { panic!("{heard:?}") };
        assert_eq!(*pause, Change::Pause { until });
        assert_eq!(says(say).as_deref(), Some("Hi"));
        let emoji = Content::Reaction { to: "in 1".into(), emoji: "✅".into() };
        assert_eq!(heard.messages, [Outgoing::new(emoji)]);
    }
}

#[test]
fn without_reactions_what_went_well_needs_no_word() {
    let mut office = Office::new(Config::default());
    office.limits.reactions = false;
    let heard = office.hear(waiting(), &["Hi"]);
    assert!(heard.messages.is_empty() && matches!(heard.record.verdict, Verdict::Silent(_)));
}

#[test]
fn a_burst_is_heard_in_order() {
    let office = Office::new(Config::default());
    let heard = office.hear(waiting(), &["Bye", "/resume", "One more thing", "/pause"]);
    let all = changes(&heard);
    let kinds: Vec<String> = all.iter().map(|change| format!("{change:?}")).collect();
    let kinds: Vec<&str> =
        kinds.iter().map(|kind| kind.split([' ', '(']).next().unwrap_or("")).collect();
    assert_eq!(kinds, ["Pause", "Say", "Resume", "Handoff", "Pause", "Say", "Pause"]);
    assert_eq!(all.last(), Some(&&Change::Pause { until: None }));
    let told = heard.messages.last().map(|message| message.content.as_text()).unwrap_or_default();
    let lines =
        "The assistant answers Ana again.\n\nThe assistant stays silent with Ana until /resume.";
    assert_eq!(told, lines);
}

#[test]
fn long_words_go_on_in_pieces_that_fit() {
    let mut office = Office::new(Config::default());
    office.limits.text = 1600;
    let heard = office.hear(waiting(), &[&"one two three. ".repeat(300)]);
    let pieces: Vec<String> = changes(&heard).into_iter().filter_map(says).collect();
    assert!(pieces.len() == 3 && pieces.iter().all(|piece| piece.len() <= 1600));
}

#[test]
fn a_button_of_the_template_shows_who_waits_and_goes_nowhere() {
    let office = Office::new(Config::default());
    let (desk, case) = (office.desk(), waiting());
    let id = case.conversation.id;
    let mut hearing = Hearing::new(&desk, vec![case]);
    let tap = Content::Choice { id: "1".into(), title: "Show me".into() };
    hearing.hear(&Message { content: tap, ..written(1, "") }, Some(id));
    let heard = hearing.finished();
    assert!(heard.changes.is_empty());
    let [list] = &heard.messages[..] else { panic!("{heard:?}") };
    let begins = "Waiting for a person:\n• Ana, 2026-11-26 14:05: a refund\n\nQuote";
    assert!(list.content.as_text().starts_with(begins), "{list:?}");
    assert_eq!(list.about, Some(id), "so that it can be quoted");
}

#[test]
fn what_was_taken_back_is_not_passed_on() {
    let office = Office::new(Config::default());
    let (desk, case) = (office.desk(), waiting());
    let id = case.conversation.id;
    let mut hearing = Hearing::new(&desk, vec![case]);
    hearing.hear(&Message { content: Content::Revoked, ..written(1, "") }, Some(id));
    assert_eq!(hearing.finished().changes, []);
}
