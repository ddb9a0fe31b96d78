#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hostwright_kernel::Instant;
use proptest::prelude::*;

use super::error::AddressRefusal;
use super::model::{Family, Network, Pool, PoolText, mac};
use crate::platform::texts::Texts;

fn now() -> Instant {
    "2026-05-03T12:00:00Z".parse().unwrap()
}

fn network(text: &str) -> Network {
    Network::parse(text).unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn text() -> PoolText {
    PoolText {
        name: "Public".to_owned(),
        cidr: "192.0.2.0/29".to_owned(),
        gateway: "192.0.2.1".to_owned(),
        resolvers: vec!["192.0.2.1".to_owned(), "2001:db8::53".to_owned()],
    }
}

#[test]
fn every_refusal_has_a_text() {
    let texts = Texts::embedded().unwrap();
    for refusal in AddressRefusal::ALL {
        let key = format!("error-{}", refusal.refusal().code);
        assert!(texts.has(&key), "{key}");
    }
}

#[test]
fn what_is_no_network_is_refused() {
    for text in [
        "",
        "192.0.2.0",
        "192.0.2.0/",
        "192.0.2.0/33",
        "192.0.2.0/+24",
        "192.0.2.0/ 24",
        "192.0.2/24",
        "::/129",
        "192.0.2.0/24/1",
        "300.0.0.0/8",
        "a/24",
        "192.0.2.0/1000",
    ] {
        assert_eq!(Network::parse(text).unwrap_err().code, "addresses.cidr", "{text}");
    }
}

#[test]
fn an_address_inside_a_network_is_answered_with_the_network() {
    let refusal = Network::parse("192.0.2.77/24").unwrap_err();
    assert_eq!(refusal.code, "addresses.host_bits");
    assert_eq!(refusal.args, [("network", "192.0.2.0/24".to_owned())]);
    let six = Network::parse("2001:db8::1/64").unwrap_err();
    assert_eq!(six.args, [("network", "2001:db8::/64".to_owned())]);
}

#[test]
fn a_version_4_pool_leaves_out_network_broadcast_and_gateway() {
    let hosts = network("192.0.2.0/29").hosts(ip("192.0.2.3")).unwrap();
    let expected: Vec<IpAddr> = [1, 2, 4, 5, 6].map(|last| Ipv4Addr::new(192, 0, 2, last).into()).into();
    assert_eq!(hosts, expected);
}

#[test]
fn the_largest_version_4_pool_has_4093_servers() {
    assert_eq!(network("10.0.0.0/20").hosts(ip("10.0.0.1")).unwrap().len(), 4_093);
    assert_eq!(network("10.0.0.0/30").hosts(ip("10.0.0.1")).unwrap(), [ip("10.0.0.2")]);
}

#[test]
fn pools_too_large_or_too_small_are_refused() {
    for (cidr, gateway) in [
        ("10.0.0.0/19", "10.0.0.1"),
        ("10.0.0.0/31", "10.0.0.1"),
        ("0.0.0.0/0", "10.0.0.1"),
        ("2001:db8::/31", "2001:db8::1"),
        ("2001:db8::/127", "2001:db8::1"),
    ] {
        let refused = network(cidr).hosts(ip(gateway)).unwrap_err();
        assert_eq!(refused.code, "addresses.pool_size", "{cidr}");
    }
}

#[test]
fn a_version_6_pool_begins_behind_the_gateway() {
    let hosts = network("2001:db8:1::/64").hosts(ip("2001:db8:1::1")).unwrap();
    assert_eq!(hosts.len(), 1_024);
    assert_eq!(hosts[0], ip("2001:db8:1::2"));
    assert_eq!(hosts[1_023], ip("2001:db8:1::401"));
    let small = network("2001:db8:1::/126").hosts(ip("2001:db8:1::1")).unwrap();
    assert_eq!(small, [ip("2001:db8:1::2"), ip("2001:db8:1::3")]);
}

#[test]
fn a_gateway_is_a_host_inside_with_room_behind_it() {
    for (cidr, gateway) in [
        ("192.0.2.0/24", "192.0.3.1"),
        ("192.0.2.0/24", "192.0.2.0"),
        ("192.0.2.0/24", "192.0.2.255"),
        ("192.0.2.0/24", "2001:db8::1"),
        ("2001:db8:1::/64", "2001:db8:1::"),
        ("2001:db8:1::/126", "2001:db8:1::3"),
        ("2001:db8:1::/64", "::192.0.2.1"),
    ] {
        let refused = network(cidr).hosts(ip(gateway)).unwrap_err();
        assert_eq!(refused.code, "addresses.gateway", "{cidr} {gateway}");
    }
}

#[test]
fn networks_overlap_only_with_shared_addresses_of_one_family() {
    for (one, other, overlap) in [
        ("192.0.2.0/24", "192.0.2.128/25", true),
        ("192.0.2.0/25", "192.0.2.128/25", false),
        ("192.0.2.0/24", "192.0.3.0/24", false),
        ("0.0.0.0/0", "192.0.3.0/24", true),
        ("2001:db8::/32", "2001:db8:1::/64", true),
        ("::/0", "192.0.2.0/24", false),
        ("0.0.0.0/0", "::/0", false),
    ] {
        assert_eq!(network(one).overlaps(&network(other)), overlap, "{one} {other}");
        assert_eq!(network(other).overlaps(&network(one)), overlap, "{other} {one}");
    }
}

#[test]
fn all_wrong_fields_of_a_pool_are_named_at_once() {
    let wrong =
        PoolText { name: String::new(), gateway: "x".to_owned(), resolvers: vec!["dns.example".to_owned()], ..text() };
    let faults = Pool::new(&wrong, None, now()).unwrap_err();
    let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["addresses.name", "addresses.resolvers", "addresses.gateway"]);
}

