#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::net::IpAddr;

use super::error::AdoptionRefusal;
use super::judge::{Holder, Records, Verdict, Whom, judge};
use super::model::{AddressFacts, Candidate, DiskFacts, FileFacts, GuestFacts, InterfaceFacts, MatchedBy, matches};
use crate::platform::texts::Texts;
use crate::servers::model::{Desired, Seen, ServerId};
use crate::subscriptions::model::SubscriptionId;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn disk(path: &str) -> DiskFacts {
    DiskFacts {
        device: "disk".to_owned(),
        target: Some("vda".to_owned()),
        kind: "file".to_owned(),
        source: Some(path.to_owned()),
        format: Some("qcow2".to_owned()),
        read_only: false,
        is_shared: false,
        bytes: Some((3 << 30) + 1),
        is_there: Some(true),
        pool: Some("images".to_owned()),
        volume: path.rsplit('/').next().map(str::to_owned),
        backing: Vec::new(),
    }
}

fn guest(number: u8) -> GuestFacts {
    GuestFacts {
        uuid: format!("0190c0de-0000-7000-8000-0000000000{number:02x}"),
        name: format!("web{number}"),
        title: None,
        state: Seen::Running,
        is_persistent: true,
        kind: "kvm".to_owned(),
        vcpus: Some(2),
        memory_mib: Some(1_024),
        disks: vec![disk(&format!("/images/web{number}.qcow2"))],
        interfaces: vec![InterfaceFacts {
            kind: "bridge".to_owned(),
            mac: Some(format!("52:54:00:aa:00:{number:02x}")),
            source: Some("br0".to_owned()),
            filter: None,
            addresses: vec![AddressFacts { address: ip(&format!("192.0.2.{number}")), from: "lease".to_owned() }],
        }],
        boot_files: Vec::new(),
        host_devices: Vec::new(),
        run: Some(4),
        process: None,
    }
}

/// A pool with every address of the tests, of which no server has any.
fn records() -> Records {
    Records { addresses: (1..=250).map(|last| (ip(&format!("192.0.2.{last}")), None)).collect(), ..Records::default() }
}

fn alone(facts: &GuestFacts) -> Verdict {
    judge(facts, &[], &[], &records(), Whom::Anybody)
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    verdict.obstacles.iter().map(|refusal| refusal.code).collect()
}

fn detail(verdict: &Verdict) -> String {
    verdict.obstacles[0].args[0].1.clone()
}

#[test]
fn every_refusal_has_a_text() {
    let texts = Texts::embedded().unwrap();
    for refusal in AdoptionRefusal::ALL {
        let key = format!("error-{}", refusal.refusal().code);
        assert!(texts.has(&key), "{key}");
    }
}

#[test]
fn an_ordinary_guest_is_taken_over_as_large_as_it_is() {
    let facts = guest(1);
    let verdict = alone(&facts);
    assert_eq!((codes(&verdict), verdict.limits.len()), (Vec::new(), 0));
    assert_eq!(verdict.addresses, [ip("192.0.2.1")]);
    let capacity = facts.capacity().unwrap();
    assert_eq!((capacity.vcpus, capacity.memory_mib, capacity.disk_gib), (2, 1_024, 4));
    assert_eq!(facts.desired(), Desired::Running);
    assert_eq!(GuestFacts { state: Seen::ShutOff, ..guest(1) }.desired(), Desired::Stopped);
}

#[test]
fn each_thing_in_the_way_is_named() {
    let change = |change: fn(&mut GuestFacts)| {
        let mut facts = guest(1);
        change(&mut facts);
        facts
    };
    for (facts, code, told) in [
        (change(|facts| facts.is_persistent = false), "adoption.transient", "web1"),
        (change(|facts| facts.state = Seen::Paused), "adoption.state_unclear", "paused"),
        (change(|facts| facts.host_devices.push("pci 06:12".to_owned())), "adoption.host_device", "pci 06:12"),
        (change(|facts| facts.vcpus = None), "adoption.size_unknown", "vcpus"),
        (change(|facts| facts.disks[0].bytes = None), "adoption.size_unknown", "/images/web1.qcow2"),
        (change(|facts| facts.disks.clear()), "adoption.no_disk", "web1"),
        (change(|facts| facts.disks.push(disk("/b"))), "adoption.several_disks", "/images/web1.qcow2, /b"),
        (
            change(|facts| facts.disks[0].kind = "network".to_owned()),
            "adoption.disk_type",
            "network /images/web1.qcow2",
        ),
        (change(|facts| facts.disks[0].device = "lun".to_owned()), "adoption.disk_type", "file /images/web1.qcow2"),
        (change(|facts| facts.disks[0].is_there = Some(false)), "adoption.disk_missing", "/images/web1.qcow2"),
        (change(|facts| facts.disks[0].is_shared = true), "adoption.disk_shared", "/images/web1.qcow2"),
        (
            change(|facts| facts.boot_files.push(FileFacts { path: "/boot/k".to_owned(), is_there: Some(false) })),
            "adoption.boot_file_missing",
            "/boot/k",
        ),
        (change(|facts| facts.interfaces[0].mac = None), "adoption.mac_unknown", "web1"),
        (
            change(|facts| facts.interfaces[0].addresses[0].address = ip("203.0.113.1")),
            "adoption.address_outside",
            "203.0.113.1",
        ),
    ] {
        let verdict = alone(&facts);
        assert_eq!(codes(&verdict), [code]);
        assert_eq!(detail(&verdict), told);
    }
    let two = change(|facts| facts.interfaces.push(guest(2).interfaces[0].clone()));
    assert_eq!(codes(&alone(&two)), ["adoption.several_interfaces"]);
    let none = change(|facts| facts.interfaces.clear());
    assert_eq!(codes(&alone(&none)), ["adoption.no_interface"]);
}

