//! Times, and how they are told.

use std::time::{Duration, Instant};

/// How long something took, each time.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Waits for it and notes how long that took.
    pub async fn of<T>(&mut self, what: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let done = what.await;
        self.0.push(began.elapsed());
        done
    }

    /// Without the first few.
    pub fn without(mut self, first: usize) -> Self {
        self.0.drain(..first);
        self
    }

    /// The one in the middle, in milliseconds.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// A line of the table.
    pub fn report(&self, title: &str) {
        let cells = [0.5, 0.99, 1.0].map(|share| format!("{:.3} ms", self.at(share)));
        let times = self.0.len().to_string();
        print(title, &[&cells[0], &cells[1], &cells[2], &times]);
    }

    fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len().saturating_sub(1) as f64 * share) as usize;
        sorted.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

/// A line of the table.
#[expect(clippy::print_stdout, reason = "what a benchmark is for")]
pub fn print(title: &str, cells: &[&str]) {
    let cells: String = cells.iter().map(|cell| format!("{cell:>14}")).collect();
    println!("{title:<46}{cells}");
}
