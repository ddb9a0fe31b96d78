//! mbox files and single messages.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use hostwright_kernel::Instant;

use super::Bytes;
use super::folders::{FoundFolder, Known, Walk, changed};
use crate::formats::mail::identity::Headers;
use crate::formats::mail::{Flags, folder_name, mbox, packed};
use crate::snapshot::{Gap, GapKind};
use crate::sources::files::each_file;
use crate::tally::Tally;
use crate::{Refusal, RefusalCode};

/// The beginning of a file.
pub(super) fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(8_192).read_to_end(&mut head)?;
    Ok(head)
}

/// At least one header line near the top. The body may be anything, binary parts included.
pub(super) fn looks_like_a_message(head: &[u8]) -> bool {
    let header_line = |line: &[u8]| {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        name.len() < line.len() && !name.is_empty() && name.trim_ascii().iter().all(u8::is_ascii_graphic)
    };
    let mut lines = head.split(|byte| *byte == b'\n').take(50);
    let is_text = !head.split(|byte| *byte == b'\n').next().unwrap_or_default().contains(&0);
    is_text && lines.any(header_line)
}

/// A folder that is no Maildir: its mbox files are folders, its messages lie in the folder itself.
pub(super) fn walk_files(root: &Path, walk: &mut Walk<'_>) -> Result<(), Refusal> {
    let mut boxes: Vec<(PathBuf, FoundFolder)> = Vec::new();
    let mut messages: Vec<PathBuf> = Vec::new();
    let mut others: Vec<PathBuf> = Vec::new();
    let mut found = Tally::default();
    let limits = *walk.limits;
    each_file(root, &limits, &mut found, &mut |path, _| {
        let head = head(path).unwrap_or_default();
        if mbox::is_mbox(&head) {
            boxes.push((path.to_path_buf(), folder_of(root, path)));
        } else if is_named_as_a_message(path)
            || looks_like_a_message(&head)
            || packed::Packing::of(&head) != packed::Packing::None
        {
            messages.push(path.to_path_buf());
        } else {
            others.push(path.to_path_buf());
        }
        Ok(())
    })?;
    for Gap { kind, place, reason, count, .. } in found.finish() {
        walk.gaps(kind, Path::new(&place), &reason, count);
    }
    for other in others {
        walk.gap(GapKind::PartUnread, &other, "neither an mbox file nor a message");
    }
    if !messages.is_empty() {
        let inbox = FoundFolder::inbox();
        walk.begin(&inbox)?;
        for path in messages {
            one(&path, &inbox, walk)?;
        }
        walk.end(&inbox);
    }
    for (path, folder) in boxes {
        walk_mbox(&path, &folder, walk)?;
    }
    Ok(())
}

fn is_named_as_a_message(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("eml"))
}

/// The folder that an mbox file is: its path below the root, without `.mbox`; `Inbox` is the inbox.
fn folder_of(root: &Path, path: &Path) -> FoundFolder {
    let below = path.strip_prefix(root).unwrap_or(path);
    let mut levels: Vec<String> = Vec::new();
    for part in below.components() {
        let name = folder_name::from_disk(part.as_os_str().as_encoded_bytes());
        let name = name.strip_suffix(".mbox").or_else(|| name.strip_suffix(".sbd")).unwrap_or(&name).to_owned();
        levels.push(name);
    }
    if levels.len() == 1
        && levels.iter().any(|name| name.eq_ignore_ascii_case("inbox") || name.eq_ignore_ascii_case("mbox"))
    {
        levels.clear();
    }
    FoundFolder { path: levels, ..FoundFolder::default() }
}

