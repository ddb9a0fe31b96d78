//! `cargo xtask fuzz`: input that no person would type, from a seed that is printed.
//!
//! `openapi` sends schemathesis against every route of a running panel. `uploads`,
//! `mail` and `quote` are tests of the acceptance room `input` that run for longer, and `readers` are those
//! of the importer, one a reader.

mod document;
mod ground;
pub mod openapi;
mod readers;
pub mod rounds;
pub mod schemathesis;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};

use crate::commands::{Options, build_panel, cargo, code};
use crate::packages::{self, Consent, Group};
use crate::signals;

/// The fuzzers among the tests: their names here and there.
const AMONG_TESTS: [(&str, &str); 3] = [
    ("uploads", "input::fuzz::uploads::no_upload_breaks_the_reader_or_leaves_its_folder"),
    ("mail", "input::fuzz::mail::no_typed_text_breaks_a_mail"),
    ("quote", "input::fuzz::quote::no_altered_quote_is_taken_and_no_text_breaks_the_reader"),
];

/// How many requests for each route when nothing is said.
const EXAMPLES: u64 = 30;
/// Minutes of a fuzzer among the tests when nothing is said.
const MINUTES: u64 = 10;

/// Runs a fuzzer.
///
/// # Errors
/// An option is wrong, something cannot be installed or built, or the fuzzer finds
/// something.
pub fn run(words: &[&str]) -> anyhow::Result<ExitCode> {
    let options = Options::read("fuzz", words, &["--yes"], &["--seed", "--examples", "--minutes"])?;
    options.at_most("fuzz", 1)?;
    let number = |name: &str, default: u64| match options.value(name) {
        Some(text) => text.parse().with_context(|| format!("`{name}` of `fuzz` takes a number, not `{text}`")),
        None => Ok(default),
    };
    let seed = number("--seed", fresh_seed())?;
    let consent = Consent::new(options.has("--yes"));
    match options.arguments.first().map(String::as_str) {
        Some("openapi") => {
            let examples = number("--examples", EXAMPLES)?;
            packages::ensure(&[Group::Build, Group::Mail, Group::Fuzz], consent)?;
            openapi::run(&build_panel()?, seed, examples, openapi::Depth::Whole)?;
            Ok(ExitCode::SUCCESS)
        }
        Some("readers") => {
            packages::ensure(&[Group::Build], consent)?;
            readers::run(seed, number("--minutes", MINUTES)?)
        }
        Some(name) => {
            let Some((_, test)) = AMONG_TESTS.iter().find(|(known, _)| *known == name) else {
                bail!("no fuzzer `{name}`; there are openapi, readers, uploads, mail, quote");
            };
            packages::ensure(&[Group::Build], consent)?;
            let minutes = number("--minutes", MINUTES)?;
            println!("fuzz {name}: seed {seed}, {minutes} minutes");
            let mut command = cargo(&["test", "--package", "hostwright-tests", "--test", "acceptance", "--"]);
            command.args(["--exact", test, "--nocapture"]);
            command.env("HOSTWRIGHT_FUZZ_SEED", seed.to_string()).env("HOSTWRIGHT_FUZZ_MINUTES", minutes.to_string());
            Ok(code(signals::run(&mut command)?))
        }
        None => bail!("which fuzzer? openapi, readers, uploads, mail or quote"),
    }
}

/// Another seed each second.
fn fresh_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
