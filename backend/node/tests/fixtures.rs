//! Real documents of many ages are read without a panic and give the facts that they have.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use hostwright_node::xml::{Element, domain_facts, found_guest, without_screens};

fn fixtures(folder: &str) -> Vec<PathBuf> {
    // Beside the project, or beside the folder that holds its worktrees.
    let roots =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|above| above.join("shared/fixtures").join(folder));
    let mut found = Vec::new();
    let mut left: Vec<PathBuf> = roots.filter(|root| root.is_dir()).take(1).collect();
    while let Some(folder) = left.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|end| end == "xml") {
                found.push(path);
            }
        }
    }
    if found.is_empty() {
        eprintln!("skipped: no documents in ../shared/fixtures/{folder} beside the project");
    }
    found.sort();
    found
}

fn read_all(folder: &str) {
    let mut domains = 0;
    for path in fixtures(folder) {
        let document = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let Ok(element) = Element::parse(&document) else {
            println!("not well formed, refused: {}", path.display());
            continue;
        };
        let again = Element::parse(&element.to_xml()).unwrap();
        assert_eq!(element.name(), again.name(), "{}", path.display());
        if element.name() != "domain" {
            continue;
        }
        domains += 1;
        let facts = domain_facts(&document).unwrap();
        assert!(facts.name.is_some(), "{}", path.display());
        assert!(facts.memory_bytes.is_some_and(|bytes| bytes > 0), "{}", path.display());
        assert!(facts.mark.is_none(), "{}", path.display());
        let declared = element.at("devices").map_or(0, |all| all.all("disk").count());
        assert_eq!(facts.disks.len(), declared, "{}", path.display());
        // As a guest that could be taken over, and defined again as it was.
        let found = found_guest(&document, Some(&document)).unwrap();
        assert_eq!(Some(&found.guest.name), facts.name.as_ref(), "{}", path.display());
        assert_eq!((found.disks.len(), found.interfaces.len()), (declared, facts.interfaces.len()));
        let defined = found_guest(&without_screens(&document).unwrap(), None).unwrap();
        assert_eq!((&defined.disks, &defined.interfaces), (&found.disks, &found.interfaces), "{}", path.display());
    }
    println!("{folder}: {domains} domains read");
}

#[test]
fn every_qemu_domain_of_any_age_is_read() {
    read_all("libvirt-qemu");
}

#[test]
fn every_xen_domain_of_any_age_is_read() {
    read_all("libvirt-xen");
}
