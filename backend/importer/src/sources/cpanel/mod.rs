//! cPanel: account archives (`cpmove-USER.tar.gz`, full backups, unpacked trees) and recorded
//! answers of its interfaces (UAPI, API 2, WHM `listaccts`).
//!
//! The vendor promises no stable archive. What is read here: `cp/USER`, `userdata/`, `addons`,
//! `pds`, `sds`, `dnszones/`, mail below `homedir/` with `va`, `vad`, `vf`, databases and their
//! grants, FTP users, crontabs, certificates. Everything else is told as unread with counts.
//!
//! Identifiers: the account's is its user name, where two servers have it the second one's is
//! `user@host`; everything of an account has the account's identifier before its own.
//!
//! Content (mail, web files, dumps) is not copied: [`crate::snapshot::values::Content`] says
//! where it lies; `!/` leads into an archive inside the archive.

mod account;
mod answers;
mod certificates;
mod collect;
mod databases;
mod mail;
mod sites;
#[cfg(any(test, feature = "synthetic"))]
pub mod synthetic;
#[cfg(test)]
mod tests;
mod zone_answer;

use std::collections::BTreeSet;
use std::path::Path;

use super::Input;
use super::containers::{self, Found};
use super::parts::Parts;
use crate::formats::archive;
use crate::snapshot::{Gap, GapKind, Kind};
use crate::{Refusal, RefusalCode, Sink};

/// Reads account archives, unpacked accounts and recorded answers.
///
/// An archive that is cut is read as far as it goes, and says so.
///
/// # Errors
/// The refusal of the input, where nothing of it could be read; where it was one of several,
/// the others are read and the refusal is a gap.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut known = Known::default();
    containers::each(input, sink, &is_account_folder, &mut |found, sink| match found {
        Found::Account(path) => read_account(path, input, &mut known, sink),
        Found::Loose(path) => answers::read(path, input, sink),
    })
}

/// Accounts and servers that were told already.
#[derive(Debug, Default)]
struct Known {
    /// User names with their servers.
    accounts: BTreeSet<(String, Option<String>)>,
    ids: BTreeSet<String>,
    servers: BTreeSet<String>,
}

/// An unpacked account has `cp`, directly or below one folder of any name.
fn is_account_folder(path: &Path) -> bool {
    if path.join("cp").is_dir() {
        return true;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return false };
    let mut folders = entries.flatten().take(2);
    matches!((folders.next(), folders.next()), (Some(only), None) if only.path().join("cp").is_dir())
}

fn read_account(path: &Path, input: &Input, known: &mut Known, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let container = path.display().to_string();
    let mut collected = collect::Collected::new(Parts::new(&container, &input.limits));
    let mut tally = crate::GapCounts::default();
    let walked = archive::walk(path, &input.limits, &mut tally, &mut collected)?;
    let Some(mut account) = account::of(&mut collected) else {
        return Err(match walked.cut {
            Some(cut) => cut,
            None if walked.hostile > 0 => Refusal::new(
                RefusalCode::Hostile,
                container,
                "no account is in it, but members that reach where they must not",
            ),
            None => Refusal::new(RefusalCode::NotThisFormat, container, "no account (cp/USER) is in it"),
        });
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
    let twin = (account.user.clone(), account.server.clone());
    let elsewhere = account.server.as_ref().map(|server| format!("{}@{server}", account.user));
    let id = [Some(account.id.clone()), elsewhere].into_iter().flatten().find(|id| !known.ids.contains(id));
    match id.filter(|_| !known.accounts.contains(&twin)) {
        Some(id) => account.id = id,
        None => {
            let reason = "this account was read from another archive before; this one is not taken";
            return sink.gap(Gap::new(GapKind::Duplicate, &container, reason).of(Kind::HostingAccount, &account.id));
        }
    }
    known.ids.insert(account.id.clone());
    known.accounts.insert(twin);
    let is_new_server = account.server.as_ref().is_some_and(|server| known.servers.insert(server.clone()));
    account::tell(&account, is_new_server, &mut collected, sink)?;
    sites::tell(&account, &mut collected, sink)?;
    mail::tell(&account, &mut collected, input, sink)?;
    databases::tell(&account, &mut collected, sink)?;
    account::tell_logins_and_cron(&account, &mut collected, sink)?;
    certificates::tell(&account, &mut collected, sink)?;
    collected.finish(sink)
}
