//! Sees the members of one archive: holds the small parts, counts the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use super::super::mail_tree::MailTree;
use super::super::parts::Parts;
use crate::formats::archive::{Choice, INSIDE, Member, Visitor};
use crate::snapshot::values::Content;
use crate::{Refusal, Sink};

/// First names of paths inside the archive's top folder; the top folder may have any name, or
/// be absent.
const PARTS: &[&str] = &[
    "addons",
    "apache_tls",
    "authnlinks",
    "autossl.json",
    "bandwidth",
    "bandwidth_db",
    "counters",
    "cp",
    "cron",
    "customizations",
    "digestshadow",
    "dnssec_keys",
    "dnszones",
    "domainkeys",
    "fp",
    "has_sslstorage",
    "homedir",
    "homedir.tar",
    "homedir.tar.gz",
    "homedir_paths",
    "httpfiles",
    "interchange",
    "ips",
    "locale",
    "logs",
    "meta",
    "mm",
    "mma",
    "mms",
    "mysql",
    "mysql-timestamps",
    "mysql.sql",
    "mysql.sql-auth.json",
    "nobodyfiles",
    "pds",
    "proftpdpasswd",
    "psql",
    "psql_grants.sql",
    "psql_users.sql",
    "quota",
    "resellerconfig",
    "resellerfeatures",
    "resellerpackages",
    "sds",
    "sds2",
    "shadow",
    "shell",
    "ssl",
    "sslcerts",
    "ssldomain",
    "sslkeys",
    "suspended",
    "suspendinfo",
    "team",
    "userconfig",
    "userdata",
    "va",
    "vad",
    "version",
    "vf",
];
/// Parts that are one small text.
const TEXTS: &[&str] = &[
    "addons",
    "homedir_paths",
    "mysql.sql",
    "pds",
    "proftpdpasswd",
    "psql_users.sql",
    "psql_grants.sql",
    "quota",
    "sds",
    "sds2",
    "shadow",
    "shell",
    "version",
];
/// Parts that are a folder of small texts.
const FOLDERS: &[&str] = &[
    "cp",
    "dnszones",
    "va",
    "vad",
    "vf",
    "cron",
    "apache_tls",
    "sslcerts",
    "sslkeys",
    "suspended",
    "suspendinfo",
    "ips",
    "meta",
];
/// Dumps and tables that are kept apart.
const DUMPS: usize = 100_000;

/// Where a dump lies and how large it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dump {
    pub path: String,
    pub bytes: u64,
    /// Table files instead of a dump.
    pub is_raw: bool,
}

