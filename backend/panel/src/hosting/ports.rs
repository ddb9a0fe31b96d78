//! What zones need from outside.

use super::model::DomainName;
use crate::platform::error::Result;
use crate::platform::worker::BoxFuture;

/// A zone as it is to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedZone {
    /// Its name.
    pub name: DomainName,
    /// The serial that its SOA carries.
    pub serial: u32,
    /// The master file, with every name absolute.
    pub text: String,
}

/// A name server that serves zones. Implemented over NSD, and by tests in memory.
///
/// An error is an answer that leaves everything unknown: nothing follows from it but
/// another try.
pub trait DnsServer: Send + Sync {
    /// Makes the server load this zone. `is_served` says whether it was seen to serve the
    /// zone in some other form. Done again, it changes nothing; a zone that is newer on the
    /// server's side stays as it is.
    fn publish<'a>(&'a self, zone: &'a PublishedZone, is_served: bool) -> BoxFuture<'a, Result<()>>;

    /// Makes the server forget this zone. Done again, it changes nothing.
    fn remove<'a>(&'a self, name: &'a DomainName) -> BoxFuture<'a, Result<()>>;

    /// Asks the server for the zone's SOA, as any resolver would; none when it says that it
    /// does not serve the zone.
    fn serial<'a>(&'a self, name: &'a DomainName) -> BoxFuture<'a, Result<Option<u32>>>;
}
