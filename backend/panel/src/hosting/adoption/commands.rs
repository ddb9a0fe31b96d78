//! Landing domains and zones, and taking them out again.

use hostwright_importer::snapshot::{self, DomainStatus};

use crate::auth::adoption::{Adopted, KeptBecause, Landing, Remark, Removal};
use crate::auth::model::MailAddress;
use crate::hosting::commands::{NewDomain, create_in};
use crate::hosting::error::HostingRefusal;
use crate::hosting::model::{
    ContactRole, Domain, DomainContact, DomainFacts, DomainId, DomainName, DomainState, domain_name,
};
use crate::hosting::store;
use crate::hosting::zones::commands::{NewZone, create_in as create_zone_in};
use crate::hosting::zones::model::{Authority, Content, Typed, ZoneId, ZoneState};
use crate::hosting::zones::store as zone_rows;
use crate::platform::error::{Error, Result};
use crate::platform::{Refusal, Tx};

/// The time to live of records in a zone that tells none.
const USUAL_TTL: u32 = 3_600;

/// Lands a domain that is held for a customer.
///
/// # Errors
/// `hosting.held` where somebody holds the name here; `hosting.ended` for one that is not
/// held any more.
pub fn adopt_domain_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer_id: &str,
    subscription_id: Option<&str>,
    told: &snapshot::Domain,
) -> Result<Adopted<DomainId>> {
    let mut remarks = Vec::new();
    if !state(told.status).is_held() {
        return Err(HostingRefusal::Ended.into());
    }
    let mut new = NewDomain {
        customer_id: customer_id.to_owned(),
        name: told.name.clone(),
        auth_code: told.auth_code.as_ref().map(|code| code.0.clone()),
        facts: facts(told, subscription_id),
    };
    let domain = match tx.apart(|tx| create_in(tx, &landing.call.vault, &new)) {
        Ok(domain) => domain,
        // A registrar's own spelling does not keep a customer's name away.
        Err(Error::Fields(faults)) => {
            remarks.extend(faults.iter().map(left_out));
            let state = new.facts.state;
            let subscription_id = new.facts.subscription_id.take();
            new.facts = DomainFacts { subscription_id, state, ..DomainFacts::default() };
            new.auth_code = None;
            create_in(tx, &landing.call.vault, &new)?
        }
        Err(error) => return Err(error),
    };
    landing.note(tx, "held_domain", domain.id.as_str(), Some(customer_id));
    Ok(Adopted::new(domain.id, remarks))
}

fn left_out(fault: &Refusal) -> Remark {
    Remark::new("left_out", fault.field.as_deref().unwrap_or(fault.code))
}

fn state(told: DomainStatus) -> DomainState {
    match told {
        DomainStatus::Pending | DomainStatus::PendingRegistration => DomainState::Pending,
        DomainStatus::PendingTransfer => DomainState::Transferring,
        DomainStatus::Active => DomainState::Active,
        DomainStatus::Grace | DomainStatus::Expired => DomainState::Expired,
        DomainStatus::Redemption => DomainState::Redemption,
        DomainStatus::Cancelled | DomainStatus::Fraud => DomainState::Released,
        DomainStatus::TransferredAway => DomainState::TransferredAway,
    }
}

fn facts(told: &snapshot::Domain, subscription_id: Option<&str>) -> DomainFacts {
    let mut contacts: Vec<DomainContact> = Vec::new();
    for contact in told.contacts.iter().filter_map(contact) {
        if !contacts.iter().any(|known| known.role == contact.role) {
            contacts.push(contact);
        }
    }
    DomainFacts {
        subscription_id: subscription_id.map(str::to_owned),
        state: Some(state(told.status)),
        registrar: told.registrar.clone(),
        registered_on: told.registered.map(|day| day.to_string()),
        expires_on: told.expires.map(|day| day.to_string()),
        name_servers: Some(told.name_servers.clone()),
        locked: None,
        renews: Some(!told.will_not_renew),
        contacts: Some(contacts),
    }
}

