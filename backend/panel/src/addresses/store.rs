//! Rows of pools, addresses and hardware addresses.

use std::net::IpAddr;

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::model::{Address, AddressId, AddressState, AddressView, Counts, Family, Network, Pool, PoolId};
use super::queries::ListAddresses;
use crate::nodes::model::NodeId;
use crate::platform::db::lower;
use crate::platform::error::{Error, Result};
use crate::platform::schema::{address_pools, addresses, macs, network_in_use};
use crate::platform::{AnyConnection, ListInput, Tx};
use crate::{locking, on_each};

/// Rows written by one statement; PostgreSQL takes 65,535 values.
const BATCH: usize = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = address_pools)]
struct PoolRow {
    id: PoolId,
    name: String,
    node_id: Option<NodeId>,
    family: i64,
    cidr: String,
    prefix: i64,
    gateway: String,
    resolvers: String,
    created_at: Instant,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = addresses)]
struct AddressRow {
    id: AddressId,
    pool_id: PoolId,
    address: String,
    position: i64,
    state: AddressState,
    server_id: Option<String>,
    free_after: Option<Instant>,
    changed_at: Instant,
}

impl From<&Pool> for PoolRow {
    fn from(pool: &Pool) -> Self {
        let resolvers: Vec<String> = pool.resolvers.iter().map(ToString::to_string).collect();
        Self {
            id: pool.id.clone(),
            name: pool.name.clone(),
            node_id: pool.node_id.clone(),
            family: pool.network.family().number(),
            cidr: pool.network.to_string(),
            prefix: pool.network.prefix().into(),
            gateway: pool.gateway.to_string(),
            resolvers: resolvers.join(","),
            created_at: pool.created_at,
        }
    }
}

impl TryFrom<PoolRow> for Pool {
    type Error = Error;
    fn try_from(row: PoolRow) -> Result<Self> {
        let resolvers: Result<Vec<IpAddr>> = row.resolvers.split(',').filter(|word| !word.is_empty()).map(ip).collect();
        Ok(Self {
            id: row.id,
            name: row.name,
            node_id: row.node_id,
            network: Network::parse(&row.cidr)?,
            gateway: ip(&row.gateway)?,
            resolvers: resolvers?,
            created_at: row.created_at,
        })
    }
}

impl From<AddressRow> for AddressView {
    fn from(row: AddressRow) -> Self {
        Self {
            id: row.id,
            pool_id: row.pool_id,
            address: row.address,
            state: row.state,
            server_id: row.server_id,
            in_use_by: None,
            free_after: row.free_after,
            changed_at: row.changed_at,
        }
    }
}

fn ip(text: &str) -> Result<IpAddr> {
    text.parse().map_err(Error::internal)
}

/// Adds a pool with its addresses, all free.
pub fn insert_pool(tx: &mut Tx<'_>, pool: &Pool, hosts: &[IpAddr]) -> diesel::QueryResult<()> {
    diesel::insert_into(address_pools::table).values(PoolRow::from(pool)).execute(tx.conn)?;
    let now = tx.now();
    let rows: Vec<AddressRow> = (1_i64..)
        .zip(hosts)
        .map(|(position, host)| AddressRow {
            id: AddressId::new(),
            pool_id: pool.id.clone(),
            address: host.to_string(),
            position,
            state: AddressState::Free,
            server_id: None,
            free_after: None,
            changed_at: now,
        })
        .collect();
    match tx.conn {
        AnyConnection::Postgres(conn) => {
            for batch in rows.chunks(BATCH) {
                diesel::insert_into(addresses::table).values(batch.to_vec()).execute(conn)?;
            }
        }
        // For many rows diesel opens a transaction of its own on SQLite, and
        // there is one already; the statement is prepared once in any case.
        AnyConnection::Sqlite(conn) => {
            for row in rows {
                diesel::insert_into(addresses::table).values(row).execute(conn)?;
            }
        }
    }
    Ok(())
}

/// Every pool, oldest first.
pub fn all_pools(tx: &mut Tx<'_>) -> Result<Vec<Pool>> {
    let rows: Vec<PoolRow> =
        address_pools::table.order(address_pools::id).select(PoolRow::as_select()).load(tx.conn)?;
    rows.into_iter().map(Pool::try_from).collect()
}

