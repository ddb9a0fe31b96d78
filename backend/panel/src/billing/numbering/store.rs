//! The counters' rows.

use diesel::prelude::*;
use hostwright_kernel::Day;

use super::model::Number;
use crate::billing::entity::LegalEntityId;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::schema::{invoices, number_series};
use crate::{locking, on_each};

/// A counter.
#[derive(Queryable, Selectable)]
#[diesel(table_name = number_series)]
pub(super) struct Counter {
    pub(super) legal_entity_id: LegalEntityId,
    pub(super) series: String,
    pub(super) year: i64,
    pub(super) last: i64,
}

/// The counter's last number and day, locked; the row is made when it is new.
pub(super) fn locked_counter(
    tx: &mut Tx<'_>,
    entity: &LegalEntityId,
    series: &str,
    year: i64,
    today: Day,
) -> Result<(i64, Day)> {
    let row = (
        number_series::legal_entity_id.eq(entity),
        number_series::series.eq(series),
        number_series::year.eq(year),
        number_series::last.eq(0_i64),
        number_series::last_day.eq(today),
    );
    on_each!(&mut *tx.conn, |conn| diesel::insert_into(number_series::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(locking!(
        &mut *tx.conn,
        number_series::table.find((entity, series, year)).select((number_series::last, number_series::last_day)),
        first::<(i64, Day)>
    )?)
}

/// Writes the last number that was taken over the one that was believed the last.
pub(super) fn advance(tx: &mut Tx<'_>, entity: &LegalEntityId, number: &Number, believed: i64) -> Result<()> {
    let changed = diesel::update(
        number_series::table.find((entity, &number.series, number.year)).filter(number_series::last.eq(believed)),
    )
    .set((number_series::last.eq(number.sequence), number_series::last_day.eq(number.day)))
    .execute(tx.conn)?;
    if changed == 1 { Ok(()) } else { Err(Error::internal("a locked counter moved")) }
}

pub(super) fn counters(tx: &mut Tx<'_>) -> Result<Vec<Counter>> {
    Ok(number_series::table
        .order((number_series::legal_entity_id, number_series::series, number_series::year))
        .select(Counter::as_select())
        .load(tx.conn)?)
}

/// Sequence and issue day of every document of a counter, by sequence.
pub(super) fn numbered(tx: &mut Tx<'_>, counter: &Counter) -> Result<Vec<(i64, Day)>> {
    Ok(invoices::table
        .filter(
            invoices::legal_entity_id
                .eq(&counter.legal_entity_id)
                .and(invoices::series.eq(&counter.series))
                .and(invoices::year.eq(counter.year)),
        )
        .order(invoices::sequence)
        .select((invoices::sequence.assume_not_null(), invoices::issue_day.assume_not_null()))
        .load(tx.conn)?)
}

/// Documents of ours with a number that no counter gave. Those of another system have its
/// numbers.
pub(super) fn numbered_without_counter(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let counted = diesel::dsl::exists(
        number_series::table.filter(
            number_series::legal_entity_id
                .eq(invoices::legal_entity_id)
                .and(number_series::series.nullable().eq(invoices::series))
                .and(number_series::year.nullable().eq(invoices::year)),
        ),
    );
    let stray: Vec<String> = invoices::table
        .filter(invoices::number.is_not_null().and(invoices::origin.is_null()))
        .filter(diesel::dsl::not(counted))
        .select(invoices::id)
        .load(tx.conn)?;
    Ok(stray.into_iter().map(|id| format!("numbering: {id} has a number that no counter gave")).collect())
}
