//! A backup read again: each frame is given out only once its digest fits.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::{ABOUT, About, DIGEST, END, FRAME, MAGIC, ROWS, Row, Totals, VERSION};

/// No frame is longer: a store gives out a megabyte at a time.
const LONGEST: usize = 64 * 1024 * 1024;

/// The first line is no longer.
const LINE: usize = 40;

/// Why a file is no backup that can be used.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// It begins differently.
    #[error("it is no backup of olifant")]
    Foreign,
    /// A later program wrote it.
    #[error(
        "it has form {0}, and this olifant reads form {VERSION}; use the version that wrote it"
    )]
    Newer(u32),
    /// Its end is missing.
    #[error("it is cut off; take another one, or copy it again")]
    CutOff,
    /// Something in it is not as it was written.
    #[error("it is damaged near byte {0}; take another one, or copy it again")]
    Damaged(u64),
    /// It could not be read.
    #[error("it can't be read: {0}")]
    Io(io::Error),
}

/// A backup that is being read.
pub struct Reader<R> {
    from: R,
    about: About,
    hash: Sha256,
    /// Bytes read so far.
    read: u64,
    totals: Totals,
    over: bool,
}

impl<R: Read> Reader<R> {
    /// Reads the beginning.
    pub fn open(mut from: R) -> Result<Self, Broken> {
        let (line, version) = first_line(&mut from)?;
        if version != VERSION {
            return Err(Broken::Newer(version));
        }
        let about = About {
            olifant: String::new(),
            store: String::new(),
            format: 0,
            at: jiff::Timestamp::UNIX_EPOCH,
            wrapped: false,
        };
        let (hash, read) = (Sha256::new_with_prefix(&line), line.len() as u64);
        let mut reader = Self { from, about, hash, read, totals: Totals::default(), over: false };
        let (kind, payload) = reader.frame()?;
        let about = serde_json::from_slice(&payload).ok().filter(|_| kind == ABOUT);
        reader.about = about.ok_or_else(|| reader.damaged())?;
        Ok(reader)
    }

    /// Where it comes from.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// What was read so far.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The next rows; `None` = that was all of it, and it was whole.
    pub fn rows(&mut self) -> Result<Option<Vec<Row>>, Broken> {
        if self.over {
            return Ok(None);
        }
        let (kind, payload) = self.frame()?;
        match kind {
            ROWS => {
                let rows = split(&payload).ok_or_else(|| self.damaged())?;
                rows.iter().for_each(|row| self.totals.count(row));
                Ok(Some(rows))
            }
            END => self.end(&payload).map(|()| None),
            _ => Err(self.damaged()),
        }
    }

    /// Reads it to its end.
    pub fn check(mut self) -> Result<(About, Totals), Broken> {
        while self.rows()?.is_some() {}
        Ok((self.about, self.totals))
    }

    fn end(&mut self, payload: &[u8]) -> Result<(), Broken> {
        let totals: Option<Totals> = serde_json::from_slice(payload).ok();
        let fits = totals.is_some_and(|totals| totals == self.totals);
        let more = self.from.read(&mut [0]).map_err(Broken::Io)? > 0;
        if !fits || more {
            return Err(self.damaged());
        }
        self.over = true;
        Ok(())
    }

    fn frame(&mut self) -> Result<(u8, Vec<u8>), Broken> {
        let mut head = [0; FRAME];
        self.fill(&mut head)?;
        let [kind, length @ ..] = head;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > LONGEST {
            return Err(self.damaged());
        }
        let mut payload = vec![0; length];
        self.fill(&mut payload)?;
        self.hash.update(head);
        self.hash.update(&payload);
        let (mut digest, expected) = ([0; DIGEST], self.hash.clone().finalize());
        self.fill(&mut digest)?;
        self.hash.update(digest);
        match digest[..] == expected[..] {
            true => Ok((kind, payload)),
            false => Err(self.damaged()),
        }
    }

    fn fill(&mut self, room: &mut [u8]) -> Result<(), Broken> {
        fill(&mut self.from, room)?;
        self.read += room.len() as u64;
        Ok(())
    }

    fn damaged(&self) -> Broken {
        Broken::Damaged(self.read)
    }
}

/// The line, and the version in it.
fn first_line(from: &mut impl Read) -> Result<(Vec<u8>, u32), Broken> {
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let mut byte = [0];
        fill(from, &mut byte)?;
        line.extend(byte);
        let begun = &MAGIC.as_bytes()[..line.len().min(MAGIC.len())];
        if !line.starts_with(begun) || line.len() > LINE {
            return Err(Broken::Foreign);
        }
    }
    let text = std::str::from_utf8(&line).ok().and_then(|line| line.strip_prefix(MAGIC));
    let version = text.and_then(|version| version.trim_end().parse().ok());
    version.map(|version| (line, version)).ok_or(Broken::Foreign)
}

fn fill(from: &mut impl Read, room: &mut [u8]) -> Result<(), Broken> {
    from.read_exact(room).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Broken::CutOff,
        _ => Broken::Io(error),
    })
}

fn split(mut payload: &[u8]) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    while !payload.is_empty() {
        let (key, rest) = payload.split_first_chunk()?;
        let (value, rest) = rest.split_first_chunk()?;
        let (key, value) = (u16::from_be_bytes(*key), u32::from_be_bytes(*value));
        let (key, rest) = rest.split_at_checked(usize::from(key))?;
        let (value, rest) = rest.split_at_checked(usize::try_from(value).ok()?)?;
        rows.push(Row { key: key.to_vec(), value: value.to_vec() });
        payload = rest;
    }
    Some(rows)
}
