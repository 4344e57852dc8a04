//! The true app, with everything around it in the story's hand.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use olifant::app::App;
use olifant::clock::Clock;
use olifant::config::{Settings, Sources};
use olifant::domain::conversation::Conversation;
use olifant::domain::delivery::Delivery;
use olifant::domain::job::Job;
use olifant::domain::message::Message;
use olifant::domain::person::{Alias, Person, Phone};
use olifant::domain::turn::Turn;
use olifant::sandbox::{MetaAccount, Options, PhoneInfo, Sandbox, TwilioAccount, meta, twilio};
use olifant::store::{Queue, Store};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::model::Model;
use crate::stops::{Stop, Stopping};

pub const ANA: &str = "15550100001";
pub const BEN: &str = "15550100002";

/// A story's world: the providers, the model, the clock, and the app, which
/// can be killed and started again over the same folder.
pub struct Story {
    pub clock: Clock,
    pub sandbox: Arc<Sandbox>,
    pub model: Arc<Model>,
    settings: String,
    folder: tempfile::TempDir,
    life: Option<Life>,
    /// `Some` until dropped.
    servers: Option<Runtime>,
}

/// One life of the app: a runtime of its own, so that killing it leaves
/// nothing running.
struct Life {
    runtime: Runtime,
    app: Arc<App>,
    url: String,
}

impl Story {
    /// An app with one Meta and one Twilio number, a second of quiet.
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// The same with more configuration (TOML, laid over).
    pub async fn with(extra: &str) -> Self {
        let mut story = Self::asleep("", extra).await;
        story.start().await;
        story
    }

    /// The same with more keys in `[llm]`.
    pub async fn with_llm(keys: &str) -> Self {
        let mut story = Self::asleep(keys, "").await;
        story.start().await;
        story
    }

    /// The same by the machine's clock.
    pub async fn by_the_clock() -> Self {
        let mut story = Self::asleep_at(Clock::system(), "", "").await;
        story.start().await;
        story
    }

    /// Everything but the app.
    pub async fn asleep(llm: &str, extra: &str) -> Self {
        let clock = Clock::manual(Timestamp::from_second(1_800_000_000).unwrap());
        Self::asleep_at(clock, llm, extra).await
    }

    async fn asleep_at(clock: Clock, llm: &str, extra: &str) -> Self {
        let servers = runtime();
        let sandbox = Sandbox::new(accounts(clock.clone()));
        let model = Arc::new(Model::default());
        let sandbox_url = serve(&servers, sandbox.router()).await;
        let model_url = serve(&servers, model.router()).await;
        sandbox.set_own_url(&sandbox_url);
        let settings = format!("{}\n{extra}", settings(&sandbox_url, &model_url, llm));
        let folder = tempfile::tempdir().unwrap();
        Self { clock, sandbox, model, settings, folder, life: None, servers: Some(servers) }
    }

    /// Where the model is.
    pub fn model_url(&self) -> &str {
        let (_, rest) = self.settings.split_once("base_url = \"").expect("it is configured");
        rest.split_once("/v1").expect("it is configured").0
    }

    /// Serves something beside the app; where it is.
    pub async fn serve(&self, router: axum::Router) -> String {
        serve(self.servers.as_ref().unwrap(), router).await
    }

    /// More configuration for the next start.
    pub fn configure(&mut self, more: &str) {
        self.settings = format!("{}\n{more}", self.settings);
    }

    /// More keys for a number, at the next start.
    pub fn configure_number(&mut self, name: &str, keys: &str) {
        let table = format!("[numbers.{name}]\n");
        self.settings = self.settings.replace(&table, &format!("{table}{keys}\n"));
    }

    /// Starts the app over what the last one left.
    pub async fn start(&mut self) {
        self.start_over(|store| store).await;
    }

    /// Starts an app that stops at a point, after so many passed it. The
    /// receiver turns true when it has.
    pub async fn start_stopping(&mut self, stop: Stop, skip: usize) -> watch::Receiver<bool> {
        let mut reached = None;
        self.start_over(|store| {
            let (store, see) = Stopping::new(store, stop, skip);
            reached = Some(see);
            store
        })
        .await;
        reached.unwrap()
    }

