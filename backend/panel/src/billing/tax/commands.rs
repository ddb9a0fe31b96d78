//! Changing the table of rates.

use hostwright_kernel::{Day, Rate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{TaxRateId, TaxRateView};
use super::places::STANDARD_RATES;
use super::store;
use crate::auth::call::{Call, Changed};
use crate::auth::policy::Action;
use crate::billing::entity;
use crate::billing::error::BillingRefusal;
use crate::customers::countries::is_country;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};

/// A rate from a day on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTaxRate {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Percent, for example `19` or `8.1`.
    pub percent: String,
    /// First day; today or later when the country has a rate already.
    pub valid_from: Day,
}

/// Sets the standard rate of a country from a day on. A rate that is in force
/// is not rewritten, as documents rely on it; the same day set again before it
/// comes replaces the plan.
///
/// # Errors
/// `tax.country`, `tax.rate`, and `tax.rate_in_force` for days past.
pub async fn set_rate(call: &Call, input: SetTaxRate) -> Result<TaxRateView> {
    let scope = call.authorize(Action::SetTaxRate)?;
    let country = input.country.trim().to_uppercase();
    if !is_country(&country) {
        return Err(BillingRefusal::TaxCountry.into());
    }
    let rate = readable_rate(&input.percent)?;
    call.write(&scope, move |tx| {
        let today = entity::load_in(tx)?.today(tx.now());
        if input.valid_from < today && store::rate_on(tx, &country, today)?.is_some() {
            return Err(BillingRefusal::RateInForce.with("today", today).into());
        }
        let view = put(tx, &country, rate, input.valid_from)?;
        Ok(Changed::new(&view.id, view.clone())
            .noting("country", country.as_str())
            .noting("rate", rate.canonical())
            .noting("valid_from", input.valid_from.to_string()))
    })
    .await
}

/// Fills an empty table with the standard rates of the European Union, Great
/// Britain, Switzerland and Norway.
///
/// # Errors
/// When the database fails.
pub fn seed_in(tx: &mut Tx<'_>) -> Result<()> {
    if !store::list(tx, None)?.is_empty() {
        return Ok(());
    }
    for (country, percent, day) in STANDARD_RATES {
        let day = day.parse().map_err(Error::internal)?;
        put(tx, country, readable_rate(percent)?, day)?;
    }
    Ok(())
}

fn put(tx: &mut Tx<'_>, country: &str, rate: Rate, valid_from: Day) -> Result<TaxRateView> {
    let view = TaxRateView {
        id: TaxRateId::new(),
        country: country.to_owned(),
        rate,
        percent: rate.percent(),
        valid_from,
        created_at: tx.now(),
    };
    store::put(tx, &view)?;
    store::find(tx, country, valid_from)
}

fn readable_rate(percent: &str) -> Result<Rate> {
    let hundred = Rate::ONE;
    Rate::from_percent(percent)
        .ok()
        .filter(|rate| (Rate::ZERO..=hundred).contains(rate) && rate.decimal().scale() <= 6)
        .ok_or_else(|| BillingRefusal::TaxRate.into())
}
