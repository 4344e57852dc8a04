//! How well sections fit a question: the same search as over what people said,
//! but each section stands for itself.

use super::Section;
use crate::domain::id::Position;
use crate::domain::message::Role;
use crate::recall::{self, Around, Entry, Kind, Language, Options, Query, Terms, analyse};

/// So much of a file tells its language, in bytes.
const BEGINNING: usize = 4000;

/// The words of all sections, in their order.
#[derive(Default)]
pub struct Ranks(Vec<Terms>);

/// What a question finds.
#[derive(Default)]
pub struct Ranked {
    /// Score and index of each section that has to do with it.
    pub found: Vec<(f32, usize)>,
    /// Nothing of it really fits.
    pub weak: bool,
}

impl Ranks {
    /// The sections of one more file.
    pub fn add(&mut self, sections: &[Section]) {
        let known = language(sections);
        let words = |s: &Section| analyse(&format!("{}\n{}", s.title, s.text), known);
        self.0.extend(sections.iter().map(words));
    }

    /// What has to do with a question.
    pub fn find(&self, question: &str) -> Ranked {
        let entries: Vec<Entry<'_>> = (0..).zip(&self.0).map(entry).collect();
        let around = Around { met: recall::languages(&entries), ..Around::default() };
        let options = Options { limit: usize::MAX, kind: Kind::Sections, ..Options::default() };
        let found = recall::search(&Query::new(question, &around), entries, &options);
        let place = |hit: &recall::Hit| usize::try_from(hit.position.seq).unwrap_or(usize::MAX);
        Ranked {
            found: found.hits.iter().map(|hit| (hit.score, place(hit))).collect(),
            weak: found.is_weak(),
        }
    }
}

fn entry((at, terms): (u64, &Terms)) -> Entry<'_> {
    let position = Position { seq: at, part: 0 };
    let terms = terms.packed();
    Entry { conversation: 0, position, at: 0, role: Role::Business, speaker: 0, terms }
}

/// What a file is written in: its sections may be too short to tell.
fn language(sections: &[Section]) -> Option<Language> {
    let mut beginning = String::new();
    for section in sections {
        beginning.extend([&section.text, "\n"]);
        if beginning.len() > BEGINNING {
            break;
        }
    }
    analyse(&beginning, None).packed().language()
}
