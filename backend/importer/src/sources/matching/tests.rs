use proptest::prelude::*;

use super::*;
use crate::snapshot::values::Extra;
use crate::snapshot::{Disk, DiskKind, Nic};

fn guest(id: &str) -> Guest {
    Guest { id: id.into(), name: id.into(), ..Guest::default() }
}

fn with_uuid(id: &str, n: u128) -> Guest {
    Guest { uuid: uuid(&format!("{n:032x}")), ..guest(id) }
}

fn with_nic(id: &str, mac: &str, address: &str) -> Guest {
    let nic = Nic { mac: Some(mac.into()), addresses: vec![address.into()], ..Nic::default() };
    Guest { nics: vec![nic], ..guest(id) }
}

fn subscription(id: &str) -> Subscription {
    Subscription { id: id.into(), party: "p".into(), name: format!("plan of {id}"), ..Subscription::default() }
}

fn one(found: Guest, known: &[Guest], subscription: Subscription) -> Option<Evidence> {
    let matching = match_guests(&[found], known, &[subscription]);
    matching.matched.first().map(|one| one.by)
}

#[test]
fn each_kind_of_evidence_matches_alone() {
    let sold = |guest: &str| Subscription { guest: Some(guest.into()), ..subscription("s") };
    assert_eq!(one(with_uuid("a", 7), &[with_uuid("k", 7)], sold("k")), Some(Evidence::Uuid));
    assert_eq!(one(with_uuid("a", 7), &[], sold("00000000-0000-0000-0000-000000000007")), Some(Evidence::Uuid));
    assert_eq!(
        one(guest("vm7"), &[], Subscription { user_name: Some("VM7".into()), ..subscription("s") }),
        Some(Evidence::Name)
    );
    let known = with_nic("k", "00:16:3E:00:00:01", "192.0.2.200");
    assert_eq!(one(with_nic("a", "00:16:3e:00:00:01", "192.0.2.1"), &[known], sold("k")), Some(Evidence::Mac));
    let has_address = Subscription { addresses: vec!["192.0.2.1".into()], ..subscription("s") };
    assert_eq!(one(with_nic("a", "00:16:3e:00:00:01", "192.0.2.1/24"), &[], has_address), Some(Evidence::Address));
    let field = Extra { name: "vpsid".into(), value: "a".into() };
    assert_eq!(
        one(guest("a"), &[], Subscription { extra: vec![field], ..subscription("s") }),
        Some(Evidence::CustomField)
    );
    let stated = Guest { subscription: Some("s".into()), ..guest("a") };
    assert_eq!(one(stated, &[], subscription("s")), Some(Evidence::Stated));
    assert_eq!(one(guest("a"), &[], subscription("s")), None);
}

#[test]
fn different_uuids_are_different_guests_whatever_their_names() {
    let sold = Subscription { guest: Some("k".into()), ..subscription("s") };
    let known = Guest { name: "a".into(), ..with_uuid("k", 8) };
    let matching = match_guests(&[with_uuid("a", 7)], &[known], &[sold]);
    assert_eq!(matching.unmatched_guests, ["a"]);
    assert_eq!(matching.unmatched_subscriptions, ["s"]);
}

#[test]
fn names_that_repeat_across_nodes_are_told_apart_by_weaker_evidence_or_listed() {
    let named = |id: &str, address: &str| Subscription {
        user_name: Some("xen01".into()),
        addresses: vec![address.into()],
        ..subscription(id)
    };
    let found = [
        Guest { name: "xen01".into(), ..with_nic("node1/xen01", "00:16:3e:00:00:01", "192.0.2.1") },
        Guest { name: "xen01".into(), ..with_nic("node2/xen01", "00:16:3e:00:00:01", "192.0.2.2") },
        Guest { name: "xen01".into(), ..with_nic("node3/xen01", "00:16:3e:00:00:01", "198.51.100.9") },
    ];
    let sold = [named("s1", "192.0.2.1"), named("s2", "192.0.2.2"), named("s3", "203.0.113.3")];
    let matching = match_guests(&found, &[], &sold);
    let pairs: Vec<(&str, &str, Evidence)> =
        matching.matched.iter().map(|one| (one.guest.as_str(), one.subscription.as_str(), one.by)).collect();
    assert_eq!(pairs, [("node1/xen01", "s1", Evidence::Address), ("node2/xen01", "s2", Evidence::Address)]);
    let left = Ambiguity { guest: "node3/xen01".into(), subscriptions: vec!["s3".into()], by: Evidence::Name };
    assert_eq!(matching.ambiguous, [left]);
    assert_eq!((matching.unmatched_guests.len(), matching.unmatched_subscriptions.len()), (0, 0));
}

#[test]
fn one_subscription_for_two_guests_is_ambiguous_for_both() {
    let sold = Subscription { addresses: vec!["192.0.2.1".into()], ..subscription("s") };
    let found = [with_nic("a", "00:16:3e:00:00:01", "192.0.2.1"), with_nic("b", "00:16:3e:00:00:02", "192.0.2.1")];
    let matching = match_guests(&found, &[], &[sold]);
    assert_eq!(matching.ambiguous.len(), 2);
    assert_eq!(matching.matched, vec![]);
}

