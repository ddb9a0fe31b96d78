//! What staff do to people.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::call::{Actor, Call, Changed};
use crate::auth::commands::{NewPerson, invite_in};
use crate::auth::error::AuthRefusal;
use crate::auth::model::{LinkPurpose, PersonId, PersonState, PersonView, locale_tag, mail_address, person_name};
use crate::auth::policy::{Action, StaffRole};
use crate::auth::store::{self, Account};
use crate::auth::{keys, links, sessions};
use crate::platform::Tx;
use crate::platform::error::Result;

/// Input of [`invite`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteStaff {
    /// Mail address.
    pub email: String,
    /// Name; the person may change it.
    pub name: String,
    /// What they will be; only owners invite owners.
    pub role: StaffRole,
    /// Language of the mail; the inviter's when left out.
    #[serde(default)]
    pub locale: Option<String>,
}

/// Input of [`set_role`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetStaffRole {
    /// Whom.
    pub person_id: PersonId,
    /// What they will be; left out, they are staff no more.
    #[serde(default)]
    pub role: Option<StaffRole>,
}

/// Input of [`suspend`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendPerson {
    /// Whom.
    pub person_id: PersonId,
}

/// Input of [`resume`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumePerson {
    /// Whom.
    pub person_id: PersonId,
}

/// Makes somebody staff. A new address is mailed an invitation; a person with an
/// account becomes staff at once.
///
/// # Errors
/// `auth.already_staff`, `auth.owners_only`, `auth.email_invalid`, `auth.name_*`.
pub async fn invite(call: &Call, input: InviteStaff) -> Result<PersonView> {
    let scope = call.authorize(Action::InviteStaff)?;
    if input.role == StaffRole::Owner {
        owners_only(call)?;
    }
    let inviter = call.person_id().ok();
    let new = NewPerson {
        email: mail_address(&input.email)?,
        name: person_name(&input.name)?,
        password_hash: None,
        locale: locale_tag(input.locale.as_deref().unwrap_or(&call.locale))?,
        time_zone: "UTC".to_owned(),
    };
    let vault = call.vault.clone();
    call.write(&scope, move |tx| {
        let mut new = new.clone();
        // Most probably they sit where the inviter does.
        if let Some(inviter) = inviter.as_ref().and_then(|id| store::load(tx, id).ok()) {
            new.time_zone = inviter.time_zone;
        }
        let (contact, _) = invite_in(tx, &vault, &new)?;
        let mut account = store::lock(tx, &contact.person_id)?;
        if account.staff_role.is_some() {
            return Err(AuthRefusal::AlreadyStaff.into());
        }
        account.staff_role = Some(input.role);
        store::save(tx, &account)?;
        let view = view(tx, &contact.person_id)?;
        Ok(Changed::new(&contact.person_id, view).noting("role", input.role.as_str()))
    })
    .await
}

/// Changes what somebody is among staff. Felt by their next request; who is less than
/// before, or something else, also loses sessions, keys and links in the same
/// transaction, for they were made with rights that are gone.
///
/// # Errors
/// `auth.last_owner`, not found.
pub async fn set_role(call: &Call, input: SetStaffRole) -> Result<PersonView> {
    let scope = call.authorize(Action::SetStaffRole)?;
    call.write(&scope, move |tx| {
        let owners = store::lock_owners(tx)?;
        let mut account = store::lock(tx, &input.person_id)?;
        if input.role != Some(StaffRole::Owner) {
            keeps_an_owner(&owners, &account)?;
        }
        let raised = rank(input.role) > rank(account.staff_role);
        if account.staff_role != input.role && !raised {
            shut_out(tx, &account.id)?;
        }
        account.staff_role = input.role;
        store::save(tx, &account)?;
        let role = input.role.map_or("none", |role| role.as_str());
        Ok(Changed::new(&input.person_id, view(tx, &input.person_id)?).noting("role", role))
    })
    .await
}