pub(super) fn walk_mbox(path: &Path, folder: &FoundFolder, walk: &mut Walk<'_>) -> Result<(), Refusal> {
    let index = match mbox::index(path, walk.limits.members) {
        Ok(index) => index,
        Err(error) => {
            walk.gap(GapKind::PartUnread, path, format_args!("an mbox file that cannot be read: {error}"));
            return Ok(());
        }
    };
    walk.begin(folder)?;
    if index.stray > 0 {
        walk.gap(GapKind::PartUnread, path, "bytes before the first message of an mbox file");
    }
    if index.has_more {
        walk.gap(GapKind::PartUnread, path, "an mbox file of more messages than are read");
    }
    for span in index.spans {
        if span.is_quoted {
            walk.gaps(GapKind::FactChanged, path, "a quoted line '>From ' was taken as 'From '", span.quoted);
        }
        if span.is_cut {
            walk.gap(GapKind::FactChanged, path, "the file ends within the headers of a message");
        }
        let size = span.len;
        let internal_date = span.date;
        let bytes = Bytes::Part(path.to_path_buf(), span);
        let mut start = Vec::new();
        let read = bytes.open().and_then(|reader| reader.take(65_536).read_to_end(&mut start));
        if let Err(error) = read {
            walk.gap(GapKind::Skipped, path, format_args!("a message that cannot be read: {error}"));
            continue;
        }
        let headers = Headers::read(&start);
        if is_note_of_the_program(&headers) {
            walk.gap(GapKind::PartUnread, path, "the note that a mail program keeps in the file for itself");
            continue;
        }
        let known = Known {
            flags: flags_of(&headers.status),
            keywords: String::from_utf8_lossy(&headers.keywords)
                .split([' ', ','])
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
            internal_date: internal_date.or_else(|| date(&headers)),
            uid: None,
            size: Some(size),
            place: path.display().to_string(),
            bytes,
        };
        walk.message(folder, &known)?;
    }
    walk.end(folder);
    Ok(())
}

fn is_note_of_the_program(headers: &Headers) -> bool {
    headers.subject.starts_with(b"DON'T DELETE THIS MESSAGE") && headers.from.starts_with(b"Mail System Internal Data")
}

/// The letters of `Status` and `X-Status`.
fn flags_of(status: &[u8]) -> Flags {
    Flags {
        is_seen: status.contains(&b'R'),
        is_answered: status.contains(&b'A'),
        is_flagged: status.contains(&b'F'),
        is_deleted: status.contains(&b'D'),
        is_draft: status.contains(&b'T'),
    }
}

/// What the `Date` header says, where it can be read.
fn date(headers: &Headers) -> Option<Instant> {
    let text = String::from_utf8_lossy(&headers.date).into_owned();
    let at = jiff::fmt::rfc2822::parse(&text).ok()?;
    Instant::from_micros(at.timestamp().as_microsecond()).ok()
}

pub(super) fn walk_message(path: &Path, walk: &mut Walk<'_>) -> Result<(), Refusal> {
    let inbox = FoundFolder::inbox();
    walk.begin(&inbox)?;
    one(path, &inbox, walk)?;
    walk.end(&inbox);
    Ok(())
}

/// A file that is one message. Its date is that of its header: files are copied, headers are not.
fn one(path: &Path, folder: &FoundFolder, walk: &mut Walk<'_>) -> Result<(), Refusal> {
    let what = std::fs::metadata(path).map_err(|error| Refusal::new(RefusalCode::Unreadable, path.display(), error))?;
    let mut start = Vec::new();
    let opened = packed::open(path, walk.limits.unpacked_bytes);
    let read = opened.and_then(|(_, reader)| reader.take(65_536).read_to_end(&mut start));
    let headers = if read.is_ok() { Headers::read(&start) } else { Headers::default() };
    let known = Known {
        flags: Flags::default(),
        keywords: Vec::new(),
        internal_date: date(&headers).or_else(|| changed(&what)),
        uid: None,
        size: Some(what.len()),
        bytes: Bytes::File(path.to_path_buf(), walk.limits.unpacked_bytes),
        place: path.display().to_string(),
    };
    walk.message(folder, &known)
}
