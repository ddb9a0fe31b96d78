//! What addresses refuse.

use crate::refusals;

refusals! {
    /// Refusals of this slice.
    pub enum AddressRefusal {
        /// A pool needs a name of 1 to 80 characters on one line.
        Name = "addresses.name", Invalid, "name";
        /// Not a network such as 192.0.2.0/24 or 2001:db8:1::/64.
        Cidr = "addresses.cidr", Invalid, "cidr";
        /// The network's last bits are not zero.
        HostBits = "addresses.host_bits", Invalid, "cidr";
        /// The network is larger or smaller than a pool may be.
        PoolSize = "addresses.pool_size", Invalid, "cidr";
        /// The gateway is no address inside the network that a host may have.
        Gateway = "addresses.gateway", Invalid, "gateway";
        /// A resolver is no address, or there are more than four.
        Resolvers = "addresses.resolvers", Invalid, "resolvers";
        /// No such node.
        Node = "addresses.node", Invalid, "node_id";
        /// Another pool has addresses of this network.
        Overlaps = "addresses.overlaps", Conflict, "cidr";
        /// No address of this family is free for the node.
        NoneFree = "addresses.none_free", Conflict;
        /// The address is not free, so it cannot be kept out.
        NotFree = "addresses.not_free", Conflict;
        /// The address belongs to a server, or is free already.
        NotHeld = "addresses.not_held", Conflict;
        /// Another server has the hardware address.
        MacTaken = "addresses.mac_taken", Conflict;
        /// Every hardware address was given.
        NoMacLeft = "addresses.no_mac_left", Conflict;
    }
}
