//! Sealing the chain, and checking it.

use super::store;
use crate::platform::error::Result;
use crate::platform::{Tx, settings};

/// Rows sealed in one transaction.
const BATCH: i64 = 500;
/// Two panels that seal at once take turns by this name.
const SEALING: &str = "sealing:audit";

/// Seals waiting rows behind the end of the chain; how many.
///
/// # Errors
/// When the database fails.
pub fn seal_waiting(tx: &mut Tx<'_>) -> Result<usize> {
    settings::take_turn(tx, SEALING)?;
    let (mut position, mut hash) = store::chain_end(tx)?.unwrap_or_default();
    let rows = store::unsealed(tx, BATCH)?;
    for row in &rows {
        position = position.saturating_add(1);
        hash = row.hash_after(&hash, position);
        store::seal(tx, &row.id, position, &hash)?;
    }
    Ok(rows.len())
}

/// Walks the whole chain; the places whose hash does not follow from the row
/// before, or at which a row is missing.
///
/// # Errors
/// When the database fails.
pub fn verify_chain(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut breaks = Vec::new();
    let (mut position, mut previous) = (1_i64, String::new());
    loop {
        let rows = store::sealed_from(tx, position, BATCH)?;
        if rows.is_empty() {
            return Ok(breaks);
        }
        for row in rows {
            if row.position != Some(position) {
                breaks.push(format!("audit row {position} is missing"));
                position = row.position.unwrap_or(position);
            } else if row.hash.as_deref() != Some(&row.hash_after(&previous, position)) {
                breaks.push(format!("audit row {position} ({}) was altered", row.id));
            }
            previous = row.hash.unwrap_or_default();
            position = position.saturating_add(1);
        }
    }
}
