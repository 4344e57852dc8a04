//! The dev folder: made, locked and wiped here, and nowhere else.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::{lock, os};

/// Says that the folder is ours to wipe; whoever holds its lock runs on it.
const MARKER: &str = ".olifant-dev";

const SECRETS: &str = "secrets.json";

/// A dev folder that nobody else uses.
pub struct Folder {
    dir: PathBuf,
    /// What the stand-ins and the program know of each other.
    pub secrets: Secrets,
    /// Locked for as long as it is open.
    _marker: File,
}

/// Made up at the first start; they open nothing but this folder's stand-ins.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    /// As of Meta.
    pub access_token: String,
    /// As of Meta.
    pub app_secret: String,
    /// As of Meta.
    pub verify_token: String,
    /// As of Twilio.
    pub account_sid: String,
    /// As of Twilio.
    pub auth_token: String,
    /// What the store's keys are wrapped under.
    pub store_key: String,
}

impl Folder {
    /// Makes the folder if it is not there, and wipes it if `fresh`.
    pub fn open(dir: &Path, fresh: bool) -> Result<Self> {
        let marker = mark(dir)?;
        if fresh {
            wipe(dir).with_context(|| format!("{} can't be wiped", dir.display()))?;
        }
        let secrets = secrets(&dir.join(SECRETS))?;
        Ok(Self { dir: dir.to_owned(), secrets, _marker: marker })
    }

    /// A file or directory in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

fn mark(dir: &Path) -> Result<File> {
    let shown = dir.display();
    std::fs::create_dir_all(dir).with_context(|| format!("{shown} can't be made"))?;
    let marker = dir.join(MARKER);
    let empty = dir.read_dir().with_context(|| format!("{shown} can't be read"))?.next().is_none();
    if !empty && !marker.exists() {
        bail!("{shown} holds something else; name another folder with --dir");
    }
    let marker = File::create(marker).with_context(|| format!("{shown} can't be written"))?;
    match lock::hold(marker) {
        Ok(marker) => Ok(marker),
        Err(TryLockError::WouldBlock) => {
            bail!("another olifant runs on {shown}; end it, or name another folder with --dir")
        }
        Err(TryLockError::Error(e)) => Err(e).with_context(|| format!("{shown} can't be locked")),
    }
}

fn wipe(dir: &Path) -> std::io::Result<()> {
    for entry in dir.read_dir()? {
        let entry = entry?;
        match (entry.file_name() == MARKER, entry.file_type()?.is_dir()) {
            (true, _) => {}
            (false, true) => std::fs::remove_dir_all(entry.path())?,
            (false, false) => std::fs::remove_file(entry.path())?,
        }
    }
    Ok(())
}

/// The secrets of a folder that somebody else may be using.
pub fn secrets_in(dir: &Path) -> Result<Secrets> {
    let kept = std::fs::read(dir.join(SECRETS));
    let kept = kept.with_context(|| format!("no olifant dev has run on {}", dir.display()))?;
    read(&kept, &dir.join(SECRETS))
}

fn read(kept: &[u8], path: &Path) -> Result<Secrets> {
    serde_json::from_slice(kept).with_context(|| {
        format!("{} is damaged or of an older olifant; start again with --fresh", path.display())
    })
}

fn secrets(path: &Path) -> Result<Secrets> {
    let shown = path.display();
    if let Ok(kept) = std::fs::read(path) {
        return read(&kept, path);
    }
    let secrets = Secrets {
        access_token: made_up(),
        app_secret: made_up(),
        verify_token: made_up(),
        account_sid: format!("AC{}", made_up()),
        auth_token: made_up(),
        store_key: made_up() + &made_up(),
    };
    let mut file =
        os::private(File::options().write(true).create(true).truncate(true)).open(path)?;
    file.write_all(&serde_json::to_vec(&secrets)?)
        .with_context(|| format!("{shown} can't be written"))?;
    Ok(secrets)
}

fn made_up() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_stay_until_a_fresh_start_and_the_store_goes_with_them() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("dev");
        let open = |fresh| Folder::open(&dir, fresh).unwrap().secrets.app_secret;
        let first = open(false);
        std::fs::create_dir_all(dir.join("store/deep")).unwrap();
        assert_eq!(open(false), first);
        assert_ne!(open(true), first);
        assert!(!dir.join("store").exists());
    }

    #[test]
    fn a_folder_with_something_else_in_it_is_never_wiped() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("thesis.txt"), "years of work").unwrap();
        assert!(Folder::open(dir.path(), true).is_err());
        assert!(dir.path().join("thesis.txt").exists());
    }

    #[test]
    fn two_programs_never_share_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let first = Folder::open(dir.path(), false).unwrap();
        let error = Folder::open(dir.path(), true).err().unwrap().to_string();
        assert!(error.starts_with("another olifant runs on "), "{error}");
        drop(first);
        assert!(Folder::open(dir.path(), false).is_ok());
    }
}
