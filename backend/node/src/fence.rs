//! The highest fencing number seen per guest, and what was half built: small files that survive a
//! crash.
//!
//! Every change is written beside, synced, and renamed over, under a lock file that other processes
//! with the same folder respect.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::NodeError;

/// The folder with both kinds of files.
#[derive(Debug)]
pub(crate) struct Journal {
    fences: PathBuf,
    building: PathBuf,
    lock: PathBuf,
}

impl Journal {
    /// Opens the journal, making its folders.
    pub(crate) fn open(state_dir: &Path) -> Result<Self, NodeError> {
        let journal = Self {
            fences: state_dir.join("fences"),
            building: state_dir.join("building"),
            lock: state_dir.join("lock"),
        };
        fs::create_dir_all(&journal.fences)
            .and_then(|()| fs::create_dir_all(&journal.building))
            .map_err(|fault| failed("open the journal", &fault))?;
        Ok(journal)
    }

    /// Notes the number if it is the highest so far.
    ///
    /// # Errors
    /// [`NodeError::Fenced`] if a higher one has been seen.
    pub(crate) fn raise(&self, guest_uuid: &str, given: u64) -> Result<(), NodeError> {
        let _held = self.hold()?;
        let file = self.fences.join(guest_uuid);
        match read_number(&file).map_err(|fault| failed("read the fencing number", &fault))? {
            Some(highest) if highest > given => Err(NodeError::Fenced { given, highest }),
            Some(highest) if highest == given => Ok(()),
            _ => {
                replace(&file, given.to_string().as_bytes()).map_err(|fault| failed("write the fencing number", &fault))
            }
        }
    }

    /// Refuses if a higher number has come in meanwhile.
    pub(crate) fn confirm(&self, guest_uuid: &str, given: u64) -> Result<(), NodeError> {
        let seen =
            read_number(&self.fences.join(guest_uuid)).map_err(|fault| failed("read the fencing number", &fault))?;
        match seen {
            Some(highest) if highest > given => Err(NodeError::Fenced { given, highest }),
            _ => Ok(()),
        }
    }

    /// Notes that a volume is being filled, so that a half-filled one can be told from a whole one.
    pub(crate) fn begin_building(&self, pool: &str, volume: &str) -> Result<(), NodeError> {
        replace(&self.building_file(pool, volume), b"").map_err(|fault| failed("note an unfinished volume", &fault))
    }

    /// True if filling this volume began here and did not end.
    pub(crate) fn is_unfinished(&self, pool: &str, volume: &str) -> bool {
        self.building_file(pool, volume).exists()
    }

    /// Notes that the volume is whole, or gone.
    pub(crate) fn end_building(&self, pool: &str, volume: &str) -> Result<(), NodeError> {
        match fs::remove_file(self.building_file(pool, volume)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(failed("note a finished volume", &fault)),
            _ => sync_folder(&self.building).map_err(|fault| failed("sync the journal", &fault)),
        }
    }

    fn building_file(&self, pool: &str, volume: &str) -> PathBuf {
        // Neither name can contain this character.
        self.building.join(format!("{pool}@{volume}"))
    }

    fn hold(&self) -> Result<File, NodeError> {
        let take = || -> io::Result<File> {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&self.lock)?;
            file.lock()?;
            Ok(file)
        };
        take().map_err(|fault| failed("lock the journal", &fault))
    }
}

fn failed(during: &str, fault: &io::Error) -> NodeError {
    NodeError::Failed { libvirt_code: 0, during: during.to_owned(), detail: fault.to_string() }
}

fn read_number(file: &Path) -> io::Result<Option<u64>> {
    let mut text = String::new();
    match File::open(file) {
        Ok(mut open) => open.read_to_string(&mut text)?,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(fault),
    };
    // A damaged journal must stop the guest's changes, not restart the numbers.
    text.trim()
        .parse()
        .map(Some)
        .map_err(|fault: std::num::ParseIntError| io::Error::new(io::ErrorKind::InvalidData, fault))
}

fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut open = File::create(&beside)?;
    open.write_all(content)?;
    open.sync_all()?;
    fs::rename(&beside, file)?;
    match file.parent() {
        Some(folder) => sync_folder(folder),
        None => Ok(()),
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const GUEST: &str = "0190c0de-0000-7000-8000-000000000001";

    #[test]
    fn an_older_number_is_refused_even_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        journal.raise(GUEST, 7).unwrap();
        journal.raise(GUEST, 7).unwrap();
        drop(journal);
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.raise(GUEST, 6), Err(NodeError::Fenced { given: 6, highest: 7 }));
        assert_eq!(journal.confirm(GUEST, 6), Err(NodeError::Fenced { given: 6, highest: 7 }));
        journal.raise(GUEST, 8).unwrap();
    }

    #[test]
    fn a_damaged_journal_refuses_rather_than_starting_over() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        fs::write(folder.path().join("fences").join(GUEST), "x").unwrap();
        assert_eq!(journal.raise(GUEST, 1).unwrap_err().code(), "node_failed");
    }

    #[test]
    fn an_unfinished_volume_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        journal.begin_building("pool", "srv_1.disk").unwrap();
        let again = Journal::open(folder.path()).unwrap();
        assert!(again.is_unfinished("pool", "srv_1.disk"));
        again.end_building("pool", "srv_1.disk").unwrap();
        again.end_building("pool", "srv_1.disk").unwrap();
        assert!(!again.is_unfinished("pool", "srv_1.disk"));
    }
}
