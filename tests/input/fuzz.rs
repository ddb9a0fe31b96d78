//! Seeded fuzzers of what reads strangers' bytes: uploads, mails, the quote token.
//!
//! Each runs for a fixed number of rounds among the tests. `cargo xtask fuzz NAME
//! --seed N --minutes M` runs the same test for longer: it says so in the environment,
//! and the first thing printed is the seed by which the run can be repeated.

pub use xtask::fuzz::rounds::{Source, run};

mod mail;
mod quote;
mod uploads;
