//! A file that one process holds. A predecessor that was killed this moment
//! may hold it a little longer than it lives.

use std::fs::{File, TryLockError};
use std::sync::mpsc;
use std::time::Duration;

/// How long a dead process may take to let go.
const PATIENCE: Duration = Duration::from_secs(2);

/// Holds the file until it is dropped. [`TryLockError::WouldBlock`] = somebody
/// lives who holds it.
pub fn hold(file: File) -> Result<File, TryLockError> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => wait_for(file),
        Err(error) => Err(error),
    }
}

/// The operating system can wait for a lock, but not for a certain time.
fn wait_for(file: File) -> Result<File, TryLockError> {
    let (done, held) = mpsc::channel();
    std::thread::spawn(move || {
        let locked = file.lock().map(|()| file);
        // Whoever gave up waiting lets it go again by not receiving it.
        drop(done.send(locked));
    });
    match held.recv_timeout(PATIENCE) {
        Ok(locked) => locked.map_err(TryLockError::Error),
        Err(_) => Err(TryLockError::WouldBlock),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_lets_go_in_time_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let open = || File::create(folder.path().join("lock")).unwrap();
        let first = hold(open()).unwrap();
        let second = std::thread::spawn({
            let file = open();
            move || hold(file).map(drop)
        });
        drop(first);
        assert!(second.join().unwrap().is_ok());
        let living = hold(open()).unwrap();
        assert!(matches!(hold(open()), Err(TryLockError::WouldBlock)));
        drop(living);
    }
}
