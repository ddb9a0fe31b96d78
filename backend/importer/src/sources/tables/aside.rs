//! Rows laid aside until the record that they belong to comes by.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

use crate::{Refusal, RefusalCode};

/// What is kept in memory before a file without a name is used.
const IN_MEMORY: usize = 8 << 20;

/// Facts by the identifier of what they belong to. In memory are only the identifiers, each
/// with the place of its last fact; a fact tells the place of the one before it.
pub struct Aside {
    last: HashMap<String, u64>,
    file: SpooledTempFile,
    end: u64,
}

impl Default for Aside {
    fn default() -> Self {
        Self { last: HashMap::new(), file: SpooledTempFile::new(IN_MEMORY), end: 0 }
    }
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::new(RefusalCode::Unreadable, "temporary file", error)
}

impl Aside {
    /// Lays facts aside for `owner`.
    ///
    /// # Errors
    /// Where the temporary file cannot be written.
    pub fn put(&mut self, owner: &str, facts: &[String]) -> Result<(), Refusal> {
        let body = serde_json::to_vec(facts).map_err(failed)?;
        // Places are told plus one; zero means that there is none before.
        let before = self.last.get(owner).map_or(0, |place| place.saturating_add(1));
        let length = u64::try_from(body.len()).map_err(failed)?;
        self.file.seek(SeekFrom::Start(self.end)).map_err(failed)?;
        self.file.write_all(&before.to_le_bytes()).map_err(failed)?;
        self.file.write_all(&length.to_le_bytes()).map_err(failed)?;
        self.file.write_all(&body).map_err(failed)?;
        self.last.insert(owner.to_owned(), self.end);
        self.end = self.end.saturating_add(16).saturating_add(length);
        Ok(())
    }

    /// All that was laid aside for `owner`, in its order; it is given once.
    ///
    /// # Errors
    /// Where the temporary file cannot be read.
    pub fn take(&mut self, owner: &str) -> Result<Vec<Vec<String>>, Refusal> {
        let mut found = Vec::new();
        let mut next = self.last.remove(owner);
        while let Some(place) = next {
            self.file.seek(SeekFrom::Start(place)).map_err(failed)?;
            let mut number = [0u8; 8];
            self.file.read_exact(&mut number).map_err(failed)?;
            next = u64::from_le_bytes(number).checked_sub(1);
            self.file.read_exact(&mut number).map_err(failed)?;
            let mut body = Vec::new();
            (&mut self.file).take(u64::from_le_bytes(number)).read_to_end(&mut body).map_err(failed)?;
            found.push(serde_json::from_slice(&body).map_err(failed)?);
        }
        found.reverse();
        Ok(found)
    }

    /// Owners that nobody asked for, sorted, each with how many facts: they belong to nothing.
    ///
    /// # Errors
    /// Where the temporary file cannot be read.
    pub fn left(&mut self) -> Result<Vec<(String, usize)>, Refusal> {
        let mut owners: Vec<String> = self.last.keys().cloned().collect();
        owners.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        let mut left = Vec::new();
        for owner in owners {
            let count = self.take(&owner)?.len();
            left.push((owner, count));
        }
        Ok(left)
    }
}
