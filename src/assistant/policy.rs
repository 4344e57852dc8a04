//! May we answer? Decided from the state inside the claim, nothing is read.

use jiff::{SignedDuration, Timestamp};

use super::command::{self, Command};
use super::replies::{Replies, Wish};
use crate::domain::change::Change;
use crate::domain::content::Content;
use crate::domain::event::Event;
use crate::domain::message::{Message, Role};
use crate::domain::person::{Address, Alias, Phone, UserId};
use crate::domain::turn::Turn;

/// `[policy]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Only these numbers are answered (any variant of them); empty = all.
    pub allow: Vec<String>,
    /// These never.
    pub deny: Vec<String>,
    /// Whether group chats are kept and answered.
    pub groups: bool,
    /// A burst older than this is not answered if the conversation has newer
    /// messages, in seconds.
    pub max_age_s: u64,
    /// How long the assistant is silent after a human of the business answered
    /// or was asked for, in seconds.
    pub pause_after_human_s: u64,
}

/// What is done about a turn.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Ask the model.
    Answer,
    /// Say nothing.
    Silent {
        /// Why.
        reason: &'static str,
        /// But note this.
        changes: Vec<Change>,
    },
    /// Say a canned line.
    Say {
        /// Its name in `templates/reply/`.
        line: &'static str,
        /// And note this.
        changes: Vec<Change>,
    },
    /// Do what the person orders.
    Obey(Command),
    /// Another program seems to answer: a human is to look.
    LeaveAlone,
}

impl Decision {
    /// Say nothing, for this reason.
    pub fn silent(reason: &'static str) -> Self {
        Self::Silent { reason, changes: Vec::new() }
    }
}

/// Why the assistant is silent while a human answers.
pub(super) const WITH_A_HUMAN: &str = "a human answers";

/// Whether an event is kept at all: what people say in a group chat is not
/// ours to store unless the business wants to be part of it.
pub fn keeps(policy: &Config, event: &Event) -> bool {
    match event {
        Event::Message(inbound) | Event::HumanReply(inbound) | Event::Standby(inbound) => {
            policy.groups || !matches!(inbound.sender.address, Address::Group(_))
        }
        Event::Edit { .. }
        | Event::Revoke { .. }
        | Event::Reaction { .. }
        | Event::Moved(_)
        | Event::Receipt(_) => true,
    }
}

/// Whether an entry of [`Config::allow`] or [`Config::deny`] can mean anybody;
/// a name can't.
pub fn names_somebody(entry: &str) -> bool {
    meanings(entry).iter().any(|meaning| match meaning {
        Alias::Phone(_) | Alias::UserId(_) | Alias::ParentUserId(_) => true,
        // Of a group's id it is only known that it is one long word with digits.
        Alias::Group(id) => {
            id.len() >= 8
                && id.contains(|c: char| c.is_ascii_digit())
                && !id.starts_with('+')
                && !id.contains(char::is_whitespace)
        }
    })
}

/// What to do about this turn at `now`.
pub(super) fn decide(policy: &Config, replies: &Replies, turn: &Turn, now: Timestamp) -> Decision {
    let unwelcome = unwelcome(policy, turn);
    if let Some((line, change)) = subscription(replies, turn) {
        let changes = vec![change];
        return match unwelcome {
            Some(reason) => Decision::Silent { reason, changes },
            None => Decision::Say { line, changes },
        };
    }
    if unwelcome.is_none()
        && let Some(command) = command::of(replies, turn, now)
    {
        return Decision::Obey(command);
    }
    match unwelcome.or_else(|| reason_for_silence(policy, turn, now)) {
        Some(reason) => Decision::silent(reason),
        None if is_unreadable(turn) => Decision::Say { line: "unsupported", changes: Vec::new() },
        None => Decision::Answer,
    }
}

