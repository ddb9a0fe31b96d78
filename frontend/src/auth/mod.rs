//! Signing in, signing up, confirming, resetting, invitations, and the account.

use crate::route::Route;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    Vec::new()
}
