//! What the provider's people see.

use crate::route::Route;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    Vec::new()
}