/// Pools, oldest first.
pub fn list_pools(tx: &mut Tx<'_>, input: &ListInput) -> Result<Vec<Pool>> {
    let mut query =
        address_pools::table.select(PoolRow::as_select()).order(address_pools::id).limit(input.fetch()).into_boxed();
    if let Some(after) = &input.after {
        query = query.filter(address_pools::id.gt(after.clone()));
    }
    if let Some(pattern) = input.pattern() {
        query = query.filter(
            lower(address_pools::name)
                .like(pattern.clone())
                .escape('\\')
                .or(address_pools::cidr.like(pattern).escape('\\')),
        );
    }
    let rows: Vec<PoolRow> = query.load(tx.conn)?;
    rows.into_iter().map(Pool::try_from).collect()
}

/// Pools of a family from which the servers of a node take: the node's own
/// first, then those of every node.
pub fn pools_for(tx: &mut Tx<'_>, node_id: &NodeId, family: Family) -> Result<Vec<Pool>> {
    let rows: Vec<PoolRow> = address_pools::table
        .filter(address_pools::family.eq(family.number()))
        .filter(address_pools::node_id.eq(node_id).or(address_pools::node_id.is_null()))
        .order(address_pools::id)
        .select(PoolRow::as_select())
        .load(tx.conn)?;
    let mut pools: Vec<Pool> = rows.into_iter().map(Pool::try_from).collect::<Result<_>>()?;
    pools.sort_by_key(|pool| pool.node_id.is_none());
    Ok(pools)
}

/// How many addresses of these pools are in each state.
pub fn counts(tx: &mut Tx<'_>, pools: &[PoolId]) -> Result<Vec<(PoolId, Counts)>> {
    let rows: Vec<(PoolId, AddressState, i64)> = addresses::table
        .filter(addresses::pool_id.eq_any(pools.to_vec()))
        .group_by((addresses::pool_id, addresses::state))
        .select((addresses::pool_id, addresses::state, diesel::dsl::count_star()))
        .load(tx.conn)?;
    Ok(pools
        .iter()
        .map(|pool| {
            let mut counts = Counts::default();
            for (_, state, count) in rows.iter().filter(|(of, ..)| of == pool) {
                counts.set(*state, *count);
            }
            (pool.clone(), counts)
        })
        .collect())
}

/// Addresses in the order of their pools.
pub fn list(tx: &mut Tx<'_>, input: &ListAddresses, page: &ListInput) -> Result<Vec<AddressView>> {
    let mut query =
        addresses::table.select(AddressRow::as_select()).order(addresses::id).limit(page.fetch()).into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(addresses::id.gt(after.clone()));
    }
    if let Some(pool) = &input.pool_id {
        query = query.filter(addresses::pool_id.eq(pool));
    }
    if let Some(state) = input.state {
        query = query.filter(addresses::state.eq(state));
    }
    if let Some(server) = &input.server_id {
        query = query.filter(addresses::server_id.eq(server));
    }
    if let Some(pattern) = page.pattern() {
        query = query.filter(addresses::address.like(pattern).escape('\\'));
    }
    let rows: Vec<AddressRow> = query.load(tx.conn)?;
    shown(tx, rows)
}

/// Addresses as shown, with the guest that uses each and is not ours.
fn shown(tx: &mut Tx<'_>, rows: Vec<AddressRow>) -> Result<Vec<AddressView>> {
    let texts: Vec<String> = rows.iter().map(|row| row.address.clone()).collect();
    let used = in_use(tx, &texts)?;
    let mut views: Vec<AddressView> = rows.into_iter().map(AddressView::from).collect();
    for view in &mut views {
        view.in_use_by = used.iter().find(|(what, _)| *what == view.address).map(|(_, guest)| guest.clone());
    }
    Ok(views)
}

/// An address by id.
pub fn find(tx: &mut Tx<'_>, id: &AddressId) -> Result<Option<AddressView>> {
    let row: Option<AddressRow> =
        addresses::table.find(id).select(AddressRow::as_select()).first(tx.conn).optional()?;
    Ok(shown(tx, row.into_iter().collect())?.pop())
}

/// No guest that is not ours was found with the address. Everything that gives addresses
/// away looks through this, so none of those is ever given, whatever its own state.
#[diesel::dsl::auto_type]
fn is_unused() -> _ {
    diesel::dsl::not(diesel::dsl::exists(network_in_use::table.filter(network_in_use::what.eq(addresses::address))))
}

