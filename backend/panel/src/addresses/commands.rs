//! Making pools, and giving and taking back addresses.

use std::net::IpAddr;

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::AddressRefusal;
use super::model::{Address, AddressId, AddressState, AddressView, Counts, Family, Pool, PoolText, PoolView, mac};
use super::{queries, store};
use crate::auth::call::{Call, Changed};
use crate::auth::policy::Action;
use crate::nodes;
use crate::nodes::model::NodeId;
use crate::platform::error::{Error, Result};
use crate::platform::{Tx, settings};

/// How often taking an address goes on after others were faster. Each time
/// somebody else got one, so this many in one transaction means a fault.
const TRIES: u32 = 5_000;

/// A network to give addresses from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePool {
    /// 1 to 80 characters.
    pub name: String,
    /// Such as `192.0.2.0/24` (prefix 20 to 30) or `2001:db8:1::/64` (prefix 32 to 126).
    pub cidr: String,
    /// An address inside, never given to a server.
    pub gateway: String,
    /// Addresses of up to four name servers.
    #[serde(default)]
    pub resolvers: Vec<String>,
    /// The only node whose servers take from it; every node when left out.
    #[serde(default)]
    pub node_id: Option<NodeId>,
}

/// An address to keep out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReserveAddress {
    /// The address.
    pub address_id: AddressId,
}

/// An address to make free now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseAddress {
    /// The address.
    pub address_id: AddressId,
}

/// Makes a pool with its addresses, all free.
///
/// # Errors
/// Every field that is wrong; `addresses.overlaps` with the pool that has
/// addresses of this network.
pub async fn create_pool(call: &Call, input: CreatePool) -> Result<PoolView> {
    let scope = call.authorize(Action::CreatePool)?;
    call.write(&scope, move |tx| {
        let text = PoolText {
            name: input.name.clone(),
            cidr: input.cidr.clone(),
            gateway: input.gateway.clone(),
            resolvers: input.resolvers.clone(),
        };
        let (pool, hosts) = Pool::new(&text, input.node_id.clone(), tx.now()).map_err(Error::Fields)?;
        if let Some(node) = &pool.node_id {
            nodes::queries::load_in(tx, node).map_err(no_node)?;
        }
        // The counter's row is the lock that lets one pool be made at a time, so
        // that two overlapping ones cannot both see that they are alone.
        settings::next(tx, "address_pools")?;
        let others = store::all_pools(tx)?;
        if let Some(other) = others.iter().find(|other| other.network.overlaps(&pool.network)) {
            return Err(AddressRefusal::Overlaps.with("pool", &other.name).with("network", other.network).into());
        }
        store::insert_pool(tx, &pool, &hosts)?;
        let counts = Counts { free: i64::try_from(hosts.len()).map_err(Error::internal)?, ..Counts::default() };
        Ok(Changed::new(&pool.id, PoolView::new(pool.clone(), counts))
            .noting("cidr", pool.network.to_string())
            .noting("gateway", pool.gateway.to_string()))
    })
    .await
}

/// Keeps a free address out: no server gets it.
///
/// # Errors
/// `request.not_found`; `addresses.not_free`.
pub async fn reserve(call: &Call, input: ReserveAddress) -> Result<AddressView> {
    let scope = call.authorize(Action::ReserveAddress)?;
    call.write(&scope, move |tx| {
        let before = queries::load(tx, &input.address_id)?;
        if !store::set_state(tx, &before.id, &[AddressState::Free], AddressState::Reserved)? {
            return Err(AddressRefusal::NotFree.with("address", &before.address).into());
        }
        let after = queries::load(tx, &input.address_id)?;
        Ok(Changed::new(&input.address_id, after).noting("address", before.address))
    })
    .await
}

/// Makes an address free now that staff kept out, or that cools off. A
/// server's address is never taken from it here.
///
/// # Errors
/// `request.not_found`; `addresses.not_held`.
pub async fn release(call: &Call, input: ReleaseAddress) -> Result<AddressView> {
    let scope = call.authorize(Action::ReleaseAddress)?;
    call.write(&scope, move |tx| {
        let before = queries::load(tx, &input.address_id)?;
        let held = [AddressState::Reserved, AddressState::Cooling];
        if !store::set_state(tx, &before.id, &held, AddressState::Free)? {
            return Err(AddressRefusal::NotHeld.with("address", &before.address).into());
        }
        let after = queries::load(tx, &input.address_id)?;
        Ok(Changed::new(&input.address_id, after)
            .noting("address", before.address)
            .noting("was", before.state.as_str()))
    })
    .await
}

