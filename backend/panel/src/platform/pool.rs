//! Open connections, lent in the order in which they were asked for.
//!
//! Invariants: never more than `size` are open; whoever waits longest is served
//! first, so nobody starves while others come back for more; a connection that
//! broke, or whose server went away, is closed and never lent again; when none
//! can be opened, the caller is told at once and does not wait for a server that
//! is not there.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::r2d2::R2D2Connection;

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
    size: usize,
    /// Whether the other end of a connection can go away.
    remote: bool,
    state: Mutex<State>,
    /// Told whenever a turn may have come.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<(AnyConnection, Instant)>,
    lent: usize,
    next: u64,
    queue: VecDeque<u64>,
}

impl Pool {
    /// A pool of up to `size` connections, none of them open yet. Those to a
    /// `remote` server are checked before they are lent again.
    pub(super) fn new(
        size: usize,
        remote: bool,
        open: impl Fn() -> diesel::ConnectionResult<AnyConnection> + Send + Sync + 'static,
    ) -> Self {
        let shared =
            Shared { open: Box::new(open), size, remote, state: Mutex::default(), changed: Condvar::default() };
        Self { shared: Arc::new(shared) }
    }

    /// A connection that is alive, when it is this caller's turn.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the server cannot be reached, or after
    /// [`WAIT`] in the queue.
    pub(super) fn get(&self) -> Result<Lent> {
        let turn = self.take_turn()?;
        while let Some((mut connection, used)) = self.shared.state().idle.pop() {
            if !self.shared.remote || used.elapsed() < FRESH || connection.ping().is_ok() {
                return Ok(Lent { connection: Some(connection), turn });
            }
        }
        let connection = (self.shared.open)().map_err(|error| Error::Unavailable(format!("database: {error}")))?;
        Ok(Lent { connection: Some(connection), turn })
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

    fn take_turn(&self) -> Result<Turn> {
        let asked = Instant::now();
        let mut state = self.shared.state();
        let ticket = state.next;
        state.next = state.next.wrapping_add(1);
        state.queue.push_back(ticket);
        while state.queue.front() != Some(&ticket) || state.lent >= self.shared.size {
            let left = WAIT.saturating_sub(asked.elapsed());
            if left.is_zero() {
                state.queue.retain(|waiting| *waiting != ticket);
                self.shared.changed.notify_all();
                return Err(Error::Unavailable("database: every connection is busy".to_owned()));
            }
            state = self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.queue.pop_front();
        state.lent = state.lent.saturating_add(1);
        self.shared.changed.notify_all();
        Ok(Turn { shared: Arc::clone(&self.shared) })
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller's place among those that have a connection.
struct Turn {
    shared: Arc<Shared>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.lent = state.lent.saturating_sub(1);
        self.shared.changed.notify_all();
    }
}

/// A lent connection; goes back when it is dropped, unless it broke.
pub(super) struct Lent {
    connection: Option<AnyConnection>,
    turn: Turn,
}

impl Lent {
    /// What an error means once it is known whether the connection outlived it:
    /// a lost one makes the database unavailable, whatever the last words of the
    /// server were, and in whatever language.
    pub(super) fn judge(&mut self, error: Error) -> Error {
        let Error::Database(diesel::result::Error::DatabaseError(..) | diesel::result::Error::BrokenTransactionManager) =
            &error
        else {
            return error;
        };
        if self.turn.shared.remote && self.ping().is_err() {
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
            self.turn.shared.state().idle.push((connection, Instant::now()));
        }
    }
}
