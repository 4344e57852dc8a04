//! Each of Meta's error codes has its consequence.

use std::time::Duration;

use super::*;
use crate::domain::failure::{Class, Failure, Scope};

fn failure(error: Value) -> Failure {
    codes::failure(&serde_json::from_value(error).expect("an error"))
}

fn again(after: Option<u64>, scope: Scope) -> Class {
    Class::Transient { after: after.map(Duration::from_secs), scope }
}

#[test]
fn each_code_has_its_consequence() {
    let stop = Class::StopNumber;
    let refused = Class::Refused;
    let (pair, number) = (again(None, Scope::Pair), again(None, Scope::Number));
    for (code, class) in [
        (0, stop),
        (1, pair),
        (2, pair),
        (3, stop),
        (4, number),
        (10, stop),
        (33, refused),
        (100, refused),
        (190, stop),
        (200, stop),
        (299, stop),
        (368, stop),
        (80007, number),
        (130429, number),
        (130472, refused),
        (130497, refused),
        (131000, pair),
        (131005, stop),
        (131008, refused),
        (131009, refused),
        (131016, pair),
        (131020, refused),
        (131021, refused),
        (131026, refused),
        (131030, refused),
        (131031, stop),
        (131037, stop),
        (131041, refused),
        (131042, Class::Unpaid),
        (131045, stop),
        (131047, Class::WindowClosed),
        (131048, again(Some(3600), Scope::Number)),
        (131049, refused),
        (131050, refused),
        (131051, refused),
        (131052, refused),
        (131053, refused),
        (131056, pair),
        (131057, again(Some(60), Scope::Number)),
        (131062, refused),
        (131063, refused),
        (131064, stop),
        (131201, refused),
        (132000, refused),
        (132001, refused),
        (132005, refused),
        (132007, refused),
        (132008, refused),
        (132012, refused),
        (132015, refused),
        (132016, refused),
        (132068, refused),
        (132069, pair),
        (133010, stop),
        (133016, stop),
        (135000, pair),
        (137000, refused),
        (139999, refused),
    ] {
        let failure = failure(json!({ "code": code }));
        assert_eq!((failure.class, failure.code), (class, Some(code)));
    }
}

#[test]
fn an_operator_is_told_when_a_number_is_out_for_an_hour() {
    for (code, told) in [(131048, true), (131042, true), (190, true), (131057, false), (4, false)] {
        assert_eq!(failure(json!({ "code": code })).class.stops_number(), told, "{code}");
    }
}

#[test]
fn of_an_unknown_code_metas_word_decides() {
    let unknown = |fields: Value| failure(with(json!({ "code": 999_999 }), fields)).class;
    assert_eq!(unknown(json!({})), Class::Refused);
    assert_eq!(unknown(json!({ "is_transient": true })), again(None, Scope::Pair));
    let details = json!({ "details": "Your prepaid funds are used up" });
    assert_eq!(unknown(json!({ "error_data": details })), Class::Unpaid);
    assert_eq!(unknown(json!({ "title": "Insufficient Balance" })), Class::Unpaid);
    let known = json!({ "code": 190, "is_transient": true, "message": "balance" });
    assert_eq!(failure(known).class, Class::StopNumber, "a known one stands by itself");
}
