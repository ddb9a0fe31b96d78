//! Maildir trees: Maildir++ (`.Sub.Folder`) and folders within folders.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::Bytes;
use super::folders::{FoundFolder, Known, Walk, changed};
use crate::Refusal;
use crate::formats::mail::maildir_name::{MaildirName, UidList, keyword_names, quota};
use crate::formats::mail::{folder_name, packed};
use crate::snapshot::GapKind;
use crate::sources::files::bytes_of;

/// A folder with messages in `cur` or `new`, or that has such folders as Maildir++ names them.
pub(super) fn is_maildir(path: &Path) -> bool {
    let has_own = ["cur", "new"].iter().any(|part| is_folder(&path.join(part)));
    has_own
        || std::fs::read_dir(path).is_ok_and(|entries| {
            entries.flatten().take(10_000).any(|entry| {
                let name = entry.file_name();
                bytes(&name).starts_with(b".") && ["cur", "new"].iter().any(|part| is_folder(&entry.path().join(part)))
            })
        })
}

/// A folder itself, not a link to one.
fn is_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|what| what.is_dir())
}

pub(super) fn bytes(name: &OsStr) -> &[u8] {
    name.as_encoded_bytes()
}

/// Files that mail servers keep beside the messages; they are made anew.
fn is_index(name: &[u8]) -> bool {
    const KNOWN: &[&[u8]] = &[
        b"subscriptions",
        b"maildirsize",
        b"maildirfolder",
        b"maildircache",
        b"courierimapsubscribed",
        b"courierimapuiddb",
        b"courierpop3dsizelist",
        b"courierimapacl",
        b"courierimaphieracl",
    ];
    name.starts_with(b"dovecot") || name.starts_with(b".dovecot") || KNOWN.contains(&name)
}

pub(super) fn walk(root: &Path, walk: &mut Walk<'_>) -> Result<(), Refusal> {
    let most = walk.limits.item_bytes;
    let subscribed = subscriptions(root, most);
    if let Ok(file) = bytes_of(&root.join("maildirsize"), most) {
        let (bytes, messages) = quota(&file);
        walk.quota(bytes, messages);
    }
    let mut open: Vec<(PathBuf, Vec<String>)> = vec![(root.to_path_buf(), Vec::new())];
    while let Some((path, levels)) = open.pop() {
        let mut below = folder(&path, levels, &subscribed, root, walk)?;
        below.sort();
        open.extend(below.into_iter().rev());
    }
    Ok(())
}

/// Names of subscribed folders, in modified UTF-7 or UTF-8, with either separator.
fn subscriptions(root: &Path, most: usize) -> BTreeSet<Vec<String>> {
    let mut set = BTreeSet::new();
    for file in ["subscriptions", "courierimapsubscribed"] {
        let Ok(text) = bytes_of(&root.join(file), most) else { continue };
        // Version 2 of the list parts levels with tabs and says so in its first line.
        let is_second = text.starts_with(b"V\t2");
        for line in text.split(|byte| *byte == b'\n').skip(usize::from(is_second)) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let line = line.strip_prefix(b"INBOX.").unwrap_or(line);
            let levels = line.split(|byte| if is_second { *byte == b'\t' } else { matches!(byte, b'.' | b'/') });
            let levels: Vec<String> = levels.filter(|level| !level.is_empty()).map(folder_name::from_disk).collect();
            if !levels.is_empty() {
                set.insert(levels);
            }
        }
    }
    set
}

type Below = Vec<(PathBuf, Vec<String>)>;

/// Reads one folder and says which lie below it.
fn folder(
    path: &Path,
    levels: Vec<String>,
    subscribed: &BTreeSet<Vec<String>>,
    root: &Path,
    walk: &mut Walk<'_>,
) -> Result<Below, Refusal> {
    let most = walk.limits.item_bytes;
    let uids = if walk.is_visit() {
        bytes_of(&path.join("dovecot-uidlist"), most.saturating_mul(8))
            .map(|file| UidList::read(&file, walk.limits.members))
            .unwrap_or_default()
    } else {
        UidList::default()
    };
    walk.gaps(GapKind::FactLost, path, "a line of dovecot-uidlist that cannot be read", uids.unread);
    // Keywords are named in each folder, or once for all.
    let names = bytes_of(&path.join("dovecot-keywords"), most)
        .or_else(|_none_here| bytes_of(&root.join("dovecot-keywords"), most))
        .map(|file| keyword_names(&file))
        .unwrap_or_default();
    let folder = FoundFolder {
        is_subscribed: subscribed.contains(&levels)
            || (levels.is_empty() && subscribed.contains(&vec!["INBOX".to_owned()])),
        path: levels,
        uid_validity: uids.validity,
    };
    let about = Folder { found: &folder, uids: &uids, names: &names };
    let mut below: Below = Vec::new();
    let mut messages: Vec<(PathBuf, bool)> = Vec::new();
    let mut has_own = false;
    for entry in entries(path, walk)? {
        let name = entry.file_name().map(|name| bytes(name).to_vec()).unwrap_or_default();
        let Ok(what) = std::fs::symlink_metadata(&entry) else {
            walk.gap(GapKind::Skipped, &entry, "a file that cannot be read");
            continue;
        };
        if what.is_symlink() {
            walk.gap(GapKind::PartUnread, &entry, "a link, which is not followed");
        } else if what.is_dir() {
            match name.as_slice() {
                b"cur" | b"new" => {
                    has_own = true;
                    collect(&entry, name == b"new", &mut messages, walk)?;
                }
                b"tmp" => unfinished(&entry, walk)?,
                _ => {
                    let levels = below_levels(&folder.path, &name);
                    if levels.len() > walk.limits.depth {
                        walk.gap(GapKind::PartUnread, &entry, "a folder that lies too deep");
                    } else {
                        below.push((entry, levels));
                    }
                }
            }
        } else if !what.is_file() {
            walk.gap(GapKind::PartUnread, &entry, "neither a file nor a folder");
        } else if MaildirName::read(&name).has_info {
            // A message beside `cur` and `new`, as some programs leave them.
            has_own = true;
            messages.push((entry, false));
        } else if !is_index(&name) {
            walk.gap(GapKind::PartUnread, &entry, "a file that is no message");
        }
    }
    if !has_own && folder.path.is_empty() && !below.is_empty() {
        // Only what lies below has messages.
        return Ok(below);
    }
    messages.sort();
    walk.begin(&folder)?;
    for (file, is_new) in messages {
        message(&file, is_new, &about, walk)?;
    }
    walk.end(&folder);
    Ok(below)
}

