//! What a stand-in reports of a message by itself.

/// How a message's way goes on after it was accepted.
#[derive(Clone, Copy)]
pub(in crate::sandbox) enum Course {
    /// It arrives and is read.
    Arrives,
    /// It is a reaction: only that it was sent is told.
    Reacts,
    /// It is never delivered, for this reason.
    Fails(u32),
}

impl Course {
    /// The statuses with their errors, in order.
    pub(in crate::sandbox) fn statuses(self) -> Vec<(&'static str, Option<u32>)> {
        match self {
            Self::Arrives => vec![("sent", None), ("delivered", None), ("read", None)],
            Self::Reacts => vec![("sent", None)],
            Self::Fails(code) => vec![("failed", Some(code))],
        }
    }
}
