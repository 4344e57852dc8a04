//! What people send.

use proptest::prelude::*;

use super::*;
use crate::domain::content::MediaKind;
use crate::domain::message::Referral;
use crate::domain::person::Alias;

#[test]
fn a_text_comes_with_its_sender_its_time_and_what_it_quotes() {
    let inbound = only_message(from_ana(&[
        ("Body", " hello "),
        ("OriginalRepliedMessageSid", "MM0"),
        ("ReferralSourceUrl", "https://example.com/ad"),
        ("ReferralCtwaClid", "c1"),
    ]));
    assert_eq!(inbound.provider_id.as_str(), "SM1");
    assert_eq!(inbound.at, now());
    assert_eq!(inbound.content, Content::Text(" hello ".into()));
    assert_eq!(inbound.sender.aliases, [Alias::Phone(phone("15550100101"))]);
    assert_eq!(inbound.sender.address, Address::Phone(phone("15550100101")));
    assert_eq!(inbound.sender.name.as_deref(), Some("Ana"));
    assert_eq!(inbound.attached.quotes, Some("MM0".into()));
    assert_eq!(inbound.attached.referral.and_then(|r| r.click_id), Some("c1".into()));
}

#[test]
fn people_without_a_visible_number_are_known_and_answered_by_their_user_id() {
    let message = |ids: &[(&str, &str)]| {
        let common = [
            ("SmsSid", "SM1"),
            ("AccountSid", "AC1"),
            ("To", "whatsapp:+15550100001"),
            ("Body", "hi"),
            ("ProfileUsername", "@bea"),
        ];
        only_message(parse(&[&common, ids].concat())).sender
    };
    let parent = ("ParentExternalUserId", "whatsapp:US.ENT.1");
    for ids in [
        [("From", "whatsapp:US.1"), ("ExternalUserId", "whatsapp:US.1"), parent],
        [("From", "whatsapp:US.1"), ("ExternalUserId", ""), parent],
        [("From", "whatsapp:"), ("ExternalUserIdentifier", "US.1"), parent],
    ] {
        let sender = message(&ids);
        assert_eq!(sender.address, Address::UserId(user("US.1")));
        let aliases = [Alias::UserId(user("US.1")), Alias::ParentUserId(user("US.ENT.1"))];
        assert_eq!(sender.aliases, aliases);
        assert_eq!(sender.name.as_deref(), Some("bea"));
    }
    let from = ("From", "whatsapp:+15550100102");
    let both = message(&[from, ("ExternalUserId", "whatsapp:US.1"), parent]);
    assert_eq!(both.address, Address::Phone(phone("15550100102")));
    assert_eq!(both.aliases.len(), 3);
}

#[test]
fn a_message_for_a_number_that_the_token_does_not_speak_for_is_dropped_and_counted() {
    for (account, to) in [
        ("AC3", "whatsapp:+15550100003"),
        ("AC3", "whatsapp:+15550100001"),
        ("AC1", "whatsapp:+15550100009"),
        ("AC1", ""),
    ] {
        let fields = [
            ("MessageSid", "SM1"),
            ("AccountSid", account),
            ("From", "whatsapp:+15550100101"),
            ("To", to),
            ("Body", "hi"),
        ];
        let parsed = parse(&fields);
        assert_eq!((parsed.events.len(), parsed.foreign), (0, 1), "{account} {to}");
    }
}

#[test]
fn an_sms_is_ignored_and_what_has_no_id_or_sender_is_unreadable() {
    let with = |sid, from| {
        let to = ("To", "whatsapp:+15550100001");
        let parsed = parse(&[("MessageSid", sid), ("From", from), to, ("Body", "hi")]);
        (parsed.events.len(), parsed.ignored, parsed.unreadable)
    };
    assert_eq!(with("SM1", "whatsapp:+15550100101"), (1, 0, 0));
    assert_eq!(with("SM1", "+15550100101"), (0, 1, 0));
    assert_eq!(with("SM1", "whatsapp:nobody"), (0, 0, 1));
    assert_eq!(with("", "whatsapp:+15550100101"), (0, 0, 1));
}

