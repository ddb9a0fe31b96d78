//! Reminders that were given, and the ladder.

use diesel::prelude::*;

use super::model::{Ladder, ReminderId};
use crate::on_each;
use crate::platform::error::{Error, Result};
use crate::platform::schema::reminders;
use crate::platform::{Tx, settings};

/// Under which name the ladder is kept.
const LADDER: &str = "renewals.ladder";

/// Notes that a reminder is given; false when it was given before.
///
/// # Errors
/// When the database fails.
pub fn note_reminder(tx: &mut Tx<'_>, invoice_id: &str, number: i64) -> Result<bool> {
    let now = tx.now();
    let row = (
        reminders::id.eq(ReminderId::new()),
        reminders::invoice_id.eq(invoice_id),
        reminders::number.eq(number),
        reminders::created_at.eq(now),
    );
    let rows = on_each!(tx.conn, |conn| diesel::insert_into(reminders::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(rows == 1)
}

/// How many reminders of an invoice were given.
///
/// # Errors
/// When the database fails.
pub fn reminders_given(tx: &mut Tx<'_>, invoice_id: &str) -> Result<usize> {
    let count: i64 = reminders::table.filter(reminders::invoice_id.eq(invoice_id)).count().get_result(tx.conn)?;
    usize::try_from(count).map_err(Error::internal)
}

/// The ladder in force.
///
/// # Errors
/// When the database fails.
pub fn ladder(tx: &mut Tx<'_>) -> Result<Ladder> {
    Ok(settings::get(tx, LADDER)?.unwrap_or_default())
}

/// Puts another ladder in force.
///
/// # Errors
/// When the database fails.
pub fn save_ladder(tx: &mut Tx<'_>, ladder: &Ladder) -> Result<()> {
    settings::put(tx, LADDER, ladder)
}
