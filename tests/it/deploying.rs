//! The files that put it on a host: what they say is what the program does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use config::{Config, File, FileFormat};
use olifant::config::{Settings, Sources};
use serde_json::Value;

use crate::binary::{Ended, Log, olifant};

/// A number, so that the configuration is complete.
const NUMBER: [(&str, &str); 6] = [
    ("OLIFANT__NUMBERS__MAIN__PROVIDER", "meta"),
    ("OLIFANT__NUMBERS__MAIN__PHONE_NUMBER_ID", "1000000001"),
    ("OLIFANT__NUMBERS__MAIN__ACCESS_TOKEN", "token"),
    ("OLIFANT__NUMBERS__MAIN__APP_SECRET", "secret"),
    ("OLIFANT__NUMBERS__MAIN__VERIFY_TOKEN", "verify-me"),
    ("OLIFANT__LLM__PROVIDER", "demo"),
];

#[test]
fn fly_runs_one_machine_that_never_sleeps_and_has_time_to_end() {
    let fly = toml("fly.toml");
    let settings = settings(&known(env(&fly["env"]))).unwrap();
    let service = &fly["http_service"];
    assert_eq!(service["internal_port"], settings.server.listen.port());
    assert_eq!(service["auto_stop_machines"], "off");
    assert_eq!(service["min_machines_running"], 1);
    assert_eq!(service["checks"][0]["path"], "/readyz");
    assert_eq!(
        (&fly["kill_signal"], &fly["deploy"]["strategy"]),
        (&Value::from("SIGTERM"), &Value::from("immediate"),)
    );
    assert!(fly["kill_timeout"].as_u64().unwrap() > settings.server.shutdown_s);

    let [mount] = fly["mounts"].as_array().unwrap().as_slice() else { panic!("one volume") };
    assert!(in_folder(&settings.store.url, mount["destination"].as_str().unwrap()));
    assert_eq!(mount["destination"], Image::read().last("WORKDIR"));
    assert_eq!(mount["scheduled_snapshots"], true);
    assert!(mount["snapshot_retention"].as_u64().unwrap() >= 7);

    let listen = fly["env"]["OLIFANT__SERVER__METRICS_LISTEN"].as_str().unwrap();
    assert_eq!(listen, format!("0.0.0.0:{}", fly["metrics"]["port"]));
    assert_eq!(fly["metrics"]["path"], "/metrics");
}

