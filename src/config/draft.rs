//! Single values of a configuration that need not be whole yet, for what
//! helps to complete it.

use config::Value;

use super::layers::get;
use super::{Error, RENAMED, Sources, tree};

/// The layers, joined and not checked.
pub struct Draft(Value);

impl Draft {
    /// Reads them. Secrets come from their files.
    pub fn load(sources: &Sources) -> Result<Self, Error> {
        tree(sources, RENAMED).map(|(tree, _)| Self(tree))
    }

    /// The text at a dotted key; empty is the same as absent.
    pub fn text(&self, key: &str) -> Option<String> {
        let path: Vec<&str> = key.split('.').collect();
        let text = get(&self.0, &path)?.clone().into_string().ok()?;
        Some(text).filter(|text| !text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_can_be_read_though_the_rest_is_missing() {
        let env = [("OLIFANT__NUMBERS__SHOP__GRAPH_URL".to_owned(), "http://here".to_owned())];
        let draft = Draft::load(&Sources { env: env.into(), ..Sources::default() }).unwrap();
        assert_eq!(draft.text("numbers.shop.graph_url").as_deref(), Some("http://here"));
        assert_eq!(draft.text("store.url").as_deref(), Some("sled:olifant-data"));
        assert_eq!(draft.text("numbers.shop.access_token"), None);
        assert_eq!(draft.text("llm.api_key"), None);
    }
}
