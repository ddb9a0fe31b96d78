//! Finds the files of the workspace.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the workspace.
pub(super) struct Source {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: String,
}

/// What a rule has against a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub path: String,
    /// From 1.
    pub line: usize,
    pub message: String,
}

impl Finding {
    pub fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Root of the workspace.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Files below `folder` whose name ends with `ending`, in order; none if there is no such folder.
pub(super) fn files(folder: &str, ending: &str) -> Vec<Source> {
    let root = root();
    let mut paths = Vec::new();
    collect(&root.join(folder), &mut paths);
    paths.sort();
    paths
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .filter_map(|path| {
            // What is not text, such as a picture, has no wording to check.
            let text = fs::read_to_string(&path).ok()?;
            let path = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            Some(Source { path, text })
        })
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        // A link may lead anywhere, and what is built or tracked elsewhere is not ours to check.
        let skipped = name == "target" || name == ".git" || name == "node_modules";
        let Ok(kind) = entry.file_type() else { continue };
        if skipped {
            continue;
        }
        if kind.is_dir() {
            collect(&entry.path(), paths);
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
}

/// Line (from 1) of the byte at `offset`.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}
