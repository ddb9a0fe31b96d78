//! The data of a record: from text to wire form and back.
//!
//! Every record goes through its wire form, so that what is written has one form only: names
//! are absolute, strings quoted, numbers plain, and `\#` data of a known type is written as
//! that type. A part knows both directions; they stand beside each other.

mod address;
mod keys;
mod location;
mod names;
mod network;
mod numbers;
mod strings;
mod svcb;
mod typeset;

pub(super) use keys::base32;
pub(super) use numbers::ttl as ttl_seconds;
pub(super) use svcb::svcb_form;

use super::fault::FaultCode;
use super::lines::Word;
use super::name::{Name as DomainName, NameFault};
use super::types::{self, Shape};

/// A part of the data of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    U8,
    U16,
    U32,
    U64,
    /// Seconds, with units.
    Ttl,
    /// Seconds since 1970, or `YYYYMMDDHHMMSS`.
    Time,
    /// A type by name.
    Type,
    /// The sorted list of types of NSEC.
    TypeSet,
    /// The bitmap of types of NXT.
    Nxt,
    /// A name whose case does not matter (RFC 4034 section 6.2).
    LowName,
    /// A name that is kept as it is.
    Name,
    A,
    Aaaa,
    Eui(usize),
    Locator,
    /// One string of up to 255 bytes.
    Text,
    /// One or more strings.
    Strings,
    /// One string up to the end, of any length.
    Quoted,
    Isdn,
    CaaTag,
    Hex,
    /// As `Hex`; as long as the number before it asks for.
    Digest,
    /// One word of hexadecimal digits, or `-`.
    HexInline,
    /// Base 32 of a hash.
    Hash,
    Base64,
    Algorithm,
    DigestType,
    CertType,
    KeyFlags,
    KeyProtocol,
    Loc,
    SvcParams,
    Apl,
    Ipseckey,
    Amtrelay,
    Hip,
    Nsap,
    Atma,
    Wks,
    A6,
}

/// Why data was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadData {
    pub code: FaultCode,
    pub detail: String,
}

pub(super) fn bad<T>(detail: impl std::fmt::Display) -> Result<T, BadData> {
    Err(BadData { code: FaultCode::BadData, detail: detail.to_string() })
}

impl From<NameFault> for BadData {
    fn from(fault: NameFault) -> Self {
        let code = if fault == NameFault::NoOrigin { FaultCode::NoOrigin } else { FaultCode::BadName };
        Self { code, detail: fault.text().to_owned() }
    }
}

/// The words of a record's data that are left to read.
pub(super) struct Words<'a> {
    words: std::vec::IntoIter<Word<'a>>,
    pub origin: Option<&'a DomainName>,
    /// A string was too long and was taken in parts.
    pub has_long_string: bool,
}

impl<'a> Words<'a> {
    pub(super) fn new(words: &[Word<'a>], origin: Option<&'a DomainName>, keeps_pairs: bool) -> Self {
        let mut list = Vec::with_capacity(words.len());
        for word in words {
            match word.quote_at.filter(|_| !keeps_pairs).and_then(|at| word.text.split_at_checked(at)) {
                Some((key, quoted)) => {
                    list.push(Word { text: key, is_quoted: false, quote_at: None });
                    let inner = quoted.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\""));
                    list.push(Word { text: inner.unwrap_or(quoted), is_quoted: true, quote_at: None });
                }
                None => list.push(*word),
            }
        }
        Self { words: list.into_iter(), origin, has_long_string: false }
    }

    /// The next word, which may be quoted.
    fn string(&mut self) -> Result<&'a [u8], BadData> {
        self.words.next().map_or_else(|| bad("the data ends too early"), |word| Ok(word.text))
    }

    /// The next word, which is not quoted.
    fn word(&mut self) -> Result<&'a [u8], BadData> {
        match self.words.next() {
            None => bad("the data ends too early"),
            Some(word) if word.is_quoted => bad("a quoted string where none belongs"),
            Some(word) => Ok(word.text),
        }
    }

    fn text(&mut self) -> Result<&'a str, BadData> {
        std::str::from_utf8(self.word()?).or_else(|_no_text| bad("bytes that are no text"))
    }

    fn peek(&self) -> Option<Word<'a>> {
        self.words.as_slice().first().copied()
    }

    /// All words that are left, as one.
    fn joined(&mut self) -> Result<Vec<u8>, BadData> {
        let mut all = Vec::new();
        while self.peek().is_some() {
            all.extend_from_slice(self.word()?);
        }
        Ok(all)
    }
}

