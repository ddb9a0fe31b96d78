//! What another system billed and took in before its customers moved here.
//!
//! Invariants: a document of the past keeps its own number, lines, taxes and sums, stands
//! outside our series, and is never changed but for what is still open on it; where its
//! sums do not agree the difference is kept and named, never corrected; what is open
//! stands on the customer's receivable against the account `opening`, so that the books
//! agree with the documents from the first day; money that came in before is told and is
//! not in our books; nothing here tells anybody or charges anything.
//!
//! The ledger only grows, so taking a record out again posts the opposite: both postings
//! stay and come to nothing.
//!
//! Deliberately absent: crediting a document of the past ([`BillingRefusal::IsHistory`]):
//! its tax was declared elsewhere.
//!
//! [`BillingRefusal::IsHistory`]: crate::billing::error::BillingRefusal::IsHistory

pub mod commands;
pub mod documents;
pub mod model;
pub mod queries;
mod store;

pub use commands::{
    adopt_balance_in, adopt_invoice_in, adopt_payment_in, adopt_token_in, remove_balance_in, remove_invoice_in,
    remove_payment_in, remove_token_in,
};
pub use model::{
    AdoptInvoice, AdoptPayment, AdoptToken, AdoptedInvoice, History, Opening, OpeningId, PastPaymentId, PaymentTokenId,
};
