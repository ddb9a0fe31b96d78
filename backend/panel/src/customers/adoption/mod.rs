//! Customers who move in from another system, and what only they have: where they come
//! from, further contacts, fields of their own, and the tree of resellers.
//!
//! Invariants: nothing of the source is lost: what does not fit a column is kept as a
//! field and named by a remark; nobody is written to; the tree has no circle, which a
//! turn taken before every change of it guarantees; a customer is taken out again only as
//! it came in, with its contacts, fields and people's belonging, and not with the people.

pub mod commands;
pub mod model;
mod store;

pub use commands::{add_contact_in, add_person_in, adopt_in, origin_in, remove_in, reseller_of_in, set_reseller_in};
pub use model::{AdoptContact, AdoptCustomer, ContactId, Origin};
