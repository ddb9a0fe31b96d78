//! Keys, digests and hashes, and the words that stand for their numbers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::numbers::{hex, hex_text};
use super::{BadData, Part, Wire, Words, bad};

const SSHFP: u16 = 44;
const DS: u16 = 43;
const CDS: u16 = 59;
const ZONEMD: u16 = 63;
const KEY: u16 = 25;
const CERT: u16 = 37;
const SINK: u16 = 40;
const DOA: u16 = 259;

const ALGORITHMS: &[(&str, u16)] = &[
    ("RSAMD5", 1),
    ("DH", 2),
    ("DSA", 3),
    ("ECC", 4),
    ("RSASHA1", 5),
    ("NSEC3DSA", 6),
    ("DSA-NSEC3-SHA1", 6),
    ("NSEC3RSASHA1", 7),
    ("RSASHA1-NSEC3-SHA1", 7),
    ("RSASHA256", 8),
    ("RSASHA512", 10),
    ("ECCGOST", 12),
    ("ECC-GOST", 12),
    ("ECDSAP256SHA256", 13),
    ("ECDSAP384SHA384", 14),
    ("ED25519", 15),
    ("ED448", 16),
    ("INDIRECT", 252),
    ("PRIVATEDNS", 253),
    ("PRIVATEOID", 254),
];

const CERT_TYPES: &[(&str, u16)] = &[
    ("PKIX", 1),
    ("SPKI", 2),
    ("PGP", 3),
    ("IPKIX", 4),
    ("ISPKI", 5),
    ("IPGP", 6),
    ("ACPKIX", 7),
    ("IACPKIX", 8),
    ("URI", 253),
    ("OID", 254),
];

const DIGESTS: &[(&str, u16)] =
    &[("SHA-1", 1), ("SHA1", 1), ("SHA-256", 2), ("SHA256", 2), ("GOST", 3), ("SHA-384", 4), ("SHA384", 4)];

const PROTOCOLS: &[(&str, u16)] = &[("NONE", 0), ("TLS", 1), ("EMAIL", 2), ("DNSSEC", 3), ("IPSEC", 4), ("ALL", 255)];

/// The flags of RFC 2535 and after; a set of them is joined with `|`.
const FLAGS: &[(&str, u16)] = &[
    ("NOCONF", 0x4000),
    ("NOAUTH", 0x8000),
    ("NOKEY", 0xc000),
    ("FLAG2", 0x2000),
    ("EXTEND", 0x1000),
    ("FLAG4", 0x0800),
    ("FLAG5", 0x0400),
    ("USER", 0x0000),
    ("ZONE", 0x0100),
    ("HOST", 0x0200),
    ("NTYP3", 0x0300),
    ("FLAG8", 0x0080),
    ("REVOKE", 0x0080),
    ("FLAG9", 0x0040),
    ("FLAG10", 0x0020),
    ("FLAG11", 0x0010),
    ("SIG0", 0),
    ("SIG1", 1),
    ("KSK", 1),
    ("SIG2", 2),
    ("SIG3", 3),
    ("SIG4", 4),
    ("SIG5", 5),
    ("SIG6", 6),
    ("SIG7", 7),
    ("SIG8", 8),
    ("SIG9", 9),
    ("SIG10", 10),
    ("SIG11", 11),
    ("SIG12", 12),
    ("SIG13", 13),
    ("SIG14", 14),
    ("SIG15", 15),
];

fn named(list: &[(&str, u16)], word: &str) -> Option<u16> {
    list.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, number)| *number)
}

/// A number, or the word that stands for it.
pub(super) fn read_word(words: &mut Words<'_>, part: Part, out: &mut Vec<u8>) -> Result<(), BadData> {
    let word = words.text()?;
    let number: Option<u16> = if word.bytes().all(|byte| byte.is_ascii_digit()) {
        word.parse().ok()
    } else {
        match part {
            Part::KeyFlags => word.split('|').try_fold(0u16, |flags, flag| Some(flags | named(FLAGS, flag)?)),
            Part::KeyProtocol => named(PROTOCOLS, word),
            Part::CertType => named(CERT_TYPES, word),
            Part::DigestType => named(DIGESTS, word),
            _ => named(ALGORITHMS, word),
        }
    };
    let Some(number) = number else { return bad("a word or number that stands for nothing here") };
    if matches!(part, Part::KeyFlags | Part::CertType) {
        out.extend_from_slice(&number.to_be_bytes());
        return Ok(());
    }
    let Ok(byte) = u8::try_from(number) else { return bad("a number out of its range") };
    out.push(byte);
    Ok(())
}

/// How long a digest of that kind is; `None` where any length will do.
fn digest_len(kind: u16, head: &[u8]) -> Option<usize> {
    let last = head.last().copied()?;
    match (kind, last) {
        // The signal of RFC 8078: delete.
        (CDS, 0) => Some(1),
        (SSHFP, 1) | (DS | CDS | 32_768 | 32_769, 1) => Some(20),
        (SSHFP, 2) | (DS | CDS | 32_768 | 32_769, 2 | 3) => Some(32),
        (DS | CDS | 32_768 | 32_769, 4) | (ZONEMD, 1) => Some(48),
        (ZONEMD, 2) => Some(64),
        _ => None,
    }
}

