//! The words of a dump: names, strings, numbers, signs. Comments are passed over; what a
//! conditional comment (`/*!40101 ... */`) holds is read as if it stood outside.

use super::bytes::Bytes;
use crate::{Limits, Refusal, RefusalCode};

/// Conditional comments of this version and above are meant for no server (MariaDB's sandbox line).
const NO_SERVER: u64 = 999_999;

/// One word of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare word: keyword, name, introducer.
    Word(String),
    /// A name in backticks.
    Name(String),
    /// A string; double quotes may also mean a name.
    Text { bytes: Vec<u8>, is_double: bool },
    /// A number with its sign left out.
    Number(String),
    /// `0x..` or `x'..'`.
    Hex(Vec<u8>),
    /// `b'..'` or `0b..`, the digits.
    Bits(String),
    /// Any other sign.
    Sign(u8),
    /// The delimiter.
    End,
    /// Nothing follows.
    Over,
}

impl Token {
    /// Is it this keyword?
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// Cuts bytes into words.
pub(super) struct Tokens {
    pub(super) bytes: Bytes,
    limit: usize,
    delimiter: Vec<u8>,
    is_conditional: bool,
    ahead: Option<Token>,
    /// What comments said that is of use: version and completion lines.
    pub(super) remarks: Vec<String>,
}

impl Tokens {
    pub(super) fn of(bytes: Bytes, limits: &Limits) -> Self {
        let limit = limits.item_bytes;
        Self { bytes, limit, delimiter: vec![b';'], is_conditional: false, ahead: None, remarks: Vec::new() }
    }

    /// The next word without taking it.
    pub(super) fn peek(&mut self) -> Result<&Token, Refusal> {
        let token = match self.ahead.take() {
            Some(token) => token,
            None => self.read()?,
        };
        Ok(self.ahead.insert(token))
    }

    /// Takes the next word.
    pub(super) fn next(&mut self) -> Result<Token, Refusal> {
        match self.ahead.take() {
            Some(token) => Ok(token),
            None => self.read(),
        }
    }

    /// Takes the next word if it is this keyword.
    pub(super) fn take(&mut self, keyword: &str) -> Result<bool, Refusal> {
        let is = self.peek()?.is(keyword);
        if is {
            self.ahead = None;
        }
        Ok(is)
    }

    /// Takes the next sign if it is this one.
    pub(super) fn take_sign(&mut self, sign: u8) -> Result<bool, Refusal> {
        let is = *self.peek()? == Token::Sign(sign);
        if is {
            self.ahead = None;
        }
        Ok(is)
    }

    /// Takes everything to the end of the line, and gives it as text.
    pub(super) fn rest_of_line(&mut self) -> Result<String, Refusal> {
        self.ahead = None;
        let mut line = Vec::new();
        loop {
            self.bytes.next_while(&mut line, |byte| byte != b'\n')?;
            match self.bytes.look(0)? {
                Some(b'\n') | None => break,
                Some(_) if line.len() > self.limit => return Err(self.too_large("a line")),
                Some(_) => {}
            }
        }
        Ok(String::from_utf8_lossy(&line).trim().to_owned())
    }

    /// Statements end with this from here on.
    pub(super) fn set_delimiter(&mut self, delimiter: &str) {
        let delimiter = delimiter.split_whitespace().next().unwrap_or(";");
        self.delimiter = delimiter.as_bytes().to_vec();
    }

    fn too_large(&self, what: &str) -> Refusal {
        let reason = format!("{what} of more than {} bytes", self.limit);
        self.bytes.refusal(RefusalCode::TooLarge, reason)
    }

    fn cut(&self, what: &str) -> Refusal {
        self.bytes.refusal(RefusalCode::Truncated, format!("it ends inside {what}"))
    }

