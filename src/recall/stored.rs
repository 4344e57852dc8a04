//! What is kept with a message, so that it can be found.

use super::terms::analyse;
use crate::domain::content::Content;
use crate::domain::terms::Packed;

/// What a message is found by, also by the name of who said it.
pub fn found_by(content: &Content, speaker: Option<&str>) -> Packed {
    if !content.has_words() {
        return Packed::default();
    }
    let terms = analyse(&content.as_text(), None);
    let terms = speaker.map_or(terms.clone(), |name| terms.with_speaker(name));
    Packed(terms.as_bytes().to_vec())
}
