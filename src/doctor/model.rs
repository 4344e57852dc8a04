//! The models: one real answer each, and whether they use tools, by the same
//! client that answers people.

mod diagnosis;

use std::collections::BTreeMap;

use futures_util::future::join_all;
use secrecy::ExposeSecret;
use serde_json::json;

use super::finding::{Finding, Group};
use super::{Look, PATIENCE, pages};
use crate::domain::id::Business;
use crate::domain::message::Role;
use crate::llm::openai::{Failed, OpenAi};
use crate::llm::{Completion, Config, Line, Prompt, ToolSpec};

/// The tool that a model is asked to use.
const TOOL: &str = "note_health";

/// A group for each server and model; businesses may share one.
pub async fn examine(look: &Look) -> Vec<Group> {
    let mut all: BTreeMap<_, (Vec<&Business>, &Config)> = BTreeMap::new();
    for (name, config) in look.businesses() {
        let llm = &config.llm;
        let key = llm.api_key.expose_secret();
        let same = (&llm.provider, &llm.base_url, &llm.model, key);
        all.entry(same).or_insert((Vec::new(), llm)).0.push(name);
    }
    let several = all.len() > 1;
    let groups = all.into_values().map(|(names, config)| async move {
        let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
        let name = if several { format!("model of {}", names.join(", ")) } else { "model".into() };
        Group::new(&name, server(look, config).await)
    });
    join_all(groups).await
}

async fn server(look: &Look, config: &Config) -> Vec<Finding> {
    if config.provider == "demo" {
        return vec![Finding::note(
            "model.demo",
            "the demo answers: a toy that knows a few sentences",
            "set [llm] base_url, model and api_key (or OPENAI_API_KEY) to use a real model",
            pages::CONFIGURE,
        )];
    }
    if let Some(offline) = look.offline("model.answer", "whether it answers") {
        return vec![offline];
    }
    // One that can't be opened is a fault of the configuration already.
    let Ok(model) = OpenAi::new(config, look.http.clone(), look.clock.clone()) else {
        let why = "whether it answers: [llm] can't be used as it stands";
        return vec![Finding::unchecked("model.answer", why)];
    };
    let subject = Subject { look, config, model };
    let mut findings = subject.words().await;
    if findings.iter().all(|finding| finding.id == "model.answer") {
        findings.push(subject.tools().await);
        findings.extend(join_all(config.fallback_models.iter().map(|m| subject.fallback(m))).await);
    }
    findings
}

/// One server and its model.
struct Subject<'a> {
    look: &'a Look,
    config: &'a Config,
    model: OpenAi,
}

impl Subject<'_> {
    async fn words(&self) -> Vec<Finding> {
        let name = &self.config.model;
        match self.ask(name, Vec::new(), "Say \"well\", and nothing else.").await {
            Ok(Completion { text, cut: true, .. }) if text.trim().is_empty() => {
                let most = self.config.max_output_tokens;
                let what = format!("{name} uses up its {most} tokens before it says a word");
                let remedy = "raise llm.max_output_tokens, or lower llm.reasoning_effort";
                vec![Finding::fault("model.cut", what, remedy, pages::CONFIGURE)]
            }
            Ok(_) => vec![Finding::ok("model.answer", format!("{name} answers"))],
            Err(failed) => vec![diagnosis::of(&self.model, self.config, &failed).await],
        }
    }

    /// Without them it remembers nothing and hands nobody over.
    async fn tools(&self) -> Finding {
        let name = &self.config.model;
        let words = format!("Call the tool {TOOL} once, with well = true.");
        let answer = self.ask(name, vec![tool()], &words).await;
        let remedy = "choose a model that can call tools, and a server that was started with them";
        match answer {
            Err(Failed { reason, .. }) => {
                let what = format!("{name} refuses to answer when it is offered a tool: {reason}");
                Finding::fault("model.no_tools", what, remedy, pages::CONFIGURE)
            }
            Ok(_) if !self.model.takes_tools(name) => {
                let what =
                    format!("{name} takes no tools: it can't remember, look up or hand over");
                Finding::fault("model.no_tools", what, remedy, pages::CONFIGURE)
            }
            Ok(answer) if answer.calls.is_empty() => {
                let what = format!("{name} was told to use a tool, and did not");
                Finding::note("model.tools_unused", what, remedy, pages::CONFIGURE)
            }
            Ok(_) => Finding::ok("model.tools", "it uses tools"),
        }
    }

    async fn fallback(&self, name: &str) -> Finding {
        match self.ask(name, Vec::new(), "Say \"well\", and nothing else.").await {
            Ok(_) => Finding::ok("model.fallback", format!("{name}, asked when it fails, answers")),
            Err(Failed { reason, .. }) => {
                let what = format!("{name} of llm.fallback_models does not answer: {reason}");
                let remedy = "correct its name, or take it out";
                Finding::note("model.no_fallback", what, remedy, pages::CONFIGURE)
            }
        }
    }

    async fn ask(
        &self,
        model: &str,
        tools: Vec<ToolSpec>,
        words: &str,
    ) -> Result<Completion, Failed> {
        let prompt = Prompt {
            system: vec!["This is a check whether you can be reached.".to_owned()],
            dialog: vec![Line { role: Role::Person, text: words.to_owned() }],
            steps: Vec::new(),
            tools,
            max_output_tokens: self.config.max_output_tokens,
        };
        let answer = self.look.clock.timeout(PATIENCE, self.model.probe(model, &prompt)).await;
        let late = format!("no answer within {} s", PATIENCE.as_secs());
        answer.unwrap_or(Err(Failed { status: None, reason: late }))
    }
}

fn tool() -> ToolSpec {
    ToolSpec {
        name: TOOL.to_owned(),
        description: "Notes that you are well.".to_owned(),
        parameters: json!({
            "type": "object",
            "properties": { "well": { "type": "boolean" } },
            "required": ["well"],
        }),
    }
}
