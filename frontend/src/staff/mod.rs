//! What the provider's people see.

use crate::route::Route;

pub mod estate;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    estate::routes()
}