#[test]
fn a_file_or_disk_of_which_nobody_can_tell_is_not_in_the_way() {
    let mut facts = guest(1);
    facts.disks[0].is_there = None;
    facts.boot_files.push(FileFacts { path: "/boot/k".to_owned(), is_there: None });
    assert_eq!(codes(&alone(&facts)), Vec::<&str>::new());
}

#[test]
fn drives_and_disks_that_cannot_be_written_are_not_counted() {
    let mut facts = guest(1);
    facts.disks.push(DiskFacts { device: "cdrom".to_owned(), source: None, ..disk("/x") });
    facts.disks.push(DiskFacts { read_only: true, ..disk("/images/seed.iso") });
    assert_eq!(codes(&alone(&facts)), Vec::<&str>::new());
    // The same medium in two guests is fine.
    let mut other = guest(2);
    other.disks.push(DiskFacts { read_only: true, ..disk("/images/seed.iso") });
    assert_eq!(codes(&judge(&facts, &[], &[&other], &records(), Whom::Anybody)), Vec::<&str>::new());
}

#[test]
fn two_guests_with_the_same_disk_are_both_refused() {
    let (one, mut other) = (guest(1), guest(2));
    other.disks = one.disks.clone();
    let verdict = judge(&one, &[], &[&other], &records(), Whom::Anybody);
    assert_eq!(codes(&verdict), ["adoption.disk_shared"]);
    assert_eq!(detail(&verdict), "/images/web1.qcow2: web2");
    assert_eq!(codes(&judge(&other, &[], &[&one], &records(), Whom::Anybody)), ["adoption.disk_shared"]);
    // Also where only one of them writes to it.
    other.disks[0].read_only = true;
    assert_eq!(codes(&judge(&one, &[], &[&other], &records(), Whom::Anybody)), ["adoption.disk_shared"]);
}

#[test]
fn a_disk_beneath_another_guests_is_refused_and_a_common_base_is_not() {
    let (mut one, mut other) = (guest(1), guest(2));
    other.disks[0].backing = vec!["/images/web1.qcow2".to_owned()];
    assert_eq!(codes(&judge(&one, &[], &[&other], &records(), Whom::Anybody)), ["adoption.disk_beneath"]);
    one.disks[0].backing = vec!["/images/base.qcow2".to_owned()];
    other.disks[0].backing = vec!["/images/base.qcow2".to_owned()];
    assert_eq!(codes(&judge(&one, &[], &[&other], &records(), Whom::Anybody)), Vec::<&str>::new());
}

#[test]
fn what_is_recorded_for_another_server_is_refused_and_for_the_own_one_is_not() {
    let (facts, own, other) = (guest(1), ServerId::new(), ServerId::new());
    let with = |holder: &Holder| {
        let mut all = Vec::new();
        let mut records = records();
        records.disks.insert("/images/web1.qcow2".to_owned(), holder.clone());
        all.push((records, "adoption.disk_recorded"));
        let mut records = self::records();
        records.disks.insert("web1.qcow2".to_owned(), holder.clone());
        all.push((records, "adoption.disk_recorded"));
        let mut records = self::records();
        records.macs.insert("52:54:00:aa:00:01".to_owned(), holder.clone());
        all.push((records, "adoption.mac_duplicate"));
        let mut records = self::records();
        records.uuids.insert(facts.uuid.clone(), holder.clone());
        all.push((records, "adoption.uuid_recorded"));
        let mut records = self::records();
        records.addresses.insert(ip("192.0.2.1"), Some(holder.clone()));
        all.push((records, "adoption.address_taken"));
        all
    };
    for has_guest in [false, true] {
        for (records, code) in with(&Holder { server_id: own.clone(), has_guest }) {
            let of = |whom| codes(&judge(&facts, &[], &[], &records, whom));
            assert_eq!(of(Whom::Server(&own)), Vec::<&str>::new(), "{code}");
            assert_eq!(of(Whom::Server(&other))[0], code);
            assert_eq!(of(Whom::NewServer)[0], code);
            // Before anybody chose, a server without a guest is who it could be.
            assert_eq!(of(Whom::Anybody).is_empty(), !has_guest, "{code}");
        }
    }
}

