//! Everybody with an account, as staff see and change them.
//!
//! Invariant: somebody who can sign in owns the installation, always.

pub mod commands;
pub mod queries;
