//! Agents at work: the sample agent, agents that mean no good, and a real SSH server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod hostile;
mod packages;
mod sample;
mod ssh;
