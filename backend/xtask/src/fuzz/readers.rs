//! `cargo xtask fuzz readers`: the fuzzers of the importer's readers, optimised, two at a time.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, anyhow, bail};

use crate::commands::{cargo, target};
use crate::lab::Folder;
use crate::signals;

/// So many readers at a time.
const TOGETHER: usize = 2;

/// What one test said in the end.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    reader: String,
    /// None where the process died before it could say.
    inputs: Option<u64>,
    findings: u64,
}

/// Runs all of them for so many minutes each, and prints what they found.
///
/// # Errors
/// They do not build, or cannot be run.
pub fn run(seed: u64, minutes: u64) -> anyhow::Result<ExitCode> {
    let program = build()?;
    let tests = list(&program)?;
    let folder = target()?.join("tmp").join("fuzz-readers");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    println!("fuzz readers: seed {seed}, {} readers, {minutes} minutes each; {}", tests.len(), folder.display());
    let waiting = Mutex::new(VecDeque::from(tests));
    let done = Mutex::new(Vec::new());
    let work = || -> anyhow::Result<()> {
        // The lock is given back before the test runs.
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        while let Some(test) = next() {
            if signals::interrupted().is_some() {
                break;
            }
            let row = one(&program, &test, &folder, seed, minutes)?;
            println!("{}", line(&row));
            done.lock().unwrap_or_else(PoisonError::into_inner).push(row);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..TOGETHER).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_panic| Err(anyhow!("a thread that ran fuzzers is gone")))
        })
    })?;
    let mut rows = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    rows.sort_by(|one, other| one.reader.cmp(&other.reader));
    println!("\n{:<28} {:>10} {:>9}", "reader", "inputs", "findings");
    rows.iter().for_each(|row| println!("{}", line(row)));
    let findings: u64 = rows.iter().map(|row| row.findings).sum();
    if findings > 0 {
        println!("\nthe inputs lie below {}; what was said of each in its log", folder.display());
    }
    Ok(if findings > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Builds the tests and gives their program.
fn build() -> anyhow::Result<PathBuf> {
    let mut command = cargo(&["test", "--profile", "fuzz", "--package", "hostwright-importer"]);
    command.args(["--features", "synthetic", "--test", "fuzz", "--no-run"]);
    command.arg("--message-format=json-render-diagnostics");
    let folder = Folder::new("fuzz-readers")?;
    let messages = folder.path().join("messages");
    println!("building the fuzzers of the readers");
    let status = signals::run(command.stdout(File::create(&messages)?))?;
    if !status.success() {
        bail!("the fuzzers of the readers do not build ({status})");
    }
    program_in(&fs::read_to_string(messages)?).ok_or_else(|| anyhow!("cargo names no program of the fuzzers"))
}

fn program_in(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message.pointer("/target/name").and_then(serde_json::Value::as_str) == Some("fuzz"))
        .find_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
}

fn list(program: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new(program).arg("--list").output().context("listing the fuzzers of the readers")?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// Runs one test in a process of its own: memory and a stack that ends are its own then.
fn one(program: &Path, test: &str, folder: &Path, seed: u64, minutes: u64) -> anyhow::Result<Row> {
    let log = folder.join(format!("{}.log", test.replace("::", "-")));
    let file = File::create(&log).with_context(|| format!("making {}", log.display()))?;
    let mut command = Command::new(program);
    command.args(["--exact", test, "--nocapture", "--test-threads", "1"]);
    command.env("HOSTWRIGHT_FUZZ_SEED", seed.to_string()).env("HOSTWRIGHT_FUZZ_MINUTES", minutes.to_string());
    command.env("HOSTWRIGHT_FUZZ_FOLDER", folder).stdout(file.try_clone()?).stderr(file);
    let status = signals::run(&mut command)?;
    let text = fs::read_to_string(&log)?;
    Ok(told(&text).unwrap_or_else(|| Row {
        reader: test.to_owned(),
        inputs: None,
        findings: u64::from(!status.success()),
    }))
}

/// What the test says in its last line: `fuzz readers: NAME: 5 inputs, 0 findings`.
fn told(text: &str) -> Option<Row> {
    let (_, rest) = text.rsplit_once("fuzz readers: ")?;
    let (reader, counts) = rest.lines().next()?.rsplit_once(": ")?;
    let (inputs, findings) = counts.strip_suffix(" findings")?.split_once(" inputs, ")?;
    Some(Row { reader: reader.to_owned(), inputs: Some(inputs.parse().ok()?), findings: findings.parse().ok()? })
}

fn line(row: &Row) -> String {
    let inputs = row.inputs.map_or_else(|| "died".to_owned(), |inputs| inputs.to_string());
    format!("{:<28} {inputs:>10} {:>9}", row.reader, row.findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_fuzzer_says_is_read_from_its_log() {
        let log =
            "running 1 test\nfuzz CSV: seed 1\nfuzz readers: CSV with a mapping: 120 inputs, 2 findings\nFAILED\n";
        let row = Row { reader: "CSV with a mapping".to_owned(), inputs: Some(120), findings: 2 };
        assert_eq!(told(log), Some(row));
        assert_eq!(told("fatal runtime error: stack overflow\n"), None);
    }

    #[test]
    fn the_program_of_the_fuzzers_is_read_from_the_messages_of_cargo() {
        let messages = "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"hostwright_importer\"},\"executable\":null}\n\
{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"fuzz\"},\"executable\":\"/t/fuzz/deps/fuzz-1\"}\n";
        assert_eq!(program_in(messages), Some(PathBuf::from("/t/fuzz/deps/fuzz-1")));
    }
}
