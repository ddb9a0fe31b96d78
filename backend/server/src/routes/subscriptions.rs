//! Subscriptions.

use hostwright_panel::subscriptions::{commands, queries};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(GET "/subscriptions" ListSubscriptions => queries::list),
        action!(GET "/subscriptions/{subscription_id}" ShowSubscription => queries::show),
        action!(POST "/subscriptions/{subscription_id}/renewal" SetRenewal => commands::set_renewal),
        action!(POST "/subscriptions/{subscription_id}/cancel" CancelSubscription => commands::cancel),
        action!(POST "/subscriptions/{subscription_id}/suspend" SuspendSubscription => commands::suspend),
        action!(POST "/subscriptions/{subscription_id}/resume" ResumeSubscription => commands::resume),
        action!(POST "/subscriptions/{subscription_id}/terminate" TerminateSubscription => commands::terminate),
    ]
}
