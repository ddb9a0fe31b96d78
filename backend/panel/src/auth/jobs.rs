//! Taking out what has ended, once a day.

use super::{limits, links, sessions};
use crate::platform::Tx;
use crate::platform::error::Result;

/// Deletes ended sessions, old links and counted tries; how many rows.
///
/// # Errors
/// When the database fails.
pub fn clean_in(tx: &mut Tx<'_>) -> Result<usize> {
    let counts = [sessions::clean_in(tx)?, links::clean_in(tx)?, limits::clean_in(tx)?];
    Ok(counts.iter().sum())
}
