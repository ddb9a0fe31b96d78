//! Which addresses there are and who has them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Address, AddressId, AddressState, AddressView, PoolId, PoolView};
use super::store;
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::platform::error::{Error, Result};
use crate::platform::{ListInput, Paged, Tx};

/// Which addresses to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListAddresses {
    /// The `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// A part of the address.
    #[serde(default)]
    pub search: Option<String>,
    /// Only in this state.
    #[serde(default)]
    pub state: Option<AddressState>,
    /// Only of this pool.
    #[serde(default)]
    pub pool_id: Option<PoolId>,
    /// Only of this server.
    #[serde(default)]
    pub server_id: Option<String>,
}

/// Pools with how many of their addresses are in each state, oldest first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn pools(call: &Call, input: ListInput) -> Result<Paged<PoolView>> {
    call.authorize(Action::ListPools)?;
    call.db
        .read(move |tx| {
            let page = Paged::cut(store::list_pools(tx, &input)?, &input, |pool| pool.id.to_string());
            let ids: Vec<PoolId> = page.items.iter().map(|pool| pool.id.clone()).collect();
            let counts = store::counts(tx, &ids)?;
            Ok(page.map(|pool| {
                let own = counts.iter().find(|(of, _)| *of == pool.id).map(|(_, counts)| *counts);
                PoolView::new(pool, own.unwrap_or_default())
            }))
        })
        .await
}

/// Addresses, in the order of their pools.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListAddresses) -> Result<Paged<AddressView>> {
    call.authorize(Action::ListAddresses)?;
    call.db
        .read(move |tx| {
            let page = ListInput {
                after: input.after.clone(),
                limit: input.limit,
                search: input.search.clone(),
                ..ListInput::default()
            };
            let rows = store::list(tx, &input, &page)?;
            Ok(Paged::cut(rows, &page, |address| address.id.to_string()))
        })
        .await
}

/// The addresses of a server, version 4 first.
///
/// # Errors
/// When the database fails.
pub fn of_server_in(tx: &mut Tx<'_>, server_id: &str) -> Result<Vec<Address>> {
    store::of_server(tx, server_id)
}

/// The server that has this address, if one has.
///
/// # Errors
/// When the database fails.
pub fn holder_in(tx: &mut Tx<'_>, address: &str) -> Result<Option<String>> {
    store::holder(tx, address)
}

/// Every address that a server has, with the server, for checks.
///
/// # Errors
/// When the database fails.
pub fn assigned_in(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>> {
    store::assigned(tx)
}

/// The hardware address of a server.
///
/// # Errors
/// When the database fails.
pub fn mac_of_in(tx: &mut Tx<'_>, server_id: &str) -> Result<Option<String>> {
    store::mac_of(tx, server_id)
}

/// Where these addresses are, of those that are in a pool: state, and the server that has it.
///
/// # Errors
/// When the database fails.
pub fn places_in(tx: &mut Tx<'_>, addresses: &[IpAddr]) -> Result<Vec<(IpAddr, AddressState, Option<String>)>> {
    let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    store::places(tx, &texts)?
        .into_iter()
        .map(|(address, state, server)| Ok((address.parse().map_err(Error::internal)?, state, server)))
        .collect()
}

/// The servers that have these hardware addresses.
///
/// # Errors
/// When the database fails.
pub fn mac_holders_in(tx: &mut Tx<'_>, macs: &[String]) -> Result<Vec<(String, String)>> {
    store::mac_holders(tx, macs)
}

pub(super) fn load(tx: &mut Tx<'_>, id: &AddressId) -> Result<AddressView> {
    store::find(tx, id)?.ok_or_else(not_found)
}
