//! Name servers.

pub mod nsd;
pub mod question;

pub use nsd::NsdServer;
