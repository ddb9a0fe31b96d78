//! WHMCS, from a dump of its database or from recorded answers of its JSON API.
//!
//! | room | holds |
//! |---|---|
//! | [`dump`] | tables, with the attachments folder and the encryption key where they are given |
//! | [`api`] | answers of `includes/api.php`, one a file |
//! | [`words`] | words that both use: cycles and states |
//! | [`secrets`] | reversible secrets, opened with `cc_encryption_hash` |
//!
//! Identifiers of records: a service is its number, an addon of one `addon-N`; a product is its
//! number, `addon-N`, `option-N` or `tld.NAME`; a login is the user's number (since 8.0), else
//! `client-N` or `contact-N`; messages of a ticket are `ticket-N`, `reply-N` and `note-N`.
//!
//! Money and dates are taken as they are: the price of a service is what is charged, not what
//! the catalogue says. `-1.00` is a cycle that is not offered, `0.00` one that is free.

mod api;
mod dump;
mod secrets;
#[cfg(any(test, feature = "synthetic"))]
pub mod synthetic;
#[cfg(test)]
mod tests;
mod words;

use std::path::{Path, PathBuf};

use super::Input;
use crate::Refusal;
use crate::snapshot::Sink;

/// Reads dumps, recorded answers, or folders of either.
///
/// # Errors
/// A refusal of the whole; what could be read was delivered before.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let is_answer = |path: &Path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let holds_answers = |path: &PathBuf| {
        if path.is_dir() {
            let inside = std::fs::read_dir(path).ok();
            inside.into_iter().flatten().flatten().any(|entry| is_answer(&entry.path()))
        } else {
            is_answer(path)
        }
    };
    let (answers, dumps): (Vec<PathBuf>, Vec<PathBuf>) = input.paths.iter().cloned().partition(holds_answers);
    if !answers.is_empty() {
        api::read(&Input { paths: answers, ..input.clone() }, sink)?;
        if dumps.is_empty() {
            return Ok(());
        }
    }
    dump::read(&Input { paths: dumps, ..input.clone() }, sink)
}
