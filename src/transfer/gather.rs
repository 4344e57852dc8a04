//! What the readers of all formats hand their turns to.

use std::collections::HashMap;

use super::{Imported, OnError, ReadError, Reason, Turn};
use crate::domain::message::Role;

/// So many faulty lines are named.
const SHOWN: usize = 10;

/// Turns as they come.
pub(super) struct Gather {
    on_error: OnError,
    /// Everything so far.
    pub imported: Imported,
    /// Where in `turns` an id stands.
    ids: HashMap<String, usize>,
}

impl Gather {
    pub fn new(on_error: OnError) -> Self {
        Self { on_error, imported: Imported::default(), ids: HashMap::new() }
    }

    /// One message, or what is wrong with it.
    pub fn take(&mut self, line: usize, turn: Result<Turn, String>) -> Result<(), ReadError> {
        match turn.and_then(|turn| self.checked(turn)) {
            Ok(Some(turn)) => self.imported.turns.push(turn),
            Ok(None) => {}
            Err(_) if self.on_error == OnError::Skip => self.skip_faulty(line),
            Err(what) => return Err(ReadError::Line { line, what }),
        }
        Ok(())
    }

    /// Something was left out.
    pub fn skip(&mut self, reason: Reason, times: usize) {
        if times > 0 {
            *self.imported.skipped.entry(reason).or_default() += times;
        }
    }

    fn skip_faulty(&mut self, line: usize) {
        self.skip(Reason::Faulty, 1);
        if self.imported.faulty_lines.len() < SHOWN {
            self.imported.faulty_lines.push(line);
        }
    }

    /// The turns by time, those that are alike numbered.
    pub fn finish(self) -> Imported {
        let mut imported = self.imported;
        imported.turns.sort_by_key(|turn| turn.at);
        for same_time in imported.turns.chunk_by_mut(|a, b| a.at == b.at) {
            number(same_time);
        }
        imported
    }

    /// `None` for what need not come in.
    fn checked(&mut self, turn: Turn) -> Result<Option<Turn>, String> {
        if turn.text.trim().is_empty() {
            self.skip(Reason::Empty, 1);
            return Ok(None);
        }
        let Some(id) = &turn.id else { return Ok(Some(turn)) };
        match self.ids.get(id).map(|at| &self.imported.turns[*at]) {
            Some(known) if *known == turn => {
                self.skip(Reason::Repeated, 1);
                Ok(None)
            }
            Some(_) => Err(format!("the id \"{id}\" is another message's already")),
            None => {
                self.ids.insert(id.clone(), self.imported.turns.len());
                Ok(Some(turn))
            }
        }
    }
}

fn number(turns: &mut [Turn]) {
    let mut seen: HashMap<(bool, bool, &str), usize> = HashMap::new();
    for Turn { role, text, repetition, .. } in turns {
        let who = (*role == Role::Person, *role == Role::Business, text.as_str());
        let before = seen.entry(who).or_default();
        *repetition = *before;
        *before += 1;
    }
}
