//! What a copy did, folder by folder.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::fault::{Fault, FaultCode};

/// The name in a report under which stands what belongs to no folder that could be told.
pub const NO_FOLDER: &str = "?";

/// Messages that were not copied, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The messages: `UID 5`, `UID 7:900`, or where they lie on disk.
    pub messages: String,
    /// How many.
    pub count: u64,
    /// The stable code.
    pub code: FaultCode,
    /// Why, for a person.
    pub reason: String,
}

/// What was changed on the way, or is worth a look. The message itself is at the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Which: the names are stable.
    pub code: NoteCode,
    /// Where: `UID 5`, a path.
    pub place: String,
    /// In words.
    pub reason: String,
    /// How often.
    pub count: u64,
}

/// Kinds of [`Note`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteCode {
    /// The folder has another name at the target than its own.
    Renamed,
    /// The target does not keep these keywords, or they are none that IMAP can carry.
    KeywordsDropped,
    /// The source gave no date that IMAP can carry; the target set its own.
    DateDropped,
    /// The message holds NUL bytes, which IMAP cannot carry (RFC 3501 `CHAR8`): servers replace them.
    NulBytes,
    /// The folder could not be subscribed.
    NotSubscribed,
    /// Messages may be twice at the target, because a line was lost at the wrong moment.
    PerhapsTwice,
    /// What the reader of a source on disk tells.
    Source,
}

/// One folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FolderReport {
    /// Its name, as people read it, with `/` between levels.
    pub folder: String,
    /// Its name at the target, as IMAP writes it; empty where it was not opened there.
    pub target: String,
    /// Messages at the source.
    pub found: u64,
    /// Copied in this run.
    pub copied: u64,
    /// Bytes of those, as they were sent.
    pub copied_bytes: u64,
    /// Were at the target already.
    pub already: u64,
    /// Would be copied: a dry run.
    pub planned: u64,
    /// Bytes of those.
    pub planned_bytes: u64,
    /// Copied in an earlier run; their flags were changed to what they are at the source now.
    pub flags_updated: u64,
    /// Not copied.
    pub skipped: Vec<Skipped>,
    /// Worth a look.
    pub notes: Vec<Note>,
    /// What ended the copy of this folder.
    pub fault: Option<Fault>,
}

impl FolderReport {
    /// Messages that were not copied.
    #[must_use]
    pub fn skipped_count(&self) -> u64 {
        self.skipped.iter().map(|skipped| skipped.count).sum()
    }
}

/// One mailbox.
///
/// For every folder `found` is the sum of `copied`, `already`, `planned` and what is skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Where it came from.
    pub source: String,
    /// Where it went to.
    pub target: String,
    /// Nothing was changed: it was a dry run.
    pub is_dry: bool,
    /// Its folders, in the order in which they were copied.
    pub folders: Vec<FolderReport>,
    /// What ended the copy of the mailbox.
    pub fault: Option<Fault>,
    /// How often a line was lost and made again.
    pub reconnects: u64,
}

impl Report {
    fn sum(&self, of: impl Fn(&FolderReport) -> u64) -> u64 {
        self.folders.iter().map(of).sum()
    }

    /// Messages at the source.
    #[must_use]
    pub fn found(&self) -> u64 {
        self.sum(|folder| folder.found)
    }

    /// Messages copied in this run.
    #[must_use]
    pub fn copied(&self) -> u64 {
        self.sum(|folder| folder.copied)
    }

    /// Bytes copied in this run.
    #[must_use]
    pub fn copied_bytes(&self) -> u64 {
        self.sum(|folder| folder.copied_bytes)
    }

    /// Messages that were at the target already.
    #[must_use]
    pub fn already(&self) -> u64 {
        self.sum(|folder| folder.already)
    }

