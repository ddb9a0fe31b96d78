//! Rows of legal entities.

use diesel::prelude::*;
use hostwright_kernel::Currency;

use super::model::{LegalEntity, LegalEntityId, RoundingPolicy};
use crate::billing::error::BillingRefusal;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::schema::legal_entities;

#[derive(Queryable, Selectable)]
#[diesel(table_name = legal_entities)]
struct Row {
    id: LegalEntityId,
    name: String,
    street: String,
    postal_code: String,
    city: String,
    country: String,
    tax_number: String,
    email: String,
    currency: String,
    time_zone: String,
    bank_account: String,
    series: String,
    rounding: RoundingPolicy,
    version: i64,
}

impl Row {
    fn read(self) -> Result<LegalEntity> {
        let currency: Currency = self.currency.parse().map_err(Error::internal)?;
        Ok(LegalEntity {
            id: self.id,
            name: self.name,
            street: self.street,
            postal_code: self.postal_code,
            city: self.city,
            country: self.country,
            tax_number: self.tax_number,
            email: self.email,
            currency,
            time_zone: self.time_zone,
            bank_account: self.bank_account,
            series: self.series,
            rounding: self.rounding,
            version: self.version,
        })
    }
}

/// The one there is, if set-up was done.
pub(super) fn find(tx: &mut Tx<'_>) -> Result<Option<LegalEntity>> {
    let row: Option<Row> =
        legal_entities::table.order(legal_entities::id).select(Row::as_select()).first(tx.conn).optional()?;
    row.map(Row::read).transpose()
}

/// The one there is.
pub(super) fn load(tx: &mut Tx<'_>) -> Result<LegalEntity> {
    find(tx)?.ok_or_else(|| BillingRefusal::NoEntity.into())
}

pub(super) fn insert(tx: &mut Tx<'_>, entity: &LegalEntity) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(legal_entities::table)
        .values((
            legal_entities::id.eq(&entity.id),
            legal_entities::name.eq(&entity.name),
            legal_entities::street.eq(&entity.street),
            legal_entities::postal_code.eq(&entity.postal_code),
            legal_entities::city.eq(&entity.city),
            legal_entities::country.eq(&entity.country),
            legal_entities::tax_number.eq(&entity.tax_number),
            legal_entities::email.eq(&entity.email),
            legal_entities::currency.eq(entity.currency.code()),
            legal_entities::time_zone.eq(&entity.time_zone),
            legal_entities::bank_account.eq(&entity.bank_account),
            legal_entities::series.eq(&entity.series),
            legal_entities::rounding.eq(entity.rounding),
            legal_entities::created_at.eq(now),
            legal_entities::version.eq(entity.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Writes the change if the version is still the believed one.
pub(super) fn update(tx: &mut Tx<'_>, mut entity: LegalEntity, believed: i64) -> Result<LegalEntity> {
    entity.version = believed.saturating_add(1);
    let changed = diesel::update(legal_entities::table.find(&entity.id).filter(legal_entities::version.eq(believed)))
        .set((
            legal_entities::name.eq(&entity.name),
            legal_entities::street.eq(&entity.street),
            legal_entities::postal_code.eq(&entity.postal_code),
            legal_entities::city.eq(&entity.city),
            legal_entities::country.eq(&entity.country),
            legal_entities::tax_number.eq(&entity.tax_number),
            legal_entities::email.eq(&entity.email),
            legal_entities::currency.eq(entity.currency.code()),
            legal_entities::time_zone.eq(&entity.time_zone),
            legal_entities::bank_account.eq(&entity.bank_account),
            legal_entities::series.eq(&entity.series),
            legal_entities::rounding.eq(entity.rounding),
            legal_entities::version.eq(entity.version),
        ))
        .execute(tx.conn)?;
    if changed == 1 { Ok(entity) } else { Err(BillingRefusal::ChangedMeanwhile.into()) }
}
