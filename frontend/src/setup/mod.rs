//! The first run: owner and seller, then a node, addresses, an image and a plan.

use crate::route::Route;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    Vec::new()
}