fn is_digest(kind: u16, head: &[u8], digest: &[u8]) -> bool {
    let least = if kind == ZONEMD { 12 } else { 1 };
    digest.len() >= least && digest_len(kind, head).is_none_or(|len| len == digest.len())
}

pub(super) fn read_digest(words: &mut Words<'_>, kind: u16, out: &mut Vec<u8>) -> Result<(), BadData> {
    let digest = hex(&words.joined()?)?;
    if !is_digest(kind, out, &digest) {
        return bad("a digest of the wrong length");
    }
    out.extend_from_slice(&digest);
    Ok(())
}

pub(super) fn write_digest(wire: &mut Wire<'_>, kind: u16, out: &mut String) -> Option<()> {
    let digest = wire.rest();
    // What was written last is the number of the digest's kind.
    let last: u8 = out.trim_end().rsplit(' ').next()?.parse().ok()?;
    if !is_digest(kind, &[last], digest) {
        return None;
    }
    out.push_str(&hex_text(digest));
    Some(())
}

/// A salt: hexadecimal digits in one word, `-` for none.
pub(super) fn read_salt(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let word = words.word()?;
    let salt = if word == b"-" { Vec::new() } else { hex(word)? };
    let Ok(len) = u8::try_from(salt.len()) else { return bad("a salt of more than 255 bytes") };
    out.push(len);
    out.extend_from_slice(&salt);
    Ok(())
}

pub(super) fn write_salt(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let salt = wire.counted()?;
    if salt.is_empty() {
        out.push('-')
    } else {
        out.push_str(&hex_text(salt))
    }
    Some(())
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// Base 32 with the extended hexadecimal alphabet, without padding.
pub(in super::super) fn base32(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text {
        let value = DIGITS.iter().position(|digit| *digit == byte.to_ascii_lowercase())?;
        bits = (bits << 5) | u32::try_from(value).ok()?;
        count = count.saturating_add(5);
        if count >= 8 {
            count = count.saturating_sub(8);
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    (bits == 0 && count < 5).then_some(bytes)
}

fn base32_text(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        count = count.saturating_add(8);
        while count >= 5 {
            count = count.saturating_sub(5);
            push_digit(&mut text, bits >> count);
            bits &= (1 << count) - 1;
        }
    }
    if count > 0 {
        push_digit(&mut text, bits << 5u32.saturating_sub(count));
    }
    text
}

fn push_digit(text: &mut String, bits: u32) {
    let digit = usize::try_from(bits & 31).ok().and_then(|at| DIGITS.get(at));
    text.push(char::from(digit.copied().unwrap_or(b'0')));
}

/// The hash algorithm of NSEC3 that is known, SHA-1, makes 20 bytes.
fn is_hash(algorithm: Option<u8>, hash: &[u8]) -> bool {
    !hash.is_empty() && hash.len() <= 255 && (algorithm != Some(1) || hash.len() == 20)
}

pub(super) fn read_hash(words: &mut Words<'_>, out: &mut Vec<u8>) -> Result<(), BadData> {
    let Some(hash) = base32(words.word()?) else { return bad("no base 32 without padding") };
    if !is_hash(out.first().copied(), &hash) {
        return bad("a hash of the wrong length");
    }
    out.push(u8::try_from(hash.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(&hash);
    Ok(())
}

pub(super) fn write_hash(wire: &mut Wire<'_>, out: &mut String) -> Option<()> {
    let hash = wire.counted()?;
    let algorithm = out.split(' ').next()?.parse().ok();
    if !is_hash(algorithm, hash) {
        return None;
    }
    out.push_str(&base32_text(hash));
    Some(())
}

/// Whether base 64 may be missing: a KEY that says it has none, and types that may be empty.
fn may_be_empty(kind: u16, head: &[u8]) -> bool {
    match kind {
        KEY => head.first().is_some_and(|flags| flags & 0xc0 == 0xc0),
        SINK | DOA | CERT => true,
        _ => false,
    }
}

pub(super) fn read_base64(words: &mut Words<'_>, kind: u16, out: &mut Vec<u8>) -> Result<(), BadData> {
    let text = words.joined()?;
    if kind == DOA && text == b"-" {
        return Ok(());
    }
    let Ok(bytes) = STANDARD.decode(&text) else { return bad("no base 64") };
    if bytes.is_empty() && !may_be_empty(kind, out) {
        return bad("the data ends too early");
    }
    out.extend_from_slice(&bytes);
    Ok(())
}

pub(super) fn write_base64(wire: &mut Wire<'_>, kind: u16, out: &mut String) -> Option<()> {
    let bytes = wire.rest();
    if bytes.is_empty() {
        let flags = out.split(' ').next().and_then(|flags| flags.parse::<u16>().ok()).unwrap_or(0).to_be_bytes();
        if !may_be_empty(kind, &flags) {
            return None;
        }
        if kind == DOA {
            out.push('-');
        }
        return Some(());
    }
    out.push_str(&STANDARD.encode(bytes));
    Some(())
}
