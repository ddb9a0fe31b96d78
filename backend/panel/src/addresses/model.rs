//! Networks, pools and addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use hostwright_kernel::{Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::AddressRefusal;
use crate::nodes::model::NodeId;
use crate::platform::Refusal;

/// How many addresses of a version 6 pool are kept as rows.
pub const SIX_ROWS: u128 = 1_024;
/// Hardware addresses under `52:54:00`.
const MACS: i64 = 0x00ff_ffff;

id_type!(
    /// Identifies a pool.
    PoolId, "pol"
);
id_type!(
    /// Identifies an address.
    AddressId, "adr"
);

text_enum! {
    /// Which internet protocol.
    pub enum Family {
        /// Version 4.
        V4 = "v4",
        /// Version 6.
        V6 = "v6",
    }
}

text_enum! {
    /// Where an address is.
    pub enum AddressState {
        /// May be given.
        Free = "free",
        /// Kept out by staff.
        Reserved = "reserved",
        /// Belongs to a server.
        Assigned = "assigned",
        /// Belonged to a server, and may still be in use until it has cooled off.
        Cooling = "cooling",
    }
}

impl Family {
    /// As the number that people say: 4 or 6.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::V4 => 4,
            Self::V6 => 6,
        }
    }

    /// From the number that people say.
    #[must_use]
    pub fn of_number(number: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|family| family.number() == number)
    }
}

/// A network: the first address and how many leading bits are its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `192.0.2.0/24` or `2001:db8:1::/64`.
    ///
    /// # Errors
    /// `addresses.cidr`; `addresses.host_bits` with the network that was meant.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let wrong = || AddressRefusal::Cidr.refusal();
        let (address, prefix) = text.trim().split_once('/').ok_or_else(wrong)?;
        let address = IpAddr::from_str(address).map_err(|_unreadable| wrong())?;
        if prefix.is_empty() || prefix.len() > 3 || !prefix.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(wrong());
        }
        let prefix = u8::from_str(prefix).map_err(|_too_large| wrong())?;
        let whole = Self { first: address, prefix };
        if u32::from(prefix) > whole.bits() {
            return Err(wrong());
        }
        let network = Self { first: whole.address(number(address) & whole.mask()), prefix };
        if network.first == address { Ok(network) } else { Err(AddressRefusal::HostBits.with("network", network)) }
    }

    /// Which protocol.
    #[must_use]
    pub fn family(&self) -> Family {
        match self.first {
            IpAddr::V4(_) => Family::V4,
            IpAddr::V6(_) => Family::V6,
        }
    }

    /// How many leading bits are the network's own.
    #[must_use]
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// The last address.
    #[must_use]
    pub fn last(&self) -> IpAddr {
        self.address(number(self.first) | self.host_mask())
    }

    /// Whether the address lies inside.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.first.is_ipv4() == address.is_ipv4()
            && number(address) >= number(self.first)
            && number(address) <= number(self.last())
    }

    /// Whether two networks share an address.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other.first) || other.contains(self.first)
    }

    /// The addresses that servers may have: in version 4 all but the network's
    /// first and last and the gateway; in version 6 the first 1,024 behind the gateway.
    ///
    /// # Errors
    /// `addresses.pool_size` unless the prefix is 20 to 30, or 32 to 126;
    /// `addresses.gateway` when no host could have it.
    pub fn hosts(&self, gateway: IpAddr) -> Result<Vec<IpAddr>, Refusal> {
        let (least, most) = match self.family() {
            Family::V4 => (20, 30),
            Family::V6 => (32, 126),
        };
        if !(least..=most).contains(&self.prefix) {
            return Err(AddressRefusal::PoolSize.with("least", least).with("most", most));
        }
        let (first, last) = (number(self.first), number(self.last()));
        let known = number(gateway);
        let broadcast = self.family() == Family::V4 && known == last;
        if !self.contains(gateway) || known == first || broadcast {
            return Err(AddressRefusal::Gateway.with("network", self));
        }
        let hosts: Vec<IpAddr> = match self.family() {
            Family::V4 => {
                (first.saturating_add(1)..last).filter(|host| *host != known).map(|host| self.address(host)).collect()
            }
            Family::V6 => {
                let end = last.min(known.saturating_add(SIX_ROWS));
                (known.saturating_add(1)..=end).map(|host| self.address(host)).collect()
            }
        };
        if hosts.is_empty() {
            return Err(AddressRefusal::Gateway.with("network", self));
        }
        Ok(hosts)
    }

    fn bits(&self) -> u32 {
        match self.family() {
            Family::V4 => 32,
            Family::V6 => 128,
        }
    }

    fn host_mask(&self) -> u128 {
        let host_bits = self.bits().saturating_sub(u32::from(self.prefix));
        1_u128.checked_shl(host_bits).map_or(u128::MAX, |size| size.saturating_sub(1))
    }

    fn mask(&self) -> u128 {
        !self.host_mask()
    }

    fn address(&self, number: u128) -> IpAddr {
        match self.family() {
            // The upper bits are those of a version 4 address, so the number fits.
            Family::V4 => Ipv4Addr::from(u32::try_from(number & 0xffff_ffff).unwrap_or(u32::MAX)).into(),
            Family::V6 => Ipv6Addr::from(number).into(),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// A pool of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Its id.
    pub id: PoolId,
    /// Its name.
    pub name: String,
    /// The only node whose servers take from it; none is every node.
    pub node_id: Option<NodeId>,
    /// The network.
    pub network: Network,
    /// Where servers send what is not for their network.
    pub gateway: IpAddr,
    /// Name servers, up to four.
    pub resolvers: Vec<IpAddr>,
    /// When it was made.
    pub created_at: Instant,
}

/// What a person says about a pool.
#[derive(Debug, Clone)]
pub struct PoolText {
    /// 1 to 80 characters.
    pub name: String,
    /// Such as `192.0.2.0/24`.
    pub cidr: String,
    /// An address inside.
    pub gateway: String,
    /// Addresses of name servers.
    pub resolvers: Vec<String>,
}

impl Pool {
    /// A new pool, and the addresses that it gives.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn new(text: &PoolText, node_id: Option<NodeId>, now: Instant) -> Result<(Self, Vec<IpAddr>), Vec<Refusal>> {
        let mut faults: Vec<Refusal> = Vec::new();
        let name = text.name.trim();
        if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
            faults.push(AddressRefusal::Name.into());
        }
        let resolvers: Option<Vec<IpAddr>> = text.resolvers.iter().map(|word| word.trim().parse().ok()).collect();
        let resolvers = resolvers.filter(|all| all.len() <= 4);
        if resolvers.is_none() {
            faults.push(AddressRefusal::Resolvers.into());
        }
        let placed = Network::parse(&text.cidr).and_then(|network| {
            let gateway: IpAddr =
                text.gateway.trim().parse().map_err(|_unreadable| AddressRefusal::Gateway.with("network", network))?;
            Ok((network, gateway, network.hosts(gateway)?))
        });
        match (placed, resolvers) {
            (Ok((network, gateway, hosts)), Some(resolvers)) if faults.is_empty() => Ok((
                Self {
                    id: PoolId::new(),
                    name: name.to_owned(),
                    node_id,
                    network,
                    gateway,
                    resolvers,
                    created_at: now,
                },
                hosts,
            )),
            (placed, _) => {
                faults.extend(placed.err());
                Err(faults)
            }
        }
    }
}