#[test]
fn the_image_runs_as_nobody_in_particular_and_keeps_everything_in_its_volume() {
    let image = Image::read();
    let user = image.last("USER");
    assert!(user.split(':').all(|id| id.parse::<u32>().unwrap() > 0), "{user}");
    let settings = settings(&image.env()).unwrap();
    assert_eq!(image.last("EXPOSE"), settings.server.listen.port().to_string());
    assert!(settings.server.listen.ip().is_unspecified(), "nothing comes in otherwise");
    // Nothing lies over what the configuration says of its store.
    assert!(image.env().keys().all(|key| !key.contains("STORE")));
    assert!(in_folder(&beside(&settings.store.url, image.last("WORKDIR")), image.last("VOLUME")));
    assert_eq!(image.last("WORKDIR"), image.last("VOLUME"));
    assert_eq!(image.last("ENTRYPOINT"), r#"["olifant"]"#);
    assert_eq!(image.last("CMD"), r#"["serve"]"#);
    assert!(image.0.contains(&format!("--chown={user} /src/data {}", image.last("VOLUME"))));
}

#[test]
fn fly_gets_the_bot_that_init_wrote_without_its_secrets() {
    let (fly, dockerfile) = (toml("fly.toml"), read("Dockerfile"));
    let stage = format!("FROM olifant AS {}\n", fly["build"]["build-target"].as_str().unwrap());
    let (_, stage) = dockerfile.split_once(&stage).expect("the stage");
    assert!(stage.starts_with("COPY bot /bot\nWORKDIR /bot\n"), "{stage}");
    assert!(dockerfile.trim_end().ends_with("FROM olifant"), "the plain image is the usual one");

    // What is let in of what init writes, as if olifant were started there.
    let (wrote, image) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = wrote.path().to_str().unwrap();
    assert!(olifant(&["init", "--yes", "--dir", path]).output().unwrap().status.success());
    for name in read(".dockerignore").lines().filter_map(|line| line.strip_prefix("!bot/")) {
        let from = wrote.path().join(name);
        let copied = Command::new("cp").arg("-r").args([&from, &image.path().join(name)]).status();
        assert!(copied.unwrap().success(), "{name}");
    }
    let mut doctor = olifant(&["doctor", "--offline", "--json"]);
    let env = known(env(&fly["env"])).into_iter().filter(|(key, _)| key.contains("ASSISTANT"));
    doctor
        .envs(env)
        .env("OLIFANT__STORE__KEY", "ab".repeat(32))
        .env("OLIFANT__LLM__API_KEY", "key");
    doctor.envs(NUMBER.into_iter().filter(|(key, _)| !key.contains("LLM")));
    let said = doctor.current_dir(image.path()).output().unwrap().stdout;
    let said: Value = serde_json::from_slice(&said).unwrap();
    assert_eq!(said["faults"], 0, "{said}");
    let answers = fly["env"]["OLIFANT__ASSISTANT__ANSWERS_FILE"].as_str().unwrap();
    assert!(answers.starts_with(fly["mounts"][0]["destination"].as_str().unwrap()));
}

#[test]
fn the_images_dependencies_are_built_before_its_sources_come_in() {
    let image = Image::read();
    let place = |words: &str| image.0.find(words).unwrap_or_else(|| panic!("no {words}"));
    let builds: Vec<usize> = image.0.match_indices("cargo build").map(|(at, _)| at).collect();
    let [dependencies, program] = builds[..] else { panic!("two builds") };
    assert!(place("COPY Cargo.toml Cargo.lock") < dependencies);
    assert!(dependencies < place("COPY src src"));
    assert!(place("COPY src src") < place("touch src/lib.rs src/main.rs &&"));
    assert!(place("touch src/lib.rs src/main.rs &&") < program);

    // The empty program is one that cargo takes.
    let folder = tempfile::tempdir().unwrap();
    for name in ["Cargo.toml", "Cargo.lock"] {
        std::fs::copy(root().join(name), folder.path().join(name)).unwrap();
    }
    let run = image.last_before("RUN", dependencies);
    let prepare = run.rsplit_once("&&").unwrap().0;
    let mut shell = Command::new("sh");
    shell.args(["-ec", prepare]).current_dir(folder.path());
    assert!(shell.status().unwrap().success(), "{prepare}");
    let mut cargo = Command::new(std::env::var("CARGO").unwrap());
    cargo.args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"]);
    let taken = cargo.current_dir(folder.path()).output().unwrap();
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
}

#[test]
fn the_image_is_built_from_all_that_the_program_is_built_from() {
    let image = Image::read();
    let copied: Vec<&str> =
        image.instructions("COPY").filter(|from| !from.starts_with("--")).collect();
    let copied: Vec<&str> = copied.iter().flat_map(|from| from.split(' ')).collect();
    let let_in = read(".dockerignore");
    for name in &copied {
        assert!(*name == "./" || root().join(name).exists(), "{name} is copied and not there");
        assert!(*name == "./" || let_in.contains(&format!("!{name}\n")), "{name} is ignored");
    }
    for included in included(&root().join("src")) {
        let first = included.strip_prefix(root()).unwrap().components().next().unwrap();
        let first = first.as_os_str().to_str().unwrap();
        assert!(copied.contains(&first), "{} is not copied", included.display());
    }
}

#[test]
fn compose_shows_dev_mode_to_this_machine_only() {
    let compose = yaml("compose.yaml");
    let dev = &compose["services"]["dev"];
    assert!(dev["profiles"].is_null(), "docker compose up starts it");
    let help = String::from_utf8(olifant(&["dev", "--help"]).output().unwrap().stdout).unwrap();
    for port in texts(&dev["ports"]) {
        let inside = port.rsplit(':').next().unwrap();
        assert_eq!(port, format!("127.0.0.1:{inside}:{inside}"));
        assert!(help.contains(&format!("[default: 127.0.0.1:{inside}]")), "{port}");
    }
    assert_eq!(texts(&dev["command"]), ["dev", "--container"]);
    assert_eq!(texts(&dev["volumes"]), [format!("dev:{}", Image::read().last("VOLUME"))]);
}

#[test]
fn in_production_compose_lets_nobody_in_but_by_caddy() {
    let compose = yaml("compose.yaml");
    let (program, caddy) = (&compose["services"]["olifant"], &compose["services"]["caddy"]);
    assert!(program["ports"].is_null() && program["network_mode"].is_null());
    assert_eq!(program["profiles"], caddy["profiles"]);
    assert!(texts(&caddy["depends_on"]).contains(&"olifant"));
    let mount = &program["volumes"][0];
    assert_eq!(mount["target"], Image::read().last("WORKDIR"));
    assert_eq!(texts(&program["command"]), ["serve", "--config", "olifant.toml"]);

    let settings = production("bot.example.com").unwrap();
    assert_eq!(settings.server.public_url.unwrap().as_str(), "https://bot.example.com/");
    let grace = program["stop_grace_period"].as_str().unwrap().trim_end_matches('s');
    assert!(grace.parse::<u64>().unwrap() > settings.server.shutdown_s);
    let upstream = format!("reverse_proxy {{$OLIFANT:olifant:{}}}", settings.server.listen.port());
    let caddyfile = read("deploy/Caddyfile");
    assert!(caddyfile.contains(&upstream) && caddyfile.contains("{$DOMAIN} {"), "{caddyfile}");
}

#[test]
fn without_a_domain_production_does_not_start_and_says_why() {
    let error = production("").err().expect("no domain").to_string();
    assert!(error.contains("server.public_url"), "{error}");
}

#[tokio::test]
async fn in_a_container_dev_mode_answers_whoever_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = olifant(&["dev", "--demo", "--container", "--listen", "127.0.0.1:0"]);
    dev.args(["--phone-listen", "127.0.0.1:0"]).current_dir(folder.path());
    let mut dev = Ended(dev.stdout(Stdio::piped()).spawn().unwrap());
    let link = Log::printed(&mut dev.0).wait_for("http://127.0.0.1:");
    let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    let page = client.get(link.trim()).send().await.unwrap();
    assert!(page.status().is_success());
    // Linux has the whole of 127/8: only who listens to everything hears this.
    if cfg!(target_os = "linux") {
        let elsewhere = client.get(link.trim().replace("127.0.0.1", "127.0.0.2"));
        let page = elsewhere.header("host", "localhost:8081").send().await.unwrap();
        assert!(page.status().is_success());
    }
}

#[test]
fn systemd_gives_it_one_folder_and_time_to_end() {
    let unit = read("deploy/olifant.service");
    let value = |key: &str| {
        let line = unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("no {key}"))
    };
    let shutdown = settings(&BTreeMap::new()).unwrap().server.shutdown_s;
    assert!(value("TimeoutStopSec").parse::<u64>().unwrap() > shutdown);
    assert_ne!(value("User"), "root");
    assert_eq!(value("WorkingDirectory"), format!("/var/lib/{}", value("StateDirectory")));
    assert_eq!(value("StateDirectoryMode"), "0700");
    assert_eq!(value("ExecStart"), "/usr/local/bin/olifant serve --config olifant.toml");
    assert_eq!(value("ExecReload"), "/bin/kill -HUP $MAINPID");
    assert_eq!(value("Restart"), "on-failure");
    let bad = olifant(&["serve", "--config", "/no/such.toml"]).output().unwrap().status.code();
    assert_eq!(value("RestartPreventExitStatus"), bad.unwrap().to_string());
    // What the documents say of backups can be written.
    let told = format!("dir = \"{}\"", value("ReadWritePaths").trim_start_matches('-'));
    assert!(read("README.md").contains(&told), "the README says another {told}");
    assert!(read("docs/deploy.md").contains(&told.replace("dir", "backup.dir")));
    for (key, hard) in [
        ("ProtectSystem", "strict"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("SystemCallFilter", "@system-service"),
    ] {
        assert_eq!(value(key), hard, "{key}");
    }
}

/// The Dockerfile.
struct Image(String);

impl Image {
    /// Without what only Fly takes.
    fn read() -> Self {
        let text = read("Dockerfile").replace("\\\n", "");
        Self(text.split("AS fly\n").next().unwrap().to_owned())
    }

    fn instructions(&self, name: &str) -> impl DoubleEndedIterator<Item = &str> {
        self.0.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(' '))
    }

    fn last(&self, name: &str) -> &str {
        self.instructions(name).next_back().unwrap_or_else(|| panic!("no {name}"))
    }

    fn last_before(&self, name: &str, place: usize) -> &str {
        let line = self.0[..place].rfind(&format!("{name} ")).unwrap();
        self.0[line..].lines().next().unwrap().strip_prefix(name).unwrap()
    }

    fn env(&self) -> BTreeMap<String, String> {
        let pairs = self.last("ENV").split(' ').map(|pair| pair.split_once('=').unwrap());
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }
}

