//! Stories over the true app: port 0, both providers' stand-ins, a stand-in
//! model, the clock in the story's hand, the workers drained by hand.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a story that can't go on fails")]

mod binary;
mod harness;
mod listener;
mod model;
mod stops;

mod answering;
mod api;
mod backing_up;
mod beginning;
mod chatting;
mod commanding;
mod connecting;
mod demonstrating;
mod deploying;
mod doctoring;
mod documented;
mod evaluating;
mod finding;
mod forgetting;
mod handing_over;
mod importing;
mod installing;
mod isolation;
mod killing;
mod knowing;
mod limiting;
mod measuring;
mod memory_api;
mod meta_besides;
mod meta_errors;
mod meta_inbound;
mod meta_outbound;
mod meta_statuses;
mod operating;
mod operators;
mod people;
mod remembering;
mod remembering_cli;
mod sending;
mod serving;
mod stepping;
mod talking;
mod telling;
mod tunnelling;
mod twilio_catch_up;
mod twilio_errors;
mod twilio_inbound;
mod twilio_inside;
mod twilio_outbound;
mod twilio_statuses;
mod upgrading;
mod webhooks;
mod windows;
