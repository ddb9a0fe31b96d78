//! What changes zones and records. Each change is checked against the whole zone, gets
//! the next serial, and puts the zone's name in the queue of the name server.

use std::net::IpAddr;

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{
    Authority, Content, RECORDS_MAX, Record, RecordChanged, RecordId, RecordView, Seconds, Typed, Zone, ZoneId,
    ZoneState, ZoneView, broken_by, next_serial, refusal, serial_after_both,
};
use super::queries::{ShowZone, is_staff, zone_of};
use super::settings::{self, USUAL_TTL};
use super::{jobs, store};
use crate::auth::call::{Call, Changed, Scope, not_found};
use crate::auth::model::MailAddress;
use crate::auth::policy::Action;
use crate::hosting::error::HostingRefusal;
use crate::hosting::model::{Domain, DomainId, DomainName};
use crate::hosting::queries::reached;
use crate::platform::error::{Error, Result};
use crate::platform::{Refusal, Tx};

/// A zone for a domain.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateZone {
    /// The domain.
    pub domain_id: DomainId,
    /// Network addresses that the name and its `www` lead to; none when left out.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Kept and not served until it is asked for: still served elsewhere.
    #[serde(default)]
    pub withheld: bool,
}

/// Other numbers for a zone; what is left out stays.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateZone {
    /// The domain.
    pub domain_id: DomainId,
    /// The version of the zone that this change was made from.
    pub version: i64,
    /// Seconds for which records are kept by others, where they say nothing else: 30 to
    /// 604,800.
    #[serde(default)]
    pub default_ttl: Option<i64>,
    /// Seconds after which other servers look for a newer zone: 300 to 604,800.
    #[serde(default)]
    pub refresh: Option<i64>,
    /// Seconds after which they look again when that failed: 60 to 604,800.
    #[serde(default)]
    pub retry: Option<i64>,
    /// Seconds after which they no longer answer from what they could not refresh: 86,400
    /// to 4,838,400.
    #[serde(default)]
    pub expire: Option<i64>,
    /// Seconds for which others remember that a name is not there: 30 to 86,400.
    #[serde(default)]
    pub minimum: Option<i64>,
    /// Name of the first name server; set by staff only.
    #[serde(default)]
    pub primary_server: Option<String>,
    /// Mail address of who looks after the zone.
    #[serde(default)]
    pub hostmaster: Option<String>,
}

/// A record for a zone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddRecord {
    /// The domain.
    pub domain_id: DomainId,
    /// `@` or nothing for the zone's own name, `www`, or an absolute name with a dot at
    /// its end.
    #[serde(default)]
    pub owner: String,
    /// The type: `A`, `AAAA`, `CNAME`, `MX`, `TXT` and so on.
    pub kind: String,
    /// The data, as in a master file: `10 mail` for an MX.
    pub data: String,
    /// Seconds for which others keep it; the zone's default when left out.
    #[serde(default)]
    pub ttl: Option<i64>,
}

/// A record in place of one that is there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRecord {
    /// The domain.
    pub domain_id: DomainId,
    /// The record.
    pub record_id: RecordId,
    /// The version of the record that this change was made from.
    pub version: i64,
    /// `@` or nothing for the zone's own name, `www`, or an absolute name with a dot at
    /// its end.
    #[serde(default)]
    pub owner: String,
    /// The type.
    pub kind: String,
    /// The data, as in a master file.
    pub data: String,
    /// Seconds for which others keep it; the zone's default when left out.
    #[serde(default)]
    pub ttl: Option<i64>,
}

/// A record to be taken away.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteRecord {
    /// The domain.
    pub domain_id: DomainId,
    /// The record.
    pub record_id: RecordId,
    /// The version of the record that was seen.
    pub version: i64,
}

