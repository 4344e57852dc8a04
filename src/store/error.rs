//! Why the store did not do it.

/// Why the store did not do it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Too many writes wait; the caller may try again later.
    #[error("the store has too many writes waiting")]
    Busy,
    /// The disk is nearly full (`store.min_free_mb`).
    #[error("the disk has only {free_mb} MB left (store.min_free_mb = {min_mb})")]
    NoSpace {
        /// What is left.
        free_mb: u64,
        /// What must stay.
        min_mb: u64,
    },
    /// Somebody else holds the lane now, or the question has changed.
    #[error("the claim was lost")]
    ClaimLost,
    /// What the change concerns is not there.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The entry does not stand as the write expects.
    #[error("the entry has changed: {}", version.map_or("it is not there".to_owned(), |v| format!("its version is {v}")))]
    Changed {
        /// How it stands; `None` = it is not there.
        version: Option<u64>,
    },
    /// The write makes no sense for what is there.
    #[error("{0}")]
    Unfit(&'static str),
    /// It would be more than may be kept.
    #[error("{0}")]
    Full(&'static str),
    /// The store could not be opened or has shut down.
    #[error("{0}")]
    Unavailable(String),
    /// The configuration does not fit what is there; it says which key.
    #[error("{0}")]
    Misconfigured(String),
    /// A record can't be read.
    #[error("damaged record: {0}")]
    Damaged(String),
}
