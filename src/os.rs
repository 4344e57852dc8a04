//! What differs between operating systems: files that only one user reads,
//! what it takes until they are on disk, the socket for operators, and how the
//! program is asked to end. Both sides offer the same functions.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(unix)]
pub use unix::*;
#[cfg(windows)]
pub use windows::*;

/// The folder that a file is in.
pub fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts what is in a file on disk.
pub fn sync_file(file: &Path) -> io::Result<()> {
    // Windows syncs only what is open for writing.
    OpenOptions::new().read(true).write(true).open(file)?.sync_all()
}

/// Puts the name of a file on disk: a new name, and one that was given.
pub fn sync_name(file: &Path) -> io::Result<()> {
    sync_folder(folder_of(file))
}

/// Writes all of it from a place on, over what is there.
pub fn write_all_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match write_at(file, bytes, at) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => (bytes, at) = (&bytes[written..], at + written as u64),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads as much as there is room for, from a place on.
pub fn read_exact_at(file: &File, mut room: &mut [u8], mut at: u64) -> io::Result<()> {
    while !room.is_empty() {
        match read_at(file, room, at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => (room, at) = (&mut room[read..], at + read as u64),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_file_is_read_and_written_anywhere_and_its_end_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).unwrap();
        write_all_at(&file, b"once upon", 0).unwrap();
        write_all_at(&file, b"a time", 5).unwrap();
        let mut room = [0; 4];
        read_exact_at(&file, &mut room, 7).unwrap();
        assert_eq!(&room, b"time");
        let error = read_exact_at(&file, &mut room, 8).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        sync_file(&path).unwrap();
        sync_name(&path).unwrap();
        let mut whole = String::new();
        File::open(&path).unwrap().read_to_string(&mut whole).unwrap();
        assert_eq!(whole, "once a time");
    }

    #[test]
    fn a_file_is_known_by_itself_and_not_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("b"));
        let file = File::create(&path).unwrap();
        assert!(is_at(&file, &path) && !is_at(&file, &other));
        assert!(has_name(&file).unwrap());
        std::fs::rename(&path, &other).unwrap();
        File::create(&path).unwrap();
        assert!(is_at(&file, &other) && !is_at(&file, &path));
        std::fs::remove_file(&other).unwrap();
        assert!(!has_name(&file).unwrap());
    }
}
