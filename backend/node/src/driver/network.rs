//! Networks, and the filter on each guest's interface.

use std::net::IpAddr;

use virt::network::Network;
use virt::nwfilter::NWFilter;

use super::unreadable;
use crate::capability::Capability;
use crate::command::{NetworkKind, Outcome, Report};
use crate::error::NodeError;
use crate::names;
use crate::session::{Fence, Turn};
use crate::xml::{Element, filter_xml, network_xml};

/// Refuses a bridge that the kernel cannot name.
pub(super) fn check_kind(kind: &NetworkKind) -> Result<(), NodeError> {
    let (NetworkKind::Isolated { bridge, .. }
    | NetworkKind::Translated { bridge, .. }
    | NetworkKind::Bridged { bridge }) = kind;
    names::check("bridge", bridge)?;
    if bridge.len() > 15 {
        return Err(NodeError::Invalid {
            reason: format!("the bridge's name {bridge:?} is longer than 15 characters"),
        });
    }
    Ok(())
}

/// Makes the network. One that exists in another shape is not touched: guests may be on it.
pub(super) fn ensure_network(turn: &Turn, name: &str, kind: &NetworkKind) -> Outcome {
    let mut changed = false;
    let found = turn.find("find the network", |connection| Network::lookup_by_name(connection, name))?;
    let network = match found {
        Some(network) => {
            let document = turn.ask("read the network", |_| network.get_xml_desc(0))?;
            if shape(&document)? != shape(&network_xml(name, kind, None))? {
                return Err(NodeError::Conflict {
                    name: name.to_owned(),
                    reason: "the network exists in another shape".to_owned(),
                });
            }
            network
        }
        None => {
            changed = true;
            let document = network_xml(name, kind, None);
            turn.ask("define the network", |connection| Network::define_xml(connection, &document))?
        }
    };
    if !turn.ask("look at the network", |_| network.is_active())? {
        changed = true;
        turn.ask("start the network", |_| network.create())?;
    }
    if !turn.ask("look at the network", |_| network.get_autostart())? {
        changed = true;
        turn.ask("start the network with the host", |_| network.set_autostart(true))?;
    }
    Ok(Report::Ensured { changed })
}

/// What makes two networks the same.
#[derive(PartialEq, Eq)]
struct Shape {
    forward: String,
    bridge: String,
    host: Vec<(IpAddr, u32)>,
}

fn shape(document: &str) -> Result<Shape, NodeError> {
    let network = Element::parse(document).map_err(|fault| unreadable("read the network", &fault))?;
    let attribute = |path: &str, name: &str| {
        network.at(path).and_then(|found| found.attribute(name)).unwrap_or_default().to_owned()
    };
    let mut host: Vec<(IpAddr, u32)> = network
        .all("ip")
        .filter_map(|ip| {
            let address: IpAddr = ip.attribute("address")?.parse().ok()?;
            let prefix = match (ip.attribute("prefix"), ip.attribute("netmask")) {
                (Some(prefix), _) => prefix.parse().ok()?,
                (None, Some(mask)) => {
                    let mask: std::net::Ipv4Addr = mask.parse().ok()?;
                    u32::from(mask).leading_ones()
                }
                (None, None) => return None,
            };
            Some((address, prefix))
        })
        .collect();
    host.sort();
    Ok(Shape { forward: attribute("forward", "mode"), bridge: attribute("bridge", "name"), host })
}

/// Makes the filter, or brings it up to date; running guests follow at once.
pub(super) fn ensure_filter(turn: &Turn, fence: &Fence, name: &str, mac: &str, addresses: &[IpAddr]) -> Outcome {
    if !turn.can(Capability::Filters) {
        return Ok(Report::Skipped { needs: Capability::Filters });
    }
    let found = find_filter(turn, name)?;
    let uuid = match &found {
        Some(filter) => turn.ask("read the filter", |_| filter.get_uuid_string())?,
        // The guest's own: stable, and never that of another filter.
        None => fence.guest_uuid.clone(),
    };
    let before = found.as_ref().map(|filter| document_of(turn, filter)).transpose()?;
    let document = filter_xml(name, &uuid, mac, addresses);
    // libvirt compares and leaves equal filters alone, so defining again costs nothing.
    let filter = turn.change(fence, "define the filter", |connection| NWFilter::define_xml(connection, &document))?;
    let after = document_of(turn, &filter)?;
    Ok(Report::Ensured { changed: before.as_deref() != Some(after.as_str()) })
}

/// Removes the filter.
pub(super) fn ensure_no_filter(turn: &Turn, fence: &Fence, name: &str) -> Outcome {
    if !turn.can(Capability::Filters) {
        return Ok(Report::Skipped { needs: Capability::Filters });
    }
    let Some(filter) = find_filter(turn, name)? else {
        return Ok(Report::Ensured { changed: false });
    };
    turn.change(fence, "remove the filter", |_| filter.undefine())?;
    Ok(Report::Ensured { changed: true })
}

fn find_filter(turn: &Turn, name: &str) -> Result<Option<NWFilter>, NodeError> {
    turn.find("find the filter", |connection| NWFilter::lookup_by_name(connection, name))
}

fn document_of(turn: &Turn, filter: &NWFilter) -> Result<String, NodeError> {
    turn.ask("read the filter", |_| filter.get_xml_desc(0))
}
