//! A database of its own for each world.

use std::sync::OnceLock;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use hostwright_panel::platform::db::DatabaseUrl;
use tempfile::TempDir;

/// A database that goes away with its world.
pub enum Database {
    Sqlite(TempDir),
    Postgres {
        admin: String,
        name: String,
    },
    /// One that its owner takes away.
    Elsewhere(DatabaseUrl),
}

impl Database {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// A new database on the server of this test run; on one of our own when
    /// the run has none.
    pub fn postgres() -> Self {
        let admin = admin_url();
        let name = format!("test_{}", hostwright_kernel::id::fresh("db"));
        let mut connection = PgConnection::establish(&admin).expect("PostgreSQL of the test run answers");
        connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Self::Postgres { admin, name }
    }

    /// The same content once more, in a database of its own. Nobody may be
    /// connected to this one any more.
    pub fn copy(&self) -> Self {
        match self {
            Self::Sqlite(_) => {
                let copy = Self::sqlite();
                let (DatabaseUrl::Sqlite(from), DatabaseUrl::Sqlite(to)) = (self.url(), copy.url()) else {
                    unreachable!("both are files")
                };
                let mut connection = SqliteConnection::establish(&from.to_string_lossy()).unwrap();
                connection.batch_execute(&format!("VACUUM INTO '{}'", to.display())).unwrap();
                copy
            }
            Self::Postgres { admin, name } => {
                let copied = format!("test_{}", hostwright_kernel::id::fresh("db"));
                let mut connection = PgConnection::establish(admin).expect("PostgreSQL of the test run answers");
                let others = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
                connection.batch_execute(&others).unwrap();
                connection.batch_execute(&format!("CREATE DATABASE {copied} TEMPLATE {name}")).unwrap();
                Self::Postgres { admin: admin.clone(), name: copied }
            }
            Self::Elsewhere(_) => unreachable!("its owner copies it"),
        }
    }

    pub fn url(&self) -> DatabaseUrl {
        match self {
            Self::Sqlite(folder) => DatabaseUrl::Sqlite(folder.path().join("test.db")),
            Self::Postgres { admin, name } => DatabaseUrl::Postgres(with_name(admin, name)),
            Self::Elsewhere(url) => url.clone(),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { admin, name } = self
            && let Ok(mut connection) = PgConnection::establish(admin)
        {
            let _gone = connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn with_name(admin: &str, name: &str) -> String {
    let (server, _) = admin.rsplit_once('/').expect("an address with a database");
    format!("{server}/{name}")
}

fn admin_url() -> String {
    static OWN: OnceLock<(String, xtask::lab::Postgres)> = OnceLock::new();
    match std::env::var("HOSTWRIGHT_TEST_POSTGRES") {
        Ok(url) => url,
        Err(_) => OWN
            .get_or_init(|| {
                let server = xtask::lab::Postgres::start().expect("PostgreSQL starts");
                (server.url().to_owned(), server)
            })
            .0
            .clone(),
    }
}
