//! The acceptance tests.

mod nodes;