#[test]
fn every_kind_of_message_reads_as_words() {
    let media = |mime| ("MediaContentType0", mime);
    let url = ("MediaUrl0", "https://api.example.com/1");
    for (fields, text) in [
        (vec![url, media("image/jpeg"), ("Body", "my dog")], "[picture] my dog"),
        (vec![url, media("video/mp4")], "[video]"),
        (vec![url, media("audio/ogg; codecs=opus")], "[voice note]"),
        (vec![url, media("audio/mpeg")], "[audio]"),
        (vec![url, media("application/pdf")], "[document]"),
        (vec![url, media("text/vcard")], "[document contact card]"),
        (vec![url, media("text/x-vcard; charset=utf-8")], "[document contact card]"),
        (vec![url, media("image/webp")], "[sticker]"),
        (
            vec![("Latitude", "12.5"), ("Longitude", "77"), ("Label", "Shop"), ("Body", "")],
            "[location 12.5, 77 Shop]",
        ),
        (vec![("Body", "Yes"), ("ButtonPayload", "y"), ("ButtonText", "Yes")], "Yes"),
        (vec![("Body", "No"), ("ButtonText", "No")], "No"),
        (vec![("Body", "Row"), ("ListId", "r")], "Row"),
        (vec![("Body", "x"), ("ListId", "r"), ("ListTitle", "Row")], "Row"),
        (vec![("InteractiveData", "{\"b\":2}"), ("FlowData", "{}")], "[form flow: {\"b\":2}]"),
        (vec![("Body", "join calm-otter")], "join calm-otter"),
        (vec![("FlowData", "{\"a\":1}")], "[form flow: {\"a\":1}]"),
        (vec![("Latitude", "north"), ("Longitude", "77"), ("Body", "here")], "here"),
        (vec![("MessageType", "poll")], "[poll: this kind of message can't be read]"),
        (vec![], "[empty: this kind of message can't be read]"),
    ] {
        assert_eq!(only_message(from_ana(&fields)).content.as_text(), text);
    }
}

