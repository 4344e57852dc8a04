//! What became of what we sent.

use super::*;

#[test]
fn a_status_carries_our_own_id_back() {
    let url = format!("https://bot.example.com/webhooks/twilio/status?delivery={}", delivery());
    let status = |status| {
        let ids = [("MessageSid", "SM9"), ("AccountSid", "AC1"), ("From", "whatsapp:+15550100001")];
        parse_at(&url, &[&ids[..], &[("SmsStatus", status), ("MessageStatus", status)]].concat())
    };
    for (text, expected) in [
        ("accepted", Status::Sent),
        ("scheduled", Status::Sent),
        ("queued", Status::Sent),
        ("sending", Status::Sent),
        ("sent", Status::Sent),
        ("partially_delivered", Status::Sent),
        ("delivered", Status::Delivered),
        ("read", Status::Read),
    ] {
        let receipt = only_receipt(status(text));
        assert_eq!((receipt.delivery, receipt.status), (Some(delivery()), expected));
        assert_eq!(receipt.provider_id.as_str(), "SM9");
        assert_eq!(receipt.failure, None);
    }
    for text in ["failed", "undelivered", "canceled"] {
        assert_eq!(only_receipt(status(text)).status, Status::Failed, "{text}");
    }
    assert_eq!(status("of_tomorrow").ignored, 1);
}

#[test]
fn a_failed_status_is_classed_like_a_refused_send() {
    let failed = |fields: &[(&str, &str)]| {
        let common = [("MessageSid", "SM9"), ("MessageStatus", "undelivered")];
        only_receipt(parse(&[&common, fields].concat()))
    };
    let receipt = failed(&[("ErrorCode", "63016"), ("From", "whatsapp:+15550100001")]);
    assert_eq!((receipt.delivery, receipt.status), (None, Status::Failed));
    assert_eq!(receipt.failure.map(|failure| failure.class), Some(Class::WindowClosed));
    let unexplained = failed(&[("From", "whatsapp:+15550100001")]);
    assert_eq!(unexplained.failure.map(|failure| failure.class), Some(Class::Refused));
}

#[test]
fn the_shortest_status_concerns_each_number_that_its_token_speaks_for() {
    let parsed = parse(&[("MessageSid", "SM9"), ("MessageStatus", "read")]);
    let numbers: Vec<_> = parsed.events.iter().map(|(number, _)| number.as_str()).collect();
    assert_eq!(numbers, ["shop", "clinic"]);
}

#[test]
fn the_type_of_an_event_is_its_status_if_nothing_else_says_it() {
    let from = ("From", "whatsapp:+15550100001");
    for (event, status) in [("READ", Status::Read), ("DELIVERED", Status::Delivered)] {
        let receipt = only_receipt(parse(&[("MessageSid", "SM9"), from, ("EventType", event)]));
        assert_eq!(receipt.status, status);
    }
    let both = [("MessageSid", "SM9"), from, ("EventType", "READ"), ("MessageStatus", "sent")];
    assert_eq!(only_receipt(parse(&both)).status, Status::Sent);
}
