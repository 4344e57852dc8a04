//! How far a long import is, for whoever looks on.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// So often it is said.
const PACE: Duration = Duration::from_secs(2);

/// How far it is.
pub struct Progress {
    all: usize,
    done: usize,
    began: Instant,
    said: Instant,
    shown: bool,
}

impl Progress {
    /// Out of so many; silent where nobody looks, unless it is wanted.
    pub fn new(all: usize, wanted: bool) -> Self {
        let now = Instant::now();
        let shown = wanted || std::io::stderr().is_terminal();
        Self { all, done: 0, began: now, said: now, shown }
    }

    /// So many more.
    pub fn came(&mut self, more: usize) {
        self.done += more;
        if self.shown && self.said.elapsed() >= PACE {
            self.said = Instant::now();
            super::note(&self.words(self.began.elapsed()));
        }
    }

    fn words(&self, took: Duration) -> String {
        let part = 100 * self.done / self.all.max(1);
        let left = took.as_secs_f64() * (self.all - self.done) as f64 / self.done.max(1) as f64;
        format!("{} of {} messages ({part} %), {left:.0} s left", self.done, self.all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_far_it_is_and_how_long_it_takes() {
        let mut progress = Progress::new(2000, false);
        progress.came(500);
        let words = progress.words(Duration::from_secs(10));
        assert_eq!(words, "500 of 2000 messages (25 %), 30 s left");
    }
}
