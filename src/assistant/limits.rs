//! `[limits]`: how much answering one person may take in a day, and when
//! another program is at the other end.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::Mind;
use super::policy::Decision;
use super::replies::words::bare;
use crate::alert::Kind;
use crate::domain::change::Change;
use crate::domain::content::Content;
use crate::domain::message::Message;
use crate::domain::money::{Money, Price};
use crate::domain::person::Address;
use crate::domain::rally::{Rally, Written};
use crate::domain::record::{Usage, Verdict};
use crate::domain::spending::Spending;
use crate::domain::turn::{Finished, Turn};

/// The line that says so, in `templates/reply/`.
pub(super) const REACHED: &str = "limit_reached";

/// Why nothing more is said that day.
const SPENT: &str = "the person's limit of the day is reached ([limits])";

/// Why a conversation is handed over, for who watches.
const LOOP: &str = "another program seems to answer (limits.loop_turns)";

/// `[limits]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Turns that a model is asked in, for each person and day; 0 = any number.
    pub turns_per_day: u32,
    /// Tokens, read and written; 0 = any number.
    pub tokens_per_day: u64,
    /// What they cost, in the currency of the prices; 0 = anything.
    pub cost_per_day: f64,
    /// What models cost, by name.
    pub prices: BTreeMap<String, Price>,
    /// So many turns in a row at a machine's speed are another program's;
    /// 0 = it is not looked for.
    pub loop_turns: u16,
    /// What comes later than this after an answer is no haste, however long
    /// it is, in seconds.
    pub loop_within_s: u32,
    /// How long the conversation is a human's then, in seconds.
    pub loop_pause_s: u32,
}

impl Config {
    /// Whether a person's day has an end at all.
    fn counts(&self) -> bool {
        self.turns_per_day > 0 || self.tokens_per_day > 0 || self.cost_per_day > 0.0
    }

    fn is_reached(&self, spent: &Spending) -> bool {
        let most = Money::of(self.cost_per_day).unwrap_or_default();
        (self.turns_per_day > 0 && spent.turns >= self.turns_per_day)
            || (self.tokens_per_day > 0 && spent.tokens >= self.tokens_per_day)
            || (most > Money(0) && spent.cost >= most)
    }

    fn within(&self) -> SignedDuration {
        SignedDuration::from_secs(self.loop_within_s.into())
    }

    /// What a model's tokens cost, if its price is known. Of a turn in which
    /// several models answered it is the last one's.
    fn cost(&self, model: Option<&str>, usage: &Usage) -> Option<Money> {
        Some(self.prices.get(model?)?.cost(usage))
    }
}

impl Mind {
    /// What is done instead of asking the model, if a limit is reached.
    pub(super) fn beyond(&self, turn: &Turn, now: Timestamp) -> Option<Decision> {
        if self.is_a_loop(turn) {
            return Some(Decision::LeaveAlone);
        }
        let today = turn.person.spent.on(self.today(now));
        if !self.limits.is_reached(&today) || self.asks_for_a_human(turn) {
            return None;
        }
        if today.told {
            return Some(Decision::silent(SPENT));
        }
        let told = Spending { told: true, ..Spending::default().on(self.today(now)) };
        Some(Decision::Say { line: REACHED, changes: vec![Change::Spend(told)] })
    }

    /// With what the turn cost, what it counts for the person's day, and that
    /// it was answered.
    pub(super) fn accounted(
        &self,
        turn: &Turn,
        mut finished: Finished,
        now: Timestamp,
    ) -> Finished {
        let record = &mut finished.record;
        record.cost = self.limits.cost(record.model.as_deref(), &record.usage);
        if self.limits.counts() && record.told.is_some() {
            let (usage, cost) = (record.usage, record.cost);
            finished.changes.push(Change::Spend(self.spent(1, usage, cost, now)));
        }
        if self.limits.loop_turns > 0 && !finished.messages.is_empty() {
            let known = if self.is_a_loop(turn) { Rally::default() } else { self.rally(turn) };
            finished.changes.push(Change::Rally(known.answered()));
        }
        finished
    }

