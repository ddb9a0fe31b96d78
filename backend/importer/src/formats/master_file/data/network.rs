//! Data of networks and gateways: APL, IPSECKEY, AMTRELAY, HIP, NSAP, ATMA, WKS, A6.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::name::Name;
use super::address::{read_v4, read_v6, write_v4, write_v6};
use super::numbers::{hex, hex_text, read as read_number};
use super::{BadData, Wire, Words, bad};

pub(super) fn read_apl(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    while words.peek().is_some() {
        let word = words.text()?;
        let (is_negated, item) = word.strip_prefix('!').map_or((false, word), |item| (true, item));
        let Some((family, (address, prefix))) =
            item.split_once(':').and_then(|(family, rest)| Some((family, rest.rsplit_once('/')?)))
        else {
            return bad("no address prefix");
        };
        let (family, mut bytes, most) = match family {
            "1" => (1u16, address.parse::<std::net::Ipv4Addr>().map(|address| address.octets().to_vec()).ok(), 32),
            "2" => (2u16, address.parse::<std::net::Ipv6Addr>().map(|address| address.octets().to_vec()).ok(), 128),
            _ => return bad("an address family that is not known"),
        };
        let prefix: Option<u8> = prefix.parse().ok().filter(|prefix| *prefix <= most);
        let (Some(bytes), Some(prefix)) = (bytes.as_mut(), prefix) else { return bad("no address prefix") };
        while bytes.last() == Some(&0) {
            bytes.pop();
        }
        out.extend_from_slice(&family.to_be_bytes());
        out.push(prefix);
        out.push(u8::try_from(bytes.len()).unwrap_or(16) | if is_negated { 0x80 } else { 0 });
        out.extend_from_slice(bytes);
    }
    Ok(())
}

pub(super) fn write_apl(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let mut is_first = true;
    while !wire.is_empty() {
        let (family, prefix, head) = (wire.u16()?, wire.u8()?, wire.u8()?);
        let part = wire.take(usize::from(head & 0x7f))?;
        let len = match (family, prefix) {
            (1, 0..=32) => 4,
            (2, 0..=128) => 16,
            _ => return None,
        };
        if part.len() > len || part.last() == Some(&0) {
            return None;
        }
        let mut bytes = part.to_vec();
        bytes.resize(len, 0);
        if !is_first {
            out.push(' ');
        }
        is_first = false;
        write!(out, "{}{family}:", if head & 0x80 == 0 { "" } else { "!" }).ok()?;
        let mut address = Wire::new(&bytes);
        if len == 4 {
            write_v4(&mut address, out)?
        } else {
            write_v6(&mut address, out)?
        }
        write!(out, "/{prefix}").ok()?;
    }
    Some(())
}

/// A gateway: none, an address or a name.
fn read_gateway(words: &mut Words<'_>, kind: u8, out: &mut Vec<u8>) -> Result<(), BadData> {
    match kind {
        0 if words.word()? == b"." => Ok(()),
        0 => bad("a gateway where none is announced"),
        1 => read_v4(words, out),
        2 => read_v6(words, out),
        3 => {
            Name::read(words.word()?, words.origin)?.to_wire(out);
            Ok(())
        }
        _ => bad("a kind of gateway that is not known"),
    }
}

fn write_gateway(wire: &mut Wire<'_>, kind: u8, out: &mut String) -> Option<()> {
    match kind {
        0 => out.push('.'),
        1 => write_v4(wire, out)?,
        2 => write_v6(wire, out)?,
        3 => out.push_str(&wire.name()?.text()),
        _ => return None,
    }
    Some(())
}

pub(super) fn read_ipseckey(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let (precedence, kind, algorithm) = (read_number(words)?, read_number(words)?, read_number::<u8>(words)?);
    out.extend_from_slice(&[precedence, kind, algorithm]);
    read_gateway(words, kind, out)?;
    let Ok(key) = STANDARD.decode(words.joined()?) else { return bad("no base 64") };
    if key.is_empty() != (algorithm == 0) {
        return bad("a key and an algorithm that do not fit");
    }
    out.extend_from_slice(&key);
    Ok(())
}

