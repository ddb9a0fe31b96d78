//! Foreign formats in, one neutral snapshot out.
//!
//! | room | holds |
//! |---|---|
//! | [`snapshot`] | the records that all sources map to, and what is said of what could not be read |
//! | [`document`] | the snapshot as an open document (XML with a published XSD, and JSON), streamed both ways |
//! | [`formats`] | foreign syntax without meaning: SQL dumps, archives, master files, key-value lines |
//! | [`sources`] | one reader a source system: what its tables, files and answers mean |
//!
//! Invariants:
//! - a reader turns input into entries for a [`Sink`] one after the other; it never holds a whole source;
//! - nothing of the input is executed, evaluated or extracted to where the input says;
//! - every row, file or element is either an entry, or is named by a [`Gap`]; none disappears silently;
//! - input that cannot be read as what it was said to be is a [`Refusal`] with a stable code and a place;
//!   whatever the input holds, nothing here panics;
//! - what the source says of money and dates is taken as it is and never recomputed.
//!
//! Deliberately absent: a database, the network, and any rule about what is allowed to move in.

pub mod document;
pub mod formats;
mod limits;
mod refusal;
pub mod snapshot;
pub mod sources;
pub mod tally;

pub use limits::Limits;
pub use refusal::{Refusal, RefusalCode};
pub use snapshot::{Counts, Entry, Gap, GapKind, Kind, Record, Sink};
