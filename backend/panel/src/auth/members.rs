//! Who belongs to which customer, for the slice that owns customers. These are
//! rights, so they live here; whether they may change is decided there.

use super::model::{Contact, MemberView, PersonId, PersonState};
use super::policy::MemberRole;
use super::store;
use crate::platform::Tx;
use crate::platform::error::Result;

/// Makes a person a member; `false` when they are one already.
///
/// # Errors
/// When the database fails.
pub fn add_in(tx: &mut Tx<'_>, customer_id: &str, person: &PersonId, role: MemberRole) -> Result<bool> {
    store::insert_member(tx, customer_id, person, role)
}

/// Takes a member out; `false` when they are none.
///
/// # Errors
/// When the database fails.
pub fn remove_in(tx: &mut Tx<'_>, customer_id: &str, person: &PersonId) -> Result<bool> {
    store::delete_member(tx, customer_id, person)
}

/// The owners of a customer, locked until the transaction ends.
///
/// # Errors
/// When the database fails.
pub fn lock_owners_in(tx: &mut Tx<'_>, customer_id: &str) -> Result<Vec<PersonId>> {
    store::lock_customer_owners(tx, customer_id)
}

/// The people of a customer, as its page shows them.
///
/// # Errors
/// When the database fails.
pub fn views_in(tx: &mut Tx<'_>, customer_id: &str) -> Result<Vec<MemberView>> {
    store::member_views(tx, customer_id)
}

/// The people of a customer who may be written to: not suspended, address proven.
///
/// # Errors
/// When the database fails.
pub fn contacts_in(tx: &mut Tx<'_>, customer_id: &str) -> Result<Vec<Contact>> {
    Ok(store::members_of(tx, customer_id)?
        .into_iter()
        .filter(|(account, _)| account.state == PersonState::Active)
        .map(|(account, role)| Contact { role: Some(role), ..account.contact() })
        .collect())
}

/// Whether a person owns any customer.
///
/// # Errors
/// When the database fails.
pub fn owns_any_in(tx: &mut Tx<'_>, person: &PersonId) -> Result<bool> {
    Ok(store::memberships(tx, person)?.iter().any(|membership| membership.role == MemberRole::Owner))
}