/// The last STOP or START of the turn, if it changes anything: the line that
/// confirms it, and the change. It counts whoever answers at the moment.
fn subscription(replies: &Replies, turn: &Turn) -> Option<(&'static str, Change)> {
    let wishes = turn.inbound.iter().rev().filter_map(|row| wish(replies, row));
    let mut wishes = wishes.filter(|wish| matches!(wish, Wish::Stop | Wish::Start));
    let out = turn.person.opted_out;
    match wishes.next()? {
        Wish::Stop if !out => Some(("stopped", Change::OptOut)),
        Wish::Start if out || wishes.any(|wish| wish == Wish::Stop) => {
            Some(("started", Change::OptIn))
        }
        Wish::Stop | Wish::Start | Wish::Person => None,
    }
}

/// What a message asks for, with the person's own words.
pub(super) fn wish(replies: &Replies, row: &Message) -> Option<Wish> {
    said(row).and_then(|words| replies.wish(words))
}

/// The person's own words, written or tapped.
pub(super) fn said(row: &Message) -> Option<&str> {
    let own = row.role == Role::Person && !row.attached.forwarded;
    match &row.content {
        Content::Text(words) | Content::Choice { title: words, .. } => Some(words).filter(|_| own),
        _ => None,
    }
    .map(String::as_str)
}

/// Nothing but what can't be read, and maybe what was taken back.
fn is_unreadable(turn: &Turn) -> bool {
    let mut left = turn.inbound.iter().filter(|row| row.content != Content::Revoked);
    left.all(|row| matches!(row.content, Content::Unsupported(_)))
}

fn unwelcome(policy: &Config, turn: &Turn) -> Option<&'static str> {
    if is_listed(&policy.deny, turn) {
        return Some("the person is on the list policy.deny");
    }
    let allowed = policy.allow.is_empty() || is_listed(&policy.allow, turn);
    (!allowed).then_some("the person is not on the list policy.allow")
}

fn reason_for_silence(policy: &Config, turn: &Turn, now: Timestamp) -> Option<&'static str> {
    if turn.inbound.iter().all(|message| message.content == Content::Revoked) {
        return Some("nothing is left to answer");
    }
    if turn.person.opted_out {
        return Some("the person wants no messages");
    }
    if !turn.conversation.mode.assistant_answers(now) {
        return Some(WITH_A_HUMAN);
    }
    is_stale(policy, turn, now).then_some("newer messages have been answered (policy.max_age_s)")
}

/// Whether a list names the person who wrote.
pub(super) fn is_listed(list: &[String], turn: &Turn) -> bool {
    let address = match &turn.conversation.address {
        Address::Phone(phone) => Alias::Phone(phone.clone()),
        Address::UserId(id) => Alias::UserId(id.clone()),
        Address::Group(id) => Alias::Group(id.clone()),
    };
    let known = turn.person.aliases.iter().map(|link| &link.alias).chain([&address]);
    let known: Vec<String> = known.map(Alias::canonical).collect();
    list.iter().flat_map(|entry| meanings(entry)).any(|entry| known.contains(&entry.canonical()))
}

/// Whom an entry of a list can mean.
fn meanings(entry: &str) -> Vec<Alias> {
    let entry = entry.trim();
    let number = entry.strip_prefix("whatsapp:").unwrap_or(entry);
    match (Phone::parse(number), UserId::parse(entry)) {
        (Some(phone), _) => vec![Alias::Phone(phone)],
        (None, Some(id)) => vec![Alias::UserId(id.clone()), Alias::ParentUserId(id)],
        (None, None) => vec![Alias::Group(entry.to_owned())],
    }
}

