//! Tax: rates by country and first day, and the decision who pays tax where.
//!
//! Invariants: a rate in force is never changed, a later one replaces it; the
//! decision is pure and is stored on the document at issue.
//!
//! Deliberately absent: asking a registry whether a VAT number exists (only its
//! form is looked at), reduced rates, and territories with rules of their own.

pub mod commands;
pub mod model;
pub mod places;
pub mod queries;
mod store;

pub use commands::seed_in;
pub use queries::decide_in;
