//! Rows of the table of rates.

use diesel::prelude::*;
use hostwright_kernel::{Day, Instant, Rate};

use super::model::{TaxRateId, TaxRateView};
use crate::on_each;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::schema::tax_rates;

#[derive(Queryable, Selectable)]
#[diesel(table_name = tax_rates)]
struct Row {
    id: TaxRateId,
    country: String,
    rate: String,
    valid_from: Day,
    created_at: Instant,
}

impl Row {
    fn read(self) -> Result<TaxRateView> {
        let rate: Rate = self.rate.parse().map_err(Error::internal)?;
        Ok(TaxRateView {
            id: self.id,
            country: self.country,
            rate,
            percent: rate.percent(),
            valid_from: self.valid_from,
            created_at: self.created_at,
        })
    }
}

/// The rate in force in a country on a day.
pub(super) fn rate_on(tx: &mut Tx<'_>, country: &str, day: Day) -> Result<Option<Rate>> {
    let text: Option<String> = tax_rates::table
        .filter(tax_rates::country.eq(country).and(tax_rates::valid_from.le(day)))
        .order(tax_rates::valid_from.desc())
        .select(tax_rates::rate)
        .first(tx.conn)
        .optional()?;
    text.map(|text| text.parse().map_err(Error::internal)).transpose()
}

/// Every rate, or those of one country.
pub(super) fn list(tx: &mut Tx<'_>, country: Option<&str>) -> Result<Vec<TaxRateView>> {
    let mut query = tax_rates::table
        .select(Row::as_select())
        .order((tax_rates::country, tax_rates::valid_from.desc()))
        .into_boxed();
    if let Some(country) = country {
        query = query.filter(tax_rates::country.eq(country.to_uppercase()));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// The row of a country and first day.
pub(super) fn find(tx: &mut Tx<'_>, country: &str, valid_from: Day) -> Result<TaxRateView> {
    let row: Row = tax_rates::table
        .filter(tax_rates::country.eq(country).and(tax_rates::valid_from.eq(valid_from)))
        .select(Row::as_select())
        .first(tx.conn)?;
    row.read()
}

/// Writes a rate; the same country and first day again replaces it.
pub(super) fn put(tx: &mut Tx<'_>, rate: &TaxRateView) -> Result<()> {
    let text = rate.rate.canonical();
    let row = (
        tax_rates::id.eq(&rate.id),
        tax_rates::country.eq(&rate.country),
        tax_rates::rate.eq(&text),
        tax_rates::valid_from.eq(rate.valid_from),
        tax_rates::created_at.eq(rate.created_at),
    );
    on_each!(tx.conn, |conn| diesel::insert_into(tax_rates::table)
        .values(row)
        .on_conflict((tax_rates::country, tax_rates::valid_from))
        .do_update()
        .set(tax_rates::rate.eq(&text))
        .execute(conn))?;
    Ok(())
}
