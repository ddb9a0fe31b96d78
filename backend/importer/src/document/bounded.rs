//! Input that ends with an error once one item has taken more than its share.

use std::io::{self, BufRead, Read};

/// Counts what is consumed since the last [`Bounded::begin`] and stops after `limit` bytes.
/// What is held beyond that is at most one buffer of the reader inside.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    inner: R,
    limit: usize,
    left: usize,
    total: u64,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R, limit: usize) -> Self {
        Self { inner, limit, left: limit, total: 0 }
    }

    /// A new item begins.
    pub(super) fn begin(&mut self) {
        self.left = self.limit;
    }

    /// Bytes consumed since the beginning.
    pub(super) fn position(&self) -> u64 {
        self.total
    }

    /// Bytes that the item that began last may still take.
    pub(super) fn left(&self) -> usize {
        self.left
    }
}

/// Says that an error of reading was the bound, not the disk.
pub(super) fn is_overrun(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::FileTooLarge
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.total = self.total.saturating_add(u64::try_from(amount).unwrap_or(u64::MAX));
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let amount = available.len().min(into.len());
        for (to, from) in into.iter_mut().zip(available) {
            *to = *from;
        }
        self.consume(amount);
        Ok(amount)
    }
}
