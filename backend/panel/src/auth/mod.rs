//! People and what they may do: passwords, second factor, sessions, API keys,
//! roles and the policy.
//!
//! Invariants: a [`call::Scope`] can only be made by [`call::Call::authorize`]; what a
//! caller may not see is not found; no token or password is kept in clear.

pub mod call;
pub mod policy;
