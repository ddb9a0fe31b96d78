//! Where a process can end around a commit: before it, and after it with nobody
//! told. The product stops nowhere; the crash tests give the database a
//! [`Stops`] and end their process at every such moment, one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::db::{Db, Tx};
use super::error::{Error, Result};

/// A moment of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// All statements ran, nothing is committed.
    BeforeCommit,
    /// It is committed, and the caller does not know yet.
    AfterCommit,
}

/// Decides at which moment a process ends.
pub trait Stops: Send + Sync {
    /// Whether it ends here. What ends before its commit is rolled back, and the
    /// caller of either is never answered.
    fn ends_at(&self, moment: Moment) -> bool;
}

/// [`Db::write`] of a process that may end around the commit.
pub(super) async fn write<T, F>(db: Db, stops: Arc<dyn Stops>, body: F) -> Result<T>
where
    T: Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    let ended = Arc::new(AtomicBool::new(false));
    let (before, has_ended) = (Arc::clone(&stops), Arc::clone(&ended));
    let outcome = super::db::blocking(move || {
        db.write_now(|tx| {
            let value = body(tx)?;
            if before.ends_at(Moment::BeforeCommit) {
                has_ended.store(true, Ordering::SeqCst);
                return Err(Error::internal("the process ended before this commit"));
            }
            Ok(value)
        })
    })
    .await;
    if ended.load(Ordering::SeqCst) || (outcome.is_ok() && stops.ends_at(Moment::AfterCommit)) {
        std::future::pending::<()>().await;
    }
    outcome
}
