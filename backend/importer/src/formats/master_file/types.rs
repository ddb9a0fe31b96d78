//! The types of records: their numbers, names and the parts their data is made of.

use super::data::Part;
use Part::{
    A, A6, Aaaa, Algorithm, Amtrelay, Apl, Atma, Base64, CaaTag, CertType, Digest, DigestType, Eui, Hash, Hex,
    HexInline, Hip, Ipseckey, Isdn, KeyFlags, KeyProtocol, Loc, Locator, LowName, Name, Nsap, Nxt, Quoted, Strings,
    SvcParams, Text, Time, Ttl, Type, TypeSet, U8, U16, U32, U64, Wks,
};

/// What is known of a type.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Its data is made of these.
    Parts(&'static [Part]),
    /// Known by name, written in the generic form only.
    Opaque,
    /// Exists in questions and messages only.
    Meta,
}

struct Known {
    number: u16,
    name: &'static str,
    shape: Shape,
}

const fn parts(number: u16, name: &'static str, parts: &'static [Part]) -> Known {
    Known { number, name, shape: Shape::Parts(parts) }
}

const fn meta(number: u16, name: &'static str) -> Known {
    Known { number, name, shape: Shape::Meta }
}

const fn opaque(number: u16, name: &'static str) -> Known {
    Known { number, name, shape: Shape::Opaque }
}

const KEY: &[Part] = &[KeyFlags, KeyProtocol, Algorithm, Base64];
const SIGNATURE: &[Part] = &[Type, Algorithm, U8, Ttl, Time, Time, U16, LowName, Base64];
const DELEGATION: &[Part] = &[U16, Algorithm, DigestType, Digest];

