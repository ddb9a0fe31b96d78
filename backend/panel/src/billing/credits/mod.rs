//! Customers' credit: what they paid beyond their invoices or were given.
//!
//! Invariants: credit is a ledger account that the database never lets below
//! zero; applying it locks the invoice and then the account, so it is spent
//! once however many ask at the same moment.

pub mod commands;
