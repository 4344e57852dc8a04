//! Buttons or a list under the reply; where a provider has none, numbers.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::{Situation, Tool, ToolResult};
use crate::domain::content::{Choice, Choices};
use crate::llm::ToolSpec;

/// What fits into a list on the phone.
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=10;
const TITLE: usize = 24;
const DESCRIPTION: usize = 72;
const ID: usize = 200;

/// The tool.
pub struct OfferChoices;

#[derive(Deserialize)]
struct Arguments {
    text: Option<String>,
    options: Vec<Offer>,
}

#[derive(Deserialize)]
struct Offer {
    title: String,
    description: Option<String>,
    id: Option<String>,
}

#[async_trait]
impl Tool for OfferChoices {
    fn spec(&self) -> ToolSpec {
        let text = |about: String| json!({ "type": "string", "description": about });
        let option = json!({
            "type": "object",
            "properties": {
                "title": text(format!("What the person taps, at most {TITLE} characters")),
                "description": text(format!("More about it, at most {DESCRIPTION} characters")),
                "id": text("A name of your own for it, told to you with the answer".to_owned()),
            },
            "required": ["title"],
        });
        let parameters = json!({
            "type": "object",
            "properties": {
                "text": text("The question above the options".to_owned()),
                "options": {
                    "type": "array", "items": option,
                    "minItems": OPTIONS.start(), "maxItems": OPTIONS.end(),
                },
            },
            "required": ["options"],
        });
        let description = "Lets the person choose one of a few things by a tap: the options stand \
            as buttons or as a list under your message. Use it instead of writing such a list. \
            Not for open questions.";
        ToolSpec { name: "offer_choices".into(), description: description.into(), parameters }
    }

    async fn call(&self, _: &Situation<'_>, arguments: &str) -> Result<ToolResult, String> {
        let arguments: Arguments = serde_json::from_str(arguments).map_err(|e| e.to_string())?;
        let count = arguments.options.len();
        if !OPTIONS.contains(&count) {
            let (least, most) = OPTIONS.into_inner();
            return Err(format!("{count} options; offer {least} to {most}"));
        }
        let options: Result<Vec<Choice>, String> =
            arguments.options.into_iter().map(choice).collect();
        let (text, options) = (arguments.text.unwrap_or_default().trim().to_owned(), options?);
        differ(&options, "title", |option| option.title.to_lowercase())?;
        differ(&options, "id", |option| option.id.clone())?;
        let choices = Some(Choices { text, options });
        Ok(ToolResult { choices, ..ToolResult::says(NOTED) })
    }
}

const NOTED: &str = "The options will stand under your next message. Write that message now, \
    without repeating them.";

/// An option as it fits, or what is wrong with it.
fn choice(offer: Offer) -> Result<Choice, String> {
    let title = fits("title", &offer.title, TITLE)?;
    if title.is_empty() {
        return Err("an option without a title".to_owned());
    }
    let description = fits("description", &offer.description.unwrap_or_default(), DESCRIPTION)?;
    let id = fits("id", &offer.id.unwrap_or_default(), ID)?;
    Ok(Choice {
        id: if id.is_empty() { title.clone() } else { id },
        title,
        description: Some(description).filter(|description| !description.is_empty()),
    })
}

/// In one line, if it is short enough.
fn fits(what: &str, text: &str, most: usize) -> Result<String, String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = line.encode_utf16().count();
    match length > most {
        true => Err(format!("the {what} \"{line}\" has {length} characters; at most {most} fit")),
        false => Ok(line),
    }
}

fn differ(options: &[Choice], what: &str, key: fn(&Choice) -> String) -> Result<(), String> {
    let mut seen = std::collections::HashSet::new();
    match options.iter().map(key).find(|key| !seen.insert(key.clone())) {
        Some(twice) => Err(format!("two options with the {what} \"{twice}\"")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::sample;

    async fn call(arguments: serde_json::Value) -> Result<ToolResult, String> {
        let desk = sample::Desk::new(&["hello"]);
        OfferChoices.call(&desk.situation(&desk.shown()), &arguments.to_string()).await
    }

    #[tokio::test]
    async fn an_offer_becomes_choices() {
        let result = call(json!({
            "text": " Which size? ",
            "options": [{ "title": " Small\n one " }, { "title": "Large", "id": "l", "description": "12 people" }],
        }));
        let choices = result.await.expect("an offer").choices.expect("choices");
        assert_eq!(choices.text, "Which size?");
        let (small, large) = (&choices.options[0], &choices.options[1]);
        assert_eq!((small.id.as_str(), small.title.as_str()), ("Small one", "Small one"));
        assert_eq!((large.id.as_str(), small.description.as_deref()), ("l", None));
        assert_eq!(large.description.as_deref(), Some("12 people"));
    }

    #[tokio::test]
    async fn what_does_not_fit_is_told_to_the_model() {
        let titles = |titles: &[&str]| {
            let options: Vec<_> = titles.iter().map(|title| json!({ "title": title })).collect();
            json!({ "options": options })
        };
        let long = "the very long name of a cake";
        let described = json!({ "title": "b", "description": "x".repeat(73) });
        for (arguments, hint) in [
            (titles(&["one"]), "1 options; offer 2 to 10"),
            (titles(&["x"; 11]), "11 options"),
            (titles(&["one", long]), "has 28 characters; at most 24 fit"),
            (titles(&["one", " "]), "without a title"),
            (titles(&["Yes", "yes"]), "two options with the title \"yes\""),
            (json!({ "options": [{ "title": "a", "id": "b" }, { "title": "b" }] }), "the id \"b\""),
            (json!({ "options": [{ "title": "a" }, described] }), "the description"),
            (json!({}), "missing field `options`"),
        ] {
            let why = call(arguments).await.expect_err(hint);
            assert!(why.contains(hint), "{why}");
        }
    }
}
