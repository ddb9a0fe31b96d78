//! What changes domains.

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::HostingRefusal;
use super::model::{Domain, DomainContact, DomainFacts, DomainId, DomainState, DomainView, auth_code, domain_name};
use super::queries::{ShowDomain, reached};
use super::{store, zones};
use crate::auth::call::{Call, Changed, Scope, not_found};
use crate::auth::policy::Action;
use crate::platform::error::{Error, Result};
use crate::platform::secrets::Vault;
use crate::platform::{Refusal, Tx};
use crate::{customers, subscriptions};

/// What an authorisation code is sealed for.
const AUTH_CODE: &str = "domain.auth_code";

/// A domain name that is held for a customer from now on.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDomain {
    /// For whom.
    pub customer_id: String,
    /// The name, in any script.
    pub name: String,
    /// The customer's subscription that pays for it.
    #[serde(default)]
    pub subscription_id: Option<String>,
    /// How it stands; `active` when left out.
    #[serde(default)]
    pub state: Option<DomainState>,
    /// Where it is registered.
    #[serde(default)]
    pub registrar: Option<String>,
    /// First day: `2027-01-31`.
    #[serde(default)]
    pub registered_on: Option<String>,
    /// The registry's last day.
    #[serde(default)]
    pub expires_on: Option<String>,
    /// Authorisation code for transfers; sealed when it is kept.
    #[serde(default)]
    pub auth_code: Option<String>,
    /// To which name servers the registry leads, at most 13.
    #[serde(default)]
    pub name_servers: Option<Vec<String>>,
    /// Whether the registry refuses transfers.
    #[serde(default)]
    pub locked: Option<bool>,
    /// Whether the registrar renews it by itself.
    #[serde(default)]
    pub renews: Option<bool>,
    /// Contacts, each role once.
    #[serde(default)]
    pub contacts: Option<Vec<DomainContact>>,
}

/// What is known anew of a domain. What is left out stays, an empty text takes away.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateDomain {
    /// The domain.
    pub domain_id: DomainId,
    /// The version that this change was made from.
    pub version: i64,
    /// The customer's subscription that pays for it.
    #[serde(default)]
    pub subscription_id: Option<String>,
    /// How it stands.
    #[serde(default)]
    pub state: Option<DomainState>,
    /// Where it is registered.
    #[serde(default)]
    pub registrar: Option<String>,
    /// First day: `2027-01-31`.
    #[serde(default)]
    pub registered_on: Option<String>,
    /// The registry's last day.
    #[serde(default)]
    pub expires_on: Option<String>,
    /// Authorisation code for transfers; sealed when it is kept.
    #[serde(default)]
    pub auth_code: Option<String>,
    /// To which name servers the registry leads, at most 13.
    #[serde(default)]
    pub name_servers: Option<Vec<String>>,
    /// Whether the registry refuses transfers.
    #[serde(default)]
    pub locked: Option<bool>,
    /// Whether the registrar renews it by itself.
    #[serde(default)]
    pub renews: Option<bool>,
    /// Contacts, each role once; all of them, the others are taken away.
    #[serde(default)]
    pub contacts: Option<Vec<DomainContact>>,
}

/// A domain that is no longer held.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseDomain {
    /// The domain.
    pub domain_id: DomainId,
    /// Whether somebody else holds it for the customer now.
    #[serde(default)]
    pub moved_away: bool,
}

/// The authorisation code of a domain.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ShownAuthCode {
    /// The domain.
    pub domain_id: DomainId,
    /// The code.
    pub auth_code: String,
}

/// Holds a domain name for a customer.
///
/// # Errors
/// Every field that is wrong; `hosting.held` when the name is held already.
pub async fn create(call: &Call, input: CreateDomain) -> Result<DomainView> {
    let scope = call.authorize(Action::CreateDomain)?;
    let (reader, vault) = (scope.clone(), call.vault.clone());
    call.write(&scope, move |tx| {
        let new = NewDomain {
            customer_id: input.customer_id.clone(),
            name: input.name.clone(),
            auth_code: input.auth_code.clone(),
            facts: DomainFacts {
                subscription_id: input.subscription_id.clone(),
                state: input.state,
                registrar: input.registrar.clone(),
                registered_on: input.registered_on.clone(),
                expires_on: input.expires_on.clone(),
                name_servers: input.name_servers.clone(),
                locked: input.locked,
                renews: input.renews,
                contacts: input.contacts.clone(),
            },
        };
        let domain = create_in(tx, &vault, &new)?;
        changed(tx, &reader, &domain.id)
    })
    .await
}

