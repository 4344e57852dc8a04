//! `[memory_api]`: whether anything could be kept.

use config::Value;

use super::layers::{get, origin};
use super::{Error, read_section};
use crate::http::memory_api::{Config, MOST_CHARS};

/// The section, read and checked.
pub fn read(tree: &Value) -> Result<Config, Error> {
    let config: Config = read_section(tree, "memory_api")?;
    within(tree, "max_value_chars", config.max_value_chars)?;
    within(tree, "max_list_chars", config.max_list_chars)?;
    Ok(config)
}

fn within(tree: &Value, key: &str, chars: u64) -> Result<(), Error> {
    if (1..=MOST_CHARS).contains(&chars) {
        return Ok(());
    }
    let place = get(tree, &["memory_api", key]).map(origin).unwrap_or_default();
    Err(Error(format!("memory_api.{key} = {chars}{place}; write 1 to {MOST_CHARS}")))
}
