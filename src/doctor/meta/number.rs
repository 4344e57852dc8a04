//! The number itself: whether it is one, and how Meta thinks of it.

mod health;

use super::{Case, not_allowed, pages, untold};
use crate::doctor::finding::Finding;
use crate::provider::meta::manage::{PhoneNumber, Token};

/// There is no such object, or it has no such field: an account has not.
const INVALID: u32 = 100;

/// So many numbers are named of those that there are.
const NAMED: usize = 5;

/// What can be said of it, and how Meta shows it.
pub async fn examine(case: &Case<'_>, token: &Token) -> (Vec<Finding>, Option<PhoneNumber>) {
    if !case.may_look(token) {
        return (vec![not_allowed("meta.number", "the number")], None);
    }
    if let Some(fault) = account(case, token) {
        return (vec![fault], None);
    }
    match case.manager.phone_number(&case.config.phone_number_id).await {
        Ok(number) => (judged(case, &number), Some(number)),
        Err(error) if error.code() == Some(INVALID) => (vec![mistaken(case, token).await], None),
        Err(error) => (vec![untold("meta.number", "the number", &error)], None),
    }
}

/// All three ids stand on one page, in figures.
fn account(case: &Case<'_>, token: &Token) -> Option<Finding> {
    let id = &case.config.phone_number_id;
    (case.accounts(token).contains(id) || token.app_id == *id).then(|| {
        let key = case.key("phone_number_id");
        let what = format!("{key} is the id of the account or the app, not of a number");
        let remedy = "take the id that stands beside the number in WhatsApp > API setup";
        Finding::fault("meta.number_is_account", what, remedy, pages::CONNECT)
    })
}

/// What stands there instead of its id.
async fn mistaken(case: &Case<'_>, token: &Token) -> Finding {
    let (id, key) = (&case.config.phone_number_id, case.key("phone_number_id"));
    let page = pages::CONNECT;
    let numbers = case.numbers(&case.accounts(token)).await;
    if let Some(own) = numbers.iter().find(|own| digits(&own.display_phone_number) == *id) {
        let what = format!("{key} is the phone number; what is meant is its id");
        let remedy = format!("write {key} = \"{}\"", own.id);
        return Finding::fault("meta.number_is_phone", what, remedy, page);
    }
    let shown = |own: &PhoneNumber| format!("{} ({})", own.id, own.display_phone_number);
    let there: Vec<String> = numbers.iter().take(NAMED).map(shown).collect();
    let remedy = match there.is_empty() {
        true => "give the system user the WhatsApp account that the number is in".to_owned(),
        false => format!("write one that the token may use: {}", there.join(", ")),
    };
    let what = format!("the token knows no number with the id of {key}");
    Finding::fault("meta.number_unknown", what, remedy, page)
}

impl Case<'_> {
    /// The accounts that the number can be in.
    pub(super) fn accounts(&self, token: &Token) -> Vec<String> {
        let configured = self.config.account().into_iter();
        let mut all: Vec<String> = configured.chain(token.accounts()).map(str::to_owned).collect();
        all.dedup();
        all
    }

    async fn numbers(&self, accounts: &[String]) -> Vec<PhoneNumber> {
        let mut all = Vec::new();
        for account in accounts {
            all.extend(self.manager.phone_numbers(account).await.unwrap_or_default());
        }
        all
    }
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

fn judged(case: &Case<'_>, number: &PhoneNumber) -> Vec<Finding> {
    let mut all = vec![registered(case, number)];
    all.extend(quality(number));
    all.extend(name(number));
    all.extend(mode(number));
    all.extend(health::examine(&number.health_status));
    all
}

fn registered(case: &Case<'_>, number: &PhoneNumber) -> Finding {
    let (phone, status) = (&number.display_phone_number, &number.status);
    if !number.is_registered() {
        let what = format!("{phone} is not registered with the Cloud API ({status})");
        let remedy = format!("olifant connect meta {} registers it", case.name);
        return Finding::fault("meta.unregistered", what, remedy, pages::META_NUMBER);
    }
    if ["RESTRICTED", "FLAGGED", "RATE_LIMITED", "BANNED"].contains(&status.as_str()) {
        let what = format!("Meta has set {phone} to {status}");
        let remedy = "look at WhatsApp Manager > Account tools > Phone numbers, and appeal there";
        return Finding::fault("meta.number_status", what, remedy, pages::META_NUMBER);
    }
    let (limit, speed) = (&number.messaging_limit_tier, &number.throughput.level);
    let ends = [("limit", limit), ("throughput", speed)].into_iter();
    let ends = ends.filter(|(_, value)| !value.is_empty());
    let ends: String = ends.map(|(name, value)| format!(", {name} {value}")).collect();
    Finding::ok("meta.number", format!("{phone} is registered: {status}{ends}"))
}

fn quality(number: &PhoneNumber) -> Option<Finding> {
    let remedy = "write less to people who did not ask for it; Meta lowers limits next";
    let what = |colour: &str| format!("people block or report it: its quality is {colour}");
    let page = pages::META_NUMBER;
    match number.quality_rating.as_str() {
        "RED" => Some(Finding::fault("meta.quality_red", what("red"), remedy, page)),
        "YELLOW" => Some(Finding::note("meta.quality_yellow", what("yellow"), remedy, page)),
        "GREEN" => Some(Finding::ok("meta.quality", "its quality is green")),
        _ => None,
    }
}

fn name(number: &PhoneNumber) -> Option<Finding> {
    let what = |became: &str| format!("the display name \"{}\" {became}", number.verified_name);
    let (remedy, page) = (
        "correct it in WhatsApp Manager > Phone numbers, and register the number again",
        pages::META_NUMBER,
    );
    match number.name_status.as_str() {
        "DECLINED" => {
            Some(Finding::fault("meta.name_declined", what("was declined"), remedy, page))
        }
        "EXPIRED" => Some(Finding::note("meta.name_expired", what("has expired"), remedy, page)),
        "PENDING_REVIEW" => {
            let remedy = "wait: Meta looks at it within a day or two";
            Some(Finding::note("meta.name_pending", what("waits for Meta"), remedy, page))
        }
        _ => None,
    }
}

fn mode(number: &PhoneNumber) -> Option<Finding> {
    (number.account_mode == "SANDBOX").then(|| {
        let what = "it is a test number: it reaches only the people listed for it";
        let remedy = "add a number of your own for real people";
        Finding::note("meta.test_number", what, remedy, pages::CONNECT)
    })
}
