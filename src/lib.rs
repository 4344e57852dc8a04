//! Olifant: a WhatsApp assistant that remembers.
//!
//! # The map
//! `x.rs` is a contract, `x/` holds what implements it. Imports only point
//! down this list; a part knows nothing of those above it.
//!
//! ```text
//! cli            a command is a file: init, dev, serve, chat, numbers, people, memory ...
//! doctor         what stands in the way of an answer
//! app            everything put together; reload
//! config         default.toml, the user's file, the environment → the sections' structs
//! telemetry      logs        shutdown   the end
//! http           webhooks; messages_api and media_api for other programs; openapi; health checks;
//!                exports: what is kept of somebody, behind a link of their own;
//!                admin: the operators' commands, on a socket or in the command's own process
//! sandbox        stand-ins for both providers, and the phone page of dev mode
//! worker         claims turns and deliveries, does them, finishes them; looks for what was missed
//! intake         from what a provider told to the store, and what an operator must know of it
//! assistant      from a turn to a reply: policy, context, model and tools, format,
//!                handing over to a human, a person's own commands
//! knowledge      what the business knows: its files, the best of them for a question
//! tool           what a model may do besides talking
//! transfer       a person's memory on its way out and in: our export, JSON lines, a chat's text
//! recollect      what a person said, found again and forgotten
//! llm            one prompt in, one completion out: openai, demo
//! provider       verify, parse, send, signal, look up: meta, twilio; terminal (olifant chat)
//! alert          what an operator must know
//! metrics        what is counted and measured, for whoever watches
//! store          state changes, each one durable commit: sled
//! recall         search over a person's own past turns: pure functions
//! clock          the time: every wait goes through it        tokens   how long a text is
//! lock           a file that one process holds
//! os             what differs between operating systems: unix, windows
//! domain         the words of the program; values only
//! ```
//!
//! # A message's way
//! `http` has a request verified and read by its `provider`, and the `store`
//! has it on disk before the 200. A `worker` claims the conversation's turn
//! once the burst is over; the `assistant` makes a reply of it; transcript,
//! changes and outbox are one commit. A worker claims each delivery and sends
//! it by the `provider`; receipts come in by the first door again.
//!
//! # What always holds
//! - Nothing is parsed that a provider's check did not make a `Verified` of.
//! - The webhook never sees the assistant (it reads two of a business's rules:
//!   how long a burst may be, whether groups are kept), the assistant never
//!   sees a provider, the sender never sees the model: they share `domain` and
//!   the store.
//! - A delivery is marked in flight on disk before the provider is called.
//! - No message text, phone number, provider's id or secret is ever in a log
//!   line, and none but internal ids, numbers and times is in a store's key.
//! - Every wait goes through [`clock::Clock`].
//!
//! # What is deliberately not here
//! - No queue beside the store, no cache that has to be kept in step with it.
//! - No state that a crash has to clean up: a lease only runs out.
//! - No mocks: tests run the true program against the stand-ins over HTTP.
//! - No retries in the clients of models and providers: the claim retries.
//! - No global state: what a part needs is handed to it.

pub mod alert;
pub mod app;
pub mod assistant;
pub mod cli;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod domain;
pub mod http;
pub mod intake;
pub mod knowledge;
pub mod llm;
pub mod lock;
pub mod metrics;
pub mod os;
pub mod provider;
pub mod recall;
pub mod recollect;
pub mod sandbox;
pub mod shutdown;
pub mod store;
pub mod telemetry;
pub mod tokens;
pub mod tool;
pub mod transfer;
pub mod worker;
