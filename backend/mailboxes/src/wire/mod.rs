//! The IMAP line: bytes to responses, responses to answers, commands.
//!
//! Invariants: a literal is never looked into; a response that cannot be parsed costs that response and not the
//! line; whatever a server sends, nothing here panics, and one response takes no more memory than a message may.

mod answer;
mod frame;
mod session;
mod tls;

pub(crate) use answer::{Answer, Code, Counts, Fetched, Status, is_keyword};
pub(crate) use frame::Broken;
pub(crate) use session::{Done, ListedFolder, Session, quoted};