/// What one archive held.
#[derive(Debug)]
pub struct Collected {
    pub parts: Parts,
    pub mail: MailTree,
    /// Databases by engine and name.
    pub dumps: BTreeMap<(&'static str, String), Dump>,
    /// Mailing lists as Mailman names their folders.
    pub lists: BTreeSet<String>,
    /// The path of the home in the archive, with its final separator.
    pub home: Option<String>,
    pub home_files: u64,
    pub home_bytes: u64,
    /// A reseller's parts were there.
    pub is_reseller: bool,
    /// The folder that everything lies in; what lies beside it is not of the account.
    top: Option<String>,
    current: Option<(Class, String)>,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Class {
    Text,
    Mail(MailPath),
    Home,
    Dump(&'static str, String, bool),
    Archive,
    Unread(String, &'static str),
}

/// A file of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
struct MailPath {
    domain: String,
    local: String,
    /// How much of the path below `homedir/mail/` leads to the mailbox.
    root: String,
    inside: String,
}

impl Collected {
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            mail: MailTree::default(),
            dumps: BTreeMap::new(),
            lists: BTreeSet::new(),
            home: None,
            home_files: 0,
            home_bytes: 0,
            is_reseller: false,
            top: None,
            current: None,
        }
    }

    /// Where something of the home lies; `path` is below the home.
    pub fn home_content(&self, path: &str) -> Option<Content> {
        let home = self.home.as_ref()?;
        Some(Content { container: self.parts.container.clone(), path: format!("{home}{path}") })
    }

    /// Where a member lies.
    pub fn content(&self, path: &str) -> Content {
        Content { container: self.parts.container.clone(), path: path.to_owned() }
    }

    /// Tells what is left.
    ///
    /// # Errors
    /// As [`Sink::take`].
    pub fn finish(self, sink: &mut dyn Sink) -> Result<(), Refusal> {
        self.parts.finish(sink)
    }

    /// The path below the account's folder; `None` for what lies beside it.
    fn name(&mut self, path: &str) -> Option<String> {
        let (top, below) = split(path);
        let name = logical(below);
        match &self.top {
            Some(known) => (known == top).then_some(name),
            None => {
                let first = name.split('/').next().unwrap_or_default();
                if PARTS.contains(&first) {
                    self.top = Some(top.to_owned());
                }
                Some(name)
            }
        }
    }

    fn note_home(&mut self, name: &str, path: &str, size: u64) {
        if let (None, Some(below)) = (&self.home, name.strip_prefix("homedir/")) {
            self.home = path.strip_suffix(below).map(str::to_owned);
        }
        self.home_files = self.home_files.saturating_add(1);
        self.home_bytes = self.home_bytes.saturating_add(size);
    }
}

/// The top folder and the path below it; without a top folder that is the whole path.
fn split(path: &str) -> (&str, &str) {
    let first = path.split('/').next().unwrap_or(path).trim_end_matches('!');
    match path.split_once('/') {
        Some((top, below)) if !PARTS.contains(&first) => (top, below),
        _ => ("", path),
    }
}

/// The path below the top folder, the home as if it lay unpacked.
fn logical(below: &str) -> String {
    for home in ["homedir.tar", "homedir.tar.gz"] {
        if let Some(inside) = below.strip_prefix(home).and_then(|rest| rest.strip_prefix(INSIDE)) {
            return format!("homedir/{inside}");
        }
    }
    below.to_owned()
}

fn class(name: &str) -> Class {
    let names: Vec<&str> = name.split('/').collect();
    match names.as_slice() {
        [text] if TEXTS.contains(text) => Class::Text,
        ["homedir.tar" | "homedir.tar.gz"] => Class::Archive,
        [folder, _] if FOLDERS.contains(folder) => Class::Text,
        ["userdata", file] if file.ends_with(".cache") || *file == "cache.json" => {
            Class::Unread("userdata".to_owned(), "caches are made anew from the other parts")
        }
        ["userdata", _] => Class::Text,
        ["mysql", file] if file.ends_with(".create") => Class::Text,
        ["mysql", file] if dump_name(file).is_some() => {
            Class::Dump("mysql", dump_name(file).unwrap_or_default().to_owned(), false)
        }
        ["mysql", database, _] => Class::Dump("mysql", (*database).to_owned(), true),
        ["psql", file] => match file.strip_suffix(".tar").or_else(|| dump_name(file)) {
            Some(database) => Class::Dump("postgresql", database.to_owned(), false),
            None => Class::Unread("psql".to_owned(), "files of this part have no place in the snapshot"),
        },
        ["homedir", "etc", _, file] | ["homedir", "etc", file] if file.ends_with(",v") => {
            Class::Unread("homedir/etc".to_owned(), "leftovers of a version control of logins")
        }
        ["homedir", "etc", file] | ["homedir", "etc", _, file] if ["passwd", "shadow", "quota"].contains(file) => {
            Class::Text
        }
        ["homedir", "etc", .., "filter" | "filter.yaml"] if names.len() <= 5 => Class::Text,
        ["homedir", ".autorespond", _] => Class::Text,
        ["homedir", "mail", "mailbox_format.cpanel"] => Class::Text,
        ["homedir", "mail", inside @ ..] => mail_path(inside).map_or(Class::Home, Class::Mail),
        ["homedir", ..] => Class::Home,
        ["mm" | "mma", ..] => Class::Unread(
            names.first().map(|name| (*name).to_owned()).unwrap_or_default(),
            "settings, members and archives of mailing lists are Mailman's own files and are not read",
        ),
        [part, ..] => Class::Unread((*part).to_owned(), "files of this part have no place in the snapshot"),
        [] => Class::Home,
    }
}

fn dump_name(file: &str) -> Option<&str> {
    [".sql", ".sql.gz", ".sql.zst"].iter().find_map(|end| file.strip_suffix(end)).filter(|name| !name.is_empty())
}

/// `DOMAIN/LOCAL/...`; `cur`, `new` and `.Folder` directly below are the account's own mailbox;
/// `LOCAL/inbox` is how old versions kept mail of the main domain (empty here).
fn mail_path(inside: &[&str]) -> Option<MailPath> {
    let (domain, local, count) = match inside {
        ["cur" | "new" | "tmp", _, ..] => ("", "", 0),
        [folder, _, ..] if folder.starts_with('.') => ("", "", 0),
        ["storage" | "mailboxes", _, ..] | ["inbox"] => ("", "", 0),
        [domain, local, _, ..] if domain.contains('.') => (*domain, *local, 2),
        [local, _, ..] if !local.contains('.') => ("", *local, 1),
        _ => return None,
    };
    let (root, inside) = inside.split_at_checked(count)?;
    Some(MailPath {
        domain: domain.to_owned(),
        local: local.to_owned(),
        root: root.join("/"),
        inside: inside.join("/"),
    })
}

impl Visitor for Collected {
    fn choose(&mut self, member: &Member<'_>) -> Choice {
        let Some(name) = self.name(member.path) else {
            let (top, _) = split(member.path);
            self.parts.unread(top, "files beside the account's folder are not of the account");
            return Choice::Pass;
        };
        let class = class(&name);
        if name.starts_with("homedir/") {
            self.note_home(&name, member.path, member.size);
        }
        let choice = match &class {
            Class::Text | Class::Mail(_) => Choice::Read,
            Class::Archive => Choice::Open,
            Class::Home => Choice::Pass,
            Class::Dump(engine, database, is_raw) => {
                let key = (*engine, database.clone());
                if self.dumps.len() >= DUMPS && !self.dumps.contains_key(&key) {
                    self.parts.unread(engine, "more databases than are kept apart");
                    return Choice::Pass;
                }
                let path =
                    if *is_raw { member.path.rsplit_once('/').map_or("", |(folder, _)| folder) } else { member.path };
                let dump =
                    self.dumps.entry(key).or_insert_with(|| Dump { path: path.to_owned(), bytes: 0, is_raw: *is_raw });
                dump.bytes = dump.bytes.saturating_add(member.size);
                Choice::Pass
            }
            Class::Unread(part, reason) => {
                self.parts.unread(part, reason);
                self.is_reseller |= part == "resellerconfig";
                if let ["mm", list, ..] = name.split('/').collect::<Vec<_>>().as_slice()
                    && self.lists.len() < DUMPS
                {
                    self.lists.insert((*list).to_owned());
                }
                Choice::Pass
            }
        };
        self.current = Some((class, name));
        choice
    }

    fn read(&mut self, member: &Member<'_>, content: &mut dyn Read) -> io::Result<()> {
        match self.current.take() {
            Some((Class::Text, name)) => self.parts.hold(&name, content),
            Some((Class::Mail(mail), _)) => {
                let mut first = Vec::new();
                content.take(5).read_to_end(&mut first)?;
                let root = self.mail_root(&mail.root);
                self.mail.note(&mail.domain, &mail.local, &root, &mail.inside, member.size, &first);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn folder(&mut self, member: &Member<'_>) {
        let Some(name) = self.name(member.path) else { return };
        match name.split('/').collect::<Vec<_>>().as_slice() {
            ["homedir", "mail", domain, local]
                if domain.contains('.') && !domain.starts_with('.') && !local.starts_with('.') =>
            {
                let (domain, local) = ((*domain).to_owned(), (*local).to_owned());
                let root = format!("mail/{domain}/{local}");
                self.mail.exists(&domain, &local, &root);
            }
            ["mm", list] if self.lists.len() < DUMPS => {
                self.lists.insert((*list).to_owned());
            }
            _ => {}
        }
    }
}

impl Collected {
    /// The path of a mailbox below the home.
    fn mail_root(&self, root: &str) -> String {
        if root.is_empty() { "mail".to_owned() } else { format!("mail/{root}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_folder_may_have_any_name_or_be_absent() {
        let name = |path: &str| logical(split(path).1);
        assert_eq!(name("cpmove-bob/cp/bob"), "cp/bob");
        assert_eq!(name("cp/bob"), "cp/bob");
        assert_eq!(name("x/homedir.tar!/mail/cur/1"), "homedir/mail/cur/1");
        assert_eq!(name("homedir.tar!/mail/cur/1"), "homedir/mail/cur/1");
        assert_eq!(name("x/homedir.tar"), "homedir.tar");
        assert_eq!(name("odd"), "odd");
    }

    #[test]
    fn mail_is_told_by_its_path() {
        let told = |path: &str| match class(path) {
            Class::Mail(mail) => Some((mail.domain, mail.local, mail.inside)),
            _ => None,
        };
        let some =
            |domain: &str, local: &str, inside: &str| Some((domain.to_owned(), local.to_owned(), inside.to_owned()));
        assert_eq!(told("homedir/mail/a.example/bob/cur/1"), some("a.example", "bob", "cur/1"));
        assert_eq!(told("homedir/mail/.Sent/cur/1"), some("", "", ".Sent/cur/1"));
        assert_eq!(told("homedir/mail/new/1"), some("", "", "new/1"));
        assert_eq!(told("homedir/mail/bob/inbox"), some("", "bob", "inbox"));
        assert_eq!(told("homedir/mail/a.example/maildirsize"), None);
    }
}
