//! What was found, in words for the operator.

use serde::Serialize;

/// All that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// In the order in which they are read.
    pub groups: Vec<Group>,
}

/// What was found of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// `store`, `numbers.shop` ...
    pub name: String,
    /// One at least.
    pub findings: Vec<Finding>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The same in every version: `meta.token_expired`.
    pub id: &'static str,
    /// How bad it is.
    pub state: State,
    /// What was found, in a sentence without secrets.
    pub what: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The page that explains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<&'static str>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is well.
    Ok,
    /// It works, and somebody should know.
    Note,
    /// It stands in the way of answers.
    Fault,
    /// It could not be looked at.
    Unchecked,
}

impl Report {
    /// How many findings are so.
    pub fn count(&self, state: State) -> usize {
        self.findings().filter(|finding| finding.state == state).count()
    }

    /// Everything, without its group.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.groups.iter().flat_map(|group| &group.findings)
    }
}

impl Group {
    /// Findings under a name.
    pub fn new(name: &str, findings: Vec<Finding>) -> Self {
        Self { name: name.to_owned(), findings }
    }
}

impl Finding {
    /// It is well.
    pub fn ok(id: &'static str, what: impl Into<String>) -> Self {
        Self { id, state: State::Ok, what: what.into(), remedy: None, page: None }
    }

    /// It could not be looked at; what it is, and why.
    pub fn unchecked(id: &'static str, what: impl Into<String>) -> Self {
        Self { state: State::Unchecked, ..Self::ok(id, what) }
    }

    /// It works, and somebody should know.
    pub fn note(
        id: &'static str,
        what: impl Into<String>,
        remedy: impl Into<String>,
        page: &'static str,
    ) -> Self {
        Self { state: State::Note, ..Self::fault(id, what, remedy, page) }
    }

    /// It stands in the way of answers.
    pub fn fault(
        id: &'static str,
        what: impl Into<String>,
        remedy: impl Into<String>,
        page: &'static str,
    ) -> Self {
        let (remedy, page) = (Some(remedy.into()), Some(page));
        Self { id, state: State::Fault, what: what.into(), remedy, page }
    }
}

/// One of the program's own lines, which end with their remedy.
pub fn told(state: State, id: &'static str, line: &str, page: &'static str) -> Finding {
    let (what, remedy) = line.rsplit_once("; ").unwrap_or((line, "correct it"));
    Finding { state, ..Finding::fault(id, what, remedy, page) }
}