/// Makes a zone, served at once: the provider's name servers, and addresses where they
/// were given.
///
/// # Errors
/// `request.not_found`; `hosting.ended`; `hosting.dns_not_set_up`; `hosting.zone_there`;
/// `hosting.address`; what is wrong with the zone.
pub async fn create(call: &Call, input: CreateZone) -> Result<ZoneView> {
    let scope = call.authorize(Action::CreateZone)?;
    let (reader, actor) = (scope.clone(), call.actor_id());
    call.write(&scope, move |tx| {
        let domain = reached(tx, &reader, &input.domain_id)?;
        let Some(dns) = settings::load_in(tx)? else {
            return Err(HostingRefusal::DnsNotSetUp.into());
        };
        let mut records = Vec::new();
        for server in &dns.name_servers {
            records.push(content(&domain.name, "@", "NS", &format!("{server}."))?);
        }
        for typed in input.addresses.iter().filter(|typed| !typed.trim().is_empty()) {
            let address: IpAddr = typed
                .trim()
                .parse()
                .map_err(|_none| HostingRefusal::Address.with("address", typed.chars().take(80).collect::<String>()))?;
            let kind = if address.is_ipv4() { "A" } else { "AAAA" };
            for owner in ["@", "www"] {
                records.push(content(&domain.name, owner, kind, &address.to_string())?);
            }
        }
        let ttl = u32::try_from(dns.default_ttl.unwrap_or(USUAL_TTL)).map_err(Error::internal)?;
        let first = dns.name_servers.first().map_or("", String::as_str);
        let primary: DomainName = first.parse().map_err(Error::internal)?;
        let new = NewZone {
            authority: Authority::usual(primary, dns.hostmaster, ttl),
            records,
            serial: None,
            state: if input.withheld { ZoneState::Withheld } else { ZoneState::Served },
        };
        let zone = create_in(tx, &domain, new, &actor)?;
        Ok(changed(&domain, zone, &reader))
    })
    .await
}

fn content(zone: &DomainName, owner: &str, kind: &str, data: &str) -> Result<Content> {
    Content::read(&Typed { owner, kind, data, ttl: None }, zone).map_err(|fault| Error::Fields(vec![fault]))
}

/// A zone to be made, however it comes: by a person, or moved in.
#[derive(Debug)]
pub struct NewZone {
    /// What its SOA says.
    pub authority: Authority,
    /// Its records, without SOA; of the same ones the first is taken.
    pub records: Vec<Content>,
    /// A serial that others have seen, to go on from.
    pub serial: Option<u32>,
    /// Served, or withheld until it is to be.
    pub state: ZoneState,
}

