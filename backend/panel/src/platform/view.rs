//! One view of the database for a whole page.
//!
//! A page asks many small questions. Answered one by one, each is a transaction and a
//! journey to another thread and back, which costs more than the answer; and between
//! two of them the world may change, so that a page contradicts itself. Here all that
//! a page reads is read on the thread that draws it, in one transaction.
//!
//! Invariants: a page that waits for anything else (a node, a mail server) gives its
//! connection back before it waits, and what it reads afterwards it reads as everybody
//! else does; a page that stops half-way gives it back too; a failed statement ends
//! the view, because PostgreSQL answers nothing more in that transaction.

use std::cell::Cell;
use std::future::poll_fn;

use diesel::Connection;
use diesel::connection::TransactionManager;
use hostwright_kernel::Instant;
use tokio::runtime::Handle;

use super::db::{AnyConnection, Db, Tx, blocking};
use super::error::{Error, Result};
use super::pool::{Lent, Pool};

type Transaction = <AnyConnection as Connection>::TransactionManager;

thread_local! {
    /// The view of the page that this thread is drawing.
    static OPEN: Cell<Option<View>> = const { Cell::new(None) };
}

/// An open transaction that reads, and the moment at which it began.
struct View {
    lent: Lent,
    readers: Pool,
    now: Instant,
}

impl View {
    fn open(mut lent: Lent, db: &Db) -> Result<Self> {
        if let Err(error) = Transaction::begin_transaction(&mut *lent) {
            return Err(lent.judge(error.into()));
        }
        Ok(Self { lent, readers: db.readers.clone(), now: db.now() })
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // It wrote nothing. A connection on which this fails is not lent again; one that is gone has no end.
        if self.lent.is_there() {
            let _ended = Transaction::rollback_transaction(&mut *self.lent);
        }
    }
}

/// While it lives, this thread reads in the view.
struct Reading;

impl Reading {
    fn begin(view: View) -> Self {
        OPEN.set(Some(view));
        Self
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        drop(OPEN.take());
    }
}

impl Db {
    /// Draws a page whose reads share one view of the database, on one thread.
    ///
    /// # Errors
    /// When no connection can be had, or the page stops half-way.
    pub async fn in_one_view<F>(&self, page: F) -> Result<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let turn = self.readers.turn().await?;
        let db = self.clone();
        blocking(move || {
            let mut view = Some(View::open(db.readers.lend(turn)?, &db)?);
            let mut page = Box::pin(page);
            Ok(Handle::current().block_on(poll_fn(|context| {
                let _reading = view.take().map(Reading::begin);
                page.as_mut().poll(context)
            })))
        })
        .await
    }
}

/// Reads in the view of this thread's page; gives the closure back where there is none.
pub(super) fn read<T, F>(db: &Db, body: F) -> Result<Result<T>, F>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T>,
{
    let Some(mut view) = OPEN.take() else { return Err(body) };
    if !view.readers.is(&db.readers) {
        OPEN.set(Some(view));
        return Err(body);
    }
    let mut tx = db.tx(&mut view.lent, view.now);
    let outcome = body(&mut tx).and_then(|value| tx.insert_waiting().map(|()| value));
    Ok(match outcome {
        Err(error @ Error::Database(_)) => Err(view.lent.judge(error)),
        outcome => {
            OPEN.set(Some(view));
            outcome
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use diesel::connection::SimpleConnection;
    use diesel::sql_types::BigInt;
    use diesel::{QueryableByName, RunQueryDsl, sql_query};
    use hostwright_kernel::SystemClock;
    use tokio::sync::Semaphore;
    use tokio::task::JoinSet;

    use super::super::db::DatabaseUrl;
    use super::*;

    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }

    fn database(folder: &tempfile::TempDir) -> Db {
        let url = DatabaseUrl::Sqlite(folder.path().join("view.db"));
        let db = Db::open(&url, Arc::new(SystemClock)).unwrap();
        db.write_now(|tx| Ok(tx.conn.batch_execute("CREATE TABLE kept (n INTEGER)")?)).unwrap();
        db
    }

    async fn count(db: &Db) -> Result<i64> {
        db.read(|tx| Ok(sql_query("SELECT count(*) AS n FROM kept").get_result::<Counted>(tx.conn)?.n)).await
    }

    fn keep_one(db: &Db) {
        db.write_now(|tx| Ok(tx.conn.batch_execute("INSERT INTO kept VALUES (1)")?)).unwrap();
    }

    #[tokio::test]
    async fn a_page_sees_one_moment_until_it_waits() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder);
        let own = db.clone();
        let seen = own.in_one_view(async move {
            let first = count(&db).await.unwrap();
            keep_one(&db);
            let same = count(&db).await.unwrap();
            tokio::task::yield_now().await;
            (first, same, count(&db).await.unwrap())
        });
        assert_eq!(seen.await.unwrap(), (0, 0, 1));
    }

    #[tokio::test]
    async fn pages_that_wait_keep_no_connection() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder);
        let (gate, begun) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let page = |db: Db| {
            let (gate, begun) = (Arc::clone(&gate), Arc::clone(&begun));
            async move {
                let before = count(&db).await.unwrap();
                begun.add_permits(1);
                let _open = gate.acquire().await.unwrap();
                (before, count(&db).await.unwrap())
            }
        };
        let mut waiting = JoinSet::new();
        for _ in 0..20 {
            let (db, page) = (db.clone(), page(db.clone()));
            waiting.spawn(async move { db.in_one_view(page).await.unwrap() });
        }
        // More pages wait than there are connections, and nobody waits for one.
        let all_begun = begun.acquire_many(20);
        assert!(tokio::time::timeout(Duration::from_secs(9), all_begun).await.is_ok());
        keep_one(&db);
        gate.add_permits(1);
        assert_eq!(waiting.join_all().await, vec![(0, 1); 20]);
    }

    #[tokio::test]
    async fn a_page_that_stops_or_fails_leaves_nothing_open() {
        let folder = tempfile::tempdir().unwrap();
        let db = database(&folder);
        for _ in 0..10 {
            let own = db.clone();
            let stopped = db.in_one_view(async move {
                count(&own).await.unwrap();
                std::panic::resume_unwind(Box::new("a page stopped"));
            });
            assert!(stopped.await.is_err());
            let own = db.clone();
            let failed = db.in_one_view(async move {
                let wrong = own.read(|tx| Ok(tx.conn.batch_execute("SELECT n FROM nowhere")?)).await;
                (wrong.is_err(), count(&own).await.unwrap())
            });
            assert_eq!(failed.await.unwrap(), (true, 0));
            keep_one(&db);
            assert_eq!(count(&db).await.unwrap(), 1);
            db.write_now(|tx| Ok(tx.conn.batch_execute("DELETE FROM kept")?)).unwrap();
        }
    }

    #[tokio::test]
    async fn another_database_is_not_read_in_this_view() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (db, other) = (database(&folder), database(&other));
        keep_one(&other);
        let own = db.clone();
        let seen = db.in_one_view(async move { (count(&own).await.unwrap(), count(&other).await.unwrap()) });
        assert_eq!(seen.await.unwrap(), (0, 1));
    }
}
