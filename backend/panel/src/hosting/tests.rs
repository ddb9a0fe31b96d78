#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop where it stands"
)]

use hostwright_importer::formats::master_file::FaultCode;
use hostwright_kernel::Instant;
use proptest::prelude::*;

use super::error::HostingRefusal;
use super::model::{ContactRole, Domain, DomainContact, DomainFacts, DomainName, DomainState, auth_code};
use crate::platform::texts::{Locale, Texts};

fn now() -> Instant {
    "2027-01-31T12:00:00Z".parse().unwrap()
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn domain() -> Domain {
    Domain::new("cus_1", name("example.org"), now())
}

fn contact(role: ContactRole) -> DomainContact {
    serde_json::from_value(serde_json::json!({ "role": role, "name": "Ada", "email": "ada@example.org" })).unwrap()
}

fn codes(outcome: Result<Domain, Vec<crate::platform::Refusal>>) -> Vec<String> {
    let named = |fault: crate::platform::Refusal| format!("{} {}", fault.code, fault.field.unwrap_or_default());
    outcome.err().unwrap_or_default().into_iter().map(named).collect()
}

#[test]
fn every_refusal_and_every_fault_of_a_zone_has_a_text_in_both_languages() {
    let texts = Texts::embedded().unwrap();
    let refusals = HostingRefusal::ALL.iter().map(|refusal| refusal.refusal().code);
    let faults = FaultCode::ALL.iter().map(|code| code.as_str());
    let missing: Vec<&str> = refusals.chain(faults).filter(|code| !texts.has(&format!("error-{code}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_ne!(texts.get(Locale::De, "error-dns-zone-no_ns"), texts.get(Locale::En, "error-dns-zone-no_ns"));
}

#[test]
fn a_name_has_one_spelling_whatever_is_typed() {
    for (typed, kept) in [
        ("Example.ORG.", "example.org"),
        ("  example.org ", "example.org"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("MÜNCHEN.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa"),
    ] {
        assert_eq!(name(typed).as_str(), kept, "{typed}");
    }
    assert_eq!(name("xn--mnchen-3ya.de").in_script().as_deref(), Some("münchen.de"));
    assert_eq!(name("example.org").in_script(), None);
}

#[test]
fn what_is_no_name_is_refused() {
    let long = format!("{}.org", "a".repeat(64));
    let longer = format!("{}org", "abcdefgh.".repeat(30));
    for typed in
        ["", ".", "org", "a..org", "-a.org", "a-.org", "a b.org", "a_b.org", "a/b.org", "192.0.2.1", &long, &longer]
    {
        assert!(typed.parse::<DomainName>().is_err(), "{typed:?}");
    }
}

#[test]
fn all_wrong_facts_are_named_at_once() {
    let mut bad = contact(ContactRole::Owner);
    bad.country = "germany".to_owned();
    bad.email = "nobody".to_owned();
    let facts = DomainFacts {
        state: Some(DomainState::Released),
        registrar: Some("x".repeat(121)),
        registered_on: Some("31.1.2027".to_owned()),
        expires_on: Some("2027-02-30".to_owned()),
        name_servers: Some(vec!["ns1.example.org".to_owned(), "nonsense".to_owned()]),
        contacts: Some(vec![bad, contact(ContactRole::Owner)]),
        ..DomainFacts::default()
    };
    assert_eq!(
        codes(domain().with(&facts)),
        [
            "hosting.end_by_release state",
            "hosting.registrar registrar",
            "hosting.day registered_on",
            "hosting.day expires_on",
            "hosting.name_server name_servers",
            "hosting.contact contacts[0].email",
            "hosting.contact contacts[0].country",
            "hosting.contact_twice contacts",
        ]
    );
}

#[test]
fn what_is_left_out_stays_and_an_empty_text_takes_away() {
    let facts = DomainFacts {
        registrar: Some("Registrar A".to_owned()),
        registered_on: Some("2020-02-29".to_owned()),
        expires_on: Some("2028-02-29".to_owned()),
        name_servers: Some(vec!["NS1.example.net.".to_owned(), "ns1.example.net".to_owned(), String::new()]),
        ..DomainFacts::default()
    };
    let known = domain().with(&facts).unwrap();
    assert_eq!(known.name_servers, ["ns1.example.net"]);
    assert_eq!(known.with(&DomainFacts::default()).unwrap(), known);
    let taken =
        DomainFacts { expires_on: Some(String::new()), registrar: Some(String::new()), ..DomainFacts::default() };
    let less = known.with(&taken).unwrap();
    assert_eq!((less.expires_on, less.registrar.as_str(), less.registered_on), (None, "", known.registered_on));
    let backwards = DomainFacts { expires_on: Some("2019-01-01".to_owned()), ..DomainFacts::default() };
    assert_eq!(codes(known.with(&backwards)), ["hosting.days expires_on"]);
}

#[test]
fn a_released_domain_changes_no_more_and_keeps_no_code() {
    let mut held = domain();
    held.sealed_auth_code = Some("sealed".to_owned());
    let gone = held.released(true, now()).unwrap();
    assert_eq!(
        (gone.state, gone.ended_at, gone.sealed_auth_code.as_deref()),
        (DomainState::TransferredAway, Some(now()), None)
    );
    assert_eq!(codes(gone.with(&DomainFacts::default())), ["hosting.ended "]);
    assert_eq!(gone.released(false, now()).unwrap_err().code, "hosting.ended");
}

#[test]
fn an_authorisation_code_is_a_short_line() {
    assert_eq!(auth_code(" Ab$1 ").unwrap().as_deref(), Some("Ab$1"));
    assert_eq!(auth_code("").unwrap(), None);
    assert_eq!(auth_code(&"x".repeat(121)).unwrap_err().code, "hosting.auth_code");
    assert_eq!(auth_code("a\nb").unwrap_err().code, "hosting.auth_code");
}

proptest! {
    #[test]
    fn whatever_is_typed_is_refused_or_reads_back_as_it_is_kept(typed in "\\PC{0,80}") {
        if let Ok(name) = typed.parse::<DomainName>() {
            prop_assert_eq!(&name.as_str().parse::<DomainName>().unwrap(), &name);
            prop_assert!(!name.as_str().contains(['/', '\\', '"', ' ', '_']));
            prop_assert!(name.as_str().len() <= 253);
        }
    }
}
