//! The words of the program: values only. No async, no I/O, no vendor's name.
//!
//! A *business* owns *numbers*; a *person* writes to a number, which makes a
//! *conversation*; what the person says is answered in *turns*; a turn's reply
//! goes out as *deliveries*; a *claim* on a *lane* says who may work on it; a
//! *receipt* tells what became of a delivery; a *change* is any other effect.

pub mod change;
pub mod content;
pub mod conversation;
pub mod delivery;
pub mod event;
pub mod failure;
pub mod grant;
pub mod id;
pub mod job;
pub mod lane;
pub mod memory;
pub mod message;
pub mod money;
pub mod pace;
pub mod pause;
pub mod person;
pub mod rally;
pub mod record;
pub mod spending;
pub mod terms;
pub mod turn;
