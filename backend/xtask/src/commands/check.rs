//! `cargo xtask check`: formatting and lints.

use std::process::{Command, ExitCode};

use anyhow::bail;

use super::cargo::{has, must};
use super::options::Options;
use crate::packages::{self, Consent, Group};
use crate::signals;

pub(super) fn run(words: &[&str]) -> anyhow::Result<ExitCode> {
    let options = Options::read("check", words, &["--yes"], &[])?;
    options.at_most("check", 0)?;
    packages::ensure(&[Group::Build], Consent::new(options.has("--yes")))?;
    all()?;
    Ok(ExitCode::SUCCESS)
}

/// Fails where the sources are not formatted or a lint has something to say.
pub(super) fn all() -> anyhow::Result<()> {
    component("fmt", "rustfmt")?;
    must(&["fmt", "--all", "--check"])?;
    component("clippy", "clippy")?;
    must(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

/// A minimal Rust installation has neither; rustup can add them.
fn component(command: &str, name: &str) -> anyhow::Result<()> {
    if has(command) {
        return Ok(());
    }
    println!("rustup component add {name}");
    let added = signals::run(Command::new("rustup").args(["component", "add", name]));
    if !added.is_ok_and(|status| status.success()) || !has(command) {
        bail!("`cargo {command}` is missing and rustup could not add {name}; `--no-check` of `test` does without");
    }
    Ok(())
}
