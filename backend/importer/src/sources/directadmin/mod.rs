//! DirectAdmin: user backups (`user.OWNER.NAME.tar.gz`, `.tar.zst`) and unpacked ones.
//!
//! Text files of `KEY=value` and URL-encoded pairs below `backup/`, one folder a domain; web
//! files below `domains/`, mail below `imap/` or, older, `backup/DOMAIN/email/data/imap`. The
//! layout is known from the programs that read and write it; no real archive was seen.
//!
//! Identifiers and content are as with cPanel: the account's user name, and below it.

mod account;
mod collect;
mod databases;
mod domains;
mod mail;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use super::Input;
use super::containers::{self, Found};
use super::parts::Parts;
use crate::formats::archive;
use crate::snapshot::{Gap, GapKind, Kind};
use crate::{GapCounts, Refusal, RefusalCode, Sink};

/// Reads user backups.
///
/// # Errors
/// The refusal of the input, where nothing of it could be read; where it was one of several,
/// the others are read and the refusal is a gap.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let is_account = |path: &Path| path.join("backup/user.conf").is_file();
    containers::each(input, sink, &is_account, &mut |found, sink| match found {
        Found::Account(path) => read_account(path, input, &mut known, sink),
        Found::Loose(path) => {
            Err(Refusal::new(RefusalCode::NotThisFormat, path.display(), "it is no archive of an account"))
        }
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
            Refusal::new(code, &container, "no account (backup/user.conf) is in it")
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
    let domains = domains::of(&account, &mut collected);
    account::tell(&account, &domains, input, &mut collected, sink)?;
    for domain in &domains.names {
        domains::tell(&account, domain, &domains, &mut collected, sink)?;
        mail::tell(&account, domain, &mut collected, sink)?;
    }
    mail::tell_folders_without_login(&account, &mut collected, sink)?;
    databases::tell(&account, &mut collected, sink)?;
    collected.parts.finish(sink)
}
