//! Invoices and credit notes: drafts, issuing, what is open, and the periods
//! that they bill.
//!
//! Invariants: a draft has no number; issuing takes the number, writes the
//! document with its hash and posts it, in one transaction; afterwards only what
//! is open and the state change, and only by conditional statements; a
//! subscription's period has one live charge of a kind, which an index enforces.
//! A wrong invoice is corrected by a credit note with a number of its own, which
//! frees its periods.
//!
//! Documents that another system issued stand among ours with its number and outside our
//! series; see [`history`](crate::billing::history).
//!
//! Deliberately absent: deleting or renumbering a document that we issued.

pub mod commands;
pub mod document;
pub mod model;
pub mod queries;
mod store;
pub mod together;

pub use model::{Buyer, Invoice, InvoiceCredited, InvoiceId, InvoiceIssued, InvoicePaid, NewInvoice, NewLine};
