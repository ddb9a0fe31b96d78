//! Moving in from other systems: rehearsed as often as wanted, proved by counts and by money,
//! and undone until the switch.
//!
//! | room | step of the flow |
//! |---|---|
//! | [`sources`] | 1 register a source system, with the settings that verification reads |
//! | [`collect`] | 2 read what it holds through a [`ports::Reader`] into staging tables |
//! | [`templates`] | 3 map what it sells to plans |
//! | [`selection`] | 4 choose accounts and domains; decide by hand, with a reason |
//! | [`verification`] | 5 and 6 the guide's tables |
//! | [`transfer`] | 7 land account by account, through [`landing`] |
//! | [`content`] | 8 copy the mailboxes of the accounts that are here |
//! | [`proof`] | 9 counts and money on both sides, the report that is signed, the switch |
//! | [`shadow`] | what both systems would bill next, to the cent |
//! | [`undo`] | take back what came in and was not touched since |
//! | [`export`] | the way out: everything as the document that the way in reads |
//!
//! Invariants:
//! - what was collected is kept sealed, since it holds foreign passwords and keys; only its
//!   keys (kind, identifiers, owner, domain, state, amount) can be asked for;
//! - every record that landed is remembered as (source, kind, identifier) -> (slice, object),
//!   under a unique index and in the transaction in which it landed: a second run adds
//!   nothing, and a killed one goes on where it was;
//! - whatever did not land says why by a stable code; nothing disappears silently;
//! - nothing leaves during import: landing calls functions of the slices that record no event,
//!   so that [`crate::reactions`] have nothing to react to, and enqueues no job.
//!
//! Deliberately absent: foreign formats (the importer reads them), and any rule about money,
//! logins or tickets: those are the slices', whose functions [`landing`] calls.

pub mod collect;
pub mod content;
pub mod error;
pub mod export;
pub mod landing;
pub mod ports;
pub mod proof;
pub mod selection;
pub mod shadow;
pub mod sources;
pub mod templates;
pub mod transfer;
pub mod undo;
pub mod verification;
