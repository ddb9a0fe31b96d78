//! The mailboxes below a folder, as records.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{Layout, Survey, layout, maildir, survey};
use crate::snapshot::values::{Content, Extra};
use crate::snapshot::{Gap, GapKind, Kind, Mailbox, MailboxFormat, Sink};
use crate::sources::Input;
use crate::tally::Tally;
use crate::{Limits, Refusal, RefusalCode};

/// Finds the mailboxes at and below each path and surveys them; no message is opened.
///
/// # Errors
/// A [`Refusal`] where a path cannot be read or holds no mailbox, or that of the sink.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut gaps = Tally::default();
    let mut seen = HashSet::new();
    for root in &input.paths {
        std::fs::metadata(root).map_err(|error| Refusal::new(RefusalCode::Unreadable, root.display(), error))?;
        let found = find(root, &input.limits, &mut gaps)?;
        if found.is_empty() {
            let reason = "no mailbox was found there";
            return Err(Refusal::new(RefusalCode::NotThisFormat, root.display(), reason));
        }
        for path in found {
            one(root, &path, input, &mut seen, &mut gaps, sink)?;
        }
    }
    gaps.flush(sink)
}

fn one(
    root: &Path,
    path: &Path,
    input: &Input,
    seen: &mut HashSet<String>,
    gaps: &mut Tally,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let address = address_of(path);
    let (counted, lost) = match survey(path, &input.limits) {
        Ok(both) => both,
        Err(refusal) => {
            let reason = format!("{}: {}", refusal.code.as_str(), refusal.reason);
            gaps.add(Gap::new(GapKind::Skipped, path.display(), reason).of(Kind::Mailbox, &address));
            return Ok(());
        }
    };
    lost.into_iter().for_each(|gap| gaps.add(gap.of(Kind::Mailbox, &address)));
    if !seen.insert(address.clone()) {
        let reason = "a mailbox of this address was found before; that one was taken";
        gaps.add(Gap::new(GapKind::Duplicate, path.display(), reason).of(Kind::Mailbox, &address));
        return Ok(());
    }
    let format = match layout(path) {
        Some(Layout::Mbox) => MailboxFormat::Mbox,
        _ => MailboxFormat::Maildir,
    };
    let inner = path.strip_prefix(root).unwrap_or(path).display().to_string();
    sink.record(Mailbox {
        id: address.clone(),
        address,
        quota_bytes: counted.quota_bytes,
        used_bytes: Some(counted.bytes),
        messages: Some(counted.messages),
        format,
        content: Some(Content { container: root.display().to_string(), path: inner }),
        extra: told(&counted),
        ..Mailbox::default()
    })
}

fn told(survey: &Survey) -> Vec<Extra> {
    let mut extra = Vec::new();
    let mut say = |name: &str, value: String| extra.push(Extra { name: name.to_owned(), value });
    say("folders", survey.folders.to_string());
    say("largest_message_bytes", survey.largest_message.to_string());
    say("largest_folder", survey.largest_folder.clone());
    say("largest_folder_bytes", survey.largest_folder_bytes.to_string());
    if let Some(messages) = survey.quota_messages {
        say("quota_messages", messages.to_string());
    }
    if let Some((first, last)) = survey.dates {
        say("first_date", first.timestamp().to_string());
        say("last_date", last.timestamp().to_string());
    }
    extra
}

/// The mailboxes at and below a path: Maildirs, and mbox files where there is no Maildir around them.
fn find(root: &Path, limits: &Limits, gaps: &mut Tally) -> Result<Vec<PathBuf>, Refusal> {
    if root.is_file() {
        return Ok(if layout(root).is_some() { vec![root.to_path_buf()] } else { Vec::new() });
    }
    let mut found = Vec::new();
    let mut loose = Vec::new();
    let mut open = vec![(root.to_path_buf(), 0usize)];
    let mut count = 0usize;
    while let Some((folder, depth)) = open.pop() {
        if maildir::is_maildir(&folder) {
            found.push(folder);
            continue;
        }
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                gaps.add(Gap::new(GapKind::PartUnread, folder.display(), error));
                continue;
            }
        };
        for entry in entries.flatten() {
            count = count.saturating_add(1);
            if count > limits.members {
                return Err(Refusal::new(RefusalCode::TooLarge, root.display(), "more files than are read"));
            }
            let path = entry.path();
            match std::fs::symlink_metadata(&path) {
                Ok(what) if what.is_dir() && depth < limits.depth => open.push((path, depth.saturating_add(1))),
                Ok(what) if what.is_file() => loose.push(path),
                Ok(what) if what.is_symlink() => {
                    gaps.add(Gap::new(GapKind::PartUnread, path.display(), "a link, which is not followed"));
                }
                Ok(_) => gaps.add(Gap::new(GapKind::PartUnread, path.display(), "neither a file nor a folder")),
                Err(error) => gaps.add(Gap::new(GapKind::PartUnread, path.display(), error)),
            }
        }
    }
    let mut has_messages = false;
    for path in loose {
        match layout(&path) {
            Some(Layout::Mbox) => found.push(path),
            Some(_) => has_messages = true,
            None => gaps.add(Gap::new(GapKind::PartUnread, path.display(), "neither an mbox file nor a message")),
        }
    }
    if has_messages && found.is_empty() {
        // A folder of single messages is one mailbox.
        found.push(root.to_path_buf());
    } else if has_messages {
        gaps.add(Gap::new(GapKind::PartUnread, root.display(), "single messages beside mailboxes"));
    }
    found.sort();
    Ok(found)
}

/// The address that a path speaks of: `example.com/user/Maildir`, or the last name.
fn address_of(path: &Path) -> String {
    let names: Vec<String> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy().to_lowercase())
        .filter(|name| !matches!(name.as_str(), "maildir" | ".maildir" | "mail" | "mdbox" | "/"))
        .collect();
    match names.as_slice() {
        [] => "mailbox".to_owned(),
        [.., last] if last.contains('@') => last.clone(),
        [.., domain, user] if is_domain(domain) => {
            format!("{}@{domain}", user.strip_suffix(".mbox").unwrap_or(user))
        }
        [.., last] => last.strip_suffix(".mbox").unwrap_or(last).to_owned(),
    }
}

fn is_domain(name: &str) -> bool {
    name.contains('.')
        && !name.starts_with('.')
        && !name.ends_with('.')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
        && name.rsplit('.').next().is_some_and(|last| last.chars().any(char::is_alphabetic))
}
