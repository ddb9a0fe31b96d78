//! Which workers of this data folder are alive: each keeps a file of its name
//! locked, and the kernel lets go of the lock however the process ends.
//!
//! A panel that starts takes over at once what a dead worker held, instead of
//! waiting for the lease. Only a lock that could be taken is proof of death; any
//! doubt leaves the lease as it is, and the attempt number fences late answers.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::db::Tx;
use super::error::Result;
use super::jobs;

/// What the name of a file begins with while it is not locked yet.
const UNFINISHED: &str = ".";

/// A worker of this process, alive until this is dropped.
#[derive(Debug)]
pub struct Presence {
    folder: PathBuf,
    name: String,
    _lock: File,
}

impl Presence {
    /// Announces a worker; its name is a new one.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn announce(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let name = format!("{}:{}", std::process::id(), hostwright_kernel::id::fresh("wrk"));
        // Locked before it has its name, so that nobody finds it unlocked.
        let unfinished = folder.join(format!("{UNFINISHED}{name}"));
        let lock = OpenOptions::new().create(true).truncate(true).write(true).open(&unfinished)?;
        lock.lock()?;
        fs::rename(&unfinished, folder.join(&name))?;
        Ok(Self { folder: folder.to_owned(), name, _lock: lock })
    }

    /// The worker's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes everything due that these dead workers held; how many jobs.
    ///
    /// # Errors
    /// When the database fails.
    pub fn take_over(tx: &mut Tx<'_>, dead: &[String]) -> Result<usize> {
        let mut freed = 0_usize;
        for name in dead {
            freed = freed.saturating_add(jobs::end_leases_of(tx, name)?);
        }
        Ok(freed)
    }

    /// Forgets dead workers, once nothing is held in their name any more.
    pub fn forget(&self, dead: &[String]) {
        for name in dead {
            // Another panel may have been faster.
            let _gone = fs::remove_file(self.folder.join(name));
        }
    }

    /// Names of workers whose lock nobody holds any more.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn dead(&self) -> io::Result<Vec<String>> {
        let mut dead = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name == self.name || name.starts_with(UNFINISHED) {
                continue;
            }
            let Ok(file) = File::open(self.folder.join(&name)) else {
                continue;
            };
            if file.try_lock().is_ok() {
                dead.push(name);
            }
        }
        Ok(dead)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // A worker that ends well has let go of everything.
        let _gone = fs::remove_file(self.folder.join(&self.name));
    }
}
