//! Olifant: a WhatsApp assistant that remembers.

pub mod assistant;
pub mod clock;
pub mod domain;
pub mod llm;
pub mod provider;
pub mod sandbox;
pub mod store;
pub mod tokens;
pub mod tool;
pub mod worker;
