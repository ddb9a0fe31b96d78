//! Open connections, lent in the order in which they were asked for.
//!
//! Invariants: never more than `size` are open; whoever waits longest is served
//! first, so nobody starves while others come back for more; only who is served is
//! woken, and who waits in a task keeps no thread; a connection that broke, or whose
//! server went away, is closed and never lent again; when none can be opened, the
//! caller is told at once and does not wait for a server that is not there.

use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use diesel::r2d2::R2D2Connection;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use super::db::AnyConnection;
use super::error::{Error, Result};

/// How long a caller waits for its turn.
pub(super) const WAIT: Duration = Duration::from_secs(10);
/// A connection that was used this recently is not asked whether it is alive.
const FRESH: Duration = Duration::from_millis(500);

/// Opens one connection.
type Open = Box<dyn Fn() -> diesel::ConnectionResult<AnyConnection> + Send + Sync>;

/// A pool; cheap to clone.
#[derive(Clone)]
pub(super) struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    open: Open,
    /// Whether the other end of a connection can go away.
    remote: bool,
    /// As many as may be open; given in the order in which they were asked for.
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<(AnyConnection, Instant)>>,
}

/// A caller's place among those that have a connection.
pub(super) struct Turn(#[expect(dead_code, reason = "given back when it is dropped")] OwnedSemaphorePermit);

impl Pool {
    /// A pool of up to `size` connections, none of them open yet. Those to a
    /// `remote` server are checked before they are lent again.
    pub(super) fn new(
        size: usize,
        remote: bool,
        open: impl Fn() -> diesel::ConnectionResult<AnyConnection> + Send + Sync + 'static,
    ) -> Self {
        let turns = Arc::new(Semaphore::new(size));
        Self { shared: Arc::new(Shared { open: Box::new(open), remote, turns, idle: Mutex::default() }) }
    }

    /// Whether both are the same pool.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Waits for this caller's turn, and keeps no thread meanwhile.
    ///
    /// # Errors
    /// [`Error::Unavailable`] after [`WAIT`].
    pub(super) async fn turn(&self) -> Result<Turn> {
        match tokio::time::timeout(WAIT, Arc::clone(&self.shared.turns).acquire_owned()).await {
            Ok(granted) => turn(granted),
            Err(_elapsed) => Err(busy()),
        }
    }

    /// [`Pool::turn`] on the calling thread.
    fn turn_now(&self) -> Result<Turn> {
        let asked = Instant::now();
        // Outside a task nothing gives the budget back that tokio counts by task.
        let mut wanted = pin!(tokio::task::unconstrained(Arc::clone(&self.shared.turns).acquire_owned()));
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        loop {
            if let Poll::Ready(granted) = wanted.as_mut().poll(&mut Context::from_waker(&waker)) {
                return turn(granted);
            }
            let left = WAIT.saturating_sub(asked.elapsed());
            if left.is_zero() {
                return Err(busy());
            }
            std::thread::park_timeout(left);
        }
    }

    /// A connection that is alive, when it is this caller's turn.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the server cannot be reached, or after
    /// [`WAIT`] in the queue.
    pub(super) fn get(&self) -> Result<Lent> {
        self.lend(self.turn_now()?)
    }

    /// A connection that is alive, for whose turn it is.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the server cannot be reached.
    pub(super) fn lend(&self, turn: Turn) -> Result<Lent> {
        let lent = |connection| Lent { connection: Some(connection), pool: self.clone(), _turn: turn };
        loop {
            let Some((mut connection, used)) = self.shared.idle().pop() else { break };
            if !self.shared.remote || used.elapsed() < FRESH || connection.ping().is_ok() {
                return Ok(lent(connection));
            }
        }
        let connection = (self.shared.open)().map_err(|error| Error::Unavailable(format!("database: {error}")))?;
        Ok(lent(connection))
    }

    /// [`Pool::get`] for the first connection: a server that is just starting is
    /// waited for.
    ///
    /// # Errors
    /// As for [`Pool::get`].
    pub(super) fn get_first(&self) -> Result<Lent> {
        let asked = Instant::now();
        loop {
            match self.get() {
                Err(Error::Unavailable(_)) if self.shared.remote && asked.elapsed() < WAIT => {
                    std::thread::sleep(Duration::from_millis(100));
                }
                outcome => return outcome,
            }
        }
    }
}

fn turn(granted: Result<OwnedSemaphorePermit, AcquireError>) -> Result<Turn> {
    granted.map(Turn).map_err(Error::internal)
}

fn busy() -> Error {
    Error::Unavailable("database: every connection is busy".to_owned())
}

/// Wakes the thread that waits.
struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Shared {
    fn idle(&self) -> MutexGuard<'_, Vec<(AnyConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lent connection; goes back when it is dropped, unless it broke.
pub(super) struct Lent {
    connection: Option<AnyConnection>,
    pool: Pool,
    /// Given back after the connection.
    _turn: Turn,
}

impl Lent {
    /// Whether the connection outlived what was judged.
    pub(super) fn is_there(&self) -> bool {
        self.connection.is_some()
    }

    /// What an error means once it is known whether the connection outlived it:
    /// a lost one makes the database unavailable, whatever the last words of the
    /// server were, and in whatever language.
    pub(super) fn judge(&mut self, error: Error) -> Error {
        let Error::Database(diesel::result::Error::DatabaseError(..) | diesel::result::Error::BrokenTransactionManager) =
            &error
        else {
            return error;
        };
        if self.pool.shared.remote && self.ping().is_err() {
            self.connection = None;
            return Error::Unavailable(error.to_string());
        }
        error
    }
}

impl Deref for Lent {
    type Target = AnyConnection;
    #[expect(clippy::expect_used, reason = "only `judge` and `drop` take it, and nothing follows them")]
    fn deref(&self) -> &AnyConnection {
        self.connection.as_ref().expect("a lent connection is there")
    }
}

impl DerefMut for Lent {
    #[expect(clippy::expect_used, reason = "only `judge` and `drop` take it, and nothing follows them")]
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.connection.as_mut().expect("a lent connection is there")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        if !std::thread::panicking() && !connection.is_broken() {
            self.pool.shared.idle().push((connection, Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};

    use super::*;

    fn pool(size: usize) -> Pool {
        Pool::new(size, true, || SqliteConnection::establish(":memory:").map(AnyConnection::Sqlite))
    }

    #[tokio::test]
    async fn whoever_waits_longest_is_served_first_and_who_comes_back_is_last() {
        let pool = pool(1);
        let first = pool.get().unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let mut waiting: Vec<_> = (0..8).map(|_| Box::pin(pool.turn())).collect();
        assert!(waiting.iter_mut().all(|one| one.as_mut().poll(&mut context).is_pending()));
        let mut late = Box::pin(pool.turn());
        drop(first);
        assert!(late.as_mut().poll(&mut context).is_pending(), "who comes back waits behind all");
        for place in 0..8 {
            // Turns are kept until all were asked; each is the only one.
            let asked: Vec<_> = waiting.iter_mut().map(|one| one.as_mut().poll(&mut context)).collect();
            let served: Vec<_> = asked.iter().map(Poll::is_ready).collect();
            assert_eq!(served.iter().position(|is_served| *is_served), Some(0), "place {place}");
            assert_eq!(served.iter().filter(|is_served| **is_served).count(), 1);
            drop((waiting.remove(0), asked));
        }
        assert!(late.as_mut().poll(&mut context).is_ready());
    }

    #[tokio::test]
    async fn a_thread_and_a_task_wait_in_one_queue() {
        let pool = pool(1);
        let first = pool.turn().await.unwrap();
        let thread = std::thread::spawn({
            let pool = pool.clone();
            move || pool.get().map(drop)
        });
        drop(first);
        assert!(thread.join().unwrap().is_ok());
        assert!(pool.lend(pool.turn().await.unwrap()).is_ok());
    }

    #[test]
    fn a_connection_is_lent_again_and_one_with_an_open_transaction_is_not() {
        let pool = pool(1);
        pool.get().unwrap().batch_execute("CREATE TABLE kept (n INTEGER)").unwrap();
        assert!(pool.get().unwrap().batch_execute("SELECT n FROM kept").is_ok());
        let stopped = std::thread::spawn({
            let pool = pool.clone();
            move || {
                let _lent = pool.get().unwrap();
                std::panic::resume_unwind(Box::new("a closure stopped"));
            }
        });
        assert!(stopped.join().is_err());
        assert!(pool.get().unwrap().batch_execute("SELECT n FROM kept").is_err(), "another one was opened");
    }

    #[test]
    fn who_cannot_be_connected_is_told_at_once_and_blocks_nobody() {
        let pool = Pool::new(1, false, || Err(diesel::ConnectionError::BadConnection("nobody is there".to_owned())));
        for _ in 0..3 {
            assert!(matches!(pool.get(), Err(Error::Unavailable(reason)) if reason.contains("nobody is there")));
        }
    }
}
