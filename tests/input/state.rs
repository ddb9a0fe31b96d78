//! Everything that is kept, as text: what was refused must leave it as it was.

use std::collections::BTreeMap;

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use hostwright_panel::on_each;
use hostwright_panel::platform::Tx;
use hostwright_panel::platform::error::Result;
use hostwright_tests::World;

/// Tables that a refused try may write: tries are counted also when they fail, and
/// any request of a session notes when it was seen.
const COUNTED: &[&str] = &["rate_limits", "sessions"];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every row of every table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State(BTreeMap<String, Vec<String>>);

impl State {
    pub async fn of(world: &World) -> Self {
        Self(world.db.read(rows).await.unwrap())
    }

    /// What differs, a line each; empty when nothing does.
    pub fn changes(&self, after: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (table, rows) in &after.0 {
            let before = self.0.get(table).cloned().unwrap_or_default();
            found.extend(rows.iter().filter(|row| !before.contains(row)).map(|row| format!("{table} + {row}")));
            found.extend(before.iter().filter(|row| !rows.contains(row)).map(|row| format!("{table} - {row}")));
        }
        found
    }
}

fn lines(tx: &mut Tx<'_>, query: &str) -> Result<Vec<String>> {
    let found = on_each!(tx.conn, |conn| sql_query(query).load::<Line>(conn))?;
    Ok(found.into_iter().map(|line| line.line).collect())
}

fn rows(tx: &mut Tx<'_>) -> Result<BTreeMap<String, Vec<String>>> {
    let tables = if tx.is_postgres() {
        lines(tx, "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")?
    } else {
        lines(
            tx,
            "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
        )?
    };
    assert!(tables.len() > 30, "{tables:?}");
    let mut all = BTreeMap::new();
    for table in tables.into_iter().filter(|table| !COUNTED.contains(&table.as_str())) {
        let query = if tx.is_postgres() {
            format!("SELECT row_to_json(t)::text AS line FROM {table} t ORDER BY 1")
        } else {
            let columns = lines(tx, &format!("SELECT name AS line FROM pragma_table_info('{table}')"))?;
            let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
            format!("SELECT {} AS line FROM {table} ORDER BY 1", quoted.join(" || '|' || "))
        };
        let found = lines(tx, &query)?;
        all.insert(table, found);
    }
    Ok(all)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_one_row_is_seen() {
    let world = World::sqlite();
    world.set_up().await;
    let before = State::of(&world).await;
    assert_eq!(before.changes(&State::of(&world).await), Vec::<String>::new());
    world.customer("Carla").await;
    let changes = before.changes(&State::of(&world).await);
    assert!(changes.iter().any(|line| line.starts_with("customers + ")), "{changes:?}");
    assert!(changes.iter().any(|line| line.starts_with("audit")), "{changes:?}");
}
