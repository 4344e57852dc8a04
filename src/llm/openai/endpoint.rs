//! Where the server is and how it knows us. The library's own configuration
//! reads the environment; this one knows only what it is told.

use async_openai::config::Config;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// A base URL, its query and a key.
#[derive(Clone)]
pub(super) struct Endpoint {
    base: String,
    host: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    key: SecretString,
}

impl Endpoint {
    /// Reads `llm.base_url` and `llm.api_key`.
    pub fn read(base_url: &str, key: &SecretString) -> Result<Self, String> {
        let wrong = || {
            format!("llm.base_url = \"{base_url}\" is not understood; write \"https://HOST/v1\"")
        };
        let mut url = Url::parse(base_url.trim()).map_err(|_| wrong())?;
        let host = url.host_str().ok_or_else(wrong)?.to_owned();
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong());
        }
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.set_query(None);
        url.set_fragment(None);
        let base = url.as_str().trim_end_matches('/');
        let base = base.strip_suffix("/chat/completions").unwrap_or(base).to_owned();
        let headers = headers(key, query.iter().any(|(name, _)| name == "api-version"))?;
        Ok(Self { base, host, query, headers, key: key.clone() })
    }

    /// Whether it is OpenAI's own server.
    pub fn is_openai(&self) -> bool {
        self.host == "api.openai.com"
    }

    /// The key, for taking it out of what servers say.
    pub fn key(&self) -> &SecretString {
        &self.key
    }
}

/// Azure's dated interface takes the key in a header of its own.
fn headers(key: &SecretString, dated: bool) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    let key = key.expose_secret().trim();
    if key.is_empty() {
        return Ok(headers);
    }
    let (name, value) = match dated {
        true => (HeaderName::from_static("api-key"), key.to_owned()),
        false => (AUTHORIZATION, format!("Bearer {key}")),
    };
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| "llm.api_key holds a character that no key has".to_owned())?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(headers)
}

impl Config for Endpoint {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        self.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Endpoint {
        Endpoint::read(url, &SecretString::from("sk-test")).expect("readable")
    }

    #[test]
    fn the_query_of_a_base_url_stays_behind_the_path() {
        let azure =
            endpoint("https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21");
        assert_eq!(
            azure.url("/chat/completions"),
            "https://x.openai.azure.com/openai/deployments/d/chat/completions"
        );
        assert_eq!(azure.query(), [("api-version", "2024-10-21")]);
        assert!(azure.headers().contains_key("api-key"));
        assert!(!azure.headers().contains_key(AUTHORIZATION));
    }

    #[test]
    fn a_slash_or_the_whole_path_too_many_does_no_harm() {
        for url in [
            "http://[::1]:8080/v1",
            "http://[::1]:8080/v1/",
            "http://[::1]:8080/v1/chat/completions",
        ] {
            assert_eq!(endpoint(url).url("/x"), "http://[::1]:8080/v1/x");
        }
        assert!(endpoint("https://api.openai.com/v1").is_openai());
        assert!(!endpoint("https://api.openai.com.example/v1").is_openai());
    }

    #[test]
    fn no_key_means_no_header_and_nonsense_is_named() {
        let none = Endpoint::read("http://localhost:11434/v1", &SecretString::from(""));
        assert!(none.expect("readable").headers().is_empty());
        for url in ["", "localhost:11434", "ftp://x/v1", "/v1"] {
            let why = Endpoint::read(url, &SecretString::from("")).err().unwrap_or_default();
            assert!(why.contains("llm.base_url"), "{url}: {why}");
        }
    }
}
