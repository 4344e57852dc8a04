//! Windows. A file gets the rights of its folder, which below a user's own are
//! that user's, the administrators' and the system's.

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::windows::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeServer, ServerOptions};
use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};
use tokio::sync::Mutex;
use winapi_util::file::information;

/// All instances of the pipe are taken at this moment: somebody listens.
const ERROR_PIPE_BUSY: i32 = 231;

/// A folder opens only with this (FILE_FLAG_BACKUP_SEMANTICS).
const FOLDER: u32 = 0x0200_0000;

/// The file that is held instead of its folder.
const HELD: &str = ".olifant.lock";

/// A file that is made so has the rights of its folder.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// It keeps the rights that it has.
pub fn make_private(_file: &File) -> io::Result<()> {
    Ok(())
}

/// A folder, and those above it, with the rights of the one above them.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

/// Rights are not looked at here.
pub fn closing(_file: &Path) -> Option<String> {
    None
}

/// It has the rights of its folder.
#[cfg(test)]
pub fn is_private(path: &Path) -> bool {
    path.exists()
}

/// The file system keeps a journal of names: there is nothing to be done, but
/// a folder that is not there is an error as elsewhere.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    OpenOptions::new().read(true).custom_flags(FOLDER).open(folder).map(drop)
}

/// Waits until nobody else holds the folder, and holds it until it is dropped.
pub fn hold_folder(folder: &Path) -> io::Result<File> {
    let held = File::options().create(true).append(true).open(folder.join(HELD))?;
    held.lock().map(|()| held)
}

/// Writes something from a place on.
pub(super) fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    file.seek_write(bytes, at)
}

/// Reads something from a place on.
pub(super) fn read_at(file: &File, room: &mut [u8], at: u64) -> io::Result<usize> {
    match file.seek_read(room, at) {
        // The system's word for it.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
        read => read,
    }
}

/// Whether the open file is the one that has this name.
pub fn is_at(file: &File, path: &Path) -> bool {
    let id = |file: &File| {
        information(file).map(|about| (about.volume_serial_number(), about.file_index()))
    };
    let there = File::open(path).and_then(|there| id(&there));
    matches!((id(file), there), (Ok(a), Ok(b)) if a == b)
}

/// Whether the open file has a name still.
pub fn has_name(file: &File) -> io::Result<bool> {
    information(file).map(|about| about.number_of_links() > 0)
}

/// Where operators' commands come in: a named pipe. Its name is made up anew
/// at each start, so that nobody can be there first, and stands in a file,
/// which has the rights of the store.
pub struct Socket {
    pipe: OsString,
    /// The instance that waits. There is always one, so that whoever comes
    /// finds the pipe.
    waiting: Mutex<NamedPipeServer>,
}

/// What one of them comes through.
pub type SocketStream = NamedPipeServer;

/// Listens, and writes into the file where. What stood there is replaced.
pub fn listen(socket: &Path) -> io::Result<Socket> {
    let made_up = hex::encode(rand::random::<[u8; 16]>());
    let pipe = OsString::from(format!(r"\\.\pipe\olifant-{made_up}"));
    let waiting = Mutex::new(ServerOptions::new().first_pipe_instance(true).create(&pipe)?);
    let new = socket.with_extension("new");
    std::fs::write(&new, pipe.as_encoded_bytes())?;
    std::fs::rename(&new, socket)?;
    Ok(Socket { pipe, waiting })
}

/// The next one that comes in.
pub async fn accept(socket: &Socket) -> io::Result<SocketStream> {
    let mut waiting = socket.waiting.lock().await;
    waiting.connect().await?;
    let next = ServerOptions::new().create(&socket.pipe)?;
    Ok(std::mem::replace(&mut *waiting, next))
}

/// Whether somebody listens there.
pub async fn is_answered(socket: &Path) -> bool {
    let Some(pipe) = pipe_of(socket) else { return false };
    match ClientOptions::new().open(pipe) {
        Ok(_) => true,
        Err(error) => error.raw_os_error() == Some(ERROR_PIPE_BUSY),
    }
}

/// A client that reaches who listens there.
pub fn client(socket: &Path) -> reqwest::ClientBuilder {
    let pipe = pipe_of(socket).unwrap_or_default();
    reqwest::Client::builder().windows_named_pipe(&*pipe as &OsStr)
}

fn pipe_of(socket: &Path) -> Option<OsString> {
    std::fs::read_to_string(socket).ok().map(Into::into)
}

/// What asks the program to end: Ctrl-C, Ctrl-Break, the window that is
/// closed, and the machine that goes down.
pub struct Ends(CtrlC, CtrlBreak, CtrlClose, CtrlShutdown);

impl Ends {
    /// Each one from now on.
    pub fn from_now() -> io::Result<Self> {
        Ok(Self(ctrl_c()?, ctrl_break()?, ctrl_close()?, ctrl_shutdown()?))
    }

    /// The next one.
    pub async fn next(&mut self) {
        let Self(c, pause, close, shutdown) = self;
        tokio::select! {
            _ = c.recv() => {}
            _ = pause.recv() => {}
            _ = close.recv() => {}
            _ = shutdown.recv() => {}
        }
    }
}

/// What asks the program to read its configuration again: nothing, here; it
/// sees that the files change.
pub struct Rereads(());

impl Rereads {
    /// Each one from now on.
    pub fn from_now() -> Self {
        Self(())
    }

    /// Never.
    pub async fn next(&mut self) {
        std::future::pending().await
    }
}
