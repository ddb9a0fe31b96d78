//! Set-up, settings, the clock, reports and the audit log.

use std::sync::Arc;

use hostwright_kernel::OffsetClock;
use hostwright_panel::{installation, reports};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints(clock: &Arc<Option<OffsetClock>>) -> Vec<Endpoint> {
    vec![
        action!(POST "/setup" SetUp => installation::commands::set_up),
        action!(GET "/settings" ShowSettings => installation::queries::show),
        action!(POST "/settings" UpdateSettings => installation::commands::update),
        action!(GET "/clock" ShowClock => installation::queries::clock, with clock),
        action!(POST "/clock/advance" AdvanceClock => installation::commands::advance_clock, with clock),
        action!(GET "/dashboard" ShowDashboard => reports::queries::dashboard),
        action!(GET "/search" Search => reports::queries::search),
        action!(GET "/verify" Verify => reports::queries::verify),
        action!(GET "/audit" ListAudit => reports::queries::audit_log),
    ]
}
