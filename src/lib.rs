//! Olifant: a WhatsApp assistant that remembers.

pub mod app;
pub mod assistant;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod http;
pub mod llm;
pub mod provider;
pub mod sandbox;
pub mod shutdown;
pub mod store;
pub mod telemetry;
pub mod tokens;
pub mod tool;
pub mod worker;
