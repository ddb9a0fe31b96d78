//! `cargo xtask bench` and `cargo xtask soak`: builds what measures, optimised, and
//! runs it.

use std::process::{Command, ExitCode};

use super::cargo::{build_figures, code, root};
use super::options::Options;
use crate::packages::{self, Consent, Group};
use crate::signals;

pub(super) fn run(measured: &str, words: &[&str]) -> anyhow::Result<ExitCode> {
    let options = match measured {
        "bench" => Options::read(measured, words, &["--json", "--quick", "--yes"], &[])?,
        _ => Options::read(measured, words, &["--yes"], &["--minutes", "--seed"])?,
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
    if whole {
        command.arg("--pictures").arg(root().join("docs").join("pictures"));
    }
    Ok(code(signals::run(&mut command)?))
}
