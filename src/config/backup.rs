//! `[backup]`: whether it can be done as it says.

use config::Value;

use super::layers::{get, origin};
use super::{Error, read_section};
use crate::worker::backups::Config;

/// The section, read and checked.
pub fn read(tree: &Value) -> Result<Config, Error> {
    let config: Config = read_section(tree, "backup")?;
    if config.time().is_none() {
        let place = get(tree, &["backup", "at"]).map(origin).unwrap_or_default();
        return Err(Error(format!(
            "backup.at = \"{}\" is no time{place}; write HH:MM, in UTC, such as 03:30",
            config.at
        )));
    }
    Ok(config)
}
