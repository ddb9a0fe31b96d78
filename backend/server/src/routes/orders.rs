//! Orders and renewals.

use hostwright_panel::{orders, renewals};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(POST "/orders/quote" QuoteOrder => orders::commands::quote),
        action!(POST "/orders" PlaceOrder => orders::commands::place),
        action!(GET "/orders" ListOrders => orders::queries::list),
        action!(GET "/renewals" ListRenewals => renewals::queries::upcoming),
        action!(POST "/renewals/run" RunRenewals => renewals::commands::run),
        action!(GET "/renewals/policy" ShowDunning => renewals::queries::ladder),
        action!(POST "/renewals/policy" UpdateDunning => renewals::commands::update_ladder),
    ]
}
