//! API keys: a person's rights, or fewer, for a script.
//!
//! Invariants: only the hash of a key is kept; a key can do what its person can do
//! now and its scopes name, and makes no key that can do more than itself.

pub mod commands;
pub mod model;
pub mod queries;
mod store;

pub use store::ApiKey;

use super::model::PersonId;
use crate::platform::error::Result;
use crate::platform::secrets::token_hash;
use crate::platform::{Db, Tx};

/// Seconds between two notes that a key was used.
const NOTE: i64 = 60;

/// The live key of this token.
///
/// # Errors
/// When the database fails.
pub fn find_in(tx: &mut Tx<'_>, token: &str) -> Result<Option<ApiKey>> {
    if !token.starts_with(model::TOKEN_START) {
        return Ok(None);
    }
    let now = tx.now();
    Ok(store::by_hash(tx, &token_hash(token))?.filter(|key| key.is_live(now)))
}

/// Notes, to the minute, that the key was used.
///
/// # Errors
/// When the database fails.
pub async fn touch(db: &Db, key: &ApiKey) -> Result<()> {
    let recent = key.used_at.is_some_and(|at| at.seconds_until(db.now()) < NOTE);
    if recent {
        return Ok(());
    }
    let id = key.id.clone();
    db.write(move |tx| store::used(tx, &id)).await
}

/// Ends all keys of a person.
///
/// # Errors
/// When the database fails.
pub fn revoke_all_in(tx: &mut Tx<'_>, person: &PersonId) -> Result<usize> {
    store::revoke_of(tx, person)
}
