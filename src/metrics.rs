//! What is counted and measured, for whoever watches the program. One value,
//! handed down to those who know what happens; `GET /metrics` reads it.
//!
//! A label is a name of the configuration or the name of an outcome: nothing
//! of a person's, and nothing that grows.

mod snapshot;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};

use crate::domain::id::Business;
use crate::domain::record::{TurnRecord, Usage};
use snapshot::Gauges;
pub use snapshot::{NumberNow, Snapshot};

/// A label's name and value.
type Label = (&'static str, String);
type Counters<const N: usize> = Family<[Label; N], Counter>;
type Times<const N: usize> = Family<[Label; N], Histogram, fn() -> Histogram>;

/// From what nobody notices to what nobody waits for, in seconds.
const SECONDS: [f64; 11] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0];

/// How a webhook can end.
const WEBHOOKS: [Webhook; 5] =
    [Webhook::Accepted, Webhook::Duplicate, Webhook::Rejected, Webhook::Unreadable, Webhook::Busy];

/// How a try to send can end.
const DELIVERIES: [&str; 6] = ["sent", "retry", "uncertain", "resend", "failed", "undelivered"];

/// How a nightly backup can end.
const BACKUPS: [&str; 2] = ["made", "failed"];

/// How a turn can end.
const TURNS: [&str; 4] = ["answered", "said", "silent", "failed"];

/// How a webhook ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Webhook {
    /// It is on disk, or means nothing to us.
    Accepted,
    /// All of it was known before.
    Duplicate,
    /// It is not the provider's, or not whole.
    Rejected,
    /// It is the provider's, and some of it can't be read.
    Unreadable,
    /// It could not be kept: the provider delivers it again.
    Busy,
}

impl Webhook {
    /// Its name in a label.
    fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
            Self::Unreadable => "unreadable",
            Self::Busy => "busy",
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    webhooks: Counters<2>,
    events: Counters<2>,
    turns: Times<1>,
    calls: Counters<3>,
    answers: Times<1>,
    tokens: Counters<3>,
    deliveries: Counters<2>,
    backups: Counters<1>,
    gauges: Gauges,
}

impl Metrics {
    /// Nothing has happened yet, with any of these providers.
    pub fn new(providers: BTreeSet<String>, now: Timestamp) -> Self {
        let mut registry = Registry::with_prefix("olifant");
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version that runs", version);
        let own = &mut registry;
        let metrics = Self {
            webhooks: add(own, "webhooks", "Webhooks by how they ended", Counters::default()),
            events: add(own, "webhook_events", "What webhooks held", Counters::default()),
            turns: add(own, "turn_duration_seconds", "From claim to answer", times()),
            calls: add(own, "model_calls", "Questions to models", Counters::default()),
            answers: add(own, "model_duration_seconds", "Until a model answered", times()),
            tokens: add(own, "model_tokens", "Tokens that models used", Counters::default()),
            deliveries: add(own, "delivery_attempts", "Tries to send", Counters::default()),
            backups: add(own, "backups", "Nightly backups", Counters::default()),
            gauges: Gauges::new(own, now),
            registry,
        };
        metrics.show_nothing_yet(providers);
        metrics
    }

    /// A webhook is answered.
    pub fn webhook(&self, provider: &str, ended: Webhook) {
        let labels = [label("provider", provider), label("outcome", ended.as_str())];
        self.webhooks.get_or_create(&labels).inc();
    }

    /// So many elements of webhooks, or of what was caught up with, ended so.
    pub fn events(&self, provider: &str, outcome: &str, count: usize) {
        if count > 0 {
            let labels = [label("provider", provider), label("outcome", outcome)];
            self.events.get_or_create(&labels).inc_by(count as u64);
        }
    }

    /// A turn is over.
    pub fn turn_is_over(&self, record: &TurnRecord) {
        let labels = [label("verdict", record.verdict.as_str())];
        self.turns.get_or_create(&labels).observe(record.took.as_secs_f64());
    }

    /// A model was asked, and this came of it.
    pub fn model_was_asked(&self, business: &Business, model: &str, outcome: &str) {
        let labels = [
            label("business", business.as_str()),
            label("model", model),
            label("outcome", outcome),
        ];
        self.calls.get_or_create(&labels).inc();
    }

    /// A model answered.
    pub fn model_answered(&self, business: &Business, model: &str, usage: Usage, took: Duration) {
        self.answers.get_or_create(&[label("model", model)]).observe(took.as_secs_f64());
        for (kind, count) in [("input", usage.input), ("output", usage.output)] {
            let labels =
                [label("business", business.as_str()), label("model", model), label("kind", kind)];
            self.tokens.get_or_create(&labels).inc_by(count);
        }
    }

