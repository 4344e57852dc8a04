//! Forms with a file.

use axum::http::{HeaderMap, header};

/// One field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) mime: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// The fields of the form; `None` if it is none.
pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Option<Vec<Part>> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (_, boundary) = kind.strip_prefix("multipart/form-data")?.split_once("boundary=")?;
    let fence = format!("--{}", boundary.trim_matches('"'));
    let start = body.strip_prefix(fence.as_bytes())?;
    let fence = format!("\r\n{fence}");
    let mut rest = start;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let (part, after) = split(rest, fence.as_bytes())?;
        parts.push(field(part.strip_prefix(b"\r\n")?)?);
        rest = after;
    }
    Some(parts)
}

fn field(part: &[u8]) -> Option<Part> {
    let (head, bytes) = split(part, b"\r\n\r\n")?;
    let head = std::str::from_utf8(head).ok()?;
    let line = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let disposition = line("content-disposition")?;
    Some(Part {
        name: attribute(disposition, "name")?,
        file_name: attribute(disposition, "filename"),
        mime: line("content-type").map(str::to_owned),
        bytes: bytes.to_vec(),
    })
}

fn attribute(line: &str, name: &str) -> Option<String> {
    let mut pairs = line.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.trim_matches('"').to_owned())
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let start = bytes.windows(at.len()).position(|window| window == at)?;
    Some((&bytes[..start], &bytes[start + at.len()..]))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn headers() -> HeaderMap {
        let kind = HeaderValue::from_static("multipart/form-data; boundary=b");
        HeaderMap::from_iter([(header::CONTENT_TYPE, kind)])
    }

    proptest! {
        #[test]
        fn any_file_comes_through(bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
            let mut body = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\
                Content-Type: application/pdf\r\n\r\n".to_vec();
            body.extend_from_slice(&bytes);
            body.extend_from_slice(b"\r\n--b--\r\n");
            let part = Part {
                name: "file".into(),
                file_name: Some("a.pdf".into()),
                mime: Some("application/pdf".into()),
                bytes,
            };
            prop_assert_eq!(read(&headers(), &body), Some(vec![part]));
        }

        #[test]
        fn any_body_can_be_read(body in "(--b|\r\n|name=|Content-Disposition: |--|.)*") {
            read(&headers(), body.as_bytes());
        }
    }
}
