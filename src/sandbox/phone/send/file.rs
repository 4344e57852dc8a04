//! The file that a person sends: their own, or a made-up one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::super::super::media::File;
use super::{Media, Medium};

/// A file from the page.
#[derive(Deserialize)]
pub(super) struct Upload {
    name: String,
    mime: String,
    #[serde(rename = "base64", deserialize_with = "decoded")]
    bytes: Vec<u8>,
}

fn decoded<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

impl Medium {
    pub(super) fn file(&self) -> File {
        match &self.file {
            Some(own) => File::new(&own.mime, own.bytes.as_slice()).named(&own.name),
            None => self.media.made_up(),
        }
    }
}

impl Media {
    fn made_up(self) -> File {
        match self {
            Self::Image => File::picture(),
            Self::Video => File::video(),
            Self::Voice => File::voice(),
            Self::Document => File::document("made-up.pdf"),
            Self::Sticker => File::sticker(),
        }
    }
}
