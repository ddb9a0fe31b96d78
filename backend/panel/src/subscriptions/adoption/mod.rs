//! Subscriptions that move in from another system.
//!
//! Invariants: money and dates are the source's and are never computed anew; the first
//! renewal of ours begins on the source's next due day at the price that was charged
//! there, once: a period that the source has invoiced already counts as billed; nothing
//! is billed, held back or ended before [`release_in`] says that this is the system now.
//!
//! Deliberately absent: telling anybody, building anything, and billing by days: a cycle
//! that is not of whole months is refused by name.

pub mod commands;
pub mod model;
mod store;

#[cfg(test)]
mod tests;

pub use commands::{adopt_in, origin_in, release_in, remove_in};
pub use model::{AdoptSubscription, Origin, mapped_state, schedule};
