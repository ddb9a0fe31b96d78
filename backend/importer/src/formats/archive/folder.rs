//! A folder that someone unpacked: the same members as in an archive.

use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::path::SafePath;
use super::tar_blocks::Body;
use super::{Member, Tour, stream};
use crate::snapshot::GapKind;
use crate::{Refusal, RefusalCode};

/// Shows all files below a folder. Links are not followed and nothing but regular files is opened.
pub fn walk(root: &Path, tour: &mut Tour<'_>) -> Result<(), Refusal> {
    let unreadable = |err| Refusal::new(RefusalCode::Unreadable, root.display(), err);
    // One open folder a level: the deepest nesting bounds the open files.
    let mut open: Vec<(PathBuf, fs::ReadDir)> = vec![(PathBuf::new(), fs::read_dir(root).map_err(unreadable)?)];
    while let Some((below, entries)) = open.last_mut() {
        let Some(entry) = entries.next() else {
            open.pop();
            continue;
        };
        let relative = match &entry {
            Ok(entry) => below.join(entry.file_name()),
            Err(_) => below.clone(),
        };
        tour.budget.member(tour.container)?;
        let shown = relative.display().to_string();
        let meta = entry.and_then(|entry| fs::symlink_metadata(entry.path()));
        let meta = match meta {
            Ok(meta) => meta,
            Err(err) => {
                tour.gap(GapKind::Skipped, &format!("it cannot be read: {}", err.kind()), &shown);
                continue;
            }
        };
        let raw = relative.as_os_str().as_bytes();
        let path = match SafePath::of(raw) {
            Ok(path) => path,
            Err(bad) => {
                tour.hostile(&format!("a file is not read: {bad}"), &shown);
                continue;
            }
        };
        if !path.is_plain {
            let reason = "a name is no UTF-8 or holds control characters; they are written out";
            tour.gap(GapKind::FactChanged, reason, &path.text);
        }
        if meta.is_symlink() {
            tour.gap(GapKind::Skipped, "a symbolic link is not followed", &path.text);
        } else if meta.is_dir() {
            tour.walked.members = tour.walked.members.saturating_add(1);
            tour.visitor.folder(&Member { path: &path.text, raw, size: 0 });
            if open.len() >= tour.budget.depth {
                tour.gap(GapKind::Skipped, "a folder lies deeper than is read", &path.text);
                continue;
            }
            match fs::read_dir(root.join(&relative)) {
                Ok(entries) => open.push((relative, entries)),
                Err(err) => tour.gap(GapKind::Skipped, &format!("it cannot be read: {}", err.kind()), &path.text),
            }
        } else if meta.is_file() {
            tour.walked.members = tour.walked.members.saturating_add(1);
            file(root, &relative, &path.text, &meta, tour)?;
        } else {
            tour.hostile("a device or pipe is not read", &path.text);
        }
    }
    Ok(())
}

fn file(root: &Path, relative: &Path, path: &str, meta: &fs::Metadata, tour: &mut Tour<'_>) -> Result<(), Refusal> {
    let seen = Member { path, raw: relative.as_os_str().as_bytes(), size: meta.len() };
    let mut lazy = Lazy { path: root.join(relative), inode: (meta.dev(), meta.ino()), file: None };
    let mut left = meta.len();
    let mut counted = tour.budget.packed(&mut lazy);
    match stream::content(&mut Body { input: &mut counted, left: &mut left }, &seen, 0, tour) {
        // One file that cannot be read, or grew shorter, is not the end of the others.
        Err(fault) if fault.code != RefusalCode::TooLarge => {
            tour.gap(GapKind::Skipped, &format!("it cannot be read: {}", fault.reason), path);
            Ok(())
        }
        ended => ended,
    }
}

/// Opens the file when it is read; most are only counted.
struct Lazy {
    path: PathBuf,
    inode: (u64, u64),
    file: Option<fs::File>,
}

impl Read for Lazy {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.file.is_none() {
            let file = fs::File::open(&self.path)?;
            let meta = file.metadata()?;
            if (meta.dev(), meta.ino()) != self.inode {
                return Err(std::io::Error::new(
                    std::io::ErrorKind::PermissionDenied,
                    "it was replaced while it was read",
                ));
            }
            self.file = Some(file);
        }
        self.file.as_mut().map_or(Ok(0), |file| file.read(buffer))
    }
}
