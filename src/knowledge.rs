//! What the business knows: its own files, cut into sections under their
//! headings. The model is told all of it while that fits, else the sections
//! that fit the question best.

pub mod answers;

mod block;
mod files;
mod pdf;
mod rank;
mod split;

use std::collections::HashSet;
use std::path::Path;

use crate::tokens;
use rank::{Ranked, Ranks};

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
        let mut knowledge = Self { warnings, ..Self::default() };
        for file in &files {
            knowledge.add(sections(file).collect());
        }
        Ok(knowledge)
    }

    fn add(&mut self, file: Vec<Section>) {
        self.ranks.add(&file);
        let tokens = file.iter().map(|section| section.tokens);
        self.tokens = tokens.fold(self.tokens, u32::saturating_add);
        self.sections.extend(file);
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
    pub fn search(&self, question: &str, limit: usize) -> Vec<Found<'_>> {
        let found = self.found(question).0.into_iter().take(limit);
        found.map(|(score, at)| Found { score, section: &self.sections[at] }).collect()
    }

    /// What the model is told before it answers `question`, never longer than
    /// `budget` tokens: everything while it fits, else what fits the question
    /// best, in the order of the files. Empty if nothing is known.
    pub fn block(&self, question: &str, budget: u32) -> String {
        if self.tokens <= budget {
            let whole = block::whole(&self.sections);
            if tokens::count(&whole) <= budget {
                return whole;
            }
        }
        self.best(question, budget)
    }

    /// A question that no file answers is no reason to know nothing: then it
    /// is the beginning as well, where most files say the most general things.
    fn best(&self, question: &str, budget: u32) -> String {
        let (found, weak) = self.found(question);
        let mut order: Vec<usize> = found.into_iter().map(|(_, at)| at).collect();
        if weak {
            let found: HashSet<usize> = order.iter().copied().collect();
            order.extend((0..self.sections.len()).filter(|at| !found.contains(at)));
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

    /// Score and index of what has to do with the question, best first, and
    /// whether nothing of it really fits.
    fn found(&self, question: &str) -> (Vec<(f32, usize)>, bool) {
        let Ranked { mut found, weak } = self.ranks.find(question);
        for (score, at) in &mut found {
            *score *= if self.sections[*at].taught { TAUGHT } else { 1.0 };
        }
        found.sort_by(|(a, m), (b, n)| b.total_cmp(a).then(m.cmp(n)));
        (found, weak)
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
