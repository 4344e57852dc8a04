//! Linux, macOS and their like.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Who may read a file that is for its user alone.
const ONE: u32 = 0o600;

/// Everybody on this machine.
const OTHERS: u32 = 0o004;

/// A file that is made so is for this user alone.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(ONE)
}

/// A file that is there becomes one for this user alone.
pub fn make_private(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(ONE))
}

/// A folder, and those above it, for this user alone if they are not there.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The command after which a file that everybody on this machine can read is
/// for its user alone; `None` = it is already.
pub fn closing(file: &Path) -> Option<String> {
    let mode = std::fs::metadata(file).ok()?.permissions().mode();
    (mode & OTHERS != 0).then(|| format!("chmod 600 {}", file.display()))
}

/// Whether it is for its user alone.
#[cfg(test)]
pub fn is_private(path: &Path) -> bool {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o077 == 0
}

/// Puts the names in a folder on disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Waits until nobody else holds the folder, and holds it until it is dropped.
pub fn hold_folder(folder: &Path) -> io::Result<File> {
    let held = File::open(folder)?;
    held.lock().map(|()| held)
}

/// Writes something from a place on.
pub(super) fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    file.write_at(bytes, at)
}

/// Reads something from a place on.
pub(super) fn read_at(file: &File, room: &mut [u8], at: u64) -> io::Result<usize> {
    file.read_at(room, at)
}

/// Whether the open file is the one that has this name.
pub fn is_at(file: &File, path: &Path) -> bool {
    let same = |a: &Metadata, b: &Metadata| a.dev() == b.dev() && a.ino() == b.ino();
    matches!((file.metadata(), std::fs::metadata(path)), (Ok(a), Ok(b)) if same(&a, &b))
}

/// Whether the open file has a name still.
pub fn has_name(file: &File) -> io::Result<bool> {
    file.metadata().map(|about| about.nlink() > 0)
}

/// Where operators' commands come in.
pub type Socket = UnixListener;

/// What one of them comes through.
pub type SocketStream = UnixStream;

/// Listens there, for this user alone. What was there before is replaced.
pub fn listen(socket: &Path) -> io::Result<Socket> {
    let new = socket.with_extension("new");
    match std::fs::remove_file(&new) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let listener = UnixListener::bind(&new)?;
    std::fs::set_permissions(&new, Permissions::from_mode(ONE))?;
    std::fs::rename(&new, socket)?;
    Ok(listener)
}

/// The next one that comes in.
pub async fn accept(socket: &Socket) -> io::Result<SocketStream> {
    socket.accept().await.map(|(stream, _)| stream)
}

/// Whether somebody listens there.
pub async fn is_answered(socket: &Path) -> bool {
    UnixStream::connect(socket).await.is_ok()
}

/// A client that reaches who listens there.
pub fn client(socket: &Path) -> reqwest::ClientBuilder {
    reqwest::Client::builder().unix_socket(socket)
}

/// What asks the program to end: SIGTERM and SIGINT.
pub struct Ends(Signal, Signal);

impl Ends {
    /// Each one from now on.
    pub fn from_now() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?))
    }

    /// The next one.
    pub async fn next(&mut self) {
        let Self(terminate, interrupt) = self;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

/// What asks the program to read its configuration again: SIGHUP.
pub struct Rereads(Option<Signal>);

impl Rereads {
    /// Each one from now on.
    pub fn from_now() -> Self {
        Self(signal(SignalKind::hangup()).ok())
    }

    /// The next one.
    pub async fn next(&mut self) {
        match &mut self.0 {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}
