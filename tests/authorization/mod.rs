//! Who may do what: the whole table, and what somebody else's objects answer.

mod endpoints;
mod matrix;
mod objects;
