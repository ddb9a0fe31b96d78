//! One database behind two engines: SQLite (embedded) and PostgreSQL.
//!
//! Invariants: one body per query; a closure runs on the blocking pool inside
//! one transaction; SQLite has one writer that begins with `BEGIN IMMEDIATE`
//! and several readers; readers see one moment (a snapshot) and cannot write.
//!
//! Races are settled here and never shown to people:
//! - Writers on PostgreSQL are at `READ COMMITTED` and lock rows in the order
//!   outbox event, server, invoice, subscription, customer, node, addresses, zone,
//!   counters, number series, ledger accounts (by code), jobs. Whoever waited
//!   reads again, because every statement sees what was committed before it.
//! - Where two transactions lock against that order, PostgreSQL ends one of them
//!   (deadlock). It lost nothing but time: it is run again as a whole, at most
//!   [`TRIES`] times, so closures hold no effects of their own.
//! - SQLite's write lock is taken before anything is read. Within a process the
//!   pool gives it in the order of asking; another process is waited for.
//!
//! A lost connection is never tried again here: the caller is told that the
//! database is unavailable, or that nobody knows whether the commit was done.

#![allow(missing_docs, reason = "the MultiConnection derive makes types without documentation")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use hostwright_kernel::{Clock, Instant, SystemClock};
use tokio::sync::Notify;

use super::error::{Error, Result};
use super::late::{Late, Waiting};
use super::pool::{Lent, Pool, WAIT};
use super::stops::{self, Stops};
use super::view;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
/// How often a transaction that lost a race is run again.
const TRIES: u32 = 10;
/// Connections of one panel to PostgreSQL, for reading and as many for writing.
const POSTGRES_CONNECTIONS: usize = 6;
/// Readers of a SQLite file; there is one writer.
const SQLITE_READERS: usize = 4;

/// A connection to either engine; one body per query serves both.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite, bundled.
    Sqlite(SqliteConnection),
}

/// Runs one body on the connection inside, for the few statements that the
/// common connection cannot express (upsert, many rows, row locks).
#[macro_export]
macro_rules! on_each {
    ($connection:expr, |$inner:ident| $body:expr) => {
        match $connection {
            $crate::platform::AnyConnection::Postgres($inner) => $body,
            $crate::platform::AnyConnection::Sqlite($inner) => $body,
        }
    };
}

/// Loads with a row lock on PostgreSQL (`FOR UPDATE`, and `SKIP LOCKED` where
/// asked); SQLite's one writer needs none. `first` and `load` are used as named.
#[macro_export]
macro_rules! locking {
    ($connection:expr, $query:expr, $load:ident :: <$row:ty>) => {
        match $connection {
            $crate::platform::AnyConnection::Postgres(inner) => $query.for_update().$load::<$row>(inner),
            $crate::platform::AnyConnection::Sqlite(inner) => $query.$load::<$row>(inner),
        }
    };
    ($connection:expr, $query:expr, $load:ident :: <$row:ty>, skip_locked) => {
        match $connection {
            $crate::platform::AnyConnection::Postgres(inner) => $query.for_update().skip_locked().$load::<$row>(inner),
            $crate::platform::AnyConnection::Sqlite(inner) => $query.$load::<$row>(inner),
        }
    };
    // Others may go on referring to the row, but not lock it like this.
    ($connection:expr, $query:expr, $load:ident :: <$row:ty>, keeping_key) => {
        match $connection {
            $crate::platform::AnyConnection::Postgres(inner) => $query.for_no_key_update().$load::<$row>(inner),
            $crate::platform::AnyConnection::Sqlite(inner) => $query.$load::<$row>(inner),
        }
    };
}

/// Narrows a boxed query to rows whose column is one of these texts. One alone, as with most
/// customers, is a statement that stays prepared; SQLite prepares a list anew each time.
#[macro_export]
macro_rules! only_of {
    ($query:ident, $column:expr, $texts:expr) => {
        $query = match $texts {
            [one] => $query.filter($column.eq(one.clone())),
            several => $query.filter($column.eq_any(several.to_vec())),
        }
    };
}

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of our own.
    Sqlite(PathBuf),
    /// `postgres://user:password@host/database`.
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH`, a plain path, or `postgres://...`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Postgres(text.to_owned())
        } else {
            Self::Sqlite(PathBuf::from(text.strip_prefix("sqlite:").unwrap_or(text)))
        }
    }
}

/// One open transaction, with the moment at which it began.
pub struct Tx<'c> {
    /// The connection; pass `tx.conn` to diesel.
    pub conn: &'c mut AnyConnection,
    now: Instant,
    machine: &'c dyn Clock,
    wakes: bool,
    waiting: Waiting,
    /// Parts that run within one another.
    depth: u32,
    /// Savepoints that are open; that of a part that ended well is released with the next one's
    /// beginning, or at the end.
    savepoints: u32,
}

