//! Backups: everything an installation is, in one file, taken while it runs;
//! and the same way from one engine to the other.
//!
//! Invariants: what is written is one moment's view; nothing is restored that
//! is not exactly what was written (every file has a hash, every table its
//! sums, read back in the transaction that wrote it); nothing is overwritten
//! unless asked for.
//!
//! Deliberately absent: the engines' own dumps. A backup of one engine restores
//! to the other.

mod archive;
mod copy;
mod create;
mod manifest;
mod restore;

pub use copy::copy;
pub use create::create;
pub use manifest::Manifest;
pub use restore::restore;

use hostwright_panel::platform::Tx;
use hostwright_panel::platform::error::{Error, Result};
use hostwright_panel::platform::portable::{self, Sums, Table};
use hostwright_panel::reports::model::VerifyReport;

/// Told what is being done, for people.
pub type Say<'a> = dyn Fn(&str) + Send + Sync + 'a;

/// Reads a database back that was just written, and fails where it is not `expected`.
fn check_written(tx: &mut Tx<'_>, tables: &[Table], expected: &Sums) -> Result<()> {
    let found = portable::read_all(tx, tables, |_, _| Ok(()))?;
    let differences = expected.differences(&found);
    if differences.is_empty() {
        return Ok(());
    }
    Err(Error::internal(format!("what was written is not what was read, nothing is kept: {}", differences.join("; "))))
}

/// Every check with its number of breaks.
fn breaks(report: &VerifyReport) -> Vec<(String, usize)> {
    report.checks.iter().map(|check| (check.name.clone(), check.breaks.len())).collect()
}
