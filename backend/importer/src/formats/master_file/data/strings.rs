//! Strings of bytes.

use super::super::name::{push_byte, unescape};
use super::{BadData, Wire, Words, bad};

const URI: u16 = 256;

fn bytes(text: &[u8]) -> Result<Vec<u8>, BadData> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'\\' {
            let Some((value, after)) = unescape(rest) else { return bad("a bad escape") };
            bytes.push(value);
            rest = after;
        } else {
            bytes.push(byte);
        }
    }
    Ok(bytes)
}

fn push_counted(out: &mut Vec<u8>, string: &[u8]) -> Result<(), BadData> {
    let Ok(len) = u8::try_from(string.len()) else { return bad("a string of more than 255 bytes") };
    out.push(len);
    out.extend_from_slice(string);
    Ok(())
}

fn push_quoted(out: &mut String, string: &[u8]) {
    out.push('"');
    for &byte in string {
        if byte == b' ' {
            out.push(' ');
        } else {
            push_byte(out, byte, b"\\\"");
        }
    }
    out.push('"');
}

pub(super) fn read_one(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    push_counted(out, &bytes(words.string()?)?)
}

pub(super) fn write_one(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    push_quoted(out, wire.counted()?);
    Some(())
}

/// One or more strings. A longer one is taken in parts: whoever reads them joins them again.
pub(super) fn read_all(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    loop {
        let string = bytes(words.string()?)?;
        if string.len() > 255 {
            words.has_long_string = true;
            for part in string.chunks(255) {
                push_counted(out, part)?;
            }
        } else {
            push_counted(out, &string)?;
        }
        if out.len() > 65_535 {
            return bad("more than 65535 bytes");
        }
        if words.peek().is_none() {
            return Ok(());
        }
    }
}

pub(super) fn write_all(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    write_one(wire, out)?;
    while !wire.is_empty() {
        out.push(' ');
        write_one(wire, out)?;
    }
    Some(())
}

/// A string up to the end, without a length. That of a URI must stand in quotes and hold something.
pub(super) fn read_quoted(words: &mut Words<'_>, kind: u16, out: &mut Vec<u8>) -> Result<(), BadData> {
    if kind == URI && words.peek().is_some_and(|word| !word.is_quoted) {
        return bad("a string without quotes");
    }
    let string = bytes(words.string()?)?;
    if kind == URI && string.is_empty() {
        return bad("an empty address");
    }
    out.extend_from_slice(&string);
    Ok(())
}

pub(super) fn write_quoted(wire: &mut Wire<'_>, kind: u16, out: &mut String) -> Option<()> {
    let string = wire.rest();
    if kind == URI && string.is_empty() {
        return None;
    }
    push_quoted(out, string);
    Some(())
}

/// One or two strings.
pub(super) fn read_isdn(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    read_one(words, out)?;
    if words.peek().is_some() { read_one(words, out) } else { Ok(()) }
}

pub(super) fn write_isdn(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    write_one(wire, out)?;
    if wire.is_empty() {
        return Some(());
    }
    out.push(' ');
    write_one(wire, out)
}

fn is_tag(tag: &[u8]) -> bool {
    !tag.is_empty() && tag.iter().all(u8::is_ascii_alphanumeric)
}

pub(super) fn read_tag(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let tag = words.word()?;
    if !is_tag(tag) {
        return bad("a tag that is not of letters and digits");
    }
    push_counted(out, &tag.to_ascii_lowercase())
}

pub(super) fn write_tag(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let tag = Some(wire.counted()?).filter(|tag| is_tag(tag))?;
    out.push_str(&String::from_utf8_lossy(tag).to_ascii_lowercase());
    Some(())
}