    async fn start_over(&mut self, wrap: impl FnOnce(Arc<dyn Store>) -> Arc<dyn Store>) {
        let runtime = runtime();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap().into_std().unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        self.sandbox.set_app_url(&url);
        let settings = Settings::load(self.sources(&url)).unwrap();
        let store =
            olifant::store::open(&settings.store, settings.events.wanted(), self.clock.clone())
                .unwrap();
        let (store, clock) = (wrap(store), self.clock.clone());
        let app = runtime
            .spawn(async move {
                let app = App::over(settings, store, clock).unwrap();
                let listener = TcpListener::from_std(listener).unwrap();
                let server = app.clone();
                tokio::spawn(
                    async move { server.answer(listener, CancellationToken::new()).await },
                );
                app
            })
            .await
            .unwrap();
        self.life = Some(Life { runtime, app, url });
    }

    fn sources(&self, url: &str) -> Sources {
        let path = self.folder.path().join("olifant.toml");
        let store = self.folder.path().join("store");
        let server = format!(
            "[server]\npublic_url = \"{url}\"\n[store]\nurl = \"sled:{}\"\ncache_mb = 16\nmin_free_mb = 0\n",
            store.display()
        );
        std::fs::write(&path, server + &self.settings).unwrap();
        // Stories of other things do without the words of a first contact.
        let plain = ("OLIFANT__ASSISTANT__INTRODUCE".to_owned(), "false".to_owned());
        let plain = Some(plain).filter(|_| !self.settings.contains("introduce"));
        // Nobody reads in a story: one message is there as soon as the other.
        let hasty = ("OLIFANT__LIMITS__LOOP_TURNS".to_owned(), "0".to_owned());
        let hasty = Some(hasty).filter(|_| !self.settings.contains("loop_turns"));
        let answers = self.path("answers.md").display().to_string();
        let answers = ("OLIFANT__ASSISTANT__ANSWERS_FILE".to_owned(), answers);
        let env = plain.into_iter().chain(hasty).chain([answers]).collect();
        Sources { file: Some(path), env, ..Sources::default() }
    }

