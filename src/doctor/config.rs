//! The configuration: what it warns of, what the program would not start
//! with, and who else can read its secrets.

use std::path::Path;

use super::finding::{Finding, State, told};
use super::{Look, pages};
use crate::assistant::handoff::NOBODY;
use crate::assistant::{BusinessConfig, Mind};
use crate::os;

/// What can be said of it.
pub fn examine(look: &Look) -> Vec<Finding> {
    let warning = |line: &String| told(State::Note, "config.warning", line, pages::CONFIGURE);
    let warnings = look.settings.warnings.iter().map(warning);
    let files = look.settings.secret_files();
    let open = files.into_iter().filter_map(open_secrets);
    let read = std::iter::once(read(look)).chain(warnings);
    read.chain(nobody(look))
        .chain(minds(look))
        .chain(choosy(look))
        .chain(invented(look))
        .chain(open)
        .collect()
}

fn read(look: &Look) -> Finding {
    let file = look.settings.sources.file.as_ref();
    let file = file.map_or("the environment".to_owned(), |file| file.display().to_string());
    let names: Vec<String> = look.settings.numbers.keys().map(ToString::to_string).collect();
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Finding::ok("config.read", format!("{file} is read: numbers {names}"))
}

/// What `olifant init` leaves open; the rest can be looked at before.
fn nobody(look: &Look) -> Option<Finding> {
    let what = "no number is configured: nobody can write to it";
    let remedy = "olifant connect meta NAME, or olifant connect twilio NAME, sets one up";
    let none = look.settings.numbers.is_empty();
    none.then(|| Finding::fault("config.no_number", what, remedy, pages::CONNECT))
}

/// As at the start: templates, instructions, what the business knows.
fn minds(look: &Look) -> Vec<Finding> {
    let folder = look.settings.server.templates_dir.as_deref();
    let found = look.businesses().map(|(_, config)| {
        let mind = Mind::build(config.clone(), look.http.clone(), look.clock.clone(), folder);
        let (state, lines) = match mind {
            Ok(mind) => (State::Note, mind.warnings()),
            Err(error) => (State::Fault, vec![error]),
        };
        let explained = lines.into_iter().map(|line| look.settings.explain(&line).0);
        explained.map(move |line| told(state, "config.business", &line, pages::CONFIGURE))
    });
    found.flatten().collect()
}

/// Silence that somebody has asked for.
fn choosy(look: &Look) -> Vec<Finding> {
    let choosy = look.businesses().filter(|(_, config)| !config.policy.allow.is_empty());
    let note = |name: &str, n: usize| {
        let what = format!("policy.allow of {name} names {n}: nobody else is answered");
        Finding::note("config.allow", what, "empty it to answer everybody", pages::CONFIGURE)
    };
    choosy.map(|(name, config)| note(name.as_str(), config.policy.allow.len())).collect()
}

/// Whoever asks for a human is promised one.
fn invented(look: &Look) -> Vec<Finding> {
    let named = |config: &BusinessConfig| config.handoff.operators.iter().any(|o| o == NOBODY);
    let invented = look.businesses().filter(|(_, config)| named(config));
    let note = |name: &str| {
        let what = format!("handoff.operators of {name} names {NOBODY}, whom olifant init made up");
        let remedy = "put your own phone there, and write to the number from it once: WhatsApp lets \
                      it write to you for 24 hours from then, and later with handoff.template";
        Finding::note("config.operator_invented", what, remedy, pages::CONFIGURE)
    };
    invented.map(|(name, _)| note(name.as_str())).collect()
}

fn open_secrets(file: &Path) -> Option<Finding> {
    let file = file.canonicalize().ok()?;
    let remedy = os::closing(&file)?;
    let file = file.display();
    let what = format!("{file} holds secrets, and everybody on this machine can read it");
    Some(Finding::note("config.secret_file", what, remedy, pages::CONFIGURE))
}
