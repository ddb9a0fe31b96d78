//! Why a guest is not taken over, or not in full. The argument `detail` names the thing.

use crate::refusals;

refusals! {
    /// Refusals about guests that were found.
    pub enum AdoptionRefusal {
        /// It is gone as soon as it is off: it has no stored definition.
        Transient = "adoption.transient", Conflict;
        /// It is neither running nor off.
        StateUnclear = "adoption.state_unclear", Conflict;
        /// It holds a device of the host.
        HostDevice = "adoption.host_device", Conflict;
        /// Its size cannot be told.
        SizeUnknown = "adoption.size_unknown", Conflict;
        /// It has no disk of its own.
        NoDisk = "adoption.no_disk", Conflict;
        /// It has more than the one disk that a server has.
        SeveralDisks = "adoption.several_disks", Conflict;
        /// Its disk is neither a file nor a block device of the node.
        DiskType = "adoption.disk_type", Conflict;
        /// The file or device of its disk is not there.
        DiskMissing = "adoption.disk_missing", Conflict;
        /// Another guest has the same disk.
        DiskShared = "adoption.disk_shared", Conflict;
        /// The disk of another guest is an overlay over its disk.
        DiskBeneath = "adoption.disk_beneath", Conflict;
        /// Its disk is recorded for a server.
        DiskRecorded = "adoption.disk_recorded", Conflict;
        /// A kernel or other file that its start needs is not there.
        BootFileMissing = "adoption.boot_file_missing", Conflict;
        /// It has no interface.
        NoInterface = "adoption.no_interface", Conflict;
        /// It has more than the one interface that a server has.
        SeveralInterfaces = "adoption.several_interfaces", Conflict;
        /// Its interface tells no hardware address.
        MacUnknown = "adoption.mac_unknown", Conflict;
        /// Somebody else has its hardware address.
        MacDuplicate = "adoption.mac_duplicate", Conflict;
        /// Its UUID is that of a server that has a guest.
        UuidRecorded = "adoption.uuid_recorded", Conflict;
        /// Its address is in no pool.
        AddressOutside = "adoption.address_outside", Conflict;
        /// Somebody else has its address.
        AddressTaken = "adoption.address_taken", Conflict;
        /// Nobody can tell its address, so a person must.
        AddressNeeded = "adoption.address_needed", Conflict, "addresses";
        /// Not an address.
        BadAddress = "adoption.bad_address", Invalid, "addresses";
        /// Its disk is in no storage pool: when it is deleted, the disk stays where it is.
        DiskOutsidePools = "adoption.disk_outside_pools", Conflict;
        /// The node has less room left than it takes.
        NoRoom = "adoption.no_room", Conflict;
        /// It is taken over already, or just now, or no longer there.
        NotOpen = "adoption.not_open", Conflict;
        /// Only what is paid for and not held back can have it.
        NotActive = "adoption.subscription_not_active", Conflict, "subscription_id";
        /// Either a subscription is wanted, or a customer with a price and the day until which it is paid.
        PayerNeeded = "adoption.payer_needed", Invalid, "subscription_id";
        /// The subscription has a server with a guest.
        HasServer = "adoption.subscription_has_server", Conflict, "subscription_id";
        /// It went away between the finding and the taking over.
        Gone = "adoption.gone", Conflict;
        /// The node cannot be surveyed.
        NodeRemoved = "adoption.node_removed", Conflict;
    }
}
