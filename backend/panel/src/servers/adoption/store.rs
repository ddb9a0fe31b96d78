//! Rows of guests that were found and of servers that were taken over, and what on record
//! they could collide with.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::jobs::ADOPT;
use super::judge::{Holder, Records};
use super::model::{Adoption, Candidate, FoundId, GuestFacts, GuestFound, Standing, Wanted, is_without_guest};
use super::queries::ListFound;
use crate::addresses;
use crate::nodes::model::NodeId;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{JobId, JobState};
use crate::platform::schema::{found_guests, jobs, server_adoptions, server_disks, servers};
use crate::platform::{ListInput, Tx};
use crate::servers::model::{Desired, Disk, DiskState, Server, ServerId};
use crate::subscriptions::model::SubscriptionId;
use crate::{locking, servers as slice};

/// Servers without a guest that are looked at; more are not offered as matches.
const MOST_CANDIDATES: i64 = 5_000;

/// A guest that was found, as kept.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its id.
    pub id: FoundId,
    /// Where it was found.
    pub node_id: NodeId,
    /// What became of it.
    pub standing: Standing,
    /// What was last seen of it.
    pub facts: GuestFacts,
    /// Its definition.
    pub document: String,
    /// What a person wants for it, while it is being taken over.
    pub wanted: Option<Wanted>,
    /// Code and detail of what was in the way of the last taking over.
    pub refusal: Option<(String, String)>,
    /// The server that it is the guest of.
    pub server_id: Option<ServerId>,
    /// When it was first seen.
    pub found_at: Instant,
    /// When it was last seen.
    pub seen_at: Instant,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = found_guests)]
struct Row {
    id: FoundId,
    node_id: NodeId,
    standing: Standing,
    facts: String,
    document: String,
    wanted: Option<String>,
    refusal: Option<String>,
    server_id: Option<ServerId>,
    found_at: Instant,
    seen_at: Instant,
}

impl TryFrom<Row> for Found {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            node_id: row.node_id,
            standing: row.standing,
            facts: serde_json::from_str(&row.facts)?,
            document: row.document,
            wanted: row.wanted.as_deref().map(serde_json::from_str).transpose()?,
            refusal: row.refusal.as_deref().map(serde_json::from_str).transpose()?,
            server_id: row.server_id,
            found_at: row.found_at,
            seen_at: row.seen_at,
        })
    }
}

/// A guest that was found.
pub fn find(tx: &mut Tx<'_>, id: &FoundId) -> Result<Option<Found>> {
    let row: Option<Row> = found_guests::table.find(id).select(Row::as_select()).first(tx.conn).optional()?;
    row.map(Found::try_from).transpose()
}

/// The same, locked until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: &FoundId) -> Result<Option<Found>> {
    let row = locking!(&mut *tx.conn, found_guests::table.find(id).select(Row::as_select()), first::<Row>);
    row.optional()?.map(Found::try_from).transpose()
}

/// What the last look at a node showed, whatever became of it.
pub fn present(tx: &mut Tx<'_>, node_id: &NodeId) -> Result<Vec<(FoundId, GuestFacts)>> {
    let rows: Vec<(FoundId, String)> = found_guests::table
        .filter(found_guests::node_id.eq(node_id))
        .filter(found_guests::standing.ne(Standing::Gone))
        .order((found_guests::name, found_guests::id))
        .select((found_guests::id, found_guests::facts))
        .load(tx.conn)?;
    rows.into_iter().map(|(id, facts)| Ok((id, serde_json::from_str(&facts)?))).collect()
}

/// The open tasks that take these guests over.
pub fn open_tasks(tx: &mut Tx<'_>, subjects: &[String]) -> Result<Vec<(String, JobId)>> {
    Ok(jobs::table
        .filter(jobs::kind.eq(ADOPT))
        .filter(jobs::subject.eq_any(subjects.to_vec()))
        .filter(jobs::state.eq_any([JobState::Queued, JobState::Running, JobState::Attention]))
        .select((jobs::subject, jobs::id))
        .load(tx.conn)?)
}

/// A page of what was found on a node, by id.
pub fn list(tx: &mut Tx<'_>, input: &ListFound, page: &ListInput) -> Result<Vec<Found>> {
    let mut query = found_guests::table
        .filter(found_guests::node_id.eq(&input.node_id))
        .order(found_guests::id)
        .limit(page.fetch())
        .select(Row::as_select())
        .into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(found_guests::id.gt(after.clone()));
    }
    if let Some(standing) = input.standing {
        query = query.filter(found_guests::standing.eq(standing));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(Found::try_from).collect()
}