/// An address with all that a server needs to use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its id.
    pub id: AddressId,
    /// The pool.
    pub pool_id: PoolId,
    /// The address.
    pub address: IpAddr,
    /// How many leading bits are the network's own.
    pub prefix: u8,
    /// Where to send what is not for the network.
    pub gateway: IpAddr,
    /// Name servers.
    pub resolvers: Vec<IpAddr>,
    /// Which protocol.
    pub family: Family,
}

impl Address {
    /// An address of this pool.
    #[must_use]
    pub fn of_pool(pool: &Pool, id: AddressId, address: IpAddr) -> Self {
        Self {
            id,
            pool_id: pool.id.clone(),
            address,
            prefix: pool.network.prefix(),
            gateway: pool.gateway,
            resolvers: pool.resolvers.clone(),
            family: pool.network.family(),
        }
    }
}

/// The `count`-th hardware address (from 1), locally administered as QEMU does it.
///
/// # Errors
/// `addresses.no_mac_left` past 16,777,215.
pub fn mac(count: i64) -> Result<String, Refusal> {
    if !(1..=MACS).contains(&count) {
        return Err(AddressRefusal::NoMacLeft.into());
    }
    let [.., a, b, c] = count.to_be_bytes();
    Ok(format!("52:54:00:{a:02x}:{b:02x}:{c:02x}"))
}

/// How many addresses of a pool are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// May be given.
    pub free: i64,
    /// Kept out by staff.
    pub reserved: i64,
    /// Belong to servers.
    pub assigned: i64,
    /// Cool off.
    pub cooling: i64,
}

impl Counts {
    /// Sets the count of one state.
    pub fn set(&mut self, state: AddressState, count: i64) {
        match state {
            AddressState::Free => self.free = count,
            AddressState::Reserved => self.reserved = count,
            AddressState::Assigned => self.assigned = count,
            AddressState::Cooling => self.cooling = count,
        }
    }
}

/// A pool as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoolView {
    /// Its id.
    pub id: PoolId,
    /// Its name.
    pub name: String,
    /// The only node whose servers take from it; none is every node.
    pub node_id: Option<NodeId>,
    /// Which protocol.
    pub family: Family,
    /// The network, such as `192.0.2.0/24`.
    pub cidr: String,
    /// Where servers send what is not for their network.
    pub gateway: String,
    /// Name servers.
    pub resolvers: Vec<String>,
    /// How many addresses are in each state.
    pub counts: Counts,
    /// When it was made.
    pub created_at: Instant,
}

impl PoolView {
    /// A pool with its counts.
    #[must_use]
    pub fn new(pool: Pool, counts: Counts) -> Self {
        Self {
            id: pool.id,
            name: pool.name,
            node_id: pool.node_id,
            family: pool.network.family(),
            cidr: pool.network.to_string(),
            gateway: pool.gateway.to_string(),
            resolvers: pool.resolvers.iter().map(ToString::to_string).collect(),
            counts,
            created_at: pool.created_at,
        }
    }
}

/// An address as shown to staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddressView {
    /// Its id.
    pub id: AddressId,
    /// The pool.
    pub pool_id: PoolId,
    /// The address.
    pub address: String,
    /// Where it is.
    pub state: AddressState,
    /// The server that has it.
    pub server_id: Option<String>,
    /// The guest on a node that uses it and is not ours; while there is one, it is given to nobody.
    pub in_use_by: Option<String>,
    /// When it has cooled off.
    pub free_after: Option<Instant>,
    /// When its state last changed.
    pub changed_at: Instant,
}
