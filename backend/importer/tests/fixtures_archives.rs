//! Every file of the fixtures of cPanel and Hestia goes through its reader.
#![expect(clippy::unwrap_used, reason = "a test; what is not as expected fails it")]

use std::path::{Path, PathBuf};

use hostwright_importer::sources::{Input, cpanel, hestia};
use hostwright_importer::{Counts, Refusal, Sink};

/// Where material that others made lies, beside the workspace. Absent in a bare checkout.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures");

type Reader = fn(&Input, &mut dyn Sink) -> Result<(), Refusal>;

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_below(&path, found);
        } else if path.file_name().is_none_or(|name| name != "SOURCES.md") {
            found.push(path);
        }
    }
}

/// Prints one line a file; gives how many were read fully, with gaps, and refused.
fn table(source: &str, reader: Reader) -> Option<(u32, u32, u32)> {
    let folder = Path::new(FIXTURES).join(source);
    if !folder.is_dir() {
        println!("{source}: no fixtures beside this checkout, nothing was tested");
        return None;
    }
    let mut files = Vec::new();
    files_below(&folder, &mut files);
    assert!(!files.is_empty());
    let (mut fully, mut gaps, mut refused) = (0, 0, 0);
    for path in &files {
        let mut counts = Counts::default();
        let ended = reader(&Input::of(vec![path.clone()]), &mut counts);
        let name = path.strip_prefix(&folder).unwrap().display();
        match ended {
            Ok(()) => {
                let records: Vec<String> =
                    counts.records.iter().map(|(kind, count)| format!("{count} {}", kind.as_str())).collect();
                println!("{source}/{name}: {} / {} gaps", records.join(", "), counts.gaps.len());
                for gap in &counts.gaps {
                    assert!(!gap.reason.is_empty() && !gap.place.is_empty());
                    println!(
                        "    {}x {:?} {}: {}",
                        gap.count,
                        gap.kind,
                        gap.field.as_deref().unwrap_or("-"),
                        gap.reason
                    );
                }
                // Nothing disappears silently: what gives no record gives a gap.
                assert!(!counts.records.is_empty() || !counts.gaps.is_empty(), "{name}");
                if counts.gaps.is_empty() { fully += 1 } else { gaps += 1 }
            }
            Err(refusal) => {
                assert!(!refusal.reason.is_empty());
                println!("{source}/{name}: refused {}: {}", refusal.code.as_str(), refusal.reason);
                refused += 1;
            }
        }
    }
    println!("{source}: {fully} read fully, {gaps} with named gaps, {refused} refused, of {}", files.len());
    Some((fully, gaps, refused))
}

#[test]
fn every_file_of_cpanel_is_read_or_refused_with_a_reason() {
    if let Some((fully, gaps, _)) = table("cpanel", cpanel::read) {
        assert!(fully + gaps > 0);
    }
}

#[test]
fn every_file_of_hestia_is_read_or_refused_with_a_reason() {
    if let Some((_, _, refused)) = table("hestia", hestia::read) {
        assert_eq!(refused, 0);
    }
}

#[test]
fn a_whole_folder_is_read_as_one_source() {
    let readers: [(&str, Reader); 2] = [("cpanel", cpanel::read), ("hestia", hestia::read)];
    for (source, reader) in readers {
        let folder = Path::new(FIXTURES).join(source);
        if folder.is_dir() {
            let mut counts = Counts::default();
            reader(&Input::of(vec![folder]), &mut counts).unwrap();
            assert!(!counts.records.is_empty());
        }
    }
}
