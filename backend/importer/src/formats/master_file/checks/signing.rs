//! Keys and what is told to the zone above.

use std::collections::BTreeSet;

use super::super::fault::{FaultCode, Faults};
use super::tree::{Node, Tree, kind_name};
use super::{CDNSKEY, CDS, DNSKEY, DS, KEY};

pub(super) fn check(tree: &Tree, faults: &mut Faults) {
    for node in tree.nodes() {
        retired(node, faults);
    }
    if let Some(apex) = tree.apex_node() {
        signals(apex, faults);
    }
}

/// RFC 8624, RFC 9905 and RFC 9906.
fn retired(node: &Node, faults: &mut Faults) {
    for item in &node.items {
        let what = match (item.kind, item.wire.as_slice()) {
            (DNSKEY | CDNSKEY | KEY, [_, _, _, algorithm, ..]) => algorithm_name(*algorithm),
            (DS | CDS, [_, _, _, 1, ..]) => Some("digest SHA-1"),
            (DS | CDS, [_, _, _, 3, ..]) => Some("digest GOST"),
            (DS | CDS, [_, _, algorithm, ..]) => algorithm_name(*algorithm),
            _ => None,
        };
        if let Some(what) = what {
            let kind = kind_name(item);
            faults.push(FaultCode::Deprecated, node.at(item, &kind), what);
        }
    }
}

fn algorithm_name(algorithm: u8) -> Option<&'static str> {
    match algorithm {
        1 => Some("algorithm RSAMD5"),
        3 | 6 => Some("algorithm DSA"),
        5 => Some("algorithm RSASHA1"),
        7 => Some("algorithm NSEC3RSASHA1"),
        12 => Some("algorithm ECCGOST"),
        _ => None,
    }
}

/// CDS and CDNSKEY either ask to delete, alone and in one form (RFC 8078), or name keys of the zone.
fn signals(apex: &Node, faults: &mut Faults) {
    let keys: BTreeSet<u8> = apex.of(DNSKEY).filter_map(|item| item.wire.get(3).copied()).collect();
    for (kind, at, delete) in [(CDS, 2usize, [0u8, 0, 0, 0, 0].as_slice()), (CDNSKEY, 3, &[0, 0, 3, 0, 0])] {
        let count = apex.of(kind).count();
        for item in apex.of(kind) {
            let name = kind_name(item);
            let algorithm = item.wire.get(at).copied().unwrap_or(0);
            if algorithm == 0 {
                if count > 1 || item.wire != delete {
                    let detail = "a wish to delete stands alone and in its one form";
                    faults.push(FaultCode::DeleteSignal, apex.at(item, &name), detail);
                }
            } else if !keys.contains(&algorithm) {
                let detail = format!("no key of the zone has algorithm {algorithm}");
                faults.push(FaultCode::SignalWithoutKey, apex.at(item, &name), detail);
            }
        }
    }
}
