//! Operating system images on offer.
//!
//! Invariants: an image boots either from a kernel that is given directly or from its
//! disk, and has the files for that; names are unique; a retired image is not
//! given to new servers. The files themselves are on the nodes: this slice knows only
//! their paths.
//!
//! Others use [`queries::offered_in`].

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
mod store;

#[cfg(test)]
mod tests;
