//! What name servers have against a zone, after `named-checkzone`.
//!
//! Records are read into a tree of names first; each room then asks its questions of the tree.

mod delegation;
mod owners;
mod sets;
mod signing;
mod targets;
mod tree;

use super::data::{self, Words};
use super::fault::{FaultCode, Faults, Place};
use super::lines::{Lines, Word};
use super::name::{Name, NameFault};
use super::types::{self, Shape};
use crate::snapshot::ZoneRecord;
use tree::{Item, Tree};

pub(super) const A: u16 = 1;
pub(super) const NS: u16 = 2;
pub(super) const CNAME: u16 = 5;
pub(super) const SOA: u16 = 6;
pub(super) const PTR: u16 = 12;
pub(super) const MX: u16 = 15;
pub(super) const TXT: u16 = 16;
pub(super) const SIG: u16 = 24;
pub(super) const KEY: u16 = 25;
pub(super) const AAAA: u16 = 28;
pub(super) const NXT: u16 = 30;
pub(super) const SRV: u16 = 33;
pub(super) const DNAME: u16 = 39;
pub(super) const DS: u16 = 43;
pub(super) const RRSIG: u16 = 46;
pub(super) const NSEC: u16 = 47;
pub(super) const DNSKEY: u16 = 48;
pub(super) const NSEC3: u16 = 50;
pub(super) const CDS: u16 = 59;
pub(super) const CDNSKEY: u16 = 60;
pub(super) const SVCB: u16 = 64;
pub(super) const HTTPS: u16 = 65;
pub(super) const SPF: u16 = 99;

/// Asks everything of the records of a zone.
pub(super) fn run(records: &[ZoneRecord], zone_name: &str, faults: &mut Faults) {
    let apex = match Name::read(zone_name.as_bytes(), Some(&Name::default())) {
        Ok(name) => name.lower(),
        Err(fault) => {
            let at = Place { owner: zone_name, ..Place::default() };
            return faults.push(FaultCode::BadName, at, fault.text());
        }
    };
    let mut tree = Tree::new(apex);
    for (index, record) in records.iter().enumerate() {
        let at = Place { owner: &record.owner, kind: Some(&record.kind), line: record.line, index: Some(index) };
        match read(record, &tree.apex) {
            Err((code, detail)) => faults.push(code, at, detail),
            Ok((owner, ..)) if !owner.is_within(&tree.apex) => {
                faults.push(FaultCode::OutOfZone, at, "outside the zone; name servers ignore it");
            }
            Ok((owner, kind, wire)) => {
                tree.add(&owner, Item { index, kind, wire, ttl: record.ttl, line: record.line });
            }
        }
    }
    sets::check(&tree, faults);
    owners::check(&tree, faults);
    targets::check(&tree, faults);
    delegation::check(&tree, faults);
    signing::check(&tree, faults);
}

type Fault = (FaultCode, String);

fn name_fault(fault: NameFault) -> Fault {
    let code = if fault == NameFault::NoOrigin { FaultCode::NoOrigin } else { FaultCode::BadName };
    (code, fault.text().to_owned())
}

/// Owner, type and data of a record; relative names are completed with the zone's.
fn read(record: &ZoneRecord, apex: &Name) -> Result<(Name, u16, Vec<u8>), Fault> {
    read_noting(record, apex).map(|(owner, kind, wire, _)| (owner, kind, wire))
}

fn read_noting(record: &ZoneRecord, apex: &Name) -> Result<(Name, u16, Vec<u8>, bool), Fault> {
    let owner = Name::read(record.owner.trim().as_bytes(), Some(apex)).map_err(name_fault)?.lower();
    let Some(kind) = types::number(record.kind.trim().as_bytes()) else {
        return Err((FaultCode::UnknownType, "a type that is not known".to_owned()));
    };
    if matches!(types::shape(kind), Shape::Meta) {
        return Err((FaultCode::MetaType, "a type that exists in messages only".to_owned()));
    }
    if record.ttl.is_some_and(|ttl| ttl > 0x7fff_ffff) {
        return Err((FaultCode::BadTtl, "a time to live above 2147483647".to_owned()));
    }
    let words = words(record.data.as_bytes())?;
    let mut words = Words::new(&words, Some(apex), matches!(kind, SVCB | HTTPS));
    let wire = data::read(kind, &mut words).map_err(|bad| (bad.code, bad.detail))?;
    Ok((owner, kind, wire, words.has_long_string))
}

/// Data as words. It is one record's: a line end or comment in it is a fault.
fn words(text: &[u8]) -> Result<Vec<Word<'_>>, Fault> {
    let mut lines = Lines::new(text, 1 << 20);
    let Some(entry) = lines.entry() else { return Ok(Vec::new()) };
    if let Some(code) = entry.fault {
        return Err((code, "a quotation mark or parenthesis without its other half".to_owned()));
    }
    if lines.entry().is_some() {
        return Err((FaultCode::BadData, "data of several lines".to_owned()));
    }
    Ok(entry.words)
}

/// A record in its one form.
pub(super) fn canonical(record: &ZoneRecord, zone_name: &str) -> Result<ZoneRecord, Fault> {
    let apex = Name::read(zone_name.as_bytes(), Some(&Name::default())).map_err(name_fault)?.lower();
    let (owner, kind, wire, _) = read_noting(record, &apex)?;
    if !owner.is_within(&apex) {
        return Err((FaultCode::OutOfZone, "outside the zone".to_owned()));
    }
    let Some(data) = data::write(kind, &wire) else {
        return Err((FaultCode::BadData, "the data cannot be written again".to_owned()));
    };
    Ok(ZoneRecord { owner: owner.text(), ttl: record.ttl, kind: types::name(kind), data, line: record.line })
}