    /// Messages that were not copied.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.sum(FolderReport::skipped_count)
    }

    /// Messages that a dry run would copy.
    #[must_use]
    pub fn planned(&self) -> u64 {
        self.sum(|folder| folder.planned)
    }

    /// Whether every message of the source is at the target.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.fault.is_none() && self.skipped() == 0 && self.folders.iter().all(|folder| folder.fault.is_none())
    }
}

/// The report while both halves of a copy write in it.
#[derive(Debug)]
pub(crate) struct Ledger(Mutex<Report>);

impl Ledger {
    pub(crate) fn new(source: String, target: String, is_dry: bool) -> Self {
        Self(Mutex::new(Report { source, target, is_dry, ..Report::default() }))
    }

    pub(crate) fn report(&self) -> Report {
        self.with(|report| report.clone())
    }

    fn with<T>(&self, change: impl FnOnce(&mut Report) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Begins a folder and gives its place in the report.
    pub(crate) fn begin(&self, folder: &str) -> usize {
        self.with(|report| {
            report.folders.push(FolderReport { folder: folder.to_owned(), ..FolderReport::default() });
            report.folders.len() - 1
        })
    }

    pub(crate) fn folder(&self, at: usize, change: impl FnOnce(&mut FolderReport)) {
        self.with(|report| {
            if let Some(folder) = report.folders.get_mut(at) {
                change(folder);
            }
        });
    }

    pub(crate) fn found(&self, at: usize, count: u64) {
        self.folder(at, |folder| folder.found += count);
    }

    pub(crate) fn already(&self, at: usize, count: u64) {
        self.folder(at, |folder| folder.already += count);
    }

    pub(crate) fn copied(&self, at: usize, bytes: u64) {
        self.folder(at, |folder| {
            folder.copied += 1;
            folder.copied_bytes += bytes;
        });
    }

    pub(crate) fn planned(&self, at: usize, count: u64, bytes: u64) {
        self.folder(at, |folder| {
            folder.planned += count;
            folder.planned_bytes += bytes;
        });
    }

    pub(crate) fn skip(&self, at: usize, messages: String, count: u64, fault: &Fault) {
        let skipped = Skipped { messages, count, code: fault.code, reason: fault.reason.clone() };
        self.folder(at, |folder| folder.skipped.push(skipped));
    }

    /// Notes of one kind and reason are told once with their count; the place is that of the first.
    pub(crate) fn note(&self, at: usize, code: NoteCode, place: String, reason: &str, count: u64) {
        self.folder(at, |folder| {
            match folder.notes.iter_mut().find(|note| note.code == code && note.reason == reason) {
                Some(note) => note.count += count,
                None => folder.notes.push(Note { code, place, reason: reason.to_owned(), count }),
            }
        });
    }

    /// The first fault of a folder stays.
    pub(crate) fn folder_fault(&self, at: usize, fault: Fault) {
        self.folder(at, |folder| {
            folder.fault.get_or_insert(fault);
        });
    }

    /// The first fault of a mailbox stays.
    pub(crate) fn fault(&self, fault: Fault) {
        self.with(|report| {
            report.fault.get_or_insert(fault);
        });
    }

    pub(crate) fn reconnected(&self) {
        self.with(|report| report.reconnects += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_tells_its_codes_as_they_are_documented() {
        let ledger = Ledger::new("a".to_owned(), "b".to_owned(), false);
        let at = ledger.begin("INBOX");
        ledger.found(at, 2);
        ledger.copied(at, 10);
        ledger.skip(at, "UID 2".to_owned(), 1, &Fault::new(FaultCode::OverQuota, "b", "full"));
        ledger.note(at, NoteCode::NulBytes, "UID 1".to_owned(), "x", 1);
        ledger.note(at, NoteCode::NulBytes, "UID 3".to_owned(), "x", 1);
        let report = ledger.report();
        assert!(!report.is_complete());
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["folders"][0]["skipped"][0]["code"], "mailboxes.over_quota");
        assert_eq!(json["folders"][0]["notes"][0]["code"], "nul_bytes");
        assert_eq!(json["folders"][0]["notes"][0]["count"], 2);
    }
}
