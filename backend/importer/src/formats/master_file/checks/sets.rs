//! Which records may stand together.

use std::collections::{BTreeMap, BTreeSet};

use super::super::data::Wire;
use super::super::fault::{FaultCode, Faults, Place};
use super::super::name::Name;
use super::tree::{Node, Tree, kind_name};
use super::{CNAME, DNAME, NS, NSEC, NXT, RRSIG, SIG, SOA, SPF, TXT};

pub(super) fn check(tree: &Tree, faults: &mut Faults) {
    apex(tree, faults);
    for node in tree.nodes() {
        singles(tree, node, faults);
        cname(tree, node, faults);
        repeats(node, faults);
        times(node, faults);
        policies(node, faults);
    }
}

fn apex(tree: &Tree, faults: &mut Faults) {
    let at = Place { owner: &tree.apex_text, ..Place::default() };
    let node = tree.apex_node();
    match node.map_or(0, |node| node.of(SOA).map(|item| &item.wire).collect::<BTreeSet<_>>().len()) {
        0 => faults.push(FaultCode::NoSoa, at, "no SOA at the zone's name"),
        1 => {}
        count => faults.push(FaultCode::SeveralSoa, at, format_args!("{count} SOA records")),
    }
    if !node.is_some_and(|node| node.has(NS)) {
        faults.push(FaultCode::NoNs, at, "no NS at the zone's name");
    }
}

fn singles(tree: &Tree, node: &Node, faults: &mut Faults) {
    for kind in [CNAME, DNAME] {
        let several: BTreeSet<&Vec<u8>> = node.of(kind).map(|item| &item.wire).collect();
        if several.len() > 1
            && let Some(item) = node.of(kind).last()
        {
            let name = kind_name(item);
            faults.push(FaultCode::Several, node.at(item, &name), format_args!("{} of them", several.len()));
        }
    }
    if !tree.is_apex(node) {
        for item in node.of(SOA) {
            faults.push(FaultCode::WrongPlace, node.at(item, "SOA"), "an SOA that is not at the zone's name");
        }
    }
}

/// Beside a CNAME only what signs it may stand (RFC 2181, RFC 4034).
fn cname(tree: &Tree, node: &Node, faults: &mut Faults) {
    let Some(item) = node.of(CNAME).next() else { return };
    let other = node.items.iter().find(|item| !matches!(item.kind, CNAME | RRSIG | NSEC | SIG | NXT));
    if let Some(other) = other {
        let detail = format!("CNAME and {}", kind_name(other));
        faults.push(FaultCode::CnameAndOther, node.at(item, "CNAME"), detail);
    }
    let mut seen = BTreeSet::from([node.text.clone()]);
    let mut current = target(&item.wire);
    while let Some(name) = current.take() {
        let Some(next) = tree.node(&name) else { return };
        if !seen.insert(next.text.clone()) {
            if next.text == node.text {
                faults.push(FaultCode::CnameLoop, node.at(item, "CNAME"), "leads back to itself");
            }
            return;
        }
        if seen.len() > 32 {
            return;
        }
        current = next.of(CNAME).next().and_then(|item| target(&item.wire));
    }
}

fn target(wire: &[u8]) -> Option<Name> {
    Wire::new(wire).name()
}

fn repeats(node: &Node, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for item in &node.items {
        if !seen.insert((item.kind, &item.wire)) {
            let name = kind_name(item);
            faults.push(FaultCode::Duplicate, node.at(item, &name), "the same record twice");
        }
    }
}

/// All records of one name and type have one time to live; servers take the first.
fn times(node: &Node, faults: &mut Faults) {
    let mut first: BTreeMap<u16, Option<u32>> = BTreeMap::new();
    for item in node.items.iter().filter(|item| !matches!(item.kind, RRSIG | SIG)) {
        let known = *first.entry(item.kind).or_insert(item.ttl);
        if known != item.ttl {
            let name = kind_name(item);
            faults.push(FaultCode::TtlMismatch, node.at(item, &name), "another time to live than the record before");
        }
    }
}

/// SPF policies stand in TXT, one at a name (RFC 7208).
fn policies(node: &Node, faults: &mut Faults) {
    let is_policy = |wire: &[u8]| {
        let text = joined(wire);
        text.strip_prefix(b"v=spf1").is_some_and(|rest| rest.first().is_none_or(|byte| *byte == b' '))
    };
    let in_txt = node.of(TXT).filter(|item| is_policy(&item.wire)).count();
    if in_txt > 1
        && let Some(item) = node.of(TXT).filter(|item| is_policy(&item.wire)).last()
    {
        faults.push(FaultCode::SeveralSpf, node.at(item, "TXT"), format_args!("{in_txt} policies"));
    }
    if in_txt == 0
        && let Some(item) = node.of(SPF).find(|item| is_policy(&item.wire))
    {
        faults.push(FaultCode::SpfWithoutTxt, node.at(item, "SPF"), "add the same as TXT");
    }
}

/// Strings of a TXT record, one after the other, as readers join them.
fn joined(wire: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = wire;
    while let Some((len, after)) = rest.split_first() {
        let Some((string, after)) = after.split_at_checked(usize::from(*len)) else { break };
        text.extend_from_slice(string);
        rest = after;
    }
    text
}
