//! The files that a reading is about.

use std::fs;
use std::path::{Path, PathBuf};

use super::Told;
use crate::formats::sql_dump::{self, Declared, Event, Visit};
use crate::snapshot::GapKind;
use crate::sources::Input;
use crate::{Limits, Refusal, RefusalCode};

struct File {
    path: PathBuf,
    name: String,
}

/// Dumps, in the order in which they are read: those that declare tables first.
pub(super) struct Files {
    files: Vec<File>,
    unread: Vec<String>,
    limits: Limits,
    declared: Declared,
    refused: Vec<Refusal>,
}

fn is_dump(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".sql", ".sql.gz", ".dump", ".dump.gz", ".xml"].iter().any(|end| name.ends_with(end))
}

impl Files {
    pub(super) fn of(input: &Input) -> Result<Self, Refusal> {
        let mut files = Self {
            files: Vec::new(),
            unread: Vec::new(),
            limits: input.limits,
            declared: Declared::default(),
            refused: Vec::new(),
        };
        for path in &input.paths {
            if path.is_dir() {
                files.folder(path, path, 0)?;
            } else {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                files.files.push(File { path: path.clone(), name });
            }
        }
        if files.files.is_empty() {
            let place = input.paths.first().map(|path| path.display().to_string()).unwrap_or_default();
            return Err(Refusal::new(RefusalCode::NotThisFormat, place, "no dump is in it"));
        }
        files.files.sort_by_key(|file| !declares_tables(&file.name));
        Ok(files)
    }

    fn folder(&mut self, root: &Path, folder: &Path, depth: usize) -> Result<(), Refusal> {
        let place = folder.display().to_string();
        let unreadable = |error: std::io::Error| Refusal::new(RefusalCode::Unreadable, &place, error);
        let mut inside = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            inside.push(entry.map_err(unreadable)?);
            if inside.len() > self.limits.members {
                return Err(Refusal::new(RefusalCode::TooLarge, &place, "more files than are read"));
            }
        }
        inside.sort_by_key(fs::DirEntry::file_name);
        for entry in inside {
            let path = entry.path();
            let kind = entry.file_type().map_err(unreadable)?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            if kind.is_dir() && depth < self.limits.depth {
                self.folder(root, &path, depth.saturating_add(1))?;
            } else if kind.is_file() && is_dump(&name) {
                self.files.push(File { path, name });
            } else {
                self.unread.push(name);
            }
        }
        Ok(())
    }

    /// Reads declarations first where they may stand in another file than the rows.
    pub(super) fn declare(&mut self) -> Result<(), Refusal> {
        if self.files.len() > 1 {
            self.pass(&mut |_file, _event| Ok(()))?;
        }
        Ok(())
    }

    /// Goes over all files. One that is refused does not keep the others from being read.
    pub(super) fn pass(&mut self, visit: &mut dyn FnMut(&str, Event) -> Result<(), Refusal>) -> Result<(), Refusal> {
        self.refused.clear();
        for file in &self.files {
            let mut stopped = None;
            let mut visit =
                |event: Event| visit(&file.name, event).inspect_err(|refusal| stopped = Some(refusal.clone()));
            let visit: &mut Visit<'_> = &mut visit;
            let result = if file.name.to_ascii_lowercase().ends_with(".xml") {
                sql_dump::read_xml(&file.path, &file.name, &self.limits, visit)
            } else {
                sql_dump::read(&file.path, &file.name, &self.limits, &mut self.declared, visit)
            };
            if let Some(refusal) = stopped {
                return Err(refusal);
            }
            if let Err(refusal) = result {
                self.refused.push(refusal);
            }
        }
        Ok(())
    }

    /// Files of folders that were not read.
    pub(super) fn tell(&self, told: &mut Told) {
        for name in self.unread.iter().take(1_000) {
            told.part(GapKind::PartUnread, "", name, None, "the file is not a dump", 1);
        }
        for refusal in self.refused.iter().skip(1) {
            told.part(GapKind::Skipped, "", &refusal.place, None, &refusal.reason, 1);
        }
    }

    /// The first refusal of the last pass.
    pub(super) fn refused(&self) -> Option<Refusal> {
        self.refused.first().cloned()
    }
}

fn declares_tables(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["struct", "schema", "create"].iter().any(|word| name.contains(word))
}
