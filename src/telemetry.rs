//! Logs, on stderr: JSON for machines, lines for people.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Chatty or indiscreet whatever the user's filter says: on a reply it can't
/// read, async-openai logs the whole of it.
const ALWAYS: &str = "async_openai=off,hyper=warn,hyper_util=warn,h2=warn,reqwest=warn,\
                      rustls=warn,sled=warn,tower=warn";

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// For reading along.
    Human,
}

/// Starts logging. `filter` is what to log (`info`, `olifant=debug`).
pub fn start(format: Format, filter: &str) -> Result<(), ParseError> {
    let filter = EnvFilter::builder().parse(format!("{filter},{ALWAYS}"))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start (in tests) keeps the first one's output.
    let _ = match format {
        Format::Json => lines.json().flatten_event(true).with_current_span(false).try_init(),
        Format::Human => {
            let colours = std::io::stderr().is_terminal();
            lines.with_ansi(colours).with_target(false).compact().try_init()
        }
    };
    Ok(())
}
