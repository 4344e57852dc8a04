//! Pictures, films, sounds, documents and stickers.

use serde::Deserialize;
use serde_json::Value;

use super::super::error::GraphError;
use super::{Checked, Uploaded, check_url, length, read};

/// The longest caption, in UTF-16 units.
const LONGEST_CAPTION: usize = 1024;
/// The longest name of a document.
const LONGEST_NAME: usize = 240;

/// A file by its id or its address.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    id: Option<String>,
    link: Option<String>,
    caption: Option<String>,
    filename: Option<String>,
    voice: Option<bool>,
}

pub(super) fn check(kind: &'static str, content: &Value) -> Checked {
    read::<File>(kind, content)?.check(kind)
}

impl File {
    pub(super) fn check(self, kind: &'static str) -> Checked {
        self.check_extras(kind)?;
        match (self.id, self.link) {
            (Some(id), None) => Ok(vec![Uploaded { kind, id }]),
            (None, Some(link)) => check_url(&format!("{kind}['link']"), &link).map(|()| Vec::new()),
            _ => Err(GraphError::parameter(&format!("{kind} needs exactly one of id and link"))),
        }
    }

    /// A header of an interactive message has neither.
    pub(super) fn check_bare(self, kind: &'static str) -> Checked {
        match self.caption.is_some() {
            true => Err(GraphError::parameter("A header has no caption")),
            false => self.check(kind),
        }
    }

    fn check_extras(&self, kind: &str) -> Result<(), GraphError> {
        let extras = [
            ("caption", self.caption.is_some(), &["image", "video", "document"][..]),
            ("filename", self.filename.is_some(), &["document"]),
            ("voice", self.voice.is_some(), &["audio"]),
        ];
        let wrong = extras.iter().find(|(_, given, kinds)| *given && !kinds.contains(&kind));
        if let Some((name, ..)) = wrong {
            return Err(GraphError::parameter(&format!("Unexpected key {name} in {kind}")));
        }
        for (name, text, most) in [
            ("caption", &self.caption, LONGEST_CAPTION),
            ("filename", &self.filename, LONGEST_NAME),
        ] {
            text.iter().try_for_each(|text| length(&format!("{kind}['{name}']"), text, most))?;
        }
        Ok(())
    }
}
