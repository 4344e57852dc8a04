//! What came in while nobody was here: asked of the providers that keep it,
//! and taken by the same door as a webhook's. Meta keeps nothing to ask for; it
//! delivers again, for days.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::change::{Change, Subject};
use crate::domain::failure::Failure;
use crate::domain::id::NumberName;
use crate::intake::Intake;
use crate::provider::Providers;
use crate::provider::twilio::Twilio;
use crate::store::{Store, StoreError};

/// A message can stand in a list late, and clocks differ: each pass looks once
/// more at what came so shortly before the one before it.
const OVERLAP: Duration = Duration::from_secs(10 * 60);

/// Of what is younger the webhook is still on its way, and tells more than a
/// list: where somebody is, what was tapped, what is quoted.
const YOUNG: Duration = Duration::from_secs(60);

/// `[twilio]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Between two looks, in seconds; 0 = never.
    pub catch_up_s: u64,
}

/// Looks for what was missed.
pub struct CatchUp {
    store: Arc<dyn Store>,
    providers: Arc<Providers>,
    intake: Intake,
    every: Duration,
    clock: Clock,
}

/// Why a number is not caught up.
#[derive(Debug, thiserror::Error)]
enum Behind {
    #[error("{}", .0.reason)]
    Untold(Failure),
    #[error(transparent)]
    NotKept(#[from] StoreError),
}

impl CatchUp {
    /// Over these parts.
    pub fn new(
        store: Arc<dyn Store>,
        providers: Arc<Providers>,
        intake: Intake,
        config: &Config,
        clock: Clock,
    ) -> Self {
        let every = Duration::from_secs(config.catch_up_s);
        Self { store, providers, intake, every, clock }
    }

    /// Looks now, and then again and again until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        // What was too young at the start is looked for soon.
        let mut wait = self.every.min(YOUNG);
        while !self.every.is_zero() && !stop.is_cancelled() {
            let next = self.clock.now() + std::mem::replace(&mut wait, self.every);
            let look = async {
                self.pass().await;
                self.clock.reached(next).await;
            };
            stop.run_until_cancelled(look).await;
        }
    }

    /// Looks once, on all numbers.
    pub async fn pass(&self) {
        let Some(twilio) = self.providers.twilio() else { return };
        for number in twilio.numbers() {
            if let Err(error) = self.catch_up(twilio, number).await {
                tracing::warn!(number.name = %number, %error, "What was missed can't be read; it is tried again");
            }
        }
    }

    /// At first sight of a number there is nothing that could have been missed.
    async fn catch_up(&self, twilio: &Twilio, number: &NumberName) -> Result<(), Behind> {
        let now = self.clock.now();
        let known = self.store.number(number).await?.caught_up;
        if let Some(since) = known {
            self.take_since(twilio, number, since).await?;
        }
        let surely = now.saturating_sub(OVERLAP).unwrap_or(Timestamp::MIN);
        let mark = known.map_or(now, |known| known.max(surely));
        self.store.apply(Subject::Number(number.clone()), vec![Change::CaughtUp(mark)]).await?;
        Ok(())
    }

    async fn take_since(
        &self,
        twilio: &Twilio,
        number: &NumberName,
        since: Timestamp,
    ) -> Result<(), Behind> {
        let old = self.clock.now().saturating_sub(YOUNG).unwrap_or(Timestamp::MIN);
        let missed = twilio.missed(number, since).await.map_err(Behind::Untold)?;
        for missed in missed.into_iter().filter(|missed| missed.at() <= old) {
            // Its files need not be asked for.
            if self.store.by_provider_id(number, &missed.id()).await?.is_some() {
                continue;
            }
            let told = twilio.told(number, missed).await.map_err(Behind::Untold)?;
            let tally = self.intake.take("twilio", told).await?;
            tracing::info!(number.name = %number, missed = tally.new, "What was missed is here");
        }
        Ok(())
    }
}
