//! `hostwright migration read`: runs a reader of another system's data alone, without a
//! database, and tells what it found: counts, named gaps and refusals.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use hostwright_importer::snapshot::values::Secret;
use hostwright_importer::sources::{Input, SourceKind};
use hostwright_importer::{Counts, Refusal};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::cli::say;

/// Gaps that are printed for people; `--json` has them all.
const SHOWN: usize = 40;

/// `hostwright migration read`.
#[must_use]
pub fn command() -> Command {
    let kinds: Vec<&str> = SourceKind::ALL.iter().map(|kind| kind.as_str()).collect();
    Command::new("read")
        .about("Read another system's data alone, without a database: counts, named gaps and refusals")
        .arg(
            Arg::new("source")
                .long("source")
                .value_name("KIND")
                .required(true)
                .help("What the data comes from")
                .value_parser(kinds),
        )
        .arg(
            Arg::new("paths")
                .value_name("PATH")
                .required(true)
                .num_args(1..)
                .action(ArgAction::Append)
                .help("Dumps, archives, folders or recorded answers"),
        )
        .arg(option("time-zone", "ZONE", "The zone of times that are written without one").default_value("UTC"))
        .arg(option("currency", "CODE", "The currency of amounts that are written without one"))
        .arg(option("key-file", "FILE", "A file with the key of the source's reversible secrets"))
        .arg(option("attachments", "FOLDER", "The folder of the files that rows name"))
        .arg(option("mapping", "FILE", "How columns map to fields, for CSV"))
}

fn option(name: &'static str, value: &'static str, about: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(about)
}

/// Reads, and prints what was found; true when nothing was refused as a whole.
///
/// # Errors
/// An option is wrong.
pub fn run(matches: &ArgMatches, is_json: bool) -> Result<bool> {
    let text = |name: &str| matches.get_one::<String>(name);
    let source = text("source").context("no source")?;
    let kind: SourceKind = source.parse()?;
    let paths: Vec<PathBuf> = matches.get_many::<String>("paths").into_iter().flatten().map(PathBuf::from).collect();
    if paths.is_empty() {
        bail!("no path");
    }
    let mut input = Input::of(paths);
    let zone = text("time-zone").map_or("UTC", String::as_str);
    input.zone = TimeZone::get(zone).with_context(|| format!("--time-zone: '{zone}' is not known"))?;
    input.currency = text("currency").map(|code| code.parse()).transpose().context("--currency")?;
    input.key = match text("key-file") {
        Some(file) => {
            let key = std::fs::read_to_string(file).with_context(|| format!("--key-file: cannot read {file}"))?;
            Some(Secret(key.trim().to_owned()))
        }
        None => None,
    };
    input.attachments = text("attachments").map(PathBuf::from);
    input.mapping = text("mapping").map(PathBuf::from);
    let mut counts = Counts::default();
    let refused = kind.read(&input, &mut counts).err();
    if is_json {
        say(&serde_json::to_string_pretty(&report(kind, &counts, refused.as_ref()))?);
    } else {
        say(&table(kind, &counts, refused.as_ref()));
    }
    Ok(refused.is_none())
}

/// The report as JSON.
fn report(kind: SourceKind, counts: &Counts, refused: Option<&Refusal>) -> Value {
    let refused = refused
        .map(|refusal| json!({ "code": refusal.code.as_str(), "place": refusal.place, "reason": refusal.reason }));
    json!({
        "source": kind.as_str(), "records": counts.records, "facts": counts.facts, "gaps": counts.gaps,
        "refused": refused,
    })
}

/// The report for people.
fn table(kind: SourceKind, counts: &Counts, refused: Option<&Refusal>) -> String {
    let mut lines = vec![format!("source {kind}")];
    for (name, value) in &counts.facts {
        lines.push(format!("  {name}: {value}"));
    }
    lines.extend(counts.records.iter().map(|(kind, count)| format!("{count:>10}  {}", kind.as_str())));
    lines.push(format!("{:>10}  named gaps", counts.gaps.len()));
    for gap in counts.gaps.iter().take(SHOWN) {
        let field = gap.field.as_ref().map(|field| format!(" {field}")).unwrap_or_default();
        let times = if gap.count > 1 { format!(" ({} times)", gap.count) } else { String::new() };
        lines.push(format!("  - {}{field}: {}{times}", gap.place, gap.reason));
    }
    if counts.gaps.len() > SHOWN {
        lines.push(format!("  ... and {} more; --json tells them all", counts.gaps.len().saturating_sub(SHOWN)));
    }
    if let Some(refusal) = refused {
        lines.push(format!("refused: {refusal}"));
    }
    lines.join("\n")
}
