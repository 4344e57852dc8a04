//! One fault at a time, in a setting that is well otherwise.

use std::time::Duration;

use olifant::sandbox::gate::Switches;
use olifant::sandbox::meta::setup::{At, Callback, HealthError};
use olifant::sandbox::twilio;

use crate::harness::Story;
use crate::model::Say;

/// What doctor is configured with otherwise than the program that runs.
pub type Env = Vec<(&'static str, String)>;

/// Its id, the number that is looked at, and how it comes about.
type Fault = (&'static str, &'static str, fn(&Story) -> Env);

/// Nobody listens there.
const CLOSED: &str = "http://127.0.0.1:1";

pub const FAULTS: &[Fault] = &[
    ("meta.token_expired", "meta", |s| meta(s, |at| at.token.expires_at = 1_700_000_000)),
    ("meta.token_invalid", "meta", |s| meta(s, |at| at.token.valid = false)),
    ("meta.token_temporary", "meta", |s| {
        let soon = (s.clock.now() + Duration::from_secs(24 * 3600)).as_second();
        meta(s, |at| at.token.expires_at = soon)
    }),
    ("meta.scope_messaging", "meta", |s| meta(s, |at| drop(at.token.scopes.remove(1)))),
    ("meta.scope_management", "meta", |s| meta(s, |at| drop(at.token.scopes.remove(0)))),
    ("meta.unreachable", "meta", |_| graph(CLOSED)),
    ("meta.graph_url", "meta", |s| graph(&format!("{}/nowhere", s.url()))),
    ("meta.number_is_phone", "meta", |_| id("15550100007")),
    ("meta.number_is_account", "meta", |s| id(&s.meta().set_up(|at| at.account.id.clone()))),
    ("meta.number_unknown", "meta", |_| id("999")),
    ("meta.unregistered", "meta", |s| meta(s, |at| at.number.registered = false)),
    ("meta.number_status", "meta", |s| meta(s, |at| at.number.sanction = Some("BANNED"))),
    ("meta.quality_red", "meta", |s| meta(s, |at| at.number.quality = "RED".into())),
    ("meta.name_declined", "meta", |s| meta(s, |at| at.number.name_status = "DECLINED".into())),
    ("meta.payment", "meta", |s| ails(s, "WABA", HealthError::PAYMENT)),
    ("meta.health_number", "meta", |s| ails(s, "PHONE_NUMBER", HealthError::BANNED)),
    ("meta.health_account", "meta", |s| ails(s, "WABA", HealthError::BANNED)),
    ("meta.health_business", "meta", |s| ails(s, "BUSINESS", HealthError::UNVERIFIED)),
    ("meta.health_app", "meta", |s| ails(s, "APP", HealthError::BANNED)),
    ("meta.account_rejected", "meta", |s| meta(s, |at| at.account.review = "REJECTED".into())),
    ("meta.account_other", "meta", |_| {
        vec![("OLIFANT__NUMBERS__META__WABA_ID", "200000000000002".into())]
    }),
    ("meta.not_subscribed", "meta", |s| meta(s, |at| at.account.subscribed.clear())),
    ("meta.app_other", "meta", |_| vec![("OLIFANT__NUMBERS__META__APP_ID", "1".into())]),
    ("meta.app_secret_wrong", "meta", |s| {
        s.meta().set_up(|at| at.app.secret = "reset".into());
        Vec::new()
    }),
    ("meta.messages_off", "meta", |s| meta(s, |at| at.app.fields.retain(|f| f != "messages"))),
    // A callback of the number's own does not turn the app's field on.
    ("meta.messages_off", "meta", |s| meta(s, |at| at.number.callback = at.app.callback.take())),
    ("meta.messages_off", "meta", |s| {
        meta(s, |at| {
            at.number.callback = at.app.callback.take();
            at.app.callback = callback("https://other.example/webhooks/meta");
            at.app.fields = vec!["account_update".into()];
        })
    }),
    ("meta.inactive", "meta", |s| meta(s, |at| at.app.active = false)),
    ("meta.no_callback", "meta", |s| meta(s, |at| at.app.callback = None)),
    ("meta.callback_elsewhere", "meta", |s| {
        meta(s, |at| at.app.callback = callback("https://other.example/webhooks/meta"))
    }),
    ("meta.callback_elsewhere", "meta", |s| {
        meta(s, |at| at.number.callback = callback("https://other.example/?secret=secret-one"))
    }),
    ("meta.callback_elsewhere", "meta", |s| {
        meta(s, |at| at.account.callback = callback("https://other.example/webhooks/meta"))
    }),
    ("meta.verify_token", "meta", |_| {
        vec![("OLIFANT__NUMBERS__META__VERIFY_TOKEN", "another".into())]
    }),
    ("meta.signature_refused", "meta", |s| {
        s.meta().set_up(|at| at.app.secret = "rotated".into());
        vec![("OLIFANT__NUMBERS__META__APP_SECRET", "rotated".into())]
    }),
    ("twilio.credentials", "twilio", |s| {
        s.twilio().switch(Switches { token_revoked: true, ..Switches::default() });
        Vec::new()
    }),
    ("twilio.unreachable", "twilio", |_| api(CLOSED)),
    ("twilio.api_url", "twilio", |s| api(&format!("{}/nowhere", s.url()))),
    ("twilio.account_status", "twilio", |s| twilio(s, |at| at.account.status = "closed".into())),
    ("twilio.sender_unknown", "twilio", |s| twilio(s, |at| at.sender.listed = false)),
    ("twilio.sender_offline", "twilio", |s| {
        twilio(s, |at| {
            at.sender.status = "OFFLINE".into();
            at.sender.offline = Some(("63110".into(), "The number is in the app".into()));
        })
    }),
    ("twilio.quality_low", "twilio", |s| twilio(s, |at| at.sender.quality = "LOW".into())),
    ("twilio.webhook_get", "twilio", |s| twilio(s, |at| at.sender.method = "GET".into())),
    ("twilio.no_webhook", "twilio", |s| twilio(s, |at| at.sender.callback = None)),
    ("twilio.webhook_elsewhere", "twilio", |s| {
        twilio(s, |at| at.sender.callback = Some("https://other.example/".into()))
    }),
    // The same machine by another name: what runs checks the first one.
    ("twilio.signature_refused", "twilio", |s| {
        let url = s.url().replace("127.0.0.1", "localhost");
        twilio(s, |at| at.sender.callback = Some(format!("{url}/webhooks/twilio#rc=3")));
        public(&url)
    }),
    ("server.unreachable", "twilio", |s| {
        twilio(s, |at| at.sender.callback = Some(format!("{CLOSED}/webhooks/twilio#rc=3")));
        public(CLOSED)
    }),
    ("model.key", "meta", |s| says(s, Say::Status(401, None))),
    ("model.quota", "meta", |s| says(s, Say::Status(429, None))),
    ("model.down", "meta", |s| says(s, Say::Status(503, None))),
    ("model.refused", "meta", |s| says(s, Say::Status(400, None))),
    ("model.cut", "meta", |s| says(s, Say::Cut(""))),
    ("model.no_tools", "meta", |s| {
        s.model.will([Say::Text("well"), Say::Status(400, None)]);
        Vec::new()
    }),
    ("model.unknown", "meta", |s| {
        s.model.will([Say::Status(404, None)]);
        vec![("OLIFANT__LLM__MODEL", "stand-on".into())]
    }),
    ("model.no_v1", "meta", |s| base(&model_url(s))),
    ("model.address", "meta", |s| base(&format!("{}/nowhere", model_url(s)))),
    ("model.unreachable", "meta", |_| base(CLOSED)),
    ("embeddings.none", "meta", |_| vec![("OLIFANT__MEMORY__EMBEDDINGS_URL", CLOSED.into())]),
    ("events.unreachable", "meta", |_| told("OLIFANT__EVENTS__URL", "OLIFANT__EVENTS__SECRET")),
    ("alerts.unreachable", "meta", |_| told("OLIFANT__ALERTS__URL", "OLIFANT__ALERTS__SECRET")),
    ("disk.full", "meta", |_| vec![("OLIFANT__STORE__MIN_FREE_MB", "999999999".into())]),
    ("disk.write", "meta", |s| {
        std::fs::write(s.path("file"), "").unwrap();
        let url = format!("sled:{}", s.path("file").join("store").display());
        vec![("OLIFANT__STORE__URL", url)]
    }),
    ("disk.backups", "meta", |s| {
        std::fs::write(s.path("file"), "").unwrap();
        vec![("OLIFANT__BACKUP__DIR", s.path("file").join("backups").display().to_string())]
    }),
    ("config.business", "meta", |_| vec![("OLIFANT__ASSISTANT__LANGUAGE", "tlh".into())]),
];

/// What only should be known, and `olifant connect` mends.
pub const NOTES: &[Fault] = &[
    ("meta.account_update_off", "meta", |s| {
        meta(s, |at| at.app.fields.retain(|f| f == "messages"))
    }),
    ("twilio.no_retries", "twilio", |s| {
        let url = format!("{}/webhooks/twilio", s.url());
        twilio(s, |at| at.sender.callback = Some(url))
    }),
];

fn meta(story: &Story, plant: impl FnOnce(&mut At<'_>)) -> Env {
    story.meta().set_up(plant);
    Vec::new()
}

fn twilio(story: &Story, plant: impl FnOnce(&mut twilio::setup::At<'_>)) -> Env {
    story.twilio().set_up(plant);
    Vec::new()
}

fn ails(story: &Story, kind: &str, error: HealthError) -> Env {
    meta(story, |at| at.number.ails(kind, "BLOCKED", error))
}

fn callback(url: &str) -> Option<Callback> {
    Some(Callback { url: url.into(), verify_token: "verify-me".into() })
}

fn says(story: &Story, say: Say) -> Env {
    story.model.will([say]);
    Vec::new()
}

fn graph(url: &str) -> Env {
    vec![("OLIFANT__NUMBERS__META__GRAPH_URL", url.to_owned())]
}

fn api(url: &str) -> Env {
    vec![("OLIFANT__NUMBERS__TWILIO__API_URL", url.to_owned())]
}

fn id(id: &str) -> Env {
    vec![("OLIFANT__NUMBERS__META__PHONE_NUMBER_ID", id.to_owned())]
}

pub fn public(url: &str) -> Env {
    vec![("OLIFANT__SERVER__PUBLIC_URL", url.to_owned())]
}

fn base(url: &str) -> Env {
    vec![("OLIFANT__LLM__BASE_URL", url.to_owned())]
}

/// Without `/v1`.
fn model_url(story: &Story) -> String {
    let settings = story.configured(&[]);
    let config = settings.businesses.values().next().unwrap();
    config.llm.base_url.trim_end_matches("/v1").to_owned()
}

fn told(url: &'static str, secret: &'static str) -> Env {
    let key = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    vec![(url, CLOSED.into()), (secret, key.into())]
}