/// Keeps what was seen of a guest; a new row the first time. One that had gone is found again.
pub fn see(tx: &mut Tx<'_>, node_id: &NodeId, seen: &GuestFound) -> Result<()> {
    let (now, facts) = (tx.now(), serde_json::to_string(&seen.facts)?);
    let of_guest = || {
        found_guests::table.filter(found_guests::node_id.eq(node_id)).filter(found_guests::uuid.eq(&seen.facts.uuid))
    };
    let known = diesel::update(of_guest())
        .set((
            found_guests::name.eq(&seen.facts.name),
            found_guests::facts.eq(&facts),
            found_guests::document.eq(&seen.document),
            found_guests::seen_at.eq(now),
        ))
        .execute(tx.conn)?;
    if known == 0 {
        diesel::insert_into(found_guests::table)
            .values((
                found_guests::id.eq(FoundId::new()),
                found_guests::node_id.eq(node_id),
                found_guests::uuid.eq(&seen.facts.uuid),
                found_guests::name.eq(&seen.facts.name),
                found_guests::standing.eq(Standing::Found),
                found_guests::facts.eq(&facts),
                found_guests::document.eq(&seen.document),
                found_guests::found_at.eq(now),
                found_guests::seen_at.eq(now),
            ))
            .execute(tx.conn)?;
        return Ok(());
    }
    diesel::update(of_guest().filter(found_guests::standing.eq(Standing::Gone)))
        .set(found_guests::standing.eq(Standing::Found))
        .execute(tx.conn)?;
    Ok(())
}

/// Notes guests that a look did not show; how many. What is being taken over, or is a
/// server's, has others to look after it.
pub fn lose(tx: &mut Tx<'_>, node_id: &NodeId, shown: &[String]) -> Result<usize> {
    let lost = found_guests::table
        .filter(found_guests::node_id.eq(node_id))
        .filter(found_guests::standing.eq_any([Standing::Found, Standing::Ignored]))
        .filter(found_guests::uuid.ne_all(shown.to_vec()));
    Ok(diesel::update(lost).set(found_guests::standing.eq(Standing::Gone)).execute(tx.conn)?)
}