/// Gives a server a free address of a family, from the node's own pools first.
/// However many take at once, each address goes to one of them; a caller is
/// refused only when none is left for it.
///
/// # Errors
/// `addresses.none_free`.
pub fn take_in(tx: &mut Tx<'_>, node_id: &NodeId, server_id: &str, family: Family) -> Result<Address> {
    let pools = store::pools_for(tx, node_id, family)?;
    // First what can be had without waiting, over all pools; then what others are
    // taking and may yet give back.
    for pool in &pools {
        while let Some((id, text)) = store::next_free(tx, &pool.id)? {
            if store::assign(tx, &id, server_id)? {
                return taken(pool, id, &text);
            }
        }
    }
    for pool in &pools {
        for _ in 0..TRIES {
            match store::next_free_waiting(tx, &pool.id)? {
                Some((id, text)) if store::assign(tx, &id, server_id)? => return taken(pool, id, &text),
                _ if !store::any_free(tx, &pool.id)? => break,
                _ => {}
            }
        }
    }
    Err(AddressRefusal::NoneFree.with("family", family.number()).into())
}

/// Whether there is any pool of this family for a node, full or not.
///
/// # Errors
/// When the database fails.
pub fn has_pool_in(tx: &mut Tx<'_>, node_id: &NodeId, family: Family) -> Result<bool> {
    Ok(!store::pools_for(tx, node_id, family)?.is_empty())
}

/// Takes all addresses from a server; each is free again after `free_after`.
/// How many it had.
///
/// # Errors
/// When the database fails.
pub fn release_in(tx: &mut Tx<'_>, server_id: &str, free_after: Instant) -> Result<usize> {
    store::cool(tx, server_id, free_after)
}

/// Frees the addresses that have cooled off; how many. Housekeeping calls it.
///
/// # Errors
/// When the database fails.
pub fn free_cooled_in(tx: &mut Tx<'_>) -> Result<usize> {
    store::free_cooled(tx)
}

/// The hardware address of a server: a new one the first time, then the same.
/// One allocator serves all nodes, and none is ever given again.
///
/// # Errors
/// `addresses.no_mac_left`.
pub fn take_mac_in(tx: &mut Tx<'_>, server_id: &str) -> Result<String> {
    if let Some(mac) = store::mac_of(tx, server_id)? {
        return Ok(mac);
    }
    loop {
        let mac = mac(settings::next(tx, "macs")?)?;
        let drawn = std::slice::from_ref(&mac);
        // One that a guest had before it was taken over, or that one which is not ours has.
        if store::mac_holders(tx, drawn)?.is_empty() && store::in_use(tx, drawn)?.is_empty() {
            store::insert_mac(tx, &mac, server_id)?;
            return Ok(mac);
        }
    }
}

/// Notes the addresses and hardware addresses that a guest of a node uses which is not
/// ours: none of them is given to a server. What was noted before stays, because a
/// guest that is off tells no address.
///
/// # Errors
/// When the database fails.
pub fn note_in_use_in(
    tx: &mut Tx<'_>,
    node_id: &NodeId,
    guest_uuid: &str,
    guest_name: &str,
    used: &[String],
) -> Result<()> {
    used.iter().try_for_each(|what| store::insert_in_use(tx, what, node_id, guest_uuid, guest_name))
}

/// Strikes off what a guest was found to use: it was taken over, or a person says that
/// it is gone.
///
/// # Errors
/// When the database fails.
pub fn forget_in_use_in(tx: &mut Tx<'_>, node_id: &NodeId, guest_uuid: &str) -> Result<usize> {
    store::delete_in_use(tx, node_id, guest_uuid)
}

/// Gives a server the address that it was found with: free, kept out or cooling off.
///
/// # Errors
/// `addresses.not_free` when it is in no pool, or another server has it.
pub fn assign_found_in(tx: &mut Tx<'_>, address: IpAddr, server_id: &str) -> Result<()> {
    let address = address.to_string();
    if store::assign_found(tx, &address, server_id)? {
        Ok(())
    } else {
        Err(AddressRefusal::NotFree.with("address", address).into())
    }
}

/// Gives a server the hardware address that it was found with.
///
/// # Errors
/// `addresses.mac_taken` when another server has it.
pub fn assign_mac_in(tx: &mut Tx<'_>, mac: &str, server_id: &str) -> Result<()> {
    match store::mac_holders(tx, &[mac.to_owned()])?.pop() {
        Some((_, holder)) if holder == server_id => Ok(()),
        Some(_) => Err(AddressRefusal::MacTaken.with("mac", mac).into()),
        None => store::replace_mac(tx, mac, server_id),
    }
}

fn taken(pool: &Pool, id: AddressId, text: &str) -> Result<Address> {
    Ok(Address::of_pool(pool, id, text.parse().map_err(Error::internal)?))
}

fn no_node(error: Error) -> Error {
    if error.is("request.not_found") { AddressRefusal::Node.into() } else { error }
}
