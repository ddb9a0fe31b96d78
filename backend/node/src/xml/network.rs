//! Networks for guests.

use super::element::Element;
use crate::command::{Cidr, NetworkKind};

/// Writes a network. `uuid` is that of an existing network of the same name, if there is one.
#[must_use]
pub fn network_xml(network: &str, kind: &NetworkKind, uuid: Option<&str>) -> String {
    let named = Element::new("network")
        .child(Element::new("name").text(network))
        .maybe(uuid.map(|uuid| Element::new("uuid").text(uuid)));
    match kind {
        NetworkKind::Isolated { bridge, host } => own_bridge(named, bridge, host),
        NetworkKind::Translated { bridge, host } => {
            own_bridge(named.child(Element::new("forward").with("mode", "nat")), bridge, host)
        }
        NetworkKind::Bridged { bridge } => named
            .child(Element::new("forward").with("mode", "bridge"))
            .child(Element::new("bridge").with("name", bridge.as_str())),
    }
    .to_xml()
}

fn own_bridge(named: Element, bridge: &str, host: &[Cidr]) -> Element {
    let with_bridge = named.child(Element::new("bridge").with("name", bridge).with("stp", "off").with("delay", "0"));
    // Addresses come from our own allocator through the seed, so the network serves no names.
    let quiet = with_bridge.child(Element::new("dns").with("enable", "no"));
    host.iter().fold(quiet, |network, cidr| {
        let family = if cidr.address.is_ipv4() { "ipv4" } else { "ipv6" };
        network.child(
            Element::new("ip")
                .with("family", family)
                .with("address", cidr.address.to_string())
                .with("prefix", cidr.prefix.to_string()),
        )
    })
}