/// Shuts somebody out: sessions, keys and links end in the same transaction.
///
/// # Errors
/// `auth.own_account`, `auth.last_owner`, `auth.owners_only`,
/// `auth.already_suspended`, not found.
pub async fn suspend(call: &Call, input: SuspendPerson) -> Result<PersonView> {
    let scope = call.authorize(Action::SuspendPerson)?;
    let call = call.clone();
    call.clone()
        .write(&scope, move |tx| {
            let owners = store::lock_owners(tx)?;
            let account = store::lock(tx, &input.person_id)?;
            if call.actor_id() == input.person_id.as_str() {
                return Err(AuthRefusal::OwnAccount.into());
            }
            if account.staff_role == Some(StaffRole::Owner) {
                owners_only(&call)?;
            }
            keeps_an_owner(&owners, &account)?;
            if account.state == PersonState::Suspended {
                return Err(AuthRefusal::AlreadySuspended.into());
            }
            if account.state == PersonState::Unconfirmed {
                // So that letting them in again can tell who never proved the address.
                store::forget_password(tx, &account)?;
            }
            store::set_state(tx, &account.id, account.state, PersonState::Suspended)?;
            shut_out(tx, &account.id)?;
            Ok(Changed::new(&account.id, view(tx, &account.id)?))
        })
        .await
}

/// Lets somebody in again; they sign in anew. A person whose address was never
/// proven is mailed an invitation instead.
///
/// # Errors
/// `auth.not_suspended`, `auth.owners_only`, not found.
pub async fn resume(call: &Call, input: ResumePerson) -> Result<PersonView> {
    let scope = call.authorize(Action::ResumePerson)?;
    let call = call.clone();
    call.clone()
        .write(&scope, move |tx| {
            let account = store::lock(tx, &input.person_id)?;
            if account.staff_role == Some(StaffRole::Owner) {
                owners_only(&call)?;
            }
            if account.state != PersonState::Suspended {
                return Err(AuthRefusal::NotSuspended.into());
            }
            let proven = account.password_hash.is_some();
            let state = if proven { PersonState::Active } else { PersonState::Unconfirmed };
            store::set_state(tx, &account.id, PersonState::Suspended, state)?;
            if !proven {
                links::mail_in(tx, &call.vault, &account.contact(), LinkPurpose::Invite)?;
            }
            Ok(Changed::new(&account.id, view(tx, &account.id)?))
        })
        .await
}

/// Ends everything by which somebody could come in.
fn shut_out(tx: &mut Tx<'_>, person: &PersonId) -> Result<()> {
    sessions::revoke_all_in(tx, person, None)?;
    keys::revoke_all_in(tx, person)?;
    links::expire_in(tx, person)
}

/// How far a role reaches. Billing and support have the same rank and other rights.
fn rank(role: Option<StaffRole>) -> u8 {
    match role {
        Some(StaffRole::Owner) => 3,
        Some(StaffRole::Admin) => 2,
        Some(StaffRole::Billing | StaffRole::Support) => 1,
        None => 0,
    }
}

fn view(tx: &mut Tx<'_>, person: &PersonId) -> Result<PersonView> {
    let memberships = store::memberships(tx, person)?;
    Ok(store::load(tx, person)?.view(memberships))
}

/// Admins run the installation, but only owners decide about owners.
fn owners_only(call: &Call) -> Result<()> {
    match &call.actor {
        Actor::System(_) => Ok(()),
        Actor::Person(person) if person.staff == Some(StaffRole::Owner) => Ok(()),
        Actor::Person(_) | Actor::Anonymous => Err(AuthRefusal::OwnersOnly.into()),
    }
}

fn keeps_an_owner(owners: &[PersonId], leaving: &Account) -> Result<()> {
    if owners.contains(&leaving.id) && owners.len() == 1 { Err(AuthRefusal::LastOwner.into()) } else { Ok(()) }
}
