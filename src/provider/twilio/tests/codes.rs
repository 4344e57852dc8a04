//! Each code and its consequence.

use reqwest::StatusCode;

use super::*;
use crate::provider::twilio::codes::failure as of;

const PAIR: Class = Class::Transient { after: None, scope: Scope::Pair };
const NUMBER: Class = Class::Transient { after: None, scope: Scope::Number };
const SLOWLY: Class = Class::Transient { after: Some(Duration::from_secs(30)), scope: Scope::Pair };
const IN_AN_HOUR: Class =
    Class::Transient { after: Some(Duration::from_secs(3600)), scope: Scope::Number };

#[test]
fn each_code_has_its_consequence() {
    let rows: [(Class, &[u32]); 12] = [
        (Class::StopNumber, &[20003, 21408, 21606, 63007, 63008, 21703]),
        (Class::StopNumber, &[63001, 63020, 63013, 63026]),
        (NUMBER, &[20429, 21611, 30001]),
        (PAIR, &[20500, 20503, 63009, 63010, 63012, 63023, 30008]),
        (SLOWLY, &[63017, 63018, 63119]),
        (IN_AN_HOUR, &[63038]),
        (Class::WindowClosed, &[63016]),
        (Class::Unsubscribed, &[21610]),
        (Class::Refused, &[21211, 21614, 63003, 63024, 30003, 30007, 63014, 63033, 63015, 63032]),
        (Class::Refused, &[21617, 21620, 21623, 63019, 63034, 63037, 21910, 63005, 63021, 63030]),
        (Class::Refused, &[21654, 21655, 21656, 63027, 63028, 63029, 63040, 63041, 63031, 14107]),
        (Class::Refused, &[63049, 63050, 63051, 63112, 11200, 11205, 11750, 12100, 12300, 57012]),
    ];
    for (class, codes) in rows {
        for code in codes {
            let failure = of(*code, None);
            assert_eq!((failure.class, failure.code), (class, Some(*code)));
            assert!(!failure.reason.starts_with("an unknown error:"), "{code}");
            assert_ne!(failure.reason, "an unknown error", "{code}");
        }
    }
}

#[test]
fn the_daily_limit_stops_the_number_and_a_slow_down_does_not() {
    assert!(of(63038, None).class.stops_number());
    assert!(of(20003, None).class.stops_number());
    assert!(!of(20429, None).class.stops_number());
}

#[test]
fn an_unknown_code_is_final_unless_its_status_says_otherwise() {
    let class = |code, status: u16| of(code, StatusCode::from_u16(status).ok()).class;
    assert_eq!(of(99_999, None).class, Class::Refused);
    assert_eq!(class(99_999, 400), Class::Refused);
    assert_eq!(class(99_999, 404), Class::Refused);
    assert_eq!(class(99_999, 401), Class::StopNumber);
    assert_eq!(class(99_999, 403), Class::StopNumber);
    assert_eq!(class(99_999, 429), PAIR);
    assert_eq!(class(99_999, 503), PAIR);
    assert_eq!(class(20003, 503), Class::StopNumber, "the code decides");
}
