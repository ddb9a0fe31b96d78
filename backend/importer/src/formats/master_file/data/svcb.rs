//! The parameters of SVCB and HTTPS records (RFC 9460, 9461).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::name::{Name, push_byte, unescape};
use super::address::{v4, v6};
use super::{BadData, Wire, Words, bad};

const MANDATORY: u16 = 0;
const ALPN: u16 = 1;
const NO_DEFAULT_ALPN: u16 = 2;
const PORT: u16 = 3;
const IPV4_HINT: u16 = 4;
const ECH: u16 = 5;
const IPV6_HINT: u16 = 6;
const DOHPATH: u16 = 7;
const OHTTP: u16 = 8;
const TLS_GROUPS: u16 = 9;
const DOCPATH: u16 = 10;

const KEYS: &[(&str, u16)] = &[
    ("mandatory", MANDATORY),
    ("alpn", ALPN),
    ("no-default-alpn", NO_DEFAULT_ALPN),
    ("port", PORT),
    ("ipv4hint", IPV4_HINT),
    ("ech", ECH),
    ("ipv6hint", IPV6_HINT),
    ("dohpath", DOHPATH),
    ("ohttp", OHTTP),
    ("tls-supported-groups", TLS_GROUPS),
    ("docpath", DOCPATH),
];

fn key_number(name: &str) -> Option<u16> {
    KEYS.iter().find(|(known, _)| *known == name).map(|(_, number)| *number).or_else(|| {
        let digits = name.strip_prefix("key")?;
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
        digits.parse().ok().filter(|_| is_plain)
    })
}

fn key_name(number: u16) -> String {
    KEYS.iter()
        .find(|(_, known)| *known == number)
        .map_or_else(|| format!("key{number}"), |(name, _)| (*name).to_owned())
}

pub(super) fn read(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let mut params: BTreeMap<u16, Vec<u8>> = BTreeMap::new();
    while words.peek().is_some() {
        let word = words.word()?;
        let (key, text) = match word.iter().position(|byte| *byte == b'=').and_then(|at| word.split_at_checked(at)) {
            Some((key, text)) => (key, text.get(1..)),
            None => (word, None),
        };
        let name = std::str::from_utf8(key).unwrap_or("");
        let Some(number) = key_number(name) else { return bad("a parameter that is not known") };
        let text = match text {
            Some(text) => {
                let inner = text.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\""));
                Some(plain(inner.unwrap_or(text))?)
            }
            None => None,
        };
        let is_by_number = !KEYS.iter().any(|(known, _)| *known == name);
        let value = if is_by_number {
            text.unwrap_or_default()
        } else {
            match value(number, text.as_deref()) {
                Some(value) => value,
                None => return bad(format_args!("no good value of {name}")),
            }
        };
        if params.insert(number, value).is_some() {
            return bad(format_args!("{name} stands twice"));
        }
    }
    check(&params)?;
    for (key, value) in params {
        let Ok(len) = u16::try_from(value.len()) else { return bad("more than 65535 bytes") };
        out.extend_from_slice(&key.to_be_bytes());
        out.extend_from_slice(&len.to_be_bytes());
        out.extend_from_slice(&value);
    }
    Ok(())
}

/// Escapes resolved once.
fn plain(text: &[u8]) -> Result<Vec<u8>, BadData> {
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

/// A list with commas, in which a backslash keeps the next byte from being one.
fn list(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    let mut one = Vec::new();
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b',' => all.push(std::mem::take(&mut one)),
            b'\\' => one.push(*bytes.next()?),
            _ => one.push(*byte),
        }
    }
    all.push(one);
    all.iter().all(|one| !one.is_empty()).then_some(all)
}