    /// The configuration of the app that lives, with variables over it.
    pub fn configured(&self, env: &[(&str, String)]) -> Settings {
        let mut sources = self.sources(self.url());
        sources.env.extend(env.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Settings::load(sources).unwrap()
    }

    /// A file in the folder of the story.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Ends the app as kill -9 would: wherever it is.
    pub async fn kill(&mut self) {
        let Life { runtime, app, .. } = self.life.take().expect("the app lives");
        drop(app);
        tokio::task::spawn_blocking(|| runtime.shutdown_timeout(Duration::from_secs(30)))
            .await
            .unwrap();
    }

    pub async fn restart(&mut self) {
        self.kill().await;
        self.start().await;
    }

    /// Works until the app has stopped, kills it there, starts it again and
    /// works on.
    pub async fn go_on_after(&mut self, mut stopped: watch::Receiver<bool>) {
        let _work = self.begin();
        stopped.wait_for(|stopped| *stopped).await.unwrap();
        self.kill().await;
        self.start().await;
        self.settle().await;
    }

    pub fn app(&self) -> &Arc<App> {
        &self.life.as_ref().expect("the app lives").app
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.life.as_ref().expect("the app lives").url
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        &self.app().store
    }

    pub fn meta(&self) -> meta::Number {
        self.sandbox.meta(0)
    }

    pub fn twilio(&self) -> twilio::Number {
        self.sandbox.twilio(0)
    }

    /// Works until nothing is left to do, moving the clock to whatever is due
    /// next. Fails the story if the work does not end.
    pub async fn settle(&self) {
        self.begin().await.unwrap();
    }

    /// The same in the background, inside the app's own life.
    pub fn begin(&self) -> JoinHandle<()> {
        let (app, sandbox, clock) = (self.app().clone(), self.sandbox.clone(), self.clock.clone());
        self.life.as_ref().unwrap().runtime.spawn(async move {
            for _ in 0..1000 {
                sandbox.settled().await;
                if app.workers.drain().await.unwrap() > 0 {
                    continue;
                }
                match next_due(&*app.store).await {
                    None => return,
                    Some(at) => {
                        clock.advance(at.duration_since(clock.now()).try_into().unwrap_or_default())
                    }
                }
            }
            panic!("the work does not end");
        })
    }

    /// Works only on what is due now.
    pub async fn work(&self) {
        self.sandbox.settled().await;
        self.within(|app| async move { app.workers.drain().await.unwrap() }).await;
        self.sandbox.settled().await;
    }

    /// Runs inside the app's life.
    pub async fn within<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        job: impl FnOnce(Arc<App>) -> F,
    ) -> T {
        let job = job(self.app().clone());
        self.life.as_ref().unwrap().runtime.spawn(job).await.unwrap()
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub async fn person(&self, business: &str, phone: &str) -> Option<Person> {
        let alias = Alias::Phone(Phone::parse(phone).unwrap());
        self.store().find(&business.into(), &alias).await.unwrap()
    }

    /// The conversation of a person of business `main` with a number.
    pub async fn conversation(&self, phone: &str, number: &str) -> Conversation {
        let person = self.person("main", phone).await.expect("a known person");
        let (_, id) =
            person.conversations.iter().find(|(name, _)| name.as_str() == number).unwrap();
        self.store().conversation(*id).await.unwrap().unwrap()
    }

    /// The whole transcript of Ana and the Meta number.
    pub async fn transcript(&self) -> Vec<Message> {
        self.said_to(ANA, "meta").await
    }

    /// The whole transcript of a person of business `main` and a number.
    pub async fn said_to(&self, phone: &str, number: &str) -> Vec<Message> {
        let conversation = self.conversation(phone, number).await;
        self.store().window(&conversation, conversation.next_seq, u32::MAX).await.unwrap()
    }

    /// Nothing is left to do, each message is in a finished turn, and all that
    /// is kept fits together.
    pub async fn assert_done(&self) {
        assert_eq!(self.store().verify().await.unwrap().found, []);
        assert_eq!(next_due(&**self.store()).await, None, "work is left over");
        let conversation = self.conversation(ANA, "meta").await;
        assert_eq!(conversation.answered_to, conversation.next_seq, "a message is unanswered");
        assert!(self.store().outbox(conversation.id).await.unwrap().is_empty());
    }
}

async fn next_due(store: &dyn Store) -> Option<Timestamp> {
    let turns = Queue::<Turn>::next_due(store).await.unwrap();
    let deliveries = Queue::<Delivery>::next_due(store).await.unwrap();
    let jobs = Queue::<Job>::next_due(store).await.unwrap();
    turns.into_iter().chain(deliveries).chain(jobs).min()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

async fn serve(runtime: &Runtime, router: axum::Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap().into_std().unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime
        .spawn(async move { axum::serve(TcpListener::from_std(listener).unwrap(), router).await });
    url
}

fn accounts(clock: Clock) -> Options {
    let meta = |id: &str, number: &str, secret: &str| MetaAccount {
        phone_number_id: id.into(),
        display_number: number.into(),
        access_token: format!("token-{id}").into(),
        app_secret: secret.into(),
        verify_token: "verify-me".into(),
    };
    let twilio = TwilioAccount {
        account_sid: "AC00000000000000000000000000000001".into(),
        auth_token: "twilio-token".into(),
        from: "whatsapp:+15550100009".into(),
    };
    Options {
        app_url: String::new(),
        meta: vec![
            meta("1000000001", "15550100007", "secret-one"),
            meta("1000000002", "15550100008", "secret-two"),
        ],
        twilio: vec![twilio],
        state_file: None,
        clock,
        info: PhoneInfo::default(),
    }
}

fn settings(sandbox: &str, model: &str, llm: &str) -> String {
    format!(
        r#"
[llm]
base_url = "{model}/v1"
api_key = "key"
model = "stand-in"
{llm}
[numbers.meta]
provider = "meta"
phone_number_id = "1000000001"
access_token = "token-1000000001"
app_secret = "secret-one"
verify_token = "verify-me"
graph_url = "{sandbox}/graph"
[numbers.second]
provider = "meta"
business = "other"
phone_number_id = "1000000002"
access_token = "token-1000000002"
app_secret = "secret-two"
verify_token = "verify-me"
graph_url = "{sandbox}/graph"
[numbers.twilio]
provider = "twilio"
account_sid = "AC00000000000000000000000000000001"
auth_token = "twilio-token"
from = "whatsapp:+15550100009"
api_url = "{sandbox}/twilio"
"#
    )
}

impl Drop for Story {
    /// Runtimes must not be dropped inside another's task.
    fn drop(&mut self) {
        if let Some(Life { runtime, app, .. }) = self.life.take() {
            drop(app);
            runtime.shutdown_background();
        }
        if let Some(servers) = self.servers.take() {
            servers.shutdown_background();
        }
    }
}
