//! `cargo xtask`: developer commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    xtask::commands::main(&arguments)
}
