//! A buffered reader that can look ahead, and gzip of several parts on top of it.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// Bytes of the buffer.
const BUFFER: usize = 1 << 15;

/// Looks ahead without taking.
pub struct Ahead<R> {
    inner: R,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
}

impl<R: Read> Ahead<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, buffer: vec![0; BUFFER], at: 0, filled: 0 }
    }

    /// The next bytes: as many as asked for, fewer only at the end.
    pub fn ahead(&mut self, count: usize) -> io::Result<&[u8]> {
        let count = count.min(BUFFER);
        while self.filled.saturating_sub(self.at) < count {
            self.buffer.copy_within(self.at..self.filled, 0);
            self.filled = self.filled.saturating_sub(self.at);
            self.at = 0;
            let free = self.buffer.get_mut(self.filled..).unwrap_or_default();
            match self.inner.read(free) {
                Ok(0) => break,
                Ok(read) => self.filled = self.filled.saturating_add(read),
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                Err(err) => return Err(err),
            }
        }
        let end = self.at.saturating_add(count).min(self.filled);
        Ok(self.buffer.get(self.at..end).unwrap_or_default())
    }
}

impl<R: Read> BufRead for Ahead<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.filled {
            self.ahead(1)?;
        }
        Ok(self.buffer.get(self.at..self.filled).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.at.saturating_add(amount).min(self.filled);
    }
}

impl<R: Read> Read for Ahead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

/// Unpacks gzip, also of several parts one after the other. What follows the last part and is
/// none itself ends the reading, as with gzip's own program; `is_followed` then tells of it.
pub struct Gzip<'a, R> {
    decoder: Option<GzDecoder<Ahead<R>>>,
    is_followed: &'a Cell<bool>,
}

impl<'a, R: Read> Gzip<'a, R> {
    pub fn new(inner: Ahead<R>, is_followed: &'a Cell<bool>) -> Self {
        Self { decoder: Some(GzDecoder::new(inner)), is_followed }
    }
}

impl<R: Read> Read for Gzip<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(decoder) = &mut self.decoder {
            match decoder.read(buffer)? {
                0 => {
                    let Some(mut rest) = self.decoder.take().map(GzDecoder::into_inner) else { break };
                    match rest.ahead(2)? {
                        [0x1f, 0x8b] => self.decoder = Some(GzDecoder::new(rest)),
                        following => self.is_followed.set(following.iter().any(|byte| *byte != 0)),
                    }
                }
                read => return Ok(read),
            }
        }
        Ok(0)
    }
}
