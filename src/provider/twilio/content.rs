//! What was said: from the fields of a form to our kinds.

use super::wire::{File, Webhook};
use crate::domain::content::{Content, Media, MediaKind};
use crate::domain::message::{Attached, Referral};
use crate::provider::identity::given;

/// What a message says. The most telling field decides, because the list of
/// Twilio's message types is not settled; without any it is what it is called.
pub(super) fn content(webhook: &Webhook) -> Content {
    let said = choice(webhook).or_else(|| form(webhook)).or_else(|| location(webhook));
    let said = said.or_else(|| media(webhook)).or_else(|| text(webhook));
    said.unwrap_or_else(|| {
        Content::Unsupported(given(&webhook.message_type).unwrap_or("empty").to_owned())
    })
}

/// What surrounds a message.
pub(super) fn attached(webhook: &Webhook) -> Attached {
    Attached {
        quotes: given(&webhook.original_replied_message_sid).map(Into::into),
        forwarded: webhook.forwarded == "true" || webhook.frequently_forwarded == "true",
        speaker: None,
        referral: Some(referral(webhook)).filter(|referral| *referral != Referral::default()),
        ..Attached::default()
    }
}

fn referral(webhook: &Webhook) -> Referral {
    Referral {
        url: owned(&webhook.referral_source_url),
        headline: owned(&webhook.referral_headline),
        body: owned(&webhook.referral_body),
        click_id: owned(&webhook.referral_ctwa_clid),
    }
}

/// A tap repeats its title as the body; either may be missing.
fn choice(webhook: &Webhook) -> Option<Content> {
    let id = given(&webhook.list_id).or(given(&webhook.button_payload));
    let title = given(&webhook.list_title).or(given(&webhook.button_text));
    let id = id.or(title)?;
    let title = title.or(given(&webhook.body)).unwrap_or(id);
    Some(Content::Choice { id: id.to_owned(), title: title.to_owned() })
}

fn form(webhook: &Webhook) -> Option<Content> {
    let answers = given(&webhook.interactive_data).or(given(&webhook.flow_data))?;
    Some(Content::Form { name: "flow".to_owned(), answers: answers.to_owned() })
}

fn location(webhook: &Webhook) -> Option<Content> {
    let degrees = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
    let name: Vec<&str> =
        [&webhook.label, &webhook.address].into_iter().filter_map(|text| given(text)).collect();
    Some(Content::Location {
        latitude: degrees(&webhook.latitude)?,
        longitude: degrees(&webhook.longitude)?,
        name: owned(&name.join(", ")),
    })
}

/// On WhatsApp each file is a message of its own. Should there be more in one,
/// the words name the others, with their links.
fn media(webhook: &Webhook) -> Option<Content> {
    let (first, others) = webhook.files.split_first()?;
    let words = given(&webhook.body).map(str::to_owned);
    let words: Vec<String> = words.into_iter().chain(others.iter().map(named)).collect();
    Some(Content::Media(Media {
        kind: media_kind(&first.mime),
        reference: first.url.clone(),
        mime: mime(first).to_owned(),
        caption: owned(&words.join("\n")),
        // The card itself is in the file, and files have no names here.
        filename: is_card(&first.mime).then(|| "contact card".to_owned()),
        sha256: None,
    }))
}

fn named(file: &File) -> String {
    format!("[{} {}]", mime(file), file.url)
}

fn mime(file: &File) -> &str {
    given(&file.mime).unwrap_or("application/octet-stream")
}

fn is_card(mime: &str) -> bool {
    ["text/vcard", "text/x-vcard", "text/directory"].contains(&essence(mime))
}

/// Twilio has no mark for voice notes and stickers: their types must do.
fn media_kind(mime: &str) -> MediaKind {
    let essence = essence(mime);
    match (essence, essence.split('/').next().unwrap_or_default()) {
        ("image/webp", _) => MediaKind::Sticker,
        ("audio/ogg", _) => MediaKind::VoiceNote,
        (_, "image") => MediaKind::Picture,
        (_, "video") => MediaKind::Video,
        (_, "audio") => MediaKind::Audio,
        _ => MediaKind::Document,
    }
}

/// The type without its parameters.
fn essence(mime: &str) -> &str {
    mime.split(';').next().unwrap_or_default().trim()
}

fn text(webhook: &Webhook) -> Option<Content> {
    given(&webhook.body).map(|_| Content::Text(webhook.body.clone()))
}

fn owned(text: &str) -> Option<String> {
    given(text).map(str::to_owned)
}
