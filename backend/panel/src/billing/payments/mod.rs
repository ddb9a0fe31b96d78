//! Money that came in, and what it settled.
//!
//! Invariants: a method and reference are one payment, however often they are
//! told; a payment settles the named invoice or the ones due longest, and what
//! is left becomes the customer's credit; every unit is posted.
//!
//! Deliberately absent: changing or deleting a payment.

pub mod commands;
pub mod model;
pub mod queries;
mod store;

pub use model::{Payment, PaymentId, PaymentMethod};
