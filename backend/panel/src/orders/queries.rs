//! Orders for screens and scripts.

use super::model::OrderView;
use super::store;
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged};

/// Orders, newest first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<OrderView>> {
    let scope = call.authorize(Action::ListOrders)?;
    call.db.read(move |tx| store::list(tx, &scope, &input)).await
}
