//! Archives and unpacked folders, visited as a stream and never extracted.
//!
//! [`walk`] reads a tar file (plain, gzip or zstd), the archives inside it that the
//! visitor asks to be opened (`homedir.tar` of cPanel, the parts of Hestia), or a folder
//! that was unpacked by someone else, and shows each member to a [`Visitor`].
//!
//! Invariants:
//! - nothing is written anywhere, and no link is followed;
//! - a member is shown under a path that stays inside ([`path::SafePath`]); what has no such
//!   path is a named gap;
//! - links, devices, sparse files and second members of one path are named, never shown;
//! - unpacked bytes, their ratio to the packed ones, members and nesting are bounded
//!   ([`crate::Limits`]): beyond is a refusal, because the whole input is hostile then;
//! - memory does not grow with members, except eight bytes for each path that was seen.
//!
//! Deliberately absent: extraction, and writing of archives.

mod ahead;
mod budget;
mod folder;
mod path;
mod stream;
mod tar_blocks;

use std::io::{self, Read};
use std::path::Path;

pub use budget::Budget;
pub use path::{BadPath, SafePath};

use crate::GapCounts;
use crate::snapshot::GapKind;
use crate::{Limits, Refusal, RefusalCode};

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

/// Stands between the path of an archive inside an archive and the path inside that one.
pub const INSIDE: &str = "!/";

/// A regular file, or a folder, of an archive.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The safe path; parts of nested archives are separated by [`INSIDE`].
    pub path: &'a str,
    /// The path of the innermost archive's member, byte for byte.
    pub raw: &'a [u8],
    /// Bytes of content.
    pub size: u64,
}

/// What is to be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Nothing: it was counted, or is not of interest.
    Pass,
    /// Show its content.
    Read,
    /// It is an archive: show its members.
    Open,
}

/// Sees the members of an archive, in the order in which they lie there.
pub trait Visitor {
    /// A regular file is next: what is to be done with it.
    fn choose(&mut self, member: &Member<'_>) -> Choice;

    /// The content of a file that was chosen to be read. What is not read is passed over.
    ///
    /// # Errors
    /// What reading the content says; the archive is taken as cut here.
    fn read(&mut self, member: &Member<'_>, content: &mut dyn Read) -> io::Result<()>;

    /// A folder. Archives need not name their folders.
    fn folder(&mut self, _member: &Member<'_>) {}
}

/// How a walk ended.
#[derive(Debug, Default)]
pub struct Walked {
    /// Regular files and folders that were seen.
    pub members: u64,
    /// Members that tried to reach what they must not: `..`, absolute paths, devices.
    pub hostile: u64,
    /// The archive ends in the middle or is damaged from here on; what came before was shown.
    pub cut: Option<Refusal>,
}

/// What a walk carries along.
struct Tour<'a> {
    /// How the archive is called in gaps.
    container: &'a str,
    budget: &'a Budget,
    tally: &'a mut GapCounts,
    visitor: &'a mut dyn Visitor,
    seen: path::Seen,
    walked: Walked,
}

impl Tour<'_> {
    fn gap(&mut self, kind: GapKind, reason: &str, example: &str) {
        self.tally.count(kind, self.container, None, reason, example);
    }

    fn hostile(&mut self, reason: &str, example: &str) {
        self.walked.hostile = self.walked.hostile.saturating_add(1);
        self.gap(GapKind::Skipped, reason, example);
    }
}

/// Shows the members of an archive or folder to a visitor.
///
/// An archive that is cut or damaged in the middle is shown as far as it goes
/// ([`Walked::cut`]).
///
/// # Errors
/// `import.unreadable`, `import.not_this_format` for what is no archive at all,
/// `import.too_large` beyond the limits, `import.truncated` for a file that ends before its
/// first member.
pub fn walk(path: &Path, limits: &Limits, tally: &mut GapCounts, visitor: &mut dyn Visitor) -> Result<Walked, Refusal> {
    let container = path.display().to_string();
    let budget = Budget::new(limits);
    let meta = std::fs::metadata(path).map_err(|err| Refusal::new(RefusalCode::Unreadable, &container, err))?;
    let mut tour = Tour {
        container: &container,
        budget: &budget,
        tally,
        visitor,
        seen: path::Seen::default(),
        walked: Walked::default(),
    };
    if meta.is_dir() {
        folder::walk(path, &mut tour)?;
    } else if meta.is_file() {
        let file = std::fs::File::open(path).map_err(|err| Refusal::new(RefusalCode::Unreadable, &container, err))?;
        let mut packed = budget.packed(io::BufReader::with_capacity(1 << 16, file));
        stream::walk(&mut packed, "", 0, &mut tour)?;
    } else {
        return Err(Refusal::new(RefusalCode::Hostile, &container, "neither a file nor a folder"));
    }
    Ok(tour.walked)
}

/// Whether a file begins like an archive that [`walk`] reads.
#[must_use]
pub fn looks_like_archive(path: &Path) -> bool {
    let Ok(file) = std::fs::File::open(path) else { return false };
    let mut first = Vec::with_capacity(512);
    if file.take(512).read_to_end(&mut first).is_err() {
        return false;
    }
    stream::Packing::of(&first).is_some() || tar_blocks::is_header(&first)
}

/// Reads a content that is to be held in memory: up to a limit, otherwise `None`.
///
/// # Errors
/// As the content.
pub fn held(content: &mut dyn Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    content.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX) <= limit))
}
