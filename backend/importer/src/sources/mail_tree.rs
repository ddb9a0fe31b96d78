//! Mail as it lies in an account's home: counted by its paths, never held.

use std::collections::BTreeMap;

use crate::snapshot::MailboxFormat;

/// Mailboxes of one account that are kept apart.
const MAILBOXES: usize = 200_000;

/// What was found of one mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailFound {
    /// The path of its folder in the archive.
    pub root: String,
    /// Messages in `cur` and `new` of all folders.
    pub messages: u64,
    /// Their bytes, as they were before compression where their names say so.
    pub bytes: u64,
    /// Messages whose files are compressed.
    pub compressed: u64,
    /// Folders besides the inbox.
    pub folders: std::collections::BTreeSet<String>,
    is_mdbox: bool,
    is_mbox: bool,
}

impl MailFound {
    /// How its messages are kept.
    #[must_use]
    pub fn format(&self) -> MailboxFormat {
        match self {
            Self { messages: 0, is_mdbox: true, .. } => MailboxFormat::Mdbox,
            Self { messages: 0, is_mbox: true, .. } => MailboxFormat::Mbox,
            _ => MailboxFormat::Maildir,
        }
    }

    /// The number of messages, where it can be told without opening containers.
    #[must_use]
    pub fn message_count(&self) -> Option<u64> {
        (self.format() == MailboxFormat::Maildir).then_some(self.messages)
    }
}

/// The mailboxes of one account by domain and local part.
#[derive(Debug, Default)]
pub struct MailTree {
    found: BTreeMap<(String, String), MailFound>,
    /// Files of mailboxes beyond those that are kept apart.
    pub beyond: u64,
}

impl MailTree {
    /// Notes a file of a mailbox: `inside` is its path below the mailbox's folder `root`.
    pub fn note(&mut self, domain: &str, local: &str, root: &str, inside: &str, size: u64, first: &[u8]) {
        let Some(one) = self.entry(domain, local, root) else { return };
        let names: Vec<&str> = inside.split('/').collect();
        match names.as_slice() {
            [folders @ .., "cur" | "new", message] if !message.is_empty() => {
                one.messages = one.messages.saturating_add(1);
                one.bytes = one.bytes.saturating_add(stated_size(message).unwrap_or(size));
                if matches!(first, [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..]) {
                    one.compressed = one.compressed.saturating_add(1);
                }
                if !folders.is_empty() && one.folders.len() < 10_000 {
                    one.folders.insert(folders.join("/"));
                }
            }
            ["storage" | "alt-storage", file] if file.starts_with("m.") => {
                one.is_mdbox = true;
                one.bytes = one.bytes.saturating_add(size);
            }
            [.., file] if first.starts_with(b"From ") || *file == "inbox" => {
                one.is_mbox = true;
                one.bytes = one.bytes.saturating_add(size);
                if names.len() > 1 && one.folders.len() < 10_000 {
                    one.folders.insert(inside.to_owned());
                }
            }
            // Indexes, caches and subscriptions; `tmp` holds what was never delivered.
            _ => {}
        }
    }

    /// Notes that a mailbox exists.
    pub fn exists(&mut self, domain: &str, local: &str, root: &str) {
        let _kept = self.entry(domain, local, root);
    }

    fn entry(&mut self, domain: &str, local: &str, root: &str) -> Option<&mut MailFound> {
        let key = (domain.to_lowercase(), local.to_lowercase());
        if self.found.len() >= MAILBOXES && !self.found.contains_key(&key) {
            self.beyond = self.beyond.saturating_add(1);
            return None;
        }
        let fresh = || MailFound { root: root.to_owned(), ..MailFound::default() };
        Some(self.found.entry(key).or_insert_with(fresh))
    }

    /// Takes what was found of a mailbox.
    pub fn take(&mut self, domain: &str, local: &str) -> Option<MailFound> {
        self.found.remove(&(domain.to_lowercase(), local.to_lowercase()))
    }

    /// All that was not taken.
    pub fn rest(&mut self) -> BTreeMap<(String, String), MailFound> {
        std::mem::take(&mut self.found)
    }
}

/// `S=` of a message's name: its size before compression.
fn stated_size(name: &str) -> Option<u64> {
    name.split([',', ':', ';']).find_map(|part| part.strip_prefix("S=")).and_then(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, u64, &[u8])]) -> MailFound {
        let mut tree = MailTree::default();
        for (path, size, first) in files {
            tree.note("A.example", "Bob", "mail/a.example/bob", path, *size, first);
        }
        tree.take("a.example", "bob").unwrap()
    }

    #[test]
    fn messages_of_all_folders_are_counted_with_their_sizes_before_compression() {
        let found = tree(&[
            ("cur/1.M1P1.h,S=900,W=920:2,S", 300, &[0x1f, 0x8b, 8, 0]),
            ("new/2.M2P2.h", 100, b"Retu"),
            (".Sent.2024/cur/3.x:2,", 50, b"Date"),
            ("tmp/4.x", 10, b""),
            ("dovecot.index", 5_000, b""),
            ("maildirsize", 20, b""),
        ]);
        assert_eq!((found.messages, found.bytes, found.compressed), (3, 1_050, 1));
        assert_eq!(found.folders.iter().map(String::as_str).collect::<Vec<_>>(), [".Sent.2024"]);
        assert_eq!((found.format(), found.message_count()), (MailboxFormat::Maildir, Some(3)));
    }

    #[test]
    fn formats_that_keep_messages_in_one_file_have_no_count() {
        let mdbox = tree(&[("storage/m.1", 4_000, b""), ("storage/dovecot.map.index", 10, b"")]);
        assert_eq!((mdbox.format(), mdbox.message_count(), mdbox.bytes), (MailboxFormat::Mdbox, None, 4_000));
        let mbox = tree(&[("inbox", 700, b"From ")]);
        assert_eq!((mbox.format(), mbox.message_count(), mbox.bytes), (MailboxFormat::Mbox, None, 700));
    }
}