impl Tx<'_> {
    /// The moment at which this transaction began, by the product's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Now, by the machine's clock: for leases and back-off, which are about this
    /// machine and not about business days.
    #[must_use]
    pub fn machine_now(&self) -> Instant {
        self.machine.now()
    }

    /// Whether the engine is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.conn, AnyConnection::Postgres(_))
    }

    /// Wakes the workers once this transaction is committed.
    pub fn wake_workers(&mut self) {
        self.wakes = true;
    }

    /// Inserts a row at the end of this transaction, together with others of its kind. Nothing
    /// finds it before.
    pub fn insert_late<Row: Late>(&mut self, row: Row) {
        self.waiting.push(row);
    }

    /// Inserts what waits; the transaction is about to end.
    pub(super) fn insert_waiting(&mut self) -> Result<()> {
        Ok(std::mem::take(&mut self.waiting).insert(self.conn)?)
    }

    /// Lets PostgreSQL count the rows of a table, so that it plans anew what it planned while
    /// there was next to nothing: any way to find a row seemed as good then, and by itself it counts
    /// a minute later at the earliest. Whoever fills a table calls it each time it has doubled.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_rows(&mut self, table: &'static str) -> Result<()> {
        match &mut *self.conn {
            AnyConnection::Postgres(conn) => Ok(conn.batch_execute(&format!("ANALYZE {table}"))?),
            AnyConnection::Sqlite(_) => Ok(()),
        }
    }

    /// Runs a part that may be refused without taking the rest with it: what a refused
    /// part wrote is taken back.
    ///
    /// # Errors
    /// What the part returns.
    pub fn apart<T>(&mut self, part: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let (mark, depth) = (self.waiting.mark(), self.depth);
        let release = format!("RELEASE SAVEPOINT apart{depth}");
        let before = if self.savepoints > depth { format!("{release}; ") } else { String::new() };
        self.conn.batch_execute(&format!("{before}SAVEPOINT apart{depth}"))?;
        let within = depth.saturating_add(1);
        (self.depth, self.savepoints) = (within, within);
        let outcome = part(self);
        (self.depth, self.savepoints) = (depth, within);
        if outcome.is_err() {
            self.waiting.back_to(&mark);
            self.savepoints = depth;
            // Where this fails the connection is gone, and the first error says more.
            let _gone = self.conn.batch_execute(&format!("ROLLBACK TO SAVEPOINT apart{depth}; {release}"));
        }
        outcome
    }
}

/// The database: cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(super) readers: Pool,
    writers: Pool,
    clock: Arc<dyn Clock>,
    machine: Arc<dyn Clock>,
    stops: Option<Arc<dyn Stops>>,
    wake: Arc<Notify>,
    url: DatabaseUrl,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").finish_non_exhaustive()
    }
}

