//! What every slice stands on: the database, jobs, the outbox, settings,
//! secrets and texts. It knows no business word.
//!
//! Invariants: every change runs in one transaction of [`db::Db::write`]; a job or an
//! event exists if and only if that transaction was committed; no SQL text is
//! built from input.

pub mod db;
pub mod download;
pub mod error;
pub mod idempotency;
pub mod jobs;
pub mod late;
pub mod outbox;
pub mod paging;
pub(crate) mod paper;
mod pool;
pub mod portable;
pub mod presence;
pub mod schema;
pub mod secrets;
pub mod settings;
pub mod stops;
pub mod texts;
mod view;
pub mod worker;

pub use db::{AnyConnection, Db, Tx};
pub use error::{Error, Kind, Refusal};
pub use paging::{ListInput, Paged};
