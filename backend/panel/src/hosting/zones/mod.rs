//! Zones: records, their checks, master files in and out, and the name server.
//!
//! What a record is and what is wrong with a zone is decided by the importer's master
//! files, the same for what is typed, uploaded and moved in. The SOA is no record here: it
//! is written from the zone's own row.
//!
//! A zone is wished in its row and observed by asking the name server; the job
//! [`jobs::RECONCILE`] brings both together, after each change and from time to time.

pub mod commands;
pub mod difference;
pub mod imports;
pub mod jobs;
pub mod model;
pub mod queries;
pub mod settings;
pub(crate) mod store;

#[cfg(test)]
mod tests;
