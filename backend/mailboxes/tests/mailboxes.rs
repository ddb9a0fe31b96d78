//! Mailboxes between real servers, on lines that break, and from servers that misbehave.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::disallowed_methods,
    reason = "tests"
)]

#[path = "mailboxes/dovecot.rs"]
mod dovecot;
#[path = "mailboxes/mail.rs"]
mod mail;
#[path = "mailboxes/proxy.rs"]
mod proxy;
#[path = "mailboxes/tiny.rs"]
mod tiny;

#[path = "mailboxes/between_servers.rs"]
mod between_servers;
#[path = "mailboxes/fixtures.rs"]
mod fixtures;
#[path = "mailboxes/lines.rs"]
mod lines;
#[path = "mailboxes/many.rs"]
mod many;
#[path = "mailboxes/misbehaving.rs"]
mod misbehaving;
#[path = "mailboxes/room.rs"]
mod room;