    /// What was asked of a model beside a turn, if it counts.
    pub(super) fn accounted_aside(
        &self,
        model: &str,
        usage: Usage,
        now: Timestamp,
    ) -> Option<Change> {
        let cost = self.limits.cost(Some(model), &usage);
        self.limits.counts().then(|| Change::Spend(self.spent(0, usage, cost, now)))
    }

    /// What an operator must know of a turn that met a limit.
    pub(super) fn alert(&self, finished: &Finished) -> Option<(Kind, &'static str)> {
        let has = |met: &dyn Fn(&Change) -> bool| finished.changes.iter().any(met);
        match finished.record.verdict {
            Verdict::Said if has(&|change| self.leaves_alone(change)) => {
                Some((Kind::Looping, LOOP))
            }
            Verdict::Said if has(&tells) => Some((Kind::LimitReached, SPENT)),
            _ => None,
        }
    }

    fn is_a_loop(&self, turn: &Turn) -> bool {
        self.limits.loop_turns > 0 && self.rally(turn).turns >= self.limits.loop_turns
    }

    fn rally(&self, turn: &Turn) -> Rally {
        // Of a group's members each may be quick, and a script may use a terminal.
        let in_group = matches!(turn.conversation.address, Address::Group(_));
        if in_group || turn.conversation.number.business.is_in_chat() {
            return Rally::default();
        }
        turn.conversation.rally.hit(turn.since, written(turn), self.limits.within())
    }

    fn spent(&self, turns: u32, usage: Usage, cost: Option<Money>, now: Timestamp) -> Spending {
        let tokens = usage.input.saturating_add(usage.output);
        let (day, cost) = (Some(self.today(now)), cost.unwrap_or_default());
        Spending { day, turns, tokens, cost, told: false }
    }

    fn today(&self, now: Timestamp) -> Date {
        now.to_zoned(self.zone().clone()).date()
    }
}

fn tells(change: &Change) -> bool {
    matches!(change, Change::Spend(spent) if spent.told)
}

/// What somebody wrote by hand; `None` = nothing. Of the words themselves a
/// number is all that is kept here, and the numbers in them don't count: an
/// automatic reply may name a ticket.
fn written(turn: &Turn) -> Option<Written> {
    let (mut hasher, mut letters) = (DefaultHasher::new(), 0);
    for words in turn.inbound.iter().filter_map(by_hand) {
        letters += words.chars().count() as u64;
        bare(words).replace(|c: char| c.is_numeric(), "").hash(&mut hasher);
    }
    (letters > 0).then(|| Written { letters, words: hasher.finish() })
}

