//! A dump as bytes: opened (packed or plain), read ahead by a few, lines counted.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::{Limits, Refusal, RefusalCode};

/// How many bytes are asked for at once.
const CHUNK: usize = 64 << 10;

/// Bytes of one input, one after the other, with the line that they are on.
pub(super) struct Bytes {
    source: Box<dyn Read>,
    buffer: Vec<u8>,
    at: usize,
    /// Of the byte that comes next, from 1.
    pub(super) line: u64,
    is_over: bool,
    left: u64,
    is_packed: bool,
    /// The packed input ended before its packing did.
    pub(super) is_cut: bool,
    /// How the input is called in refusals.
    pub(super) name: String,
}

impl Bytes {
    /// Opens a file; gzip is known by its first bytes, not by its name.
    pub(super) fn open(path: &Path, name: &str, limits: &Limits) -> Result<Self, Refusal> {
        let file = File::open(path).map_err(|error| Refusal::new(RefusalCode::Unreadable, name, error))?;
        Self::of(Box::new(file), name, limits)
    }

    /// Reads any source of bytes.
    pub(super) fn of(mut source: Box<dyn Read>, name: &str, limits: &Limits) -> Result<Self, Refusal> {
        let mut magic = Vec::new();
        source
            .by_ref()
            .take(2)
            .read_to_end(&mut magic)
            .map_err(|error| Refusal::new(RefusalCode::Unreadable, name, error))?;
        let is_packed = magic == [0x1f, 0x8b];
        if magic == [0xff, 0xfe] || magic == [0xfe, 0xff] {
            let reason = "text in UTF-16: a shell changed it while writing; take the dump again without redirection";
            return Err(Refusal::new(RefusalCode::NotThisFormat, name, reason));
        }
        let whole = io::Cursor::new(magic).chain(source);
        let source: Box<dyn Read> = if is_packed { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
        let left = if is_packed { limits.unpacked_bytes } else { u64::MAX };
        let name = name.to_owned();
        let (buffer, at, line) = (Vec::new(), 0, 1);
        let mut bytes = Self { source, buffer, at, line, is_over: false, left, is_packed, is_cut: false, name };
        if bytes.look(0)? == Some(0xef) && bytes.look(1)? == Some(0xbb) && bytes.look(2)? == Some(0xbf) {
            bytes.at = 3;
        }
        Ok(bytes)
    }

    /// The byte `ahead` bytes from here, without taking it.
    pub(super) fn look(&mut self, ahead: usize) -> Result<Option<u8>, Refusal> {
        loop {
            if let Some(byte) = self.buffer.get(self.at.saturating_add(ahead)) {
                return Ok(Some(*byte));
            }
            if self.is_over {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<(), Refusal> {
        self.buffer.drain(..self.at.min(self.buffer.len()));
        self.at = 0;
        let wanted = u64::try_from(CHUNK).unwrap_or(0);
        let read = match self.source.by_ref().take(wanted).read_to_end(&mut self.buffer) {
            Ok(read) => read,
            // A packed file that was cut ends like this; what came before is whole.
            Err(error) if self.is_packed && error.kind() == io::ErrorKind::UnexpectedEof => {
                self.is_over = true;
                self.is_cut = true;
                return Ok(());
            }
            Err(error) => return Err(self.refusal(RefusalCode::Unreadable, error)),
        };
        self.is_over = read == 0;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        match self.left.checked_sub(read) {
            Some(left) => self.left = left,
            None => return Err(self.refusal(RefusalCode::TooLarge, "it unpacks to more than is read")),
        }
        Ok(())
    }

    /// Takes the next byte.
    pub(super) fn next(&mut self) -> Result<Option<u8>, Refusal> {
        let byte = self.look(0)?;
        if let Some(byte) = byte {
            self.at = self.at.saturating_add(1);
            if byte == b'\n' {
                self.line = self.line.saturating_add(1);
            }
        }
        Ok(byte)
    }

    /// Takes bytes as long as they are wanted, at most what is buffered; faster than one by one.
    pub(super) fn next_while(&mut self, into: &mut Vec<u8>, wanted: impl Fn(u8) -> bool) -> Result<(), Refusal> {
        self.look(0)?;
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let count = rest.iter().position(|byte| !wanted(*byte)).unwrap_or(rest.len());
        let run = rest.get(..count).unwrap_or_default();
        let lines = run.iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(lines).unwrap_or(0));
        into.extend_from_slice(run);
        self.at = self.at.saturating_add(count);
        Ok(())
    }

    /// A refusal at this line.
    pub(super) fn refusal(&self, code: RefusalCode, reason: impl std::fmt::Display) -> Refusal {
        Refusal::new(code, format_args!("{} line {}", self.name, self.line), reason)
    }
}
