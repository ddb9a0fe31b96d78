//! schemathesis in a Python environment of its own, beside what cargo builds.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::commands::target;

/// The version whose findings we know.
const VERSION: &str = "4.32.5";

/// Path of the program, installed when it is not there.
///
/// # Errors
/// Python makes no environment, or the package index does not answer.
pub fn program() -> anyhow::Result<PathBuf> {
    let home = target()?.join("tmp").join(format!("schemathesis-{VERSION}"));
    let program = home.join("bin/st");
    let complete = home.join("complete");
    if complete.exists() {
        return Ok(program);
    }
    println!("installing schemathesis {VERSION} into {}", home.display());
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
    let package = format!("schemathesis=={VERSION}");
    must(Command::new(home.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", &package]))?;
    std::fs::write(&complete, VERSION)?;
    Ok(program)
}

/// One run over every route of a document as one caller.
#[derive(Debug)]
pub struct Run<'a> {
    /// The document, with samples for its fields.
    pub document: &'a Path,
    /// Where the API is.
    pub url: &'a str,
    /// API key; none is nobody.
    pub key: Option<&'a str>,
    /// Seed.
    pub seed: u64,
    /// Requests for each route.
    pub examples: u64,
    /// Phases, such as `fuzzing`.
    pub phases: &'a str,
    /// Routes that are left out, by their names.
    pub except: &'a [&'a str],
}

/// What is looked at in each answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

impl Run<'_> {
    /// Runs it; the report, whose last line counts the requests.
    ///
    /// # Errors
    /// The whole report when anything was found.
    pub fn run(&self, program: &Path) -> anyhow::Result<String> {
        let (seed, examples) = (self.seed.to_string(), self.examples.to_string());
        let mut command = Command::new(program);
        command
            .arg("run")
            .arg(self.document)
            .args(["--url", self.url, "--seed", &seed, "--max-examples", &examples, "--phases", self.phases])
            .args(["--checks", CHECKS, "--continue-on-failure", "--no-shrink", "--suppress-health-check", "all"])
            .args(["--warnings", "off", "--generation-database", "none", "--request-timeout", "60", "--no-color"]);
        if let Some(key) = self.key {
            command.args(["--header", &format!("Authorization:Bearer {key}")]);
        }
        for name in self.except {
            command.args(["--exclude-operation-id", name]);
        }
        let folder = self.document.parent().context("the document lies in a folder")?;
        let output = command.current_dir(folder).output().context("starting schemathesis")?;
        let report = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            bail!("{report}\n{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(report)
    }
}

fn must(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("starting {:?}", command.get_program()))?;
    if !output.status.success() {
        bail!("{command:?}:\n{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
