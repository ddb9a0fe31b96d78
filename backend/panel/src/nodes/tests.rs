#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use hostwright_kernel::Instant;
use proptest::prelude::*;

use super::error::NodeRefusal;
use super::model::{
    Acceleration, Capacity, Hypervisor, LinkState, Node, NodeSettings, NodeState, ProbeReport, total_faults,
};
use crate::platform::texts::Texts;

fn now() -> Instant {
    "2026-05-03T12:00:00Z".parse().unwrap()
}

fn settings() -> NodeSettings {
    NodeSettings {
        name: "n1".to_owned(),
        uri: "qemu:///system".to_owned(),
        hypervisor: Hypervisor::Kvm,
        acceleration: Acceleration::Emulation,
        pool: "disks".to_owned(),
        network: "guests".to_owned(),
    }
}

const TOTALS: Capacity = Capacity { vcpus: 8, memory_mib: 16_384, disk_gib: 200 };

fn node() -> Node {
    settings().node(TOTALS, now()).unwrap()
}

fn report() -> ProbeReport {
    ProbeReport {
        hypervisor: Hypervisor::Kvm,
        hypervisor_version: Some("7.2.22".to_owned()),
        libvirt_version: "9.0.0".to_owned(),
        hostname: "n1.example".to_owned(),
        architecture: Some("x86_64".to_owned()),
        totals: TOTALS,
        supports: vec!["console".to_owned(), "snapshots".to_owned()],
        problems: Vec::new(),
    }
}

#[test]
fn every_refusal_has_a_text() {
    let texts = Texts::embedded().unwrap();
    for refusal in NodeRefusal::ALL {
        let key = format!("error-{}", refusal.refusal().code);
        assert!(texts.has(&key), "{key}");
    }
}

#[test]
fn all_wrong_fields_of_a_node_are_named_at_once() {
    let wrong = NodeSettings {
        name: "Upper".to_owned(),
        uri: "http://example".to_owned(),
        pool: String::new(),
        network: "a\nb".to_owned(),
        ..settings()
    };
    let totals = Capacity { vcpus: -1, ..TOTALS };
    let faults = wrong.node(totals, now()).unwrap_err();
    let fields: Vec<String> = faults.into_iter().filter_map(|fault| fault.field).map(Into::into).collect();
    assert_eq!(fields, ["name", "uri", "pool", "network", "vcpus_total"]);
}

#[test]
fn an_address_must_be_one_of_the_hypervisor() {
    for (uri, hypervisor, good) in [
        ("qemu:///system", Hypervisor::Kvm, true),
        ("qemu+ssh://root@host/system", Hypervisor::Kvm, true),
        ("qemu:///system", Hypervisor::Xen, false),
        ("xen+ssh://root@host/system", Hypervisor::Xen, true),
        ("test:///default", Hypervisor::Test, true),
        ("qemuevil:///x", Hypervisor::Kvm, false),
        ("qemu:///sys tem", Hypervisor::Kvm, false),
        ("", Hypervisor::Kvm, false),
    ] {
        let settings = NodeSettings { uri: uri.to_owned(), hypervisor, ..settings() };
        assert_eq!(settings.faults().is_empty(), good, "{uri} {hypervisor}");
    }
}

#[test]
fn a_new_node_is_unknown_and_takes_nothing_until_it_was_seen() {
    let node = node();
    assert_eq!(node.link, LinkState::Unknown);
    assert!(!node.takes(&Capacity::NONE));
    let mut seen = node.probed(&Ok(report()), now());
    assert!(seen.takes(&TOTALS));
    seen.link = LinkState::Unknown;
    assert!(seen.takes(&TOTALS), "nothing is known since it once answered");
}

#[test]
fn a_failed_probe_makes_it_down_and_keeps_what_it_reported() {
    let seen = node().probed(&Ok(report()), now());
    let down = seen.probed(&Err("no route".to_owned()), now().plus_days(1));
    assert_eq!(down.link, LinkState::Down);
    assert_eq!(down.link_reason.as_deref(), Some("no route"));
    assert_eq!(down.report, Some(report()));
    assert_eq!(down.seen_at, Some(now()));
    assert!(!down.takes(&Capacity::NONE));
    let again = down.probed(&Ok(report()), now().plus_days(2));
    assert_eq!((again.link, again.link_reason), (LinkState::Up, None));
}

#[test]
fn another_hypervisor_than_registered_is_degraded() {
    let strange =
        ProbeReport { hypervisor: Hypervisor::Test, problems: vec!["the pool is not started".to_owned()], ..report() };
    let node = node().probed(&Ok(strange), now());
    assert_eq!(node.link, LinkState::Degraded);
    let reason = node.link_reason.clone().unwrap();
    assert!(reason.contains("pool is not started") && reason.contains("registered as kvm"), "{reason}");
    assert!(!node.takes(&Capacity::NONE));
}

#[test]
fn maintenance_takes_nothing_new() {
    let mut node = node().probed(&Ok(report()), now());
    node.state = NodeState::Maintenance;
    assert!(!node.takes(&Capacity::NONE));
}

#[test]
fn percent_is_rounded_up_and_survives_an_empty_node() {
    let taken = Capacity { vcpus: 1, memory_mib: 1, disk_gib: 200 };
    let percent = TOTALS.percent_taken(&taken);
    assert_eq!((percent.vcpus, percent.memory_mib, percent.disk_gib), (13, 1, 100));
    assert_eq!(Capacity::NONE.percent_taken(&taken), Capacity::NONE);
}

fn parts() -> impl Strategy<Value = Capacity> {
    (0..2_000_000_000_i64, 0..2_000_000_000_i64, 0..2_000_000_000_i64)
        .prop_map(|(vcpus, memory_mib, disk_gib)| Capacity { vcpus, memory_mib, disk_gib })
}

proptest! {
    #[test]
    fn what_fits_leaves_nothing_below_zero(total in parts(), wanted in parts()) {
        let left = total.less(&wanted);
        let whole = left.vcpus >= 0 && left.memory_mib >= 0 && left.disk_gib >= 0;
        prop_assert_eq!(wanted.fits(&total), whole);
    }

    #[test]
    fn totals_are_countable_or_refused(total in parts()) {
        prop_assert_eq!(total.is_countable(), total_faults(&total).is_empty());
    }
}
