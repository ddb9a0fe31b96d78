//! Reading and writing rows of any table, with the engines' own JSON functions:
//! one statement for a page, whatever its columns.

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;

use super::tables::{Column, ColumnKind, Table};
use crate::on_each;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};

/// Rows in one page.
const PAGE: usize = 1_000;
/// Rows in one page of a table that holds files.
const HEAVY_PAGE: usize = 4;

/// Some rows of a table, in the order of its key.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The rows, each a JSON array.
    pub rows: Vec<String>,
    /// Where to go on; none at the end.
    pub last: Option<String>,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Makes everything that a reading transaction sees one moment's view. Must be
/// its first statement; SQLite's transactions are like this by themselves.
///
/// # Errors
/// When the database fails.
pub fn snapshot(tx: &mut Tx<'_>) -> Result<()> {
    if tx.is_postgres() {
        diesel::sql_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(tx.conn)?;
    }
    Ok(())
}

/// The rows behind `after`.
///
/// # Errors
/// When the database fails.
pub fn page(tx: &mut Tx<'_>, table: &Table, after: Option<&str>) -> Result<Page> {
    let limit = if table.is_heavy() { HEAVY_PAGE } else { PAGE };
    let postgres = tx.is_postgres();
    let values: Vec<String> = table.columns.iter().map(|column| read_as(column, postgres)).collect();
    let array = if postgres { "json_build_array" } else { "json_array" };
    let text = if postgres { "::text" } else { "" };
    let keys: Vec<String> = table.key.iter().map(|key| quoted(key)).collect();
    let keys = keys.join(", ");
    let behind = match after {
        Some(_) => format!("WHERE ({keys}) > ({})", key_values(table, postgres)),
        // The parameter is used either way, so that there is one shape of call.
        None if postgres => "WHERE $1::text IS NOT NULL".to_owned(),
        None => "WHERE ?1 IS NOT NULL".to_owned(),
    };
    let sql = format!(
        "SELECT {array}({}){text} AS line FROM {} {behind} ORDER BY {keys} LIMIT {limit}",
        values.join(", "),
        quoted(&table.name)
    );
    let after = after.unwrap_or("[]").to_owned();
    let lines: Vec<Line> =
        on_each!(&mut *tx.conn, |conn| diesel::sql_query(sql).bind::<Text, _>(after).load::<Line>(conn))?;
    let full = lines.len() == limit;
    let mut last = None;
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let values = canonical(table, &line.line)?;
        if full {
            last = Some(key_of(table, &values)?);
        }
        rows.push(serde_json::to_string(&values)?);
    }
    Ok(Page { rows, last })
}

/// Writes rows as [`page`] gave them.
///
/// # Errors
/// When the database refuses one; then none is written once the transaction is
/// rolled back.
pub fn insert(tx: &mut Tx<'_>, table: &Table, rows: &[String]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let postgres = tx.is_postgres();
    let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let values: Vec<String> =
        table.columns.iter().enumerate().map(|(place, column)| write_as(column, place, postgres)).collect();
    let source = if postgres { "json_array_elements($1::json) AS value" } else { "json_each(?1)" };
    let sql = format!(
        "INSERT INTO {} ({}) SELECT {} FROM {source}",
        quoted(&table.name),
        names.join(", "),
        values.join(", ")
    );
    let rows = if postgres { rows.join(",") } else { for_sqlite(table, rows)?.join(",") };
    on_each!(&mut *tx.conn, |conn| diesel::sql_query(sql).bind::<Text, _>(format!("[{rows}]")).execute(conn))?;
    Ok(())
}

/// The first table that has rows.
///
/// # Errors
/// When the database fails.
pub fn first_filled(tx: &mut Tx<'_>, tables: &[Table]) -> Result<Option<String>> {
    for table in tables {
        let sql = format!("SELECT 'x' AS line FROM {} LIMIT 1", quoted(&table.name));
        let found: Vec<Line> = on_each!(&mut *tx.conn, |conn| diesel::sql_query(sql).load::<Line>(conn))?;
        if !found.is_empty() {
            return Ok(Some(table.name.clone()));
        }
    }
    Ok(None)
}