/// Wire data that is left to write.
pub(super) struct Wire<'a>(&'a [u8]);

impl<'a> Wire<'a> {
    pub(super) fn new(wire: &'a [u8]) -> Self {
        Self(wire)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(super) fn name(&mut self) -> Option<DomainName> {
        let (name, rest) = DomainName::from_wire(self.0)?;
        self.0 = rest;
        Some(name)
    }

    /// A string behind its length in one byte.
    fn counted(&mut self) -> Option<&'a [u8]> {
        let len = self.u8()?;
        self.take(usize::from(len))
    }
}

/// Text to wire form.
pub(super) fn read(kind: u16, words: &mut Words<'_>) -> Result<Vec<u8>, BadData> {
    let is_generic = words.peek().is_some_and(|word| !word.is_quoted && word.text == b"\\#");
    let wire = if is_generic {
        let wire = generic(words)?;
        if write(kind, &wire).is_none() {
            return bad(format_args!("the bytes are no data of type {}", types::name(kind)));
        }
        wire
    } else {
        let Shape::Parts(parts) = types::shape(kind) else {
            return bad(format_args!("type {} has no written form but \\#", types::name(kind)));
        };
        let mut wire = Vec::new();
        for part in parts {
            read_part(*part, kind, words, &mut wire)?;
        }
        wire
    };
    if words.peek().is_some() {
        return bad("more than belongs to the data");
    }
    if wire.len() > 65_535 { bad("more than 65535 bytes") } else { Ok(wire) }
}

/// The form of RFC 3597: `\# length hex`.
fn generic(words: &mut Words<'_>) -> Result<Vec<u8>, BadData> {
    words.word()?;
    let len: usize = words.text()?.parse().or_else(|_no_number| bad("no length after \\#"))?;
    let wire = numbers::hex(&words.joined()?)?;
    if wire.len() == len { Ok(wire) } else { bad("the length after \\# is not that of the bytes") }
}

/// Wire form to text; `None` where the bytes are no data of that type.
pub(super) fn write(kind: u16, wire: &[u8]) -> Option<String> {
    let Shape::Parts(parts) = types::shape(kind) else {
        return Some(if wire.is_empty() {
            "\\# 0".to_owned()
        } else {
            format!("\\# {} {}", wire.len(), numbers::hex_text(wire))
        });
    };
    let mut out = String::new();
    let mut left = Wire(wire);
    for part in parts {
        let before = out.len();
        if !out.is_empty() {
            out.push(' ');
        }
        let from = out.len();
        write_part(*part, kind, &mut left, &mut out)?;
        if out.len() == from {
            out.truncate(before);
        }
    }
    left.is_empty().then_some(out)
}