pub(super) fn write_ipseckey(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let (precedence, kind, algorithm) = (wire.u8()?, wire.u8()?, wire.u8()?);
    write!(out, "{precedence} {kind} {algorithm} ").ok()?;
    write_gateway(wire, kind, out)?;
    let key = wire.rest();
    if key.is_empty() != (algorithm == 0) {
        return None;
    }
    if !key.is_empty() {
        out.push(' ');
        out.push_str(&STANDARD.encode(key));
    }
    Some(())
}

pub(super) fn read_amtrelay(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let (precedence, discovery, kind): (u8, u8, u8) = (read_number(words)?, read_number(words)?, read_number(words)?);
    if discovery > 1 || kind > 3 {
        return bad("a number out of its range");
    }
    out.extend_from_slice(&[precedence, (discovery << 7) | kind]);
    read_gateway(words, kind, out)
}

pub(super) fn write_amtrelay(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let (precedence, both) = (wire.u8()?, wire.u8()?);
    write!(out, "{precedence} {} {} ", both >> 7, both & 0x7f).ok()?;
    write_gateway(wire, both & 0x7f, out)
}

pub(super) fn read_hip(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let algorithm: u8 = read_number(words)?;
    let tag = hex(words.word()?)?;
    let Ok(key) = STANDARD.decode(words.word()?) else { return bad("no base 64") };
    let (Ok(tag_len), Ok(key_len)) = (u8::try_from(tag.len()), u16::try_from(key.len())) else {
        return bad("a tag or key that is too long");
    };
    if tag.is_empty() || key.is_empty() {
        return bad("the data ends too early");
    }
    out.extend_from_slice(&[tag_len, algorithm]);
    out.extend_from_slice(&key_len.to_be_bytes());
    out.extend_from_slice(&tag);
    out.extend_from_slice(&key);
    while words.peek().is_some() {
        Name::read(words.word()?, words.origin)?.to_wire(out);
    }
    Ok(())
}

pub(super) fn write_hip(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let (tag_len, algorithm, key_len) = (wire.u8()?, wire.u8()?, wire.u16()?);
    let (tag, key) = (wire.take(usize::from(tag_len))?, wire.take(usize::from(key_len))?);
    if tag.is_empty() || key.is_empty() {
        return None;
    }
    write!(out, "{algorithm} {} {}", hex_text(tag), STANDARD.encode(key)).ok()?;
    while !wire.is_empty() {
        out.push(' ');
        out.push_str(&wire.name()?.text());
    }
    Some(())
}

/// `0x` and hexadecimal digits, points between them.
pub(super) fn read_nsap(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let word = words.word()?;
    let Some(digits) = word.strip_prefix(b"0x").or_else(|| word.strip_prefix(b"0X")) else {
        return bad("an address that does not begin with 0x");
    };
    let digits: Vec<u8> = digits.iter().copied().filter(|byte| *byte != b'.').collect();
    let bytes = hex(&digits)?;
    if bytes.is_empty() {
        return bad("an empty address");
    }
    out.extend_from_slice(&bytes);
    Ok(())
}

pub(super) fn write_nsap(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let bytes = Some(wire.rest()).filter(|bytes| !bytes.is_empty())?;
    out.push_str("0x");
    out.push_str(&hex_text(bytes));
    Some(())
}

/// A telephone number behind `+`, or hexadecimal digits.
pub(super) fn read_atma(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let word = words.word()?;
    let bare: Vec<u8> = word.iter().copied().filter(|byte| *byte != b'.').collect();
    let has_good_points = !word.ends_with(b".") && !word.windows(2).any(|pair| pair == b"..");
    if let Some(digits) = bare.strip_prefix(b"+") {
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) || !has_good_points {
            return bad("no telephone number");
        }
        out.push(1);
        out.extend_from_slice(digits);
        return Ok(());
    }
    let bytes = hex(&bare)?;
    if bytes.is_empty() || !has_good_points || word.starts_with(b".") {
        return bad("no address");
    }
    out.push(0);
    out.extend_from_slice(&bytes);
    Ok(())
}

