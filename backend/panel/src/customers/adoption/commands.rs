//! Moving customers in, and out again.

use super::model::{AdoptContact, AdoptCustomer, ContactId, Origin};
use super::store;
use crate::auth::adoption::{Adopted, KeptBecause, Landing, Remark, Removal};
use crate::auth::call::not_found;
use crate::auth::members;
use crate::auth::model::{PersonId, mail_address, time_zone_name};
use crate::auth::policy::MemberRole;
use crate::customers::commands::default_zone;
use crate::customers::error::CustomerRefusal;
use crate::customers::model::{Customer, CustomerId, NUMBERS_BEGIN_AFTER};
use crate::platform::error::Result;
use crate::platform::{Tx, settings};

/// Whoever changes the tree of resellers takes turns by this name.
const TREE: &str = "customers.resellers";
/// Deeper than any tree of resellers.
const DEEPEST: usize = 1_000;

/// Moves a customer in, under the next number of ours; the source's is kept as its
/// reference.
///
/// # Errors
/// `auth.email_invalid`; `customers.country_unknown` when not even the fallback is one.
pub fn adopt_in(tx: &mut Tx<'_>, landing: &Landing<'_>, customer: &AdoptCustomer) -> Result<Adopted<CustomerId>> {
    let email = mail_address(&customer.email)?;
    let zone = customer.time_zone.as_deref().and_then(|name| time_zone_name(name).ok());
    let zone = zone.map_or_else(|| default_zone(tx), Ok)?;
    let blank = Customer::blank(email, customer.currency, &zone, tx.now());
    let mut landed = customer.landed(blank);
    if !crate::customers::countries::is_country(&landed.customer.country) {
        return Err(CustomerRefusal::CountryUnknown.into());
    }
    landed.customer.number = settings::next(tx, "customer_number")?.saturating_add(NUMBERS_BEGIN_AFTER);
    let id = landed.customer.id.clone();
    store::insert(tx, &landed.customer)?;
    let origin = Origin { system: landing.system.to_owned(), reference: customer.reference.clone() };
    store::insert_origin(tx, &id, origin);
    store::insert_fields(tx, &id, landed.fields);
    landing.note(tx, "customer", id.as_str(), Some(id.as_str()));
    Ok(Adopted::new(id, landed.remarks))
}

/// Adds a further contact to a customer.
///
/// # Errors
/// When the database fails, as for a customer that is not there.
pub fn add_contact_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer: &CustomerId,
    contact: &AdoptContact,
) -> Result<Adopted<ContactId>> {
    let id = store::insert_contact(tx, customer, contact)?;
    landing.note(tx, "contact", id.as_str(), Some(customer.as_str()));
    Ok(Adopted::new(id, Vec::new()))
}

/// Makes a person a member of a customer; false when they were one. Nobody is told.
///
/// # Errors
/// When the database fails.
pub fn add_person_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer: &CustomerId,
    person: &PersonId,
    role: MemberRole,
) -> Result<bool> {
    let added = members::add_in(tx, customer.as_str(), person, role)?;
    if added {
        landing.note(tx, "member", person.as_str(), Some(customer.as_str()));
    }
    Ok(added)
}

/// Puts a customer below a reseller. A remark instead where that would close a circle or
/// the customer has another reseller.
///
/// # Errors
/// Not found when there is no such reseller.
pub fn set_reseller_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer: &CustomerId,
    reseller: &CustomerId,
) -> Result<Option<Remark>> {
    settings::take_turn(tx, TREE)?;
    crate::customers::queries::load_in(tx, reseller.as_str()).map_err(|_none| not_found())?;
    match store::reseller(tx, customer.as_str())? {
        Some(known) if known == *reseller => return Ok(None),
        Some(known) => return Ok(Some(Remark::new("reseller_is_another", known))),
        None => {}
    }
    let mut above = Some(reseller.clone());
    for _ in 0..DEEPEST {
        match above {
            None => {
                store::insert_link(tx, customer, reseller)?;
                landing.note(tx, "reseller", reseller.as_str(), Some(customer.as_str()));
                return Ok(None);
            }
            Some(next) if next == *customer => break,
            Some(next) => above = store::reseller(tx, next.as_str())?,
        }
    }
    Ok(Some(Remark::new("reseller_circle", reseller)))
}

/// The reseller that a customer belongs to.
///
/// # Errors
/// When the database fails.
pub fn reseller_of_in(tx: &mut Tx<'_>, customer: &str) -> Result<Option<CustomerId>> {
    store::reseller(tx, customer)
}

/// Fields that a customer has at its source: name and value.
pub type Fields = Vec<(String, String)>;

/// Where a customer comes from, and its fields; none for one that did not move in.
///
/// # Errors
/// When the database fails.
pub fn origin_in(tx: &mut Tx<'_>, customer: &str) -> Result<Option<(Origin, Fields)>> {
    let Some(origin) = store::origin(tx, customer)? else {
        return Ok(None);
    };
    Ok(Some((origin, store::fields(tx, customer)?)))
}

/// Takes a customer out again with its contacts, fields and place in the tree, unless
/// somebody changed it or something belongs to it. `own` are the people who were made
/// members of it when they moved in; they stay and belong to it no more.
///
/// # Errors
/// When the database fails.
pub fn remove_in(tx: &mut Tx<'_>, landing: &Landing<'_>, customer: &CustomerId, own: &[PersonId]) -> Result<Removal> {
    let Some(version) = store::version(tx, customer)? else {
        return Ok(Removal::Gone);
    };
    let mut reasons = store::held_by(tx, customer.as_str(), own)?;
    if version != 1 || store::changed_contacts(tx, customer)? > 0 {
        reasons.insert(0, KeptBecause::Changed);
    }
    if let Some(kept) = Removal::kept(reasons) {
        return Ok(kept);
    }
    if !store::delete(tx, customer)? {
        return Err(CustomerRefusal::ChangedMeanwhile.into());
    }
    landing.note(tx, "customer_removed", customer.as_str(), Some(customer.as_str()));
    Ok(Removal::Removed)
}
