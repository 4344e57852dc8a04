//! What becomes of an account.

use serde::Deserialize;

use crate::provider::lenient::forgiving;

#[derive(Deserialize)]
pub struct Update {
    pub event: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub ban_info: Option<Ban>,
    #[serde(default, deserialize_with = "forgiving")]
    pub violation_info: Option<Violation>,
    #[serde(default, deserialize_with = "forgiving")]
    pub restriction_info: Vec<Restriction>,
}

#[derive(Deserialize)]
pub struct Ban {
    pub waba_ban_state: Several,
}

#[derive(Deserialize)]
pub struct Violation {
    pub violation_type: String,
}

#[derive(Deserialize)]
pub struct Restriction {
    pub restriction_type: String,
}

/// Meta's pages show both.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Several {
    One(String),
    Many(Vec<String>),
}