fn text_of(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn number(text: &[u8]) -> Option<u16> {
    text_of(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

fn value(key: u16, text: Option<&[u8]>) -> Option<Vec<u8>> {
    if key == NO_DEFAULT_ALPN || key == OHTTP {
        return text.is_none().then(Vec::new);
    }
    if key == DOCPATH && text.is_none() {
        return Some(Vec::new());
    }
    let text = text?;
    let mut out = Vec::new();
    match key {
        MANDATORY => {
            let mut keys: Vec<u16> = list(text)?.iter().map(|one| key_number(text_of(one)?)).collect::<Option<_>>()?;
            keys.sort_unstable();
            keys.iter().for_each(|key| out.extend_from_slice(&key.to_be_bytes()));
        }
        ALPN | DOCPATH => {
            for protocol in list(text)? {
                out.push(u8::try_from(protocol.len()).ok()?);
                out.extend_from_slice(&protocol);
            }
        }
        PORT => out.extend_from_slice(&number(text)?.to_be_bytes()),
        TLS_GROUPS => {
            for one in list(text)? {
                out.extend_from_slice(&number(&one)?.to_be_bytes());
            }
        }
        IPV4_HINT => {
            for one in list(text)? {
                out.extend_from_slice(&text_of(&one)?.parse::<std::net::Ipv4Addr>().ok()?.octets());
            }
        }
        IPV6_HINT => {
            for one in list(text)? {
                out.extend_from_slice(&text_of(&one)?.parse::<std::net::Ipv6Addr>().ok()?.octets());
            }
        }
        ECH => out = STANDARD.decode(text).ok()?,
        _ => out.extend_from_slice(text),
    }
    Some(out)
}

/// The rules that hold however the parameters were written.
fn check(params: &BTreeMap<u16, Vec<u8>>) -> Result<(), BadData> {
    for (key, value) in params {
        if !is_value(*key, value) {
            return bad(format_args!("no good value of {}", key_name(*key)));
        }
    }
    if let Some(mandatory) = params.get(&MANDATORY) {
        let mut last = MANDATORY;
        let mut wire = Wire::new(mandatory);
        while let Some(key) = wire.u16() {
            if key <= last {
                return bad("mandatory names itself, or a parameter twice");
            }
            if !params.contains_key(&key) {
                return bad(format_args!("{} is mandatory and missing", key_name(key)));
            }
            last = key;
        }
    }
    if params.contains_key(&NO_DEFAULT_ALPN) && !params.contains_key(&ALPN) {
        return bad("no-default-alpn without alpn");
    }
    Ok(())
}

fn is_value(key: u16, value: &[u8]) -> bool {
    let len = value.len();
    match key {
        MANDATORY => len > 0 && len.is_multiple_of(2),
        ALPN => protocols(value).is_some_and(|protocols| !protocols.is_empty()),
        NO_DEFAULT_ALPN | OHTTP => len == 0,
        PORT => len == 2,
        TLS_GROUPS => len > 0 && len.is_multiple_of(2),
        DOCPATH => protocols(value).is_some(),
        IPV4_HINT => len > 0 && len.is_multiple_of(4),
        ECH => len > 0,
        IPV6_HINT => len > 0 && len.is_multiple_of(16),
        DOHPATH => is_dohpath(value),
        _ => true,
    }
}

fn protocols(value: &[u8]) -> Option<Vec<&[u8]>> {
    let mut wire = Wire::new(value);
    let mut all = Vec::new();
    while !wire.is_empty() {
        all.push(wire.counted().filter(|protocol| !protocol.is_empty())?);
    }
    Some(all)
}

/// A relative URI template with the variable `dns`.
fn is_dohpath(value: &[u8]) -> bool {
    let Some(text) = text_of(value).filter(|text| text.starts_with('/')) else { return false };
    let mut rest = text;
    let mut has_dns = false;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inner, after)) = after.split_once('}') else { return false };
        if before.contains('}') {
            return false;
        }
        let names = inner.trim_start_matches(['+', '#', '.', '/', ';', '?', '&']);
        has_dns |= names
            .split(',')
            .any(|name| name.split_once(':').map_or(name, |(name, _)| name).trim_end_matches('*') == "dns");
        rest = after;
    }
    has_dns && !rest.contains('}')
}

fn parse_wire(wire: &mut Wire<'_>) -> Option<BTreeMap<u16, Vec<u8>>> {
    let mut params = BTreeMap::new();
    let mut last: Option<u16> = None;
    while !wire.is_empty() {
        let key = wire.u16().filter(|key| last.is_none_or(|last| *key > last))?;
        let len = wire.u16()?;
        params.insert(key, wire.take(usize::from(len))?.to_vec());
        last = Some(key);
    }
    check(&params).ok()?;
    Some(params)
}

pub(super) fn write(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    for (i, (key, value)) in parse_wire(wire)?.into_iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        out.push_str(&key_name(key));
        if !value.is_empty() {
            out.push('=');
            write_value(key, &value, out)?;
        }
    }
    Some(())
}

fn write_value(key: u16, value: &[u8], out: &mut String) -> Option<()> {
    let mut wire = Wire::new(value);
    let mut items: Vec<String> = Vec::new();
    match key {
        MANDATORY => {
            while let Some(key) = wire.u16() {
                items.push(key_name(key));
            }
        }
        PORT | TLS_GROUPS => {
            while let Some(number) = wire.u16() {
                items.push(number.to_string());
            }
        }
        IPV4_HINT => {
            while let Some(address) = v4(&mut wire) {
                items.push(address.to_string());
            }
        }
        IPV6_HINT => {
            while let Some(address) = v6(&mut wire) {
                items.push(address.to_string());
            }
        }
        ECH => items.push(STANDARD.encode(value)),
        ALPN | DOCPATH => {
            let mut joined: Vec<u8> = Vec::new();
            for protocol in protocols(value)? {
                if !joined.is_empty() {
                    joined.push(b',');
                }
                for byte in protocol {
                    if matches!(byte, b',' | b'\\') {
                        joined.push(b'\\');
                    }
                    joined.push(*byte);
                }
            }
            push_quoted(out, &joined);
            return Some(());
        }
        _ => {
            push_quoted(out, value);
            return Some(());
        }
    }
    write!(out, "{}", items.join(",")).ok()
}

fn push_quoted(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for byte in bytes {
        if *byte == b' ' {
            out.push(' ');
        } else {
            push_byte(out, *byte, b"\\\"");
        }
    }
    out.push('"');
}

/// What the checks of a zone ask of an SVCB or HTTPS record.
#[derive(Debug)]
pub(in super::super) struct SvcbForm {
    pub is_alias: bool,
    pub target: Name,
    pub has_params: bool,
    pub alpn: Option<Vec<Vec<u8>>>,
    pub has_dohpath: bool,
}

pub(in super::super) fn svcb_form(wire: &[u8]) -> Option<SvcbForm> {
    let mut wire = Wire::new(wire);
    let (priority, target) = (wire.u16()?, wire.name()?);
    let params = parse_wire(&mut wire)?;
    let alpn = params.get(&ALPN).and_then(|value| protocols(value));
    Some(SvcbForm {
        is_alias: priority == 0,
        target,
        has_params: !params.is_empty(),
        alpn: alpn.map(|all| all.into_iter().map(<[u8]>::to_vec).collect()),
        has_dohpath: params.contains_key(&DOHPATH),
    })
}
