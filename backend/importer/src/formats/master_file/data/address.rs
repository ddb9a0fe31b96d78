//! Addresses of hosts and interfaces.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{BadData, Wire, Words, bad};

pub(super) fn read_v4(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let address: Ipv4Addr = words.text()?.parse().or_else(|_no_address| bad("no IPv4 address"))?;
    out.extend_from_slice(&address.octets());
    Ok(())
}

pub(super) fn v4(wire: &mut Wire<'_>) -> Option<Ipv4Addr> {
    Some(Ipv4Addr::from(<[u8; 4]>::try_from(wire.take(4)?).ok()?))
}

pub(super) fn write_v4(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    write!(out, "{}", v4(wire)?).ok()
}

pub(super) fn read_v6(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let address: Ipv6Addr = words.text()?.parse().or_else(|_no_address| bad("no IPv6 address"))?;
    out.extend_from_slice(&address.octets());
    Ok(())
}

pub(super) fn v6(wire: &mut Wire<'_>) -> Option<Ipv6Addr> {
    Some(Ipv6Addr::from(<[u8; 16]>::try_from(wire.take(16)?).ok()?))
}

pub(super) fn write_v6(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    write!(out, "{}", v6(wire)?).ok()
}

/// Pairs of hexadecimal digits with hyphens.
pub(super) fn read_eui(words: &mut Words<'_>, len: usize, out: &mut Vec<u8>) -> Result<(), BadData> {
    let text = words.text()?;
    let pair = |pair: &str| {
        let is_pair = pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
        u8::from_str_radix(pair, 16).ok().filter(|_| is_pair)
    };
    match text.split('-').map(pair).collect::<Option<Vec<u8>>>().filter(|bytes| bytes.len() == len) {
        Some(bytes) => out.extend_from_slice(&bytes),
        None => return bad(format_args!("no {len} pairs of hexadecimal digits with hyphens")),
    }
    Ok(())
}

pub(super) fn write_eui(wire: &mut Wire<'_>, len: usize, out: &mut String) -> Option<()> {
    for (i, byte) in wire.take(len)?.iter().enumerate() {
        write!(out, "{}{byte:02x}", if i == 0 { "" } else { "-" }).ok()?;
    }
    Some(())
}

/// Four groups of hexadecimal digits with colons.
pub(super) fn read_locator(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let text = words.text()?;
    let group = |group: &str| {
        let is_group = (1..=4).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(group, 16).ok().filter(|_| is_group)
    };
    match text.split(':').map(group).collect::<Option<Vec<u16>>>().filter(|groups| groups.len() == 4) {
        Some(groups) => groups.iter().for_each(|group| out.extend_from_slice(&group.to_be_bytes())),
        None => return bad("no four groups of hexadecimal digits"),
    }
    Ok(())
}

pub(super) fn write_locator(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    for i in 0..4 {
        write!(out, "{}{:x}", if i == 0 { "" } else { ":" }, wire.u16()?).ok()?;
    }
    Some(())
}
