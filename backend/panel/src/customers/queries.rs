//! What is told about customers, on pages and to other slices.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Customer, CustomerId, CustomerView};
use super::store;
use crate::auth::call::Call;
use crate::auth::members;
use crate::auth::model::Contact;
use crate::auth::policy::Action;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};

/// Input of [`show`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowCustomer {
    /// Which.
    pub customer_id: CustomerId,
}

/// Customers within the caller's reach, newest first. Searches name, company,
/// mail address and the exact number.
///
/// # Errors
/// When the caller may not.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<CustomerView>> {
    let scope = call.authorize(Action::ListCustomers)?;
    let for_staff = call.is_staff();
    call.db
        .read(move |tx| Ok(store::list(tx, &scope, &input)?.map(|customer| customer.view(Vec::new(), for_staff))))
        .await
}

/// One customer with its members.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(call: &Call, input: ShowCustomer) -> Result<CustomerView> {
    let scope = call.authorize(Action::ShowCustomer)?;
    let for_staff = call.is_staff();
    call.db
        .read(move |tx| {
            let customer = store::load_scoped(tx, &scope, &input.customer_id)?;
            let members = members::views_in(tx, customer.id.as_str())?;
            Ok(customer.view(members, for_staff))
        })
        .await
}

/// What customers within the caller's reach are called, by id: for lists that
/// carry only ids. The company where there is one.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn names(call: &Call, ids: BTreeSet<String>) -> Result<BTreeMap<String, String>> {
    let scope = call.authorize(Action::ListCustomers)?;
    call.db.read(move |tx| store::names(tx, &scope, &ids)).await
}

/// The customer, for a slice that authorized before.
///
/// # Errors
/// Not found.
pub fn load_in(tx: &mut Tx<'_>, customer_id: &str) -> Result<Customer> {
    store::load(tx, customer_id)
}

/// Those of these customers that there are, for a slice that authorized before.
///
/// # Errors
/// When the database fails.
pub fn load_many_in(tx: &mut Tx<'_>, ids: &BTreeSet<String>) -> Result<Vec<Customer>> {
    store::load_many(tx, ids)
}

/// Waits until nobody else is between here and the end of a transaction about this
/// customer.
///
/// # Errors
/// Not found.
pub fn take_turn_in(tx: &mut Tx<'_>, customer_id: &str) -> Result<()> {
    store::lock_turn(tx, customer_id)
}

/// The people of a customer to write to: address proven, not suspended.
///
/// # Errors
/// When the database fails.
pub fn people_in(tx: &mut Tx<'_>, customer_id: &str) -> Result<Vec<Contact>> {
    members::contacts_in(tx, customer_id)
}
