//! The person is told what was noted of them, in a few words below the reply.

use crate::assistant::Mind;
use crate::assistant::context::one_line;
use crate::assistant::replies::filled;
use crate::tool::Noted;

/// How much of a value is repeated, in characters.
const VALUE: usize = 80;

impl Mind {
    /// What was saved, and what was corrected; where the conversation stands
    /// is nobody's concern.
    pub(in crate::assistant) fn noted(&self, noted: &[Noted], language: &str) -> Option<String> {
        let mut last: Vec<&Noted> = Vec::new();
        for one in noted.iter().filter(|one| !self.memory.state_keys.contains(&one.key)) {
            last.retain(|other| other.key != one.key);
            last.push(one);
        }
        let line = |name: &str, corrected: bool| {
            let items = last.iter().filter(|one| one.corrected == corrected);
            let items: Vec<String> = items.map(|one| self.item(one, language)).collect();
            let line = filled(self.replies.line(language, name), &[("items", &items.join(", "))]);
            Some(line).filter(|_| !items.is_empty())
        };
        let lines: Vec<String> =
            line("saved", false).into_iter().chain(line("corrected", true)).collect();
        Some(lines.join("\n")).filter(|lines| !lines.is_empty())
    }

    fn item(&self, noted: &Noted, language: &str) -> String {
        let key = noted.key.replace('_', " ");
        let key = self.replies.label(language, &noted.key).unwrap_or(&key);
        format!("{key} = {}", one_line(&noted.value, VALUE))
    }
}