    fn at_delimiter(&mut self) -> Result<bool, Refusal> {
        for ahead in 0..self.delimiter.len() {
            let wanted = self.delimiter.get(ahead).copied();
            if self.bytes.look(ahead)? != wanted {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn skip(&mut self, count: usize) -> Result<(), Refusal> {
        for _ in 0..count {
            self.bytes.next()?;
        }
        Ok(())
    }

    fn read(&mut self) -> Result<Token, Refusal> {
        loop {
            let Some(byte) = self.bytes.look(0)? else {
                return Ok(Token::Over);
            };
            let then = self.bytes.look(1)?;
            match byte {
                _ if byte.is_ascii_whitespace() || byte == 0 => {
                    self.bytes.next()?;
                }
                b'#' => self.line_comment()?,
                b'-' if then == Some(b'-') => {
                    // `--5` is arithmetic; a comment needs a space or the line's end after it.
                    match self.bytes.look(2)? {
                        Some(third) if !third.is_ascii_whitespace() && !third.is_ascii_control() => {
                            self.bytes.next()?;
                            return Ok(Token::Sign(b'-'));
                        }
                        _ => self.line_comment()?,
                    }
                }
                b'/' if then == Some(b'*') => self.block_comment()?,
                b'*' if then == Some(b'/') && self.is_conditional => {
                    self.skip(2)?;
                    self.is_conditional = false;
                }
                _ if self.at_delimiter()? => {
                    self.skip(self.delimiter.len())?;
                    return Ok(Token::End);
                }
                _ => return self.word(byte, then),
            }
        }
    }

    fn word(&mut self, byte: u8, then: Option<u8>) -> Result<Token, Refusal> {
        match byte {
            b'`' => {
                let name = self.quoted(b'`', "a name")?;
                Ok(Token::Name(String::from_utf8_lossy(&name).into_owned()))
            }
            b'\'' | b'"' => {
                let bytes = self.quoted(byte, "a string")?;
                Ok(Token::Text { bytes, is_double: byte == b'"' })
            }
            b'0' if matches!(then, Some(b'x')) => {
                self.skip(2)?;
                let digits = self.run(|byte| byte.is_ascii_hexdigit())?;
                self.hex(&digits)
            }
            b'0' if matches!(then, Some(b'b')) => {
                self.skip(2)?;
                let digits = self.run(|byte| matches!(byte, b'0' | b'1'))?;
                Ok(Token::Bits(String::from_utf8_lossy(&digits).into_owned()))
            }
            b'x' | b'X' if then == Some(b'\'') => {
                self.bytes.next()?;
                let digits = self.quoted(b'\'', "a hexadecimal string")?;
                self.hex(&digits)
            }
            b'b' | b'B' if then == Some(b'\'') => {
                self.bytes.next()?;
                let digits = self.quoted(b'\'', "a bit string")?;
                Ok(Token::Bits(String::from_utf8_lossy(&digits).into_owned()))
            }
            b'n' | b'N' if then == Some(b'\'') => {
                self.bytes.next()?;
                Ok(Token::Text { bytes: self.quoted(b'\'', "a string")?, is_double: false })
            }
            b'0'..=b'9' => self.number(),
            b'.' if then.is_some_and(|then| then.is_ascii_digit()) => self.number(),
            _ if is_name_byte(byte) => {
                let name = self.bare_name()?;
                Ok(Token::Word(String::from_utf8_lossy(&name).into_owned()))
            }
            _ => {
                self.bytes.next()?;
                Ok(Token::Sign(byte))
            }
        }
    }

    fn run(&mut self, wanted: impl Fn(u8) -> bool + Copy) -> Result<Vec<u8>, Refusal> {
        let mut found = Vec::new();
        while self.bytes.look(0)?.is_some_and(wanted) {
            self.bytes.next_while(&mut found, wanted)?;
            if found.len() > self.limit {
                return Err(self.too_large("a word"));
            }
        }
        Ok(found)
    }

    /// A bare word; a delimiter such as `$$` ends it.
    fn bare_name(&mut self) -> Result<Vec<u8>, Refusal> {
        if !self.delimiter.first().is_some_and(|byte| is_name_byte(*byte)) {
            return self.run(is_name_byte);
        }
        let mut name = Vec::new();
        while self.bytes.look(0)?.is_some_and(is_name_byte) && !self.at_delimiter()? && name.len() <= self.limit {
            name.extend(self.bytes.next()?);
        }
        Ok(name)
    }

    /// A number; a word that begins with digits (`2fa_table`) is a word.
    fn number(&mut self) -> Result<Token, Refusal> {
        let mut text = self.run(|byte| byte.is_ascii_digit() || byte == b'.')?;
        if matches!(self.bytes.look(0)?, Some(b'e' | b'E')) {
            let second = self.bytes.look(1)?;
            let third = self.bytes.look(2)?;
            let is_signed = matches!(second, Some(b'+' | b'-')) && third.is_some_and(|byte| byte.is_ascii_digit());
            if is_signed || second.is_some_and(|byte| byte.is_ascii_digit()) {
                self.bytes.next()?;
                text.push(b'e');
                if is_signed {
                    self.bytes.next()?;
                    text.extend(second);
                }
                text.extend(self.run(|byte| byte.is_ascii_digit())?);
            }
        }
        if self.bytes.look(0)?.is_some_and(is_name_byte) {
            text.extend(self.run(is_name_byte)?);
            return Ok(Token::Word(String::from_utf8_lossy(&text).into_owned()));
        }
        Ok(Token::Number(String::from_utf8_lossy(&text).into_owned()))
    }

    fn hex(&mut self, digits: &[u8]) -> Result<Token, Refusal> {
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut bytes = Vec::with_capacity(digits.len().div_ceil(2));
        let mut high = if digits.len().is_multiple_of(2) { None } else { Some(0) };
        for digit in digits {
            let Some(digit) = value(*digit) else {
                return Err(self.bytes.refusal(RefusalCode::Syntax, "a hexadecimal string with other signs"));
            };
            match high.take() {
                Some(high) => bytes.push((high << 4) | digit),
                None => high = Some(digit),
            }
        }
        Ok(Token::Hex(bytes))
    }

    /// What stands between quotes. A doubled quote is one; in strings a backslash escapes.
    fn quoted(&mut self, quote: u8, what: &str) -> Result<Vec<u8>, Refusal> {
        self.bytes.next()?;
        let mut text = Vec::new();
        loop {
            self.bytes.next_while(&mut text, |byte| byte != quote && byte != b'\\')?;
            if text.len() > self.limit {
                return Err(self.too_large(what));
            }
            match self.bytes.next()? {
                None => return Err(self.cut(what)),
                Some(b'\\') if quote != b'`' => {
                    let Some(escaped) = self.bytes.next()? else {
                        return Err(self.cut(what));
                    };
                    match escaped {
                        b'0' => text.push(0),
                        b'b' => text.push(8),
                        b'n' => text.push(b'\n'),
                        b'r' => text.push(b'\r'),
                        b't' => text.push(b'\t'),
                        b'Z' => text.push(0x1a),
                        // These two keep their backslash outside of patterns.
                        b'%' | b'_' => text.extend([b'\\', escaped]),
                        other => text.push(other),
                    }
                }
                Some(byte) if byte == quote => {
                    if self.bytes.look(0)? != Some(quote) {
                        return Ok(text);
                    }
                    self.bytes.next()?;
                    text.push(quote);
                }
                Some(byte) => text.push(byte),
            }
        }
    }

    fn line_comment(&mut self) -> Result<(), Refusal> {
        let mut start = Vec::new();
        loop {
            let mut part = Vec::new();
            self.bytes.next_while(&mut part, |byte| byte != b'\n')?;
            if start.len() < 200 {
                start.extend(part.into_iter().take(200));
            }
            if matches!(self.bytes.look(0)?, Some(b'\n') | None) {
                break;
            }
        }
        let text = String::from_utf8_lossy(&start);
        let text = text.trim_start_matches(['-', '#', ' ']);
        let is_of_use = ["MySQL dump", "MariaDB dump", "phpMyAdmin", "Server version", "Dump completed"];
        if is_of_use.iter().any(|of_use| text.starts_with(of_use)) && self.remarks.len() < 20 {
            self.remarks.push(text.trim().to_owned());
        }
        Ok(())
    }

    fn block_comment(&mut self) -> Result<(), Refusal> {
        self.skip(2)?;
        let is_conditional = match (self.bytes.look(0)?, self.bytes.look(1)?) {
            (Some(b'!'), _) => {
                self.skip(1)?;
                true
            }
            (Some(b'M'), Some(b'!')) => {
                self.skip(2)?;
                true
            }
            _ => false,
        };
        if is_conditional {
            let digits = self.run(|byte| byte.is_ascii_digit())?;
            let version = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse::<u64>().ok());
            if version.is_none_or(|version| version < NO_SERVER) {
                self.is_conditional = true;
                return Ok(());
            }
        }
        loop {
            match self.bytes.next()? {
                None => return Err(self.cut("a comment")),
                Some(b'*') if self.bytes.look(0)? == Some(b'/') => {
                    self.bytes.next()?;
                    return Ok(());
                }
                Some(_) => {}
            }
        }
    }
}

/// Bytes of names that need no quotes; also `@` of variables.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'@') || byte >= 0x80
}
