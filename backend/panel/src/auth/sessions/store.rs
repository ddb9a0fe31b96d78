//! Rows of sessions.

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::model::{IDLE, Life, SessionView};
use crate::auth::model::{PersonId, SessionId};
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::sessions;

/// The most characters that are kept of what a browser says it is.
const USER_AGENT_MAX: usize = 300;

/// A session as kept.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub person_id: PersonId,
    pub(super) token_hash: String,
    previous_hash: Option<String>,
    created_at: Instant,
    rotated_at: Instant,
    seen_at: Instant,
    /// The end in any case.
    pub expires_at: Instant,
    address: String,
    user_agent: String,
}

impl Session {
    pub(super) fn life(&self) -> Life<'_> {
        Life {
            token_hash: &self.token_hash,
            previous_hash: self.previous_hash.as_deref(),
            rotated_at: self.rotated_at,
            seen_at: self.seen_at,
            expires_at: self.expires_at,
        }
    }

    pub(super) fn view(self, current: Option<&SessionId>) -> SessionView {
        SessionView {
            current: current == Some(&self.id),
            id: self.id,
            created_at: self.created_at,
            seen_at: self.seen_at,
            expires_at: self.expires_at,
            address: self.address,
            user_agent: self.user_agent,
        }
    }
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    person: &PersonId,
    hash: &str,
    expires_at: Instant,
    address: &str,
    user_agent: &str,
) -> Result<()> {
    let now = tx.now();
    let user_agent: String = user_agent.chars().take(USER_AGENT_MAX).collect();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(SessionId::new()),
            sessions::person_id.eq(person),
            sessions::token_hash.eq(hash),
            sessions::created_at.eq(now),
            sessions::rotated_at.eq(now),
            sessions::seen_at.eq(now),
            sessions::expires_at.eq(expires_at),
            sessions::address.eq(address),
            sessions::user_agent.eq(user_agent),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The session whose token, now or before, has this hash.
pub(super) fn by_hash(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Session>> {
    Ok(sessions::table
        .filter(sessions::token_hash.eq(hash).or(sessions::previous_hash.eq(hash)))
        .select(Session::as_select())
        .first(tx.conn)
        .optional()?)
}

pub(super) fn seen(tx: &mut Tx<'_>, id: &SessionId) -> Result<()> {
    let now = tx.now();
    diesel::update(sessions::table.find(id).filter(sessions::seen_at.lt(now)))
        .set(sessions::seen_at.eq(now))
        .execute(tx.conn)?;
    Ok(())
}

/// Replaces the token; `false` when another request was faster.
pub(super) fn rotate(tx: &mut Tx<'_>, id: &SessionId, believed: &str, hash: &str) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(sessions::table.find(id).filter(sessions::token_hash.eq(believed)))
        .set((
            sessions::token_hash.eq(hash),
            sessions::previous_hash.eq(believed),
            sessions::rotated_at.eq(now),
            sessions::seen_at.eq(now),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

pub(super) fn of_person(tx: &mut Tx<'_>, person: &PersonId) -> Result<Vec<Session>> {
    let now = tx.now();
    Ok(sessions::table
        .filter(sessions::person_id.eq(person))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::seen_at.gt(now.plus_seconds(-IDLE)))
        .order(sessions::id.desc())
        .select(Session::as_select())
        .load(tx.conn)?)
}

/// Ends one session of a person; `false` when it is not theirs.
pub(super) fn delete(tx: &mut Tx<'_>, person: &PersonId, id: &SessionId) -> Result<bool> {
    let rows = diesel::delete(sessions::table.find(id).filter(sessions::person_id.eq(person))).execute(tx.conn)?;
    Ok(rows == 1)
}

pub(super) fn delete_of(tx: &mut Tx<'_>, person: &PersonId, except: Option<&str>) -> Result<usize> {
    Ok(diesel::delete(
        sessions::table.filter(sessions::person_id.eq(person)).filter(sessions::id.ne(except.unwrap_or_default())),
    )
    .execute(tx.conn)?)
}

pub(super) fn refresh_all(tx: &mut Tx<'_>, seen_at: Instant, expires_at: Instant) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::update(
        sessions::table.filter(sessions::expires_at.gt(now)).filter(sessions::seen_at.gt(now.plus_seconds(-IDLE))),
    )
    .set((sessions::rotated_at.eq(seen_at), sessions::seen_at.eq(seen_at), sessions::expires_at.eq(expires_at)))
    .execute(tx.conn)?)
}

pub(super) fn delete_ended(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::delete(
        sessions::table.filter(sessions::expires_at.le(now).or(sessions::seen_at.le(now.plus_seconds(-IDLE)))),
    )
    .execute(tx.conn)?)
}