fn disk(target: &str, source: &str) -> Disk {
    Disk { target: Some(target.into()), source: Some(source.into()), ..Disk::default() }
}

#[test]
fn disks_of_two_descriptions_are_cross_checked() {
    let panel = Guest {
        disks: vec![
            Disk { pool: Some("local-lvm".into()), size_bytes: Some(10), ..disk("scsi0", "vm-1-disk-0") },
            disk("scsi1", "vm-1-disk-1"),
            disk("vdc", "/same"),
        ],
        ..guest("1")
    };
    let drive = Disk { kind: DiskKind::Cdrom, ..disk("hdc", "/cd.iso") };
    let host = Guest {
        disks: vec![
            Disk { size_bytes: Some(20), ..disk("vda", "/dev/pve/vm-1-disk-0") },
            Disk { is_shared: true, ..disk("vdc", "/other") },
            disk("vdd", "/extra"),
            drive,
        ],
        ..guest("a")
    };
    let differs = |disk: &str, what, left: &str, right: &str| DiskDisagreement::Differs {
        disk: disk.into(),
        what,
        left: left.into(),
        right: right.into(),
    };
    let expected = [
        differs("vda", "size_bytes", "10", "20"),
        DiskDisagreement::OnlyLeft { disk: "scsi1".into() },
        differs("vdc", "source", "/same", "/other"),
        differs("vdc", "is_shared", "false", "true"),
        DiskDisagreement::OnlyRight { disk: "vdd".into() },
    ];
    assert_eq!(cross_check_disks(&panel, &host), expected);
    assert_eq!(cross_check_disks(&host, &host), vec![]);
    let told = Guest {
        disks: vec![Disk { target: Some("main".into()), size_bytes: Some(5), ..Disk::default() }],
        ..guest("1")
    };
    let has = Guest { disks: vec![Disk { size_bytes: Some(5), ..disk("vda", "/a") }], ..guest("a") };
    assert_eq!(cross_check_disks(&told, &has), vec![]);
}

#[test]
fn a_comparison_names_every_fact_that_one_side_states() {
    let a = Guest { memory_bytes: Some(1), disks: vec![disk("vda", "/a")], ..guest("x") };
    let b = Guest {
        memory_bytes: Some(2),
        kernel: Some("/k".into()),
        disks: vec![disk("vda", "/a"), disk("vdb", "/b")],
        ..guest("x")
    };
    let facts = compare(&a, &b);
    let against: Vec<&str> = facts.iter().filter(|fact| !fact.agrees()).map(|fact| fact.name.as_str()).collect();
    assert_eq!(against, ["memory_bytes", "kernel", "disk vdb exists"]);
}

proptest! {
    #[test]
    fn nobody_is_matched_twice_and_nobody_is_forgotten(
        guests in prop::collection::vec((0_u8..5, 0_u8..5, 0_u8..5), 0..12),
        sold in prop::collection::vec((0_u8..5, 0_u8..5, 0_u8..5), 0..12),
    ) {
        let mac = |n: u8| format!("00:16:3e:00:00:{n:02x}");
        let address = |n: u8| format!("192.0.2.{n}");
        let found: Vec<Guest> = guests.iter().enumerate().map(|(index, (name, m, ip))| {
            Guest { id: format!("g{index}"), name: format!("n{name}"), ..with_nic("x", &mac(*m), &address(*ip)) }
        }).collect();
        let known: Vec<Guest> = sold.iter().enumerate().map(|(index, (_, m, _))| with_nic(&format!("k{index}"), &mac(*m), "198.51.100.1")).collect();
        let sold: Vec<Subscription> = sold.iter().enumerate().map(|(index, (name, _, ip))| Subscription {
            guest: Some(format!("k{index}")), user_name: Some(format!("n{name}")), addresses: vec![address(*ip)], ..subscription(&format!("s{index}"))
        }).collect();
        let matching = match_guests(&found, &known, &sold);
        let total = matching.matched.len() + matching.ambiguous.len() + matching.unmatched_guests.len();
        prop_assert_eq!(total, found.len());
        let taken: BTreeSet<&str> = matching.matched.iter().map(|one| one.subscription.as_str()).collect();
        prop_assert_eq!(taken.len(), matching.matched.len());
        let open: BTreeSet<&str> = matching.ambiguous.iter().flat_map(|one| one.subscriptions.iter().map(String::as_str)).collect();
        prop_assert!(open.is_disjoint(&taken));
        prop_assert_eq!(taken.len() + open.len() + matching.unmatched_subscriptions.len(), sold.len());
    }

    #[test]
    fn a_description_agrees_with_itself(name in ".{0,10}", source in proptest::option::of(".{0,10}")) {
        let one = Guest { name, disks: vec![Disk { source, ..Disk::default() }], ..guest("a") };
        prop_assert!(compare(&one, &one).iter().all(Fact::agrees));
        prop_assert!(cross_check_disks(&one, &one).is_empty());
    }
}
