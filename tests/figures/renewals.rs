//! The renewal run, against bare SQL that inserts and changes the same rows.

use std::time::Instant;

use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use hostwright_panel::on_each;
use hostwright_panel::platform::db::DatabaseUrl;
use hostwright_panel::platform::portable::{self, ColumnKind, Table};
use hostwright_panel::platform::worker::{Handler, Outcome, Run};
use hostwright_panel::platform::{Db, jobs};
use hostwright_panel::renewals::jobs::{RUN, RunHandler, run_job};
use hostwright_tests::World;
use serde_json::Value;

use crate::seed::table;

/// What a renewal writes, besides the change of the subscription.
const WRITTEN: [&str; 6] = ["invoices", "invoice_lines", "charges", "ledger_transfers", "outbox", "audit_log"];
/// Subscriptions in one transaction of the floor: as many as the product takes.
const BATCH: usize = 100;

/// Runs the renewals of today; invoices a second.
pub async fn run(world: &World, count: usize) -> f64 {
    let job = world
        .db
        .write(|tx| {
            jobs::enqueue(tx, &run_job("system:bench"))?;
            Ok(jobs::claim(tx, "bench", &[RUN])?.expect("the job is there"))
        })
        .await
        .unwrap();
    let call = hostwright_panel::auth::call::Call::system(
        world.db.clone(),
        world.app.vault.clone(),
        world.app.public_url.clone(),
        "renewals",
    );
    let handler = RunHandler { call };
    let run = Run { db: world.db.clone(), job };
    let began = Instant::now();
    assert_eq!(handler.run(&run).await.unwrap(), Outcome::Done);
    let seconds = began.elapsed().as_secs_f64();
    let job = run.job.clone();
    assert!(world.db.write(move |tx| jobs::complete(tx, &job)).await.unwrap());
    count as f64 / seconds
}

/// Reads what the run wrote, as batches of rows by table.
pub async fn written(db: &Db) -> Vec<(Table, Vec<String>)> {
    let tables = portable::tables();
    let mut found = Vec::new();
    for name in WRITTEN {
        let one = table(&tables, name).clone();
        let mut rows = Vec::new();
        let wanted = one.clone();
        let rows = db
            .read(move |tx| {
                portable::read_all(tx, &[wanted], |_, page| {
                    rows.extend_from_slice(page);
                    Ok(())
                })?;
                Ok(rows)
            })
            .await
            .unwrap();
        found.push((one, rows));
    }
    found
}

/// Takes what was written away again, so that bare SQL can write it once more.
pub async fn wipe(db: &Db, written: &[(Table, Vec<String>)]) {
    let names: Vec<String> = written.iter().rev().map(|(table, _)| table.name.clone()).collect();
    db.write(move |tx| {
        for name in &names {
            let sql = format!("DELETE FROM {name}");
            on_each!(&mut *tx.conn, |conn| diesel::sql_query(sql).execute(conn))?;
        }
        Ok(())
    })
    .await
    .unwrap();
}

/// A statement of bare SQL with the JSON text that it takes.
type Statement = (String, String);

/// Bare SQL: the same rows, durable, `batch` invoices in a transaction, one statement
/// for each table and one that touches each subscription and each account; invoices
/// a second. The statements and their texts are made before the time runs.
pub async fn bare(db: &Db, written: &[(Table, Vec<String>)], batch: usize, most: usize) -> f64 {
    let postgres = matches!(db.url(), DatabaseUrl::Postgres(_));
    let invoices = written[0].1.len().min(most);
    let transactions: Vec<Vec<Statement>> = (0..invoices)
        .step_by(batch)
        .map(|start| {
            let part: Vec<(Table, Vec<String>)> = written
                .iter()
                .map(|(table, rows)| {
                    let each = (rows.len() / written[0].1.len()).max(1);
                    let from = (start * each).min(rows.len());
                    let to = ((start + batch).min(invoices) * each).min(rows.len());
                    (table.clone(), rows[from..to].to_vec())
                })
                .collect();
            statements(&part, postgres)
        })
        .collect();
    let began = Instant::now();
    for transaction in transactions {
        db.write(move |tx| {
            for (sql, text) in &transaction {
                on_each!(&mut *tx.conn, |conn| diesel::sql_query(sql).bind::<Text, _>(text).execute(conn))?;
            }
            Ok(())
        })
        .await
        .unwrap();
    }
    invoices as f64 / began.elapsed().as_secs_f64()
}

fn statements(part: &[(Table, Vec<String>)], postgres: bool) -> Vec<Statement> {
    let mut all: Vec<Statement> =
        part.iter().map(|(table, rows)| (insert(table, postgres), format!("[{}]", rows.join(",")))).collect();
    let among = if postgres {
        "SELECT value FROM json_array_elements_text($1::json) AS value"
    } else {
        "SELECT value FROM json_each(?1)"
    };
    for (table, set, ids) in [
        ("subscriptions", "version = version + 1", column(part, "charges", "subscription_id")),
        ("ledger_accounts", "debits_minor = debits_minor + 0", column(part, "ledger_transfers", "debit_account_id")),
    ] {
        let ids = serde_json::to_string(&ids).unwrap();
        all.push((format!("UPDATE {table} SET {set} WHERE id IN ({among})"), ids));
    }
    all
}

fn insert(table: &Table, postgres: bool) -> String {
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let values: Vec<String> = table
        .columns
        .iter()
        .enumerate()
        .map(|(place, column)| match (postgres, column.kind) {
            (false, _) => format!("json_extract(value, '$[{place}]')"),
            (true, ColumnKind::Whole) => format!("(value->>{place})::bigint"),
            (true, ColumnKind::Bool) => format!("(value->>{place})::boolean"),
            (true, ColumnKind::Day) => format!("(value->>{place})::date"),
            (true, ColumnKind::Moment) => format!("(value->>{place})::timestamp"),
            (true, _) => format!("(value->>{place})"),
        })
        .collect();
    let from = if postgres { "json_array_elements($1::json) AS value" } else { "json_each(?1)" };
    format!("INSERT INTO {} ({}) SELECT {} FROM {from}", table.name, names.join(", "), values.join(", "))
}

/// [`bare`] with as many invoices in a transaction as the product takes.
pub async fn bare_batched(db: &Db, written: &[(Table, Vec<String>)]) -> f64 {
    bare(db, written, BATCH, usize::MAX).await
}

fn column(chunk: &[(Table, Vec<String>)], name: &str, column: &str) -> Vec<Value> {
    let (table, rows) = chunk.iter().find(|(table, _)| table.name == name).unwrap();
    let place = table.columns.iter().position(|found| found.name == column).unwrap();
    rows.iter().map(|row| serde_json::from_str::<Vec<Value>>(row).unwrap()[place].clone()).collect()
}
