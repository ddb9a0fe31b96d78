//! The command line: what can be said, and the message for what cannot.

use std::process::ExitCode;

use crate::packages::{self, Consent, Group};

const ALL_GROUPS: [Group; 7] = [
    Group::Build,
    Group::Postgres,
    Group::Libvirt,
    Group::Mail,
    Group::Browser,
    Group::Images,
    Group::DebianImage,
];

/// Runs the command that `arguments` (without the program's name) spell.
#[must_use]
pub fn main(arguments: Vec<String>) -> ExitCode {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["packages"] => packages::ensure(&ALL_GROUPS, Consent::new(false)),
        _ => Err(anyhow::anyhow!("unknown command")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
