//! The acceptance tests.

mod architecture;
mod nodes;
