//! `/etc/pve/qemu-server/ID.conf` and `/etc/pve/lxc/ID.conf`.
//!
//! Only what stands before the first section is the guest as it is. The sections that
//! follow are changes that wait (`[PENDING]`), cloud-init's state, and snapshots.

use super::super::guests::leftovers::Leftovers;
use super::config::Keys;

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct File {
    /// Lines that begin with `#` before the first section.
    pub(super) description: String,
    /// The current configuration.
    pub(super) keys: Keys,
    /// Keys of `[PENDING]`.
    pub(super) pending: Keys,
    /// Names of snapshots, in the order of the file.
    pub(super) snapshots: Vec<String>,
    /// Whether any line was one of a configuration.
    pub(super) is_known: bool,
}

enum Section {
    Current,
    Pending,
    Special,
    Snapshot(String),
}

/// Parses a file; nothing in it can be so wrong that the rest is lost.
pub(super) fn parse(text: &str, left: &mut Leftovers) -> File {
    let mut file = File::default();
    let mut section = Section::Current;
    for line in text.lines() {
        let line = line.trim_end();
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            file.is_known = true;
            section = match name {
                "PENDING" => Section::Pending,
                special if special.starts_with("special:") => Section::Special,
                snapshot => {
                    file.snapshots.push(snapshot.to_owned());
                    Section::Snapshot(snapshot.to_owned())
                }
            };
        } else if let Some(comment) = line.strip_prefix('#') {
            match &section {
                Section::Current => {
                    if !file.description.is_empty() {
                        file.description.push('\n');
                    }
                    file.description.push_str(decoded(comment).trim());
                }
                Section::Snapshot(name) => left.keep(&format!("snapshot {name}/description"), decoded(comment).trim()),
                Section::Pending | Section::Special => left.spare("comment"),
            }
        } else if !line.trim().is_empty() {
            entry(line, &section, &mut file, left);
        }
    }
    file
}

fn entry(line: &str, section: &Section, file: &mut File, left: &mut Leftovers) {
    let pair = line.split_once(':').map(|(key, value)| (key.trim(), value.trim()));
    let Some((key, value)) = pair.filter(|(key, _)| is_key(key)) else {
        left.lose("line", "it is no 'key: value' and is kept as text");
        left.keep("line", line);
        return;
    };
    match section {
        Section::Current => {
            file.is_known = true;
            if key.starts_with("lxc.") {
                // Raw keys may stand several times.
                let held = file.keys.entry(key.to_owned()).or_default();
                if !held.is_empty() {
                    held.push('\n');
                }
                held.push_str(value);
            } else if file.keys.insert(key.to_owned(), value.to_owned()).is_some() {
                left.change(key, "it stands more than once; the last counts");
            }
        }
        Section::Pending => {
            file.pending.insert(key.to_owned(), value.to_owned());
        }
        Section::Special => left.spare("special section"),
        Section::Snapshot(name) => match key {
            "snaptime" | "parent" | "snapstate" => left.keep(&format!("snapshot {name}/{key}"), value),
            "vmstate" => {
                left.lose("vmstate", "memory saved with a snapshot is not taken over");
                left.keep(&format!("snapshot {name}/{key}"), value);
            }
            _ => left.lose("snapshots", "what a snapshot held is not taken over, only its name"),
        },
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// The source writes line ends and the like as `%0A`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = (byte == b'%').then(|| [ahead.next(), ahead.next()]);
        let digits = hex.and_then(|[high, low]| Some([char::from(high?), char::from(low?)]));
        let value = digits.and_then(|[high, low]| Some((high.to_digit(16)?, low.to_digit(16)?)));
        let value = value.and_then(|(high, low)| u8::try_from(high.checked_mul(16)?.checked_add(low)?).ok());
        match value {
            Some(value) => {
                bytes.push(value);
                rest = ahead;
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// The number of a guest in a file's name: all of it, or its end after `-` or `_`.
/// Numbers below 100 are never given.
pub(super) fn number_in(stem: &str) -> Option<u64> {
    let last = stem.rsplit(['-', '_']).next()?;
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| last.parse().ok()).flatten().filter(|number| *number >= 100)
}
