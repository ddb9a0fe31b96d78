//! Finds the archives, unpacked accounts and single files below the given paths, and reads
//! one after the other: one bad archive of two hundred does not end the reading.
//!
//! Invariant: a record of one kind and identifier is delivered once, however many archives and answers tell
//! of it; the further ones are gaps.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::Input;
use crate::formats::archive;
use crate::snapshot::{Entry, Gap, GapKind, Kind};
use crate::{GapCounts, Refusal, RefusalCode, Sink};

/// One thing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// An archive file, or a folder that holds one unpacked account.
    Account(PathBuf),
    /// Any other file.
    Loose(PathBuf),
}

/// Passes on what was not delivered before.
struct Once<'a> {
    sink: &'a mut dyn Sink,
    known: &'a mut BTreeSet<(Kind, String)>,
    place: String,
    again: GapCounts,
}

impl Sink for Once<'_> {
    fn take(&mut self, entry: Entry) -> Result<(), Refusal> {
        let Entry::Record(record) = &entry else { return self.sink.take(entry) };
        let (kind, id) = (record.kind(), record.id().to_owned());
        if self.known.insert((kind, id.clone())) {
            return self.sink.take(entry);
        }
        let reason = "the same identifier was read before; the first was taken";
        self.again.add(Gap::new(GapKind::Duplicate, &self.place, reason).of(kind, &id));
        Ok(())
    }
}

/// Shows everything below the paths to `one`, in the order of names.
///
/// A refusal of one thing becomes a gap where something else could be read.
///
/// # Errors
/// The first refusal, where nothing could be read; a refusal of the sink at once.
pub fn each(
    input: &Input,
    sink: &mut dyn Sink,
    is_account_folder: &dyn Fn(&Path) -> bool,
    one: &mut dyn FnMut(&Found, &mut dyn Sink) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut refused: Vec<Refusal> = Vec::new();
    let mut read: u64 = 0;
    let mut seen: usize = 0;
    let mut known = BTreeSet::new();
    // Last in, first out: children are pushed in reverse order of their names.
    let mut open: Vec<(PathBuf, usize)> = input.paths.iter().rev().map(|path| (path.clone(), 0)).collect();
    while let Some((path, depth)) = open.pop() {
        seen = seen.saturating_add(1);
        if seen > input.limits.members {
            return Err(Refusal::new(RefusalCode::TooLarge, path.display(), "more files than are read"));
        }
        let ended = if path.is_dir() && !is_account_folder(&path) {
            match children(&path, depth, input) {
                Ok(found) => {
                    open.extend(found.into_iter().rev().map(|child| (child, depth.saturating_add(1))));
                    continue;
                }
                Err(refusal) => Err(refusal),
            }
        } else {
            let place = path.display().to_string();
            let is_account = path.is_dir() || archive::looks_like_archive(&path);
            let found = if is_account { Found::Account(path) } else { Found::Loose(path) };
            let mut once = Once { sink, known: &mut known, place, again: GapCounts::default() };
            match one(&found, &mut once) {
                Err(refusal) if refusal.code == RefusalCode::Stopped => Err(refusal),
                ended => {
                    let mut again = once.again;
                    again.tell(sink)?;
                    ended
                }
            }
        };
        match ended {
            Ok(()) => read = read.saturating_add(1),
            Err(refusal) if refusal.code == RefusalCode::Stopped => return Err(refusal),
            Err(refusal) => {
                let reason = format!("refused ({}): {}", refusal.code.as_str(), refusal.reason);
                // Held back until it is known whether anything was read; bounded by telling at once then.
                if read > 0 {
                    sink.gap(Gap::new(GapKind::Skipped, &refusal.place, reason))?;
                } else {
                    refused.push(refusal);
                }
            }
        }
        if read > 0 {
            for refusal in refused.drain(..) {
                let reason = format!("refused ({}): {}", refusal.code.as_str(), refusal.reason);
                sink.gap(Gap::new(GapKind::Skipped, &refusal.place, reason))?;
            }
        }
    }
    match refused.into_iter().next() {
        Some(first) => Err(first),
        None if read == 0 => {
            let place = input.paths.first().map(|path| path.display().to_string()).unwrap_or_default();
            Err(Refusal::new(RefusalCode::NotThisFormat, place, "there is nothing to read"))
        }
        None => Ok(()),
    }
}

fn children(folder: &Path, depth: usize, input: &Input) -> Result<Vec<PathBuf>, Refusal> {
    let unreadable = |err| Refusal::new(RefusalCode::Unreadable, folder.display(), err);
    if depth >= input.limits.depth {
        return Err(Refusal::new(RefusalCode::TooLarge, folder.display(), "folders are nested too deep"));
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        // What is a link below a given folder may lead anywhere; only what was given is followed.
        if kind.is_file() || kind.is_dir() {
            found.push(entry.path());
        }
        if found.len() > input.limits.members {
            return Err(Refusal::new(RefusalCode::TooLarge, folder.display(), "more files than are read"));
        }
    }
    found.sort();
    Ok(found)
}
