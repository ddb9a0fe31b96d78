//! Rows of counted tries.

use diesel::prelude::*;
use hostwright_kernel::Instant;

use crate::on_each;
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::rate_limits;

/// Counts one more in this window; `false` when it is full or another window.
pub(super) fn count(tx: &mut Tx<'_>, bucket: &str, start: Instant, most: i64) -> Result<bool> {
    let rows = diesel::update(
        rate_limits::table.find(bucket).filter(rate_limits::window_start.eq(start)).filter(rate_limits::hits.lt(most)),
    )
    .set(rate_limits::hits.eq(rate_limits::hits + 1))
    .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Begins this window with one try; `false` when it has begun.
pub(super) fn begin(tx: &mut Tx<'_>, bucket: &str, start: Instant) -> Result<bool> {
    let moved = diesel::update(rate_limits::table.find(bucket).filter(rate_limits::window_start.lt(start)))
        .set((rate_limits::window_start.eq(start), rate_limits::hits.eq(1)))
        .execute(tx.conn)?;
    if moved == 1 {
        return Ok(true);
    }
    let row = (rate_limits::bucket.eq(bucket), rate_limits::window_start.eq(start), rate_limits::hits.eq(1_i64));
    let made = on_each!(tx.conn, |conn| diesel::insert_into(rate_limits::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(made == 1)
}

pub(super) fn delete(tx: &mut Tx<'_>, bucket: &str) -> Result<()> {
    diesel::delete(rate_limits::table.find(bucket)).execute(tx.conn)?;
    Ok(())
}

pub(super) fn delete_before(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    Ok(diesel::delete(rate_limits::table.filter(rate_limits::window_start.lt(before))).execute(tx.conn)?)
}
