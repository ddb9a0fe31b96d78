//! Sees the members of one backup: holds the small parts, counts mail, remembers where content lies.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::super::mail_tree::MailTree;
use super::super::parts::Parts;
use crate::formats::archive::{Choice, INSIDE, Member, Visitor};
use crate::snapshot::values::Content;

/// Parts of content that are kept apart.
const KEPT: usize = 100_000;

/// What one backup held.
#[derive(Debug)]
pub struct Collected {
    pub parts: Parts,
    pub mail: MailTree,
    /// Where the web files of a domain lie.
    pub web: BTreeMap<String, String>,
    /// Dumps by database: where, and how large.
    pub dumps: BTreeMap<String, (String, u64)>,
    /// Archives of folders of the home.
    pub home_parts: Vec<String>,
    /// The path that everything lies below, with its separator.
    pub top: String,
    current: Option<Class>,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Class {
    Text(String),
    /// Domain, local part, root in the archive, path in the mailbox.
    Mail(String, String, String, String),
    Archive,
    Pass,
}

/// The path from the first name that a backup begins with; the two panels' own folders are one.
fn logical(path: &str) -> String {
    let is_part = |path: &str| {
        ["hestia/", "vesta/", "pam/", "web/", "dns/", "mail/", "db/", "cron/", "user_dir/"]
            .iter()
            .any(|part| path.starts_with(part))
    };
    let below = match path.split_once('/') {
        Some((_, below)) if !is_part(path) && is_part(below) => below,
        _ => path,
    };
    let below = below.strip_prefix("vesta/").map_or_else(|| below.to_owned(), |rest| format!("hestia/{rest}"));
    below.replacen("/vesta/", "/hestia/", 1)
}

impl Collected {
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            mail: MailTree::default(),
            web: BTreeMap::new(),
            dumps: BTreeMap::new(),
            home_parts: Vec::new(),
            top: String::new(),
            current: None,
        }
    }

    /// Where a member lies.
    pub fn content(&self, path: &str) -> Content {
        Content { container: self.parts.container.clone(), path: path.to_owned() }
    }

    fn class(&mut self, member: &Member<'_>) -> Class {
        let name = logical(member.path);
        if let Some((archive, inside)) = name.split_once(INSIDE) {
            return inside_mail(member.path, archive, inside);
        }
        let names: Vec<&str> = name.split('/').collect();
        match names.as_slice() {
            ["hestia", "user.conf"] | ["cron", "cron.conf"] | ["pam", "shadow" | "passwd"] => Class::Text(name),
            ["web", domain, file] if is_packed(file, "domain_data.tar") => {
                if self.web.len() < KEPT {
                    self.web.insert(domain.to_lowercase(), member.path.to_owned());
                }
                Class::Pass
            }
            ["web", _, "hestia", "web.conf"] => Class::Text(name),
            ["web", _, "hestia" | "conf", file] if is_certificate(file) => Class::Text(name),
            ["dns", _, "hestia", file] if file.ends_with(".conf") => Class::Text(name),
            ["dns", _, "conf", file] if file.ends_with(".db") => Class::Text(name),
            ["mail", _, "hestia", file] if file.ends_with(".conf") => Class::Text(name),
            ["mail", _, "conf", file] if file.starts_with("autoreply.") => Class::Text(name),
            ["mail", _, file] if is_packed(file, "accounts.tar") => Class::Archive,
            ["db", _, "hestia", "db.conf"] | ["db", _, "conf", _] => Class::Text(name),
            ["db", database, file] if file.contains(".sql") => {
                if self.dumps.len() < KEPT {
                    self.dumps.insert((*database).to_owned(), (member.path.to_owned(), member.size));
                }
                Class::Pass
            }
            ["user_dir", file] if self.home_parts.len() < KEPT => {
                self.home_parts.push((*file).to_owned());
                self.top = member.path.strip_suffix(&name).unwrap_or_default().to_owned();
                Class::Pass
            }
            [".zstd"] => Class::Pass,
            ["web" | "dns" | "mail" | "db", _, rest @ ..] => {
                let part = format!("{}/DOMAIN/{}", names.first().unwrap_or(&""), rest.first().unwrap_or(&""));
                self.parts
                    .unread(&part, "generated settings of servers, templates and keys have no place in the snapshot");
                Class::Pass
            }
            [part, ..] => {
                let part = (*part).to_owned();
                self.parts.unread(&part, "files of this part have no place in the snapshot");
                Class::Pass
            }
            [] => Class::Pass,
        }
    }
}

/// A file inside `mail/DOMAIN/accounts.tar.zst`: `LOCAL/cur/...`.
fn inside_mail(path: &str, archive: &str, inside: &str) -> Class {
    let names: Vec<&str> = archive.split('/').collect();
    let (Some(domain), Some((local, message))) = (names.get(1), inside.split_once('/')) else { return Class::Pass };
    let root = path.strip_suffix(message).unwrap_or(path).trim_end_matches('/').to_owned();
    Class::Mail((*domain).to_owned(), local.to_owned(), root, message.to_owned())
}

fn is_packed(file: &str, name: &str) -> bool {
    file.strip_prefix(name).is_some_and(|end| matches!(end, "" | ".gz" | ".zst" | ".zstd"))
}

fn is_certificate(file: &str) -> bool {
    [".crt", ".key", ".ca", ".pem"].iter().any(|end| file.ends_with(end))
}

impl Visitor for Collected {
    fn choose(&mut self, member: &Member<'_>) -> Choice {
        let class = self.class(member);
        let choice = match class {
            Class::Text(_) | Class::Mail(..) => Choice::Read,
            Class::Archive => Choice::Open,
            Class::Pass => Choice::Pass,
        };
        self.current = Some(class);
        choice
    }

    fn read(&mut self, member: &Member<'_>, content: &mut dyn Read) -> io::Result<()> {
        match self.current.take() {
            Some(Class::Text(name)) => self.parts.hold(&name, content),
            Some(Class::Mail(domain, local, root, inside)) => {
                let mut first = Vec::new();
                content.take(5).read_to_end(&mut first)?;
                self.mail.note(&domain, &local, &root, &inside, member.size, &first);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
