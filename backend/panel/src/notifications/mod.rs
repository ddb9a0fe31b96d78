//! What is told to whom, in which language.
//!
//! Invariants: a mail exists if and only if the change that it tells of was
//! committed; one mail for a kind, subject, recipient and occurrence, however
//! often it is asked for; a one-time link is never kept in clear: its token lies sealed
//! beside the mail until it is sent, and is then dropped; nothing that a
//! person typed can become a header, markup or a second recipient.
//!
//! Sending. A mail is `queued`, then `sending` while one worker talks to the
//! mail server, then `sent` or `failed`. Only the worker that holds the lease
//! of the mail's job may take it, by a conditional update that names its claim;
//! so two workers never send one mail. When the connection or the worker dies
//! after the text was handed over and before the server's word was recorded,
//! nobody can know whether the mail went out: it is then sent once more and
//! no second time (`unsure`), under the same Message-ID, made from the mail's
//! id, by which the receiver can tell that it is the same mail.
//!
//! A server's lasting refusal (5xx) ends the mail with the server's words; a
//! passing one (4xx), a connection that fails and a mail server that does not
//! accept our password leave it queued, and the job backs off.

pub mod commands;
pub mod error;
pub mod jobs;
pub mod letters;
pub mod model;
pub mod ports;
pub mod queries;
pub(crate) mod store;

#[cfg(test)]
mod tests;
