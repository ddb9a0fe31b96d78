use std::fs;

use hostwright_importer::agents::{
    AgentCode, Checks, Command, Level, LocalTransport, Manifest, Package, Place, What, check, collect, disable,
};
use hostwright_importer::{Counts, Kind, Limits, document};

use crate::packages::{Stand, small};

fn all() -> What {
    What { services: true, content: true, domains: None }
}

#[test]
fn the_sample_agent_conforms() {
    let stand = Stand::sample();
    let mut here = LocalTransport::new(&stand.home());
    let mut place = Place::deliver(&mut here, &stand.package, "check", small()).unwrap();
    let checks = Checks { disable: 2, ..Checks::default() };
    let findings = check(&mut place, &stand.package, &stand.target("check"), &Limits::default(), &checks).unwrap();
    let faults: Vec<_> = findings.iter().filter(|finding| finding.level >= Level::Warning).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    place.leave().unwrap();
    assert!(stand.left().is_empty(), "{:?}", stand.left());
}

#[test]
fn the_skeleton_only_says_that_nothing_is_filled_in() {
    let from = concat!(env!("CARGO_MANIFEST_DIR"), "/agents/skeleton/agent");
    let text = fs::read_to_string(from).unwrap();
    let stand = Stand::script(text.strip_prefix("#!/bin/sh\n").unwrap());
    let mut here = LocalTransport::new(&stand.home());
    let mut place = Place::deliver(&mut here, &stand.package, "check", small()).unwrap();
    let checks = Checks::default();
    let findings = check(&mut place, &stand.package, &stand.target("check"), &Limits::default(), &checks).unwrap();
    assert!(findings.iter().all(|finding| finding.level < Level::Fault), "{findings:#?}");
    assert!(findings.iter().any(|finding| finding.code == "check.empty"), "{findings:#?}");
}

#[test]
fn the_manifests_of_the_project_are_read() {
    for name in ["sample", "skeleton"] {
        let path = format!("{}/agents/{name}/agent.manifest", env!("CARGO_MANIFEST_DIR"));
        Manifest::parse(&fs::read(&path).unwrap(), &path, &Limits::default()).unwrap();
    }
}

#[test]
fn everything_is_collected_and_a_stopped_collection_goes_on_where_it_was() {
    let stand = Stand::sample();
    let mut here = LocalTransport::new(&stand.home());
    let mut place = Place::deliver(&mut here, &stand.package, "job", small()).unwrap();
    let folder = stand.target("all");
    let mut commands = Vec::new();
    // Stopped before each command once.
    let done = loop {
        let mut budget = 1;
        let mut step = |command: &Command| {
            if budget == 0 {
                return false;
            }
            budget -= 1;
            commands.push(command.to_string());
            true
        };
        let done = collect(&mut place, &folder, &Limits::default(), &all(), &mut step).unwrap();
        if done.bundles.len() == 2 {
            break done;
        }
        assert!(commands.len() < 20, "{commands:?}");
    };
    assert!(done.faults.is_empty(), "{:?}", done.faults);
    assert_eq!(commands.len(), 5, "no command ran twice: {commands:?}");
    let mut counts = Counts::default();
    for path in &done.documents {
        document::open_file(path, &Limits::default()).unwrap().read(&mut counts).unwrap();
    }
    assert!(counts.gaps.is_empty(), "{:?}", counts.gaps);
    assert_eq!(counts.records.get(&Kind::Party), Some(&3));
    assert_eq!(counts.records.get(&Kind::Mailbox), Some(&2));
    let mut bundle = tar::Archive::new(fs::File::open(&done.bundles[0].2).unwrap());
    let messages = bundle.entries().unwrap().filter(|entry| entry.as_ref().unwrap().size() > 0).count();
    assert_eq!(messages, 1);
    let again = collect(&mut place, &folder, &Limits::default(), &all(), &mut |_| panic!("ran again")).unwrap();
    assert_eq!(again.already, 5);
}

#[test]
fn the_same_files_make_the_same_package() {
    assert_eq!(Stand::sample().package.digest, Stand::sample().package.digest);
}

#[test]
fn packages_that_must_not_be_unpacked_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("agent.manifest"), Manifest::new("Test", "1.0.0").to_xml()).unwrap();
    let tar = folder.path().join("agent.tar");
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    let mut outside = tar::Header::new_gnu();
    outside.as_gnu_mut().unwrap().name[..12].copy_from_slice(b"../../escape");
    outside.set_size(0);
    let mut nameless = tar::Header::new_gnu();
    nameless.set_size(0);
    for (what, mut header, name) in [
        ("a link", link, Some("agent")),
        ("a path that leads outside", outside, None),
        ("no program", nameless, Some("readme")),
    ] {
        let mut builder = tar::Builder::new(fs::File::create(&tar).unwrap());
        match name {
            Some(name) => builder.append_data(&mut header, name, std::io::empty()).unwrap(),
            None => {
                header.set_cksum();
                builder.append(&header, std::io::empty()).unwrap();
            }
        }
        builder.into_inner().unwrap();
        let fault = Package::open(folder.path(), &Limits::default()).expect_err(what);
        assert_eq!(fault.code, AgentCode::BadPackage, "{what}: {fault}");
    }
    for bytes in [&b""[..], b"garbage that is no archive at all"] {
        fs::write(&tar, bytes).unwrap();
        assert_eq!(Package::open(folder.path(), &Limits::default()).unwrap_err().code, AgentCode::BadPackage);
    }
}

#[test]
fn one_subscription_that_cannot_be_switched_off_keeps_no_other_on() {
    let stand = Stand::script(
        "for a in \"$@\"; do case $a in --subscription-ids=*) ids=${a#*=};; esac; done\nset -f\n\
         for id in $ids; do [ \"$id\" != s7 ] || { echo 'no such subscription' >&2; exit 3; }; done\nexit 0",
    );
    let mut here = LocalTransport::new(&stand.home());
    let mut place = Place::deliver(&mut here, &stand.package, "disable", small()).unwrap();
    let mut ids: Vec<String> = (0..60).map(|number| format!("s{number}")).collect();
    ids.push("with a space".to_owned());
    for _twice_is_no_error in 0..2 {
        let outcome = disable(&mut place, &ids).unwrap();
        assert_eq!(outcome.done, 59);
        let failed: Vec<_> = outcome.failed.iter().map(|(id, said)| (id.as_str(), said.as_str())).collect();
        assert_eq!(failed, [("with a space", "no list can carry this identifier"), ("s7", "no such subscription")]);
    }
    place.leave().unwrap();
    assert!(stand.left().is_empty(), "{:?}", stand.left());
}
