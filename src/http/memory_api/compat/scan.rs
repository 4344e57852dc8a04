//! Where Python's reader of JSON stops, and with which words: programs show
//! them, and tests compare them.

/// The deepest nesting that is looked into.
const DEEPEST: usize = 500;

const VALUE: &str = "Expecting value";
const NAME: &str = "Expecting property name enclosed in double quotes";
const COLON: &str = "Expecting ':' delimiter";
const COMMA: &str = "Expecting ',' delimiter";
const OPEN: &str = "Unterminated string starting at";

/// The character at which it stops, and why; `None` = it does not.
pub fn complaint(text: &str) -> Option<(usize, &'static str)> {
    let Wrong { at, words } = Scan { text: text.as_bytes(), at: 0 }.document().err()?;
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    Some((String::from_utf8_lossy(before).chars().count(), words))
}

/// By bytes; each complaint begins at a character.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

struct Wrong {
    at: usize,
    words: &'static str,
}

type Read = Result<(), Wrong>;

impl Scan<'_> {
    fn document(&mut self) -> Read {
        self.blanks();
        self.value(0)?;
        self.blanks();
        if self.at == self.text.len() { Ok(()) } else { self.wrong("Extra data") }
    }

    fn value(&mut self, depth: usize) -> Read {
        const WORDS: [&[u8]; 6] = [b"null", b"true", b"false", b"NaN", b"Infinity", b"-Infinity"];
        let rest = self.text.get(self.at..).unwrap_or_default();
        match rest.first() {
            Some(b'"') => self.string(),
            Some(b'{') if depth < DEEPEST => self.object(depth),
            Some(b'[') if depth < DEEPEST => self.array(depth),
            _ => match WORDS.iter().find(|word| rest.starts_with(word)) {
                Some(word) => self.pass(word.len()),
                None => self.number(rest),
            },
        }
    }

    fn object(&mut self, depth: usize) -> Read {
        self.next();
        if self.peek() == Some(b'}') {
            return self.pass(1);
        }
        loop {
            self.is(b'"', NAME)?;
            self.string()?;
            self.blanks();
            self.is(b':', COLON)?;
            self.next();
            self.value(depth + 1)?;
            self.blanks();
            if self.peek() == Some(b'}') {
                return self.pass(1);
            }
            self.is(b',', COMMA)?;
            self.next();
        }
    }

    fn array(&mut self, depth: usize) -> Read {
        self.next();
        if self.peek() == Some(b']') {
            return self.pass(1);
        }
        loop {
            self.value(depth + 1)?;
            self.blanks();
            if self.peek() == Some(b']') {
                return self.pass(1);
            }
            self.is(b',', COMMA)?;
            self.next();
        }
    }

    fn string(&mut self) -> Read {
        let open = Wrong { at: self.at, words: OPEN };
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(open),
                Some(b'"') => return self.pass(1),
                Some(b'\\') if self.at + 1 == self.text.len() => return Err(open),
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) => return self.wrong("Invalid control character at"),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Read {
        match self.text.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.pass(2),
            Some(b'u') => {
                self.at += 1;
                let digits = self.text.get(self.at + 1..self.at + 5).unwrap_or_default();
                match digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit) {
                    true => self.pass(5),
                    false => self.wrong("Invalid \\uXXXX escape"),
                }
            }
            _ => self.wrong("Invalid \\escape"),
        }
    }

    /// As much of a number as there is.
    fn number(&mut self, rest: &[u8]) -> Read {
        let digits = |from: usize| {
            rest.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count()
        };
        let mut end = usize::from(rest.first() == Some(&b'-'));
        end += match rest.get(end) {
            Some(b'0') => 1,
            Some(b'1'..=b'9') => digits(end),
            _ => return self.wrong(VALUE),
        };
        if rest.get(end) == Some(&b'.') && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
        }
        if let Some(b'e' | b'E') = rest.get(end) {
            let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let power = digits(end + 1 + sign);
            end += if power > 0 { 1 + sign + power } else { 0 };
        }
        self.pass(end)
    }

    fn is(&self, wanted: u8, words: &'static str) -> Read {
        if self.peek() == Some(wanted) { Ok(()) } else { self.wrong(words) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Behind this byte and the blanks that follow.
    fn next(&mut self) {
        self.at += 1;
        self.blanks();
    }

    fn pass(&mut self, bytes: usize) -> Read {
        self.at += bytes;
        Ok(())
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn wrong(&self, words: &'static str) -> Read {
        Err(Wrong { at: self.at, words })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_stops_where_python_does() {
        for (text, at, words) in [
            ("", 0, VALUE),
            ("x", 0, VALUE),
            ("{bad", 1, NAME),
            ("{", 1, NAME),
            (r#"{"a":1,}"#, 7, NAME),
            (r#"{"value":"#, 9, VALUE),
            (r#"{"value":"x"} y"#, 14, "Extra data"),
            (r#"{"value" 1}"#, 9, COLON),
            (r#"{"value":"x" "y":1}"#, 13, COMMA),
            (r#"{"value":"x"#, 9, OPEN),
            (r#"{"👋":x"#, 5, VALUE),
            ("\"a\nb\"", 2, "Invalid control character at"),
            (r#""a\x""#, 2, "Invalid \\escape"),
            (r#""a\u12""#, 3, "Invalid \\uXXXX escape"),
            (r#""a\"#, 0, OPEN),
            ("[1 2]", 3, COMMA),
            ("[1,]", 3, VALUE),
            ("[", 1, VALUE),
            ("01", 1, "Extra data"),
            ("-", 0, VALUE),
            ("1.e5", 1, "Extra data"),
        ] {
            assert_eq!(complaint(text), Some((at, words)), "{text}");
        }
        for good in ["-0.5e+3", " [ ] ", "{ }", "NaN", r#"{"a":[1,{"b":"\u00e9\n"}]}"#] {
            assert_eq!(complaint(good), None, "{good}");
        }
    }

    proptest! {
        #[test]
        fn what_is_json_is_no_reason_to_complain(text in r#"[\[\]{}",:0-9a-z\\ .-]{0,30}"#) {
            if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() {
                prop_assert_eq!(complaint(&text), None);
            }
        }
    }
}
