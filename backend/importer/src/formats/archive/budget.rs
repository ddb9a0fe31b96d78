//! What one reading may cost, counted over all nested archives together.

use std::cell::Cell;
use std::io::{self, Read};

use crate::{Limits, Refusal, RefusalCode};

/// Unpacked bytes for each packed one. Text and mail reach 20, a disk image of zeros 1,000.
const RATIO: u64 = 200;
/// Below this many unpacked bytes the ratio is not looked at: small archives may be mostly padding.
const RATIO_FREE: u64 = 64 << 20;

/// Counts bytes, members and nesting of one walk.
#[derive(Debug)]
pub struct Budget {
    packed: Cell<u64>,
    unpacked: Cell<u64>,
    members: Cell<u64>,
    unpacked_limit: u64,
    member_limit: u64,
    /// How deep archives or folders may be nested.
    pub depth: usize,
    /// Bytes of one long name or extended header.
    pub item_bytes: usize,
}

/// The limit was reached; travels inside an [`io::Error`].
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
struct Exceeded(&'static str);

impl Budget {
    /// A full budget.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            packed: Cell::new(0),
            unpacked: Cell::new(0),
            members: Cell::new(0),
            unpacked_limit: limits.unpacked_bytes,
            member_limit: u64::try_from(limits.members).unwrap_or(u64::MAX),
            depth: limits.depth,
            item_bytes: limits.item_bytes,
        }
    }

    /// Counts one member.
    ///
    /// # Errors
    /// `import.too_large` beyond the limit.
    pub fn member(&self, place: &str) -> Result<(), Refusal> {
        self.members.set(self.members.get().saturating_add(1));
        if self.members.get() > self.member_limit {
            return Err(Refusal::new(RefusalCode::TooLarge, place, format!("more than {} members", self.member_limit)));
        }
        Ok(())
    }

    /// A reader of the file itself.
    pub fn packed<R: Read>(&self, inner: R) -> Counted<'_, R> {
        Counted { inner, budget: self, is_packed: true }
    }

    /// A reader of what a decompressor gives.
    pub fn unpacked<R: Read>(&self, inner: R) -> Counted<'_, R> {
        Counted { inner, budget: self, is_packed: false }
    }

    fn spend(&self, bytes: u64, is_packed: bool) -> io::Result<()> {
        if is_packed {
            self.packed.set(self.packed.get().saturating_add(bytes));
            return Ok(());
        }
        self.unpacked.set(self.unpacked.get().saturating_add(bytes));
        let unpacked = self.unpacked.get();
        if unpacked > self.unpacked_limit {
            return Err(io::Error::other(Exceeded("it unpacks to more than is read")));
        }
        if unpacked > RATIO_FREE && unpacked / RATIO > self.packed.get() {
            return Err(io::Error::other(Exceeded("it unpacks to more than 200 times its size")));
        }
        Ok(())
    }
}

/// A reader whose bytes are counted.
#[derive(Debug)]
pub struct Counted<'a, R> {
    inner: R,
    budget: &'a Budget,
    is_packed: bool,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.budget.spend(u64::try_from(read).unwrap_or(u64::MAX), self.is_packed)?;
        Ok(read)
    }
}

/// What a fault while reading means for the archive.
pub fn refusal(err: &io::Error, place: &str) -> Refusal {
    let is_exceeded = err.get_ref().is_some_and(|inner| inner.is::<Exceeded>());
    let code = match err.kind() {
        _ if is_exceeded => RefusalCode::TooLarge,
        io::ErrorKind::UnexpectedEof => RefusalCode::Truncated,
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => RefusalCode::Syntax,
        _ => RefusalCode::Unreadable,
    };
    Refusal::new(code, place, err)
}