#[test]
fn a_file_keeps_its_reference() {
    let url = ("MediaUrl0", "https://api.example.com/1");
    match only_message(from_ana(&[url, ("MediaContentType0", "image/jpeg")])).content {
        Content::Media(media) => {
            assert_eq!((media.kind, media.reference.as_str()), (MediaKind::Picture, url.1));
            assert_eq!(media.mime, "image/jpeg");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn more_than_one_file_is_named_in_the_words() {
    let fields = [
        ("NumMedia", "3"),
        ("Body", "our trip"),
        ("MediaUrl0", "https://api.example.com/0"),
        ("MediaContentType0", "image/jpeg"),
        ("MediaUrl1", "https://api.example.com/1"),
        ("MediaContentType1", "video/mp4"),
        ("MediaUrl2", "https://api.example.com/2"),
    ];
    assert_eq!(
        only_message(from_ana(&fields)).content.as_text(),
        "[picture] our trip\n[video/mp4 https://api.example.com/1]\n\
         [application/octet-stream https://api.example.com/2]"
    );
}

#[test]
fn a_tap_keeps_its_payload_or_has_its_title_for_one() {
    for (fields, id) in [
        (vec![("ButtonText", "Yes"), ("ButtonPayload", "y"), ("ButtonType", "REPLY")], "y"),
        (vec![("ButtonText", "Call us"), ("ButtonType", "ACTION")], "Call us"),
        (vec![("ListId", "row-1"), ("ListTitle", "Row"), ("ListDescription", "more")], "row-1"),
    ] {
        match only_message(from_ana(&fields)).content {
            Content::Choice { id: given, .. } => assert_eq!(given, id),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_metadata_say_what_the_fields_do_not() {
    let metadata =
        r#"{"type":"whatsapp","data":{"context":{"ProfileName":"Bea","WaId":"15550100102"}}}"#;
    let hidden = |fields: &[(&str, &str)]| {
        let common = [
            ("MessageSid", "SM1"),
            ("From", "whatsapp:US.1"),
            ("To", "whatsapp:+15550100001"),
            ("Body", "hi"),
        ];
        only_message(parse(&[&common, fields].concat())).sender
    };
    let bea = hidden(&[("ChannelMetadata", metadata)]);
    assert_eq!(bea.name.as_deref(), Some("Bea"));
    assert_eq!(bea.aliases, [Alias::Phone(phone("15550100102")), Alias::UserId(user("US.1"))]);
    let own = hidden(&[("ChannelMetadata", metadata), ("ProfileName", "Beatriz")]);
    assert_eq!(own.name.as_deref(), Some("Beatriz"));
    for broken in ["", "{", "[]", r#"{"data":7}"#, r#"{"data":{"context":{"ProfileName":[]}}}"#] {
        assert_eq!(hidden(&[("ChannelMetadata", broken)]).name, None, "{broken}");
    }
}

#[test]
fn an_advertisement_is_told_by_its_words_its_link_and_the_click() {
    let inbound = only_message(from_ana(&[
        ("Body", "hi"),
        ("ReferralBody", "Sale"),
        ("ReferralHeadline", "Chat with us"),
        ("ReferralSourceId", "1"),
        ("ReferralSourceType", "ad"),
        ("ReferralSourceUrl", "https://example.com/ad"),
        ("ReferralMediaUrl", "https://example.com/ad.png"),
        ("ReferralCtwaClid", "c1"),
    ]));
    let told = Referral {
        url: Some("https://example.com/ad".into()),
        headline: Some("Chat with us".into()),
        body: Some("Sale".into()),
        click_id: Some("c1".into()),
    };
    assert_eq!(inbound.attached.referral, Some(told));
    let none = from_ana(&[("Body", "hi"), ("ReferralNumMedia", "0")]);
    assert_eq!(only_message(none).attached.referral, None);
}

#[test]
fn forwarded_words_are_marked_as_somebody_elses() {
    for mark in ["Forwarded", "FrequentlyForwarded"] {
        assert!(only_message(from_ana(&[("Body", "hi"), (mark, "true")])).attached.forwarded);
        assert!(!only_message(from_ana(&[("Body", "hi"), (mark, "false")])).attached.forwarded);
    }
}

fn anything() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let name = prop::sample::select(vec![
        "MessageSid",
        "SmsSid",
        "AccountSid",
        "From",
        "To",
        "Body",
        "WaId",
        "MessageStatus",
        "SmsStatus",
        "ErrorCode",
        "Latitude",
        "Longitude",
        "MediaUrl0",
        "MediaContentType0",
        "MediaUrl1",
        "ChannelMetadata",
        "EventType",
        "ButtonText",
        "ListId",
        "ExternalUserId",
        "Of_Tomorrow",
        "",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "whatsapp:+15550100101",
            "whatsapp:+15550100001",
            "AC1",
            "failed",
            "received",
            "NaN",
            "whatsapp:US.1",
            "",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec((name, value), 0..12)
}

proptest! {
    /// Whatever is signed: its signature holds, and nothing panics.
    #[test]
    fn parsing_survives_any_form(fields in anything()) {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let parsed = parse(&fields);
        let count = parsed.events.len() + parsed.foreign + parsed.ignored + parsed.unreadable;
        // A status that names nobody concerns each number of the token.
        prop_assert!((1..=2).contains(&count));
    }

    /// Not even a form.
    #[test]
    fn parsing_survives_any_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse_bytes(HOOK, &body).events.is_empty());
    }
}
