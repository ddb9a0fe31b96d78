//! Mailboxes from one place to another: IMAP to IMAP, and Maildir or mbox to IMAP.
//!
//! | room | holds |
//! |---|---|
//! | [`Source`], [`Server`] | where a mailbox is and how it is reached |
//! | [`copy`], [`copy_many`] | the copy of one mailbox, and of many beside each other |
//! | [`survey`], [`survey_many`] | how large mailboxes are, and what a target has room for |
//! | [`enter`] | whether a login is good |
//! | [`Progress`], [`MailboxState`] | what was copied before: the caller keeps it |
//! | [`Report`] | what was done, and what was not with the reason |
//!
//! ```text
//! source --(pull: FETCH, two batches ahead | disk: the importer's reader)--> way --(push: APPEND)--> target
//! ```
//!
//! The two halves of a copy run beside each other. The way between them holds so many bytes and no more; each half
//! makes its own line again when it is lost, and the other waits.
//!
//! Invariants:
//! - a message is bytes, and is passed on byte for byte; what IMAP demands is done and nothing else (CRLF line ends
//!   for mail on disk);
//! - every message of the source is copied, was there already, or is named as skipped with a reason;
//! - a message counts as copied when the target confirmed it; where that is uncertain, the target is looked at
//!   before anything is sent again;
//! - the source is only read; at the target nothing is removed, and nothing changed but flags of copies of ours;
//! - whatever a server or a file says, nothing here panics, and memory stays within the options.
//!
//! Deliberately absent: a parser of IMAP (imap-proto's is used) and of mail on disk (the importer's is); filters,
//! forwards and address books; removing at the target what was removed at the source; a store for the state.

mod account;
mod copying;
mod disk;
mod fault;
mod folders;
mod options;
mod parcel;
mod progress;
mod pull;
mod push;
mod report;
mod survey;
mod uid_set;
mod wire;

pub use account::{Login, Security, Server, Source, Trust};
pub use copying::{Job, Limits, Outcome, copy, copy_many};
pub use fault::{Fault, FaultCode};
pub use options::{Gate, Options};
pub use progress::{FolderState, MailboxState, Progress, Run};
pub use report::{FolderReport, NO_FOLDER, Note, NoteCode, Report, Skipped};
pub use survey::{Allowance, FolderSize, SizedBy, Survey, enter, survey, survey_many};
pub use uid_set::{BadUidSet, UidSet};
