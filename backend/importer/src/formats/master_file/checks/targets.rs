//! What names in data lead to.

use super::super::data::Wire;
use super::super::fault::{FaultCode, Faults};
use super::super::name::Name;
use super::tree::{Found, Item, Node, Tree, kind_name};
use super::{A, AAAA, MX, NS, PTR, SRV};

pub(super) fn check(tree: &Tree, faults: &mut Faults) {
    for node in tree.nodes() {
        if tree.hidden_by(&node.name).is_some() {
            continue;
        }
        for item in &node.items {
            match item.kind {
                MX => target(tree, node, item, name_after(&item.wire, 1), faults),
                SRV => target(tree, node, item, name_after(&item.wire, 3), faults),
                PTR => pointer(node, item, faults),
                NS => server_name(tree, node, item, faults),
                _ => {}
            }
        }
    }
    servers(tree, faults);
}

/// The name behind so many numbers of two bytes.
fn name_after(wire: &[u8], numbers: usize) -> Option<Name> {
    let mut wire = Wire::new(wire);
    for _ in 0..numbers {
        wire.u16()?;
    }
    wire.name()
}

fn target(tree: &Tree, node: &Node, item: &Item, name: Option<Name>, faults: &mut Faults) {
    let Some(name) = name.filter(|name| !name.is_root()) else { return };
    let kind = kind_name(item);
    let at = node.at(item, &kind);
    if item.kind == MX && name.looks_like_address(&tree.apex) {
        return faults.push(FaultCode::MxIsAddress, at, format_args!("{} is an address", name.text()));
    }
    if !name.is_host(false) {
        faults.push(FaultCode::TargetNotHost, at, format_args!("{} is not a host name", name.text()));
    }
    match tree.find_address(&name) {
        Found::Address | Found::Elsewhere => {}
        Found::Nothing => {
            faults.push(FaultCode::TargetWithoutAddress, at, format_args!("{} has no address", name.text()));
        }
        Found::Cname => faults.push(FaultCode::TargetIsCname, at, format_args!("{} is a CNAME", name.text())),
        Found::BelowDname => {
            faults.push(FaultCode::TargetIsCname, at, format_args!("{} is below a DNAME", name.text()));
        }
    }
}

/// In reverse zones names of hosts are host names, but for service discovery (RFC 6763).
fn pointer(node: &Node, item: &Item, faults: &mut Faults) {
    let labels = node.name.labels();
    let ends_with = |zone: [&[u8]; 2]| {
        labels.iter().rev().zip(zone.iter().rev()).filter(|(label, part)| label.as_slice() == **part).count() == 2
    };
    let is_reverse = ends_with([b"in-addr", b"arpa"]) || ends_with([b"ip6", b"arpa"]) || ends_with([b"ip6", b"int"]);
    let is_discovery = match labels {
        [first, second, third, ..] => {
            matches!(first.as_slice(), b"b" | b"db" | b"r" | b"dr" | b"lb")
                && second.as_slice() == b"_dns-sd"
                && third.as_slice() == b"_udp"
        }
        _ => false,
    };
    let Some(name) = name_after(&item.wire, 0).filter(|_| is_reverse && !is_discovery) else { return };
    if !name.is_host(false) {
        faults.push(
            FaultCode::PointerNotHost,
            node.at(item, "PTR"),
            format_args!("{} is not a host name", name.text()),
        );
    }
}

fn server_name(tree: &Tree, node: &Node, item: &Item, faults: &mut Faults) {
    let Some(name) = name_after(&item.wire, 0) else { return };
    let at = node.at(item, "NS");
    if name.looks_like_address(&tree.apex) {
        faults.push(FaultCode::NsIsAddress, at, format_args!("{} is an address", name.text()));
    } else if !name.is_host(false) {
        faults.push(FaultCode::TargetNotHost, at, format_args!("{} is not a host name", name.text()));
    }
    if !tree.is_apex(node) {
        return;
    }
    match tree.find_address(&name) {
        Found::Address | Found::Elsewhere => {}
        Found::Nothing => faults.push(FaultCode::NsWithoutAddress, at, format_args!("{} has no address", name.text())),
        Found::Cname => faults.push(FaultCode::NsIsCname, at, format_args!("{} is a CNAME", name.text())),
        Found::BelowDname => {
            faults.push(FaultCode::NsBelowDname, at, format_args!("{} is below a DNAME", name.text()));
        }
    }
}

/// A zone with IPv6 addresses wants a name server with one, and so for IPv4. Asked only where
/// all name servers are in the zone: nothing is known of others.
fn servers(tree: &Tree, faults: &mut Faults) {
    let Some(apex) = tree.apex_node() else { return };
    let mut has = [false, false];
    let mut last = None;
    for item in apex.of(NS) {
        let Some(node) = name_after(&item.wire, 0).and_then(|name| tree.node(&name)) else { return };
        has = [has[0] || node.has(A), has[1] || node.has(AAAA)];
        last = Some(item);
    }
    let Some(item) = last.filter(|_| has != [false, false]) else { return };
    for (has, kind, code) in [(has[0], A, FaultCode::NotServedByIpv4), (has[1], AAAA, FaultCode::NotServedByIpv6)] {
        if !has && tree.nodes().any(|node| node.has(kind)) {
            faults.push(code, apex.at(item, "NS"), "the zone has such addresses, its name servers have none");
        }
    }
}
