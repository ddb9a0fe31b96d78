//! Rows of what was collected.

mod readings;
mod records;
mod staging;

pub use readings::{
    begin, begin_pass, collections, count_read, finish, gaps, keep_gaps, open_collection, options, refuse,
};
pub use records::{Sealed, by_ids, linked_to, links_of, of_parents, of_parties, page_of_kind, record, records, sealed};
pub use staging::{Staged, stage};
