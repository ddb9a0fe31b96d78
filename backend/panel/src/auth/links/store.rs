//! Rows of links.

use diesel::prelude::*;
use hostwright_kernel::Instant;

use crate::auth::model::{LinkId, LinkPurpose, PersonId};
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::links;

/// A link as kept; its token is kept nowhere.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = links)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// Whom it is for; none for the set-up link.
    pub person_id: Option<PersonId>,
    /// What it is good for.
    pub purpose: LinkPurpose,
    /// Until when.
    pub expires_at: Instant,
    /// When it was used.
    pub used_at: Option<Instant>,
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    person: Option<&PersonId>,
    purpose: LinkPurpose,
    hash: &str,
    valid_seconds: i64,
) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(links::table)
        .values((
            links::id.eq(LinkId::new()),
            links::person_id.eq(person),
            links::purpose.eq(purpose),
            links::token_hash.eq(hash),
            links::created_at.eq(now),
            links::expires_at.eq(now.plus_seconds(valid_seconds)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub(super) fn by_token(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Link>> {
    Ok(links::table.filter(links::token_hash.eq(hash)).select(Link::as_select()).first(tx.conn).optional()?)
}

pub(super) fn mark_used(tx: &mut Tx<'_>, id: &LinkId) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(links::table.find(id).filter(links::used_at.is_null()).filter(links::expires_at.gt(now)))
        .set(links::used_at.eq(now))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Ends the open links of a person (or of nobody), of one purpose or of all.
pub(super) fn expire(tx: &mut Tx<'_>, person: Option<&PersonId>, purpose: Option<LinkPurpose>) -> Result<()> {
    let now = tx.now();
    let mut query = diesel::update(links::table)
        .filter(links::used_at.is_null())
        .filter(links::expires_at.gt(now))
        .set(links::expires_at.eq(now))
        .into_boxed();
    query = match person {
        Some(person) => query.filter(links::person_id.eq(person)),
        None => query.filter(links::person_id.is_null()),
    };
    if let Some(purpose) = purpose {
        query = query.filter(links::purpose.eq(purpose));
    }
    query.execute(tx.conn)?;
    Ok(())
}

pub(super) fn delete_ended(tx: &mut Tx<'_>, before: Instant) -> Result<usize> {
    Ok(diesel::delete(links::table.filter(links::expires_at.lt(before))).execute(tx.conn)?)
}
