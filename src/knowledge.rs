//! What the business knows: its own files, cut into sections under their
//! headings. The model is told all of it while that fits, else the sections
//! that fit the question best.

pub mod answers;

mod block;
mod files;
mod pdf;
mod rank;
mod split;

use std::path::Path;

use crate::tokens;
use rank::Ranks;

pub use files::matched;

/// How much more an answer counts that somebody taught: it was taught because
/// the files did not say it, or said it wrongly.
const TAUGHT: f32 = 2.0;

/// What one business knows.
#[derive(Default)]
pub struct Knowledge {
    sections: Vec<Section>,
    ranks: Ranks,
    /// Of all sections; told together they have a few more.
    tokens: u32,
    warnings: Vec<String>,
}

/// A piece of a file, as it is told and found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Section {
    /// The file and the headings above it: `prices.md > Haircuts`.
    pub title: String,
    /// What stands there.
    pub text: String,
    /// How long both are for a model.
    pub tokens: u32,
    /// Whether `olifant teach` wrote it.
    pub taught: bool,
}

/// A section and how well it fits a question.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Found<'a> {
    /// More is better.
    pub score: f32,
    /// What was found.
    #[serde(flatten)]
    pub section: &'a Section,
}

impl Knowledge {
    /// Reads all files that the patterns match, and the taught answers if
    /// there are any. The error is one line that names the pattern or file,
    /// and the remedy.
    pub fn load(patterns: &[String], answers: Option<&Path>) -> Result<Self, String> {
        let (files, warnings) = files::read(patterns, answers)?;
        let sections: Vec<Section> = files.iter().flat_map(sections).collect();
        let ranks = Ranks::of(sections.iter().map(|s| format!("{}\n{}", s.title, s.text)));
        let tokens = sections.iter().fold(0u32, |sum, s| sum.saturating_add(s.tokens));
        Ok(Self { sections, ranks, tokens, warnings })
    }

    /// Everything, file by file.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// What an operator should know of the files, a line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What fits a question, best first.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Found<'_>> {
        let ranked = self.ranked(query).into_iter().take(limit);
        ranked.map(|(score, at)| Found { score, section: &self.sections[at] }).collect()
    }

    /// What the model is told before it answers `query`, never longer than
    /// `budget` tokens: everything while it fits, else what fits the question
    /// best, in the order of the files. Empty if nothing is known.
    pub fn block(&self, query: &str, budget: u32) -> String {
        if self.tokens <= budget {
            let whole = block::whole(&self.sections);
            if tokens::count(&whole) <= budget {
                return whole;
            }
        }
        self.best(query, budget)
    }

    /// Words that no file has are no reason to know nothing: then it is the
    /// beginning, where most files say the most general things.
    fn best(&self, query: &str, budget: u32) -> String {
        let ranked = self.ranked(query).into_iter().map(|(_, at)| at);
        let mut order: Vec<usize> = ranked.collect();
        if order.is_empty() {
            order = (0..self.sections.len()).collect();
        }
        let mut chosen = self.fitting(order, budget);
        while !chosen.is_empty() {
            let told = block::part(&self.sections, &chosen);
            if tokens::count(&told) <= budget {
                return told;
            }
            // Joined texts can be a little longer than their sum.
            chosen.pop();
        }
        String::new()
    }

    /// As many as fit, the first of `order` first.
    fn fitting(&self, order: Vec<usize>, budget: u32) -> Vec<usize> {
        let mut left = budget.saturating_sub(block::frame());
        let fits = |at: &usize| match left.checked_sub(self.sections[*at].tokens) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        };
        order.into_iter().filter(fits).collect()
    }

    /// Score and index of what has anything to do with the query, best first.
    fn ranked(&self, query: &str) -> Vec<(f32, usize)> {
        let weighed = self.ranks.scores(query).into_iter().zip(&self.sections);
        let weighed = weighed.map(|(score, s)| if s.taught { score * TAUGHT } else { score });
        let mut ranked: Vec<(f32, usize)> =
            weighed.zip(0..).filter(|(score, _)| *score > 0.0).collect();
        ranked.sort_by(|(a, m), (b, n)| b.total_cmp(a).then(m.cmp(n)));
        ranked
    }
}

fn sections(file: &files::File) -> impl Iterator<Item = Section> {
    file.pieces.iter().map(|piece| {
        let title = match piece.path.as_str() {
            "" => file.name.clone(),
            path => format!("{} > {path}", file.name),
        };
        let (title, text) = (block::harmless(&title), block::harmless(&piece.text));
        let tokens = tokens::count(&block::section(&title, &text));
        Section { title, text, tokens, taught: file.taught }
    })
}

#[cfg(test)]
mod tests;
