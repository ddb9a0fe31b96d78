//! libvirt's documents, written and read. Text is always escaped; nothing is pasted together.
//!
//! Reading is lenient: a document of any age gives the facts that it has. Writing is exact.

mod domain;
mod element;
mod facts;
mod filter;
mod found;
mod network;
mod storage;
#[cfg(test)]
mod tests;

pub use domain::{Placement, VolumePlace, domain_xml};
pub use element::{Element, XmlFault};
pub use facts::{DiskFacts, DomainFacts, InterfaceFacts, Mark, domain_facts};
pub use filter::filter_xml;
pub use found::{found_guest, has_agent, reservations, without_screens};
pub use network::network_xml;
pub use storage::{VolumeDescription, folder_pool_xml, volume_description, volume_xml};

/// Namespace of the mark by which a domain is known as ours.
pub const MARK_NAMESPACE: &str = "urn:hostwright:guest:1";
