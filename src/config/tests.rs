//! Stories of the configuration: what a person writes, and what they get.

use std::collections::BTreeSet;

use secrecy::ExposeSecret;
use serde::de::{DeserializeOwned, Visitor};

use super::reference::{Key, TEXT, keys};
use super::*;
use crate::assistant::{self, handoff, policy};
use crate::domain::id::NumberName;
use crate::llm;
use crate::provider::{meta, twilio};

const META: &str = r#"
[numbers.front]
provider = "meta"
phone_number_id = 100000000000100
access_token = "token"
app_secret = "secret"
verify_token = "verify"
"#;

const TWILIO: &str = r#"
[numbers.back]
provider = "twilio"
account_sid = "AC00000000000000000000000000000001"
auth_token = "token"
from = "whatsapp:+15550101"
"#;

/// A directory with `my.toml`, and an environment.
struct Story {
    dir: tempfile::TempDir,
    sources: Sources,
}

impl Story {
    fn new(toml: &str, env: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("my.toml");
        std::fs::write(&file, toml).unwrap();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let env = env.iter().map(owned).collect();
        Self { dir, sources: Sources { file: Some(file), env, ..Sources::default() } }
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn load(&self) -> Result<Settings, Error> {
        Settings::load(self.sources.clone())
    }

    /// The one line, with the directory taken out of it.
    fn line(&self) -> String {
        let line = self.load().err().expect("it is refused").to_string();
        assert!(!line.contains('\n'), "{line}");
        let mut short = line.clone();
        // The config crate writes paths relative to where the test runs.
        while let Some(end) = short.find("/my.toml") {
            let start = short[..end].rfind(['(', ' ']).map_or(0, |at| at + 1);
            short.replace_range(start..=end, "");
        }
        short
    }
}

const KEY: (&str, &str) = ("OPENAI_API_KEY", "key");

fn refused(toml: &str, env: &[(&str, &str)]) -> String {
    Story::new(toml, &[&[KEY], env].concat()).line()
}

fn loaded(toml: &str, env: &[(&str, &str)]) -> Settings {
    Story::new(toml, &[&[KEY], env].concat()).load().unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn the_business_of_a_terminal_is_no_numbers_and_a_terminal_needs_no_number() {
    let story = Story::new(&format!("{META}business = \"chat:main\"\n"), &[KEY]);
    assert!(story.line().starts_with("numbers.front.business begins with chat:"));
    let mut story = Story::new("", &[KEY]);
    assert!(story.line().starts_with("numbers: none is configured"));
    story.sources.without_numbers = true;
    let settings = story.load().expect("usable");
    assert_eq!(settings.businesses.keys().collect::<Vec<_>>(), [&Business::default()]);
}

#[test]
fn a_mistake_is_one_line_with_key_place_and_remedy() {
    let wrong = |more: &str| refused(&format!("{META}{more}"), &[]);
    let cases = [
        (
            wrong("[server]\nlisen = \"x\""),
            "server.lisen is not a key (my.toml); did you mean server.listen?",
        ),
        (
            wrong("[server]\nlisten = \"here\""),
            "server.listen: \"here\" is not ADDRESS:PORT (my.toml); default \"127.0.0.1:8080\"",
        ),
        (
            wrong("[handoff]\ntemplate = { name = \"handoff\" }"),
            "handoff.template has no language; add the one that the template has at Meta: \
             language = \"en\"",
        ),
        (
            wrong("[llm]\nbase_url = \"http://127.0.0.1:1/v1/chat/completions\""),
            "llm.base_url goes too far (my.toml); write http://127.0.0.1:1/v1, without \
             /chat/completions",
        ),
        (
            wrong("[events]\nurl = \"https://crm.example.com\""),
            "events.secret is missing, and events.url needs it to sign what it tells; set it or \
             events.secret_file to whsec_ and the base64 of 32 random bytes (openssl rand -base64 \
             32)",
        ),
        (
            wrong("[events]\nurl = \"https://crm.example.com\"\nsecret = \"hush\""),
            "events.secret is no signing secret; write whsec_ and the base64 of 24 to 64 random \
             bytes (openssl rand -base64 32) (my.toml)",
        ),
        (
            wrong("[events]\nkinds = [\"message.lost\"]"),
            "events.kinds[0]: there is no \"message.lost\" (my.toml); write \"message.received\" \
             or \"reply.sent\" or \"delivery.failed\" or \"handoff.requested\" or \"person.opted_out\" \
             or \"number.stopped\"",
        ),
        (
            wrong("[alerts]\nurl = \"ftp://ops.example.com\""),
            "alerts.url: not an http or https URL (my.toml); write https://HOST/PATH",
        ),
        (
            wrong("[alerts]\nto = [\"Olga\"]"),
            "alerts.to: its entry 1 is no phone number (my.toml); write + and the digits with the \
             country code",
        ),
        (
            wrong("[assistant]\ndeadline_s = -3"),
            "assistant.deadline_s: -3 is not a whole number of 0 or more (my.toml); default 120",
        ),
        (
            wrong("[llm]\ntimeout_s = \"soon\""),
            "llm.timeout_s: \"soon\" is not a whole number of 0 or more (my.toml); default 60",
        ),
        (
            wrong("[llm]\nmax_steps = 5000000000"),
            "llm.max_steps: 5000000000 is not a whole number from 0 to 4294967295 (my.toml); default 6",
        ),
        (
            wrong("[llm]\ntemperature = \"warm\""),
            "llm.temperature: \"warm\" is not a number (my.toml); write it like 0.7",
        ),
        (
            wrong("[policy]\ngroups = \"some\""),
            "policy.groups: \"some\" is not true or false (my.toml); default false",
        ),
        (
            wrong("[policy]\nallow = { a = 1 }"),
            "policy.allow: a table is not a list (my.toml); default []",
        ),
        (
            wrong("[assistant]\nhours = 9"),
            "assistant.hours: 9 is not a table (my.toml); write a table there",
        ),
        (
            wrong("[sending]\nuncertain = \"shrug\""),
            "sending.uncertain: there is no \"shrug\" (my.toml); write \"resend\" or \"hold\"",
        ),
        (
            wrong("[asistant]\nname = \"A\""),
            "asistant is not a key (my.toml); did you mean assistant?",
        ),
        (
            wrong("[businesses.main.server]\nlisten = \"x\""),
            "businesses.main.server is not a key (my.toml); known there: llm, assistant, policy, handoff, memory, limits",
        ),
        (
            wrong("[businesses.main.llm]\nmodle = \"x\""),
            "businesses.main.llm.modle is not a key (my.toml); did you mean businesses.main.llm.model?",
        ),
        (
            wrong("[businesses.shop.llm]\nmodel = \"x\""),
            "businesses.shop has no number (my.toml); set business = \"shop\" in one, or take it out",
        ),
        (
            wrong("[llm]\nbase_url = \"ollama\""),
            "llm.base_url: not a URL (relative URL without a base) (my.toml); write https://HOST, \
             with a port and a path if it has them",
        ),
        (
            wrong("[server]\npublic_url = \"ftp://a\""),
            "server.public_url: not a plain http or https URL (my.toml); write https://HOST, with a \
             port and a path if it has them",
        ),
        (
            wrong("[server]\npublic_url = \"bot.example.com\""),
            "server.public_url: \"bot.example.com\" is not a URL (relative URL without a base) \
             (my.toml); write it like \"https://bot.example.com\"",
        ),
        (
            wrong("[server]\npublic_url = \"http://bot.example.com\""),
            "server.public_url: providers call nothing but https (my.toml); put a tunnel or a reverse \
             proxy in front, and write https://HOST",
        ),
        (
            wrong("[server]\nshutdown_s = 0"),
            "server.shutdown_s = 0 leaves no time to finish what has begun (my.toml); write 1 or more",
        ),
        (
            wrong("[server]\ntemplates_dir = \"no/such\""),
            "server.templates_dir: no/such is no directory (my.toml); correct the path, or take it out",
        ),
        (
            wrong("[assistant]\nname = \" \""),
            "assistant.name is empty (my.toml); write a name, or take it out",
        ),
        (
            wrong("[businesses.main.assistant]\nquiet_ms = 7000"),
            "businesses.main.assistant.quiet_ms is longer than quiet_max_ms = 6000 (my.toml); make it \
             shorter, or quiet_max_ms longer",
        ),
        (
            wrong("[policy]\ndeny = [\"+15550100\", \"hello\"]"),
            "policy.deny names nobody with its entry 2 (my.toml); write a phone number with its \
             country code, a user id (US.1349...) or a group's id",
        ),
        (
            wrong(&TWILIO.replace("AC0", "SK0")),
            "numbers.back.account_sid is no account SID (my.toml); write AC and the 32 hex digits that \
             follow it in Twilio's console",
        ),
        (
            wrong("[numbers.Shop]\nprovider = \"meta\""),
            "numbers.Shop is no name for a number (my.toml); use only small letters, digits, - and _",
        ),
        (
            wrong("[numbers.shop]\nprovider = \"telegram\""),
            "numbers.shop.provider: there is no such provider (my.toml); write \"meta\" or \"twilio\"",
        ),
        (
            wrong(
                "[numbers.shop]\nprovider = \"meta\"\nphone_number_id = \"1\"\naccess_token = \"t\"",
            ),
            "numbers.shop.app_secret is missing (my.toml); set it, numbers.shop.app_secret_file or \
             OLIFANT__NUMBERS__SHOP__APP_SECRET (the app secret from App settings > Basic; it signs \
             webhooks)",
        ),
        (
            wrong("[numbers.shop]\nprovider = \"meta\""),
            "numbers.shop.phone_number_id is missing (my.toml); set it or \
             OLIFANT__NUMBERS__SHOP__PHONE_NUMBER_ID (the phone number id (not the phone number) from WhatsApp > API setup)",
        ),
        (
            wrong(&META.replace("front", "twin")),
            "numbers.twin.phone_number_id is that of numbers.front, too (my.toml); configure each \
             number once",
        ),
        (
            wrong(TWILIO),
            "server.public_url is missing, and numbers.back needs it because Twilio signs the URL it \
             calls; set it or OLIFANT__SERVER__PUBLIC_URL to https://YOUR.HOST, or serve it with \
             --tunnel",
        ),
        (
            wrong("[store]\nurl = \"/var/lib/olifant\""),
            "store.url names no kind of store (my.toml); write sled:PATH",
        ),
        (
            wrong("[store]\nkey = \"hush\""),
            "store.key: neither 64 hex digits nor the base64 of 32 bytes (my.toml); write it like \
             \"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"",
        ),
        (wrong("[store]\nurl = \"sled:\""), "store.url names no folder (my.toml); write sled:PATH"),
        (
            wrong("[backup]\nat = \"3:30\""),
            "backup.at = \"3:30\" is no time (my.toml); write HH:MM, in UTC, such as 03:30",
        ),
        (
            refused("", &[]),
            "numbers: none is configured; olifant connect meta NAME, or olifant connect twilio NAME, \
             sets one up; with --tunnel it also opens a way in from outside",
        ),
        (
            refused(&META.replace("\"secret\"", "\" \""), &[]),
            "numbers.front.app_secret is empty (my.toml); give it its value, or take it out",
        ),
        (
            refused(META, &[("OLIFANT__SERVER__SHUTDOWN", "5")]),
            "server.shutdown is not a key (OLIFANT__SERVER__SHUTDOWN); did you mean server.shutdown_s?",
        ),
        (
            refused(META, &[("OLIFANT__TYPO", "1")]),
            "typo is not a key (OLIFANT__TYPO); known there: server, store, backup, numbers, twilio, \
             llm, assistant, sending, policy, handoff, memory, memory_api, limits, events, alerts, \
             businesses",
        ),
        (
            refused(META, &[("OLIFANT__LLM__TIMEOUT_S", "soon")]),
            "llm.timeout_s: \"soon\" is not a whole number of 0 or more (OLIFANT__LLM__TIMEOUT_S); \
             default 60",
        ),
        (
            Story::new(META, &[]).line(),
            "llm.api_key is missing; set it, llm.api_key_file or OPENAI_API_KEY, or set llm.base_url \
             to a server of your own",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(line, expected);
    }
}

#[test]
fn the_openai_key_of_the_environment_goes_to_openai_alone() {
    let key = |toml: &str| {
        let settings = loaded(&format!("{META}{toml}"), &[]);
        settings.businesses[&Business::from("main")].llm.api_key.expose_secret().to_owned()
    };
    assert_eq!(key(""), "key");
    assert_eq!(key("[llm]\nbase_url = \"http://127.0.0.1:11434/v1\""), "");
}

#[test]
fn a_file_that_is_no_toml_or_not_there_is_named() {
    let line = refused("[server]\nlisten = = 1", &[]);
    assert!(line.starts_with("my.toml: TOML parse error at line 2, column 10: "), "{line}");
    assert_eq!(line.matches("my.toml").count(), 1, "{line}");
    let line = refused("[llm]\napi_key = \"sk-1\n", &[]);
    assert!(
        line.contains("line 2") && line.contains("expected") && !line.contains("sk-1"),
        "{line}"
    );
    let story = Story::new("", &[KEY]);
    std::fs::write(story.dir.path().join("my.toml"), b"[llm]\nmodel = \"\xff\"").unwrap();
    assert!(story.line().ends_with("line 2 is not UTF-8; save the file as UTF-8 text"));
    let mut story = Story::new(META, &[KEY]);
    story.sources.file = Some("no/such.toml".into());
    let line = story.line();
    assert!(line.starts_with("no/such.toml: can't be read (No such file"), "{line}");
}

#[test]
fn secrets_come_from_files_without_the_last_newline() {
    let mut story = Story::new("", &[KEY]);
    let path = story.file("token", "from a file\n");
    let toml = META.replace("access_token = \"token\"", &format!("access_token_file = \"{path}\""));
    story.file("my.toml", &toml);
    let settings = story.load().unwrap_or_else(|e| panic!("{e}"));
    let NumberConfig::Meta(number) = &settings.numbers[&NumberName::from("front")] else {
        panic!("it is one of Meta");
    };
    assert_eq!(number.access_token.expose_secret(), "from a file");

    // What the environment says counts, in whichever way the file says it.
    story.file("my.toml", &toml.replace(&path, "/no/such/token"));
    let name = "OLIFANT__NUMBERS__FRONT__ACCESS_TOKEN";
    story.sources.env.insert(name.into(), "said".into());
    let settings = story.load().unwrap_or_else(|e| panic!("{e}"));
    let NumberConfig::Meta(number) = &settings.numbers[&NumberName::from("front")] else {
        panic!("it is one of Meta");
    };
    assert_eq!(number.access_token.expose_secret(), "said");
    story.sources.env.remove(name);

    story.file("my.toml", &format!("{toml}access_token = \"twice\""));
    assert_eq!(
        story.line(),
        "numbers.front.access_token and numbers.front.access_token_file are both given (my.toml); \
         keep one of them"
    );
    story.file("my.toml", &toml.replace(&path, "/no/such/token"));
    assert_eq!(
        story.line(),
        "numbers.front.access_token_file: /no/such/token can't be read (No such file or directory \
         (os error 2)) (my.toml); name a file that holds only the secret, as seen from where \
         olifant is started"
    );
}

#[test]
fn the_environment_overrides_every_type() {
    let toml = format!("{META}[llm]\nmodel = \"of the file\"\napi_key = \"of the file\"");
    let settings = loaded(
        &toml,
        &[
            ("OLIFANT__SERVER__LISTEN", "127.0.0.1:1"),
            ("OLIFANT__SERVER__PUBLIC_URL", "https://bot.example.com/base"),
            ("OLIFANT__STORE__CACHE_MB", "7"),
            ("OLIFANT__POLICY__GROUPS", "true"),
            ("OLIFANT__POLICY__DENY", "+15550108, +15550109"),
            ("OLIFANT__SENDING__UNCERTAIN", "hold"),
            ("OLIFANT__LLM__API_KEY", "of the environment"),
            ("OLIFANT__LLM__TEMPERATURE", "0.5"),
            ("OLIFANT__LLM__TOKEN_PARAM", "max_tokens"),
            ("OLIFANT__LLM__EXTRA", r#"{"top_p": 0.9, "stop": ["x"]}"#),
            ("OLIFANT__ASSISTANT__HOURS__MON", "09:00-18:00"),
            ("OLIFANT__BUSINESSES__MAIN__LLM__FALLBACK_MODELS", "a,b"),
            ("OLIFANT__NUMBERS__FRONT__APP_SECRET", "rotated"),
            ("OLIFANT__NUMBERS__FRONT__MESSAGES_PER_S", "3"),
        ],
    );
    let main = &settings.businesses[&Business::from("main")];
    assert_eq!(settings.server.listen.port(), 1);
    assert_eq!(settings.server.public_base().unwrap().as_str(), "https://bot.example.com/base");
    assert_eq!(settings.store.cache_mb, 7);
    assert_eq!(settings.sending.uncertain, deliveries::Uncertain::Hold);
    assert!(main.policy.groups);
    assert_eq!(main.policy.deny, ["+15550108", "+15550109"]);
    assert_eq!(main.llm.api_key.expose_secret(), "of the environment");
    assert_eq!((main.llm.model.as_str(), main.llm.temperature), ("of the file", Some(0.5)));
    assert_eq!(main.llm.token_param, llm::TokenParam::MaxTokens);
    assert_eq!(serde_json::to_string(&main.llm.extra["stop"]).unwrap(), r#"["x"]"#);
    assert_eq!(main.llm.fallback_models, ["a", "b"]);
    assert_eq!(main.assistant.hours.mon.as_deref(), Some("09:00-18:00"));
    let NumberConfig::Meta(number) = &settings.numbers[&NumberName::from("front")] else {
        panic!("it is one of Meta");
    };
    assert_eq!(number.phone_number_id, "100000000000100");
    assert_eq!((number.app_secret.expose_secret(), number.messages_per_s), ("rotated", 3));
}

#[test]
fn a_business_overrides_only_what_it_names() {
    let toml = format!(
        "{META}{}[businesses.shop.assistant]\nname = \"Nina\"\nhours.mon = \"10:00-11:00\"\n",
        META.replace("front", "shop").replace("100\n", "101\nbusiness = \"shop\"\n")
    );
    let settings = loaded(&toml, &[]);
    let named = |business: &str| &settings.businesses[&Business::from(business)].assistant;
    assert_eq!((named("main").name.as_str(), named("shop").name.as_str()), ("Olifant", "Nina"));
    assert_eq!(named("shop").quiet_ms, named("main").quiet_ms);
    assert_eq!(named("main").hours.mon, None);
    let answers = |business: &str| named(business).answers_file.clone().unwrap();
    assert_eq!(answers("main"), PathBuf::from("knowledge/answers.md"));
    assert_eq!(answers("shop"), PathBuf::from("knowledge/shop/answers.md"));
}

#[test]
fn who_answers_for_a_business_is_a_phone_or_a_warning() {
    let toml = |more: &str| {
        let shop = META.replace("front", "shop").replace("100\n", "101\nbusiness = \"shop\"\n");
        format!("{META}{shop}{more}")
    };
    let warnings = |more: &str| loaded(&toml(more), &[]).warnings;
    let [line] = <[String; 1]>::try_from(warnings("")).unwrap();
    assert!(line.starts_with("handoff.operators is empty for main, shop: "), "{line}");
    let desk = "[handoff]\noperators = [\"+1 555 0190\"]\n";
    let told = format!("{desk}template = {{ name = \"handoff\", language = \"en\" }}\n");
    assert_eq!(warnings(&told), [""; 0]);
    let [line] = <[String; 1]>::try_from(warnings(desk)).unwrap();
    assert!(line.starts_with("handoff.template is not set for main, shop: "), "{line}");
    let general =
        "[numbers.front]\nwindow_template = { name = \"come_back\", language = \"en\" }\n";
    let general = toml(desk).replace("[numbers.front]\n", general);
    assert!(loaded(&general, &[]).warnings[0].starts_with("handoff.template is not set for shop"));
    let one = "[businesses.shop.handoff]\noperators = [\"+1 555 0190\"]";
    assert!(warnings(one)[0].contains("empty for main: "));
    let wrong = |more: &str| refused(&toml(more), &[]);
    assert_eq!(
        wrong("[handoff]\noperators = [\"+15550190\", \"Olga\"]"),
        "handoff.operators names nobody who can be told with its entry 2 (my.toml); write a phone \
         number with its country code, or a user id (US.1349...)"
    );
    assert_eq!(
        wrong("[businesses.shop.handoff]\ntemplate = { name = \"\" }"),
        "businesses.shop.handoff.template has no name (my.toml); write what the provider calls it, or take \
         the template out"
    );
}

#[test]
fn a_renamed_key_works_and_says_so_once() {
    const OLD: &[Renamed] = &[Renamed { old: "llm.max_tokens", new: "llm.max_output_tokens" }];
    let toml = format!("{META}[llm]\nmax_tokens = 77");
    let story = Story::new(&toml, &[KEY, ("OLIFANT__BUSINESSES__MAIN__LLM__MAX_TOKENS", "78")]);
    let settings = load(story.sources.clone(), OLD).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(settings.businesses[&Business::from("main")].llm.max_output_tokens, 78);
    let [first, second, _] = settings.warnings.as_slice() else {
        panic!("{:?}", settings.warnings);
    };
    assert!(first.starts_with("llm.max_tokens is called llm.max_output_tokens now ("), "{first}");
    assert!(first.ends_with("rename it, the next minor version won't know it"), "{first}");
    assert!(second.contains("(OLIFANT__BUSINESSES__MAIN__LLM__MAX_TOKENS)"), "{second}");
    assert!(story.load().is_err(), "a version later it is unknown");
}

#[test]
fn without_a_model_dev_mode_takes_the_demo_and_its_own_numbers() {
    let mut story = Story::new("[numbers.broken]\n[llm]\nmodel = \"m\"", &[]);
    story.sources.fixed = Some(META.into());
    story.sources.demo_without_model = true;
    let chosen = |story: &Story| {
        let settings = story.load().unwrap_or_else(|e| panic!("{e}"));
        let llm = &settings.businesses[&Business::from("main")].llm;
        [llm.provider.clone(), llm.model.clone()]
    };
    assert_eq!(chosen(&story), ["demo", "demo"]);
    story.sources.env.insert("OLIFANT__LLM__BASE_URL".into(), "http://127.0.0.1:11434/v1".into());
    assert_eq!(chosen(&story), ["openai", "m"]);
}

#[test]
fn dev_mode_says_why_a_model_that_was_named_does_not_answer() {
    let warnings = |toml: &str, env: &[(&str, &str)]| {
        let mut story = Story::new(toml, env);
        story.sources.fixed = Some(META.into());
        story.sources.demo_without_model = true;
        story.load().unwrap_or_else(|e| panic!("{e}")).warnings
    };
    let named = "[llm]\nmodel = \"m\"";
    let [line] = <[String; 1]>::try_from(warnings(named, &[])).unwrap();
    assert!(line.starts_with("llm.model is set (") && line.contains("the demo answers"), "{line}");
    assert_eq!(warnings(named, &[KEY]), [""; 0]);
    assert_eq!(warnings(&format!("{named}\nprovider = \"demo\""), &[]), [""; 0]);
    assert_eq!(warnings("", &[("OPENAI_API_KEY", "")]), [""; 0]);
}

#[test]
fn a_variable_with_single_underscores_is_a_warning() {
    let settings = loaded(META, &[("OLIFANT_SERVER_LISTEN", "x"), ("OLIFANT_CONFIG", "x")]);
    assert_eq!(
        settings.warnings[..1],
        ["OLIFANT_SERVER_LISTEN is not read: underscores are doubled; did you mean \
          OLIFANT__SERVER__LISTEN?"]
    );
}

#[test]
fn without_tls_only_what_is_near_can_call() {
    for near in ["localhost:1", "127.0.0.1", "[::1]:1", "192.168.1.2", "10.0.0.1", "bot:8080"] {
        let toml = format!("{META}[server]\npublic_url = \"http://{near}\"");
        assert!(Story::new(&toml, &[KEY]).load().is_ok(), "{near}");
    }
}

#[test]
fn a_restart_is_asked_for_only_where_it_is_needed() {
    let before = loaded(META, &[]);
    let after = loaded(META, &[("OLIFANT__LLM__MODEL", "x"), ("OLIFANT__STORE__CACHE_MB", "9")]);
    assert_eq!(before.needs_restart(&after), ["store"]);
}

#[test]
fn what_a_part_complains_about_is_placed() {
    let settings = loaded(META, &[("OLIFANT__ASSISTANT__TIMEZONE", "Mars/Base")]);
    let line = settings.explain("assistant.timezone: there is no \"Mars/Base\"").to_string();
    assert_eq!(
        line,
        "assistant.timezone: there is no \"Mars/Base\" (OLIFANT__ASSISTANT__TIMEZONE)"
    );
}

/// The keys that the structs know, as `section.key`.
fn known() -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut add = |section: &str, fields: &[&str]| {
        known.extend(fields.iter().map(|field| format!("{section}.{field}")));
    };
    add("server", fields::<http::Config>());
    add("store", fields::<store::Config>());
    add("backup", fields::<backups::Config>());
    add("llm", fields::<llm::Config>());
    add("assistant", fields::<assistant::Config>());
    add("assistant.hours", fields::<assistant::Hours>());
    add("sending", fields::<deliveries::Config>());
    add("policy", fields::<policy::Config>());
    add("handoff", fields::<handoff::Config>());
    add("memory", fields::<assistant::memory::Config>());
    add("limits", fields::<assistant::limits::Config>());
    add("memory_api", fields::<http::memory_api::Config>());
    add("events", fields::<jobs::Events>());
    add("alerts", fields::<jobs::Alerts>());
    add("twilio", fields::<catch_up::Config>());
    add("numbers.meta", fields::<meta::Config>());
    add("numbers.twilio", fields::<twilio::Config>());
    known.remove("assistant.hours");
    known
}

/// The keys that a text like `default.toml` documents; panics on one without
/// its variable.
fn documented(text: &str) -> Result<BTreeSet<String>, String> {
    keys(text).into_iter().map(dotted).collect()
}

fn dotted(key: Key) -> Result<String, String> {
    let dotted = format!("{}.{}", key.section, key.name);
    let right = key.variable == Some(section::env_name(&dotted)) && !key.comment.is_empty();
    if right { Ok(dotted) } else { Err(format!("{dotted} lacks its comment or variable")) }
}

#[test]
fn the_default_file_documents_every_key_and_no_other() {
    assert_eq!(documented(TEXT), Ok(known()));
    let lines: Vec<&str> = TEXT.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("# ") || !line.contains(" = ") {
            continue;
        }
        let without = [&lines[..at], &lines[at + 1..]].concat().join("\n");
        assert_ne!(documented(&without), Ok(known()), "{line} was not missed");
    }
    let more = TEXT.replace("[policy]", "[policy]\n# New. OLIFANT__POLICY__NEW\nnew = 1");
    assert_ne!(documented(&more), Ok(known()));
}

#[test]
fn the_default_file_works_with_all_its_examples_uncommented() {
    let example = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => rest.to_owned(),
        _ => line.to_owned(),
    };
    let all: Vec<String> = TEXT.lines().map(example).collect();
    let settings = loaded(&all.join("\n"), &[]);
    assert_eq!(settings.numbers.len(), 2);
}

/// The names that a struct's `Deserialize` asks for.
fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    let _ = T::deserialize(Probe(&mut fields));
    fields
}

struct Probe<'a>(&'a mut &'static [&'static str]);

impl<'de> serde::Deserializer<'de> for Probe<'_> {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("only the names are wanted"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
