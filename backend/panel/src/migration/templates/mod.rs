//! External templates: what a source sells, by class, mapped to plans.
//!
//! A product of the snapshot is mapped as a whole; a domain registration is mapped by its
//! top-level domain, since the source may have no product for it (the guide: then a *virtual*
//! template is made). A mapping is a rule that is kept: later readings find it.
//!
//! Invariants: the class is said by the mapping and not by the source; suggestions are pure and
//! only suggested; a rule names a plan of the class it says.

pub mod commands;
pub mod model;
pub mod queries;
pub(in crate::migration) mod store;

#[cfg(test)]
mod tests;
