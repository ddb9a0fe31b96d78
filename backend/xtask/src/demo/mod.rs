//! `cargo xtask demo`: the main job on real parts, with evidence for every step.

pub mod client;
pub(crate) mod job;
mod moving_in;
mod people;
mod stage;
mod steps;

use std::process::ExitCode;

pub(crate) use client::{Client, rows, text};
pub use job::Extent;
pub use stage::Stage;
pub use steps::Steps;

use crate::commands::Options;
use crate::packages::Consent;
use crate::signals;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishes {
    /// Stop after the summary instead of serving the panel.
    pub once: bool,
    /// PostgreSQL instead of SQLite.
    pub postgres: bool,
    /// A whole Debian guest besides the tiny one.
    pub debian: bool,
    /// The parts will be killed while the job is done.
    pub harried: bool,
    /// May packages be installed without asking.
    pub consent: Consent,
}

/// Runs the demo.
///
/// # Errors
/// An option is wrong, or a step fails; the table of the steps is printed all the same.
pub fn run(words: &[&str]) -> anyhow::Result<ExitCode> {
    let flags = ["--once", "--postgres", "--debian", "--yes"];
    let options = Options::read("demo", words, &flags, &[])?;
    options.at_most("demo", 0)?;
    let wishes = Wishes {
        once: options.has("--once"),
        postgres: options.has("--postgres"),
        debian: options.has("--debian"),
        harried: false,
        consent: Consent::new(options.has("--yes")),
    };

    let mut steps = Steps::new();
    let stage = Stage::set(wishes, &mut steps).and_then(|stage| match job::run(&stage, &mut steps) {
        Ok(()) => Ok(stage),
        Err(error) => {
            eprintln!("The end of the panel's log:\n{}", tail(&stage.panel.log()));
            Err(error)
        }
    });
    println!("\n{}", steps.table());
    let stage = stage?;
    if !wishes.once {
        println!("The panel: {}", stage.panel.url());
        println!("Its data: {}", stage.data().display());
        println!("Ctrl-C stops it and everything else.");
        signals::wait(|| !stage.panel.is_running());
    }
    Ok(ExitCode::SUCCESS)
}

/// The last lines of a log.
pub(crate) fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n")
}
