//! Calls to cargo.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context as _, anyhow, bail};

use crate::lab::{Folder, variable};
use crate::signals;

/// Root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    // Cargo sets it for `cargo xtask`; a program that is run directly knows where it was built.
    let manifest = variable("CARGO_MANIFEST_DIR")
        .filter(|folder| Path::new(folder).ends_with("backend/xtask"))
        .unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&manifest).ancestors().nth(2).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Folder of what cargo builds.
///
/// # Errors
/// Cargo cannot read the workspace.
pub fn target() -> anyhow::Result<PathBuf> {
    let output = cargo(&["metadata", "--no-deps", "--format-version=1"]).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)))?;
    metadata
        .get("target_directory")
        .and_then(serde_json::Value::as_str)
        .map(PathBuf::from)
        .ok_or_else(|| anyhow!("cargo metadata names no target folder"))
}

/// Where the guest images are kept between runs: beside what cargo builds, and where a test finds
/// them by itself.
///
/// # Errors
/// Cargo cannot read the workspace.
pub fn images() -> anyhow::Result<PathBuf> {
    Ok(target()?.join("tmp/images"))
}

/// What cargo tells a program that it runs, and what build scripts look at: a cargo that inherits it
/// builds them again, with everything above them.
const OWN: [&str; 8] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_NAME",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
];

/// `cargo` in the root of the workspace.
#[must_use]
pub fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    OWN.iter().for_each(|name| {
        command.env_remove(name);
    });
    command
}

/// Runs cargo and fails with it.
///
/// # Errors
/// Cargo cannot be started or fails.
pub fn must(arguments: &[&str]) -> anyhow::Result<()> {
    let shown = format!("cargo {}", arguments.join(" "));
    println!("{shown}");
    let status = signals::run(&mut cargo(arguments))?;
    if !status.success() {
        bail!("{shown} failed ({status})");
    }
    Ok(())
}

/// Whether `cargo NAME` exists.
#[must_use]
pub fn has(name: &str) -> bool {
    cargo(&[name, "--version"]).output().is_ok_and(|output| output.status.success())
}

/// The exit status as our own.
#[must_use]
pub fn code(status: ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Builds the panel with the settings for developers and gives the path of the program.
///
/// # Errors
/// It does not compile.
pub fn build_panel() -> anyhow::Result<PathBuf> {
    build(&["--package", "hostwright-server", "--bins"], "hostwright")
}

/// Builds the panel with all tests, so that nothing is compiled a second time with the features
/// that tests add; the path of the program.
///
/// # Errors
/// Something does not compile.
pub(super) fn build_with_tests() -> anyhow::Result<PathBuf> {
    build(&["--workspace", "--bins", "--tests"], "hostwright")
}

/// Builds the panel and its measuring instrument, optimised; the instrument.
///
/// # Errors
/// They do not compile.
pub(super) fn build_figures() -> anyhow::Result<PathBuf> {
    let packages =
        ["--profile", "figures", "--package", "hostwright-server", "--package", "hostwright-tests", "--bins"];
    build(&packages, "figures")
}

/// Builds and gives the path of the program of this name.
fn build(what: &[&str], name: &str) -> anyhow::Result<PathBuf> {
    let shown = format!("cargo build {}", what.join(" "));
    println!("{shown}");
    let folder = Folder::new("build")?;
    let messages = folder.path().join("messages");
    let mut arguments = vec!["build", "--message-format=json-render-diagnostics"];
    arguments.extend(what);
    let status = signals::run(cargo(&arguments).stdout(File::create(&messages)?))?;
    if !status.success() {
        bail!("{shown} failed ({status})");
    }
    program_in(&fs::read_to_string(messages)?, name).ok_or_else(|| anyhow!("{shown} builds no program {name}"))
}

fn program_in(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .rfind(|path| path.file_stem().is_some_and(|stem| stem == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_read_from_the_messages_of_cargo() {
        let messages = "{\"reason\":\"compiler-artifact\",\"executable\":null}\n\
{\"reason\":\"compiler-artifact\",\"executable\":\"/t/debug/hostwright\"}\n\
{\"reason\":\"build-finished\",\"success\":true}\n";
        let found = program_in(messages, "hostwright");
        assert_eq!(found, Some(PathBuf::from("/t/debug/hostwright")));
        assert_eq!(program_in("no json\n", "hostwright"), None);
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("Cargo.lock").exists());
    }
}
