use proptest::prelude::*;

use super::collect::file_name;
use super::manifest::{Connection, Element};
use super::transport::quoted;
use super::*;
use crate::{Limits, RefusalCode};

const MANIFEST: &str = r#"<?xml version="1.0"?>
<manifest xmlns=" http://www.parallels.com/psa/migration/agent">
  <sourceSystem>Own.Panel_2</sourceSystem><version>1.0.12</version>
  <connectionSettings><ssh><somethingOfTheirs kind="x">text &amp; more</somethingOfTheirs></ssh></connectionSettings>
  <features><a/><b>1</b></features>
  <servicesTransformation>services.xsl</servicesTransformation>
  <readme>Hello</readme>
</manifest>"#;

fn parse(text: &str) -> Result<Manifest, crate::Refusal> {
    Manifest::parse(text.as_bytes(), "agent.manifest", &Limits::default())
}

#[test]
fn a_manifest_keeps_what_is_not_known_of_it() {
    let manifest = parse(MANIFEST).unwrap();
    assert_eq!((manifest.source_system.as_str(), manifest.version.as_str()), ("Own.Panel_2", "1.0.12"));
    let Connection::Ssh(ssh) = &manifest.connection else { panic!("{manifest:?}") };
    assert_eq!(ssh.children[0].text, "text & more");
    assert_eq!(ssh.children[0].attribute("kind"), Some("x"));
    assert_eq!(manifest.features.as_ref().map(|one| one.children.len()), Some(2));
    assert_eq!(manifest.services_transformation.as_deref(), Some("services.xsl"));
    assert_eq!(manifest.rest, [Element { name: "readme".into(), text: "Hello".into(), ..Element::default() }]);
    let again = Manifest::parse(&manifest.to_xml(), "again", &Limits::default()).unwrap();
    assert_eq!(again, manifest);
}

#[test]
fn manifests_that_break_the_schema_are_refused() {
    for (from, to, code) in [
        ("Own.Panel_2", "O", RefusalCode::Invalid),
        ("Own.Panel_2", "2Panel", RefusalCode::Invalid),
        ("Own.Panel_2", "Panel_", RefusalCode::Invalid),
        ("1.0.12", "1.0", RefusalCode::Invalid),
        ("1.0.12", "1.0.x", RefusalCode::Invalid),
        ("<ssh>", "<ssh/><ssh>", RefusalCode::Invalid),
        ("migration/agent", "migration/other", RefusalCode::NotThisFormat),
        ("</manifest>", "", RefusalCode::Truncated),
        ("<?xml version=\"1.0\"?>", "<!DOCTYPE manifest>", RefusalCode::Hostile),
        ("&amp;", "&xxe;", RefusalCode::Hostile),
    ] {
        assert_eq!(parse(&MANIFEST.replacen(from, to, 1)).unwrap_err().code, code, "{from} -> {to}");
    }
}

#[test]
fn names_of_the_guide_are_read_by_the_manifest_that_claims_them() {
    let known: Vec<&str> =
        names::KNOWN.iter().filter(|name| name.document == "manifest").map(|name| name.name).collect();
    let source = include_str!("manifest.rs");
    for name in known {
        assert!(source.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn command_lines_are_those_of_the_guide() {
    let line = |command: Command| command.arguments("F").unwrap().join(" ");
    let ids = |list: &[&str]| list.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    assert_eq!(line(Command::HostingPlatformInfo), "--extract=hostingPlatformInfo --file=F");
    assert_eq!(
        line(Command::AccountsInfo(ids(&["acc1", "acc2"]))),
        "--extract=accountsInfo --account-ids=acc1 acc2 --file=F"
    );
    assert_eq!(line(Command::DomainsInfo(ids(&["d1"]))), "--extract=domainsInfo --domain-ids=d1 --file=F");
    assert_eq!(
        line(Command::DomainServicesInfo("mydomain.com".into())),
        "--extract=domainServicesInfo --domain-id=mydomain.com --file=F"
    );
    let content = Command::DomainContent { domain: "mydomain.com".into(), content: "mailbox:john@mydomain.com".into() };
    assert_eq!(
        line(content),
        "--extract=domainContent --domain-id=mydomain.com --content-id=mailbox:john@mydomain.com --file=F"
    );
    assert_eq!(
        line(Command::DisableSubscriptions(ids(&["s1", "s2"]))),
        "--disable=subscriptions --subscription-ids=s1 s2"
    );
}

#[test]
fn identifiers_that_a_list_cannot_carry_are_refused() {
    for ids in [vec![], vec![String::new()], vec!["a b".to_owned()], vec!["a\0".to_owned()]] {
        assert_eq!(Command::AccountsInfo(ids).arguments("F").unwrap_err().code, AgentCode::BadIdentifier);
    }
}

#[test]
fn a_package_with_names_that_a_server_reads_otherwise_is_refused() {
    let long = format!("agent\0{}", "x".repeat(200));
    for (name, said) in [(long.as_str(), "control character"), (".", "without a name"), ("a\nb", "control character")] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::GNULongName);
        header.set_size(u64::try_from(name.len()).unwrap());
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend(name.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        let mut member = tar::Header::new_gnu();
        member.set_entry_type(tar::EntryType::Regular);
        member.set_size(0);
        member.set_cksum();
        bytes.extend(member.as_bytes());
        bytes.resize(bytes.len() + 1_024, 0);
        let reason = super::package::members(bytes.as_slice(), 10, 1_000).unwrap_err();
        assert!(reason.contains(said), "{name:?}: {reason}");
    }
}

proptest! {
    #[test]
    fn any_bytes_as_a_manifest_end_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Manifest::parse(&bytes, "m", &Limits::default());
        let _ = Manifest::parse(&[MANIFEST.as_bytes(), &bytes].concat(), "m", &Limits::default());
    }

    #[test]
    fn a_quoted_word_is_one_word_for_a_shell(word in "[^\0]{0,40}") {
        let output = std::process::Command::new("sh").arg("-c").arg(format!("printf %s {}", quoted(&word))).output().unwrap();
        prop_assert_eq!(output.stdout, word.into_bytes());
    }

    #[test]
    fn file_names_differ_where_identifiers_do_and_stay_in_their_folder(a in ".{1,30}", b in ".{1,30}") {
        prop_assert_eq!(a == b, file_name(&a) == file_name(&b));
        prop_assert!(!file_name(&a).contains('/') && !file_name(&a).starts_with('.'));
    }
}
