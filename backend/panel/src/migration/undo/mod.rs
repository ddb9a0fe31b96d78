//! Undo: exactly what came in and was not touched since is taken out; the rest is listed.
//!
//! Invariants: every slice decides for its own objects whether they were touched; what was here
//! before is never taken out; what is taken out is forgotten, so that it can come in again; after
//! the switch nothing is taken out; mailboxes that were delivered are forgotten here and stay in
//! their target.

pub mod commands;
pub mod jobs;
