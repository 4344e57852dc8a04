//! What is left of somebody who is forgotten goes.

use super::Jobs;
use super::hook::Told;
use crate::domain::job::Erasure;

/// Records that one commit erases.
const AT_ONCE: usize = 256;

impl Jobs {
    /// In small batches, so that nobody waits long for the writer.
    pub(super) async fn erase(&self, left: &Erasure) -> Told {
        loop {
            match self.store.erase(left, AT_ONCE).await {
                Ok(true) => return Told::Yes,
                Ok(false) => {}
                Err(error) => return Told::later(error.to_string()),
            }
        }
    }
}