pub(super) fn write_atma(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let format = wire.u8()?;
    let bytes = Some(wire.rest()).filter(|bytes| !bytes.is_empty())?;
    match format {
        0 => out.push_str(&hex_text(bytes)),
        1 if bytes.iter().all(u8::is_ascii_digit) => {
            out.push('+');
            out.push_str(&String::from_utf8_lossy(bytes));
        }
        _ => return None,
    }
    Some(())
}

/// Names of services that old zones use in WKS.
const SERVICES: &[(&str, u16)] = &[
    ("echo", 7),
    ("discard", 9),
    ("daytime", 13),
    ("ftp-data", 20),
    ("ftp", 21),
    ("ssh", 22),
    ("telnet", 23),
    ("smtp", 25),
    ("time", 37),
    ("nameserver", 42),
    ("whois", 43),
    ("domain", 53),
    ("tftp", 69),
    ("gopher", 70),
    ("finger", 79),
    ("http", 80),
    ("www", 80),
    ("kerberos", 88),
    ("pop2", 109),
    ("pop3", 110),
    ("sunrpc", 111),
    ("auth", 113),
    ("nntp", 119),
    ("ntp", 123),
    ("imap", 143),
    ("snmp", 161),
    ("https", 443),
];

pub(super) fn read_wks(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let protocol = words.text()?;
    let protocol = match protocol.to_ascii_lowercase().as_str() {
        "tcp" => 6,
        "udp" => 17,
        _ => match protocol.parse::<u8>() {
            Ok(number) => number,
            Err(_no_number) => return bad("a protocol that is not known"),
        },
    };
    let mut ports: BTreeSet<u16> = BTreeSet::new();
    while words.peek().is_some() {
        let word = words.text()?;
        let known = SERVICES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, port)| *port);
        let Some(port) = known.or_else(|| word.parse().ok()) else { return bad("a service that is not known") };
        ports.insert(port);
    }
    out.push(protocol);
    let mut bitmap = vec![0u8; ports.last().map_or(0, |last| usize::from(last >> 3).saturating_add(1))];
    for port in ports {
        if let Some(byte) = bitmap.get_mut(usize::from(port >> 3)) {
            *byte |= 0x80 >> (port & 7);
        }
    }
    out.extend_from_slice(&bitmap);
    Ok(())
}

pub(super) fn write_wks(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    write!(out, "{}", wire.u8()?).ok()?;
    let bitmap = Some(wire.rest()).filter(|bitmap| bitmap.len() <= 8_192 && bitmap.last() != Some(&0))?;
    for (at, byte) in (0u32..).zip(bitmap) {
        for bit in (0u32..8).filter(|bit| byte & (0x80u8 >> bit) != 0) {
            write!(out, " {}", at.saturating_mul(8).saturating_add(bit)).ok()?;
        }
    }
    Some(())
}

/// A prefix length, the rest of an address, and a name for the prefix.
pub(super) fn read_a6(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let prefix: u8 = read_number(words)?;
    if prefix > 128 {
        return bad("a number out of its range");
    }
    out.push(prefix);
    if prefix < 128 {
        let mut address = Vec::new();
        read_v6(words, &mut address)?;
        let from = usize::from(prefix >> 3);
        let mut suffix = address.get(from..).unwrap_or_default().to_vec();
        if let Some(first) = suffix.first_mut() {
            *first &= 0xff >> (prefix & 7);
        }
        out.extend_from_slice(&suffix);
    }
    if prefix > 0 {
        Name::read(words.word()?, words.origin)?.lower().to_wire(out);
    }
    Ok(())
}

pub(super) fn write_a6(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let prefix = wire.u8().filter(|prefix| *prefix <= 128)?;
    write!(out, "{prefix}").ok()?;
    if prefix < 128 {
        let from = usize::from(prefix >> 3);
        let suffix = wire.take(16usize.checked_sub(from)?)?;
        if suffix.first().is_some_and(|first| first & !(0xffu8 >> (prefix & 7)) != 0) {
            return None;
        }
        let mut address = vec![0u8; from];
        address.extend_from_slice(suffix);
        out.push(' ');
        write_v6(&mut Wire::new(&address), out)?;
    }
    if prefix > 0 {
        write!(out, " {}", wire.name()?.lower().text()).ok()?;
    }
    Some(())
}
