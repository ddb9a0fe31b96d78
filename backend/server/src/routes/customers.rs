//! Customers and who belongs to them.

use hostwright_panel::customers::{commands, queries};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(GET "/customers" ListCustomers => queries::list),
        action!(POST "/customers" CreateCustomer => commands::create),
        action!(GET "/customers/{customer_id}" ShowCustomer => queries::show),
        action!(POST "/customers/{customer_id}" UpdateCustomer => commands::update),
        action!(POST "/customers/{customer_id}/suspend" SuspendCustomer => commands::suspend),
        action!(POST "/customers/{customer_id}/resume" ResumeCustomer => commands::resume),
        action!(POST "/customers/{customer_id}/members" AddMember => commands::add_member),
        action!(POST "/customers/{customer_id}/members/{person_id}/remove" RemoveMember => commands::remove_member),
    ]
}
