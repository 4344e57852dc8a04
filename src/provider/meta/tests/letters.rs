//! What Meta is sent, kind by kind.

use super::*;
use crate::domain::content::{Choice, Choices, Contact, Content, Media, MediaKind, Template};
use crate::domain::message::Message;
use crate::domain::person::Address;
use crate::provider::stand_in::{delivery, reply};

fn written(message: &Message, to: &Address) -> Value {
    let number = "shop".into();
    let parcel = Parcel { number: &number, to, message, delivery: delivery(), since: now() };
    serde_json::to_value(letter::letter(&parcel)).expect("JSON")
}

/// The letter without what all have in common.
fn letter_of(content: Content) -> Value {
    let message = Message { content, ..reply("") };
    let mut letter = written(&message, &Address::Phone(phone("15550100101")));
    let object = letter.as_object_mut().expect("an object");
    assert_eq!(object.remove("messaging_product"), Some("whatsapp".into()));
    assert_eq!(object.remove("recipient_type"), Some("individual".into()));
    assert_eq!(object.remove("to"), Some("+15550100101".into()));
    assert_eq!(object.remove("biz_opaque_callback_data"), Some(delivery().to_string().into()));
    letter
}

fn text(body: &str) -> Value {
    json!({ "type": "text", "text": { "body": body, "preview_url": false } })
}

#[test]
fn a_reply_goes_to_exactly_the_address_received() {
    let letter = |to: &Address| written(&reply("hello"), to);
    let common = json!({ "messaging_product": "whatsapp",
        "biz_opaque_callback_data": delivery().to_string() });
    for (to, fields) in [
        (
            Address::Phone(phone("+1 555 010 0101")),
            json!({ "recipient_type": "individual", "to": "+15550100101" }),
        ),
        (
            Address::UserId(user("US.1")),
            json!({ "recipient_type": "individual", "recipient": "US.1" }),
        ),
        (Address::Group("g1".into()), json!({ "recipient_type": "group", "to": "g1" })),
    ] {
        assert_eq!(letter(&to), with(with(common.clone(), text("hello")), fields));
    }
}

#[test]
fn a_reply_quotes_and_a_reaction_does_not() {
    let mut message = reply("hello");
    message.attached.quotes = Some("wamid.1".into());
    let to = Address::Phone(phone("15550100101"));
    assert_eq!(written(&message, &to)["context"], json!({ "message_id": "wamid.1" }));
    message.content = Content::Reaction { to: "wamid.1".into(), emoji: "👍".into() };
    assert_eq!(written(&message, &to).get("context"), None);
}

#[test]
fn plain_kinds() {
    let card = |name: &str, phones: &[&str]| Contact {
        name: name.into(),
        phones: phones.iter().map(ToString::to_string).collect(),
    };
    let cards = vec![card("Bea", &["+1 555 010 0102", "+1 555 010 0103"]), card("", &["+1 555"])];
    for (content, expected) in [
        (Content::Text("hello https://example.com".into()), text("hello https://example.com")),
        (
            Content::Location { latitude: 12.5, longitude: -77.0, name: Some("Shop".into()) },
            json!({ "type": "location",
                "location": { "latitude": 12.5, "longitude": -77.0, "name": "Shop" } }),
        ),
        (
            Content::Location { latitude: 12.5, longitude: -77.0, name: None },
            json!({ "type": "location", "location": { "latitude": 12.5, "longitude": -77.0 } }),
        ),
        (
            Content::Contacts(cards),
            json!({ "type": "contacts", "contacts": [
            { "name": { "formatted_name": "Bea", "first_name": "Bea" },
                "phones": [{ "phone": "+1 555 010 0102" }, { "phone": "+1 555 010 0103" }] },
            { "name": { "formatted_name": "+1 555", "first_name": "+1 555" },
                "phones": [{ "phone": "+1 555" }] },
        ] }),
        ),
        (
            Content::Reaction { to: "wamid.1".into(), emoji: String::new() },
            json!({ "type": "reaction", "reaction": { "message_id": "wamid.1", "emoji": "" } }),
        ),
        (
            Content::LocationRequest("Where?".into()),
            json!({ "type": "interactive", "interactive": {
            "type": "location_request_message", "body": { "text": "Where?" },
            "action": { "name": "send_location" } } }),
        ),
        // Nobody makes these, but whoever does is understood.
        (Content::Choice { id: "y".into(), title: "Yes".into() }, text("Yes")),
        (
            Content::Order { text: "soon".into(), items: vec!["2 × sku".into()] },
            text("[order 2 × sku] soon"),
        ),
    ] {
        assert_eq!(letter_of(content), expected);
    }
    let long = "x".repeat(1025);
    assert_eq!(letter_of(Content::LocationRequest(long.clone())), text(&long));
}

#[test]
fn files_go_by_link_or_by_id_with_what_their_kind_allows() {
    let file = |kind, reference: &str| {
        let caption = Some("the plan".into());
        let filename = Some("a.pdf".into());
        let media = Media {
            kind,
            reference: reference.into(),
            mime: "x/y".into(),
            caption,
            filename,
            sha256: None,
        };
        letter_of(Content::Media(media))
    };
    let link = "https://example.com/a";
    for (kind, reference, name, object) in [
        (MediaKind::Picture, "7", "image", json!({ "id": "7", "caption": "the plan" })),
        (MediaKind::Picture, link, "image", json!({ "link": link, "caption": "the plan" })),
        (MediaKind::Video, "7", "video", json!({ "id": "7", "caption": "the plan" })),
        (MediaKind::Audio, link, "audio", json!({ "link": link })),
        (MediaKind::VoiceNote, "7", "audio", json!({ "id": "7", "voice": true })),
        (
            MediaKind::Document,
            "7",
            "document",
            json!({ "id": "7", "caption": "the plan", "filename": "a.pdf" }),
        ),
        (MediaKind::Sticker, "7", "sticker", json!({ "id": "7" })),
    ] {
        assert_eq!(file(kind, reference), json!({ "type": name, name: object }));
    }
}

