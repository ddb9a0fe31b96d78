//! Settings and clock for screens and scripts.

use hostwright_kernel::OffsetClock;

use super::model::{ClockView, Settings};
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::platform::error::Result;
use crate::platform::{Tx, settings};
use crate::renewals::queries::Nothing;

/// Under which name the brand is kept.
pub const BRAND_NAME: &str = "brand.name";

/// The settings.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(call: &Call, _input: Nothing) -> Result<Settings> {
    call.authorize(Action::ShowSettings)?;
    call.db.read(load_in).await
}

/// The settings, for slices and mails.
///
/// # Errors
/// When the database fails.
pub fn load_in(tx: &mut Tx<'_>) -> Result<Settings> {
    let brand_name = settings::get(tx, BRAND_NAME)?.unwrap_or_else(|| "Hostwright".to_owned());
    Ok(Settings { brand_name })
}

/// The clock; `clock` is there when it may be moved.
///
/// # Errors
/// When the caller may not.
pub async fn clock(call: &Call, clock: &Option<OffsetClock>, _input: Nothing) -> Result<ClockView> {
    call.authorize(Action::ShowClock)?;
    let view = ClockView {
        now: call.now(),
        manual: clock.is_some(),
        seconds_ahead: clock.as_ref().map_or(0, OffsetClock::seconds_ahead),
    };
    Ok(std::future::ready(view).await)
}
