//! How records land: each kind through the functions of the slice that it lands in.
//!
//! | kind | lands through |
//! |---|---|
//! | staff, login | `auth::adoption` |
//! | party, contact, the tree of resellers | `customers::adoption` |
//! | subscription, and a domain's registration as one | `subscriptions::adoption` |
//! | invoice with lines and payments, payment, credit entry, balance, token | `billing::history` |
//! | department, ticket with messages | `tickets::adoption` |
//!
//! Invariants: what lands is remembered in the same transaction; what a slice refuses is
//! remembered as skipped with the refusal's code, and what it wrote before it refused is taken
//! back; the functions called here record no event and enqueue no job, so nothing leaves.

pub(in crate::migration) mod account;
mod arrivals;
pub(in crate::migration) mod money;
pub(in crate::migration) mod names;
pub(in crate::migration) mod people;
pub(in crate::migration) mod removal;
pub(in crate::migration) mod support;

use hostwright_kernel::Day;

pub(in crate::migration) use self::arrivals::Arrivals;
use super::collect::store::Sealed;
use super::sources::model::Source;
use super::verification::gather::Rules;
use crate::auth::adoption::{Adopted, Landing, Remark};
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};

/// What every landing of a source has in common.
#[derive(Debug, Clone)]
pub(in crate::migration) struct Ground {
    /// A call of the product itself.
    pub call: Call,
    /// The action that was authorized when the transfer was asked for.
    pub action: Action,
    /// The source.
    pub source: Source,
    /// What its products are here.
    pub rules: Rules,
}

impl Ground {
    /// On whose behalf records land.
    pub fn landing(&self) -> Landing<'_> {
        Landing { call: &self.call, action: self.action, system: &self.source.settings.name }
    }

    /// The source's today.
    pub fn today(&self, tx: &Tx<'_>) -> Day {
        self.source.today(tx.now())
    }
}

/// What a record became.
#[derive(Debug, Clone)]
pub(in crate::migration) struct Landed {
    pub slice: &'static str,
    pub object_id: String,
    pub customer_id: Option<String>,
    pub was_there: bool,
    pub remarks: Vec<String>,
}

impl Landed {
    /// From what a slice answers.
    pub fn of<Id: ToString>(slice: &'static str, customer_id: Option<&str>, adopted: &Adopted<Id>) -> Self {
        Self {
            slice,
            object_id: adopted.id.to_string(),
            customer_id: customer_id.map(str::to_owned),
            was_there: adopted.was_there,
            remarks: told(&adopted.remarks),
        }
    }
}

/// Remarks as they are kept.
pub(in crate::migration) fn told(remarks: &[Remark]) -> Vec<String> {
    remarks.iter().map(|remark| format!("{}: {}", remark.code, remark.detail)).collect()
}

/// A record by its place in the source, with the hash of what landed.
#[derive(Debug, Clone, Copy)]
pub(in crate::migration) struct Place<'a> {
    pub kind: &'a str,
    pub external_id: &'a str,
    pub hash: &'a str,
}

impl<'a> Place<'a> {
    /// The place of a record.
    pub fn of(sealed: &'a Sealed) -> Self {
        Self { kind: &sealed.record.kind, external_id: &sealed.record.external_id, hash: &sealed.hash }
    }
}

/// Lands one record that is not here yet: what it became, or none where it was skipped.
///
/// # Errors
/// When the database fails; a refusal is no error here, but remembered.
pub(in crate::migration) fn land(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    place: Place<'_>,
    part: impl FnOnce(&mut Tx<'_>, &Landing<'_>) -> Result<Landed>,
) -> Result<Option<Landed>> {
    land_some(tx, on, place, |tx, landing| part(tx, landing).map(Some))
}

/// [`land`] of something that may come to nothing.
///
/// # Errors
/// As for [`land`].
pub(in crate::migration) fn land_some(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    place: Place<'_>,
    part: impl FnOnce(&mut Tx<'_>, &Landing<'_>) -> Result<Option<Landed>>,
) -> Result<Option<Landed>> {
    let landing = on.ground.landing();
    match on.piece(tx, |tx| part(tx, &landing)) {
        Ok(landed) => {
            if let Some(landed) = &landed {
                on.remember(tx, place, landed)?;
            }
            Ok(landed)
        }
        Err(error) => match refusal_code(&error).filter(|_| on.remembers_refusals()) {
            Some(code) => {
                on.skip(tx, place, code)?;
                Ok(None)
            }
            None => Err(error),
        },
    }
}

/// The code of a refusal; none for what failed.
fn refusal_code(error: &Error) -> Option<&'static str> {
    match error {
        Error::Refused(refusal) => Some(refusal.code),
        Error::Fields(refusals) => refusals.first().map(|refusal| refusal.code),
        Error::Database(_) | Error::Unavailable(_) | Error::Uncertain(_) | Error::Internal(_) => None,
    }
}