/// Makes the zone of a domain in the caller's transaction. A withheld one may have faults,
/// as it came from elsewhere; they are shown.
///
/// # Errors
/// `hosting.ended`, `hosting.zone_there`, `hosting.too_many_records`; what is wrong with a
/// zone that is to be served at once.
pub fn create_in(tx: &mut Tx<'_>, domain: &Domain, new: NewZone, actor: &str) -> Result<Zone> {
    if !domain.state.is_held() {
        return Err(HostingRefusal::Ended.into());
    }
    let known = store::lock_of_domain(tx, &domain.id)?;
    if known.as_ref().is_some_and(|zone| zone.state != ZoneState::Removed) {
        return Err(HostingRefusal::ZoneThere.into());
    }
    let now = tx.now();
    let mut found = std::collections::BTreeSet::new();
    let records: Vec<Record> = new
        .records
        .into_iter()
        .filter(|content| found.insert(content.digest()))
        .map(|content| Record::new(content, now))
        .collect();
    has_room(records.len())?;
    // A name that was served here before goes on from its serial, whoever held it.
    let serial = store::serials_of(tx, &domain.name)?
        .into_iter()
        .chain(new.serial)
        .reduce(|one, other| serial_after_both(one, other, today(now)))
        .unwrap_or_default();
    let zone = Zone {
        id: known.map_or_else(ZoneId::new, |zone| zone.id),
        domain_id: domain.id.clone(),
        name: domain.name.clone(),
        state: new.state,
        authority: new.authority,
        serial: next_serial(serial, today(now)),
        observed_serial: None,
        observed_at: None,
        fault: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    if zone.state == ZoneState::Served {
        breaks_nothing(&zone, &[], records.iter().map(|record| &record.content))?;
    }
    store::put(tx, &zone)?;
    store::insert_records(tx, &zone.id, &records)?;
    publish(tx, &zone, domain, actor)?;
    Ok(zone)
}

/// Changes the numbers of a zone.
///
/// # Errors
/// `request.not_found`; `hosting.seconds` and `hosting.authority` by field;
/// `hosting.changed_meanwhile`.
pub async fn update(call: &Call, input: UpdateZone) -> Result<ZoneView> {
    let scope = call.authorize(Action::UpdateZone)?;
    let (reader, actor) = (scope.clone(), call.actor_id());
    call.write(&scope, move |tx| {
        let (domain, zone) = locked(tx, &reader, &input.domain_id)?;
        if zone.version != input.version {
            return Err(HostingRefusal::ChangedMeanwhile.into());
        }
        let seconds = Seconds {
            default_ttl: input.default_ttl,
            refresh: input.refresh,
            retry: input.retry,
            expire: input.expire,
            minimum: input.minimum,
        };
        let mut next = Zone { authority: zone.authority.with_seconds(&seconds).map_err(Error::Fields)?, ..zone };
        name_authority(&mut next.authority, &input, is_staff(&reader)).map_err(Error::Fields)?;
        let saved = save(tx, &next, &domain, &actor)?;
        Ok(changed(&domain, saved, &reader))
    })
    .await
}

fn name_authority(authority: &mut Authority, input: &UpdateZone, by_staff: bool) -> Result<(), Vec<Refusal>> {
    let mut faults = Vec::new();
    let wrong = |field| HostingRefusal::Authority.refusal().field(field);
    match input.primary_server.as_deref().map(str::parse::<DomainName>) {
        None => {}
        Some(Ok(name)) if by_staff || name == authority.primary_server => authority.primary_server = name,
        Some(_) => faults.push(wrong("primary_server")),
    }
    match input.hostmaster.as_deref().map(str::parse::<MailAddress>) {
        None => {}
        Some(Ok(address)) => authority.hostmaster = address.to_string(),
        Some(Err(_)) => faults.push(wrong("hostmaster")),
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Adds a record.
///
/// # Errors
/// `request.not_found`; what is wrong, by field; `hosting.record_there`;
/// `hosting.too_many_records`.
pub async fn add_record(call: &Call, input: AddRecord) -> Result<RecordChanged> {
    let scope = call.authorize(Action::AddRecord)?;
    let (reader, actor) = (scope.clone(), call.actor_id());
    call.write(&scope, move |tx| {
        let (domain, zone) = locked(tx, &reader, &input.domain_id)?;
        let typed = Typed { owner: &input.owner, kind: &input.kind, data: &input.data, ttl: input.ttl };
        let content = Content::read(&typed, &zone.name).map_err(|fault| Error::Fields(vec![fault]))?;
        let records = store::records(tx, &zone.id)?;
        has_room(records.len().saturating_add(1))?;
        is_new(&records, &content)?;
        let before: Vec<&Content> = records.iter().map(|record| &record.content).collect();
        breaks_nothing(&zone, &before, before.iter().copied().chain([&content]))?;
        let record = Record::new(content, tx.now());
        store::insert_records(tx, &zone.id, std::slice::from_ref(&record))?;
        let saved = save(tx, &zone, &domain, &actor)?;
        Ok(record_changed(&domain, saved, record, &reader))
    })
    .await
}

/// Puts a record in place of one that is there.
///
/// # Errors
/// As for [`add_record`]; `hosting.changed_meanwhile`.
pub async fn update_record(call: &Call, input: UpdateRecord) -> Result<RecordChanged> {
    let scope = call.authorize(Action::UpdateRecord)?;
    let (reader, actor) = (scope.clone(), call.actor_id());
    call.write(&scope, move |tx| {
        let (domain, zone) = locked(tx, &reader, &input.domain_id)?;
        let records = store::records(tx, &zone.id)?;
        let old = believed(&records, &input.record_id, input.version)?;
        let typed = Typed { owner: &input.owner, kind: &input.kind, data: &input.data, ttl: input.ttl };
        let content = Content::read(&typed, &zone.name).map_err(|fault| Error::Fields(vec![fault]))?;
        let others: Vec<&Record> = records.iter().filter(|record| record.id != old.id).collect();
        is_new(others.iter().copied(), &content)?;
        let before: Vec<&Content> = records.iter().map(|record| &record.content).collect();
        breaks_nothing(&zone, &before, others.iter().map(|record| &record.content).chain([&content]))?;
        let next = Record { content, updated_at: tx.now(), ..old.clone() };
        if !store::save_record(tx, &zone.id, &next)? {
            return Err(HostingRefusal::ChangedMeanwhile.into());
        }
        let saved = save(tx, &zone, &domain, &actor)?;
        let was = format!("{} {} {}", old.content.owner, old.content.kind, old.content.data);
        let record = Record { version: next.version.saturating_add(1), ..next };
        Ok(record_changed(&domain, saved, record, &reader).noting("was", was))
    })
    .await
}

/// Takes a record away.
///
/// # Errors
/// `request.not_found`; `hosting.changed_meanwhile`; what the zone would lack.
pub async fn delete_record(call: &Call, input: DeleteRecord) -> Result<RecordChanged> {
    let scope = call.authorize(Action::DeleteRecord)?;
    let (reader, actor) = (scope.clone(), call.actor_id());
    call.write(&scope, move |tx| {
        let (domain, zone) = locked(tx, &reader, &input.domain_id)?;
        let records = store::records(tx, &zone.id)?;
        let old = believed(&records, &input.record_id, input.version)?.clone();
        let before: Vec<&Content> = records.iter().map(|record| &record.content).collect();
        let after = records.iter().filter(|record| record.id != old.id).map(|record| &record.content);
        breaks_nothing(&zone, &before, after)?;
        store::delete_records(tx, &zone.id, std::slice::from_ref(&old.id))?;
        let saved = save(tx, &zone, &domain, &actor)?;
        Ok(record_changed(&domain, saved, old, &reader))
    })
    .await
}

/// Takes a zone away with all its records; the name server forgets it.
///
/// # Errors
/// `request.not_found`; `hosting.changed_meanwhile`.
pub async fn delete(call: &Call, input: ShowZone) -> Result<ZoneView> {
    let scope = call.authorize(Action::DeleteZone)?;
    let (reader, actor) = (scope.clone(), call.actor_id());
    call.write(&scope, move |tx| {
        let (domain, zone) = locked(tx, &reader, &input.domain_id)?;
        let saved = take_away(tx, &domain, &zone, &actor)?;
        Ok(changed(&domain, saved, &reader))
    })
    .await
}

/// Serves a zone that was withheld.
///
/// # Errors
/// `request.not_found`; `hosting.zone_served`; what is wrong with the zone;
/// `hosting.changed_meanwhile`.
pub async fn serve(call: &Call, input: ShowZone) -> Result<ZoneView> {
    let scope = call.authorize(Action::ServeZone)?;
    let (reader, actor) = (scope.clone(), call.actor_id());
    call.write(&scope, move |tx| {
        let (domain, zone) = locked(tx, &reader, &input.domain_id)?;
        let saved = serve_in(tx, &domain, zone, &actor)?;
        Ok(changed(&domain, saved, &reader))
    })
    .await
}

/// [`serve`] in the caller's transaction.
///
/// # Errors
/// As for [`serve`].
pub fn serve_in(tx: &mut Tx<'_>, domain: &Domain, zone: Zone, actor: &str) -> Result<Zone> {
    if zone.state == ZoneState::Served {
        return Err(HostingRefusal::ZoneServed.into());
    }
    let records = store::records(tx, &zone.id)?;
    breaks_nothing(&zone, &[], records.iter().map(|record| &record.content))?;
    save(tx, &Zone { state: ZoneState::Served, ..zone }, domain, actor)
}

/// The domain is held no more: its zone, if it has one, is served no more.
///
/// # Errors
/// When the database fails.
pub fn withdraw_in(tx: &mut Tx<'_>, domain: &Domain, actor: &str) -> Result<()> {
    match store::lock_of_domain(tx, &domain.id)? {
        Some(zone) if zone.state != ZoneState::Removed => take_away(tx, domain, &zone, actor).map(|_| ()),
        _ => Ok(()),
    }
}

fn take_away(tx: &mut Tx<'_>, domain: &Domain, zone: &Zone, actor: &str) -> Result<Zone> {
    let records: Vec<RecordId> = store::records(tx, &zone.id)?.into_iter().map(|record| record.id).collect();
    store::delete_records(tx, &zone.id, &records)?;
    save(tx, &Zone { state: ZoneState::Removed, ..zone.clone() }, domain, actor)
}

/// The zone with its row locked until the transaction ends.
pub(super) fn locked(tx: &mut Tx<'_>, scope: &Scope, id: &DomainId) -> Result<(Domain, Zone)> {
    let (domain, _) = zone_of(tx, scope, id)?;
    let zone = store::lock_of_domain(tx, &domain.id)?.filter(|zone| zone.state != ZoneState::Removed);
    Ok((domain, zone.ok_or_else(not_found)?))
}

/// Writes a zone with the next serial, and lets the name server follow.
pub(super) fn save(tx: &mut Tx<'_>, zone: &Zone, domain: &Domain, actor: &str) -> Result<Zone> {
    let next = zone.advanced(tx.now());
    if !store::save(tx, &next)? {
        return Err(HostingRefusal::ChangedMeanwhile.into());
    }
    publish(tx, &next, domain, actor)?;
    Ok(Zone { version: next.version.saturating_add(1), ..next })
}

fn publish(tx: &mut Tx<'_>, zone: &Zone, domain: &Domain, actor: &str) -> Result<()> {
    if zone.state != ZoneState::Withheld {
        jobs::enqueue_in(tx, &zone.name, &domain.customer_id, actor)?;
    }
    Ok(())
}

/// Refuses what would break the zone; what was broken before may stay.
fn breaks_nothing<'a>(zone: &Zone, before: &[&Content], after: impl IntoIterator<Item = &'a Content>) -> Result<()> {
    let before = if before.is_empty() { Vec::new() } else { zone.faults(before.iter().copied()) };
    let broken = broken_by(&before, zone.faults(after));
    if broken.is_empty() { Ok(()) } else { Err(Error::Fields(broken.iter().take(5).map(refusal).collect())) }
}

fn is_new<'a>(records: impl IntoIterator<Item = &'a Record>, content: &Content) -> Result<()> {
    let digest = content.digest();
    if records.into_iter().any(|record| record.content.digest() == digest) {
        return Err(HostingRefusal::RecordThere.into());
    }
    Ok(())
}

/// The record that a person saw.
fn believed<'r>(records: &'r [Record], id: &RecordId, version: i64) -> Result<&'r Record> {
    let record = records.iter().find(|record| record.id == *id).ok_or_else(not_found)?;
    if record.version == version { Ok(record) } else { Err(HostingRefusal::ChangedMeanwhile.into()) }
}

