//! Sets of types, as NSEC and its kin carry them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::types;
use super::{BadData, Wire, Words, bad};

fn one(words: &mut Words<'_>) -> Result<u16, BadData> {
    let word = words.word()?;
    types::number(word)
        .or_else(|| std::str::from_utf8(word).ok()?.parse().ok())
        .map_or_else(|| bad("a type that is not known"), Ok)
}

pub(super) fn read_one(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    out.extend_from_slice(&one(words)?.to_be_bytes());
    Ok(())
}

fn rest(words: &mut Words<'_>) -> Result<BTreeSet<u16>, BadData> {
    let mut set = BTreeSet::new();
    while words.peek().is_some() {
        set.insert(one(words)?);
    }
    Ok(set)
}

/// Windows of 256 types, each a bitmap without trailing zeros.
pub(super) fn read(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let mut windows: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
    for number in rest(words)? {
        let [window, low] = number.to_be_bytes();
        set_bit(windows.entry(window).or_default(), low);
    }
    for (window, bitmap) in windows {
        out.push(window);
        out.push(u8::try_from(bitmap.len()).unwrap_or(32));
        out.extend_from_slice(&bitmap);
    }
    Ok(())
}

fn set_bit(bitmap: &mut Vec<u8>, bit: u8) {
    let at = usize::from(bit >> 3);
    if bitmap.len() <= at {
        bitmap.resize(at.saturating_add(1), 0);
    }
    if let Some(byte) = bitmap.get_mut(at) {
        *byte |= 0x80 >> (bit & 7);
    }
}

fn bits(bitmap: &[u8]) -> impl Iterator<Item = u16> + '_ {
    (0u16..).zip(bitmap).flat_map(|(at, byte)| {
        (0u16..8)
            .filter(move |bit| byte & (0x80u8 >> bit) != 0)
            .map(move |bit| at.saturating_mul(8).saturating_add(bit))
    })
}

fn push(out: &mut String, number: u16) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
    out.push_str(&types::name(number));
}

pub(super) fn write(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let mut last: Option<u8> = None;
    while !wire.is_empty() {
        let window = wire.u8()?;
        let bitmap = wire.counted()?;
        let is_in_order = last.is_none_or(|last| window > last);
        if !is_in_order || !(1..=32).contains(&bitmap.len()) || bitmap.last() == Some(&0) {
            return None;
        }
        last = Some(window);
        for low in bits(bitmap) {
            push(out, u16::from(window) << 8 | low);
        }
    }
    Some(())
}

/// The bitmap of NXT, which ends at type 127.
pub(super) fn read_old(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let mut bitmap = Vec::new();
    for number in rest(words)? {
        match u8::try_from(number) {
            Ok(bit @ 1..=127) => set_bit(&mut bitmap, bit),
            _ => return bad("a type that NXT cannot name"),
        }
    }
    out.extend_from_slice(&bitmap);
    Ok(())
}

pub(super) fn write_old(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let bitmap = wire.rest();
    let is_fit = bitmap.len() <= 16 && bitmap.last() != Some(&0) && bitmap.first().is_none_or(|byte| byte & 0x80 == 0);
    if !is_fit {
        return None;
    }
    bits(bitmap).for_each(|number| push(out, number));
    Some(())
}
