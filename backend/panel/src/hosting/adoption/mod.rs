//! Domains and zones that move in from another system.
//!
//! Invariants: nothing is published: a zone lands withheld, with all the records that can be
//! kept, name servers and mail servers too, and is served when a person says so; a name
//! that is held here already is not taken over; what cannot be kept is remarked.

mod commands;

pub use commands::{adopt_domain_in, adopt_zone_in, remove_domain_in, remove_zone_in};
