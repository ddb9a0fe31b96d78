//! The acceptance tests.

mod architecture;
