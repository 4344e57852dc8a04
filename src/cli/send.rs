//! `olifant send`: write to a person, as the API does.

use super::admin_client::{Ask, Reach};
use super::{Failure, say, say_json};
use crate::domain::person::Phone;
use crate::http::messages_api::letter::{Choice, Choices, Kind, Letter, Media, Template};
use crate::http::messages_api::{Reached, Sent};

const AFTER_HELP: &str = "\
Examples:
  olifant send +15550100 \"Your table is ready\" --config my.toml
  olifant send +15550100 --template order_ready --language en --variable Ana
  olifant send +15550100 --media https://example.com/menu.pdf --kind document
  olifant send +15550100 \"Shall we come?\" --button Yes --button No --key visit-7

It enters the conversation as the business's words. Within 24 hours of the
person's last message it may be anything, later only a template. With --key the
same command again is the same message: it is sent once.";

/// Write to a person in the name of the business.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// A phone number, a user id (US.1349...), or the id of a person or a
    /// conversation.
    to: String,
    /// The words; above the buttons, if there are any.
    #[arg(conflicts_with_all = ["template", "media"])]
    text: Option<String>,
    /// From which of your numbers, by its name in the configuration.
    #[arg(long, value_name = "NAME")]
    number: Option<String>,
    /// A template, by the provider's name (Twilio: HX...).
    #[arg(long, value_name = "NAME", conflicts_with = "media")]
    template: Option<String>,
    /// The template's language.
    #[arg(long, value_name = "CODE", requires = "template", default_value = "")]
    language: String,
    /// What stands for {{1}}, {{2}} ... in the template, in order.
    #[arg(long, value_name = "TEXT", requires = "template")]
    variable: Vec<String>,
    /// A file: a link, or the id of an upload.
    #[arg(long, value_name = "URL", requires = "kind")]
    media: Option<String>,
    /// What the file is.
    #[arg(long, requires = "media")]
    kind: Option<Kind>,
    /// The words with the file.
    #[arg(long, value_name = "TEXT", requires = "media")]
    caption: Option<String>,
    /// What the document is called.
    #[arg(long, value_name = "NAME", requires = "media")]
    filename: Option<String>,
    /// An option to choose, several times for several.
    #[arg(long, value_name = "TITLE", requires = "text")]
    button: Vec<String>,
    /// The id of the message that this one quotes.
    #[arg(long, value_name = "ID")]
    reply_to: Option<String>,
    /// A word of your own: the same again is sent once.
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    reach: Reach,
}

/// Writes, and says under which id.
pub async fn run(args: Args) -> Result<(), Failure> {
    let ask = Ask::post("/messages", &letter(&args))?.once(args.key);
    let sent: Sent = args.reach.ask(ask).await?;
    match args.reach.json {
        true => say_json(&sent),
        false => say(&words(&sent)),
    }
    Ok(())
}

fn letter(args: &Args) -> Letter {
    let phone = Phone::parse(&args.to).map(|phone| format!("+{}", phone.digits()));
    let (text, choices) = match args.button.is_empty() {
        true => (args.text.clone(), None),
        false => (None, Some(choices(args))),
    };
    Letter {
        to: phone.unwrap_or_else(|| args.to.clone()),
        number: args.number.clone(),
        reply_to: args.reply_to.clone(),
        text,
        choices,
        template: args.template.clone().map(|name| Template {
            name,
            language: args.language.clone(),
            variables: args.variable.clone(),
            components: None,
        }),
        media: args.media.as_ref().zip(args.kind).map(|(media, kind)| file(args, media, kind)),
        ..Letter::default()
    }
}

fn choices(args: &Args) -> Choices {
    let option = |title: &String| Choice { title: title.clone(), ..Choice::default() };
    Choices {
        text: args.text.clone().unwrap_or_default(),
        options: args.button.iter().map(option).collect(),
    }
}

fn file(args: &Args, media: &str, kind: Kind) -> Media {
    let (caption, filename) = (args.caption.clone(), args.filename.clone());
    let (link, id) = match media.contains("://") {
        true => (Some(media.to_owned()), None),
        false => (None, Some(media.to_owned())),
    };
    Media { kind, link, id, caption, filename }
}

/// What became of it, in words.
pub fn words(sent: &Sent) -> String {
    match sent.status {
        Reached::Queued => format!("{} waits to go out", sent.id),
        Reached::Sent | Reached::Delivered | Reached::Read | Reached::Played => {
            format!("{} was written before, and has gone out", sent.id)
        }
        Reached::Failed | Reached::Dropped => {
            let reason = sent.reason.as_deref().unwrap_or("it was given up");
            format!("{} was written before, and will not arrive: {reason}", sent.id)
        }
    }
}
