//! The clock of this machine against the others': signatures, tokens and the
//! 24 hours go by it.

use std::time::Duration;

use super::finding::Finding;
use super::knock::knock;
use super::{Look, pages};
use crate::provider::NumberConfig;

/// More than this is no matter of slow lines.
const TOLERATED: Duration = Duration::from_secs(60);

/// What can be said of it.
pub async fn examine(look: &Look) -> Vec<Finding> {
    if let Some(offline) = look.offline("clock.right", "whether it is right") {
        return vec![offline];
    }
    for address in addresses(look) {
        let answer = knock(look, look.http.get(&address)).await;
        if let Some(date) = answer.ok().and_then(|answer| answer.date) {
            return vec![compared(look, &address, date)];
        }
    }
    vec![Finding::unchecked("clock.right", "whether it is right: nobody who was asked answers")]
}

/// Those who look at the time of what we say, first.
fn addresses(look: &Look) -> Vec<String> {
    let number = |config: &NumberConfig| match config {
        NumberConfig::Meta(config) => config.graph_url.clone(),
        NumberConfig::Twilio(config) => config.api_url.clone(),
    };
    let models = look.businesses().filter(|(_, config)| config.llm.provider != "demo");
    let models = models.map(|(_, config)| config.llm.base_url.clone());
    let mut all: Vec<String> = look.numbers().map(|(_, config)| number(config)).collect();
    all.extend(models);
    all.dedup();
    all
}

fn compared(look: &Look, address: &str, date: jiff::Timestamp) -> Finding {
    let off = look.clock.now().duration_since(date);
    let host = url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_default();
    if off.unsigned_abs() <= TOLERATED {
        return Finding::ok("clock.right", format!("it agrees with that of {host}"));
    }
    let way = if off.is_negative() { "behind" } else { "ahead of" };
    let what = format!("it is {} s {way} that of {host}", off.unsigned_abs().as_secs());
    let remedy = "let this machine set its clock by itself: timedatectl set-ntp true";
    Finding::fault("clock.off", what, remedy, pages::NOTHING)
}
