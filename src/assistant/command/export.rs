//! `/export`: all that is kept, behind a link that only its holder knows and
//! that is gone after a day. Nothing is made before somebody follows it.

use std::time::Duration;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::Order;
use crate::assistant::think::Thought;
use crate::domain::change::{Change, Subject};
use crate::domain::id::Business;
use crate::domain::memory::{Op, Origin, Space, Write};

/// The namespace of a business that holds who may fetch what; no program can
/// name it.
pub const SPACE: &str = "olifant.exports";

/// So long a link works.
pub const VALID: Duration = Duration::from_secs(24 * 60 * 60);

/// What the store knows of a link's secret.
pub fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

impl Order<'_> {
    pub(super) fn export(&self) -> Thought {
        let secret = hex::encode(rand::random::<[u8; 32]>());
        let mut url = self.public_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["exports", &secret]);
        }
        let text = self.line("export_link", &[("url", url.as_str())]);
        Thought { changes: vec![self.grant(&secret)], ..self.says(text) }
    }

    /// The store knows the secret by its hash alone.
    fn grant(&self, secret: &str) -> Change {
        let value = json!({ "person": self.turn.person.id });
        let op = Op::Set { value, ttl: Some(VALID) };
        let write = Write { op, ..Write::delete(hash(secret), Origin::Person) };
        let business: Business = self.turn.person.business.clone();
        let space = Subject::Space(Space::Named(business, SPACE.to_owned()));
        Change::Also(Box::new(space), vec![Change::Remember(Box::new(write))])
    }
}
