//! Sees the members of one backup: holds the small parts, counts the rest.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::super::mail_tree::MailTree;
use super::super::parts::Parts;
use crate::formats::archive::{Choice, Member, Visitor};
use crate::snapshot::values::Content;

/// Databases and folders that are kept apart.
const KEPT: usize = 100_000;

/// What one backup held.
#[derive(Debug)]
pub struct Collected {
    pub parts: Parts,
    pub mail: MailTree,
    /// Dumps by database: where, and how large.
    pub dumps: BTreeMap<String, (String, u64)>,
    /// Web folders by domain: where, files and bytes.
    pub web: BTreeMap<String, (String, u64, u64)>,
    /// The archive of the home inside the archive.
    pub home: Option<String>,
    pub content_bytes: u64,
    current: Option<Class>,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Class {
    Text(String),
    /// Domain, local part, root in the archive, path in the mailbox.
    Mail(String, String, String, String),
    Pass,
}

/// The path from the first name that a backup begins with.
fn logical(path: &str) -> &str {
    let is_part = |path: &str| ["backup/", "domains/", "imap/"].iter().any(|part| path.starts_with(part));
    match path.split_once('/') {
        Some((_, below)) if !is_part(path) && is_part(below) => below,
        _ => path,
    }
}

impl Collected {
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            mail: MailTree::default(),
            dumps: BTreeMap::new(),
            web: BTreeMap::new(),
            home: None,
            content_bytes: 0,
            current: None,
        }
    }

    /// Where a member lies.
    pub fn content(&self, path: &str) -> Content {
        Content { container: self.parts.container.clone(), path: path.to_owned() }
    }

    fn class(&mut self, member: &Member<'_>) -> Class {
        let name = logical(member.path);
        let top = member.path.strip_suffix(name).unwrap_or_default();
        let names: Vec<&str> = name.split('/').collect();
        match names.as_slice() {
            ["imap", domain, local, "Maildir", inside @ ..] if !inside.is_empty() => {
                let root = format!("{top}imap/{domain}/{local}/Maildir");
                Class::Mail((*domain).to_owned(), (*local).to_owned(), root, inside.join("/"))
            }
            ["backup", domain, "email", "data", "imap", local, "Maildir", inside @ ..] if !inside.is_empty() => {
                let root = format!("{top}backup/{domain}/email/data/imap/{local}/Maildir");
                Class::Mail((*domain).to_owned(), (*local).to_owned(), root, inside.join("/"))
            }
            ["domains", domain, ..] => {
                self.content_bytes = self.content_bytes.saturating_add(member.size);
                if self.web.len() < KEPT || self.web.contains_key(*domain) {
                    let root = format!("{top}domains/{domain}");
                    let (_, files, bytes) = self.web.entry(domain.to_lowercase()).or_insert((root, 0, 0));
                    *files = files.saturating_add(1);
                    *bytes = bytes.saturating_add(member.size);
                }
                Class::Pass
            }
            ["backup", file] if file.starts_with("home.tar") => {
                self.content_bytes = self.content_bytes.saturating_add(member.size);
                self.home = Some(member.path.to_owned());
                Class::Pass
            }
            ["backup", file] => match [".sql", ".sql.gz", ".sql.zst"].iter().find_map(|end| file.strip_suffix(end)) {
                Some(database) if self.dumps.len() < KEPT => {
                    self.dumps.insert(database.to_owned(), (member.path.to_owned(), member.size));
                    Class::Pass
                }
                Some(_) => self.unread("databases", "more databases than are kept apart"),
                None if matches!(*file, "user.conf" | "user_ip.list" | ".shadow" | "crontab.conf")
                    || file.ends_with(".conf") =>
                {
                    Class::Text(name.to_owned())
                }
                None => self.unread(file, "files of this part have no place in the snapshot"),
            },
            ["backup", _, file] if is_domain_text(file) => Class::Text(name.to_owned()),
            ["backup", _, "email", file] if is_mail_text(file) => Class::Text(name.to_owned()),
            ["backup", _, "email", "reply", _] => Class::Text(name.to_owned()),
            ["backup", _, "email", "data", ..] => {
                self.unread("backup/DOMAIN/email/data", "markers, and mail of other kinds than Maildir")
            }
            ["backup", _, rest @ ..] if !rest.is_empty() => {
                let part = format!("backup/DOMAIN/{}", rest.first().copied().unwrap_or_default());
                self.unread(&part, "files of this part have no place in the snapshot")
            }
            [part, ..] => {
                let part = (*part).to_owned();
                self.unread(&part, "files of this part have no place in the snapshot")
            }
            [] => Class::Pass,
        }
    }

    fn unread(&mut self, part: &str, reason: &'static str) -> Class {
        self.parts.unread(part, reason);
        Class::Pass
    }
}

fn is_domain_text(file: &str) -> bool {
    matches!(
        file,
        "domain.conf"
            | "domain.pointers"
            | "subdomain.list"
            | "domain.subdomains.docroot.override"
            | "domain.cert"
            | "domain.key"
            | "domain.cacert"
            | "domain.ip_list"
            | "domain.usage"
            | "ftp.conf"
            | "ftp.passwd"
    ) || file.ends_with(".db")
}

fn is_mail_text(file: &str) -> bool {
    matches!(
        file,
        "passwd"
            | "quota"
            | "aliases"
            | "email.conf"
            | "autoresponder.conf"
            | "vacation.conf"
            | "filter"
            | "filter.conf"
    )
}

impl Visitor for Collected {
    fn choose(&mut self, member: &Member<'_>) -> Choice {
        let class = self.class(member);
        let choice = if class == Class::Pass { Choice::Pass } else { Choice::Read };
        self.current = Some(class);
        choice
    }

    fn read(&mut self, member: &Member<'_>, content: &mut dyn Read) -> io::Result<()> {
        match self.current.take() {
            Some(Class::Text(name)) => self.parts.hold(&name, content),
            Some(Class::Mail(domain, local, root, inside)) => {
                let mut first = Vec::new();
                content.take(5).read_to_end(&mut first)?;
                self.content_bytes = self.content_bytes.saturating_add(member.size);
                self.mail.note(&domain, &local, &root, &inside, member.size, &first);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn folder(&mut self, member: &Member<'_>) {
        let name = logical(member.path);
        if let ["imap", domain, local, "Maildir"] = name.split('/').collect::<Vec<_>>().as_slice() {
            self.mail.exists(domain, local, member.path);
        }
    }
}
