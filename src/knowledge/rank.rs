//! How well sections fit a question: BM25 over their words.

use std::collections::HashMap;

use unicode_segmentation::UnicodeSegmentation;

/// How fast a repeated word counts less, and how much long sections do.
const K1: f32 = 0.9;
const B: f32 = 0.4;

/// The words of all sections.
#[derive(Default)]
pub struct Ranks {
    sections: Vec<HashMap<String, f32>>,
    frequency: HashMap<String, f32>,
    mean: f32,
}

impl Ranks {
    /// In the sections' order.
    pub fn of(texts: impl Iterator<Item = String>) -> Self {
        let mut ranks = Self::default();
        for text in texts {
            let mut counts = HashMap::new();
            for word in words(&text) {
                *counts.entry(word).or_insert(0.0) += 1.0;
            }
            for word in counts.keys() {
                *ranks.frequency.entry(word.clone()).or_insert(0.0) += 1.0;
            }
            ranks.mean += counts.values().sum::<f32>();
            ranks.sections.push(counts);
        }
        ranks.mean /= (ranks.sections.len() as f32).max(1.0);
        ranks
    }

    /// A score for each section; 0 = they share no word.
    pub fn scores(&self, query: &str) -> Vec<f32> {
        let query = words(query);
        self.sections.iter().map(|section| self.score(section, &query)).collect()
    }

    fn score(&self, section: &HashMap<String, f32>, query: &[String]) -> f32 {
        let length = section.values().sum::<f32>() / self.mean.max(1.0);
        let one = |word: &String| {
            let times = section.get(word).copied()?;
            Some(self.rarity(word) * times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length)))
        };
        query.iter().filter_map(one).sum()
    }

    fn rarity(&self, word: &str) -> f32 {
        let (all, with) = (self.sections.len() as f32, self.frequency.get(word).copied());
        let with = with.unwrap_or_default();
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }
}

fn words(text: &str) -> Vec<String> {
    text.unicode_words().map(str::to_lowercase).collect()
}
