//! Taking a number.

use hostwright_kernel::Day;

use super::model::Number;
use super::store;
use crate::billing::entity::LegalEntityId;
use crate::platform::Tx;
use crate::platform::error::Result;

/// The next number of the series in the year of `today`. Locks the counter until
/// the transaction ends.
///
/// # Errors
/// When the database fails.
pub fn next_in(tx: &mut Tx<'_>, entity: &LegalEntityId, series: &str, today: Day) -> Result<Number> {
    let year = i64::from(today.year());
    let (last, last_day) = store::locked_counter(tx, entity, series, year, today)?;
    let number = Number { series: series.to_owned(), year, sequence: last.saturating_add(1), day: today.max(last_day) };
    store::advance(tx, entity, &number, last)?;
    Ok(number)
}

/// The next `count` numbers, as [`next_in`] would give them one by one.
///
/// # Errors
/// When the database fails.
pub fn range_in(
    tx: &mut Tx<'_>,
    entity: &LegalEntityId,
    series: &str,
    today: Day,
    count: usize,
) -> Result<Vec<Number>> {
    let year = i64::from(today.year());
    let (last, last_day) = store::locked_counter(tx, entity, series, year, today)?;
    let numbers: Vec<Number> = (last.saturating_add(1)..)
        .take(count)
        .map(|sequence| Number { series: series.to_owned(), year, sequence, day: today.max(last_day) })
        .collect();
    if let Some(end) = numbers.last() {
        store::advance(tx, entity, end, last)?;
    }
    Ok(numbers)
}