/// A tap, a picture or somebody else's words are there as soon as they are
/// meant.
fn by_hand(row: &Message) -> Option<&str> {
    match &row.content {
        _ if row.attached.forwarded => None,
        Content::Text(words) => Some(words),
        Content::Media(media) => media.caption.as_deref(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::sample;
    use crate::clock::Clock;
    use crate::domain::record::TurnRecord;

    fn mind(change: impl FnOnce(&mut Config)) -> Mind {
        let mut mind = sample::mind(sample::llm(), &Clock::manual(sample::now()));
        change(&mut mind.limits);
        mind
    }

    fn today() -> Spending {
        Spending::default().on(jiff::civil::date(2026, 11, 26))
    }

    fn after(mind: &Mind, said: &str, spent: Spending) -> Option<Decision> {
        let mut turn = sample::turn(&[said]);
        turn.person.spent = spent;
        mind.beyond(&turn, sample::now())
    }

    fn is_told(decision: Option<Decision>) -> bool {
        matches!(decision, Some(Decision::Say { line: REACHED, .. }))
    }

    #[test]
    fn each_limit_ends_the_day_by_itself_and_none_is_no_limit() {
        let much = Spending { turns: 9, tokens: 900, cost: Money(9_000_000), ..today() };
        assert_eq!(after(&mind(|_| {}), "hello", much), None);
        assert!(is_told(after(&mind(|limits| limits.turns_per_day = 9), "hello", much)));
        assert!(is_told(after(&mind(|limits| limits.tokens_per_day = 900), "hello", much)));
        assert!(is_told(after(&mind(|limits| limits.cost_per_day = 0.000_009), "hello", much)));
        for less in [
            mind(|limits| limits.turns_per_day = 10),
            mind(|limits| limits.tokens_per_day = 901),
            mind(|limits| limits.cost_per_day = 0.000_010),
        ] {
            assert_eq!(after(&less, "hello", much), None);
        }
    }

    #[test]
    fn it_is_said_once_and_a_human_can_be_asked_for_all_the_same() {
        let mind = mind(|limits| limits.turns_per_day = 1);
        let spent = Spending { turns: 1, ..today() };
        assert!(is_told(after(&mind, "hello", spent)));
        let told = Spending { told: true, ..spent };
        assert_eq!(after(&mind, "hello?", told), Some(Decision::silent(SPENT)));
        assert_eq!(after(&mind, "talk to a human", told), None);
        let yesterday = Spending { day: Some(jiff::civil::date(2026, 11, 25)), ..told };
        assert_eq!(after(&mind, "hello", yesterday), None);
    }

    #[test]
    fn only_what_asked_a_model_counts_and_costs() {
        let price = serde_json::json!({ "input": 1, "output": 10 });
        let mind = mind(|limits| {
            limits.turns_per_day = 5;
            limits.prices =
                [("m".to_owned(), serde_json::from_value(price).expect("a price"))].into();
        });
        let turn = sample::turn(&["hello"]);
        let asked = TurnRecord {
            told: Some("hash".into()),
            model: Some("m".into()),
            usage: Usage { input: 100, output: 10, ..Usage::default() },
            ..TurnRecord::new(Verdict::Answered)
        };
        let finished = Finished { record: asked, ..Finished::silent("") };
        let finished = mind.accounted(&turn, finished, sample::now());
        assert_eq!(finished.record.cost.expect("a cost").to_string(), "0.0002");
        let counted = Spending { turns: 1, tokens: 110, cost: Money(200_000_000), ..today() };
        assert_eq!(finished.changes, [Change::Spend(counted)]);
        let silent = mind.accounted(&turn, Finished::silent("a human answers"), sample::now());
        assert_eq!((silent.changes, silent.record.cost), (vec![], None));
    }

    #[test]
    fn a_day_ends_where_the_business_is() {
        let mut mind = mind(|limits| limits.turns_per_day = 1);
        mind.schedule.zone = jiff::tz::TimeZone::get("America/Sao_Paulo").expect("a zone");
        // 23:30 there, and the next day in Greenwich.
        let late: Timestamp = "2026-11-27T02:30:00Z".parse().expect("a time");
        let mut turn = sample::turn(&["hello"]);
        turn.person.spent = Spending { turns: 1, ..today() };
        assert!(is_told(mind.beyond(&turn, late)));
        assert_eq!(mind.beyond(&turn, late + SignedDuration::from_mins(31)), None);
    }

    #[test]
    fn only_what_was_written_by_hand_takes_time() {
        let of = |content| {
            let mut turn = sample::turn(&[""]);
            turn.inbound[0].content = content;
            written(&turn)
        };
        let text = |words: &str| of(Content::Text(words.into()));
        assert_eq!(text("Ticket 17 is open."), text("ticket 18 IS open!"));
        assert_ne!(text("Ticket 17 is open."), text("Ticket 17 is closed."));
        assert_eq!(text("hello").map(|written| written.letters), Some(5));
        let tap = Content::Choice { id: "x".into(), title: "Yes, please".into() };
        let place = Content::Location { latitude: 1.0, longitude: 2.0, name: None };
        assert_eq!((of(tap), of(place)), (None, None));
        let mut forwarded = sample::turn(&["hello"]);
        forwarded.inbound[0].attached.forwarded = true;
        assert_eq!(written(&forwarded), None);
    }
}
