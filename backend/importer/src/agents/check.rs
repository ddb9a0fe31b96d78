//! Whether an agent keeps the contract: every command is run, and what comes back is compared with what
//! was asked and said.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use super::collect::{contents_of, domains_of};
use super::place::read_document;
use super::{AgentCode, AgentFault, Command, Output, Package, Place, manifest};
use crate::{Entry, Gap, Limits, Record, Refusal, Sink};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Good to know.
    Note,
    /// Works, and should be better.
    Warning,
    /// The contract is broken.
    Fault,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// A stable code, for example `agent.no_file` or `check.not_repeatable`.
    pub code: &'static str,
    /// The command.
    pub command: String,
    /// What was found, for a person.
    pub reason: String,
}

/// What is tried.
#[derive(Debug, Clone, Copy)]
pub struct Checks {
    /// Identifiers asked in one list, and domains whose services are asked.
    pub samples: usize,
    /// Content items fetched.
    pub contents: usize,
    /// Also switch these many subscriptions off. Changes the source: only for one made for the check.
    pub disable: usize,
}

impl Default for Checks {
    fn default() -> Self {
        Self { samples: 3, contents: 2, disable: 0 }
    }
}

/// Runs every command of an agent that was delivered and tells what breaks the contract. Nothing of level
/// [`Level::Fault`] means that it conforms. Files go to `folder`, which should be empty.
///
/// # Errors
/// An [`AgentFault`] of the transport or of this machine; what the agent does wrong is a finding.
pub fn check(
    place: &mut Place<'_>,
    package: &Package,
    folder: &Path,
    limits: &Limits,
    checks: &Checks,
) -> Result<Vec<Finding>, AgentFault> {
    std::fs::create_dir_all(folder).map_err(|error| AgentFault::new(AgentCode::Local, folder.display(), error))?;
    let mut run = Run { place, folder, limits, findings: Vec::new(), number: 0 };
    if let manifest::Connection::Webservice(_) = package.manifest.connection {
        run.find(Level::Fault, "check.transport", "manifest", "the agent is a web service; only command lines are run");
        return Ok(run.findings);
    }
    let all = Command::HostingPlatformInfo;
    if let Some((path, first)) = run.ask(&all)? {
        if let Some((_, second)) = run.ask(&all)?
            && first.entries != second.entries
        {
            run.find(Level::Fault, "check.not_repeatable", all.name(), "two runs gave different entries");
        }
        if first.parties.is_empty() {
            run.find(Level::Warning, "check.empty", all.name(), "the document holds no party");
        }
        run.lists(&first, checks)?;
        run.services(&path, checks)?;
        run.disable(&first, checks)?;
    }
    run.refusals()?;
    run.findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    Ok(run.findings)
}

struct Run<'r, 't> {
    place: &'r mut Place<'t>,
    folder: &'r Path,
    limits: &'r Limits,
    findings: Vec<Finding>,
    number: usize,
}

