//! How much of a budget a prompt takes. Words are counted by the tokenizer;
//! what the format puts around them is assumed to be what OpenAI's puts.

use super::{COLLEAGUE, Line, Prompt, Step, ToolSpec};
use crate::domain::message::Role;
use crate::tokens;

/// Around each message: who says it, where it begins and where it ends.
pub const MESSAGE: u32 = 4;

/// Where the answer begins.
pub const ANSWER: u32 = 3;

/// Around each tool. Their JSON is counted as it is sent; servers show it to
/// the model in a shorter form.
const TOOL: u32 = 8;

/// What a result of a tool is cut to before it is left out.
const RESULT: u32 = 64;

impl Prompt {
    /// All of it, in tokens.
    pub fn tokens(&self) -> u32 {
        let system = sum(self.system.iter().map(|text| of_text(text)));
        let dialog = sum(self.dialog.iter().map(of_line));
        let steps = sum(self.steps.iter().map(of_step));
        sum([ANSWER, system, dialog, steps, of_tools(&self.tools)].into_iter())
    }

    /// Makes room for what came of tools: the oldest of what was said goes,
    /// but not the last `own` messages; then results are cut, and the oldest
    /// steps left out. What it was before the first step has to fit.
    pub fn shrink(&mut self, own: usize, most: u32) {
        let mut over = self.tokens().saturating_sub(most);
        while over > 0 && self.dialog.len() > own {
            over = over.saturating_sub(of_line(&self.dialog.remove(0)));
        }
        let mut at = 0;
        while over > 0 && at < self.steps.len() {
            over = over.saturating_sub(self.steps[at].shorten());
            at += 1;
        }
        while over > 0 && !self.steps.is_empty() {
            over = over.saturating_sub(of_step(&self.steps.remove(0)));
        }
    }
}

impl Step {
    /// How much shorter it is now.
    fn shorten(&mut self) -> u32 {
        let before = tokens::count(&self.result);
        self.result = tokens::cut(&self.result, RESULT).to_owned();
        before.saturating_sub(tokens::count(&self.result))
    }
}

/// A message of these words.
pub fn of_text(text: &str) -> u32 {
    MESSAGE.saturating_add(tokens::count(text))
}

/// A message of the conversation.
pub fn of_line(line: &Line) -> u32 {
    of_words(line.role, tokens::count(&line.text))
}

/// A message of the conversation whose words have so many tokens.
pub fn of_words(role: Role, words: u32) -> u32 {
    let mark = match role {
        Role::Person | Role::Assistant => 0,
        Role::Business => tokens::count(COLLEAGUE),
    };
    sum([MESSAGE, mark, words].into_iter())
}

/// What may be called.
pub fn of_tools(tools: &[ToolSpec]) -> u32 {
    let size = |tool: &ToolSpec| {
        // A tool is plain data: it always has a JSON form.
        let json = serde_json::to_string(tool).unwrap_or_default();
        TOOL.saturating_add(tokens::count(&json))
    };
    sum(tools.iter().map(size))
}

/// A call and its result: two messages.
fn of_step(step: &Step) -> u32 {
    let words = [&step.call.id, &step.call.name, &step.call.arguments, &step.result];
    let words = words.into_iter().map(|text| tokens::count(text));
    let extra = step.call.extra_content.as_ref().map(|extra| tokens::count(&extra.to_string()));
    sum(words.chain(extra).chain([MESSAGE * 2, TOOL]))
}

fn sum(sizes: impl Iterator<Item = u32>) -> u32 {
    sizes.fold(0, u32::saturating_add)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::llm::ToolCall;

    fn line(text: String) -> Line {
        Line { role: Role::Person, text }
    }

    fn step(arguments: String, result: String) -> Step {
        let (id, name) = ("call_1".into(), "recall".into());
        let call = ToolCall { id, name, arguments, extra_content: None };
        Step { call, result }
    }

    fn prompt(dialog: Vec<Line>, steps: Vec<Step>) -> Prompt {
        let system = vec!["Be kind.".into(), "It is Thursday.".into()];
        Prompt { system, dialog, steps, tools: vec![], max_output_tokens: 100 }
    }

    #[test]
    fn each_part_counts() {
        let bare = prompt(vec![], vec![]);
        assert_eq!(bare.tokens(), 3 + (4 + 3) + (4 + 4));
        let colleague = Line { role: Role::Business, text: "yes".into() };
        assert!(of_line(&colleague) > of_line(&line("yes".into())) + 5, "with the mark before it");
        let parameters = serde_json::json!({ "type": "object" });
        let tool = ToolSpec { name: "recall".into(), description: "d".into(), parameters };
        assert!(Prompt { tools: vec![tool], ..bare.clone() }.tokens() > bare.tokens() + TOOL);
    }

    proptest! {
        #[test]
        fn whatever_tools_say_it_fits_and_the_question_stays(
            before in prop::collection::vec("[a-z ]{0,80}", 0..6),
            own in prop::collection::vec("[a-z ]{0,80}", 1..3),
            steps in prop::collection::vec(("[a-z ]{0,300}", "[a-z ]{0,1500}"), 0..8),
            more in 0u32..400,
        ) {
            let lines = |texts: &[String]| texts.iter().cloned().map(line).collect::<Vec<_>>();
            let question = lines(&own);
            let most = prompt(question.clone(), vec![]).tokens() + more;
            let steps = steps.into_iter().map(|(asked, got)| step(asked, got)).collect();
            let mut prompt = prompt([lines(&before), question.clone()].concat(), steps);
            prompt.shrink(question.len(), most);
            prop_assert!(prompt.tokens() <= most);
            prop_assert!(prompt.dialog.ends_with(&question));
        }
    }
}
