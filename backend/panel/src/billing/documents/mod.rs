//! Invoices on paper, through [`crate::platform::paper`].
//!
//! Invariant: what is printed comes from the stored document alone, so the
//! same invoice gives the same bytes at any time, whatever changed since.
//!
//! Deliberately absent: money in floats. The floats here are points on paper;
//! amounts arrive as finished texts.
#![allow(clippy::float_arithmetic, clippy::arithmetic_side_effects, reason = "points on paper, never money")]

mod layout;
pub mod queries;
mod words;

pub use queries::{pdf, pdf_in};
