//! The answers to a webhook that say something themselves.

/// A `<Message>` of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) body: String,
    pub(super) media: Option<String>,
    /// Of `statusCallback`, or the older `action`.
    pub(super) status_callback: Option<String>,
}

/// The messages of a TwiML document, in order.
pub(super) fn messages(xml: &str) -> Vec<Said> {
    xml.split("<Message").skip(1).filter_map(message).collect()
}

fn message(rest: &str) -> Option<Said> {
    let (head, rest) = rest.split_once('>')?;
    let (inner, _) = rest.split_once("</Message>")?;
    let media = element(inner, "Media");
    // Without elements the text itself is the body.
    let bare = if media.is_some() { "" } else { inner };
    let body = unescape(element(inner, "Body").unwrap_or(bare));
    let callback = attribute(head, "statusCallback").or_else(|| attribute(head, "action"));
    Some(Said { body, media: media.map(unescape), status_callback: callback })
}

fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(inner, _)| inner)
}

fn attribute(head: &str, name: &str) -> Option<String> {
    let (_, rest) = head.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| unescape(value))
}

fn unescape(text: &str) -> String {
    // The ampersand last: what it makes must not be read again.
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'")
        .replace("&#xA;", "\n")
        .replace("&#10;", "\n")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_may_say_nothing_something_or_more() {
        assert_eq!(messages(r#"<?xml version="1.0"?><Response/>"#), []);
        let xml = r#"<Response><Message>Tea &amp;lt; you</Message>
            <Message statusCallback="http://127.0.0.1/x?d=1&amp;e=2"><Body>two</Body>
            <Media>http://127.0.0.1/a.png</Media></Message></Response>"#;
        let callback = Some("http://127.0.0.1/x?d=1&e=2".to_owned());
        assert_eq!(
            messages(xml),
            [
                Said { body: "Tea &lt; you".into(), media: None, status_callback: None },
                Said {
                    body: "two".into(),
                    media: Some("http://127.0.0.1/a.png".into()),
                    status_callback: callback
                },
            ]
        );
    }

    proptest! {
        #[test]
        fn any_answer_can_be_read(xml in "(<Message|>|</Message>|<Body>|statusCallback=\"|&amp;|.)*") {
            messages(&xml);
        }

        #[test]
        fn what_was_escaped_reads_back(text in "[^<]*") {
            let escaped = text.replace('&', "&amp;");
            let said = messages(&format!("<Message>{escaped}</Message>"));
            prop_assert_eq!(&said[0].body, &text);
        }
    }
}
