//! Entries into records: owners, classes, times to live and directives.

use std::collections::HashSet;

use super::data::{self, Words, ttl_seconds};
use super::fault::{FaultCode, Faults, Place};
use super::generate::{self, Range};
use super::lines::{Entry, Lines, Word};
use super::name::{Name, NameFault};
use super::types::{self, Shape};
use super::{Parsed, Verdict, checks};
use crate::snapshot::{Gap, GapKind, Kind, ZoneRecord};
use crate::tally::Tally;
use crate::{Limits, Refusal, RefusalCode};

/// The owner of the record before.
#[derive(Debug, Clone)]
enum Owner {
    None,
    Known(Name),
    /// It could not be read: what inherits it cannot be placed.
    Unreadable,
}

const MAX_TTL: u32 = 0x7fff_ffff;
const SOA: u16 = 6;
const SVCB: u16 = 64;
const HTTPS: u16 = 65;

struct Reader<'a> {
    limits: &'a Limits,
    origin: Option<Name>,
    origin_line: Option<u64>,
    owner: Owner,
    default_ttl: Option<u32>,
    first_default: Option<u32>,
    last_ttl: Option<u32>,
    said_ttl_rule: bool,
    records: Vec<ZoneRecord>,
    seen: HashSet<String>,
    apex: Option<Name>,
    gaps: Tally,
    faults: Faults,
}

/// What stands before the type of a record.
#[derive(Default)]
struct Head {
    ttl: Option<u32>,
    kind: Option<u16>,
}

pub(super) fn parse(bytes: &[u8], origin: Option<&str>, limits: &Limits) -> Parsed {
    if bytes.len() > limits.item_bytes.saturating_mul(64) {
        return refused(RefusalCode::TooLarge, "the file is larger than is read");
    }
    if is_binary(bytes) {
        return refused(RefusalCode::NotThisFormat, "the file is not text");
    }
    let (bytes, has_mark) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let given = origin.and_then(|text| Name::read(text.as_bytes(), Some(&Name::default())).ok());
    let given = given.map(|name| name.lower());
    let mut reader = Reader {
        limits,
        origin: given.clone(),
        origin_line: None,
        owner: Owner::None,
        default_ttl: None,
        first_default: None,
        last_ttl: None,
        said_ttl_rule: false,
        records: Vec::new(),
        seen: HashSet::new(),
        apex: given,
        gaps: Tally::default(),
        faults: Faults::default(),
    };
    if has_mark {
        reader.faults.push(FaultCode::ByteOrderMark, Place::default(), "left out");
    }
    let mut lines = Lines::new(bytes, limits.item_bytes);
    while let Some(entry) = lines.entry() {
        reader.entry(&entry);
    }
    reader.finish()
}

fn refused(code: RefusalCode, reason: &str) -> Parsed {
    Parsed {
        zone: None,
        records: Vec::new(),
        default_ttl: None,
        gaps: Vec::new(),
        faults: Vec::new(),
        verdict: Verdict::Bad,
        refusal: Some(Refusal::new(code, "", reason)),
    }
}

/// Control bytes that no text has: a database, an archive, two bytes a letter.
fn is_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..4_096).unwrap_or(bytes);
    let controls = head.iter().filter(|byte| matches!(byte, 0..=8 | 14..=31 | 127)).count();
    controls > 2 && controls.saturating_mul(20) > head.len()
}

