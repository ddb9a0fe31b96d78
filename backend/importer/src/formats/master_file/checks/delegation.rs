//! Where other zones begin, and what is hidden behind that.

use super::super::data::Wire;
use super::super::fault::{FaultCode, Faults};
use super::tree::{Found, Node, Tree, kind_name};
use super::{A, AAAA, DNAME, DS, NS, NSEC, NSEC3, RRSIG};

pub(super) fn check(tree: &Tree, faults: &mut Faults) {
    for node in tree.nodes() {
        match tree.hidden_by(&node.name) {
            Some((_, DNAME)) => hidden(node, FaultCode::BelowDname, "below a DNAME; it is never seen", faults),
            Some(_) => hidden(node, FaultCode::Occluded, "below a delegation; another zone answers", faults),
            None => {
                if node.has(NS) && !tree.is_apex(node) {
                    glue(tree, node, faults);
                }
                signer(tree, node, faults);
            }
        }
    }
}

/// Addresses below a delegation may be glue; signatures go with what they sign.
fn hidden(node: &Node, code: FaultCode, detail: &str, faults: &mut Faults) {
    let found = node.items.iter().find(|item| match item.kind {
        A | AAAA => code == FaultCode::BelowDname,
        RRSIG | NSEC | NSEC3 => false,
        _ => true,
    });
    if let Some(item) = found {
        let kind = kind_name(item);
        faults.push(code, node.at(item, &kind), detail);
    }
}

/// Name servers of a delegation: inside it they need an address here, elsewhere in the zone they need one at all.
fn glue(tree: &Tree, node: &Node, faults: &mut Faults) {
    for item in node.of(NS) {
        let Some(name) = Wire::new(&item.wire).name() else { continue };
        let at = node.at(item, "NS");
        if name.is_within(&node.name) {
            if !tree.node(&name).is_some_and(Node::has_address) {
                faults.push(FaultCode::MissingGlue, at, format_args!("{} has no address here", name.text()));
            }
            continue;
        }
        let what = match tree.find_address(&name) {
            Found::Address | Found::Elsewhere => continue,
            Found::Nothing => "has no address",
            Found::Cname => "is a CNAME",
            Found::BelowDname => "is below a DNAME",
        };
        faults.push(FaultCode::DelegationServer, at, format_args!("{} {what}", name.text()));
    }
}

fn signer(tree: &Tree, node: &Node, faults: &mut Faults) {
    let Some(item) = node.of(DS).next() else { return };
    let at = node.at(item, "DS");
    if tree.is_apex(node) {
        faults.push(FaultCode::DsAtApex, at, "it belongs to the zone above");
    } else if !node.has(NS) {
        faults.push(FaultCode::DsWithoutDelegation, at, "nothing is delegated here");
    }
}
