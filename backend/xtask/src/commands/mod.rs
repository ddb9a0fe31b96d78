//! The command line: what can be said, and the message for what cannot.

mod cargo;
mod check;
mod figures;
mod migration;
mod options;
mod test;

use std::process::ExitCode;

pub use cargo::{build_panel, cargo, code, images, root, target};
pub use options::Options;

use crate::chaos;
use crate::demo;
use crate::fuzz;
use crate::signals;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  test [FILTER]          format and lint check, build, start the servers, run the tests whose
                         name contains FILTER
      --only TIER        one tier: unit, slices, surfaces, authorization, races, crashes,
                         nodes, importer, input, security, browser, architecture
      --no-check         skip the format and lint check
      --yes              install missing system packages without asking

  check                  format and lint check only
      --yes              install missing system packages without asking

  demo                   run the main job on real parts, then serve the panel
      --once             stop after the summary
      --postgres         on PostgreSQL instead of SQLite
      --debian           boot a whole Debian guest besides the tiny one
      --yes              install missing system packages without asking

  chaos                  the demo's job while its parts are killed, then two panels on a PostgreSQL
                         that comes and goes, then every crash point
      --seed N           the same kills as last time
      --panel-kills N, --libvirtd-kills N, --libvirtd-stops N
                         how often: 50, 10 and 5 unless told
      --postgres         on PostgreSQL instead of SQLite
      --rounds N         seeds for two panels: 10 unless told
      --no-points        without the crash points
      --yes              install missing system packages without asking

  fuzz NAME              input that no person types: openapi (every route of a running panel),
                         readers (of all that moves in, two at a time), uploads, mail or quote
      --seed N           the same run again
      --examples N       requests for each route and caller (openapi)
      --minutes N        how long (the others; each reader)
      --yes              install missing system packages without asking

  bench                  measure renewals, pages, start and memory, each against a floor of the
                         same run, and draw how they grow into docs/pictures
      --json             one JSON object a figure
      --quick            small numbers of customers
      --yes              install missing system packages without asking

  bench import           move 100,000 accounts in from one document, on both engines, against
                         reading it and inserting the same rows bare
      --json             one JSON object a figure
      --quick            2,000 accounts
      --yes              install missing system packages without asking

  bench mail             copy a mailbox between two IMAP servers, ours and mbsync in turns
      --messages N, --folders N, --rounds N
                         how much and how often: 10000, 60 and 3 unless told
      --delay MS         how far away both servers are, each way
      --yes              install missing system packages without asking

  soak                   mixed traffic on a fast clock while nodes come and go
      --minutes N        how long; 20 when left out
      --seed N           the same traffic again
      --yes              install missing system packages without asking

  migration new NAME     make an empty migration for both databases

  help                   show this
";

/// Runs the command that `arguments` (without the program's name) spell.
#[must_use]
pub fn main(arguments: &[String]) -> ExitCode {
    if let Err(error) = signals::listen() {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    let outcome = dispatch(arguments);
    if let Some(signal) = signals::interrupted() {
        eprintln!("stopped by signal {signal}; everything that was started is down");
        return ExitCode::from(u8::try_from(128_i32.saturating_add(signal)).unwrap_or(1));
    }
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            eprint!("{USAGE}");
            Ok(ExitCode::from(2))
        }
        ["help" | "--help" | "-h", ..] | [_, "--help" | "-h", ..] => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        ["test", rest @ ..] => test::run(rest),
        ["check", rest @ ..] => check::run(rest),
        ["demo", rest @ ..] => demo::run(rest),
        ["chaos", rest @ ..] => chaos::run(rest),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["bench", "mail", rest @ ..] => figures::mail(rest),
        ["bench", "import", rest @ ..] => figures::run("import", rest),
        [measured @ ("bench" | "soak"), rest @ ..] => figures::run(measured, rest),
        ["migration", "new", name] => {
            migration::new(&root(), name)?;
            Ok(ExitCode::SUCCESS)
        }
        ["migration", ..] => {
            anyhow::bail!("`migration` is used as: cargo xtask migration new NAME")
        }
        [other, ..] => {
            anyhow::bail!("unknown command `{other}`; `cargo xtask help` lists the commands")
        }
    }
}
