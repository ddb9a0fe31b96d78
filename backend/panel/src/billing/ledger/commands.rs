//! Posting.

use super::model::{self, Posting};
use super::store;
use crate::platform::Tx;
use crate::platform::error::Result;

/// Posts: raises the totals of the accounts and appends the transfers. A
/// posting without legs changes nothing.
///
/// # Errors
/// `ledger.below_zero` when a balance that may not would fall below zero,
/// `ledger.posted_already` for a kind, reference and leg that is there, and
/// `ledger.full` when a total would leave 64 bits.
pub fn post_in(tx: &mut Tx<'_>, posting: &Posting) -> Result<()> {
    let mut ids = std::collections::BTreeMap::new();
    for ((code, currency), (account, movement)) in posting.movements()? {
        let id = store::ensure(tx, &account, currency)?;
        store::add(tx, &id, movement)?;
        ids.insert((code, currency), id);
    }
    store::append(tx, std::slice::from_ref(posting), &ids)
}

/// Posts several in one go, as [`post_in`] would one by one; every account is
/// raised once.
///
/// # Errors
/// As for [`post_in`]; then none is posted.
pub fn post_together_in(tx: &mut Tx<'_>, postings: &[Posting]) -> Result<()> {
    let movements = model::movements_of(postings)?;
    let ids = store::raise(tx, &movements)?;
    store::append(tx, postings, &ids)
}