    /// A delivery was tried; or it turned out that it did not arrive.
    pub fn delivery_was_tried(&self, provider: &str, outcome: &str) {
        let labels = [label("provider", provider), label("outcome", outcome)];
        self.deliveries.get_or_create(&labels).inc();
    }

    /// A nightly backup was made, or it failed.
    pub fn backup_ended(&self, outcome: &str) {
        self.backups.get_or_create(&[label("outcome", outcome)]).inc();
    }

    /// All of it, in the text format of OpenMetrics, with how things stand now.
    pub fn page(&self, snapshot: &Snapshot) -> String {
        self.gauges.show(snapshot);
        let mut page = String::new();
        // A text takes whatever is written into it.
        let _ = text::encode(&mut page, &self.registry);
        page
    }

    /// A series that is not there tells nobody that nothing happens.
    fn show_nothing_yet(&self, providers: BTreeSet<String>) {
        for provider in providers {
            for ended in WEBHOOKS.map(Webhook::as_str) {
                let labels = [label("provider", &provider), label("outcome", ended)];
                self.webhooks.get_or_create(&labels).inc_by(0);
            }
            for outcome in DELIVERIES {
                let labels = [label("provider", &provider), label("outcome", outcome)];
                self.deliveries.get_or_create(&labels).inc_by(0);
            }
        }
        for outcome in BACKUPS {
            self.backups.get_or_create(&[label("outcome", outcome)]).inc_by(0);
        }
        for verdict in TURNS {
            drop(self.turns.get_or_create(&[label("verdict", verdict)]));
        }
    }
}

fn label(name: &'static str, value: &str) -> Label {
    (name, value.to_owned())
}

fn times<const N: usize>() -> Times<N> {
    Times::new_with_constructor(|| Histogram::new(SECONDS))
}

fn add<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::Verdict;
    use crate::store::{Load, NumberState, Waiting};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn snapshot() -> Snapshot {
        let turns = Waiting { lanes: 2, since: Some(at(1_000)) };
        let load = Load { turns, jobs: 3, bytes: 4096, free: Some(1 << 40), ..Load::default() };
        let state = NumberState { delivered: 12, ..NumberState::default() };
        let number = NumberNow { name: "shop".into(), free: 1000, state };
        Snapshot { load, numbers: vec![number], now: at(1_090) }
    }

    #[test]
    fn what_happened_and_how_things_stand_is_one_page() {
        let metrics = Metrics::new(BTreeSet::from(["meta".to_owned()]), at(1_000));
        metrics.webhook("meta", Webhook::Accepted);
        metrics.events("meta", "new", 2);
        let took = Duration::from_millis(300);
        metrics.turn_is_over(&TurnRecord { took, ..TurnRecord::new(Verdict::Answered) });
        let usage = Usage { input: 70, output: 9, ..Usage::default() };
        metrics.model_answered(&"main".into(), "stand-in", usage, took);
        metrics.delivery_was_tried("meta", "sent");
        let page = metrics.page(&snapshot());
        for line in [
            r#"olifant_webhooks_total{provider="meta",outcome="accepted"} 1"#,
            r#"olifant_webhooks_total{provider="meta",outcome="busy"} 0"#,
            r#"olifant_webhook_events_total{provider="meta",outcome="new"} 2"#,
            r#"olifant_turn_duration_seconds_bucket{le="0.5",verdict="answered"} 1"#,
            r#"olifant_turn_duration_seconds_count{verdict="failed"} 0"#,
            r#"olifant_model_tokens_total{business="main",model="stand-in",kind="input"} 70"#,
            r#"olifant_delivery_attempts_total{provider="meta",outcome="sent"} 1"#,
            r#"olifant_backups_total{outcome="failed"} 0"#,
            r#"olifant_waiting{lane="turns"} 2"#,
            r#"olifant_waiting{lane="jobs"} 3"#,
            r#"olifant_oldest_waiting_seconds{lane="turns"} 90.0"#,
            r#"olifant_oldest_waiting_seconds{lane="deliveries"} 0.0"#,
            r#"olifant_number_delivered_messages{number="shop"} 12"#,
            r#"olifant_number_free_messages{number="shop"} 1000"#,
            r#"olifant_number_paused{number="shop"} 0"#,
            "olifant_store_bytes 4096",
            "olifant_disk_free_bytes 1099511627776",
            "olifant_uptime_seconds 90.0",
        ] {
            assert!(page.lines().any(|own| own == line), "{line}\nis not in\n{page}");
        }
        assert!(page.contains("olifant_build_info{version=") && page.ends_with("# EOF\n"));
    }
}