/// The program in compose's production, under a domain.
fn production(domain: &str) -> Result<Settings, olifant::config::Error> {
    let environment = yaml("compose.yaml")["services"]["olifant"]["environment"].clone();
    let mut env = Image::read().env();
    for (key, value) in self::env(&environment) {
        env.insert(key, value.replace("${DOMAIN:-}", domain));
    }
    settings(&env)
}

fn settings(env: &BTreeMap<String, String>) -> Result<Settings, olifant::config::Error> {
    let number = NUMBER.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let env = env.clone().into_iter().chain(number).collect();
    Settings::load(Sources { env, ..Sources::default() })
}

fn env(table: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    table.as_object().unwrap().iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

/// Without what this version has no key for yet.
fn known(mut env: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let reference = read("config/default.toml");
    env.retain(|key, _| reference.contains(key));
    env
}

/// A store's URL as the program takes it that is started there.
fn beside(store: &str, folder: &str) -> String {
    let path = Path::new(folder).join(store.strip_prefix("sled:").unwrap());
    format!("sled:{}", path.display())
}

fn in_folder(store: &str, folder: &str) -> bool {
    Path::new(store.strip_prefix("sled:").unwrap()).starts_with(folder)
}

/// The files that the sources under a folder take in as they are.
fn included(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(included(&path)),
            false => found.extend(included_by(&path)),
        }
    }
    found
}

fn included_by(source: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(source).unwrap();
    let calls = text.split("include_str!(\"").skip(1);
    let named = calls.map(|rest| rest.split('"').next().unwrap());
    named.map(|name| source.parent().unwrap().join(name).canonicalize().unwrap()).collect()
}

pub fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap()
}

pub fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

pub fn yaml(name: &str) -> Value {
    serde_saphyr::from_str(&read(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn toml(name: &str) -> Value {
    let file = File::from_str(&read(name), FileFormat::Toml);
    Config::builder().add_source(file).build().unwrap().try_deserialize().unwrap()
}
