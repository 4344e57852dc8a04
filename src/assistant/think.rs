//! Asking the model until there is an answer: again, another model, with the
//! results of tools; never beyond the deadline.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Mind;
use crate::clock::Clock;
use crate::domain::change::Change;
use crate::domain::content::Choices;
use crate::domain::record::Usage;
use crate::llm::{Completion, ModelError, Prompt, Step, ToolCall};
use crate::tool::handoff::Request;
use crate::tool::{Noted, Situation, ToolResult};

/// How often one model is asked the same thing before another is.
const TRIES: u32 = 3;
/// What a model's thinking can use up before the first word.
const NO_ROOM: &str = "the model used all of twice llm.max_output_tokens and said nothing";
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// One turn's thinking, and what it has cost so far.
pub(super) struct Thinking<'a> {
    pub mind: &'a Mind,
    pub situation: Situation<'a>,
    pub clock: &'a Clock,
    pub deadline: Timestamp,
    pub usage: Usage,
    /// The model that answered last; it is asked first from then on.
    pub model: Option<&'a str>,
    /// A human takes over.
    pub handoff: Option<Request>,
    /// What is remembered from now on.
    pub noted: Vec<Noted>,
    /// All that models said, as JSON.
    pub completions: Vec<Value>,
    /// What tools told the model: nobody says it here and now.
    read: Vec<String>,
    /// What the person is to choose from.
    choices: Option<Choices>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Thought {
    /// Blank only if a human takes over.
    pub text: String,
    /// What tools want changed.
    pub changes: Vec<Change>,
    /// What the person can choose from, under the text.
    pub choices: Option<Choices>,
}

impl Thought {
    /// This, and then that in the same bubble.
    pub fn then(self, next: Self) -> Self {
        let text = format!("{}\n\n{}", self.text, next.text).trim().to_owned();
        let changes = self.changes.into_iter().chain(next.changes).collect();
        Self { text, changes, choices: next.choices }
    }
}

/// Why a model has no answer.
struct GaveUp {
    reason: String,
    /// It may have one later.
    hope: bool,
}

impl GaveUp {
    fn last(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), hope: false }
    }
}

impl<'a> Thinking<'a> {
    /// Nothing is thought yet.
    pub fn new(
        mind: &'a Mind,
        situation: Situation<'a>,
        clock: &'a Clock,
        deadline: Timestamp,
    ) -> Self {
        Self {
            mind,
            situation,
            clock,
            deadline,
            usage: Usage::default(),
            model: None,
            handoff: None,
            noted: Vec::new(),
            completions: Vec::new(),
            read: Vec::new(),
            choices: None,
        }
    }

    /// The answer to `prompt`, or why there is none, for the operator. Steps
    /// taken are added to the prompt.
    pub async fn answer(&mut self, prompt: &mut Prompt) -> Result<Thought, String> {
        let mut changes = Vec::new();
        let max_steps = self.mind.llm.max_steps;
        let own = self.situation.turn.inbound.len();
        for _ in 0..=max_steps {
            if !prompt.steps.is_empty() {
                prompt.shrink(own, self.mind.memory.budget_tokens);
            }
            let completion = self.completion(prompt).await?;
            if completion.calls.is_empty() {
                return Ok(self.thought(completion.text, changes));
            }
            for call in completion.calls {
                let result = self.call(&call).await;
                changes.extend(result.changes);
                self.noted.extend(result.noted);
                self.offer(result.choices, &completion.text);
                self.handoff = result.handoff.or(self.handoff.take());
                self.read.push(result.text.clone());
                prompt.steps.push(Step { call, result: result.text });
            }
            if self.handoff.is_some() {
                return Ok(self.thought(completion.text, changes));
            }
        }
        Err(format!("the model asked for tools more than llm.max_steps = {max_steps} times"))
    }

    /// The last words, or those that were given with the choices.
    fn thought(&mut self, text: String, changes: Vec<Change>) -> Thought {
        let choices = self.choices.take();
        let above = choices.as_ref().map(|choices| choices.text.clone());
        let text = above.filter(|_| text.trim().is_empty()).unwrap_or(text);
        Thought { text, changes, choices }
    }

    /// The last offer holds. Some models write its text beside the call.
    fn offer(&mut self, choices: Option<Choices>, beside: &str) {
        let Some(mut choices) = choices else { return };
        if choices.text.trim().is_empty() {
            choices.text = beside.to_owned();
        }
        self.choices = Some(choices);
    }

    /// Round after round over the models, as long as there is hope and time.
    async fn completion(&mut self, prompt: &Prompt) -> Result<Completion, String> {
        for round in 1.. {
            let gave_up = match self.any_model(prompt).await {
                Ok(completion) => return Ok(completion),
                Err(gave_up) => gave_up,
            };
            let wait = backoff(TRIES + round);
            if !gave_up.hope || wait >= self.left() {
                return Err(gave_up.reason);
            }
            self.clock.pause(wait).await;
        }
        Err("llm: no round was made".to_owned())
    }

