//! Idempotency keys: the first answer to a key is kept in the transaction that
//! made it, and given again.

use diesel::prelude::*;

use super::db::Tx;
use super::error::{Kind, Refusal, Result, is_unique_violation};
use super::schema::idempotency_keys;

/// A key as the caller sent it, with the hash of what was asked.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// Who asks: keys of different callers never meet.
    pub caller: String,
    /// Up to 255 characters.
    pub key: String,
    /// SHA-256 of action and input.
    pub request_hash: String,
}

/// The answer kept for this key, as JSON.
///
/// # Errors
/// Refuses a key that was used for another request.
pub fn kept_answer(tx: &mut Tx<'_>, key: &IdempotencyKey) -> Result<Option<String>> {
    let row: Option<(String, String)> = idempotency_keys::table
        .find((&key.caller, &key.key))
        .select((idempotency_keys::request_hash, idempotency_keys::response))
        .first(tx.conn)
        .optional()?;
    match row {
        Some((hash, _)) if hash != key.request_hash => {
            Err(Refusal::new("request.idempotency_key_reused", Kind::Invalid).field("Idempotency-Key").into())
        }
        row => Ok(row.map(|(_, response)| response)),
    }
}

/// Keeps the answer; refuses when another transaction with this key was faster,
/// so that everything done here is rolled back.
///
/// # Errors
/// `request.in_progress` when the key is taken.
pub fn keep_answer(tx: &mut Tx<'_>, key: &IdempotencyKey, response: &str) -> Result<()> {
    let now = tx.now();
    let outcome = diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::caller.eq(&key.caller),
            idempotency_keys::key.eq(&key.key),
            idempotency_keys::request_hash.eq(&key.request_hash),
            idempotency_keys::response.eq(response),
            idempotency_keys::created_at.eq(now),
        ))
        .execute(tx.conn);
    match outcome {
        Err(error) if is_unique_violation(&error) => Err(Refusal::new("request.in_progress", Kind::Conflict).into()),
        outcome => Ok(outcome.map(|_| ())?),
    }
}
