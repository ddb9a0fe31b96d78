//! The decision for a buyer, and the table of rates.

use hostwright_kernel::Day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Place, TaxDecision, TaxRateView, place};
use super::store;
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::billing::entity::LegalEntity;
use crate::billing::error::BillingRefusal;
use crate::customers::model::Customer;
use crate::platform::error::Result;
use crate::platform::{Paged, Tx};

/// How a document for this buyer is taxed on `day`.
///
/// # Errors
/// `tax.no_rate` when tax is due in a country without a rate on that day.
pub fn decide_in(tx: &mut Tx<'_>, seller: &LegalEntity, buyer: &Customer, day: Day) -> Result<TaxDecision> {
    if buyer.tax_exempt {
        return Ok(TaxDecision::exempt(&seller.country));
    }
    let place = place(&seller.country, &buyer.country, buyer.has_vat_number());
    let rate = match &place {
        Place::Collected(country) => store::rate_on(tx, country, day)?,
        Place::Reversed(_) | Place::Elsewhere(_) => None,
    };
    place.decide(rate).ok_or_else(|| BillingRefusal::NoRate.with("country", &buyer.country).with("day", day).into())
}

/// Which rates to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListTaxRates {
    /// Only this country.
    #[serde(default)]
    pub country: Option<String>,
}

/// Every rate, by country and then newest first. Never more than one page: the table
/// is small.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn rates(call: &Call, input: ListTaxRates) -> Result<Paged<TaxRateView>> {
    call.authorize(Action::ListTaxRates)?;
    let items = call.db.read(move |tx| store::list(tx, input.country.as_deref())).await?;
    Ok(Paged { items, next: None })
}