    /// From the first model that has one.
    async fn any_model(&mut self, prompt: &Prompt) -> Result<Completion, GaveUp> {
        let mut all = GaveUp::last("no model is configured (llm.model)");
        for model in self.models() {
            let gave_up = match self.insist(model, prompt).await {
                Ok(completion) => {
                    self.model = Some(model);
                    return Ok(completion);
                }
                Err(gave_up) => gave_up,
            };
            let (conversation, reason) = (self.situation.turn.conversation.id, &gave_up.reason);
            tracing::warn!(conversation.id = %conversation, llm.model = model, reason, "a model did not answer");
            all = GaveUp { hope: all.hope || gave_up.hope, ..gave_up };
            if self.left().is_zero() {
                break;
            }
        }
        Err(all)
    }

    fn models(&self) -> Vec<&'a str> {
        let llm = &self.mind.llm;
        let all = std::iter::once(&llm.model).chain(&llm.fallback_models).map(String::as_str);
        all.skip_while(|model| self.model.is_some_and(|last| last != *model)).collect()
    }

    /// The same model, until it answers or it is another's turn.
    async fn insist(&mut self, model: &str, prompt: &Prompt) -> Result<Completion, GaveUp> {
        let mut was_empty = false;
        for attempt in 1..=TRIES {
            let (after, reason) = match self.once(model, prompt).await {
                Ok(completion) if self.is_answer(&completion) => return Ok(completion),
                Ok(completion) if completion.cut => return Err(GaveUp::last(NO_ROOM)),
                Ok(_) if was_empty => {
                    return Err(GaveUp::last("the model's answer was empty twice"));
                }
                Ok(_) => {
                    was_empty = true;
                    (None, "the model's answer was empty".to_owned())
                }
                Err(ModelError::Transient { after, reason }) => (after, reason),
                Err(ModelError::Refused(reason)) => return Err(GaveUp::last(reason)),
            };
            let wait = after.unwrap_or_else(|| backoff(attempt));
            let in_time = wait < self.left();
            if attempt == TRIES || !in_time {
                return Err(GaveUp { reason, hope: in_time });
            }
            self.clock.pause(wait).await;
        }
        Err(GaveUp::last("llm: no try was made"))
    }

    /// One question; asked a second time with more room if the model used up
    /// all of it before the first word.
    async fn once(&mut self, model: &str, prompt: &Prompt) -> Result<Completion, ModelError> {
        let completion = self.ask(model, prompt).await?;
        if self.is_answer(&completion) || !completion.cut {
            return Ok(completion);
        }
        let max_output_tokens = prompt.max_output_tokens.saturating_mul(2);
        self.ask(model, &Prompt { max_output_tokens, ..prompt.clone() }).await
    }

    async fn ask(&mut self, model: &str, prompt: &Prompt) -> Result<Completion, ModelError> {
        let late = |_| ModelError::Refused("no answer before assistant.deadline_s".to_owned());
        let left = self.left();
        if left.is_zero() {
            return Err(late(()));
        }
        let asked = self.mind.model.complete(model, prompt);
        let completion = self.clock.timeout(left, asked).await.map_err(|_| late(()))??;
        self.usage += completion.usage;
        self.completions.push(json!({
            "model": model,
            "text": completion.text,
            "calls": completion.calls,
        }));
        Ok(completion)
    }

    /// An error is the model's to deal with.
    async fn call(&self, call: &ToolCall) -> ToolResult {
        let Some(tool) = self.mind.tools.iter().find(|tool| tool.spec().name == call.name) else {
            return ToolResult::says(format!("error: there is no tool called {}", call.name));
        };
        let quoted = [self.situation.quoted, &self.read].concat();
        let at = Situation { quoted: &quoted, ..self.situation };
        match self.clock.timeout(self.left(), tool.call(&at, &call.arguments)).await {
            Ok(Ok(result)) => result,
            Ok(Err(reason)) => ToolResult::says(format!("error: {reason}")),
            Err(_) => ToolResult::says("error: it took too long"),
        }
    }

    /// Whether it calls a tool or says something, or may say nothing since
    /// the words stand with the choices.
    fn is_answer(&self, completion: &Completion) -> bool {
        let said = self.choices.as_ref().map(|choices| choices.text.as_str());
        let blank = |text: &str| text.trim().is_empty();
        !completion.calls.is_empty() || !blank(&completion.text) || !said.is_none_or(blank)
    }

    fn left(&self) -> Duration {
        let left = self.deadline.duration_since(self.clock.now());
        left.try_into().unwrap_or_default()
    }
}

/// 0.5 s, doubling to 8 s; half to the whole of it, so that conversations
/// that failed together don't come back together.
fn backoff(attempt: u32) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)));
    whole.min(LONGEST_PAUSE).mul_f64(rand::random_range(0.5..=1.0))
}

#[cfg(test)]
mod tests;
