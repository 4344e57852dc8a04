//! The rates of the pair and of the number are kept by waiting.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::domain::delivery::Delivery;
use crate::domain::id::{ConversationId, NumberName};
use crate::domain::pace::Pace;
use crate::provider::Limits;

/// A place that is further away than this is waited for in the lane.
const LONG: Duration = Duration::from_secs(5);

/// What all numbers have used of their rates.
#[derive(Default)]
pub(super) struct Pacing(Mutex<Paces>);

#[derive(Default)]
struct Paces {
    pairs: HashMap<ConversationId, Pace>,
    numbers: HashMap<NumberName, Pace>,
}

impl Pacing {
    /// Waits for a place in the rates of the pair and of the number, if it is
    /// near; says when it is, if it is far.
    pub(super) async fn take_place(
        &self,
        delivery: &Delivery,
        limits: Limits,
        clock: &Clock,
    ) -> Result<(), Timestamp> {
        let now = clock.now();
        let at = {
            let mut paces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            paces.book(delivery, limits, now)?
        };
        let wait = Duration::try_from(at.duration_since(now)).unwrap_or_default();
        if wait > Duration::ZERO {
            clock.pause(wait).await;
        }
        Ok(())
    }
}

impl Paces {
    fn book(
        &mut self,
        delivery: &Delivery,
        limits: Limits,
        now: Timestamp,
    ) -> Result<Timestamp, Timestamp> {
        self.pairs.retain(|_, pace| !pace.is_idle(now));
        let pair = self.pairs.entry(delivery.id.conversation).or_default();
        let number = self.numbers.entry(delivery.conversation.number.name.clone()).or_default();
        let free = pair.free_at(now, limits.pair).max(number.free_at(now, limits.number));
        if free > now + LONG {
            return Err(free);
        }
        Ok(pair.book(now, limits.pair).max(number.book(now, limits.number)))
    }
}
