//! What a request says, checked in the order and with the words of BotWire's
//! framework.

use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Uri};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::refusal::Refusal;
use super::scan;
use crate::http::memory_api::shown::{self, MOST};

/// What is to be written.
#[derive(Debug, PartialEq)]
pub struct Written {
    /// A text, or any JSON if it is said to be typed.
    pub value: Value,
    /// For how long.
    pub ttl: Option<Duration>,
}

impl Written {
    /// The body of a `PUT`.
    pub fn read(headers: &HeaderMap, body: &[u8], typed: bool) -> Result<Self, Refusal> {
        let body = match is_json(headers) {
            _ if body.is_empty() => Value::Null,
            true => parsed(body)?,
            false => return Err(no_object(&String::from_utf8_lossy(body).into())),
        };
        let mut fields = match body {
            Value::Object(fields) => fields,
            Value::Null => return Err(missing(json!(["body"]), &Value::Null)),
            other => return Err(no_object(&other)),
        };
        let ttl = fields.get("ttl").map_or(Ok(None), ttl)?;
        match fields.remove("value") {
            Some(value) if typed || value.is_string() => Ok(Self { value, ttl }),
            Some(value) => Err(no_text(&value)),
            None => Err(missing(json!(["body", "value"]), &Value::Object(fields))),
        }
    }
}

/// Whether a parameter says yes.
pub fn flag(uri: &Uri, name: &str) -> bool {
    parameter(uri, name).is_some_and(|value| matches!(value.as_str(), "1" | "true"))
}

/// What nobody limits is listed whole, as far as it goes into one answer:
/// BotWire cuts it off after 100, and nothing in its answer says so.
const ALL: usize = 10_000;

/// How many keys are to be listed.
pub fn limit(uri: &Uri) -> Result<usize, Refusal> {
    let Some(text) = parameter(uri, "limit") else { return Ok(ALL) };
    let (place, input) = (json!(["query", "limit"]), Value::from(text.as_str()));
    match text.trim().parse::<i128>() {
        Ok(n) if n < 1 => {
            let words = "Input should be greater than or equal to 1";
            Err(Refusal::unlike("greater_than_equal", place, words, &input, json!({ "ge": 1 })))
        }
        Ok(n) => usize::try_from(n).ok().filter(|n| *n <= MOST).ok_or_else(|| {
            let words = "Input should be less than or equal to 1000";
            Refusal::unlike("less_than_equal", place, words, &input, json!({ "le": MOST }))
        }),
        Err(_) => {
            let words = "Input should be a valid integer, unable to parse string as an integer";
            Err(Refusal::invalid("int_parsing", place, words, &input))
        }
    }
}

/// The last one of that name counts.
fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let all = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    all.filter(|(given, _)| given == name).last().map(|(_, value)| value.into_owned())
}

/// No type at all counts as JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let subtype = essence.strip_prefix("application/");
    kind.is_empty() || subtype.is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
}

fn parsed(body: &[u8]) -> Result<Value, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| Refusal::unread())?;
    serde_json::from_str(text).map_err(|error| {
        // What Python would have taken is said in our words.
        let (at, words) = scan::complaint(text).unwrap_or((0, ""));
        let words = if words.is_empty() { error.to_string() } else { words.to_owned() };
        let (place, context) = (json!(["body", at]), json!({ "error": words }));
        Refusal::unlike("json_invalid", place, "JSON decode error", &json!({}), context)
    })
}

/// The time that BotWire does not know.
fn ttl(given: &Value) -> Result<Option<Duration>, Refusal> {
    let seconds = match given {
        Value::Null => None,
        given => Some(given.as_f64().unwrap_or(f64::NAN)),
    };
    shown::ttl(seconds).map_err(|wrong| {
        let words = format!("Input should be {}", wrong.message());
        Refusal::invalid("ttl", json!(["body", "ttl"]), &words, given)
    })
}

fn missing(place: Value, input: &Value) -> Refusal {
    Refusal::invalid("missing", place, "Field required", input)
}

fn no_text(input: &Value) -> Refusal {
    let words = "Input should be a valid string";
    Refusal::invalid("string_type", json!(["body", "value"]), words, input)
}

fn no_object(input: &Value) -> Refusal {
    let words = "Input should be a valid dictionary or object to extract fields from";
    Refusal::invalid("model_attributes_type", json!(["body"]), words, input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(body: &str, typed: bool) -> Option<Written> {
        Written::read(&HeaderMap::new(), body.as_bytes(), typed).ok()
    }

    #[test]
    fn a_text_is_written_for_good_or_for_a_while() {
        let text = |ttl| Some(Written { value: json!("x"), ttl });
        let second = Some(Duration::from_secs(1));
        assert_eq!(written(r#"{"value":"x","other":[1]}"#, false), text(None));
        assert_eq!(written(r#"{"value":"x","ttl":1}"#, false), text(second));
        assert_eq!(written(r#"{"value":"x","ttl":null}"#, false), text(None));
        for bad in ["0", "-1", "\"1\"", "true", "1e300"] {
            assert_eq!(written(&format!(r#"{{"value":"x","ttl":{bad}}}"#), false), None, "{bad}");
        }
    }

    #[test]
    fn other_values_are_written_only_when_typed() {
        for value in [json!(5), json!(null), json!([1])] {
            let body = json!({ "value": value }).to_string();
            assert_eq!(written(&body, false), None);
            assert_eq!(written(&body, true), Some(Written { value, ttl: None }));
        }
        assert_eq!(written("{}", true), None);
    }

    #[test]
    fn the_last_limit_counts() {
        let limit = |query: &str| limit(&format!("/memory/a?{query}").parse().unwrap()).ok();
        assert_eq!(limit(""), Some(ALL));
        assert_eq!(limit("limit=7&limit=8"), Some(8));
        assert_eq!(limit("limit=%2B9"), Some(9));
        for bad in ["0", "-1", "1001", "", "abc", "1.5", "99999999999999999999"] {
            assert_eq!(limit(&format!("limit={bad}")), None, "{bad}");
        }
    }
}
