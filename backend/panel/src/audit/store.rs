//! Rows of the audit log.

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::model::{AuditId, AuditRow};
use crate::insert_rows;
use crate::platform::error::Result;
use crate::platform::late::Late;
use crate::platform::schema::audit_log;
use crate::platform::{AnyConnection, ListInput, Paged, Tx};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_log)]
struct Row {
    id: AuditId,
    at: Instant,
    actor: String,
    actor_name: String,
    action: String,
    subject: String,
    customer_id: Option<String>,
    detail: String,
    request_id: String,
    position: Option<i64>,
    hash: Option<String>,
}

impl From<Row> for AuditRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            at: row.at,
            actor: row.actor,
            actor_name: row.actor_name,
            action: row.action,
            subject: row.subject,
            customer_id: row.customer_id,
            detail: row.detail,
            request_id: row.request_id,
            position: row.position,
            hash: row.hash,
        }
    }
}

impl Late for Row {
    fn insert(conn: &mut AnyConnection, rows: &[Self]) -> QueryResult<()> {
        insert_rows!(conn, audit_log::table, rows)
    }
}

/// Appends a row, at the end of the transaction.
pub fn append(tx: &mut Tx<'_>, row: AuditRow) {
    tx.insert_late(Row {
        id: row.id,
        at: row.at,
        actor: row.actor,
        actor_name: row.actor_name,
        action: row.action,
        subject: row.subject,
        customer_id: row.customer_id,
        detail: row.detail,
        request_id: row.request_id,
        position: None,
        hash: None,
    });
}

/// Rows, newest first; `search` is an exact subject, actor or action.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &mut Tx<'_>, input: &ListInput) -> Result<Paged<AuditRow>> {
    let mut query =
        audit_log::table.select(Row::as_select()).order(audit_log::id.desc()).limit(input.fetch()).into_boxed();
    if let Some(after) = &input.after {
        query = query.filter(audit_log::id.lt(after.clone()));
    }
    if let Some(customer) = &input.customer_id {
        query = query.filter(audit_log::customer_id.eq(customer.clone()));
    }
    if let Some(words) = input.search.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        let words = words.to_owned();
        query = query.filter(
            audit_log::subject
                .eq(words.clone())
                .or(audit_log::actor.eq(words.clone()))
                .or(audit_log::actor_name.eq(words.clone()))
                .or(audit_log::action.eq(words)),
        );
    }
    let rows: Vec<AuditRow> = query.load(tx.conn)?.into_iter().map(Row::into).collect();
    Ok(Paged::cut(rows, input, |row| row.id.to_string()))
}

/// The last sealed row's place and hash.
///
/// # Errors
/// When the database fails.
pub fn chain_end(tx: &mut Tx<'_>) -> Result<Option<(i64, String)>> {
    Ok(audit_log::table
        .filter(audit_log::position.is_not_null())
        .order(audit_log::position.desc())
        .select((audit_log::position.assume_not_null(), audit_log::hash.assume_not_null()))
        .first(tx.conn)
        .optional()?)
}

/// Up to `limit` rows not yet sealed, oldest first.
///
/// # Errors
/// When the database fails.
pub fn unsealed(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<AuditRow>> {
    let rows: Vec<Row> = audit_log::table
        .filter(audit_log::position.is_null())
        .order(audit_log::id)
        .limit(limit)
        .select(Row::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(Row::into).collect())
}

/// Seals a row; the unique index keeps two sealers apart.
///
/// # Errors
/// When the database fails.
pub fn seal(tx: &mut Tx<'_>, id: &AuditId, position: i64, hash: &str) -> Result<()> {
    diesel::update(audit_log::table.find(id).filter(audit_log::position.is_null()))
        .set((audit_log::position.eq(position), audit_log::hash.eq(hash)))
        .execute(tx.conn)?;
    Ok(())
}

/// Sealed rows from `position` on, in chain order.
///
/// # Errors
/// When the database fails.
pub fn sealed_from(tx: &mut Tx<'_>, position: i64, limit: i64) -> Result<Vec<AuditRow>> {
    let rows: Vec<Row> = audit_log::table
        .filter(audit_log::position.ge(position))
        .order(audit_log::position)
        .limit(limit)
        .select(Row::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(Row::into).collect())
}
