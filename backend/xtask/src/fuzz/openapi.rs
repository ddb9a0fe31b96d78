//! Every route of a running panel, as nobody, as a customer and as staff: no fault of
//! ours, and no answer that the document does not tell of.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::document::with_samples;
use super::ground::Ground;
use super::schemathesis::{self, Run};

/// How deep a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Random requests only: seconds.
    Short,
    /// Also every boundary of every field, and chains of requests.
    Whole,
}

impl Depth {
    const fn phases(self) -> &'static str {
        match self {
            Self::Short => "fuzzing",
            Self::Whole => "examples,coverage,fuzzing,stateful",
        }
    }
}

/// What would only end the caller's own way in.
const EXCEPT: [&str; 1] = ["auth.sign_out"];

/// Runs it.
///
/// # Errors
/// What was found, with the seed by which it is found again.
pub fn run(binary: &Path, seed: u64, examples: u64, depth: Depth) -> anyhow::Result<()> {
    println!("fuzz openapi: seed {seed}, {examples} examples");
    let program = schemathesis::program()?;
    let ground = Ground::new(binary)?;
    let document = with_samples(document(binary)?, &ground.samples);
    let file = ground.folder().join("openapi.json");
    std::fs::write(&file, document.to_string())?;
    let url = format!("{}/api/v1", ground.panel.url());
    for (name, key) in [("anonymous", None), ("customer", Some(&ground.customer)), ("staff", Some(&ground.owner))] {
        let key = key.map(String::as_str);
        let run = Run { document: &file, url: &url, key, seed, examples, phases: depth.phases(), except: &EXCEPT };
        let report = run.run(&program).with_context(|| {
            format!("as {name}, seed {seed}; the end of the panel's log:\n{}", faults(&ground.panel.log()))
        })?;
        let counted = report.lines().find(|line| line.contains("generated")).unwrap_or_default();
        println!("fuzz openapi: as {name}:{counted}");
    }
    let found = faults(&ground.panel.log());
    if !found.is_empty() {
        bail!("seed {seed}: the panel's log tells of faults of its own:\n{found}");
    }
    Ok(())
}

fn document(binary: &Path) -> anyhow::Result<Value> {
    let output = Command::new(binary).arg("openapi").output()?;
    serde_json::from_slice(&output.stdout).context("the program prints its OpenAPI document")
}

/// The lines of a log that tell of a fault of the panel's own.
fn faults(log: &str) -> String {
    let told = |line: &&str| line.contains("a request failed") || line.contains("panicked at");
    log.lines().filter(told).take(40).collect::<Vec<_>>().join("\n")
}