/// Writes down what is known anew of a domain.
///
/// # Errors
/// `request.not_found`; every field that is wrong; `hosting.ended`;
/// `hosting.changed_meanwhile`.
pub async fn update(call: &Call, input: UpdateDomain) -> Result<DomainView> {
    let scope = call.authorize(Action::UpdateDomain)?;
    let (reader, vault) = (scope.clone(), call.vault.clone());
    call.write(&scope, move |tx| {
        let domain = reached(tx, &reader, &input.domain_id)?;
        if domain.version != input.version {
            return Err(HostingRefusal::ChangedMeanwhile.into());
        }
        let facts = DomainFacts {
            subscription_id: input.subscription_id.clone(),
            state: input.state,
            registrar: input.registrar.clone(),
            registered_on: input.registered_on.clone(),
            expires_on: input.expires_on.clone(),
            name_servers: input.name_servers.clone(),
            locked: input.locked,
            renews: input.renews,
            contacts: input.contacts.clone(),
        };
        let domain = complete(tx, &vault, &domain, &facts, input.auth_code.as_deref())?;
        if !store::save(tx, &domain)? {
            return Err(HostingRefusal::ChangedMeanwhile.into());
        }
        changed(tx, &reader, &domain.id)
    })
    .await
}

/// Ends the holding of a domain: its name may be held anew, its zone is served no more.
///
/// # Errors
/// `request.not_found`; `hosting.ended`; `hosting.changed_meanwhile`.
pub async fn release(call: &Call, input: ReleaseDomain) -> Result<DomainView> {
    let scope = call.authorize(Action::ReleaseDomain)?;
    let (reader, actor) = (scope.clone(), call.actor_id());
    call.write(&scope, move |tx| {
        let domain = reached(tx, &reader, &input.domain_id)?.released(input.moved_away, tx.now())?;
        if !store::save(tx, &domain)? {
            return Err(HostingRefusal::ChangedMeanwhile.into());
        }
        zones::commands::withdraw_in(tx, &domain, &actor)?;
        Ok(changed(tx, &reader, &domain.id)?.noting("moved_away", input.moved_away))
    })
    .await
}

/// Shows the authorisation code; that it was shown is written down.
///
/// # Errors
/// `request.not_found`; `hosting.no_auth_code`.
pub async fn show_auth_code(call: &Call, input: ShowDomain) -> Result<ShownAuthCode> {
    let scope = call.authorize(Action::ShowAuthCode)?;
    let (reader, vault) = (scope.clone(), call.vault.clone());
    call.write(&scope, move |tx| {
        let domain = reached(tx, &reader, &input.domain_id)?;
        let Some(sealed) = &domain.sealed_auth_code else {
            return Err(HostingRefusal::NoAuthCode.into());
        };
        let auth_code = vault.open(AUTH_CODE, sealed)?.to_string();
        let shown = ShownAuthCode { domain_id: domain.id.clone(), auth_code };
        Ok(Changed::new(&domain.id, shown).of(&domain.customer_id).noting("name", domain.name.as_str()))
    })
    .await
}

/// A domain to be held, however it comes: typed by staff, or moved in.
pub struct NewDomain {
    /// For whom: `cus_...`.
    pub customer_id: String,
    /// The name, in any script.
    pub name: String,
    /// Authorisation code, in clear.
    pub auth_code: Option<String>,
    /// What else is known.
    pub facts: DomainFacts,
}

/// Holds a domain name in the caller's transaction.
///
/// # Errors
/// As for [`create`].
pub fn create_in(tx: &mut Tx<'_>, vault: &Vault, new: &NewDomain) -> Result<Domain> {
    let customer = customers::queries::load_in(tx, &new.customer_id)?;
    let name = domain_name(&new.name).map_err(|fault| Error::Fields(vec![fault]))?;
    let empty = Domain::new(customer.id.as_str(), name, tx.now());
    let domain = complete(tx, vault, &empty, &new.facts, new.auth_code.as_deref())?;
    if store::insert(tx, &domain)? { Ok(domain) } else { Err(HostingRefusal::Held.with("name", &domain.name).into()) }
}

/// The domain with what is said of it.
fn complete(
    tx: &mut Tx<'_>,
    vault: &Vault,
    domain: &Domain,
    facts: &DomainFacts,
    typed_code: Option<&str>,
) -> Result<Domain> {
    let mut next = domain.with(facts).map_err(Error::Fields)?;
    if let Some(id) = next.subscription_id.clone().filter(|id| Some(id) != domain.subscription_id.as_ref()) {
        let paying = subscriptions::queries::load_in(tx, &id).ok();
        if paying.is_none_or(|subscription| subscription.customer_id != next.customer_id) {
            return Err(HostingRefusal::SubscriptionUnknown.into());
        }
    }
    if let Some(typed) = typed_code {
        let code = auth_code(typed).map_err(|fault: Refusal| Error::Fields(vec![fault]))?;
        next.sealed_auth_code = code.map(|code| vault.seal(AUTH_CODE, &code)).transpose()?;
    }
    Ok(next)
}

fn changed(tx: &mut Tx<'_>, reader: &Scope, id: &DomainId) -> Result<Changed<DomainView>> {
    let view = store::view(tx, reader, id)?.ok_or_else(not_found)?;
    let (customer_id, name, state) = (view.customer_id.clone(), view.name.to_string(), view.state.as_str());
    let ended: Option<String> = view.ended_at.map(|at: Instant| at.to_string());
    let changed = Changed::new(id, view).of(customer_id).noting("name", name).noting("state", state);
    Ok(match ended {
        Some(at) => changed.noting("ended_at", at),
        None => changed,
    })
}
