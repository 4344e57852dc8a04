//! A backup's file: there under its name only when it is whole, on disk, and
//! was read again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Seek, Write};
use std::path::{Path, PathBuf};

use super::{About, Broken, Reader, Totals};
use crate::os;

/// A file that is being written.
pub struct Part {
    path: PathBuf,
    part: PathBuf,
    file: File,
    keep_free: u64,
}

/// Why a backup does not come to be. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Its name is not that of a file.
    #[error("{} is no file; name one, or write - for the standard output", .0.display())]
    NoFile(PathBuf),
    /// Somebody else writes it right now.
    #[error("another backup to {} is being written", .0.display())]
    Held(PathBuf),
    /// The store would have no room left.
    #[error(
        "the backup to {} would leave less than {min_mb} MB of the disk (store.min_free_mb); free \
         some, or write it elsewhere",
        path.display()
    )]
    NoSpace {
        /// Where to.
        path: PathBuf,
        /// What must stay.
        min_mb: u64,
    },
    /// The disk did not do it.
    #[error("{} can't be written: {error}", path.display())]
    Disk {
        /// Where to.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// It was written and does not read so.
    #[error("{} was written, and read again {broken}", path.display())]
    Misread {
        /// Where to.
        path: PathBuf,
        /// What is wrong with it.
        broken: Broken,
    },
}

impl Part {
    /// Begins one, for this user alone, that leaves so many MB of the disk.
    pub fn create(path: &Path, min_free_mb: u64) -> Result<Self, FileError> {
        let regular = fs::metadata(path).map_or(true, |meta| meta.is_file());
        if !regular || path.file_name().is_none() {
            return Err(FileError::NoFile(path.to_owned()));
        }
        let part = unfinished(path);
        let file = hold(&part).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => FileError::Held(path.to_owned()),
            _ => disk(path, error),
        })?;
        let keep_free = min_free_mb * 1024 * 1024;
        let new = Self { path: path.to_owned(), part, file, keep_free };
        let emptied = new.file.set_len(0).and_then(|()| os::make_private(&new.file));
        emptied.map_err(|error| disk(path, error))?;
        Ok(new)
    }

    /// Writes on.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let free =
            fs2::available_space(os::folder_of(&self.path)).map_err(|e| disk(&self.path, e))?;
        if self.keep_free > 0 && free < self.keep_free + bytes.len() as u64 {
            let (path, min_mb) = (self.path.clone(), self.keep_free / (1024 * 1024));
            return Err(FileError::NoSpace { path, min_mb });
        }
        self.file.write_all(bytes).map_err(|error| disk(&self.path, error))
    }

    /// Puts it on disk, reads it again and gives it its name.
    pub fn finish(mut self) -> Result<(About, Totals), FileError> {
        let synced = self.file.sync_all().and_then(|()| self.file.rewind());
        synced.map_err(|error| disk(&self.path, error))?;
        let read = Reader::open(BufReader::new(&self.file)).and_then(Reader::check);
        let checked =
            read.map_err(|broken| FileError::Misread { path: self.path.clone(), broken })?;
        let named = fs::rename(&self.part, &self.path).and_then(|()| os::sync_name(&self.path));
        named.map(|()| checked).map_err(|error| disk(&self.path, error))
    }
}

impl Drop for Part {
    /// What was not finished goes.
    fn drop(&mut self) {
        if os::is_at(&self.file, &self.part) {
            // Whoever writes the next one empties it.
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// The file of one that is being written.
pub fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Opens it for one writer. Somebody else's, who gave it its name or took it
/// away meanwhile, is not ours.
fn hold(part: &Path) -> io::Result<File> {
    loop {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = os::private(&mut options).open(part)?;
        file.try_lock()?;
        if os::is_at(&file, part) {
            return Ok(file);
        }
    }
}

fn disk(path: &Path, error: io::Error) -> FileError {
    FileError::Disk { path: path.to_owned(), error }
}
