//! JSON one value after the other, without holding the document.

use std::fmt;
use std::io::BufRead;

use super::super::bounded::{Bounded, is_overrun};
use crate::{Limits, Refusal, RefusalCode};

/// Finds where values begin and end. What is inside is parsed once it is captured.
pub(super) struct Scan<R> {
    input: Bounded<R>,
    max_depth: usize,
    place: String,
}

/// What the bytes of a value are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Text,
    Escape,
}

impl<R: BufRead> Scan<R> {
    pub(super) fn new(input: R, place: &str, limits: &Limits) -> Self {
        Self { input: Bounded::new(input, limits.item_bytes), max_depth: limits.depth, place: place.to_owned() }
    }

    pub(super) fn position(&self) -> u64 {
        self.input.position()
    }

    pub(super) fn refuse(&self, code: RefusalCode, reason: impl fmt::Display) -> Refusal {
        Refusal::new(code, format!("{}: byte {}", self.place, self.position()), reason)
    }

    fn truncated(&self) -> Refusal {
        self.refuse(RefusalCode::Truncated, "the document ends in the middle")
    }

    fn chunk(&mut self) -> Result<&[u8], Refusal> {
        // Asked twice, because a borrow that is returned cannot be held over the error's making.
        if let Err(error) = self.input.fill_buf() {
            return Err(if is_overrun(&error) {
                self.refuse(RefusalCode::TooLarge, "one entry takes more than is held in memory")
            } else {
                self.refuse(RefusalCode::Unreadable, error)
            });
        }
        self.input.fill_buf().map_err(|error| Refusal::new(RefusalCode::Unreadable, "document", error))
    }

    /// The next byte that is not white space; it stays. Nothing at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Refusal> {
        loop {
            self.input.begin();
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let blank = chunk.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
            let found = chunk.get(blank).copied();
            self.input.consume(blank);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// Takes the next byte that is not white space if it is this one.
    pub(super) fn take(&mut self, byte: u8) -> Result<bool, Refusal> {
        let found = self.peek()? == Some(byte);
        if found {
            self.input.consume(1);
        }
        Ok(found)
    }

    /// Takes this byte.
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Refusal> {
        match self.peek()? {
            None => Err(self.truncated()),
            Some(found) if found == byte => {
                self.input.consume(1);
                Ok(())
            }
            Some(_) => Err(self.refuse(RefusalCode::Syntax, format!("'{}' is expected here", char::from(byte)))),
        }
    }

    /// Captures the next value.
    pub(super) fn value(&mut self, into: &mut Vec<u8>) -> Result<(), Refusal> {
        into.clear();
        if self.peek()?.is_none() {
            return Err(self.truncated());
        }
        let (mut depth, mut state) = (0usize, State::Plain);
        loop {
            let max_depth = self.max_depth;
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                // A bare number may end with the document.
                return if depth == 0 && state == State::Plain && !into.is_empty() {
                    Ok(())
                } else {
                    Err(self.truncated())
                };
            }
            let (mut used, mut is_done, mut is_deep) = (0usize, false, false);
            for byte in chunk {
                match (state, byte) {
                    (State::Text, b'\\') => state = State::Escape,
                    (State::Text, b'"') => {
                        state = State::Plain;
                        is_done = depth == 0;
                    }
                    (State::Text, _) => {}
                    (State::Escape, _) => state = State::Text,
                    (State::Plain, b'"') => state = State::Text,
                    (State::Plain, b'{' | b'[') => {
                        depth = depth.saturating_add(1);
                        is_deep = depth > max_depth;
                    }
                    (State::Plain, b'}' | b']') if depth > 0 => {
                        depth = depth.saturating_sub(1);
                        is_done = depth == 0;
                    }
                    // A bare number or word ends before what follows it.
                    (State::Plain, b',' | b'}' | b']' | b':' | b' ' | b'\n' | b'\r' | b'\t') if depth == 0 => {
                        is_done = true;
                        break;
                    }
                    (State::Plain, _) => {}
                }
                used = used.saturating_add(1);
                if is_done || is_deep {
                    break;
                }
            }
            into.extend(chunk.iter().take(used));
            self.input.consume(used);
            if is_deep {
                let reason = format!("more than {max_depth} arrays and objects are nested");
                return Err(self.refuse(RefusalCode::TooLarge, reason));
            }
            if is_done && into.is_empty() {
                return Err(self.refuse(RefusalCode::Syntax, "a value is expected here"));
            }
            if is_done {
                return Ok(());
            }
        }
    }
}
