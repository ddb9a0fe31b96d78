//! The legal entity.

use hostwright_kernel::Day;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::LegalEntity;
use super::store;
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::platform::Tx;
use crate::platform::error::Result;

/// The seller.
///
/// # Errors
/// `entity.none` before set-up.
pub fn load_in(tx: &mut Tx<'_>) -> Result<LegalEntity> {
    store::load(tx)
}

/// The seller's civil day; that of UTC before set-up.
///
/// # Errors
/// When the database fails.
pub fn today_in(tx: &mut Tx<'_>) -> Result<Day> {
    let now = tx.now();
    Ok(store::find(tx)?.map_or_else(|| now.day_in(&TimeZone::UTC), |entity| entity.today(now)))
}

/// Nothing is asked: there is one.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowLegalEntity {}

/// The seller, for staff.
///
/// # Errors
/// When the caller may not; `entity.none` before set-up.
pub async fn show(call: &Call, _input: ShowLegalEntity) -> Result<LegalEntity> {
    call.authorize(Action::ShowLegalEntity)?;
    call.db.read(store::load).await
}
