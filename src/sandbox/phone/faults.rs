//! What can go wrong, as switches of the page: each for both providers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::gate::Switches;
use super::Sandbox;

/// One of them.
struct Fault {
    name: &'static str,
    title: &'static str,
    /// What the bot should do then; `{dev}` stands for where it keeps things.
    then: &'static str,
    switch: Switch,
}

/// What it switches.
enum Switch {
    /// All accounts of both providers.
    Accounts(fn(&mut Switches) -> &mut bool),
    /// The model, which stands outside of the sandbox: whoever starts both
    /// listens to it.
    Model,
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "provider_down",
        title: "The provider answers 500",
        then: "Answers wait and are tried again; once it is off they arrive, each once and in order.",
        switch: Switch::Accounts(|switches| &mut switches.provider_down),
    },
    Fault {
        name: "lose_answers",
        title: "Answers of the provider get lost",
        then: "The message is on the phone; the bot learns it from the receipt and does not send it twice.",
        switch: Switch::Accounts(|switches| &mut switches.lose_answers),
    },
    Fault {
        name: "late_receipts",
        title: "Receipts come late",
        then: "Nothing changes for the customer; once it is off the receipts are taken in any order.",
        switch: Switch::Accounts(|switches| &mut switches.late_receipts),
    },
    Fault {
        name: "token_revoked",
        title: "The access token is revoked",
        then: "The number stops with one alert and keeps its queue. Once it is off, what waits goes out within five minutes, or at once with: olifant numbers resume meta{dev}",
        switch: Switch::Accounts(|switches| &mut switches.token_revoked),
    },
    Fault {
        name: "window_closed",
        title: "The 24 hours are over",
        then: "A free answer fails where it can be seen: an alert, and the status of the message.",
        switch: Switch::Accounts(|switches| &mut switches.window_closed),
    },
    Fault {
        name: "unpaid",
        title: "The bill is not paid",
        then: "The number stops with one alert, and its queue waits until the owner has paid and says: olifant numbers resume meta{dev}",
        switch: Switch::Accounts(|switches| &mut switches.unpaid),
    },
    Fault {
        name: "model_hangs",
        title: "The model hangs",
        then: "Typing dots stay; after two minutes (assistant.deadline_s) an honest line says that it is not working.",
        switch: Switch::Model,
    },
];

/// All of them, with how they stand.
pub(super) async fn list(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let mut switches = read(&sandbox);
    let faults: Vec<_> = FAULTS.iter().map(|fault| fault.view(&sandbox, &mut switches)).collect();
    Json(json!({ "faults": faults })).into_response()
}

#[derive(Deserialize)]
pub(super) struct Flip {
    name: String,
    on: bool,
}

/// Switches one on or off.
pub(super) async fn flip(State(sandbox): State<Arc<Sandbox>>, Json(flip): Json<Flip>) -> Response {
    let Some(fault) = FAULTS.iter().find(|fault| fault.name == flip.name) else {
        return (StatusCode::NOT_FOUND, "no such fault").into_response();
    };
    match fault.switch {
        Switch::Accounts(switch) => {
            let mut switches = read(&sandbox);
            *switch(&mut switches) = flip.on;
            write(&sandbox, switches);
        }
        Switch::Model if sandbox.has_model() => sandbox.hang_model(flip.on),
        Switch::Model => {
            return (StatusCode::CONFLICT, "this can't be switched here").into_response();
        }
    }
    StatusCode::NO_CONTENT.into_response()
}

impl Fault {
    fn view(&self, sandbox: &Sandbox, switches: &mut Switches) -> Value {
        let (on, available) = match self.switch {
            Switch::Accounts(switch) => (*switch(switches), true),
            Switch::Model => (sandbox.model_is_hung(), sandbox.has_model()),
        };
        let folder = sandbox.info.folder.as_ref();
        let dev = folder.map_or_else(String::new, |folder| format!(" --dev {}", folder.display()));
        let (Self { name, title, .. }, then) = (self, self.then.replace("{dev}", &dev));
        json!({ "name": name, "title": title, "then": then, "on": on, "available": available })
    }
}

/// All accounts stand alike: only `write` switches them.
fn read(sandbox: &Arc<Sandbox>) -> Switches {
    let meta = (!sandbox.meta.is_empty()).then(|| sandbox.meta(0).switches());
    let twilio = || (!sandbox.twilio.is_empty()).then(|| sandbox.twilio(0).switches());
    meta.or_else(twilio).unwrap_or_default()
}

fn write(sandbox: &Arc<Sandbox>, switches: Switches) {
    (0..sandbox.meta.len()).for_each(|index| sandbox.meta(index).switch(switches));
    (0..sandbox.twilio.len()).for_each(|index| sandbox.twilio(index).switch(switches));
}
