//! The outside world behind the product's ports. So far: outgoing mail.
//!
//! Deliberately absent: rules. What is sent, when and how often is decided in
//! the product; here is only how.

pub mod smtp;

pub use smtp::SmtpTransport;
