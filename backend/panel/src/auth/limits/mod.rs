//! How often something may be tried: fixed windows, counted in the database so
//! that two panels count together.

mod store;

use super::error::AuthRefusal;
use crate::platform::error::Result;
use crate::platform::secrets::sha256_hex;
use crate::platform::{Db, Tx};

/// So many tries in so many seconds.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// What is counted; the first part of the bucket's name.
    pub name: &'static str,
    /// Tries in one window.
    pub tries: i64,
    /// Length of a window in seconds.
    pub seconds: i64,
}

impl Limit {
    fn bucket(&self, about: &str) -> String {
        // Hashed, so that what strangers type is neither kept nor of any length.
        format!("{}:{}", self.name, sha256_hex(about.as_bytes()))
    }
}

/// Counts one try of each, in a transaction of its own, because the try counts
/// also when what follows is refused. An empty text (no network address) is not
/// counted.
///
/// # Errors
/// `auth.too_many` with `seconds`, when one of them is used up.
pub async fn take(db: &Db, tries: Vec<(Limit, String)>) -> Result<()> {
    let mut waits = 0;
    for (limit, about) in tries.into_iter().filter(|(_, about)| !about.is_empty()) {
        let left = db.write(move |tx| count_in(tx, limit, &about)).await?;
        waits = waits.max(left.unwrap_or(0));
    }
    if waits == 0 {
        return Ok(());
    }
    Err(AuthRefusal::TooMany.with("seconds", waits).into())
}

/// Forgets the tries about something, after one that succeeded.
///
/// # Errors
/// When the database fails.
pub fn forget_in(tx: &mut Tx<'_>, limit: Limit, about: &str) -> Result<()> {
    store::delete(tx, &limit.bucket(about))
}

/// Deletes windows that ended more than a day ago; how many.
///
/// # Errors
/// When the database fails.
pub fn clean_in(tx: &mut Tx<'_>) -> Result<usize> {
    store::delete_before(tx, tx.now().plus_days(-1))
}

/// Counts one try; the seconds to wait when the window is full.
fn count_in(tx: &mut Tx<'_>, limit: Limit, about: &str) -> Result<Option<i64>> {
    let bucket = limit.bucket(about);
    let window_micros = limit.seconds.saturating_mul(1_000_000).max(1);
    let since = tx.now().micros().rem_euclid(window_micros);
    let start = hostwright_kernel::Instant::from_micros(tx.now().micros().saturating_sub(since))
        .map_err(crate::platform::Error::internal)?;
    // Full, or another panel began the window in between: then count again once.
    for _again in 0..2 {
        if store::count(tx, &bucket, start, limit.tries)? || store::begin(tx, &bucket, start)? {
            return Ok(None);
        }
    }
    let left = window_micros.saturating_sub(since).div_euclid(1_000_000).saturating_add(1);
    Ok(Some(left))
}
