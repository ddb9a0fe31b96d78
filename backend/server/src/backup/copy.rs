//! From one database to another, on the same engine or the other one.

use anyhow::{Result, ensure};
use hostwright_panel::platform::Db;
use hostwright_panel::platform::portable::{self, Sums};
use hostwright_panel::reports;

use super::restore::make_room;
use super::{Say, breaks, check_written};

/// Copies every table of `from` into `to`, which must be empty; what was copied.
///
/// # Errors
/// When the target is not empty, the source's tables are not of this version, or
/// what was written is not what was read; then the target stays empty.
pub fn copy(from: &Db, to: &Db, say: &Say<'_>) -> Result<Sums> {
    ensure!(from.is_current()?, "the tables are of an older version: run `hostwright database migrate` first");
    ensure!(from.url() != to.url(), "that is the same database");
    let tables = portable::tables();
    to.migrate()?;
    let (sums, before) = to.write_now(|target| {
        make_room(target, &tables, false)?;
        from.read_now(|source| {
            portable::snapshot(source)?;
            let mut done = 0_u64;
            let sums = portable::read_all(source, &tables, |table, rows| {
                portable::insert(target, table, rows)?;
                let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
                if count > 0 {
                    done = done.saturating_add(count);
                    say(&format!("{}: {count} rows more, {done} in all", table.name));
                }
                Ok(())
            })?;
            check_written(target, &tables, &sums)?;
            Ok((sums, reports::queries::verify_in(source)?))
        })
    })?;
    let after = to.read_now(reports::queries::verify_in)?;
    ensure!(
        breaks(&after) == breaks(&before),
        "it is copied, but `verify` says {:?} there and {:?} here",
        breaks(&after),
        breaks(&before)
    );
    Ok(sums)
}
