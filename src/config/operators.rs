//! Who hears of it when a person asks for a human?

use std::collections::BTreeMap;

use super::{Error, Sources};
use crate::assistant::BusinessConfig;
use crate::domain::content::Template;
use crate::domain::id::{Business, NumberName};
use crate::provider::NumberConfig;
use crate::worker::jobs::Alerts;

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

/// Meta knows a template by its name and its language.
pub fn check(
    businesses: &BTreeMap<Business, BusinessConfig>,
    numbers: &BTreeMap<NumberName, NumberConfig>,
    alerts: &Alerts,
) -> Result<(), Error> {
    let at_meta = |business: Option<&Business>| {
        numbers.values().any(|number| {
            matches!(number, NumberConfig::Meta(_))
                && business.is_none_or(|business| number.business() == *business)
        })
    };
    let lacks = |template: Option<&Template>| {
        template.is_some_and(|template| template.language.trim().is_empty())
    };
    let handoff = businesses
        .iter()
        .any(|(name, config)| at_meta(Some(name)) && lacks(config.handoff.template.as_ref()));
    let alerts = at_meta(None) && lacks(alerts.template.as_ref());
    let key = match (handoff, alerts) {
        (true, _) => "handoff.template",
        (false, true) => "alerts.template",
        (false, false) => return Ok(()),
    };
    Err(Error(format!(
        "{key} has no language; add the one that the template has at Meta: language = \"en\""
    )))
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
