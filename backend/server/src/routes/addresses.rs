//! Address pools and addresses.

use hostwright_panel::addresses::{commands, queries};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(GET "/address-pools" ListPools => queries::pools),
        action!(POST "/address-pools" CreatePool => commands::create_pool),
        action!(GET "/addresses" ListAddresses => queries::list),
        action!(POST "/addresses/{address_id}/reserve" ReserveAddress => commands::reserve),
        action!(POST "/addresses/{address_id}/release" ReleaseAddress => commands::release),
    ]
}
