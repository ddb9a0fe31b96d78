//! How a script is run on a source: the one thing that differs between this machine and one behind SSH.

use std::io::{Read, Write};
use std::time::Duration;

use super::AgentFault;

/// One run of a POSIX shell script.
pub struct Call<'a> {
    /// The script. It runs in a process group of its own, in the home folder.
    pub script: &'a str,
    /// What it reads.
    pub input: Option<&'a mut dyn Read>,
    /// What it prints.
    pub output: &'a mut dyn Write,
    /// When it is given up.
    pub deadline: Duration,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The exit status; absent where a signal ended it.
    pub status: Option<u32>,
    /// The beginning of what it printed as errors.
    pub said: String,
}

/// So much of what is printed as errors is kept.
pub(super) const SAID: usize = 4_000;

/// Runs scripts on a source.
pub trait Transport {
    /// Runs one script to its end.
    ///
    /// # Errors
    /// [`super::AgentCode::TimedOut`] after the deadline, [`super::AgentCode::Lost`] where the connection
    /// ends, [`super::AgentCode::TooLarge`] where the output takes no more.
    fn run(&mut self, call: Call<'_>) -> Result<Ended, AgentFault>;

    /// How the source is called in reports.
    fn place(&self) -> String;
}

/// One word of a shell, whatever is in it.
#[must_use]
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
