//! Who answers the provider while a number is set up, and the wait for a
//! person's first message.

use std::time::Duration;

use anyhow::{Context, anyhow};
use jiff::Timestamp;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::super::admin_client::{Ask, Line};
use super::super::{Failure, make_store_folder};
use super::Session;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::message::Status;
use crate::http::admin::conversations::Standing;
use crate::http::admin::numbers::NumberLine;
use crate::http::admin::server::ServerLine;
use crate::http::admin::turns::{Said, TurnLine, TurnShown};
use crate::shutdown;

/// How often it is looked whether somebody wrote.
const EVERY: Duration = Duration::from_millis(500);

/// A reply that is not sent by then waits for something.
const SENT_WITHIN: Duration = Duration::from_secs(30);

/// Who answers.
pub struct Serving {
    line: Line,
    own: Option<Own>,
}

/// We do, for as long as it takes.
struct Own {
    stop: CancellationToken,
    server: JoinHandle<anyhow::Result<()>>,
}

/// What came, and what was answered.
#[derive(Clone, Debug, Serialize)]
pub struct Heard {
    /// What the person wrote.
    pub asked: String,
    /// What they got.
    pub answered: Vec<String>,
    /// Why they got nothing, or why it did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl Serving {
    /// The program that runs, if it knows the number and, where the provider
    /// signs it, the public URL; else this one.
    pub async fn begin(
        session: &mut Session,
        settings: Settings,
        signed: Option<&str>,
    ) -> Result<Self, Failure> {
        if let Some(line) = session.running().await {
            if session.is_new || !knows(&line, &session.common.name, signed).await? {
                return Err(anyhow!(
                    "the configuration is written, but the olifant that runs was started before: \
                     start it anew, then run this command again to go on"
                )
                .into());
            }
            session.steps.done("server", "the olifant that runs answers");
            return Ok(Self { line, own: None });
        }
        make_store_folder(&settings)?;
        let listen = settings.server.listen;
        let listener = TcpListener::bind(listen).await.map_err(|e| {
            anyhow!(
                "{listen} can't be listened on ({e}), and nothing may answer Meta or Twilio but \
                 olifant: end what listens there, or set server.listen"
            )
        })?;
        let app = App::start(settings, session.clock.clone()).await?;
        let stop = shutdown::on_signal().context("signals")?;
        let server = tokio::spawn(app.clone().serve(listener, stop.clone()));
        let words = format!("no olifant runs, so this one answers at {listen} until it is done");
        session.steps.done("server", &words);
        Ok(Self { line: Line::Process(app), own: Some(Own { stop, server }) })
    }

    /// Ends what was begun.
    pub async fn end(self) -> Result<(), Failure> {
        if let Some(Own { stop, server }) = self.own {
            stop.cancel();
            server.await.context("the server")??;
        }
        self.line.hang_up().await
    }

    /// The first message to the number that comes, once it is answered; `None`
    /// = none came in time, or the wait was ended.
    pub async fn wait(
        &self,
        number: &str,
        limit: Duration,
        clock: &Clock,
    ) -> Result<Option<Heard>, Failure> {
        let since = clock.now();
        tokio::select! {
            heard = self.heard(number, since, clock) => heard.map(Some),
            () = clock.reached(since + limit) => Ok(None),
            () = self.ended() => Err(anyhow!("ended; all up to here is set up").into()),
        }
    }

    /// Resolves when we, if it is we who answer, are to end.
    pub async fn ended(&self) {
        match &self.own {
            Some(own) => own.stop.cancelled().await,
            None => std::future::pending().await,
        }
    }

    async fn heard(&self, number: &str, since: Timestamp, clock: &Clock) -> Result<Heard, Failure> {
        let turn = loop {
            if let Some(turn) = self.turn(number, since).await? {
                break turn;
            }
            clock.pause(EVERY).await;
        };
        let (until, ask) = (clock.now() + SENT_WITHIN, format!("/turns/{}", turn.id));
        loop {
            let shown: TurnShown = self.line.ask(Ask::get(&ask)).await?;
            let waits = |said: &Said| said.status == Status::Queued;
            if clock.now() > until || !shown.replies.iter().any(waits) {
                return Ok(heard(shown));
            }
            clock.pause(EVERY).await;
        }
    }

    /// The newest turn of the number that was over after this.
    async fn turn(&self, number: &str, since: Timestamp) -> Result<Option<TurnLine>, Failure> {
        let ask = Ask::get("/conversations").with("number", Some(number)).with("limit", Some(1));
        let newest: Vec<Standing> = self.line.ask(ask).await?;
        let Some(newest) = newest.first() else { return Ok(None) };
        let ask = Ask::get(&format!("/conversations/{}/turns?limit=1", newest.id));
        let turns: Vec<TurnLine> = self.line.ask(ask).await?;
        Ok(turns.into_iter().find(|turn| turn.at >= since))
    }
}

fn heard(turn: TurnShown) -> Heard {
    let failed = turn.replies.iter().find_map(|said| said.reason.clone());
    let waits = turn.replies.iter().any(|said| said.status == Status::Queued);
    let waits = waits.then(|| "it is not sent yet: olifant numbers list says why".to_owned());
    let silent = turn.record.verdict.reason().map(str::to_owned);
    Heard {
        asked: turn.asked.into_iter().map(|said| said.text).collect::<Vec<_>>().join("\n"),
        answered: turn.replies.into_iter().map(|said| said.text).collect(),
        trouble: failed.or(silent).or(waits),
    }
}

/// A program reads its numbers, and the URL that is signed, when it starts.
async fn knows(line: &Line, number: &str, signed: Option<&str>) -> Result<bool, Failure> {
    let numbers: Vec<NumberLine> = line.ask(Ask::get("/numbers")).await?;
    let server: ServerLine = line.ask(Ask::get("/server")).await?;
    let url = server.public_url.trim_end_matches('/');
    let known = numbers.iter().any(|known| known.name.as_str() == number);
    Ok(known && signed.is_none_or(|signed| signed == url))
}
