//! HestiaCP and VestaCP: user backups (a tar of compressed parts), unpacked ones, and the
//! DNS templates (`.tpl`) and packages (`.pkg`) of a server.
//!
//! All objects are lines of `KEY='value'`; the panel itself evaluates them, this reader never
//! does. What a template leaves to be filled in (`%ip%`) is a named gap.
//!
//! Identifiers and content are as with cPanel: the account's user name, and below it.

mod account;
mod collect;
mod domains;
mod mail;
mod templates;
#[cfg(test)]
mod tests;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Input;
use super::containers::{self, Found};
use super::parts::Parts;
use crate::formats::{archive, panel_lines};
use crate::snapshot::{Gap, GapKind, Kind};
use crate::{GapCounts, Refusal, RefusalCode, Sink};

/// Reads user backups, templates and packages.
///
/// # Errors
/// The refusal of the input, where nothing of it could be read; where it was one of several,
/// the others are read and the refusal is a gap.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let is_account = |path: &Path| ["hestia", "vesta"].iter().any(|panel| path.join(panel).join("user.conf").is_file());
    containers::each(input, sink, &is_account, &mut |found, sink| match found {
        Found::Account(path) => read_account(path, input, &mut known, sink),
        Found::Loose(path) => templates::read(path, input, sink),
    })
}

fn read_account(path: &Path, input: &Input, known: &mut BTreeSet<String>, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let container = path.display().to_string();
    let mut collected = collect::Collected::new(Parts::new(&container, &input.limits));
    let mut tally = GapCounts::default();
    let walked = archive::walk(path, &input.limits, &mut tally, &mut collected)?;
    let Some(account) = account::of(&mut collected) else {
        return Err(walked.cut.unwrap_or_else(|| {
            let code = if walked.hostile > 0 { RefusalCode::Hostile } else { RefusalCode::NotThisFormat };
            Refusal::new(code, &container, "no account (hestia/user.conf or vesta/user.conf) is in it")
        }));
    };
    tally.tell(sink)?;
    if let Some(cut) = walked.cut {
        let reason = format!(
            "the archive is cut or damaged ({}): {}; what came after is missing",
            cut.code.as_str(),
            cut.reason
        );
        sink.gap(Gap::new(GapKind::FactLost, &container, reason).of(Kind::HostingAccount, &account.id))?;
    }
    if !known.insert(account.id.clone()) {
        let reason = "this account was read from another archive before; this one is not taken";
        return sink.gap(Gap::new(GapKind::Duplicate, &container, reason).of(Kind::HostingAccount, &account.id));
    }
    account::tell(&account, input, &mut collected, sink)?;
    domains::tell(&account, &mut collected, sink)?;
    mail::tell(&account, &mut collected, sink)?;
    account::tell_databases_and_cron(&account, &mut collected, sink)?;
    collected.parts.finish(sink)
}

/// One object: its keys, with those that were taken.
#[derive(Debug, Default, Clone)]
struct Object {
    facts: BTreeMap<String, String>,
}

impl Object {
    /// Takes a fact; empty is absent.
    fn take(&mut self, key: &str) -> Option<String> {
        self.facts.remove(key).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Takes a switch.
    fn is_on(&mut self, key: &str) -> bool {
        self.take(key).is_some_and(|value| ["yes", "on", "1"].iter().any(|yes| value.eq_ignore_ascii_case(yes)))
    }

    /// Takes a list separated by commas.
    fn list(&mut self, key: &str) -> Vec<String> {
        let text = self.take(key).unwrap_or_default();
        text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
    }

    /// What was not taken.
    fn rest(self) -> Vec<crate::snapshot::values::Extra> {
        let left = self.facts.into_iter().filter(|(_, value)| !value.is_empty());
        left.map(|(name, value)| crate::snapshot::values::Extra { name, value }).collect()
    }
}

/// What the panel notes for itself of each object.
const OWN_NOTES: &[&str] = &["ID", "TIME", "DATE", "U_DISK", "SUSPENDED"];

/// Says which keys of an object have no place in its record.
fn tell_rest(one: Object, part: &str, record: Kind, parts: &mut Parts) {
    let place = parts.place(part);
    for left in one.rest().into_iter().filter(|left| !OWN_NOTES.contains(&left.name.as_str())) {
        parts.tally.count(GapKind::FactLost, &place, Some(record), "a key has no place in the record", &left.name);
    }
}

/// The objects of a part, one a line. A line that is none, or has a key twice, is told.
fn objects(part: &str, text: &str, record: Kind, parts: &mut Parts) -> Vec<(u64, Object)> {
    let mut found = Vec::new();
    for line in panel_lines::lines(text) {
        let Some(pairs) = panel_lines::quoted_pairs(line.text) else {
            parts.bad_line(part, record, line.number, "a line is not made of KEY='value'");
            continue;
        };
        let mut object = Object::default();
        for (key, value) in pairs {
            if let Entry::Vacant(free) = object.facts.entry(key) {
                free.insert(value);
            } else {
                parts.bad_line(part, record, line.number, "a key stands twice; the first is taken");
            }
        }
        found.push((line.number, object));
    }
    found
}

/// The one object of a part whose keys stand on lines of their own.
fn object(part: &str, text: &str, record: Kind, parts: &mut Parts) -> Object {
    let mut whole = Object::default();
    for (line, object) in objects(part, text, record, parts) {
        for (key, value) in object.facts {
            if let Entry::Vacant(free) = whole.facts.entry(key) {
                free.insert(value);
            } else {
                parts.bad_line(part, record, line, "a key stands twice; the first is taken");
            }
        }
    }
    whole
}
