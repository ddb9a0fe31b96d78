//! The master files and mail of others, where they lie beside the project: what is read, and what is not.

#[path = "zones_mail/zones.rs"]
mod zones;

use std::path::{Path, PathBuf};

/// The folder of a source's files; says so where it is not there.
fn fixtures(source: &str) -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/fixtures")).join(source);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("no fixtures at {}: nothing was tried", folder.display());
    None
}

/// Regular files below a folder, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.file_name().is_some_and(|name| name != "SOURCES.md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
