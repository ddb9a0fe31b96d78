#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use hostwright_kernel::{Day, Instant};
use proptest::prelude::*;

use super::difference::{Difference, ImportMode, read};
use super::model::{
    Authority, Content, Record, Seconds, Step, Typed, Zone, ZoneId, ZoneState, broken_by, is_after, mailbox_name,
    next_serial, plan, serial_after_both,
};
use crate::hosting::model::{DomainId, DomainName};

fn now() -> Instant {
    "2027-01-31T12:00:00Z".parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn name() -> DomainName {
    "example.org".parse().unwrap()
}

fn zone() -> Zone {
    let authority = Authority::usual("ns1.host.example".parse().unwrap(), "host.master@host.example".to_owned(), 3_600);
    Zone {
        id: ZoneId::new(),
        domain_id: DomainId::new(),
        name: name(),
        state: ZoneState::Served,
        authority,
        serial: 2_027_013_100,
        observed_serial: None,
        observed_at: None,
        fault: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn content(owner: &str, kind: &str, data: &str) -> Content {
    Content::read(&Typed { owner, kind, data, ttl: None }, &name()).unwrap()
}

fn record(owner: &str, kind: &str, data: &str) -> Record {
    Record::new(content(owner, kind, data), now())
}

fn records() -> Vec<Record> {
    vec![
        record("@", "NS", "ns1.host.example."),
        record("www", "a", "192.0.2.1"),
        record("@", "MX", "10 mail"),
        record("mail", "A", "192.0.2.2"),
    ]
}

fn refused(owner: &str, kind: &str, data: &str, ttl: Option<i64>) -> (String, String) {
    let fault = Content::read(&Typed { owner, kind, data, ttl }, &name()).unwrap_err();
    (fault.code.to_owned(), fault.field.unwrap_or_default().into_owned())
}

#[test]
fn what_is_typed_becomes_one_form() {
    assert_eq!(content("www", "a", " 192.0.2.1 ").owner, "www.example.org.");
    assert_eq!(content("", "mx", "10 mail").data, "10 mail.example.org.");
    assert_eq!(content("WWW.Example.ORG.", "CNAME", "@").data, "example.org.");
    assert_eq!(content("@", "TXT", "\"v=spf1 -all\"").data, "\"v=spf1 -all\"");
    assert_eq!(content("@", "AAAA", "2001:DB8:0::1"), content("example.org.", "aaaa", "2001:db8::1"));
}

#[test]
fn what_is_wrong_is_named_at_its_field() {
    for (owner, kind, data, ttl, code, field) in [
        ("www", "A", "192.0.2.300", None, "dns.data.syntax", "data"),
        ("www", "A", "", None, "dns.data.syntax", "data"),
        ("a..b", "A", "192.0.2.1", None, "dns.syntax.name", "owner"),
        ("www.other.org.", "A", "192.0.2.1", None, "dns.zone.out_of_zone", "owner"),
        ("www", "NONSENSE", "x", None, "dns.syntax.type", "kind"),
        ("www", "ANY", "x", None, "dns.syntax.meta_type", "kind"),
        ("@", "soa", "a b 1 2 3 4 5", None, "hosting.soa_managed", "kind"),
        ("@", "RRSIG", "x", None, "hosting.signing_record", "kind"),
        ("www", "A", "192.0.2.1", Some(-1), "hosting.seconds", "ttl"),
        ("www", "A", "192.0.2.1", Some(1 << 40), "hosting.seconds", "ttl"),
    ] {
        assert_eq!(refused(owner, kind, data, ttl), (code.to_owned(), field.to_owned()), "{owner} {kind} {data}");
    }
}

#[test]
fn serials_say_the_day_and_go_on_when_a_day_is_full() {
    assert_eq!(next_serial(0, day("2027-01-31")), 2_027_013_100);
    assert_eq!(next_serial(2_027_013_100, day("2027-01-31")), 2_027_013_101);
    assert_eq!(next_serial(2_027_013_199, day("2027-01-31")), 2_027_013_200);
    assert_eq!(next_serial(2_027_013_205, day("2027-02-01")), 2_027_020_100);
    assert_eq!(next_serial(u32::MAX, day("2027-01-31")), 2_027_013_100, "past the end it begins anew");
    assert_eq!(next_serial(4_000_000_000, day("2027-01-31")), 4_000_000_001);
}

#[test]
fn a_serial_that_others_saw_is_gone_on_from() {
    assert_eq!(serial_after_both(5, 2_030_010_100, day("2027-01-31")), 2_030_010_101);
    assert_eq!(serial_after_both(2_027_013_100, 17, day("2027-01-31")), 2_027_013_101);
}

#[test]
fn the_soa_names_a_mailbox_with_its_dots() {
    assert_eq!(mailbox_name("host.master@host.example"), "host\\.master.host.example.");
    assert_eq!(zone().soa().data, "ns1.host.example. host\\.master.host.example. 2027013100 14400 3600 1209600 3600");
}

#[test]
fn seconds_out_of_bounds_are_named() {
    let wrong = Seconds { default_ttl: Some(1), retry: Some(1 << 40), expire: Some(-5), ..Seconds::default() };
    let faults = zone().authority.with_seconds(&wrong).unwrap_err();
    let fields: Vec<String> = faults.into_iter().filter_map(|fault| fault.field).map(Into::into).collect();
    assert_eq!(fields, ["default_ttl", "retry", "expire"]);
}

#[test]
fn a_zone_that_is_written_reads_as_the_same() {
    let (zone, records) = (zone(), records());
    let text = zone.published(&records).text;
    let wanted = read(text.as_bytes(), &zone.name).unwrap();
    assert_eq!(wanted.serial, Some(zone.serial));
    let difference = Difference::between(&zone, &records, &wanted, ImportMode::Replace);
    assert!(difference.is_empty(&zone), "{difference:?}\n{text}");
    assert!(wanted.left_out.is_empty(), "{:?}", wanted.left_out);
    let first: Vec<&str> = text.lines().skip(2).map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(first, ["example.org.", "example.org.", "example.org.", "mail.example.org.", "www.example.org."]);
}

#[test]
fn a_cname_beside_other_data_breaks_the_zone_and_what_was_broken_may_stay() {
    let zone = zone();
    let good: Vec<Content> = records().into_iter().map(|record| record.content).collect();
    let before = zone.faults(&good);
    assert_eq!(broken_by(&[], before.clone()), []);
    let mut bad = good.clone();
    bad.push(content("www", "CNAME", "mail"));
    let broken = broken_by(&before, zone.faults(&bad));
    assert_eq!(broken[0].code.as_str(), "dns.cname.other_data");
    assert_eq!(broken_by(&zone.faults(&bad), zone.faults(&bad)), [], "it does not get worse");
    let without_ns: Vec<Content> = good.into_iter().filter(|content| content.kind != "NS").collect();
    assert_eq!(broken_by(&before, zone.faults(&without_ns))[0].code.as_str(), "dns.zone.no_ns");
}

#[test]
fn a_file_says_what_it_would_add_change_and_take_away() {
    let (zone, records) = (zone(), records());
    let file = "$TTL 7200\n@ IN SOA ns.old. a.old. 42 1 2 3 4\n@ NS ns1.host.example.\nwww 3600 A 192.0.2.1\n\
                ftp A 192.0.2.9\n@ RRSIG A 8 2 60 20270101000000 20260101000000 1 example.org. aaaa\nbad A nonsense\n";
    let wanted = read(file.as_bytes(), &zone.name).unwrap();
    assert_eq!(wanted.serial, Some(42));
    let reasons: Vec<&str> = wanted.left_out.iter().map(|left| left.reason.as_str()).collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    let difference = Difference::between(&zone, &records, &wanted, ImportMode::Replace);
    let added: Vec<&str> = difference.added.iter().map(|content| content.owner.as_str()).collect();
    assert_eq!(added, ["ftp.example.org."]);
    assert_eq!(difference.default_ttl, 7_200);
    assert_eq!(difference.retimed.len(), 1, "www keeps its 3600 where the zone's default is 7200");
    assert_eq!(difference.removed.len(), 2, "mail and its exchanger are not in the file");
    let added = Difference::between(&zone, &records, &wanted, ImportMode::Add);
    assert_eq!((added.removed.len(), added.default_ttl), (0, 3_600));
    assert!(added.retimed.iter().all(|(_, content)| content.owner == "example.org."), "{:?}", added.retimed);
}

#[test]
fn only_a_served_zone_with_its_serial_needs_nothing() {
    assert_eq!(plan(Some(5), Some(5)), None);
    assert_eq!(plan(Some(5), Some(4)), Some(Step::Publish));
    assert_eq!(plan(Some(5), Some(6)), Some(Step::Publish));
    assert_eq!(plan(Some(5), None), Some(Step::Publish));
    assert_eq!(plan(None, Some(5)), Some(Step::Remove));
    assert_eq!(plan(None, None), None);
}

proptest! {
    #[test]
    fn the_next_serial_is_always_after(current: u32, theirs: u32, ahead in 0_i64..200_000) {
        let today = day("1999-12-31").plus_days(ahead);
        prop_assert!(is_after(next_serial(current, today), current));
        let both = serial_after_both(current, theirs, today);
        prop_assert!(is_after(both, current));
        prop_assert!(both != 0);
    }

    #[test]
    fn no_typed_record_panics_and_what_is_taken_reads_back(
        owner in "[ -~]{0,20}",
        kind in prop_oneof!["[ -~]{0,6}", Just("A".to_owned()), Just("TXT".to_owned()), Just("MX".to_owned()), Just("CAA".to_owned())],
        data in "\\PC{0,60}",
    ) {
        if let Ok(read) = Content::read(&Typed { owner: &owner, kind: &kind, data: &data, ttl: None }, &name()) {
            let again = Typed { owner: &read.owner, kind: &read.kind, data: &read.data, ttl: None };
            prop_assert_eq!(Content::read(&again, &name()), Ok(read));
        }
    }

    #[test]
    fn no_file_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(wanted) = read(&bytes, &name()) {
            let difference = Difference::between(&zone(), &records(), &wanted, ImportMode::Replace);
            prop_assert!(difference.added.len() <= wanted.records.len());
        }
    }
}