/// Takes every row out.
///
/// # Errors
/// When the database fails.
pub fn clear(tx: &mut Tx<'_>, tables: &[Table]) -> Result<()> {
    if tx.is_postgres() {
        let names: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
        diesel::sql_query(format!("TRUNCATE {}", names.join(", "))).execute(tx.conn)?;
        return Ok(());
    }
    for table in tables.iter().rev() {
        diesel::sql_query(format!("DELETE FROM {}", quoted(&table.name))).execute(tx.conn)?;
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn read_as(column: &Column, postgres: bool) -> String {
    let name = quoted(&column.name);
    match (column.kind, postgres) {
        (ColumnKind::Bytes, true) => format!("encode({name}, 'hex')"),
        (ColumnKind::Bytes, false) => format!("lower(hex({name}))"),
        (ColumnKind::Moment, true) => format!("to_char({name}, 'YYYY-MM-DD HH24:MI:SS.US')"),
        (ColumnKind::Day, true) => format!("to_char({name}, 'YYYY-MM-DD')"),
        _ => name,
    }
}

fn write_as(column: &Column, place: usize, postgres: bool) -> String {
    let value = if postgres { format!("(value->>{place})") } else { format!("json_extract(value, '$[{place}]')") };
    match (column.kind, postgres) {
        (ColumnKind::Bytes, true) => format!("decode({value}, 'hex')"),
        (ColumnKind::Bytes, false) => format!("unhex({value})"),
        (ColumnKind::Whole, true) => format!("{value}::bigint"),
        (ColumnKind::Bool, true) => format!("{value}::boolean"),
        (ColumnKind::Moment, true) => format!("{value}::timestamp"),
        (ColumnKind::Day, true) => format!("{value}::date"),
        _ => value,
    }
}

fn key_values(table: &Table, postgres: bool) -> String {
    let values: Vec<String> = table
        .key
        .iter()
        .enumerate()
        .map(|(place, key)| {
            let whole = table.columns.iter().any(|column| column.name == *key && column.kind == ColumnKind::Whole);
            match (postgres, whole) {
                (true, true) => format!("($1::json->>{place})::bigint"),
                (true, false) => format!("($1::json->>{place})"),
                (false, _) => format!("json_extract(?1, '$[{place}]')"),
            }
        })
        .collect();
    values.join(", ")
}

fn key_of(table: &Table, values: &[Value]) -> Result<String> {
    let of = |key: &String| {
        let found = table.columns.iter().zip(values).find(|(column, _)| column.name == *key);
        found.map(|(_, value)| value.clone()).ok_or_else(|| Error::internal(format!("{}: no {key}", table.name)))
    };
    Ok(serde_json::to_string(&table.key.iter().map(of).collect::<Result<Vec<Value>>>()?)?)
}

/// The values of a row as they are on every engine.
fn canonical(table: &Table, line: &str) -> Result<Vec<Value>> {
    let values: Vec<Value> = serde_json::from_str(line)?;
    if values.len() != table.columns.len() {
        return Err(Error::internal(format!("{}: a row of {} columns", table.name, values.len())));
    }
    let pairs = table.columns.iter().zip(values);
    pairs
        .map(|(column, value)| {
            Ok(match (column.kind, value) {
                (ColumnKind::Bool, Value::Number(number)) => Value::Bool(number.as_i64() != Some(0)),
                (ColumnKind::Moment, Value::String(text)) => Value::String(with_microseconds(&text)),
                (ColumnKind::Text | ColumnKind::Day | ColumnKind::Bytes | ColumnKind::Moment, value)
                    if value.is_string() =>
                {
                    value
                }
                (ColumnKind::Whole, value) if value.is_i64() => value,
                (ColumnKind::Bool, value) if value.is_boolean() => value,
                (_, Value::Null) => Value::Null,
                (_, value) => return Err(Error::internal(format!("{}.{}: {value}", table.name, column.name))),
            })
        })
        .collect()
}

/// `2027-01-31 10:00:00` or with any fraction, with six digits of it.
fn with_microseconds(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    format!("{whole}.{fraction}")
}

/// Rows with moments as the product writes them on SQLite, where they are text
/// and compared as such: no fraction, three digits or six.
fn for_sqlite(table: &Table, rows: &[String]) -> Result<Vec<String>> {
    if !table.columns.iter().any(|column| column.kind == ColumnKind::Moment) {
        return Ok(rows.to_vec());
    }
    rows.iter()
        .map(|row| {
            let mut values: Vec<Value> = serde_json::from_str(row)?;
            for (column, value) in table.columns.iter().zip(&mut values) {
                if let (ColumnKind::Moment, Value::String(text)) = (column.kind, &mut *value) {
                    *value = Value::String(as_on_sqlite(text));
                }
            }
            Ok(serde_json::to_string(&values)?)
        })
        .collect()
}

fn as_on_sqlite(text: &str) -> String {
    let shorter = text.strip_suffix("000").unwrap_or(text);
    shorter.strip_suffix(".000").unwrap_or(shorter).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_alike_whatever_their_fraction() {
        for (sqlite, canonical) in [
            ("2027-01-31 10:00:00", "2027-01-31 10:00:00.000000"),
            ("2027-01-31 10:00:00.125", "2027-01-31 10:00:00.125000"),
            ("2027-01-31 10:00:00.000125", "2027-01-31 10:00:00.000125"),
        ] {
            assert_eq!(with_microseconds(sqlite), canonical);
            assert_eq!(as_on_sqlite(canonical), sqlite);
        }
    }
}