/// Keeps what became of a guest.
pub fn save(tx: &mut Tx<'_>, found: &Found) -> Result<()> {
    diesel::update(found_guests::table.find(&found.id))
        .set((
            found_guests::standing.eq(found.standing),
            found_guests::wanted.eq(found.wanted.as_ref().map(serde_json::to_string).transpose()?),
            found_guests::refusal.eq(found.refusal.as_ref().map(serde_json::to_string).transpose()?),
            found_guests::server_id.eq(found.server_id.clone()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Strikes off a guest that a person says is gone.
pub fn delete(tx: &mut Tx<'_>, id: &FoundId) -> Result<()> {
    diesel::delete(found_guests::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// How a server's domain is called that somebody else made.
pub fn adoption(tx: &mut Tx<'_>, server_id: &ServerId) -> Result<Option<Adoption>> {
    let row: Option<(ServerId, String, Option<String>, String, String, String)> = server_adoptions::table
        .find(server_id)
        .select((
            server_adoptions::server_id,
            server_adoptions::name,
            server_adoptions::pool,
            server_adoptions::volume,
            server_adoptions::document,
            server_adoptions::addresses,
        ))
        .first(tx.conn)
        .optional()?;
    row.map(|(server_id, name, pool, volume, document, addresses)| {
        let words = addresses.split(',').filter(|word| !word.is_empty());
        let addresses = words.map(|word| word.parse().map_err(Error::internal)).collect::<Result<_>>()?;
        Ok(Adoption { server_id, name, pool, volume, document, addresses })
    })
    .transpose()
}

/// Keeps how a server's domain is called.
pub fn insert_adoption(tx: &mut Tx<'_>, node_id: &NodeId, adoption: &Adoption) -> Result<()> {
    let addresses: Vec<String> = adoption.addresses.iter().map(ToString::to_string).collect();
    diesel::insert_into(server_adoptions::table)
        .values((
            server_adoptions::server_id.eq(&adoption.server_id),
            server_adoptions::node_id.eq(node_id),
            server_adoptions::name.eq(&adoption.name),
            server_adoptions::pool.eq(&adoption.pool),
            server_adoptions::volume.eq(&adoption.volume),
            server_adoptions::document.eq(&adoption.document),
            server_adoptions::addresses.eq(addresses.join(",")),
            server_adoptions::adopted_at.eq(tx.now()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Makes the server that had no guest the one whose guest was found; false when it was
/// changed since `believed`.
pub fn replace(tx: &mut Tx<'_>, server: &Server, disk: &Disk, believed: i64) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(servers::table.find(&server.id).filter(servers::version.eq(believed)))
        .set((
            servers::node_id.eq(&server.node_id),
            servers::vcpus.eq(server.vcpus),
            servers::memory_mib.eq(server.memory_mib),
            servers::disk_gib.eq(server.disk_gib),
            servers::mac.eq(&server.mac),
            servers::uuid.eq(&server.uuid),
            servers::desired.eq(server.desired),
            servers::released.eq(server.released),
            servers::suspended.eq(server.suspended),
            servers::generation.eq(server.generation),
            servers::version.eq(server.version),
        ))
        .execute(tx.conn)?;
    if rows == 0 {
        return Ok(false);
    }
    let planned = server_disks::table.find(&disk.id).filter(server_disks::state.eq(DiskState::Planned));
    let rows = diesel::update(planned)
        .set((
            server_disks::node_id.eq(&disk.node_id),
            server_disks::name.eq(&disk.name),
            server_disks::size_gib.eq(disk.size_gib),
            server_disks::state.eq(disk.state),
            server_disks::changed_at.eq(now),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Servers that have no guest and are not deleted, with those of their addresses that are
/// among `places`.
pub fn candidates(tx: &mut Tx<'_>, places: &BTreeMap<IpAddr, Option<ServerId>>) -> Result<Vec<Candidate>> {
    type Columns = (ServerId, SubscriptionId, String, String, String, String);
    let rows: Vec<Columns> = servers::table
        .inner_join(server_disks::table)
        .filter(server_disks::state.eq(DiskState::Planned))
        .filter(servers::desired.ne(Desired::Deleted))
        .order(servers::id)
        .limit(MOST_CANDIDATES)
        .select((
            servers::id,
            servers::subscription_id,
            servers::customer_id,
            servers::hostname,
            servers::uuid,
            servers::mac,
        ))
        .load(tx.conn)?;
    let ids: Vec<ServerId> = rows.iter().map(|row| row.0.clone()).collect();
    let begun: BTreeSet<ServerId> = slice::store::observations(tx, &ids)?
        .into_iter()
        .filter(|(_, seen)| !is_without_guest(DiskState::Planned, seen))
        .map(|(id, _)| id)
        .collect();
    Ok(rows
        .into_iter()
        .filter(|row| !begun.contains(&row.0))
        .map(|(server_id, subscription_id, customer_id, hostname, uuid, mac)| {
            let own = places.iter().filter(|(_, holder)| holder.as_ref() == Some(&server_id));
            let addresses = own.map(|(address, _)| *address).collect();
            Candidate { server_id, subscription_id, customer_id, hostname, uuid, mac, addresses }
        })
        .collect())
}

/// Which of these addresses are in a pool, and whose each is.
pub fn places(tx: &mut Tx<'_>, wanted: &[IpAddr]) -> Result<BTreeMap<IpAddr, Option<ServerId>>> {
    addresses::queries::places_in(tx, wanted)?
        .into_iter()
        .map(|(address, _, server)| {
            let server = server.map(|id| id.parse().map_err(Error::internal)).transpose()?;
            Ok((address, server))
        })
        .collect()
}

/// What is on record that guests of a node with these UUIDs and hardware addresses could
/// collide with.
pub fn records(
    tx: &mut Tx<'_>,
    node_id: &NodeId,
    uuids: &[String],
    macs: &[String],
    places: &BTreeMap<IpAddr, Option<ServerId>>,
) -> Result<Records> {
    let disks: Vec<(String, ServerId)> = server_disks::table
        .filter(server_disks::node_id.eq(node_id))
        .filter(server_disks::state.ne(DiskState::Deleted))
        .select((server_disks::name, server_disks::server_id))
        .load(tx.conn)?;
    let uuids: Vec<(String, ServerId)> = servers::table
        .filter(servers::uuid.eq_any(uuids.to_vec()))
        .select((servers::uuid, servers::id))
        .load(tx.conn)?;
    let mut holders: Vec<(String, ServerId)> = Vec::new();
    for (mac, server) in addresses::queries::mac_holders_in(tx, macs)? {
        holders.push((mac, server.parse().map_err(Error::internal)?));
    }
    let mut ids: BTreeSet<ServerId> = places.values().flatten().cloned().collect();
    ids.extend([&disks, &uuids, &holders].into_iter().flatten().map(|(_, id)| id.clone()));
    let without = without_guest(tx, ids.into_iter().collect())?;
    let holder = |id: &ServerId| Holder { server_id: id.clone(), has_guest: !without.contains(id) };
    let held = |rows: Vec<(String, ServerId)>| rows.into_iter().map(|(what, id)| (what, holder(&id))).collect();
    Ok(Records {
        disks: held(disks),
        macs: held(holders),
        uuids: held(uuids),
        addresses: places.iter().map(|(address, id)| (*address, id.as_ref().map(holder))).collect(),
    })
}

/// Those of these servers that have no guest.
fn without_guest(tx: &mut Tx<'_>, ids: Vec<ServerId>) -> Result<BTreeSet<ServerId>> {
    let disks: BTreeMap<ServerId, DiskState> =
        slice::store::disks(tx, &ids)?.into_iter().map(|disk| (disk.server_id, disk.state)).collect();
    let seen = slice::store::observations(tx, &ids)?;
    Ok(seen
        .into_iter()
        .filter(|(id, seen)| disks.get(id).is_some_and(|disk| is_without_guest(*disk, seen)))
        .map(|(id, _)| id)
        .collect())
}
