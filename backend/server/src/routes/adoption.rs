//! Guests that were found on nodes.

use hostwright_panel::servers::adoption::{commands, queries};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(POST "/nodes/{node_id}/survey" SurveyNode => commands::survey),
        action!(GET "/nodes/{node_id}/found" ListFound => queries::list),
        action!(GET "/found/{found_id}" ShowFound => queries::show),
        action!(POST "/found/{found_id}/adopt" AdoptGuest => commands::adopt),
        action!(POST "/found/{found_id}/ignore" IgnoreGuest => commands::ignore),
        action!(POST "/found/{found_id}/forget" ForgetGuest => commands::forget),
    ]
}