/// The next free address of a pool that no other transaction is taking, locked.
pub fn next_free(tx: &mut Tx<'_>, pool: &PoolId) -> Result<Option<(AddressId, String)>> {
    let row = locking!(
        &mut *tx.conn,
        addresses::table
            .filter(addresses::pool_id.eq(pool))
            .filter(addresses::state.eq(AddressState::Free))
            .filter(is_unused())
            .order(addresses::position)
            .limit(1)
            .select((addresses::id, addresses::address)),
        first::<(AddressId, String)>,
        skip_locked
    );
    Ok(row.optional()?)
}

/// As [`next_free`], but waits for whoever is taking it. None also when that
/// one took it: ask again while [`any_free`].
pub fn next_free_waiting(tx: &mut Tx<'_>, pool: &PoolId) -> Result<Option<(AddressId, String)>> {
    let row = locking!(
        &mut *tx.conn,
        addresses::table
            .filter(addresses::pool_id.eq(pool))
            .filter(addresses::state.eq(AddressState::Free))
            .filter(is_unused())
            .order(addresses::position)
            .limit(1)
            .select((addresses::id, addresses::address)),
        first::<(AddressId, String)>
    );
    Ok(row.optional()?)
}

/// Whether any address of a pool is free as far as committed.
pub fn any_free(tx: &mut Tx<'_>, pool: &PoolId) -> Result<bool> {
    let free = addresses::table
        .filter(addresses::pool_id.eq(pool))
        .filter(addresses::state.eq(AddressState::Free))
        .filter(is_unused());
    Ok(diesel::select(diesel::dsl::exists(free)).get_result(tx.conn)?)
}

