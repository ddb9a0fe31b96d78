//! Signed-in browsers.
//!
//! Invariants: only the hash of a token is kept; a token is replaced every
//! quarter of an hour, and the one before is good for a minute more, for
//! requests that were under way; a session ends after twelve idle hours and
//! after thirty days at the latest.

pub mod commands;
pub mod model;
pub mod queries;
mod store;

use hostwright_kernel::Instant;

pub use store::Session;

use self::model::{ABSOLUTE, Use};
use super::model::{PersonId, SessionId};
use crate::platform::error::Result;
use crate::platform::secrets::{random_token, token_hash};
use crate::platform::{Db, Tx};

/// Begins a session; its token, which is kept nowhere.
///
/// # Errors
/// When the database fails.
pub fn begin_in(tx: &mut Tx<'_>, person: &PersonId, address: &str, user_agent: &str) -> Result<String> {
    let token = random_token();
    let expires_at = tx.now().plus_seconds(ABSOLUTE);
    store::insert(tx, person, &token_hash(&token), expires_at, address, user_agent)?;
    Ok(token)
}

/// Ends a person's sessions, all or all but one; how many.
///
/// # Errors
/// When the database fails.
pub fn revoke_all_in(tx: &mut Tx<'_>, person: &PersonId, except: Option<&str>) -> Result<usize> {
    store::delete_of(tx, person, except)
}

/// Keeps open sessions open when the product's clock is moved ahead by a
/// person, who is meant to see what follows.
///
/// # Errors
/// When the database fails.
pub fn keep_through_in(tx: &mut Tx<'_>, moved_to: Instant) -> Result<usize> {
    store::refresh_all(tx, moved_to, moved_to.plus_seconds(ABSOLUTE))
}

/// Deletes sessions that ended; how many.
///
/// # Errors
/// When the database fails.
pub fn clean_in(tx: &mut Tx<'_>) -> Result<usize> {
    store::delete_ended(tx)
}

/// The live session of this token.
///
/// # Errors
/// When the database fails.
pub fn find_in(tx: &mut Tx<'_>, token: &str) -> Result<Option<(Session, Use)>> {
    let hash = token_hash(token);
    let now = tx.now();
    Ok(store::by_hash(tx, &hash)?.and_then(|session| {
        let used = session.life().used(&hash, now)?;
        Some((session, used))
    }))
}

/// Does what a use asks for: a new token (which is given back), or only a note
/// that the session is alive.
///
/// # Errors
/// When the database fails.
pub async fn touch(db: &Db, session: &Session, used: Use) -> Result<Option<String>> {
    let (id, believed) = (session.id.clone(), session.token_hash.clone());
    match used {
        Use::Fresh => Ok(None),
        Use::Seen => db.write(move |tx| store::seen(tx, &id)).await.map(|()| None),
        Use::Rotate => {
            let token = random_token();
            let hash = token_hash(&token);
            let rotated = db.write(move |tx| store::rotate(tx, &id, &believed, &hash)).await?;
            // When another request was faster, the caller has that one's token.
            Ok(rotated.then_some(token))
        }
    }
}

/// Whether this id is a session of this person.
pub(super) fn id_of(session_id: Option<&str>) -> Option<SessionId> {
    session_id.and_then(|id| id.parse().ok())
}
