//! What the slice tells: people about themselves, and other slices about whom to
//! write to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::Call;
use super::model::{Contact, PersonId, PersonView};
use super::policy::{Action, StaffRole};
use super::store;
use crate::platform::Tx;
use crate::platform::error::Result;

/// Input of [`profile`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowProfile {}

/// The caller themselves.
///
/// # Errors
/// When nobody is signed in.
pub async fn profile(call: &Call, _input: ShowProfile) -> Result<PersonView> {
    call.authorize(Action::ShowProfile)?;
    let person = call.person_id()?;
    call.db
        .read(move |tx| {
            let memberships = store::memberships(tx, &person)?;
            Ok(store::load(tx, &person)?.view(memberships))
        })
        .await
}

/// Whom to write to under this id.
///
/// # Errors
/// Not found.
pub fn contact_in(tx: &mut Tx<'_>, person: &PersonId) -> Result<Contact> {
    Ok(store::load(tx, person)?.contact())
}

/// Active members of staff, to be written to.
///
/// # Errors
/// When the database fails.
pub fn staff_in(tx: &mut Tx<'_>) -> Result<Vec<(Contact, StaffRole)>> {
    store::staff(tx)
}
