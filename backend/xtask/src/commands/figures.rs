//! `cargo xtask bench` with `bench import` and `bench mail`, and `cargo xtask soak`: builds what
//! measures, optimised, and runs it.

use std::process::{Command, ExitCode};

use super::cargo::{build_figures, cargo, code, root};
use super::options::Options;
use crate::packages::{self, Consent, Group};
use crate::signals;

/// What the bench of mail takes, and hands on.
const MAIL_NUMBERS: [&str; 4] = ["--messages", "--folders", "--rounds", "--delay"];

/// `bench mail`: the copy of mailboxes and its rivals in turns.
pub(super) fn mail(words: &[&str]) -> anyhow::Result<ExitCode> {
    let options = Options::read("bench mail", words, &["--yes"], &MAIL_NUMBERS)?;
    options.at_most("bench mail", 0)?;
    packages::ensure(&[Group::Build, Group::Imap, Group::MailRivals], Consent::new(options.has("--yes")))?;
    let mut command =
        cargo(&["run", "--profile", "figures", "--package", "hostwright-mailboxes", "--example", "bench_mail", "--"]);
    for (name, value) in MAIL_NUMBERS.into_iter().filter_map(|name| Some((name, options.value(name)?))) {
        command.args([name, value]);
    }
    Ok(code(signals::run(&mut command)?))
}

pub(super) fn run(measured: &str, words: &[&str]) -> anyhow::Result<ExitCode> {
    let options = match measured {
        "soak" => Options::read(measured, words, &["--yes"], &["--minutes", "--seed"])?,
        _ => Options::read(measured, words, &["--json", "--quick", "--yes"], &[])?,
    };
    options.at_most(measured, 0)?;
    packages::ensure(&[Group::Build, Group::Postgres], Consent::new(options.has("--yes")))?;
    let program = build_figures()?;
    let mut command = Command::new(program);
    command.arg(measured);
    for flag in ["--json", "--quick"].into_iter().filter(|flag| options.has(flag)) {
        command.arg(flag);
    }
    for (name, value) in ["--minutes", "--seed"].into_iter().filter_map(|name| Some((name, options.value(name)?))) {
        command.args([name, value]);
    }
    // A quick or short run shows that it works, and is no picture of anything.
    let whole = !options.has("--quick") && options.value("--minutes").is_none();
    if whole && measured != "import" {
        command.arg("--pictures").arg(root().join("docs").join("pictures"));
    }
    Ok(code(signals::run(&mut command)?))
}
