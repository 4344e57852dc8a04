//! How things stand at the moment somebody looks.

use std::sync::atomic::AtomicU64;

use jiff::Timestamp;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::{Label, add, label};
use crate::domain::id::NumberName;
use crate::store::{Load, NumberState, Waiting};

type Seconds = Gauge<f64, AtomicU64>;

/// How things stand.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What waits, and what room there is.
    pub load: Load,
    /// Our numbers.
    pub numbers: Vec<NumberNow>,
    /// When.
    pub now: Timestamp,
}

/// How a number stands.
#[derive(Clone, Debug)]
pub struct NumberNow {
    /// Its name in the configuration.
    pub name: NumberName,
    /// So many messages arrive free each month.
    pub free: u32,
    /// What is known of it.
    pub state: NumberState,
}

/// What is set anew for each page.
#[derive(Debug)]
pub(super) struct Gauges {
    began: Timestamp,
    uptime: Seconds,
    waiting: Family<[Label; 1], Gauge>,
    oldest: Family<[Label; 1], Seconds>,
    delivered: Family<[Label; 1], Gauge>,
    free: Family<[Label; 1], Gauge>,
    paused: Family<[Label; 1], Gauge>,
    store: Gauge,
    /// Empty where the store can't tell.
    disk: Family<[Label; 0], Gauge>,
}

impl Gauges {
    pub fn new(own: &mut Registry, began: Timestamp) -> Self {
        Self {
            began,
            uptime: add(own, "uptime_seconds", "Since the program started", Seconds::default()),
            waiting: add(own, "waiting", "Conversations, and jobs, that wait", Family::default()),
            oldest: add(own, "oldest_waiting_seconds", "The oldest message", Family::default()),
            delivered: add(
                own,
                "number_delivered_messages",
                "Messages of this month that count against the free ones",
                Family::default(),
            ),
            free: add(own, "number_free_messages", "Free messages a month", Family::default()),
            paused: add(own, "number_paused", "1 = nothing is sent from it", Family::default()),
            store: add(own, "store_bytes", "What the store takes on its disk", Gauge::default()),
            disk: add(own, "disk_free_bytes", "What its disk has left", Family::default()),
        }
    }

    pub fn show(&self, snapshot: &Snapshot) {
        let Snapshot { load, numbers, now } = snapshot;
        self.uptime.set(seconds(self.began, *now));
        self.show_waiting("turns", &load.turns, *now);
        self.show_waiting("deliveries", &load.deliveries, *now);
        self.waiting.get_or_create(&[label("lane", "jobs")]).set(whole(load.jobs));
        self.store.set(whole(load.bytes));
        if let Some(free) = load.free {
            self.disk.get_or_create(&[]).set(whole(free));
        }
        for number in numbers {
            self.show_number(number);
        }
    }

    fn show_waiting(&self, lane: &'static str, waiting: &Waiting, now: Timestamp) {
        let labels = [label("lane", lane)];
        self.waiting.get_or_create(&labels).set(whole(waiting.lanes));
        let age = waiting.since.map_or(0.0, |since| seconds(since, now));
        self.oldest.get_or_create(&labels).set(age);
    }

    fn show_number(&self, number: &NumberNow) {
        let labels = [label("number", number.name.as_str())];
        self.delivered.get_or_create(&labels).set(number.state.delivered.into());
        self.free.get_or_create(&labels).set(number.free.into());
        self.paused.get_or_create(&labels).set(number.state.paused.is_some().into());
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}

fn whole(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