fn read_part(part: Part, kind: u16, words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    match part {
        Part::U8 => out.push(numbers::read(words)?),
        Part::U16 => out.extend_from_slice(&numbers::read::<u16>(words)?.to_be_bytes()),
        Part::U32 => out.extend_from_slice(&numbers::read::<u32>(words)?.to_be_bytes()),
        Part::U64 => out.extend_from_slice(&numbers::read::<u64>(words)?.to_be_bytes()),
        Part::Ttl => numbers::read_ttl(words, out)?,
        Part::Time => numbers::read_time(words, out)?,
        Part::Type => typeset::read_one(words, out)?,
        Part::TypeSet => typeset::read(words, out)?,
        Part::Nxt => typeset::read_old(words, out)?,
        Part::LowName | Part::Name => names::read(words, part == Part::LowName, out)?,
        Part::A => address::read_v4(words, out)?,
        Part::Aaaa => address::read_v6(words, out)?,
        Part::Eui(len) => address::read_eui(words, len, out)?,
        Part::Locator => address::read_locator(words, out)?,
        Part::Text => strings::read_one(words, out)?,
        Part::Strings => strings::read_all(words, out)?,
        Part::Quoted => strings::read_quoted(words, kind, out)?,
        Part::Isdn => strings::read_isdn(words, out)?,
        Part::CaaTag => strings::read_tag(words, out)?,
        Part::Hex => numbers::read_hex(words, out)?,
        Part::Digest => keys::read_digest(words, kind, out)?,
        Part::HexInline => keys::read_salt(words, out)?,
        Part::Hash => keys::read_hash(words, out)?,
        Part::Base64 => keys::read_base64(words, kind, out)?,
        Part::Algorithm | Part::DigestType | Part::CertType | Part::KeyFlags | Part::KeyProtocol => {
            keys::read_word(words, part, out)?;
        }
        Part::Loc => location::read(words, out)?,
        Part::SvcParams => svcb::read(words, out)?,
        Part::Apl => network::read_apl(words, out)?,
        Part::Ipseckey => network::read_ipseckey(words, out)?,
        Part::Amtrelay => network::read_amtrelay(words, out)?,
        Part::Hip => network::read_hip(words, out)?,
        Part::Nsap => network::read_nsap(words, out)?,
        Part::Atma => network::read_atma(words, out)?,
        Part::Wks => network::read_wks(words, out)?,
        Part::A6 => network::read_a6(words, out)?,
    }
    Ok(())
}

fn write_part(part: Part, kind: u16, wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    match part {
        Part::U8 => out.push_str(&wire.u8()?.to_string()),
        Part::U16 => out.push_str(&wire.u16()?.to_string()),
        Part::U32 | Part::Ttl => out.push_str(&wire.u32()?.to_string()),
        Part::U64 => out.push_str(&u64::from_be_bytes(wire.take(8)?.try_into().ok()?).to_string()),
        Part::Time => numbers::write_time(wire, out)?,
        Part::Type => out.push_str(&types::name(wire.u16()?)),
        Part::TypeSet => typeset::write(wire, out)?,
        Part::Nxt => typeset::write_old(wire, out)?,
        Part::LowName => out.push_str(&wire.name()?.lower().text()),
        Part::Name => out.push_str(&wire.name()?.text()),
        Part::A => address::write_v4(wire, out)?,
        Part::Aaaa => address::write_v6(wire, out)?,
        Part::Eui(len) => address::write_eui(wire, len, out)?,
        Part::Locator => address::write_locator(wire, out)?,
        Part::Text => strings::write_one(wire, out)?,
        Part::Strings => strings::write_all(wire, out)?,
        Part::Quoted => strings::write_quoted(wire, kind, out)?,
        Part::Isdn => strings::write_isdn(wire, out)?,
        Part::CaaTag => strings::write_tag(wire, out)?,
        Part::Hex => out.push_str(&numbers::hex_text(Some(wire.rest()).filter(|hex| !hex.is_empty())?)),
        Part::Digest => keys::write_digest(wire, kind, out)?,
        Part::HexInline => keys::write_salt(wire, out)?,
        Part::Hash => keys::write_hash(wire, out)?,
        Part::Base64 => keys::write_base64(wire, kind, out)?,
        Part::Algorithm | Part::DigestType | Part::KeyProtocol => out.push_str(&wire.u8()?.to_string()),
        Part::CertType | Part::KeyFlags => out.push_str(&wire.u16()?.to_string()),
        Part::Loc => location::write(wire, out)?,
        Part::SvcParams => svcb::write(wire, out)?,
        Part::Apl => network::write_apl(wire, out)?,
        Part::Ipseckey => network::write_ipseckey(wire, out)?,
        Part::Amtrelay => network::write_amtrelay(wire, out)?,
        Part::Hip => network::write_hip(wire, out)?,
        Part::Nsap => network::write_nsap(wire, out)?,
        Part::Atma => network::write_atma(wire, out)?,
        Part::Wks => network::write_wks(wire, out)?,
        Part::A6 => network::write_a6(wire, out)?,
    }
    Some(())
}
