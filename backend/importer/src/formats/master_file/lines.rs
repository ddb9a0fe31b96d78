//! Bytes into entries: one entry is a record or directive, however many lines it takes.
//!
//! Parentheses join lines, `;` begins a comment, quotes hold spaces. Escapes stay as they
//! are written: what they mean depends on where the word stands.

use super::fault::FaultCode;

/// One word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// Without the quotes around it, with its escapes.
    pub text: &'a [u8],
    /// It stood in quotes.
    pub is_quoted: bool,
    /// Where, in `key="value"`, the quoted part begins.
    pub quote_at: Option<usize>,
}

/// A record or directive as it was written.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The first line begins with a space: the owner is that of the record before.
    pub begins_blank: bool,
    pub words: Vec<Word<'a>>,
    /// What is wrong with its parentheses or quotes, where something is.
    pub fault: Option<FaultCode>,
}

pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
    restarts: u32,
    max_words: usize,
}

impl<'a> Lines<'a> {
    /// How often reading begins again after a parenthesis that nothing closes.
    const RESTARTS: u32 = 8;

    pub(super) fn new(bytes: &'a [u8], item_bytes: usize) -> Self {
        Self { bytes, at: 0, line: 1, restarts: 0, max_words: (item_bytes / 64).max(1_024) }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// Goes over a line end of one or two bytes, if one is here.
    fn line_end(&mut self) -> bool {
        match self.peek() {
            Some(b'\n') => self.step(),
            Some(b'\r') => {
                self.step();
                if self.peek() == Some(b'\n') {
                    self.step();
                }
            }
            _ => return false,
        }
        self.line = self.line.saturating_add(1);
        true
    }

    fn to_line_end(&mut self) {
        while self.peek().is_some_and(|byte| byte != b'\n' && byte != b'\r') {
            self.step();
        }
    }

    /// The next entry that is not empty.
    pub(super) fn entry(&mut self) -> Option<Entry<'a>> {
        loop {
            self.peek()?;
            let entry = self.one();
            if !entry.words.is_empty() || entry.fault.is_some() {
                return Some(entry);
            }
        }
    }

    fn one(&mut self) -> Entry<'a> {
        let mut entry = Entry {
            line: self.line,
            begins_blank: matches!(self.peek(), Some(b' ' | b'\t')),
            words: Vec::new(),
            fault: None,
        };
        let mut depth = 0u32;
        let mut opened: Option<(usize, u64)> = None;
        loop {
            if self.line_end() {
                if depth == 0 {
                    return entry;
                }
                continue;
            }
            match self.peek() {
                None => break,
                Some(b' ' | b'\t') => self.step(),
                Some(b';') => self.to_line_end(),
                Some(b'(') => {
                    if depth == 0 {
                        opened = Some((self.at, self.line));
                    }
                    depth = depth.saturating_add(1);
                    self.step();
                }
                Some(b')') => {
                    self.step();
                    match depth.checked_sub(1) {
                        Some(less) => depth = less,
                        None => entry.fault = Some(FaultCode::Parentheses),
                    }
                }
                Some(b'"') => match self.quoted() {
                    Some(word) => entry.words.push(word),
                    None => {
                        entry.fault = Some(FaultCode::Quotes);
                        self.to_line_end();
                        // The rest of the entry cannot be told from the next one.
                        depth = 0;
                    }
                },
                Some(_) => match self.plain() {
                    Some(word) => entry.words.push(word),
                    None => {
                        entry.fault = Some(FaultCode::Quotes);
                        self.to_line_end();
                        depth = 0;
                    }
                },
            }
            if entry.words.len() > self.max_words {
                entry.fault = Some(FaultCode::TooMany);
                self.to_line_end();
                depth = 0;
            }
        }
        if depth > 0 {
            entry.fault = Some(FaultCode::Parentheses);
            self.restart(opened);
        }
        entry
    }

    /// Nothing closed the parenthesis: goes on after the line that it stands on, so that one
    /// slip does not cost the rest of the file. Only so often, or hostile input takes square time.
    fn restart(&mut self, opened: Option<(usize, u64)>) {
        let Some((at, line)) = opened.filter(|_| self.restarts < Self::RESTARTS) else { return };
        self.restarts = self.restarts.saturating_add(1);
        self.at = at;
        self.line = line;
        self.to_line_end();
        self.line_end();
    }

    /// A quoted word; `None` where the line ends before the quote does.
    fn quoted(&mut self) -> Option<Word<'a>> {
        self.step();
        let start = self.at;
        let end = self.closing_quote()?;
        Some(Word { text: self.bytes.get(start..end)?, is_quoted: true, quote_at: None })
    }

    /// Goes behind the closing quote and says where it is.
    fn closing_quote(&mut self) -> Option<usize> {
        loop {
            match self.peek()? {
                b'"' => {
                    let end = self.at;
                    self.step();
                    return Some(end);
                }
                b'\n' | b'\r' => return None,
                b'\\' => {
                    self.step();
                    if !matches!(self.peek(), None | Some(b'\n' | b'\r')) {
                        self.step();
                    }
                }
                _ => self.step(),
            }
        }
    }

    /// A word without quotes, or `key="value"`.
    fn plain(&mut self) -> Option<Word<'a>> {
        let start = self.at;
        let mut last = 0u8;
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'(' | b')' => break,
                b'"' if last == b'=' => {
                    let quote = self.at.checked_sub(start)?;
                    self.step();
                    self.closing_quote()?;
                    let text = self.bytes.get(start..self.at)?;
                    return Some(Word { text, is_quoted: false, quote_at: Some(quote) });
                }
                b'"' => break,
                b'\\' => {
                    self.step();
                    if !matches!(self.peek(), None | Some(b'\n' | b'\r')) {
                        self.step();
                    }
                    last = 0;
                }
                _ => {
                    self.step();
                    last = byte;
                }
            }
        }
        Some(Word { text: self.bytes.get(start..self.at)?, is_quoted: false, quote_at: None })
    }
}
