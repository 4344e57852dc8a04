//! Who hears of it when a person asks for a human?

use std::collections::BTreeMap;

use super::{BusinessConfig, Sources};
use crate::domain::id::{Business, NumberName};
use crate::provider::NumberConfig;

/// A line for each reason why it can be nobody. Dev mode has an operator of its
/// own.
pub fn warnings(
    businesses: &BTreeMap<Business, BusinessConfig>,
    numbers: &BTreeMap<NumberName, NumberConfig>,
    sources: &Sources,
) -> Vec<String> {
    if sources.fixed.is_some() {
        return Vec::new();
    }
    let all = businesses.iter().map(|(name, config)| (name, &config.handoff));
    let (nobody, somebody): (Vec<_>, Vec<_>) =
        all.partition(|(_, handoff)| handoff.operators.is_empty());
    let seldom = somebody.into_iter().filter(|(_, handoff)| handoff.template.is_none());
    let seldom = seldom.filter(|(name, _)| !has_templates(name, numbers));
    let nobody = names(nobody.into_iter().map(|(name, _)| name)).map(|names| {
        format!(
            "handoff.operators is empty for {names}: when a person asks for a human, WhatsApp \
             tells nobody; write the phone numbers of those who answer"
        )
    });
    let seldom = names(seldom.map(|(name, _)| name)).map(|names| {
        format!(
            "handoff.template is not set for {names}: an operator who has not written to the \
             number for 24 hours is not told; write the name of an approved template"
        )
    });
    nobody.into_iter().chain(seldom).collect()
}

/// Whether each number of the business has something else to send then.
fn has_templates(business: &Business, numbers: &BTreeMap<NumberName, NumberConfig>) -> bool {
    let mut own = numbers.values().map(NumberConfig::terms).filter(|t| t.business == *business);
    own.all(|terms| terms.window_template.is_some())
}

/// `None` = it concerns nobody.
fn names<'a>(businesses: impl Iterator<Item = &'a Business>) -> Option<String> {
    let names: Vec<&str> = businesses.map(Business::as_str).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
