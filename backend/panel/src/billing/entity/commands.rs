//! Making and changing the legal entity.

use hostwright_kernel::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{LegalEntity, LegalEntityId, NewLegalEntity, RoundingPolicy};
use super::store;
use crate::auth::call::{Call, Changed};
use crate::auth::policy::Action;
use crate::billing::error::BillingRefusal;
use crate::billing::tax;
use crate::platform::error::Result;
use crate::platform::{Tx, settings};

/// Makes the legal entity and fills an empty table of tax rates; part of set-up.
///
/// # Errors
/// `entity.exists` the second time; the fields that are wrong.
pub fn create_in(tx: &mut Tx<'_>, input: &NewLegalEntity) -> Result<LegalEntity> {
    let entity = LegalEntity {
        id: LegalEntityId::new(),
        name: input.name.clone(),
        street: input.street.clone(),
        postal_code: input.postal_code.clone(),
        city: input.city.clone(),
        country: input.country.clone(),
        tax_number: input.tax_number.clone(),
        email: input.email.clone(),
        currency: input.currency,
        time_zone: input.time_zone.clone(),
        bank_account: input.bank_account.clone(),
        series: input.series.clone(),
        rounding: input.rounding.unwrap_or(RoundingPolicy::HalfUp),
        version: 1,
    }
    .checked()?;
    // The counter's row is locked, so of two set-ups at once only one gets 1.
    if settings::next(tx, "legal_entities")? != 1 {
        return Err(BillingRefusal::EntityExists.into());
    }
    store::insert(tx, &entity)?;
    tax::seed_in(tx)?;
    Ok(entity)
}

/// Changes to the legal entity; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateLegalEntity {
    /// The version that was seen; refused when it is no longer that.
    #[serde(default)]
    pub version: Option<i64>,
    /// Registered name.
    #[serde(default)]
    pub name: Option<String>,
    /// Street and number.
    #[serde(default)]
    pub street: Option<String>,
    /// Postal code.
    #[serde(default)]
    pub postal_code: Option<String>,
    /// City.
    #[serde(default)]
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country: Option<String>,
    /// VAT or tax number.
    #[serde(default)]
    pub tax_number: Option<String>,
    /// Where customers write about invoices.
    #[serde(default)]
    pub email: Option<String>,
    /// Currency of the books.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// IANA time zone.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Account for bank transfers.
    #[serde(default)]
    pub bank_account: Option<String>,
    /// Prefix of the next invoice numbers.
    #[serde(default)]
    pub series: Option<String>,
    /// How amounts are rounded from now on.
    #[serde(default)]
    pub rounding: Option<RoundingPolicy>,
}

/// Changes the seller for documents to come.
///
/// # Errors
/// The fields that are wrong; `billing.changed_meanwhile` for another version.
pub async fn update(call: &Call, input: UpdateLegalEntity) -> Result<LegalEntity> {
    let scope = call.authorize(Action::UpdateLegalEntity)?;
    call.write(&scope, move |tx| {
        let old = store::load(tx)?;
        let believed = input.version.unwrap_or(old.version);
        let new = input.apply(old).checked()?;
        let new = store::update(tx, new, believed)?;
        Ok(Changed::new(&new.id, new.clone()).noting("version", new.version))
    })
    .await
}

impl UpdateLegalEntity {
    fn apply(&self, old: LegalEntity) -> LegalEntity {
        let text = |new: &Option<String>, old: String| new.clone().unwrap_or(old);
        LegalEntity {
            id: old.id,
            name: text(&self.name, old.name),
            street: text(&self.street, old.street),
            postal_code: text(&self.postal_code, old.postal_code),
            city: text(&self.city, old.city),
            country: text(&self.country, old.country),
            tax_number: text(&self.tax_number, old.tax_number),
            email: text(&self.email, old.email),
            currency: self.currency.unwrap_or(old.currency),
            time_zone: text(&self.time_zone, old.time_zone),
            bank_account: text(&self.bank_account, old.bank_account),
            series: text(&self.series, old.series),
            rounding: self.rounding.unwrap_or(old.rounding),
            version: old.version,
        }
    }
}
