//! A reader whose first bytes can be looked at.

use std::io::{self, Read};

/// Gives the bytes that were looked at, then the rest.
pub struct Peeked<R> {
    first: io::Cursor<Vec<u8>>,
    rest: R,
}

impl<R: Read> Peeked<R> {
    /// Looks at up to `count` bytes.
    pub fn new(mut rest: R, count: u64) -> io::Result<Self> {
        let mut first = Vec::new();
        rest.by_ref().take(count).read_to_end(&mut first)?;
        Ok(Self { first: io::Cursor::new(first), rest })
    }

    /// The first bytes.
    pub fn first(&self) -> &[u8] {
        self.first.get_ref()
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.first.read(buffer)? {
            0 => self.rest.read(buffer),
            read => Ok(read),
        }
    }
}