/// `.A.B` stands at the top and names all levels; a plain folder is one level more.
fn below_levels(levels: &[String], name: &[u8]) -> Vec<String> {
    let mut all = levels.to_vec();
    match name.strip_prefix(b".") {
        Some(name) => {
            all.extend(name.split(|byte| *byte == b'.').filter(|part| !part.is_empty()).map(folder_name::from_disk));
        }
        None => all.push(folder_name::from_disk(name)),
    }
    all
}

fn entries(path: &Path, walk: &mut Walk<'_>) -> Result<Vec<PathBuf>, Refusal> {
    let mut all = Vec::new();
    match std::fs::read_dir(path) {
        Ok(entries) => {
            for entry in entries {
                walk.count(path)?;
                match entry {
                    Ok(entry) => all.push(entry.path()),
                    Err(error) => walk.gap(GapKind::PartUnread, path, error),
                }
            }
        }
        Err(error) => walk.gap(GapKind::PartUnread, path, format_args!("a folder that cannot be read: {error}")),
    }
    Ok(all)
}

fn collect(path: &Path, is_new: bool, messages: &mut Vec<(PathBuf, bool)>, walk: &mut Walk<'_>) -> Result<(), Refusal> {
    for entry in entries(path, walk)? {
        match std::fs::symlink_metadata(&entry) {
            Ok(what) if what.is_file() => messages.push((entry, is_new)),
            Ok(what) if what.is_symlink() => walk.gap(GapKind::PartUnread, &entry, "a link, which is not followed"),
            Ok(_) => walk.gap(GapKind::PartUnread, &entry, "a folder among messages"),
            Err(_) => walk.gap(GapKind::Skipped, &entry, "a file that cannot be read"),
        }
    }
    Ok(())
}

/// Files in `tmp` are deliveries that did not end.
fn unfinished(path: &Path, walk: &mut Walk<'_>) -> Result<(), Refusal> {
    for entry in entries(path, walk)? {
        walk.gap(GapKind::PartUnread, &entry, "a delivery that did not end, in tmp");
    }
    Ok(())
}

struct Folder<'a> {
    found: &'a FoundFolder,
    uids: &'a UidList,
    names: &'a [Option<String>],
}

fn message(path: &Path, is_new: bool, folder: &Folder<'_>, walk: &mut Walk<'_>) -> Result<(), Refusal> {
    let name = MaildirName::read(path.file_name().map(bytes).unwrap_or_default());
    let what = match std::fs::symlink_metadata(path) {
        Ok(what) => what,
        Err(error) => {
            walk.gap(GapKind::Skipped, path, format_args!("a message that cannot be read: {error}"));
            return Ok(());
        }
    };
    walk.gaps(GapKind::FactLost, path, "a flag that is not known", u64::try_from(name.unknown.len()).unwrap_or(0));
    let mut keywords = Vec::new();
    if name.is_forwarded {
        keywords.push("$Forwarded".to_owned());
    }
    for letter in &name.keywords {
        match folder.names.get(usize::from(*letter)).cloned().flatten() {
            Some(keyword) => keywords.push(keyword),
            None => walk.gap(GapKind::FactLost, path, "a keyword that dovecot-keywords does not name"),
        }
    }
    let mut flags = name.flags;
    // What lies in `new` was not seen, whatever its name says.
    flags.is_seen &= !is_new;
    let is_packed = || super::single::head(path).is_ok_and(|head| packed::Packing::of(&head) != packed::Packing::None);
    let size = match name.size {
        // The name's size counts where the file is packed; else the file's own does.
        Some(size) if size != what.len() && is_packed() => size,
        _ => what.len(),
    };
    let known = Known {
        flags,
        keywords,
        internal_date: changed(&what),
        uid: folder.uids.uids.get(&name.unique).copied(),
        size: Some(size),
        bytes: Bytes::File(path.to_path_buf(), walk.limits.unpacked_bytes),
        place: path.display().to_string(),
    };
    walk.message(folder.found, &known)
}