impl Db {
    /// Opens the database without touching its tables.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub fn open(url: &DatabaseUrl, clock: Arc<dyn Clock>) -> Result<Self> {
        let (remote, reading, writing) = match url {
            DatabaseUrl::Sqlite(_) => (false, SQLITE_READERS, 1),
            DatabaseUrl::Postgres(_) => (true, POSTGRES_CONNECTIONS, POSTGRES_CONNECTIONS),
        };
        let pool = |purpose, size| {
            let url = url.clone();
            Pool::new(size, remote, move || open(&url, purpose))
        };
        let (readers, writers) = (pool(Purpose::Read, reading), pool(Purpose::Write, writing));
        writers.get_first()?;
        let wake = Arc::new(Notify::new());
        Ok(Self { readers, writers, clock, machine: Arc::new(SystemClock), stops: None, wake, url: url.clone() })
    }

    /// The same with another clock for leases and back-off.
    #[must_use]
    pub fn with_machine_clock(mut self, machine: Arc<dyn Clock>) -> Self {
        self.machine = machine;
        self
    }

    /// The same in a process that may end around any commit.
    #[must_use]
    pub fn with_stops(mut self, stops: Arc<dyn Stops>) -> Self {
        self.stops = Some(stops);
        self
    }

    /// Brings the tables to this version.
    ///
    /// # Errors
    /// When a migration fails; the one that failed is rolled back.
    pub fn migrate(&self) -> Result<()> {
        let mut connection = self.tend()?;
        let outcome = match &mut connection {
            AnyConnection::Postgres(inner) => {
                // Two panels that start together take turns.
                sql_query("SELECT pg_advisory_lock(7262)").execute(inner)?;
                let outcome = inner.run_pending_migrations(POSTGRES_MIGRATIONS).map(|_| ());
                sql_query("SELECT pg_advisory_unlock(7262)").execute(inner)?;
                outcome
            }
            AnyConnection::Sqlite(inner) => inner.run_pending_migrations(SQLITE_MIGRATIONS).map(|_| ()),
        };
        outcome.map_err(|error| Error::internal(format!("migration: {error}")))
    }

    /// Whether the tables are those of this version.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn is_current(&self) -> Result<bool> {
        let mut connection = self.tend()?;
        let pending = match &mut connection {
            AnyConnection::Postgres(inner) => inner.has_pending_migration(POSTGRES_MIGRATIONS),
            AnyConnection::Sqlite(inner) => inner.has_pending_migration(SQLITE_MIGRATIONS),
        };
        pending.map(|pending| !pending).map_err(|error| Error::internal(format!("migration: {error}")))
    }

    /// Takes the tables back by one migration; the name of it, or none at the start.
    ///
    /// # Errors
    /// When the migration cannot be taken back.
    pub fn revert_last_migration(&self) -> Result<String> {
        let mut connection = self.tend()?;
        let outcome = match &mut connection {
            AnyConnection::Postgres(inner) => inner.revert_last_migration(POSTGRES_MIGRATIONS).map(|v| v.to_string()),
            AnyConnection::Sqlite(inner) => inner.revert_last_migration(SQLITE_MIGRATIONS).map(|v| v.to_string()),
        };
        outcome.map_err(|error| Error::internal(format!("migration: {error}")))
    }

    /// A connection of its own, for what is done to the tables themselves.
    fn tend(&self) -> Result<AnyConnection> {
        open(&self.url, Purpose::Tend).map_err(|error| Error::Unavailable(format!("database: {error}")))
    }

    /// Where the data is.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The product's clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Now, by the product's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Now, by the machine's clock.
    #[must_use]
    pub fn machine_now(&self) -> Instant {
        self.machine.now()
    }

    /// Told whenever a commit left work for the workers.
    #[must_use]
    pub fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// Runs a closure that only reads, in one transaction (a consistent view): that of
    /// the page that is being drawn ([`Db::in_one_view`]), or one of its own.
    ///
    /// # Errors
    /// What the closure returns, and when no connection can be had.
    pub async fn read<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let body = match view::read(self, body) {
            Ok(outcome) => return outcome,
            Err(body) => body,
        };
        let turn = self.readers.turn().await?;
        let db = self.clone();
        blocking(move || db.read_with(db.readers.lend(turn)?, body)).await
    }

    /// [`Db::read`] on the calling thread.
    ///
    /// # Errors
    /// As for [`Db::read`].
    pub fn read_now<T>(&self, body: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.read_with(self.readers.get()?, body)
    }

    fn read_with<T>(&self, mut connection: Lent, body: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let outcome = connection.transaction(|conn| {
            let mut tx = self.tx(conn, self.now());
            // Nothing waits where nothing is written; whoever tries is refused by the engine.
            body(&mut tx).and_then(|value| tx.insert_waiting().map(|()| value))
        });
        outcome.map_err(|error| connection.judge(error))
    }

    /// A transaction that is open on this connection.
    pub(super) fn tx<'c>(&'c self, conn: &'c mut AnyConnection, now: Instant) -> Tx<'c> {
        Tx {
            conn,
            now,
            machine: self.machine.as_ref(),
            wakes: false,
            waiting: Waiting::default(),
            depth: 0,
            savepoints: 0,
        }
    }

    /// Runs a closure that changes things, in one transaction. It may run more
    /// than once when the database asks for it, so it has no effects outside.
    ///
    /// # Errors
    /// What the closure returns (everything is rolled back), and when no
    /// connection can be had.
    pub async fn write<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        match db.stops.clone() {
            None => {
                let turn = self.writers.turn().await?;
                blocking(move || db.write_with(db.writers.lend(turn)?, body)).await
            }
            Some(stops) => stops::write(db, stops, body).await,
        }
    }

    /// [`Db::write`] on the calling thread.
    ///
    /// # Errors
    /// As for [`Db::write`].
    pub fn write_now<T>(&self, body: impl Fn(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.write_with(self.writers.get()?, body)
    }

    fn write_with<T>(&self, mut connection: Lent, body: impl Fn(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let mut tries = 1;
        loop {
            let now = self.now();
            let (mut wakes, mut committing) = (false, false);
            let run = |conn: &mut AnyConnection| {
                let mut tx = self.tx(conn, now);
                let outcome = body(&mut tx).and_then(|value| tx.insert_waiting().map(|()| value));
                wakes = tx.wakes;
                committing = outcome.is_ok();
                outcome
            };
            let outcome = immediate(&mut connection, run);
            match outcome {
                Err(Error::Database(error)) if tries < TRIES && lost_race(&error) => {
                    tries = tries.saturating_add(1);
                    std::thread::sleep(pause(tries));
                }
                outcome => {
                    if wakes && outcome.is_ok() {
                        self.wake.notify_waiters();
                        self.wake.notify_one();
                    }
                    return outcome.map_err(|error| match connection.judge(error) {
                        Error::Unavailable(reason) if committing => Error::Uncertain(reason),
                        error => error,
                    });
                }
            }
        }
    }
}

/// Between two runs of a transaction that lost a race; by chance, so that those
/// that met do not meet again.
fn pause(tries: u32) -> Duration {
    let [random] = hostwright_kernel::id::random_bytes::<1>();
    Duration::from_millis(u64::from(tries).saturating_mul(u64::from(random % 16)))
}

/// A transaction that takes the write lock at its start on SQLite.
fn immediate<T>(connection: &mut AnyConnection, body: impl FnOnce(&mut AnyConnection) -> Result<T>) -> Result<T> {
    if matches!(connection, AnyConnection::Postgres(_)) {
        return connection.transaction(body);
    }
    begin_immediate(connection)?;
    // A panic leaves the transaction open; the pool then discards the connection.
    let outcome = body(connection).and_then(|value| {
        connection.batch_execute("COMMIT")?;
        Ok(value)
    });
    if outcome.is_err() {
        // A commit that failed leaves the transaction open, and the one writer would
        // never begin another. A full disk may have ended it already; then this says
        // so, and what went wrong first is what counts.
        let _ended = connection.batch_execute("ROLLBACK");
    }
    outcome
}

/// Takes SQLite's write lock, and waits for another process that has it.
fn begin_immediate(connection: &mut AnyConnection) -> Result<()> {
    let asked = std::time::Instant::now();
    loop {
        match connection.batch_execute("BEGIN IMMEDIATE") {
            Err(error) if is_locked(&error) && asked.elapsed() < WAIT => {}
            outcome => return Ok(outcome?),
        }
    }
}

fn is_locked(error: &diesel::result::Error) -> bool {
    matches!(error, diesel::result::Error::DatabaseError(_, info) if info.message().contains("database is locked"))
}

/// Whether PostgreSQL ended this transaction for the sake of another. It says
/// "deadlock" in the language of the server.
fn lost_race(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match error {
        Diesel::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        Diesel::DatabaseError(_, info) => {
            let told = info.message().to_lowercase();
            ["deadlock", "デッドロック", "死锁"].iter().any(|word| told.contains(word))
        }
        _ => false,
    }
}

pub(super) async fn blocking<T: Send + 'static>(body: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(body).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Error::internal(format!("a database closure stopped: {error}"))),
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// One consistent view, and nothing else.
    Read,
    /// Transactions that change something.
    Write,
    /// Changes of the tables themselves, which may wait long for others.
    Tend,
}

