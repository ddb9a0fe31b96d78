//! Which days of a subscription are billed.
//!
//! Invariant: a subscription has one live charge for a kind and first day. The
//! unique index decides; the check for overlaps before it only says it nicely.
//! A credit note voids the charges of its invoice, so they can be billed again.

use hostwright_kernel::{id_type, text_enum};

pub(in crate::billing) mod store;

id_type!(
    /// Identifies a billed period.
    ChargeId, "chg"
);

text_enum! {
    /// Whether a billed period still counts.
    pub enum ChargeState {
        /// Billed.
        Live = "live",
        /// Freed by a credit note.
        Void = "void",
    }
}
