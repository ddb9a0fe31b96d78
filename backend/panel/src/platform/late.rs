//! Rows that nothing reads in the transaction that makes them: they are inserted together
//! at its end, where many of them are one statement.
//!
//! Invariants: they are in the database if and only if the transaction was committed; a
//! part that was taken back ([`super::Tx::apart`]) takes its own back too.

use std::any::Any;

use diesel::QueryResult;

use super::AnyConnection;

/// Rows of one statement: with their columns within what PostgreSQL binds at once.
const ROWS: usize = 1_000;

/// Inserts rows, of which there is at least one: with one statement on PostgreSQL,
/// where each statement is a journey; with one prepared statement on SQLite,
/// where it is none.
#[macro_export]
macro_rules! insert_rows {
    ($connection:expr, $table:expr, $rows:expr) => {
        match $connection {
            // One row alone is a statement that stays prepared.
            $crate::platform::AnyConnection::Postgres(inner) => match &$rows[..] {
                [row] => diesel::insert_into($table).values(row).execute(inner).map(|_| ()),
                rows => diesel::insert_into($table).values(rows).execute(inner).map(|_| ()),
            },
            $crate::platform::AnyConnection::Sqlite(inner) => {
                $rows.iter().try_for_each(|row| diesel::insert_into($table).values(row).execute(inner).map(|_| ()))
            }
        }
    };
}

/// A row that can wait for the end of its transaction.
pub trait Late: Send + Sized + 'static {
    /// Inserts rows, of which there is at least one.
    ///
    /// # Errors
    /// When the database fails or refuses one of them.
    fn insert(conn: &mut AnyConnection, rows: &[Self]) -> QueryResult<()>;
}

/// Rows of one kind.
trait Heap: Any {
    fn len(&self) -> usize;
    fn cut(&mut self, len: usize);
    fn insert(&self, conn: &mut AnyConnection) -> QueryResult<()>;
}

impl<Row: Late> Heap for Vec<Row> {
    fn len(&self) -> usize {
        self.len()
    }

    fn cut(&mut self, len: usize) {
        self.truncate(len);
    }

    fn insert(&self, conn: &mut AnyConnection) -> QueryResult<()> {
        self.chunks(ROWS).try_for_each(|rows| Row::insert(conn, rows))
    }
}

/// What waits for the end of a transaction, in the order in which each kind came first.
#[derive(Default)]
pub(super) struct Waiting(Vec<Box<dyn Heap>>);

impl Waiting {
    pub(super) fn push<Row: Late>(&mut self, row: Row) {
        for heap in &mut self.0 {
            let heap: &mut dyn Any = heap.as_mut();
            if let Some(rows) = heap.downcast_mut::<Vec<Row>>() {
                rows.push(row);
                return;
            }
        }
        self.0.push(Box::new(vec![row]));
    }

    /// How much waits now, for [`Waiting::back_to`].
    pub(super) fn mark(&self) -> Vec<usize> {
        self.0.iter().map(|heap| heap.len()).collect()
    }

    /// Forgets what came after a mark.
    pub(super) fn back_to(&mut self, mark: &[usize]) {
        self.0.truncate(mark.len());
        for (heap, len) in self.0.iter_mut().zip(mark) {
            heap.cut(*len);
        }
    }

    pub(super) fn insert(self, conn: &mut AnyConnection) -> QueryResult<()> {
        self.0.iter().try_for_each(|heap| heap.insert(conn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Late for u8 {
        fn insert(_conn: &mut AnyConnection, _rows: &[Self]) -> QueryResult<()> {
            Ok(())
        }
    }

    impl Late for i8 {
        fn insert(_conn: &mut AnyConnection, _rows: &[Self]) -> QueryResult<()> {
            Ok(())
        }
    }

    #[test]
    fn going_back_forgets_what_came_after_the_mark_and_nothing_else() {
        let mut waiting = Waiting::default();
        waiting.push(1_u8);
        let mark = waiting.mark();
        waiting.push(2_u8);
        waiting.push(3_i8);
        assert_eq!(waiting.mark(), [2, 1]);
        waiting.back_to(&mark);
        assert_eq!(waiting.mark(), [1]);
    }
}
