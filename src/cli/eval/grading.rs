//! Whether the answers are as they should be.

use super::asking::Heard;
use super::cases::{Case, ToolName, Wanted};

/// Why they are not.
pub fn fault(case: &Case, heard: &Heard) -> Option<String> {
    let no_answer = || heard.reason.as_ref().map(|why| format!("no answer was made ({why})"));
    no_answer().or_else(|| of_words(case, heard)).or_else(|| of_tools(case, &heard.tools))
}

fn of_words(case: &Case, heard: &Heard) -> Option<String> {
    let missing = |wanted: &&Wanted| !wanted.is_in(heard.last());
    let said = |wanted: &&Wanted| heard.answers.iter().any(|answer| wanted.is_in(answer));
    let missing = case.must_say.iter().find(missing).map(|wanted| format!("does not say {wanted}"));
    missing.or_else(|| case.must_not_say.iter().find(said).map(|wanted| format!("says {wanted}")))
}

fn of_tools(case: &Case, called: &[String]) -> Option<String> {
    match &case.tool {
        Some(ToolName(tool)) if !called.contains(tool) => {
            let others = if called.is_empty() { "none".to_owned() } else { called.join(", ") };
            Some(format!("did not call {tool} (called: {others})"))
        }
        None if case.no_tool && !called.is_empty() => Some(format!("called {}", called.join(", "))),
        _ => None,
    }
}