impl Run<'_, '_> {
    fn find(&mut self, level: Level, code: &'static str, command: &str, reason: impl std::fmt::Display) {
        let finding = Finding { level, code, command: command.to_owned(), reason: reason.to_string() };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn file(&mut self, output: Output) -> std::path::PathBuf {
        self.number = self.number.saturating_add(1);
        self.folder.join(format!("{}{}", self.number, output.extension()))
    }

    /// Runs a command whose answer is a document. Nothing where that did not work.
    fn ask(&mut self, command: &Command) -> Result<Option<(std::path::PathBuf, Said)>, AgentFault> {
        let path = self.file(Output::Document);
        if !self.extract(command, &path, Level::Fault)? {
            return Ok(None);
        }
        let mut said = Said { place: format!("{}: ", path.display()), ..Said::default() };
        if let Err(refusal) = read_document(&path, self.limits, &mut said) {
            self.find(Level::Fault, AgentCode::BadDocument.as_str(), command.name(), refusal);
            return Ok(None);
        }
        for gap in std::mem::take(&mut said.faults) {
            let reason = format!("{} ({} times): {}", gap.place, gap.count, gap.reason);
            self.find(Level::Fault, "check.document", command.name(), reason);
        }
        for id in std::mem::take(&mut said.twice) {
            self.find(Level::Fault, "check.duplicate", command.name(), format!("{id} stands twice"));
        }
        Ok(Some((path, said)))
    }

    fn extract(&mut self, command: &Command, path: &Path, level: Level) -> Result<bool, AgentFault> {
        match self.place.extract(command, path) {
            Ok(()) => Ok(true),
            Err(fault) if fault.code.ends_everything() => Err(fault),
            Err(fault) => {
                // Only to fail plainly is a way to say that an optional command is not there.
                let level = if fault.code == AgentCode::Failed { level } else { Level::Fault };
                self.find(level, fault.code.as_str(), command.name(), fault.reason);
                Ok(false)
            }
        }
    }

    /// The optional commands: what is asked is what comes back.
    fn lists(&mut self, all: &Said, checks: &Checks) -> Result<(), AgentFault> {
        let carried = |id: &&String| !id.is_empty() && !id.chars().any(char::is_whitespace);
        let accounts: Vec<String> = all.parties.iter().filter(carried).take(checks.samples).cloned().collect();
        if !accounts.is_empty() {
            let asked: BTreeSet<String> = accounts.iter().cloned().collect();
            self.list(&Command::AccountsInfo(accounts), &asked, |said| &said.parties)?;
        }
        let domains: Vec<String> = all.domains.iter().filter(carried).take(checks.samples).cloned().collect();
        if !domains.is_empty() {
            let asked: BTreeSet<String> = domains.iter().cloned().collect();
            self.list(&Command::DomainsInfo(domains), &asked, |said| &said.domains)?;
        }
        Ok(())
    }

    fn list(
        &mut self,
        command: &Command,
        asked: &BTreeSet<String>,
        got: impl Fn(&Said) -> &BTreeSet<String>,
    ) -> Result<(), AgentFault> {
        let path = self.file(Output::Document);
        if !self.extract(command, &path, Level::Note)? {
            return Ok(());
        }
        let Some((_, said)) = self.ask(command)? else { return Ok(()) };
        let got = got(&said);
        for id in asked.difference(got) {
            self.find(Level::Fault, "check.id_missing", command.name(), format!("{id} was asked and did not come"));
        }
        for id in got.difference(asked).take(10) {
            self.find(Level::Fault, "check.id_unasked", command.name(), format!("{id} came and was not asked"));
        }
        Ok(())
    }

    fn services(&mut self, platform: &Path, checks: &Checks) -> Result<(), AgentFault> {
        let domains = domains_of(platform, self.limits)?;
        let mut contents = 0;
        for domain in domains.into_iter().take(checks.samples) {
            let command = Command::DomainServicesInfo(domain.clone());
            let Some((path, first)) = self.ask(&command)? else { continue };
            if let Some((_, second)) = self.ask(&command)?
                && first.entries != second.entries
            {
                self.find(Level::Fault, "check.not_repeatable", command.name(), "two runs gave different entries");
            }
            for content in contents_of(&path, self.limits)? {
                if contents >= checks.contents {
                    break;
                }
                contents = contents.saturating_add(1);
                let bundle = self.file(Output::Bundle);
                self.extract(&Command::DomainContent { domain: domain.clone(), content }, &bundle, Level::Fault)?;
            }
        }
        if contents == 0 && checks.contents > 0 {
            self.find(
                Level::Note,
                "check.no_content",
                "domainContent",
                "no content identifier was named, so none was asked",
            );
        }
        Ok(())
    }

    fn disable(&mut self, all: &Said, checks: &Checks) -> Result<(), AgentFault> {
        let name = "disable";
        let carried = |id: &&String| !id.chars().any(char::is_whitespace);
        let ids: Vec<String> = all.subscriptions.iter().filter(carried).take(checks.disable).cloned().collect();
        if ids.is_empty() {
            self.find(Level::Note, "check.not_tried", name, "it changes the source and was not asked for");
            return Ok(());
        }
        let command = Command::DisableSubscriptions(ids);
        // The second time there is nothing left to do; that is no failure.
        for _ in 0..2 {
            let path = self.file(Output::Nothing);
            self.extract(&command, &path, Level::Fault)?;
        }
        Ok(())
    }

    /// What an agent does not know it refuses: with a status, and without a file.
    fn refusals(&mut self) -> Result<(), AgentFault> {
        let nowhere = "no-such-domain.invalid".to_owned();
        let wrong = [
            Command::Unknown("noSuchCommand".to_owned()),
            Command::DomainServicesInfo(nowhere.clone()),
            Command::DomainContent { domain: nowhere, content: "mailbox:nobody@no-such-domain.invalid".to_owned() },
        ];
        for command in wrong {
            match self.place.run(&command, "wrong") {
                Ok(answer) => {
                    if answer.status == Some(0) {
                        let reason = "what does not exist was asked, and the exit status is 0";
                        self.find(Level::Fault, "check.success_for_nothing", command.name(), reason);
                    }
                    if answer.files.iter().any(|(name, _)| name.starts_with("wrong")) {
                        let reason = "what does not exist was asked, and there is a file";
                        self.find(Level::Fault, "check.file_for_nothing", command.name(), reason);
                    }
                    if answer.status != Some(0) && answer.said.is_empty() {
                        let reason = "a failure without a word on standard error";
                        self.find(Level::Warning, "check.silent", command.name(), reason);
                    }
                    if !answer.printed.is_empty() {
                        let reason = "it prints on standard output; that is never read";
                        self.find(Level::Note, "check.prints", command.name(), reason);
                    }
                }
                Err(fault) if fault.code.ends_everything() => return Err(fault),
                Err(fault) => self.find(Level::Fault, fault.code.as_str(), command.name(), fault.reason),
            }
        }
        Ok(())
    }
}

/// What a document says, as far as it is compared.
#[derive(Default)]
struct Said {
    /// How the places of the document's own gaps begin.
    place: String,
    /// A checksum over all entries, in their order.
    entries: u64,
    parties: BTreeSet<String>,
    domains: BTreeSet<String>,
    subscriptions: Vec<String>,
    seen: BTreeSet<(crate::Kind, u64)>,
    twice: Vec<String>,
    faults: Vec<Gap>,
}

/// So many identifiers and findings of one document are kept.
const KEPT: usize = 10_000;

fn checksum(seed: u64, text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (seed, text).hash(&mut hasher);
    hasher.finish()
}

impl Sink for Said {
    fn take(&mut self, entry: Entry) -> Result<(), Refusal> {
        match entry {
            Entry::Gap(gap) => {
                // Those of the document itself; those that the agent writes are its own honest words.
                if gap.place.starts_with(&self.place) && self.faults.len() < 100 {
                    self.faults.push(gap);
                }
            }
            Entry::Fact(fact) => self.entries = checksum(self.entries, &format!("{fact:?}")),
            Entry::Record(record) => {
                self.entries = checksum(self.entries, &serde_json::to_string(&record).unwrap_or_default());
                if self.seen.len() < KEPT * 100
                    && !self.seen.insert((record.kind(), checksum(0, record.id())))
                    && self.twice.len() < 100
                {
                    self.twice.push(format!("{} {}", record.kind().as_str(), record.id()));
                }
                match record {
                    Record::Party(one) if self.parties.len() < KEPT => drop(self.parties.insert(one.id)),
                    Record::Domain(one) if self.domains.len() < KEPT => drop(self.domains.insert(one.name)),
                    Record::Subscription(one) if self.subscriptions.len() < KEPT => self.subscriptions.push(one.id),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}
