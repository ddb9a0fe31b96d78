//! The acceptance tests: one binary, one room per kind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests"
)]

mod architecture;
mod authorization;
mod browser;
mod crashes;
mod input;
mod nodes;
mod races;
mod security;
mod slices;
mod surfaces;