fn open(url: &DatabaseUrl, purpose: Purpose) -> diesel::ConnectionResult<AnyConnection> {
    let wrong = diesel::ConnectionError::CouldntSetupConfiguration;
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
            connection
                .batch_execute(
                    "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;",
                )
                .map_err(wrong)?;
            let own = match purpose {
                Purpose::Read => "PRAGMA query_only = ON",
                // SQLite waits in longer and longer steps; asking anew is fairer.
                Purpose::Write => "PRAGMA busy_timeout = 20",
                Purpose::Tend => "",
            };
            connection.batch_execute(own).map_err(wrong)?;
            Ok(AnyConnection::Sqlite(connection))
        }
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(&with_patience(url))?;
            let own = match purpose {
                Purpose::Read => "REPEATABLE READ, READ ONLY",
                Purpose::Write | Purpose::Tend => "READ COMMITTED, READ WRITE",
            };
            // A panel whose machine is gone must not keep its locks until TCP notices.
            let common = "SET TIME ZONE 'UTC'; SET idle_in_transaction_session_timeout = '60s'; \
                          SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL";
            connection.batch_execute(&format!("{common} {own}")).map_err(wrong)?;
            Ok(AnyConnection::Postgres(connection))
        }
    }
}

/// The address with bounds on how long a silent server is waited for, unless it
/// has its own.
fn with_patience(url: &str) -> String {
    if url.contains("connect_timeout") {
        return url.to_owned();
    }
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}connect_timeout=5&keepalives_idle=15&keepalives_interval=5&keepalives_count=3")
}

diesel::define_sql_function! {
    /// The text in lower case, for searches (only ASCII on SQLite).
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}