#[test]
fn a_pool_knows_its_family_and_hosts() {
    let (pool, hosts) = Pool::new(&text(), None, now()).unwrap();
    assert_eq!(pool.network.family(), Family::V4);
    assert_eq!(pool.network.prefix(), 29);
    assert_eq!(pool.resolvers.len(), 2);
    assert_eq!(hosts.len(), 5);
}

#[test]
fn hardware_addresses_count_up_and_end() {
    assert_eq!(mac(1).unwrap(), "52:54:00:00:00:01");
    assert_eq!(mac(0x00ab_cdef).unwrap(), "52:54:00:ab:cd:ef");
    assert_eq!(mac(0x00ff_ffff).unwrap(), "52:54:00:ff:ff:ff");
    assert_eq!(mac(0x0100_0000).unwrap_err().code, "addresses.no_mac_left");
    assert_eq!(mac(0).unwrap_err().code, "addresses.no_mac_left");
}

fn any_network() -> impl Strategy<Value = Network> {
    let four = (any::<u32>(), 20_u8..=30).prop_map(|(bits, prefix)| {
        let first = Ipv4Addr::from(bits & (u32::MAX << (32 - u32::from(prefix))));
        network(&format!("{first}/{prefix}"))
    });
    let six = (any::<u128>(), 32_u8..=126).prop_map(|(bits, prefix)| {
        let first = Ipv6Addr::from(bits & (u128::MAX << (128 - u32::from(prefix))));
        network(&format!("{first}/{prefix}"))
    });
    prop_oneof![four, six]
}

fn first_host(network: &Network) -> IpAddr {
    let text = network.to_string();
    match text.split_once('/').unwrap().0.parse().unwrap() {
        IpAddr::V4(first) => Ipv4Addr::from(u32::from(first) + 1).into(),
        IpAddr::V6(first) => Ipv6Addr::from(u128::from(first) + 1).into(),
    }
}

proptest! {
    #[test]
    fn a_network_reads_what_it_writes(network in any_network()) {
        prop_assert_eq!(Network::parse(&network.to_string()).unwrap(), network);
    }

    #[test]
    fn no_text_makes_reading_stop(text in ".{0,40}") {
        let _read_or_refused = Network::parse(&text);
    }

    #[test]
    fn hosts_are_inside_different_and_never_the_gateway(network in any_network()) {
        let gateway = first_host(&network);
        let hosts = network.hosts(gateway).unwrap();
        let different: BTreeSet<IpAddr> = hosts.iter().copied().collect();
        prop_assert_eq!(different.len(), hosts.len());
        prop_assert!(!hosts.is_empty() && hosts.len() <= 4_094);
        for host in &hosts {
            prop_assert!(network.contains(*host) && *host != gateway);
            prop_assert!(network.family() == Family::V6 || *host != network.last());
        }
    }

    #[test]
    fn overlap_is_the_same_from_both_sides(one in any_network(), other in any_network()) {
        prop_assert_eq!(one.overlaps(&other), other.overlaps(&one));
        prop_assert!(one.overlaps(&one));
    }

    #[test]
    fn no_two_counts_give_one_hardware_address(one in 1_i64..=0x00ff_ffff, other in 1_i64..=0x00ff_ffff) {
        prop_assert_eq!(one == other, mac(one).unwrap() == mac(other).unwrap());
    }
}