/// A contact in a role that a registry knows.
fn contact(told: &snapshot::DomainContact) -> Option<DomainContact> {
    let role = match told.role {
        snapshot::ContactRole::Registrant => ContactRole::Owner,
        snapshot::ContactRole::Administrative => ContactRole::Admin,
        snapshot::ContactRole::Technical => ContactRole::Tech,
        snapshot::ContactRole::Billing => ContactRole::Billing,
        snapshot::ContactRole::General => return None,
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Some(DomainContact {
        role,
        name: text(&told.name),
        company: text(&told.company),
        email: text(&told.email),
        phone: text(&told.phone),
        street: told.address.street.clone().unwrap_or_default(),
        postal_code: text(&told.address.postal_code),
        city: text(&told.address.city),
        region: text(&told.address.region),
        country: text(&told.address.country).to_ascii_uppercase(),
        handle: text(&told.handle),
    })
}

/// Lands a zone, withheld, below a domain that the customer holds; one that nobody holds yet is
/// held from now on.
///
/// # Errors
/// `hosting.held` where somebody else holds the name; `hosting.zone_there`;
/// `hosting.too_many_records`.
pub fn adopt_zone_in(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer_id: &str,
    told: &snapshot::Zone,
) -> Result<Adopted<ZoneId>> {
    let name = domain_name(&told.name).map_err(|fault| Error::Fields(vec![fault]))?;
    let domain = match store::holder_of(tx, &name)? {
        Some(domain) if domain.customer_id == customer_id => domain,
        Some(_) => return Err(HostingRefusal::Held.with("name", &name).into()),
        None => {
            let new = NewDomain {
                customer_id: customer_id.to_owned(),
                name: told.name.clone(),
                auth_code: None,
                facts: DomainFacts::default(),
            };
            create_in(tx, &landing.call.vault, &new)?
        }
    };
    let mut remarks = Vec::new();
    let new = zone(&domain, &name, told, &mut remarks)?;
    let zone = create_zone_in(tx, &domain, new, &landing.call.actor_id())?;
    landing.note(tx, "zone", zone.id.as_str(), Some(customer_id));
    Ok(Adopted::new(zone.id, remarks))
}

/// The zone as it can be kept: every record that is one, and the numbers of its SOA.
fn zone(domain: &Domain, name: &DomainName, told: &snapshot::Zone, remarks: &mut Vec<Remark>) -> Result<NewZone> {
    let soa = told.records.iter().find(|record| record.kind == "SOA").map(|record| record.data.as_str());
    let (authority, serial) = authority(name, soa.unwrap_or_default(), told.default_ttl.unwrap_or(USUAL_TTL))?;
    let mut records = Vec::new();
    for record in told.records.iter().filter(|record| record.kind != "SOA") {
        let typed =
            Typed { owner: &record.owner, kind: &record.kind, data: &record.data, ttl: record.ttl.map(i64::from) };
        match Content::read(&typed, &domain.name) {
            Ok(content) => records.push(content),
            Err(fault) => {
                let place = record.line.map(|line| format!(", line {line}")).unwrap_or_default();
                remarks.push(Remark::new(fault.code, format!("{} {}{place}", record.owner, record.kind)));
            }
        }
    }
    Ok(NewZone { authority, records, serial, state: ZoneState::Withheld })
}

/// What an SOA says; the usual numbers for what it does not say.
fn authority(name: &DomainName, soa: &str, default_ttl: u32) -> Result<(Authority, Option<u32>)> {
    let mut parts = soa.split_whitespace();
    let primary = parts.next().and_then(|text| text.trim_end_matches('.').parse().ok()).unwrap_or_else(|| name.clone());
    let hostmaster = parts.next().and_then(mail_of).unwrap_or_else(|| format!("hostmaster@{name}"));
    let numbers: Vec<u32> = parts.filter_map(|part| part.parse().ok()).collect();
    let mut authority = Authority::usual(primary, hostmaster, default_ttl.clamp(30, 604_800));
    if let &[_, refresh, retry, expire, minimum] = numbers.as_slice() {
        authority.refresh = refresh.clamp(300, 604_800);
        authority.retry = retry.clamp(60, 604_800);
        authority.expire = expire.clamp(86_400, 4_838_400);
        authority.minimum = minimum.clamp(30, 86_400);
    }
    Ok((authority, numbers.first().copied()))
}

/// The mail address that an SOA writes as a name (RFC 1035, 3.3.13 and 8).
fn mail_of(name: &str) -> Option<String> {
    let name = name.trim_end_matches('.');
    let at = name
        .char_indices()
        .find(|(at, letter)| *letter == '.' && !name.get(..*at).is_some_and(|part| part.ends_with('\\')));
    let (local, domain) = name.split_at_checked(at?.0)?;
    let address = format!("{}@{}", local.replace("\\.", "."), domain.trim_start_matches('.'));
    address.parse::<MailAddress>().ok().map(|_| address)
}

/// Takes a domain out again, unless somebody changed it or it has a zone.
///
/// # Errors
/// When the database fails.
pub fn remove_domain_in(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &DomainId) -> Result<Removal> {
    let Some(domain) = store::lock(tx, id)? else {
        return Ok(Removal::Gone);
    };
    let mut reasons = Vec::new();
    if domain.version != 1 {
        reasons.push(KeptBecause::Changed);
    }
    if zone_rows::of_domain(tx, id)?.is_some() {
        reasons.push(KeptBecause::Content);
    }
    if let Some(kept) = Removal::kept(reasons) {
        return Ok(kept);
    }
    store::delete(tx, id)?;
    landing.note(tx, "held_domain_removed", id.as_str(), Some(&domain.customer_id));
    Ok(Removal::Removed)
}

/// Takes a zone out again, with a domain that came with it alone, unless somebody changed it or
/// it is served.
///
/// # Errors
/// When the database fails.
pub fn remove_zone_in(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &ZoneId) -> Result<Removal> {
    let Some(zone) = zone_rows::lock(tx, id)? else {
        return Ok(Removal::Gone);
    };
    if zone.version != 1 || zone.state != ZoneState::Withheld {
        return Ok(Removal::Kept(vec![KeptBecause::Changed]));
    }
    zone_rows::delete(tx, id)?;
    let domain = store::lock(tx, &zone.domain_id)?;
    let customer_id = domain.as_ref().map(|domain| domain.customer_id.clone());
    if let Some(domain) = domain.filter(is_bare) {
        store::delete(tx, &domain.id)?;
    }
    landing.note(tx, "zone_removed", id.as_str(), customer_id.as_deref());
    Ok(Removal::Removed)
}

/// Held for its zone alone: nothing is known of a registration.
fn is_bare(domain: &Domain) -> bool {
    domain.version == 1
        && domain.subscription_id.is_none()
        && domain.registrar.is_empty()
        && domain.registered_on.is_none()
        && domain.expires_on.is_none()
        && domain.contacts.is_empty()
        && domain.name_servers.is_empty()
}
