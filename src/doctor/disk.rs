//! The disk under the store, and under its backups: whether it takes and keeps
//! what is written, and how long there is room.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::{Look, pages};
use crate::http::admin;
use crate::worker::backups::REMEDY;

const MB: u64 = 1024 * 1024;

/// So many times what has to stay free is enough not to speak of it.
const COMFORT: u64 = 2;

/// What can be said of it. The disk may take its time.
pub async fn examine(look: &Look) -> Vec<Finding> {
    let folder = admin::socket(&look.settings.store.url).parent().map(Path::to_owned);
    let (folder, least) = (there(folder.unwrap_or_default()), look.settings.store.min_free_mb);
    let backups = look.settings.backup.dir.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let own = [keeps(&folder), room(&folder, least)];
        own.into_iter().chain(backups.as_deref().map(backed_up)).collect()
    });
    looked.await.unwrap_or_else(|_| vec![Finding::unchecked("disk.write", "it can't be looked at")])
}

/// The folder, or the one in which it would be made.
fn there(folder: PathBuf) -> PathBuf {
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    folder.ancestors().find(|folder| folder.exists()).unwrap_or(&folder).to_owned()
}

fn keeps(folder: &Path) -> Finding {
    let shown = folder.display();
    match write(folder) {
        Ok(()) => Finding::ok("disk.write", format!("{shown} takes and keeps what is written")),
        Err(error) => {
            let what = format!("nothing can be written to {shown}: {error}");
            let remedy = "make it a folder that belongs to the user who runs olifant, on a disk \
                          that syncs, or choose another store.url";
            Finding::fault("disk.write", what, remedy, pages::CONFIGURE)
        }
    }
}

/// As this user: a service may be allowed less, and says so at its start.
fn backed_up(dir: &Path) -> Finding {
    let shown = dir.display();
    match write(&there(dir.to_owned())) {
        Ok(()) => Finding::ok("disk.backups", format!("backup.dir = \"{shown}\" takes backups")),
        Err(error) => {
            let what = format!("backup.dir = \"{shown}\" can't be written: {error}");
            Finding::fault("disk.backups", what, REMEDY, pages::OPERATE)
        }
    }
}

/// As the store does before a webhook is answered.
fn write(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!("doctor-{}.tmp", uuid::Uuid::now_v7()));
    let written = File::create_new(&path).and_then(|mut file| {
        file.write_all(b"well?")?;
        file.sync_all()
    });
    let removed = std::fs::remove_file(&path);
    written.and(removed)
}

fn room(folder: &Path, least: u64) -> Finding {
    let free = match fs2::available_space(folder) {
        Ok(bytes) => bytes / MB,
        Err(error) => {
            return Finding::unchecked("disk.space", format!("how full it is: {error}"));
        }
    };
    let what = format!("{free} MB are free (store.min_free_mb = {least})");
    let remedy = "make room, or a larger disk: below store.min_free_mb messages are refused";
    match free {
        free if free < least => Finding::fault("disk.full", what, remedy, pages::OPERATE),
        free if free < COMFORT * least => {
            Finding::note("disk.nearly_full", what, remedy, pages::OPERATE)
        }
        _ => Finding::ok("disk.space", what),
    }
}
