//! Who may do what: the whole table, and what somebody else's objects answer.

mod endpoints;
mod matrix;
pub mod objects;
