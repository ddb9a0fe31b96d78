//! The seller: one legal entity with its address, currency, time zone, bank
//! account, number series and rounding policy.
//!
//! Invariants: there is one for now; issued documents carry a copy, so it may
//! change freely; its zone decides which day it is for every document.

pub mod commands;
pub mod model;
pub mod queries;
mod store;

pub use commands::create_in;
pub use model::{LegalEntity, LegalEntityId, NewLegalEntity, RoundingPolicy};
pub use queries::{load_in, today_in};
