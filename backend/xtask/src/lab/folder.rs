//! Data folders that vanish with the server they belong to.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Context as _;

const PREFIX: &str = "hostwright-lab-";
const LOCK: &str = ".in-use";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A fresh folder below the system's temporary folder; removed with its content when dropped.
///
/// A lock held for its whole life tells later runs whether the owner is still there, so what a
/// killed run left behind is removed by the next one.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes an empty folder whose name contains `purpose`.
    ///
    /// # Errors
    /// The temporary folder cannot be written.
    pub fn new(purpose: &str) -> anyhow::Result<Self> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("{PREFIX}{purpose}-{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                Err(error) => {
                    return Err(error).with_context(|| format!("making {}", path.display()));
                }
            }
            let lock = File::create(path.join(LOCK))?;
            lock.lock()?;
            return Ok(Self { path, _lock: lock });
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A server that is just going down may still add a file behind the first attempt.
        for _ in 0..20 {
            match fs::remove_dir_all(&self.path) {
                Ok(()) => return,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
        eprintln!("could not remove {}", self.path.display());
    }
}

/// Removes folders whose owner is gone. Young ones are left alone: their owner may be between
/// making the folder and locking it.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let age = entry
            .metadata()
            .and_then(|data| data.modified())
            .ok()
            .and_then(|changed| changed.elapsed().ok())
            .unwrap_or_default();
        if age < Duration::from_secs(60) {
            continue;
        }
        let abandoned = match File::open(entry.path().join(LOCK)) {
            Ok(lock) => !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
            Err(_) => true,
        };
        if abandoned {
            // Another run may be sweeping the same folder; whoever wins is fine.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_gone_after_a_panic() {
        let place = std::sync::Mutex::new(PathBuf::new());
        let outcome = std::panic::catch_unwind(|| {
            let folder = Folder::new("panic").unwrap();
            fs::write(folder.path().join("file"), "x").unwrap();
            *place.lock().unwrap() = folder.path().to_owned();
            std::panic::resume_unwind(Box::new("planned"));
        });
        assert!(outcome.is_err());
        let path = place.lock().unwrap().clone();
        assert!(path.is_absolute() && !path.exists());
    }

    #[test]
    fn an_abandoned_folder_is_swept_and_one_in_use_stays() {
        let parent = Folder::new("sweep").unwrap();
        let old = parent.path().join(format!("{PREFIX}old-1-0"));
        let held = parent.path().join(format!("{PREFIX}held-1-0"));
        let young = parent.path().join(format!("{PREFIX}young-1-0"));
        for path in [&old, &held, &young] {
            fs::create_dir(path).unwrap();
            File::create(path.join(LOCK)).unwrap();
        }
        let lock = File::open(held.join(LOCK)).unwrap();
        lock.lock().unwrap();
        let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        for path in [&old, &held] {
            File::open(path).unwrap().set_modified(hour_ago).unwrap();
        }
        sweep(parent.path());
        assert!(!old.exists());
        assert!(held.exists());
        assert!(young.exists());
    }
}
