//! Findings: the input is written to a folder before it is read, and stays there where something is wrong.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use xtask::lab::variable;

/// So many inputs are kept of one kind of finding.
const KEPT: usize = 3;

/// Where the inputs of one reader lie.
pub struct Keep {
    folder: PathBuf,
    /// Gone with it, unless there were findings.
    temporary: Option<tempfile::TempDir>,
    found: BTreeMap<String, usize>,
}

/// What is written beside an input.
pub struct About {
    pub reader: String,
    pub variant: u64,
}

impl Keep {
    pub fn new(reader: &str) -> Self {
        let (base, temporary) = match variable("HOSTWRIGHT_FUZZ_FOLDER") {
            Some(folder) => (PathBuf::from(folder), None),
            None => {
                let folder = tempfile::tempdir().unwrap();
                (folder.path().to_path_buf(), Some(folder))
            }
        };
        let folder = base.join(reader.replace(' ', "-"));
        fs::create_dir_all(&folder).unwrap();
        Self { folder, temporary, found: BTreeMap::new() }
    }

    /// An empty folder for the next input. What lies there when the process died is the finding.
    pub fn current(&self, about: &About) -> PathBuf {
        let current = self.folder.join("current");
        let _ = fs::remove_dir_all(&current);
        let input = current.join("input");
        fs::create_dir_all(&input).unwrap();
        fs::write(current.join("about"), format!("{} {}\n", about.reader, about.variant)).unwrap();
        input
    }

    /// Keeps the current input; says so the first time that this is found.
    pub fn finding(&mut self, origin: (u64, u64), kind: &str, text: &str) {
        let count = self.found.entry(kind.to_owned()).or_default();
        *count += 1;
        if *count > KEPT {
            return;
        }
        let (seed, round) = origin;
        let place = self.folder.join(format!("finding-{seed}-{round}"));
        let _ = fs::remove_dir_all(&place);
        fs::rename(self.folder.join("current"), &place).unwrap();
        fs::write(place.join("finding"), format!("{kind}\n{text}\n")).unwrap();
        let shown: String = text.chars().take(1_500).collect();
        eprintln!("finding: seed {seed}, round {round}: {kind}\n    {shown}");
        eprintln!("    again with HOSTWRIGHT_FUZZ_REPLAY={}", place.display());
    }

    /// How many findings there were of each kind.
    pub fn end(mut self) -> BTreeMap<String, usize> {
        let _ = fs::remove_dir_all(self.folder.join("current"));
        match self.temporary.take() {
            Some(folder) if !self.found.is_empty() => drop(folder.keep()),
            _ => {}
        }
        self.found
    }
}

impl About {
    /// What was written beside the input of a finding.
    pub fn of(finding: &Path) -> Self {
        let text = fs::read_to_string(finding.join("about")).unwrap();
        let (reader, variant) = text.trim().rsplit_once(' ').unwrap();
        Self { reader: reader.to_owned(), variant: variant.parse().unwrap() }
    }
}