impl Reader<'_> {
    fn entry(&mut self, entry: &Entry<'_>) {
        if let Some(code) = entry.fault {
            let what = match code {
                FaultCode::Parentheses => "a parenthesis without its other half",
                FaultCode::Quotes => "a quotation mark without its other half",
                _ => "an entry of too many words",
            };
            self.forget_owner(entry);
            return self.lose(code, entry.line, what, GapKind::Skipped);
        }
        let Some(first) = entry.words.first() else { return };
        if !entry.begins_blank && !first.is_quoted && first.text.starts_with(b"$") {
            self.directive(first.text, entry);
        } else {
            self.record(entry);
        }
    }

    /// After an entry that could not be read, the lines that inherit its owner cannot be placed,
    /// unless the owner itself is plain to see.
    fn forget_owner(&mut self, entry: &Entry<'_>) {
        if entry.begins_blank {
            return;
        }
        let read = entry.words.first().and_then(|word| Name::read(word.text, self.origin.as_ref()).ok());
        self.owner = read.map_or(Owner::Unreadable, |name| Owner::Known(name.lower()));
    }

    fn lose(&mut self, code: FaultCode, line: u64, reason: &str, kind: GapKind) {
        self.faults.push(code, Place { line: Some(line), ..Place::default() }, reason);
        self.gaps.add(Gap::new(kind, format_args!("line {line}"), reason).of(Kind::Zone, ""));
    }

    fn directive(&mut self, name: &[u8], entry: &Entry<'_>) {
        let line = entry.line;
        let argument = entry.words.get(1).map(|word| word.text);
        match name.to_ascii_uppercase().as_slice() {
            b"$TTL" => match argument.and_then(ttl_seconds) {
                Some(seconds) => {
                    let seconds = self.bounded_ttl(seconds, line);
                    self.first_default = self.first_default.or(Some(seconds));
                    self.default_ttl = Some(seconds);
                }
                None => self.lose(FaultCode::BadTtl, line, "$TTL without a time span", GapKind::PartUnread),
            },
            b"$ORIGIN" => {
                let read = argument.map_or(Err(NameFault::EmptyLabel), |text| Name::read(text, self.origin.as_ref()));
                self.origin = read.as_ref().ok().map(Name::lower);
                self.origin_line = Some(line);
                if let Err(fault) = read {
                    let what = format!("$ORIGIN with {}", fault.text());
                    self.lose(FaultCode::BadName, line, &what, GapKind::PartUnread);
                }
            }
            b"$INCLUDE" => self.lose(
                FaultCode::Include,
                line,
                "another file is named by $INCLUDE; what a zone names is never opened",
                GapKind::PartUnread,
            ),
            b"$GENERATE" => self.generate(entry),
            _ => self.lose(FaultCode::Directive, line, "a directive that is not known", GapKind::PartUnread),
        }
    }

    fn generate(&mut self, entry: &Entry<'_>) {
        let line = entry.line;
        let mut words = entry.words.iter().skip(1);
        let range = words.next().and_then(|word| Range::read(word.text));
        let left = words.next();
        let mut rest: Vec<Word<'_>> = words.copied().collect();
        let (Some(range), Some(left)) = (range, left) else {
            return self.lose(FaultCode::Generate, line, "$GENERATE without a good range", GapKind::Skipped);
        };
        if range.len() > generate::MOST {
            return self.lose(FaultCode::Generate, line, "$GENERATE for too many records", GapKind::Skipped);
        }
        let head = match self.head(&mut rest, line) {
            Ok(head) => head,
            Err((code, what)) => return self.lose(code, line, &what, GapKind::Skipped),
        };
        let [right] = rest.as_slice() else {
            let what = "$GENERATE with other than one word of data; more must stand in quotes";
            return self.lose(FaultCode::Generate, line, what, GapKind::Skipped);
        };
        let limits = *self.limits;
        for value in range.values() {
            let (Some(owner), Some(data)) = (generate::fill(left.text, value), generate::fill(right.text, value))
            else {
                return self.lose(FaultCode::Generate, line, "$GENERATE with a bad modifier", GapKind::Skipped);
            };
            let Some(words) = one_entry(&data, &limits) else {
                return self.lose(FaultCode::Generate, line, "$GENERATE with data of several lines", GapKind::Skipped);
            };
            match Name::read(&owner, self.origin.as_ref()) {
                Ok(owner) => self.take(&owner.lower(), &head, &words, line),
                Err(fault) => return self.lose(FaultCode::BadName, line, fault.text(), GapKind::Skipped),
            }
        }
    }

    fn record(&mut self, entry: &Entry<'_>) {
        let line = entry.line;
        let mut rest = entry.words.clone();
        if entry.begins_blank {
            if let (Some(at), Owner::Known(owner)) = (self.origin_line.take(), &self.owner) {
                let detail = format!("the owner is that of a line before $ORIGIN of line {at}");
                let owner = owner.text();
                self.faults.push(
                    FaultCode::InheritedOwner,
                    Place { owner: &owner, line: Some(line), ..Place::default() },
                    detail,
                );
            }
        } else {
            self.origin_line = None;
            let word = rest.remove(0);
            match Name::read(word.text, self.origin.as_ref()) {
                Ok(name) => self.owner = Owner::Known(name.lower()),
                Err(fault) => {
                    self.owner = Owner::Unreadable;
                    let code = if fault == NameFault::NoOrigin { FaultCode::NoOrigin } else { FaultCode::BadName };
                    return self.lose(code, line, fault.text(), GapKind::Skipped);
                }
            }
        }
        let owner = match (self.owner.clone(), self.origin.clone()) {
            (Owner::Known(owner), _) => owner,
            (Owner::None, Some(origin)) => {
                let what = "a record without an owner before any other; the origin was taken";
                self.lose(FaultCode::NoOwner, line, what, GapKind::FactChanged);
                self.owner = Owner::Known(origin.clone());
                origin
            }
            _ => {
                let what = "the owner is that of a line that could not be read";
                return self.lose(FaultCode::NoOwner, line, what, GapKind::Skipped);
            }
        };
        match self.head(&mut rest, line) {
            Ok(head) => self.take(&owner, &head, &rest, line),
            Err((code, what)) => self.lose(code, line, &what, GapKind::Skipped),
        }
    }

    /// Takes time to live, class and type off the front, the first two in either order.
    fn head(&mut self, rest: &mut Vec<Word<'_>>, line: u64) -> Result<Head, (FaultCode, String)> {
        let mut head = Head::default();
        let mut has_class = false;
        while !rest.is_empty() {
            let word = rest.remove(0);
            if word.is_quoted {
                return Err((FaultCode::UnknownType, "a quoted string where a type belongs".to_owned()));
            }
            if head.ttl.is_none() && word.text.first().is_some_and(u8::is_ascii_digit) {
                match ttl_seconds(word.text) {
                    Some(seconds) => head.ttl = Some(self.bounded_ttl(seconds, line)),
                    None => return Err((FaultCode::BadTtl, "a time to live that cannot be read".to_owned())),
                }
                continue;
            }
            if !has_class && let Some(is_in) = class(word.text) {
                if !is_in {
                    return Err((FaultCode::BadClass, "a class that is not IN".to_owned()));
                }
                has_class = true;
                continue;
            }
            let Some(kind) = types::number(word.text) else {
                let shown: String = String::from_utf8_lossy(word.text).chars().take(20).collect();
                return Err((FaultCode::UnknownType, format!("a type that is not known: {shown}")));
            };
            if matches!(types::shape(kind), Shape::Meta) {
                let what = format!("type {} exists in messages only", types::name(kind));
                return Err((FaultCode::MetaType, what));
            }
            head.kind = Some(kind);
            return Ok(head);
        }
        Err((FaultCode::Incomplete, "a record without a type".to_owned()))
    }

    fn bounded_ttl(&mut self, seconds: u32, line: u64) -> u32 {
        if seconds <= MAX_TTL {
            return seconds;
        }
        let what = "a time to live above 2147483647; name servers take it as 0";
        self.lose(FaultCode::TtlTooLarge, line, what, GapKind::FactChanged);
        0
    }

    fn take(&mut self, owner: &Name, head: &Head, rest: &[Word<'_>], line: u64) {
        let Some(kind) = head.kind else { return };
        let type_name = types::name(kind);
        let owner_text = owner.text();
        let at = Place { owner: &owner_text, kind: Some(&type_name), line: Some(line), index: None };
        if self.records.len() >= self.limits.members {
            return self.lose(FaultCode::TooMany, line, "more records than are read", GapKind::Skipped);
        }
        let origin = self.origin.clone();
        let mut words = Words::new(rest, origin.as_ref(), matches!(kind, SVCB | HTTPS));
        let written = data::read(kind, &mut words).and_then(|wire| match data::write(kind, &wire) {
            Some(text) => Ok((wire, text)),
            None => data::bad("the data cannot be written again"),
        });
        let (wire, text) = match written {
            Ok(both) => both,
            Err(bad) => {
                self.faults.push(bad.code, at, &bad.detail);
                let reason = format!("{type_name}: {}", bad.detail);
                self.gaps.add(Gap::new(GapKind::Skipped, format_args!("line {line}"), reason).of(Kind::Zone, ""));
                return;
            }
        };
        if words.has_long_string {
            self.faults.push(FaultCode::LongString, at, "a string of more than 255 bytes was taken in parts");
            let reason = format!("{type_name}: a string of more than 255 bytes was taken in parts");
            self.gaps.add(Gap::new(GapKind::FactChanged, format_args!("line {line}"), reason).of(Kind::Zone, ""));
        }
        let ttl = self.ttl(head.ttl, kind, &wire, at);
        if !self.seen.insert(format!("{owner_text}\0{type_name}\0{text}")) {
            let reason = format!("{type_name}: the same record twice");
            self.gaps.add(Gap::new(GapKind::Duplicate, format_args!("line {line}"), reason).of(Kind::Zone, ""));
            return;
        }
        if kind == SOA && self.apex.is_none() {
            self.apex = Some(owner.clone());
        }
        self.records.push(ZoneRecord { owner: owner_text, ttl, kind: type_name, data: text, line: Some(line) });
    }

    /// The record's own, that of `$TTL`, the SOA's last number, or that of the record before.
    fn ttl(&mut self, own: Option<u32>, kind: u16, wire: &[u8], at: Place<'_>) -> Option<u32> {
        if own.is_some() {
            self.last_ttl = own;
            return own;
        }
        if self.default_ttl.is_some() {
            return self.default_ttl;
        }
        if kind == SOA && self.last_ttl.is_none() {
            let minimum = wire.last_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes).min(MAX_TTL));
            self.faults.push(FaultCode::TtlFromSoa, at, "no $TTL and no time to live: the SOA's last number counts");
            self.default_ttl = minimum;
            self.first_default = minimum;
            return minimum;
        }
        let Some(last) = self.last_ttl else {
            self.faults.push(FaultCode::NoTtl, at, "no $TTL and no time to live");
            return None;
        };
        if !self.said_ttl_rule {
            self.said_ttl_rule = true;
            self.faults.push(FaultCode::TtlFromPrevious, at, "no $TTL: that of the record before counts");
        }
        Some(last)
    }

    fn finish(mut self) -> Parsed {
        let apex = self.apex.clone();
        if let Some(apex) = &apex {
            let records = std::mem::take(&mut self.records);
            for record in records {
                let is_within = Name::read(record.owner.as_bytes(), None).is_ok_and(|owner| owner.is_within(apex));
                if is_within {
                    self.records.push(record);
                    continue;
                }
                let line = record.line.unwrap_or(0);
                let at = Place { owner: &record.owner, kind: Some(&record.kind), line: record.line, index: None };
                let reason = "outside the zone; name servers ignore it";
                self.faults.push(FaultCode::OutOfZone, at, reason);
                // Two SOA records are two zones in one file, or a wrong name: neither can be guessed.
                self.gaps.add(Gap::new(GapKind::Skipped, format_args!("line {line}"), reason).of(Kind::Zone, ""));
            }
        }
        let zone = apex.as_ref().map(Name::text);
        if let Some(zone) = &zone {
            checks::run(&self.records, zone, &mut self.faults);
        } else {
            self.faults.push(FaultCode::NoSoa, Place::default(), "no SOA, and no name of the zone was given");
        }
        let faults = self.faults.finish();
        Parsed {
            zone,
            records: self.records,
            default_ttl: self.first_default,
            gaps: self.gaps.finish(),
            verdict: Verdict::of(&faults),
            faults,
            refusal: None,
        }
    }
}

/// Whether a word is a class, and whether it is IN.
fn class(word: &[u8]) -> Option<bool> {
    let upper = word.to_ascii_uppercase();
    match upper.as_slice() {
        b"IN" | b"CLASS1" => Some(true),
        b"CH" | b"CHAOS" | b"HS" | b"HESIOD" | b"CS" | b"CSNET" | b"NONE" | b"ANY" => Some(false),
        _ => {
            let digits = upper.strip_prefix(b"CLASS")?;
            (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then_some(false)
        }
    }
}

/// The words of data that must be one entry.
fn one_entry<'a>(data: &'a [u8], limits: &Limits) -> Option<Vec<Word<'a>>> {
    let mut lines = Lines::new(data, limits.item_bytes);
    let entry = lines.entry()?;
    (entry.fault.is_none() && lines.entry().is_none()).then_some(entry.words)
}
