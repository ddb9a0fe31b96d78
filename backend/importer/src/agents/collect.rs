//! Everything of a source into a folder, one file after the other.
//!
//! A file that is there under its name is whole: a run that was killed goes on at the first that is not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::place::read_document;
use super::{AgentCode, AgentFault, CONTENT, Command, Place};
use crate::snapshot::SiteKind;
use crate::snapshot::values::Content;
use crate::{Entry, Limits, Record, Refusal, Sink};

/// What is collected.
#[derive(Debug, Clone, Default)]
pub struct What {
    /// The services of domains.
    pub services: bool,
    /// Their content: mailboxes, sites, dumps. Needs their services.
    pub content: bool,
    /// Only of these domains; of all where absent.
    pub domains: Option<Vec<String>>,
}

/// What was collected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Documents, the one of the whole platform first.
    pub documents: Vec<PathBuf>,
    /// Bundles: domain, content identifier, file.
    pub bundles: Vec<(String, String, PathBuf)>,
    /// How many of them were there already.
    pub already: usize,
    /// What the agent could not, or would not, give.
    pub faults: Vec<AgentFault>,
}

/// Collects into a folder. `step` is told each command before it runs, and may stop the work by its answer.
///
/// # Errors
/// An [`AgentFault`] that would meet every further command as well, or that leaves nothing to go on with:
/// the platform's own document.
pub fn collect(
    place: &mut Place<'_>,
    folder: &Path,
    limits: &Limits,
    what: &What,
    step: &mut dyn FnMut(&Command) -> bool,
) -> Result<Collected, AgentFault> {
    let mut work = Work { place, step, done: Collected::default(), is_stopped: false };
    make(folder)?;
    let platform = folder.join("platform.xml");
    if !work.one(&Command::HostingPlatformInfo, &platform)? {
        return match work.done.faults.pop() {
            Some(fault) => Err(fault),
            None => Ok(work.done),
        };
    }
    work.done.documents.push(platform.clone());
    if !(what.services || what.content) {
        return Ok(work.done);
    }
    let domains = match &what.domains {
        Some(domains) => domains.iter().cloned().collect(),
        None => domains_of(&platform, limits)?,
    };
    let services = folder.join("services");
    make(&services)?;
    for domain in domains {
        let document = services.join(format!("{}.xml", file_name(&domain)));
        if !work.one(&Command::DomainServicesInfo(domain.clone()), &document)? {
            if work.is_stopped {
                break;
            }
            continue;
        }
        work.done.documents.push(document.clone());
        if !what.content {
            continue;
        }
        let bundles = folder.join("content").join(file_name(&domain));
        for content in contents_of(&document, limits)? {
            make(&bundles)?;
            let bundle = bundles.join(format!("{}.tar", file_name(&content)));
            let command = Command::DomainContent { domain: domain.clone(), content: content.clone() };
            if work.one(&command, &bundle)? {
                work.done.bundles.push((domain.clone(), content, bundle));
            }
        }
    }
    Ok(work.done)
}

struct Work<'w, 't> {
    place: &'w mut Place<'t>,
    step: &'w mut dyn FnMut(&Command) -> bool,
    done: Collected,
    is_stopped: bool,
}

impl Work<'_, '_> {
    /// Whether the file is there in the end.
    fn one(&mut self, command: &Command, into: &Path) -> Result<bool, AgentFault> {
        if into.exists() {
            self.done.already = self.done.already.saturating_add(1);
            return Ok(true);
        }
        if self.is_stopped || !(self.step)(command) {
            self.is_stopped = true;
            return Ok(false);
        }
        match self.place.extract(command, into) {
            Ok(()) => Ok(true),
            Err(fault) if fault.code.ends_everything() => Err(fault),
            Err(fault) => {
                self.done.faults.push(fault);
                Ok(false)
            }
        }
    }
}

fn make(folder: &Path) -> Result<(), AgentFault> {
    fs::create_dir_all(folder).map_err(|error| AgentFault::new(AgentCode::Local, folder.display(), error))
}

/// A file name for an identifier: what is no plain letter is written as `%` and two hexadecimal digits. A
/// long one is cut, and told apart by a checksum.
#[must_use]
pub fn file_name(id: &str) -> String {
    let mut name = String::new();
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'@' => name.push(char::from(byte)),
            b'.' if !name.is_empty() => name.push('.'),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
    }
    if name.len() > 200 {
        use sha2::Digest;
        let digest = sha2::Sha256::digest(id.as_bytes());
        let digest: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        name = name.chars().take(160).chain(['~']).chain(digest.chars()).collect();
    }
    name
}

/// The domains that a document speaks of.
pub(super) fn domains_of(document: &Path, limits: &Limits) -> Result<BTreeSet<String>, AgentFault> {
    let mut domains = Domains::default();
    read_document(document, limits, &mut domains)
        .map_err(|refusal| AgentFault::new(AgentCode::BadDocument, document.display(), refusal))?;
    domains.0.remove("");
    Ok(domains.0)
}

#[derive(Default)]
struct Domains(BTreeSet<String>);

impl Sink for Domains {
    fn take(&mut self, entry: Entry) -> Result<(), Refusal> {
        match entry {
            Entry::Record(Record::Domain(one)) => drop(self.0.insert(one.name)),
            Entry::Record(Record::Zone(one)) => drop(self.0.insert(one.name)),
            Entry::Record(Record::Subscription(one)) => self.0.extend(one.domains),
            Entry::Record(Record::HostingAccount(one)) => self.0.extend(one.domain),
            Entry::Record(Record::Site(one)) if matches!(one.kind, SiteKind::Main | SiteKind::Addon) => {
                self.0.insert(one.domain);
            }
            _ => {}
        }
        Ok(())
    }
}

/// The content identifiers that a document names, in its order.
pub(super) fn contents_of(document: &Path, limits: &Limits) -> Result<Vec<String>, AgentFault> {
    let mut contents = Contents::default();
    read_document(document, limits, &mut contents)
        .map_err(|refusal| AgentFault::new(AgentCode::BadDocument, document.display(), refusal))?;
    let mut ids: Vec<(usize, String)> = contents.0.into_iter().map(|(id, at)| (at, id)).collect();
    ids.sort_unstable();
    Ok(ids.into_iter().map(|(_, id)| id).collect())
}

#[derive(Default)]
struct Contents(BTreeMap<String, usize>);

impl Sink for Contents {
    fn take(&mut self, entry: Entry) -> Result<(), Refusal> {
        let content: Option<Content> = match entry {
            Entry::Record(Record::HostingAccount(one)) => one.content,
            Entry::Record(Record::Site(one)) => one.content,
            Entry::Record(Record::Mailbox(one)) => one.content,
            Entry::Record(Record::Database(one)) => one.content,
            _ => None,
        };
        if let Some(content) = content.filter(|content| content.container == CONTENT && !content.path.is_empty()) {
            let at = self.0.len();
            self.0.entry(content.path).or_insert(at);
        }
        Ok(())
    }
}
