//! `cargo xtask`: developer commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::commands::main(std::env::args().skip(1).collect())
}