fn option(id: &str, title: &str, description: Option<&str>) -> Choice {
    let description = description.map(Into::into);
    Choice { id: id.into(), title: title.into(), description }
}

fn options(count: usize) -> Vec<Choice> {
    (1..=count).map(|n| option(&n.to_string(), &format!("Option {n}"), None)).collect()
}

fn shape(text: &str, options: Vec<Choice>) -> String {
    let letter = letter_of(Content::Choices(Choices { text: text.into(), options }));
    let kind = letter["interactive"]["type"].as_str().or(letter["type"].as_str());
    kind.expect("a type").to_owned()
}

#[test]
fn choices_are_buttons_a_list_or_numbered_words_as_they_fit() {
    let (short, long) = ("x".repeat(1024), "x".repeat(4096));
    let one = |id: &str, title: &str, more: Option<&str>| vec![option(id, title, more)];
    let title = |length: usize| "t".repeat(length);
    for (text, options, expected) in [
        (short.as_str(), options(1), "button"),
        (&short, options(3), "button"),
        (&short, options(4), "list"),
        (&format!("{short}x"), options(3), "list"),
        (&short, one("a", &title(20), None), "button"),
        (&short, one("a", &title(21), None), "list"),
        (&short, one("a", "A", Some("more")), "list"),
        (&short, one(&title(256), "A", None), "button"),
        (&short, one(&title(200), "A", Some("more")), "list"),
        (&short, one(&title(201), "A", Some("more")), "text"),
        (&long, options(10), "list"),
        (&long, options(11), "text"),
        (&format!("{long}x"), options(1), "text"),
        (&short, one("a", &title(24), None), "list"),
        (&short, one("a", &title(25), None), "text"),
        (&short, one("a", "A", Some(&title(72))), "list"),
        (&short, one("a", "A", Some(&title(73))), "text"),
        // A pair of units each: eleven are too many for a button.
        (&short, one("a", &"😀".repeat(10), None), "button"),
        (&short, one("a", &"😀".repeat(11), None), "list"),
        ("", options(2), "text"),
    ] {
        assert_eq!(shape(text, options.clone()), expected, "{} {options:?}", text.len());
    }
}

#[test]
fn choices_come_back_by_their_ids() {
    let choices = |options| Content::Choices(Choices { text: "When?".into(), options });
    let buttons = letter_of(choices(options(2)));
    assert_eq!(
        buttons["interactive"],
        json!({ "type": "button", "body": { "text": "When?" },
        "action": { "buttons": [
            { "type": "reply", "reply": { "id": "1", "title": "Option 1" } },
            { "type": "reply", "reply": { "id": "2", "title": "Option 2" } },
        ] } })
    );
    let list = letter_of(choices(vec![
        option("am", "Morning", Some("8 to 12")),
        option("pm", "Evening", None),
    ]));
    assert_eq!(
        list["interactive"],
        json!({ "type": "list", "body": { "text": "When?" },
        "action": { "button": "Options", "sections": [{ "title": "Options", "rows": [
            { "id": "am", "title": "Morning", "description": "8 to 12" },
            { "id": "pm", "title": "Evening" },
        ] }] } })
    );
    let eleven = letter_of(choices(options(11)));
    let words = eleven["text"]["body"].as_str().expect("words");
    assert!(words.starts_with("When?\n\n1. Option 1\n2. Option 2\n"), "{words}");
}

#[test]
fn a_link_is_a_button_if_it_fits_and_else_words_with_a_preview() {
    let link = |text: &str, title: &str, url: &str| {
        letter_of(Content::Link { text: text.into(), title: title.into(), url: url.into() })
    };
    let url = "https://example.com/book";
    let expected = json!({ "type": "interactive", "interactive": { "type": "cta_url",
        "body": { "text": "Book here" }, "action": { "name": "cta_url",
            "parameters": { "display_text": "Book", "url": url } } } });
    assert_eq!(link("Book here", "Book", url), expected);
    for (text, title, url) in [
        ("x".repeat(1025), "Book".to_owned(), url),
        ("Book here".to_owned(), "x".repeat(21), url),
        ("Book here".to_owned(), "Book".to_owned(), "tel:+15550100101"),
    ] {
        let body = format!("{text}\n\n{title}: {url}");
        let expected = json!({ "type": "text", "text": { "body": body, "preview_url": true } });
        assert_eq!(link(&text, &title, url), expected);
    }
}

#[test]
fn a_template_is_filled_with_what_meta_takes() {
    let template = |variables: &[&str], components| {
        let variables = variables.iter().map(ToString::to_string).collect();
        let template =
            Template { name: "hello".into(), language: "pt_BR".into(), variables, components };
        letter_of(Content::Template(template))["template"].clone()
    };
    let named = json!({ "name": "hello", "language": { "code": "pt_BR" } });
    assert_eq!(template(&[], None), named);
    let filled = json!([{ "type": "body", "parameters": [
        { "type": "text", "text": "Ana" },
        { "type": "text", "text": "one two three" },
        { "type": "text", "text": "-" },
    ] }]);
    let variables = ["Ana", " one\n\ttwo     three ", " \n"];
    assert_eq!(template(&variables, None), with(named.clone(), json!({ "components": filled })));
    let own = json!([{ "type": "button", "sub_type": "url", "index": "0", "parameters": [] }]);
    let expected = with(named, json!({ "components": own }));
    assert_eq!(template(&["unused"], Some(own.clone())), expected);
}
