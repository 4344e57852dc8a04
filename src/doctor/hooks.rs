//! The programs of the business that are told what happens: whether they can
//! be reached. Nothing is posted: they would take it for news.

use url::Url;

use super::finding::{Finding, Group};
use super::knock::knock;
use super::{Look, pages};

/// What can be said of them; `None` = there are none.
pub async fn examine(look: &Look) -> Option<Group> {
    let (events, alerts) = (&look.settings.events.url, &look.settings.alerts.url);
    let (events, alerts) = tokio::join!(
        reached(look, events.as_ref(), ["events.reached", "events.unreachable"], "events.url"),
        reached(look, alerts.as_ref(), ["alerts.reached", "alerts.unreachable"], "alerts.url"),
    );
    let findings: Vec<Finding> = events.into_iter().chain(alerts).collect();
    (!findings.is_empty()).then(|| Group::new("listeners", findings))
}

async fn reached(
    look: &Look,
    url: Option<&Url>,
    [ok, fault]: [&'static str; 2],
    key: &str,
) -> Option<Finding> {
    let url = url?;
    if let Some(offline) = look.offline(ok, &format!("whether somebody answers at {key}")) {
        return Some(offline);
    }
    Some(match knock(look, look.http.get(url.clone())).await {
        Ok(_) => Finding::ok(ok, format!("somebody answers at {key}")),
        Err(closed) => {
            let what = format!("nobody answers at {key}: {closed}");
            let remedy = format!("start what should listen there, or correct {key}");
            Finding::fault(fault, what, remedy, pages::NEWS)
        }
    })
}
