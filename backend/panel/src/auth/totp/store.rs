//! Rows of recovery codes.

use diesel::prelude::*;

use crate::auth::model::PersonId;
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::recovery_codes;

/// Keeps a person's codes, by their hashes.
pub(super) fn insert(tx: &mut Tx<'_>, person: &PersonId, hashes: &[String]) -> Result<()> {
    let now = tx.now();
    for hash in hashes {
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::person_id.eq(person),
                recovery_codes::code_hash.eq(hash),
                recovery_codes::created_at.eq(now),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Uses a code; `false` when it is not one of this person's, or was used.
pub(super) fn take(tx: &mut Tx<'_>, person: &PersonId, hash: &str) -> Result<bool> {
    let now = tx.now();
    let unused = recovery_codes::table.find((person, hash)).filter(recovery_codes::used_at.is_null());
    let rows = diesel::update(unused).set(recovery_codes::used_at.eq(Some(now))).execute(tx.conn)?;
    Ok(rows == 1)
}

/// Forgets a person's codes.
pub(super) fn forget(tx: &mut Tx<'_>, person: &PersonId) -> Result<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::person_id.eq(person))).execute(tx.conn)?;
    Ok(())
}
