//! Developer commands, and the laboratory of real servers that the tests and the demo stand on.
//!
//! Invariants: this crate needs nothing but cargo and a linker to build, so that it can install
//! everything else; whatever it starts listens on loopback, lives in a folder of its own and is
//! gone when the process is, however that ends.

pub mod chaos;
pub mod commands;
pub mod demo;
pub mod fuzz;
pub mod images;
pub mod lab;
pub mod packages;
pub mod random;
pub mod signals;
