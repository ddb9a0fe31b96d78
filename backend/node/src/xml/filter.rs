//! The filter that stops a guest from using addresses that are not its own.
//!
//! It stands alone: libvirt's ready-made `clean-traffic` drops all IPv6, and a node may carry an
//! edited copy of any ready-made filter.

use std::net::{IpAddr, Ipv6Addr};

use super::element::Element;

/// Writes the filter for one hardware address and its addresses.
///
/// What leaves the guest passes only if the hardware address is its own and the packet is ARP,
/// IPv4 or IPv6 from one of its addresses. What comes in is not touched. `uuid` is that of an
/// existing filter of the same name: libvirt refuses to redefine it under another.
#[must_use]
pub fn filter_xml(filter: &str, uuid: &str, mac: &str, addresses: &[IpAddr]) -> String {
    let mut document = Element::new("filter")
        .with("name", filter)
        .with("chain", "root")
        .child(Element::new("uuid").text(uuid))
        .child(rule("drop", -900, Element::new("mac").with("match", "no").with("srcmacaddr", mac)));
    let v4 = addresses.iter().filter_map(|address| match address {
        IpAddr::V4(v4) => Some(v4),
        IpAddr::V6(_) => None,
    });
    for address in v4 {
        document = document
            .child(rule(
                "accept",
                -800,
                Element::new("arp").with("arpsrcmacaddr", mac).with("arpsrcipaddr", address.to_string()),
            ))
            .child(rule("accept", -700, Element::new("ip").with("srcipaddr", address.to_string())));
    }
    let v6: Vec<&Ipv6Addr> = addresses
        .iter()
        .filter_map(|address| match address {
            IpAddr::V6(v6) => Some(v6),
            IpAddr::V4(_) => None,
        })
        .collect();
    if !v6.is_empty() {
        document = document
            // A guest never announces itself as a router.
            .child(rule("drop", -690, Element::new("ipv6").with("protocol", "icmpv6").with("type", "134")))
            // Before it has an address a guest asks, from the empty address, whether that is free.
            .child(rule(
                "accept",
                -680,
                Element::new("ipv6").with("srcipaddr", "::").with("protocol", "icmpv6").with("type", "135"),
            ))
            .child(rule(
                "accept",
                -680,
                Element::new("ipv6").with("srcipaddr", "::").with("protocol", "icmpv6").with("type", "143"),
            ));
        let link_local = link_local(mac);
        for address in v6.into_iter().chain(link_local.as_ref()) {
            document =
                document.child(rule("accept", -670, Element::new("ipv6").with("srcipaddr", address.to_string())));
        }
    }
    document.child(rule("drop", -600, Element::new("mac"))).to_xml()
}

fn rule(action: &str, priority: i32, what: Element) -> Element {
    Element::new("rule")
        .with("action", action)
        .with("direction", "out")
        .with("priority", priority.to_string())
        .child(what)
}

/// The address that every interface gives itself from its hardware address (RFC 4291).
fn link_local(mac: &str) -> Option<Ipv6Addr> {
    let octets: Vec<u8> = mac.split(':').filter_map(|octet| u8::from_str_radix(octet, 16).ok()).collect();
    let [a, b, c, d, e, f] = octets.as_slice() else {
        return None;
    };
    Some(Ipv6Addr::from([0xfe, 0x80, 0, 0, 0, 0, 0, 0, *a ^ 2, *b, *c, 0xff, 0xfe, *d, *e, *f]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const MAC: &str = "52:54:00:12:34:56";

    #[test]
    fn every_address_of_the_guest_passes_and_the_rest_is_dropped() {
        let addresses = ["192.0.2.7".parse().unwrap(), "2001:db8::7".parse().unwrap()];
        let written = filter_xml("f", "0190c0de-0000-7000-8000-000000000001", MAC, &addresses);
        let filter = Element::parse(&written).unwrap();
        let accepted: Vec<&str> = filter
            .all("rule")
            .filter(|rule| rule.attribute("action") == Some("accept"))
            .filter_map(|rule| {
                let what = rule.children().next()?;
                what.attribute("arpsrcipaddr").or(what.attribute("srcipaddr"))
            })
            .collect();
        assert_eq!(accepted, ["192.0.2.7", "192.0.2.7", "::", "::", "2001:db8::7", "fe80::5054:ff:fe12:3456"]);
        let last = filter.all("rule").last().unwrap();
        assert_eq!(last.attribute("action"), Some("drop"));
        assert_eq!(last.at("mac").unwrap().attributes().count(), 0);
    }

    #[test]
    fn a_guest_without_ipv6_can_send_none() {
        let written = filter_xml("f", "u", MAC, &["192.0.2.7".parse().unwrap()]);
        assert!(!written.contains("ipv6"));
    }
}
