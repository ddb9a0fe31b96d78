//! The outside world behind the product's ports. So far: outgoing mail and name servers.
//!
//! Deliberately absent: rules. What is sent, when and how often is decided in
//! the product; here is only how.

pub mod dns;
pub mod smtp;

pub use dns::NsdServer;
pub use smtp::SmtpTransport;
