//! Sealing the chain, and checking it.

use super::store;
use crate::platform::error::Result;
use crate::platform::{Tx, settings};

/// Transfers sealed in one transaction.
const BATCH: i64 = 500;
/// Two panels that seal at once take turns by this name.
const SEALING: &str = "sealing:ledger";

/// Seals waiting transfers behind the end of the chain; how many.
///
/// # Errors
/// When the database fails.
pub fn seal_waiting(tx: &mut Tx<'_>) -> Result<usize> {
    settings::take_turn(tx, SEALING)?;
    let (mut position, mut hash) = store::chain_end(tx)?.unwrap_or_default();
    let links = store::unsealed(tx, BATCH)?;
    for link in &links {
        position = position.saturating_add(1);
        hash = link.hash_after(&hash, position);
        store::seal(tx, &link.id, position, &hash)?;
    }
    Ok(links.len())
}

/// Walks the whole chain; the places whose hash does not follow from the
/// transfer before, or at which a transfer is missing.
///
/// # Errors
/// When the database fails.
pub fn verify_chain(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut breaks = Vec::new();
    let (mut position, mut previous) = (1_i64, String::new());
    loop {
        let links = store::sealed_from(tx, position, BATCH)?;
        if links.is_empty() {
            return Ok(breaks);
        }
        for link in links {
            if link.position != Some(position) {
                breaks.push(format!("ledger transfer {position} is missing"));
                position = link.position.unwrap_or(position);
            } else if link.hash.as_deref() != Some(&link.hash_after(&previous, position)) {
                breaks.push(format!("ledger transfer {position} ({}) was altered", link.id));
            }
            previous = link.hash.unwrap_or_default();
            position = position.saturating_add(1);
        }
    }
}
