//! `hostwright migration join`: billing and hosting of two sources made one story, without a
//! database: which subscription pays for which hosting account, and what matched nothing.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Arg, ArgAction, ArgMatches, Command};
use hostwright_importer::sources::join::{Joined, Joining};
use hostwright_importer::sources::{Input, SourceKind};
use serde_json::json;

use crate::cli::say;

/// Rows of each list that are printed for people; `--json` has them all.
const SHOWN: usize = 40;

/// `hostwright migration join`.
#[must_use]
pub fn command() -> Command {
    let kinds: Vec<&str> = SourceKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let kind = |name: &'static str, about: &'static str| {
        Arg::new(name).long(name).value_name("KIND").required(true).help(about).value_parser(kinds.clone())
    };
    let paths = |name: &'static str, about: &'static str| {
        Arg::new(name).long(name).value_name("PATH").required(true).num_args(1..).action(ArgAction::Append).help(about)
    };
    Command::new("join")
        .about("Join what is sold with what is hosted, on server and user name, then on the domain")
        .arg(kind("billing-source", "What the billing data comes from, such as whmcs"))
        .arg(paths("billing", "Its dump"))
        .arg(kind("hosting-source", "What the hosting data comes from, such as cpanel"))
        .arg(paths("hosting", "Its archives, or a folder of them"))
}

/// Joins, and prints what was found; true when nothing was refused as a whole.
///
/// # Errors
/// An option is wrong.
pub fn run(matches: &ArgMatches, is_json: bool) -> Result<bool> {
    let mut joining = Joining::default();
    let mut refused = Vec::new();
    for (kind, paths) in [("billing-source", "billing"), ("hosting-source", "hosting")] {
        let kind: SourceKind = matches.get_one::<String>(kind).context("no source")?.parse()?;
        let paths = matches.get_many::<String>(paths).into_iter().flatten().map(PathBuf::from).collect();
        if let Err(refusal) = kind.read(&Input::of(paths), &mut joining) {
            refused.push(refusal);
        }
    }
    let joined = joining.finish();
    let told: Vec<String> = refused.iter().map(ToString::to_string).collect();
    if is_json {
        say(&serde_json::to_string_pretty(&json!({ "joined": joined, "refused": told }))?);
    } else {
        say(&table(&joined, &told));
    }
    Ok(refused.is_empty())
}

/// The result for people.
fn table(joined: &Joined, refused: &[String]) -> String {
    let mut lines = vec![format!("{:>10}  subscriptions that pay for a hosting account", joined.pairs.len())];
    let other = joined.pairs.iter().filter(|pair| pair.has_other_domain).map(|pair| pair.billing.clone()).collect();
    let several = joined.ambiguous.iter().map(|one| format!("{}: {}", one.value, one.billing.join(", "))).collect();
    for (title, ids) in [
        ("of them name another domain than the account", other),
        ("left to a person: several agree", several),
        ("subscriptions without an account", joined.unmatched_billing.clone()),
        ("accounts that nobody pays for", joined.unmatched_accounts.clone()),
    ] {
        let ids: Vec<String> = ids;
        lines.push(format!("{:>10}  {title}", ids.len()));
        lines.extend(ids.iter().take(SHOWN).map(|id| format!("            {id}")));
        if let Some(more) = ids.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            lines.push(format!("            ... and {more} more; --json tells them all"));
        }
    }
    lines.extend(refused.iter().map(|refusal| format!("refused: {refusal}")));
    lines.join("\n")
}
