//! Checking the series.

use super::model::gaps;
use super::store;
use crate::platform::Tx;
use crate::platform::error::Result;

/// Every series that is not 1..n with days that never decrease.
///
/// # Errors
/// When the database fails.
pub fn breaks_in(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut breaks = store::numbered_without_counter(tx)?;
    for counter in store::counters(tx)? {
        let documents = store::numbered(tx, &counter)?;
        let name = format!("{}{}/{}", counter.legal_entity_id, counter.series, counter.year);
        breaks.extend(gaps(&name, counter.last, &documents));
    }
    Ok(breaks)
}
