//! Settings that people change while the product runs, and named counters.

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::db::Tx;
use super::error::{Error, Result};
use super::schema::{counters, settings};
use crate::{locking, on_each};

/// Reads a setting; `None` when it was never written.
///
/// # Errors
/// When the database fails or the stored text no longer parses.
pub fn get<T: DeserializeOwned>(tx: &mut Tx<'_>, key: &str) -> Result<Option<T>> {
    let text: Option<String> = settings::table.find(key).select(settings::value).first(tx.conn).optional()?;
    text.map(|text| serde_json::from_str(&text).map_err(Error::from)).transpose()
}

/// Writes a setting.
///
/// # Errors
/// When the database fails.
pub fn put<T: Serialize>(tx: &mut Tx<'_>, key: &str, value: &T) -> Result<()> {
    let text = serde_json::to_string(value)?;
    let now = tx.now();
    let row = (settings::key.eq(key), settings::value.eq(&text), settings::updated_at.eq(now));
    on_each!(tx.conn, |conn| diesel::insert_into(settings::table)
        .values(row)
        .on_conflict(settings::key)
        .do_update()
        .set((settings::value.eq(&text), settings::updated_at.eq(now)))
        .execute(conn))?;
    Ok(())
}

/// Writes a setting unless there is one; the one there is.
///
/// # Errors
/// When the database fails or the stored text no longer parses.
pub fn get_or_put<T: Serialize + DeserializeOwned>(tx: &mut Tx<'_>, key: &str, value: &T) -> Result<T> {
    let row =
        (settings::key.eq(key), settings::value.eq(serde_json::to_string(value)?), settings::updated_at.eq(tx.now()));
    on_each!(tx.conn, |conn| diesel::insert_into(settings::table).values(row).on_conflict_do_nothing().execute(conn))?;
    get(tx, key)?.ok_or_else(|| Error::internal(format!("the setting {key} was written and is not there")))
}

/// Waits until nobody else is between here and the end of a transaction, for
/// what only one may do at a time.
///
/// # Errors
/// When the database fails.
pub fn take_turn(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    let row = (counters::name.eq(name), counters::value.eq(0_i64));
    on_each!(tx.conn, |conn| diesel::insert_into(counters::table).values(row).on_conflict_do_nothing().execute(conn))?;
    let _turn: i64 = locking!(&mut *tx.conn, counters::table.find(name).select(counters::value), first::<i64>)?;
    Ok(())
}

/// Sets a named counter; false when it had this value.
///
/// # Errors
/// When the database fails.
pub fn turn_to(tx: &mut Tx<'_>, name: &str, value: i64) -> Result<bool> {
    let row = (counters::name.eq(name), counters::value.eq(value));
    let made = on_each!(tx.conn, |conn| diesel::insert_into(counters::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    let turned = diesel::update(counters::table.find(name).filter(counters::value.ne(value)))
        .set(counters::value.eq(value))
        .execute(tx.conn)?;
    Ok(made == 1 || turned == 1)
}

/// The next value of a named counter, from 1. The counter's row stays locked
/// until the transaction ends, so a rolled back number is given again.
///
/// # Errors
/// When the database fails.
pub fn next(tx: &mut Tx<'_>, name: &str) -> Result<i64> {
    Ok(on_each!(tx.conn, |conn| diesel::insert_into(counters::table)
        .values((counters::name.eq(name), counters::value.eq(1_i64)))
        .on_conflict(counters::name)
        .do_update()
        .set(counters::value.eq(counters::value + 1))
        .returning(counters::value)
        .get_result(conn))?)
}
