use std::fs;

use super::{name_of_file, read};
use crate::snapshot::{Entry, GapKind, Record, Zone};
use crate::sources::Input;

fn zones(entries: &[Entry]) -> Vec<&Zone> {
    entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Record(Record::Zone(zone)) => Some(&**zone),
            _ => None,
        })
        .collect()
}

#[test]
fn a_folder_of_master_files_becomes_zones_and_each_other_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = "$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 1.2.3.4\n";
    fs::write(folder.path().join("example.com.db"), good).unwrap();
    fs::write(folder.path().join("db.example.net"), format!("{good}x FOO bar\n")).unwrap();
    fs::write(folder.path().join("other"), format!("$ORIGIN example.org.\n{good}")).unwrap();
    fs::write(folder.path().join("again.zone"), format!("$ORIGIN example.org.\n{good}")).unwrap();
    fs::write(folder.path().join("journal.jnl"), b";BIND LOG V9\n\x00\x00\x00\x01\x00\x02\x00\x03").unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("sub/example.info"), good).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link.db")).unwrap();

    let mut entries: Vec<Entry> = Vec::new();
    read(&Input::of(vec![folder.path().to_path_buf()]), &mut entries).unwrap();
    let zones = zones(&entries);
    let names: Vec<_> = zones.iter().map(|zone| zone.name.as_str()).collect();
    assert_eq!(names, ["example.org", "example.net", "example.com", "example.info"]);
    for zone in &zones {
        assert_eq!(zone.records.len(), 3, "{}", zone.name);
        assert_eq!(zone.raw.is_some(), zone.name == "example.net");
    }
    let gaps: Vec<_> =
        entries.iter().filter_map(|entry| if let Entry::Gap(gap) = entry { Some(gap) } else { None }).collect();
    let kinds: Vec<_> =
        gaps.iter().map(|gap| (gap.kind, gap.place.contains(folder.path().to_str().unwrap()))).collect();
    assert_eq!(kinds.len(), 4, "{gaps:?}");
    assert!(kinds.iter().all(|(_, has_place)| *has_place));
    assert_eq!(kinds.iter().filter(|(kind, _)| *kind == GapKind::Duplicate).count(), 1);
}

#[test]
fn a_single_file_that_is_no_zone_and_a_path_that_is_not_there_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    fs::write(&path, b"\x7fELF\x00\x01\x02\x03\x04").unwrap();
    let mut entries: Vec<Entry> = Vec::new();
    assert_eq!(read(&Input::of(vec![path]), &mut entries).unwrap_err().code.as_str(), "import.not_this_format");
    let missing = folder.path().join("missing");
    assert_eq!(read(&Input::of(vec![missing]), &mut entries).unwrap_err().code.as_str(), "import.unreadable");
}

#[test]
fn names_of_files_lead_to_names_of_zones() {
    for (file, zone) in [
        ("example.com.db", "example.com"),
        ("db.example.com", "example.com"),
        ("Example.COM.zone", "example.com"),
        ("example.com.db.signed", "example.com.db"),
        ("named.local", "local"),
        ("example.com", "example.com"),
        (".db", ".db"),
    ] {
        let found = name_of_file(file);
        assert!(found == zone || (file.ends_with("signed") && found == "example.com"), "{file} -> {found}");
    }
}
