//! Search over one person's own past turns, and over sections of documents:
//! pure functions. No model is asked and nothing is kept but each turn's
//! packed [`Terms`]; a search is one walk over all of them, which takes the
//! statistics from what it walks over.
//!
//! The way of a turn: [`analyse`] makes its terms when it is stored; 32 of
//! them become one [`Block`]; a [`Query`] meets all of them in [`search`];
//! vectors, where there are any, join in [`fuse`].

mod about;
mod block;
mod dates;
mod endings;
mod fold;
mod forms;
mod fuse;
mod indonesian;
mod language;
mod needle;
mod phrase;
mod query;
mod repeats;
mod scan;
mod search;
mod share;
mod sieve;
mod skeleton;
mod spaceless;
mod stop_words;
mod stored;
mod terms;
#[cfg(test)]
mod tests;
mod vector;
mod words;

pub use about::speaker;
pub use block::{BadBlock, Block, Entry, encode, languages, usual};
pub use fuse::{DENSE, Likeness, fuse};
pub use language::{Language, Languages};
pub use needle::Needle;
pub use phrase::Phrase;
pub use query::{Around, Query};
pub use search::{Found, Hit, Kind, Options, search};
pub use share::share;
pub use sieve::Sieve;
pub use stored::found_by;
pub use terms::{Packed, Terms, analyse};
pub use vector::Vector;

/// How texts are analysed. It rises with every change to what [`analyse`]
/// makes of a text; blocks of another are [`BadBlock::Outdated`].
pub const ANALYSER: u8 = 1;

/// The turns of so many consecutive `seq` of a conversation are one block.
pub const BLOCK: u64 = 32;