/// Gives an address to a server if it is still free.
pub fn assign(tx: &mut Tx<'_>, id: &AddressId, server_id: &str) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(addresses::table.find(id).filter(addresses::state.eq(AddressState::Free)))
        .set((
            addresses::state.eq(AddressState::Assigned),
            addresses::server_id.eq(server_id),
            addresses::free_after.eq(None::<Instant>),
            addresses::changed_at.eq(now),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Lets a server's addresses cool off.
pub fn cool(tx: &mut Tx<'_>, server_id: &str, free_after: Instant) -> Result<usize> {
    let now = tx.now();
    let held =
        addresses::table.filter(addresses::server_id.eq(server_id)).filter(addresses::state.eq(AddressState::Assigned));
    Ok(diesel::update(held)
        .set((
            addresses::state.eq(AddressState::Cooling),
            addresses::server_id.eq(None::<String>),
            addresses::free_after.eq(free_after),
            addresses::changed_at.eq(now),
        ))
        .execute(tx.conn)?)
}

/// Frees what has cooled off by now.
pub fn free_cooled(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    let cooled =
        addresses::table.filter(addresses::state.eq(AddressState::Cooling)).filter(addresses::free_after.le(now));
    Ok(diesel::update(cooled)
        .set((
            addresses::state.eq(AddressState::Free),
            addresses::free_after.eq(None::<Instant>),
            addresses::changed_at.eq(now),
        ))
        .execute(tx.conn)?)
}

/// Moves an address that no server has from one of these states to another.
pub fn set_state(tx: &mut Tx<'_>, id: &AddressId, from: &[AddressState], to: AddressState) -> Result<bool> {
    let now = tx.now();
    let believed =
        addresses::table.find(id).filter(addresses::state.eq_any(from.to_vec())).filter(addresses::server_id.is_null());
    let rows = diesel::update(believed)
        .set((addresses::state.eq(to), addresses::free_after.eq(None::<Instant>), addresses::changed_at.eq(now)))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// The addresses of a server, version 4 first.
pub fn of_server(tx: &mut Tx<'_>, server_id: &str) -> Result<Vec<Address>> {
    let rows: Vec<(AddressRow, PoolRow)> = addresses::table
        .inner_join(address_pools::table)
        .filter(addresses::server_id.eq(server_id))
        .order((address_pools::family, addresses::id))
        .select((AddressRow::as_select(), PoolRow::as_select()))
        .load(tx.conn)?;
    rows.into_iter()
        .map(|(row, pool)| {
            let address = ip(&row.address)?;
            Ok(Address::of_pool(&Pool::try_from(pool)?, row.id, address))
        })
        .collect()
}

/// The server that has an address.
pub fn holder(tx: &mut Tx<'_>, address: &str) -> Result<Option<String>> {
    Ok(addresses::table
        .filter(addresses::address.eq(address))
        .filter(addresses::server_id.is_not_null())
        .select(addresses::server_id.assume_not_null())
        .first(tx.conn)
        .optional()?)
}

/// Every address that a server has, with the server.
pub fn assigned(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>> {
    Ok(addresses::table
        .filter(addresses::server_id.is_not_null())
        .order(addresses::id)
        .select((addresses::address, addresses::server_id.assume_not_null()))
        .load(tx.conn)?)
}

/// The hardware address of a server, if it has one.
pub fn mac_of(tx: &mut Tx<'_>, server_id: &str) -> Result<Option<String>> {
    Ok(macs::table.filter(macs::server_id.eq(server_id)).select(macs::mac).first(tx.conn).optional()?)
}

/// Writes down who has a hardware address, for ever.
pub fn insert_mac(tx: &mut Tx<'_>, mac: &str, server_id: &str) -> Result<()> {
    diesel::insert_into(macs::table)
        .values((macs::mac.eq(mac), macs::server_id.eq(server_id), macs::created_at.eq(tx.now())))
        .execute(tx.conn)?;
    Ok(())
}

/// Gives a server the hardware address that it has on its node, in place of the one that
/// was drawn for it; that one was counted and is never drawn again.
pub fn replace_mac(tx: &mut Tx<'_>, mac: &str, server_id: &str) -> Result<()> {
    let rows =
        diesel::update(macs::table.filter(macs::server_id.eq(server_id))).set(macs::mac.eq(mac)).execute(tx.conn)?;
    if rows == 0 { insert_mac(tx, mac, server_id) } else { Ok(()) }
}

/// Who has these hardware addresses.
pub fn mac_holders(tx: &mut Tx<'_>, wanted: &[String]) -> Result<Vec<(String, String)>> {
    Ok(macs::table
        .filter(macs::mac.eq_any(wanted.to_vec()))
        .order(macs::mac)
        .select((macs::mac, macs::server_id))
        .load(tx.conn)?)
}

/// Where these addresses are, of those that are in a pool.
pub fn places(tx: &mut Tx<'_>, wanted: &[String]) -> Result<Vec<(String, AddressState, Option<String>)>> {
    Ok(addresses::table
        .filter(addresses::address.eq_any(wanted.to_vec()))
        .order(addresses::id)
        .select((addresses::address, addresses::state, addresses::server_id))
        .load(tx.conn)?)
}

/// Gives an address to the server that was found to have it, if no other has it.
pub fn assign_found(tx: &mut Tx<'_>, address: &str, server_id: &str) -> Result<bool> {
    let now = tx.now();
    let nobodys = addresses::table
        .filter(addresses::address.eq(address))
        .filter(addresses::server_id.is_null().or(addresses::server_id.eq(server_id)));
    let rows = diesel::update(nobodys)
        .set((
            addresses::state.eq(AddressState::Assigned),
            addresses::server_id.eq(server_id),
            addresses::free_after.eq(None::<Instant>),
            addresses::changed_at.eq(now),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Which of these (addresses or hardware addresses) a guest that is not ours uses, with its name.
pub fn in_use(tx: &mut Tx<'_>, wanted: &[String]) -> Result<Vec<(String, String)>> {
    Ok(network_in_use::table
        .filter(network_in_use::what.eq_any(wanted.to_vec()))
        .order((network_in_use::what, network_in_use::guest_uuid))
        .select((network_in_use::what, network_in_use::guest_name))
        .load(tx.conn)?)
}

/// Notes that a guest that is not ours uses something.
pub fn insert_in_use(tx: &mut Tx<'_>, what: &str, node_id: &NodeId, uuid: &str, name: &str) -> Result<()> {
    let row = (
        network_in_use::what.eq(what),
        network_in_use::node_id.eq(node_id),
        network_in_use::guest_uuid.eq(uuid),
        network_in_use::guest_name.eq(name),
        network_in_use::seen_at.eq(tx.now()),
    );
    on_each!(tx.conn, |conn| diesel::insert_into(network_in_use::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}

/// Strikes off everything that a guest was found to use.
pub fn delete_in_use(tx: &mut Tx<'_>, node_id: &NodeId, uuid: &str) -> Result<usize> {
    let of_guest =
        network_in_use::table.filter(network_in_use::node_id.eq(node_id)).filter(network_in_use::guest_uuid.eq(uuid));
    Ok(diesel::delete(of_guest).execute(tx.conn)?)
}
