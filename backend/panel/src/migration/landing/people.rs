//! Parties, logins, contacts and staff.

use hostwright_importer::snapshot::values::Extra;
use hostwright_importer::snapshot::{Contact, Login, Party, PartyStatus, Staff};

use super::{Arrivals, Ground, Landed, Place, land};
use crate::auth::adoption::{AdoptPerson, AdoptStaff, Landing, adopt_person_in, adopt_staff_in};
use crate::auth::model::PersonId;
use crate::auth::policy::MemberRole;
use crate::customers::adoption::{AdoptContact, AdoptCustomer, add_contact_in, add_person_in, adopt_in};
use crate::customers::model::CustomerId;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};

/// Lands a party as a customer. `country` and `otherwise`, an address for mail, are for one
/// that has none itself.
pub(in crate::migration) fn party(
    tx: &mut Tx<'_>,
    ground: &Ground,
    landing: &Landing<'_>,
    party: &Party,
    country: String,
    otherwise: Option<&str>,
) -> Result<Landed> {
    let settings = &ground.source.settings;
    let customer = AdoptCustomer {
        reference: party.id.clone(),
        name: person_name(party),
        company: party.company.clone(),
        email: party.email.as_deref().or(otherwise).unwrap_or_default().to_owned(),
        phone: party.phone.clone(),
        address: party.address.clone(),
        fallback_country: country,
        tax_number: party.tax_number.clone(),
        is_tax_exempt: party.is_tax_exempt,
        currency: party.currency.unwrap_or(settings.currency),
        language: party.language.clone(),
        time_zone: Some(settings.zone.clone()),
        is_suspended: matches!(party.status, PartyStatus::Suspended | PartyStatus::Closed),
        notes: party.notes.clone(),
        fields: fields(party),
        created: party.created,
    };
    let adopted = adopt_in(tx, landing, &customer)?;
    let id = adopted.id.to_string();
    Ok(Landed::of("customers", Some(&id), &adopted))
}

fn person_name(party: &Party) -> String {
    let parts = [party.first_name.as_deref(), party.last_name.as_deref()];
    let name = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(" ");
    if name.is_empty() { party.name.clone() } else { name }
}

/// What has no column here is kept by its name there.
fn fields(party: &Party) -> Vec<(String, String)> {
    let own = [
        ("registration_number", party.registration_number.clone()),
        ("group", party.group.clone()),
        ("status", (party.status == PartyStatus::Closed).then(|| "closed".to_owned())),
    ];
    let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    own.chain(party.extra.iter().map(|Extra { name, value }| (name.clone(), value.clone()))).collect()
}

/// Lands a further contact.
pub(in crate::migration) fn contact(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer: &CustomerId,
    contact: &Contact,
) -> Result<Landed> {
    let adopted = AdoptContact {
        role: contact.role,
        name: contact.name.clone(),
        company: contact.company.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        address: contact.address.clone(),
    };
    let adopted = add_contact_in(tx, landing, customer, &adopted)?;
    Ok(Landed::of("customers", Some(customer.as_str()), &adopted))
}

/// A login whose password was made into what is kept; hashing runs before the transaction.
#[derive(Debug, Clone)]
pub(in crate::migration) struct ReadyLogin {
    pub login: Login,
    pub password: Option<String>,
    /// Why the person needs a new password, if they do.
    pub needs_new: Option<&'static str>,
}

/// Lands somebody who signs in.
pub(in crate::migration) fn login(
    tx: &mut Tx<'_>,
    ground: &Ground,
    landing: &Landing<'_>,
    ready: &ReadyLogin,
) -> Result<Landed> {
    let login = &ready.login;
    let typed = login.user_name.as_deref().filter(|name| name.contains('@'));
    let person = AdoptPerson {
        email: login.email.as_deref().or(typed).unwrap_or_default().to_owned(),
        name: login.name.clone().unwrap_or_default(),
        password: ready.password.clone(),
        language: login.language.clone(),
        time_zone: ground.source.settings.zone.clone(),
        is_locked: login.is_locked,
        created: login.created,
    };
    let adopted = adopt_person_in(tx, landing, &person)?;
    let mut landed = Landed::of("auth", None, &adopted);
    if !adopted.was_there {
        landed.remarks.extend(ready.needs_new.map(|why| format!("password_unusable: {why}")));
    }
    if login.has_second_factor {
        landed.remarks.push("second_factor_lost: it cannot be moved".to_owned());
    }
    Ok(landed)
}

/// Makes somebody who is here a member of the customer, as the login's grant says.
pub(in crate::migration) fn member(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    login: &Login,
    party: &str,
    person: &str,
    customer: &CustomerId,
) -> Result<()> {
    let Some(grant) = login.grants.iter().find(|grant| grant.party == party) else {
        return Ok(());
    };
    let person: PersonId = person.parse().map_err(Error::internal)?;
    let role = if grant.is_owner { MemberRole::Owner } else { MemberRole::Member };
    add_person_in(tx, landing, customer, &person, role)?;
    Ok(())
}

/// Lands somebody of the provider, unconfirmed and not invited.
pub(in crate::migration) fn staff(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    place: Place<'_>,
    staff: &Staff,
) -> Result<Option<Landed>> {
    let ground = on.ground;
    land(tx, on, place, |tx, landing| {
        let adopted = AdoptStaff {
            email: staff.email.clone().unwrap_or_default(),
            name: staff.name.clone(),
            role: staff.role.clone().unwrap_or_default(),
            language: None,
            time_zone: ground.source.settings.zone.clone(),
        };
        let adopted = adopt_staff_in(tx, landing, &adopted)?;
        Ok(Landed::of("auth", None, &adopted))
    })
}
