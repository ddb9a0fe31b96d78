//! Signing in, signing up, confirming, resetting, invitations, and the account.

use crate::route;
use crate::route::Route;

pub mod account;
mod door;
mod links;
mod qr;

pub(crate) use door::is_set_up;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/", Auth, door::start),
        route!("/sign-in", Auth, door::sign_in),
        route!("/sign-up", Auth, door::sign_up),
        route!("/signed-up", Auth, door::signed_up),
        route!("/confirm/{token}", Auth, links::confirm),
        route!("/reset", Auth, links::ask),
        route!("/reset/{token}", Auth, links::reset),
        route!("/invite/{token}", Auth, links::invite),
        route!("/mailbox/{token}", Auth, links::mailbox),
    ]
}
