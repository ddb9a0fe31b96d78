//! Plans and prices.

use hostwright_panel::catalogue::{commands, queries};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(GET "/plans" ListPlans => queries::list),
        action!(GET "/plans/{plan_id}" ShowPlan => queries::show),
        action!(POST "/plans" CreatePlan => commands::create),
        action!(POST "/plans/{plan_id}" UpdatePlan => commands::update),
        action!(POST "/plans/{plan_id}/archive" ArchivePlan => commands::archive),
        action!(POST "/plans/{plan_id}/prices" SetPrice => commands::set_price),
        action!(POST "/plans/{plan_id}/prices/{price_id}/retire" RetirePrice => commands::retire_price),
    ]
}
