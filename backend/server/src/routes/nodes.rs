//! Nodes.

use std::sync::Arc;

use hostwright_panel::nodes::ports::NodeProbe;
use hostwright_panel::nodes::{commands, queries};

use crate::action;
use crate::registry::Endpoint;

/// Their endpoints.
#[must_use]
pub fn endpoints(probe: &Arc<dyn NodeProbe>) -> Vec<Endpoint> {
    vec![
        action!(GET "/nodes" ListNodes => queries::list),
        action!(GET "/nodes/{node_id}" ShowNode => queries::show),
        action!(POST "/nodes" RegisterNode => commands::register, with probe),
        action!(POST "/nodes/{node_id}" UpdateNode => commands::update),
        action!(POST "/nodes/{node_id}/probe" ProbeNode => commands::probe),
    ]
}
