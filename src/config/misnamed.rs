//! Variables that were surely meant for us, and that nobody would read.

use std::collections::BTreeMap;

use super::{SECTIONS, reference};

/// One line for each variable with single underscores.
pub fn warnings(env: &BTreeMap<String, String>) -> Vec<String> {
    let line = |name: &String| {
        let meant = meant(name)?;
        Some(format!("{name} is not read: underscores are doubled; did you mean {meant}?"))
    };
    env.keys().filter_map(line).collect()
}

/// The likely name. `None` = it is right, or nothing of ours: Kubernetes sets
/// `OLIFANT_SERVICE_HOST` for a service of that name.
fn meant(name: &str) -> Option<String> {
    let rest = name.strip_prefix("OLIFANT_").filter(|rest| !rest.starts_with('_'))?;
    let single = name.replace("__", "_");
    let documented = reference::keys(reference::TEXT).into_iter().filter_map(|key| key.variable);
    if let Some(variable) = documented.into_iter().find(|v| v.replace("__", "_") == single) {
        return Some(variable);
    }
    let rest = rest.replace("__", "_");
    let (section, key) = rest.split_once('_')?;
    let known = SECTIONS.contains(&section.to_lowercase().as_str());
    let key = match section {
        "NUMBERS" | "BUSINESSES" => key.replacen('_', "__", 1),
        _ => key.to_owned(),
    };
    known.then(|| format!("OLIFANT__{section}__{key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_underscores_are_seen_and_the_likely_name_is_said() {
        let cases = [
            ("OLIFANT_LLM_MAX_OUTPUT_TOKENS", Some("OLIFANT__LLM__MAX_OUTPUT_TOKENS")),
            ("OLIFANT_ASSISTANT__HOURS_MON", Some("OLIFANT__ASSISTANT__HOURS__MON")),
            ("OLIFANT_NUMBERS_SHOP_APP_SECRET", Some("OLIFANT__NUMBERS__SHOP__APP_SECRET")),
            ("OLIFANT_LLM_API_KEY_FILE", Some("OLIFANT__LLM__API_KEY_FILE")),
            ("OLIFANT__LLM__MODEL", None),
            ("OLIFANT_CONFIG", None),
            ("OLIFANT_LOG", None),
            ("OLIFANT_SERVICE_HOST", None),
            ("OLIFANTS", None),
        ];
        for (name, expected) in cases {
            assert_eq!(meant(name).as_deref(), expected, "{name}");
        }
    }
}
