//! Who does the work: claim, do, finish.

pub mod deliveries;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::assistant::Assistant;
use crate::clock::Clock;
use crate::provider::Providers;
use crate::store::Store;

/// To come.
pub struct Workers;

impl Workers {
    /// To come.
    pub fn new(
        _: Arc<dyn Store>,
        _: Arc<Assistant>,
        _: Arc<Providers>,
        _: deliveries::Config,
        _: Clock,
    ) -> Arc<Self> {
        Arc::new(Self)
    }

    /// To come.
    pub async fn run(&self, stop: CancellationToken) {
        stop.cancelled().await;
    }
}