/// By how often they are met, then by number.
const TYPES: &[Known] = &[
    parts(1, "A", &[A]),
    parts(5, "CNAME", &[LowName]),
    parts(12, "PTR", &[LowName]),
    parts(16, "TXT", &[Strings]),
    parts(28, "AAAA", &[Aaaa]),
    parts(15, "MX", &[U16, LowName]),
    parts(2, "NS", &[LowName]),
    parts(46, "RRSIG", SIGNATURE),
    parts(47, "NSEC", &[Name, TypeSet]),
    parts(50, "NSEC3", &[U8, U8, U16, HexInline, Hash, TypeSet]),
    parts(33, "SRV", &[U16, U16, U16, LowName]),
    parts(6, "SOA", &[LowName, LowName, U32, Ttl, Ttl, Ttl, Ttl]),
    parts(43, "DS", DELEGATION),
    parts(3, "MD", &[LowName]),
    parts(4, "MF", &[LowName]),
    parts(7, "MB", &[LowName]),
    parts(8, "MG", &[LowName]),
    parts(9, "MR", &[LowName]),
    opaque(10, "NULL"),
    parts(11, "WKS", &[A, Wks]),
    parts(13, "HINFO", &[Text, Text]),
    parts(14, "MINFO", &[LowName, LowName]),
    parts(17, "RP", &[LowName, LowName]),
    parts(18, "AFSDB", &[U16, LowName]),
    parts(19, "X25", &[Text]),
    parts(20, "ISDN", &[Isdn]),
    parts(21, "RT", &[U16, LowName]),
    parts(22, "NSAP", &[Nsap]),
    parts(23, "NSAP-PTR", &[LowName]),
    parts(24, "SIG", SIGNATURE),
    parts(25, "KEY", KEY),
    parts(26, "PX", &[U16, LowName, LowName]),
    parts(27, "GPOS", &[Text, Text, Text]),
    parts(29, "LOC", &[Loc]),
    parts(30, "NXT", &[LowName, Nxt]),
    parts(31, "EID", &[Hex]),
    parts(32, "NIMLOC", &[Hex]),
    parts(34, "ATMA", &[Atma]),
    parts(35, "NAPTR", &[U16, U16, Text, Text, Text, LowName]),
    parts(36, "KX", &[U16, LowName]),
    parts(37, "CERT", &[CertType, U16, Algorithm, Base64]),
    parts(38, "A6", &[A6]),
    parts(39, "DNAME", &[LowName]),
    parts(40, "SINK", &[U8, U8, U8, Base64]),
    meta(41, "OPT"),
    parts(42, "APL", &[Apl]),
    parts(44, "SSHFP", &[U8, U8, Digest]),
    parts(45, "IPSECKEY", &[Ipseckey]),
    parts(48, "DNSKEY", KEY),
    parts(49, "DHCID", &[Base64]),
    parts(51, "NSEC3PARAM", &[U8, U8, U16, HexInline]),
    parts(52, "TLSA", &[U8, U8, U8, Hex]),
    parts(53, "SMIMEA", &[U8, U8, U8, Hex]),
    parts(55, "HIP", &[Hip]),
    parts(56, "NINFO", &[Strings]),
    parts(57, "RKEY", KEY),
    parts(58, "TALINK", &[Name, Name]),
    parts(59, "CDS", DELEGATION),
    parts(60, "CDNSKEY", KEY),
    parts(61, "OPENPGPKEY", &[Base64]),
    parts(62, "CSYNC", &[U32, U16, TypeSet]),
    parts(63, "ZONEMD", &[U32, U8, U8, Digest]),
    parts(64, "SVCB", &[U16, Name, SvcParams]),
    parts(65, "HTTPS", &[U16, Name, SvcParams]),
    parts(66, "DSYNC", &[Type, U8, U16, Name]),
    parts(67, "HHIT", &[Base64]),
    parts(68, "BRID", &[Base64]),
    parts(99, "SPF", &[Strings]),
    opaque(100, "UINFO"),
    opaque(101, "UID"),
    opaque(102, "GID"),
    opaque(103, "UNSPEC"),
    parts(104, "NID", &[U16, Locator]),
    parts(105, "L32", &[U16, A]),
    parts(106, "L64", &[U16, Locator]),
    parts(107, "LP", &[U16, Name]),
    parts(108, "EUI48", &[Eui(6)]),
    parts(109, "EUI64", &[Eui(8)]),
    meta(128, "NXNAME"),
    meta(249, "TKEY"),
    meta(250, "TSIG"),
    meta(251, "IXFR"),
    meta(252, "AXFR"),
    meta(253, "MAILB"),
    meta(254, "MAILA"),
    meta(255, "ANY"),
    parts(256, "URI", &[U16, U16, Quoted]),
    parts(257, "CAA", &[U8, CaaTag, Quoted]),
    parts(258, "AVC", &[Strings]),
    parts(259, "DOA", &[U32, U32, U8, Text, Base64]),
    parts(260, "AMTRELAY", &[Amtrelay]),
    parts(261, "RESINFO", &[Strings]),
    parts(262, "WALLET", &[Strings]),
    parts(263, "CLA", &[Strings]),
    parts(264, "IPN", &[U64]),
    parts(32768, "TA", DELEGATION),
    parts(32769, "DLV", DELEGATION),
];

/// The number of a type by its name or `TYPEnnn`, whatever the case.
pub(super) fn number(name: &[u8]) -> Option<u16> {
    let known = TYPES.iter().find(|known| known.name.as_bytes().eq_ignore_ascii_case(name));
    known.map(|known| known.number).or_else(|| {
        let (prefix, digits) = name.split_at_checked(4)?;
        let is_number = prefix.eq_ignore_ascii_case(b"TYPE") && digits.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
    })
}

/// The name of a type, `TYPEnnn` where it has none.
pub(super) fn name(number: u16) -> String {
    TYPES
        .iter()
        .find(|known| known.number == number)
        .map_or_else(|| format!("TYPE{number}"), |known| known.name.to_owned())
}

pub(super) fn shape(number: u16) -> Shape {
    match number {
        0 => Shape::Meta,
        _ => TYPES.iter().find(|known| known.number == number).map_or(Shape::Opaque, |known| known.shape),
    }
}

/// Names of the types that have a written form.
pub(super) fn writable() -> Vec<&'static str> {
    TYPES.iter().filter(|known| matches!(known.shape, Shape::Parts(_))).map(|known| known.name).collect()
}
