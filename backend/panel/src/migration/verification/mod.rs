//! Verification: the guide's tables and flow charts as pure decisions, and the command that
//! runs them over what was collected.
//!
//! | room | the guide's |
//! |---|---|
//! | [`subscriptions`] | rows for subscriptions, API 1, API 2 and edition 5.0 |
//! | [`hosting`] | flow charts, steps 1 to 3 |
//! | [`domains`] | rows for domains, API 1 |
//! | [`accounts`] | rows for accounts, early edition and 5.0 |
//! | [`model`] | statuses, reasons, settings; what *expired* and *protective* mean |
//!
//! Invariants: a table reads facts and settings and nothing else; whatever does not move says
//! why by a stable code; where the text (a damaged scan) does not tell an outcome, the choice is
//! ours and stands under "Ours" in the head of its room.

pub mod accounts;
pub mod commands;
pub mod domains;
pub mod gather;
pub mod hosting;
pub mod jobs;
pub mod model;
pub(in crate::migration) mod store;
pub mod subscriptions;

#[cfg(test)]
mod tests;