/// A burst that comes in days late is answered, unless the conversation has
/// moved on meanwhile.
fn is_stale(policy: &Config, turn: &Turn, now: Timestamp) -> bool {
    let Some(newest) = turn.inbound.iter().map(|message| message.at).max() else { return false };
    let age = i64::try_from(policy.max_age_s).unwrap_or(i64::MAX);
    // An age that reaches before all time is no limit.
    let oldest = now.checked_sub(SignedDuration::from_secs(age)).unwrap_or(Timestamp::MIN);
    newest < oldest && turn.conversation.heard_at > newest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::sample;
    use crate::domain::conversation::Mode;

    fn policy() -> Config {
        Config {
            allow: vec![],
            deny: vec![],
            groups: false,
            max_age_s: 86_400,
            pause_after_human_s: 14_400,
        }
    }

    fn silent(policy: &Config, turn: &Turn) -> bool {
        match decided(policy, turn) {
            Decision::Silent { changes, .. } => changes.is_empty(),
            Decision::Answer => false,
            Decision::Say { line, .. } => panic!("{line}"),
            Decision::Obey(command) => panic!("{command:?}"),
            Decision::LeaveAlone => panic!("left alone"),
        }
    }

    fn decided(policy: &Config, turn: &Turn) -> Decision {
        let replies = Replies::load(None).expect("the embedded lines");
        decide(policy, &replies, turn, sample::now())
    }

    fn says(line: &'static str, change: Change) -> Decision {
        Decision::Say { line, changes: vec![change] }
    }

    #[test]
    fn a_question_is_answered() {
        assert!(!silent(&policy(), &sample::turn(&["hello"])));
    }

    #[test]
    fn who_opted_out_or_talks_to_a_human_hears_nothing() {
        let mut turn = sample::turn(&["hello"]);
        turn.person.opted_out = true;
        assert!(silent(&policy(), &turn));
        let mut turn = sample::turn(&["hello"]);
        turn.conversation.mode = Mode::Human { until: None };
        assert!(silent(&policy(), &turn));
        turn.conversation.mode = Mode::Human { until: Some(Timestamp::UNIX_EPOCH) };
        assert!(!silent(&policy(), &turn), "the human's time is over");
    }

    #[test]
    fn what_was_taken_back_is_not_answered_but_the_rest_is() {
        let mut turn = sample::turn(&["hello", "are you open?"]);
        turn.inbound[0].content = Content::Revoked;
        assert!(!silent(&policy(), &turn));
        turn.inbound[1].content = Content::Revoked;
        assert!(silent(&policy(), &turn));
        turn.inbound.clear();
        assert!(silent(&policy(), &turn));
    }

    #[test]
    fn lists_know_every_spelling_of_a_number() {
        let mut turn = sample::turn(&["hello"]);
        let phone = Phone::parse("5491150100001").expect("a number");
        turn.person.aliases[0].alias = Alias::Phone(phone.clone());
        turn.conversation.address = Address::Phone(phone);
        for entry in ["+54 11 5010-0001", "whatsapp:+5491150100001"] {
            let list = vec!["+1 555 0199".to_owned(), entry.to_owned()];
            assert!(silent(&Config { deny: list.clone(), ..policy() }, &turn), "{entry}");
            assert!(!silent(&Config { allow: list, ..policy() }, &turn), "{entry}");
        }
        let others = vec!["+1 555 0199".to_owned()];
        assert!(silent(&Config { allow: others.clone(), ..policy() }, &turn));
        assert!(!silent(&Config { deny: others, ..policy() }, &turn));
    }

    #[test]
    fn an_entry_of_a_list_has_to_be_a_number_or_an_id() {
        for entry in ["+1 555 0100", "whatsapp:+15550100", "US.1349", "Y2FwaV9ncm91cDox"] {
            assert!(names_somebody(entry), "{entry}");
        }
        for entry in ["", "hello", "+1555O100", "12", "Ana 2"] {
            assert!(!names_somebody(entry), "{entry}");
        }
    }

    #[test]
    fn a_late_burst_is_answered_unless_the_talk_went_on() {
        let mut turn = sample::turn(&["hello"]);
        turn.inbound[0].at = "2026-11-20T10:00:00Z".parse().expect("a time");
        turn.conversation.heard_at = turn.inbound[0].at;
        assert!(!silent(&policy(), &turn), "late, but the newest word");
        turn.conversation.heard_at = "2026-11-25T10:00:00Z".parse().expect("a time");
        assert!(silent(&policy(), &turn));
        assert!(!silent(&Config { max_age_s: u64::MAX, ..policy() }, &turn), "no limit");
    }

    #[test]
    fn stop_is_heeded_and_confirmed_whoever_answers_and_wherever_it_stands() {
        let mut turn = sample::turn(&["where is my order?", "STOP", "it is late"]);
        assert_eq!(decided(&policy(), &turn), says("stopped", Change::OptOut));
        turn.conversation.mode = Mode::Human { until: None };
        assert_eq!(decided(&policy(), &turn), says("stopped", Change::OptOut));
        turn.inbound[1].content = Content::Choice { id: "x".into(), title: "Stop".into() };
        assert_eq!(decided(&policy(), &turn), says("stopped", Change::OptOut));
        turn.person.opted_out = true;
        assert!(silent(&policy(), &turn), "said once is enough");
    }

    #[test]
    fn start_is_heeded_after_a_stop_and_otherwise_a_word_like_others() {
        let mut turn = sample::turn(&["start"]);
        assert_eq!(decided(&policy(), &turn), Decision::Answer);
        turn.person.opted_out = true;
        assert_eq!(decided(&policy(), &turn), says("started", Change::OptIn));
    }

    #[test]
    fn of_a_stop_and_a_start_the_later_counts() {
        let (back, gone) = (sample::turn(&["stop", "/start"]), sample::turn(&["start", "/stop"]));
        assert_eq!(decided(&policy(), &back), says("started", Change::OptIn));
        assert_eq!(decided(&policy(), &gone), says("stopped", Change::OptOut));
    }

    #[test]
    fn a_stop_of_somebody_on_a_list_is_noted_in_silence() {
        let turn = sample::turn(&["stop"]);
        let lists = Config { deny: vec!["+1 555 0100".into()], ..policy() };
        let Decision::Silent { changes, .. } = decided(&lists, &turn) else { panic!("not silent") };
        assert_eq!(changes, [Change::OptOut]);
    }

    #[test]
    fn somebody_elses_stop_is_nobodys() {
        let mut turn = sample::turn(&["stop"]);
        turn.inbound[0].attached.forwarded = true;
        assert_eq!(decided(&policy(), &turn), Decision::Answer);
    }

    #[test]
    fn a_command_waits_for_nobody_but_who_is_on_a_list_gives_none() {
        let mut turn = sample::turn(&["where is my order?", "/memory"]);
        assert_eq!(decided(&policy(), &turn), Decision::Obey(Command::Memory));
        turn.conversation.mode = Mode::Human { until: None };
        assert_eq!(decided(&policy(), &turn), Decision::Obey(Command::Memory));
        let lists = Config { deny: vec!["+1 555 0100".into()], ..policy() };
        assert!(silent(&lists, &turn));
        turn.person.opted_out = true;
        assert!(silent(&policy(), &turn), "who wants no messages gets none");
        turn.inbound[1].content = Content::Text("/stop".into());
        turn.person.opted_out = false;
        assert_eq!(decided(&policy(), &turn), says("stopped", Change::OptOut));
    }

    #[test]
    fn what_can_not_be_read_is_said_unless_there_is_more() {
        let mut turn = sample::turn(&["poll", "hello"]);
        turn.inbound[0].content = Content::Unsupported("poll".into());
        assert_eq!(decided(&policy(), &turn), Decision::Answer);
        turn.inbound[1].content = Content::Revoked;
        let apology = Decision::Say { line: "unsupported", changes: vec![] };
        assert_eq!(decided(&policy(), &turn), apology);
        turn.conversation.mode = Mode::Human { until: None };
        assert!(silent(&policy(), &turn));
    }
}
