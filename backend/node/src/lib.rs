//! What is done on a node: guests, disks, filters and networks, through libvirt.
//!
//! One entry: [`Node::perform`] takes a [`Command`] and answers with an [`Outcome`].
//!
//! Invariants:
//! - every step looks, acts and looks again; it may be repeated at any time;
//! - what is true is read from libvirt's lists and states, never from the text of an error;
//! - a call that outlives its deadline answers [`NodeError::Timeout`]: the guest's state is then
//!   unknown, which is not the same as stopped;
//! - a step for a guest carries a fencing number; a lower one than the highest seen is refused;
//! - a domain that does not carry our mark is never changed, unless the command says that it was
//!   taken over; and of such a one the definition is never rewritten;
//! - nodes share no thread, so one hung node never delays another.
//!
//! Deliberately absent: any database, any decision about what ought to run, any HTTP.

mod capability;
mod command;
mod config;
mod error;
#[cfg(feature = "libvirt")]
mod fence;
mod found;
#[cfg_attr(not(feature = "libvirt"), expect(dead_code, reason = "only commands that are carried out are checked"))]
mod names;
mod observed;
pub mod seed;
pub mod xml;

#[cfg(feature = "libvirt")]
mod driver;
#[cfg(feature = "libvirt")]
mod lane;
#[cfg(feature = "libvirt")]
mod node;
#[cfg(feature = "libvirt")]
mod session;

#[cfg(not(feature = "libvirt"))]
#[path = "without_libvirt.rs"]
mod node;

pub use capability::{Capabilities, Capability, Hypervisor, StorageSpace};
pub use command::{
    Acceleration, Artifact, Boot, Cidr, Command, DiskSource, GuestRef, GuestSpec, GuestStep, ImageParts, ImageRef,
    NetworkKind, Outcome, Report, SeedSpec, Uplink, VolumeFormat, XenKind,
};
pub use config::{Deadlines, NodeConfig};
pub use error::NodeError;
pub use found::{
    AddressSource, FoundAddress, FoundDisk, FoundFile, FoundGuest, FoundInterface, FoundProcess, FoundVolume,
};
pub use node::Node;
pub use observed::{
    BlockCounters, ConsoleSource, ConsoleText, Counters, GuestState, Health, ImageFacts, Inventory, NetCounters,
    Observed, StrangerFacts, VolumeFacts,
};
