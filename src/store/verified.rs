//! What looking through a store found.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// So many flaws are named.
const NAMED: usize = 1000;

/// What looking through a store found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// Records by what they are.
    pub records: BTreeMap<String, u64>,
    /// What does not fit together; the first thousand.
    pub found: Vec<Found>,
    /// How many flaws there are in all.
    pub flaws: u64,
}

/// One thing that does not fit. It holds internal ids and hashes alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What is wrong.
    pub flaw: Flaw,
    /// With which record.
    pub at: String,
}

/// What can be wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// It does not open, or holds something else.
    Unreadable,
    /// It stands where nothing stands.
    Stray,
    /// It is sealed under a key that was never given out.
    KeyUnknown,
    /// It has the key of somebody else.
    KeyShared,
    /// What it belongs to is not there.
    Orphan,
    /// An alias and its person don't name each other.
    Alias,
    /// It lies beyond the end of its conversation.
    Beyond,
    /// Its lane waits without a mark, or is marked without waiting.
    Mark,
    /// Its lane does not wait, and has work.
    Stuck,
    /// The search index says something else than the messages.
    Index,
    /// The provider's id is not known: it could come in a second time.
    Seen,
    /// A delivery and its message don't fit together.
    Delivery,
    /// An entry and the order of writing don't fit together.
    Order,
    /// An entry and its end don't fit together.
    Expiry,
    /// A space holds something else than it counts.
    Count,
}

impl Flaw {
    /// What it is, for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "does not open, or holds something else",
            Self::Stray => "stands where nothing stands",
            Self::KeyUnknown => "is sealed under a key that was never given out",
            Self::KeyShared => "has the key of somebody else",
            Self::Orphan => "belongs to something that is not there",
            Self::Alias => "alias and person don't name each other",
            Self::Beyond => "lies beyond the end of its conversation",
            Self::Mark => "waits without a mark, or is marked without waiting",
            Self::Stuck => "has work that nobody is told of",
            Self::Index => "the search index says something else than the messages",
            Self::Seen => "could come in a second time",
            Self::Delivery => "delivery and message don't fit together",
            Self::Order => "entry and order of writing don't fit together",
            Self::Expiry => "entry and its end don't fit together",
            Self::Count => "holds something else than it counts",
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.flaw.as_str())
    }
}

impl Verified {
    /// Whether all fits together.
    pub fn is_sound(&self) -> bool {
        self.flaws == 0
    }

    /// Notes a flaw.
    pub fn add(&mut self, flaw: Flaw, at: String) {
        self.flaws += 1;
        if self.found.len() < NAMED {
            self.found.push(Found { flaw, at });
        }
    }
}
