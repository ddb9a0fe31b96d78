//! Operating system images.

use hostwright_panel::images::{commands, queries};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        action!(GET "/images" ListImages => queries::list),
        action!(POST "/images" RegisterImage => commands::register),
        action!(POST "/images/{image_id}/retire" RetireImage => commands::retire),
    ]
}