pub(super) fn has_room(records: usize) -> Result<()> {
    if records > RECORDS_MAX { Err(HostingRefusal::TooManyRecords.with("max", RECORDS_MAX).into()) } else { Ok(()) }
}

fn today(now: Instant) -> hostwright_kernel::Day {
    now.day_in(&jiff::tz::TimeZone::UTC)
}

pub(super) fn changed(domain: &Domain, zone: Zone, reader: &Scope) -> Changed<ZoneView> {
    let (name, serial, state) = (zone.name.to_string(), zone.serial, zone.state);
    Changed::new(zone.id.clone(), ZoneView::new(zone, is_staff(reader)))
        .of(&domain.customer_id)
        .noting("name", name)
        .noting("serial", serial)
        .noting("state", state.as_str())
}

fn record_changed(domain: &Domain, zone: Zone, record: Record, reader: &Scope) -> Changed<RecordChanged> {
    let (name, serial) = (zone.name.to_string(), zone.serial);
    let Content { owner, kind, data, .. } = record.content.clone();
    let told = RecordChanged { zone: ZoneView::new(zone, is_staff(reader)), record: RecordView::from(record) };
    Changed::new(told.record.id.clone(), told)
        .of(&domain.customer_id)
        .noting("zone", name)
        .noting("serial", serial)
        .noting("record", format!("{owner} {kind} {data}"))
}