#[test]
fn the_same_hardware_address_or_address_twice_is_refused() {
    let (one, mut other) = (guest(1), guest(2));
    other.interfaces[0].mac.clone_from(&one.interfaces[0].mac);
    assert_eq!(codes(&judge(&one, &[], &[&other], &records(), Whom::Anybody)), ["adoption.mac_duplicate"]);
    let mut other = guest(2);
    other.interfaces[0].addresses.clone_from(&one.interfaces[0].addresses);
    assert_eq!(codes(&judge(&one, &[], &[&other], &records(), Whom::Anybody))[0], "adoption.address_taken");
}

#[test]
fn an_address_that_nobody_tells_is_asked_for() {
    let mut facts = guest(1);
    facts.interfaces[0].addresses.clear();
    let verdict = alone(&facts);
    assert_eq!((codes(&verdict), verdict.limits[0].code), (Vec::new(), "adoption.address_needed"));
    let chosen = |stated: &[IpAddr]| judge(&facts, stated, &[], &records(), Whom::NewServer);
    assert_eq!(codes(&chosen(&[])), ["adoption.address_needed"]);
    assert_eq!(chosen(&[ip("192.0.2.9")]).addresses, [ip("192.0.2.9")]);
    assert_eq!(codes(&chosen(&[ip("203.0.113.9")])), ["adoption.address_outside"]);
}

#[test]
fn addresses_of_version_6_that_a_guest_gave_itself_are_named_and_not_in_the_way() {
    let mut facts = guest(1);
    let own = AddressFacts { address: ip("2001:db8::5054:ff:feaa:1"), from: "agent".to_owned() };
    facts.interfaces[0].addresses.push(own);
    let verdict = alone(&facts);
    assert_eq!((codes(&verdict), verdict.limits[0].code), (Vec::new(), "adoption.address_outside"));
    assert_eq!(verdict.addresses, [ip("192.0.2.1")]);
}

#[test]
fn a_disk_in_no_pool_is_taken_over_with_a_warning() {
    let mut facts = guest(1);
    (facts.disks[0].pool, facts.disks[0].volume) = (None, None);
    let verdict = alone(&facts);
    assert_eq!((codes(&verdict), verdict.limits[0].code), (Vec::new(), "adoption.disk_outside_pools"));
}

fn candidate(hostname: &str) -> Candidate {
    Candidate {
        server_id: ServerId::new(),
        subscription_id: SubscriptionId::new(),
        customer_id: "cus_1".to_owned(),
        hostname: hostname.to_owned(),
        uuid: "0190c0de-0000-7000-8000-0000000000ff".to_owned(),
        mac: "52:54:00:00:00:01".to_owned(),
        addresses: Vec::new(),
    }
}

#[test]
fn the_strongest_reason_comes_first_and_each_server_once() {
    let facts = guest(1);
    let by_address = Candidate { addresses: vec![ip("192.0.2.1")], ..candidate("d") };
    let by_mac = Candidate { mac: "52:54:00:aa:00:01".to_owned(), ..candidate("c") };
    let by_name = candidate("WEB1.example.org");
    // Everything is the same: the UUID counts.
    let by_uuid = Candidate {
        uuid: facts.uuid.to_uppercase(),
        addresses: vec![ip("192.0.2.1")],
        mac: "52:54:00:aa:00:01".to_owned(),
        ..candidate("web1")
    };
    let found = matches(&facts, &[by_address, by_mac, candidate("other"), by_name, by_uuid]);
    let reasons: Vec<(MatchedBy, &str)> = found.iter().map(|one| (one.by, one.same.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (MatchedBy::Uuid, facts.uuid.as_str()),
            (MatchedBy::Name, "web1"),
            (MatchedBy::Mac, "52:54:00:aa:00:01"),
            (MatchedBy::Address, "192.0.2.1"),
        ]
    );
}

#[test]
fn two_full_names_that_differ_are_two_names() {
    let named = |name: &str| GuestFacts { name: name.to_owned(), ..guest(1) };
    let count = |name: &str, hostname: &str| matches(&named(name), &[candidate(hostname)]).len();
    assert_eq!(count("www.example.org", "www.example.com"), 0);
    assert_eq!(count("www", "www.example.com"), 1);
    assert_eq!(count("www.example.com", "www"), 1);
    assert_eq!(count("WWW.example.com", "www.example.com"), 1);
    let titled = GuestFacts { title: Some("shop.example.com".to_owned()), ..named("vm-117") };
    assert_eq!(matches(&titled, &[candidate("shop.example.com")]).len(), 1);
}

#[test]
fn a_name_that_is_no_host_name_gives_way_to_one_from_the_uuid() {
    let odd = GuestFacts { name: "Web server (old)".to_owned(), ..guest(1) };
    assert_eq!(odd.hostname(None).unwrap(), "guest-0190c0de");
    assert_eq!(odd.hostname(Some("Shop.example.org")).unwrap(), "shop.example.org");
    assert_eq!(guest(1).hostname(Some("  ")).unwrap(), "web1");
    assert!(guest(1).hostname(Some("not a name")).is_err());
}
