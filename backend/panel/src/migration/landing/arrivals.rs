//! What is here of a source, as one transaction knows it, and what lands in it.
//!
//! What is here is asked for many records at once, and what became of them is written at once
//! at the end: on PostgreSQL each statement is a journey.
//!
//! Invariants: what was remembered is written in the transaction that made it, or the
//! transaction fails; a record that is here is never remembered a second time, which a unique
//! index guarantees across transactions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Ground, Landed, Place};
use crate::billing::entity;
use crate::catalogue;
use crate::catalogue::model::{Plan, PlanId, Price};
use crate::migration::transfer::model::LandingState;
use crate::migration::transfer::store::{self, Known, Remembered};
use crate::platform::Tx;
use crate::platform::error::{Error, Result};

/// A record by its kind and identifier.
type Key = (String, String);

/// One transaction in which records land.
pub(in crate::migration) struct Arrivals<'g> {
    /// What they land on.
    pub ground: &'g Ground,
    /// What was known before.
    known: BTreeMap<Key, Known>,
    /// What became of records in this transaction.
    fresh: BTreeMap<Key, Remembered>,
    /// The same for the part that is being tried.
    tried: BTreeMap<Key, Remembered>,
    /// A refusal ends the part that is being tried, so that no piece of it is set apart.
    is_bold: bool,
    plans: BTreeMap<PlanId, Arc<(Plan, Vec<Price>)>>,
    country: Option<String>,
}

impl<'g> Arrivals<'g> {
    /// Runs what lands in this transaction, and writes what became of it. What is known of
    /// these records is asked for beforehand.
    ///
    /// # Errors
    /// When the database fails, or a record landed elsewhere at the same moment.
    pub fn during<'a, T>(
        tx: &mut Tx<'_>,
        ground: &'g Ground,
        places: impl IntoIterator<Item = Place<'a>>,
        body: impl FnOnce(&mut Tx<'_>, &mut Self) -> Result<T>,
    ) -> Result<T> {
        let mut on = Self {
            ground,
            known: BTreeMap::new(),
            fresh: BTreeMap::new(),
            tried: BTreeMap::new(),
            is_bold: false,
            plans: BTreeMap::new(),
            country: None,
        };
        let mut by_kind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for place in places {
            by_kind.entry(place.kind).or_default().push(place.external_id.to_owned());
        }
        for (kind, ids) in by_kind {
            on.ask(tx, kind, &ids)?;
        }
        let value = body(tx, &mut on)?;
        let replaced = on.fresh.keys().filter_map(|key| match on.known.get(key) {
            Some(Known::Skipped(row)) => Some(row.clone()),
            _ => None,
        });
        store::replace(tx, &ground.source.id, replaced.collect(), on.fresh.into_values().collect())?;
        Ok(value)
    }

    /// Tries a part as a whole, set apart once. Where a piece of it is refused the part is
    /// begun anew with each piece set apart, so that the others land.
    ///
    /// # Errors
    /// When the database fails.
    pub fn boldly<T>(&mut self, tx: &mut Tx<'_>, part: impl Fn(&mut Tx<'_>, &mut Self) -> Result<T>) -> Result<T> {
        self.is_bold = true;
        let outcome = tx.apart(|tx| part(tx, self));
        self.is_bold = false;
        let mut tried = std::mem::take(&mut self.tried);
        match outcome {
            Ok(value) => {
                self.fresh.append(&mut tried);
                Ok(value)
            }
            Err(Error::Refused(_) | Error::Fields(_)) => part(tx, self),
            Err(error) => Err(error),
        }
    }

    /// Runs a piece that may be refused.
    ///
    /// # Errors
    /// What the piece returns; what it wrote is taken back, here or by [`Arrivals::boldly`].
    pub fn piece<T>(&self, tx: &mut Tx<'_>, part: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        if self.is_bold { part(tx) } else { tx.apart(part) }
    }

    /// Whether a refusal is remembered now; else it ends the part that is being tried.
    pub fn remembers_refusals(&self) -> bool {
        !self.is_bold
    }

    /// What a record is here.
    ///
    /// # Errors
    /// When the database fails.
    pub fn object(&mut self, tx: &mut Tx<'_>, kind: &str, id: &str) -> Result<Option<String>> {
        Ok(match self.known(tx, kind, id)? {
            Known::Here(object) => Some(object),
            Known::Nothing | Known::Skipped(_) => None,
        })
    }

    /// Remembers what a record became.
    ///
    /// # Errors
    /// When the database fails, or the record is here already: then this transaction must not be
    /// committed, for it made a second one.
    pub fn remember(&mut self, tx: &mut Tx<'_>, place: Place<'_>, landed: &Landed) -> Result<()> {
        let Place { kind, external_id, hash } = place;
        if self.object(tx, kind, external_id)?.is_some() {
            return Err(Error::internal(format!("{kind} {external_id} landed twice")));
        }
        self.keep(Remembered {
            kind: kind.to_owned(),
            external_id: external_id.to_owned(),
            outcome: if landed.was_there { LandingState::Found } else { LandingState::Landed },
            slice: landed.slice,
            object_id: landed.object_id.clone(),
            customer_id: landed.customer_id.clone(),
            hash: hash.to_owned(),
            reason: String::new(),
            remarks: landed.remarks.clone(),
        });
        Ok(())
    }

    /// Remembers that a record was skipped, and why. Nothing is said of one that is here.
    ///
    /// # Errors
    /// When the database fails.
    pub fn skip(&mut self, tx: &mut Tx<'_>, place: Place<'_>, reason: &str) -> Result<()> {
        let Place { kind, external_id, hash } = place;
        if self.object(tx, kind, external_id)?.is_none() {
            self.keep(Remembered {
                kind: kind.to_owned(),
                external_id: external_id.to_owned(),
                outcome: LandingState::Skipped,
                slice: "",
                object_id: String::new(),
                customer_id: None,
                hash: hash.to_owned(),
                reason: reason.to_owned(),
                remarks: Vec::new(),
            });
        }
        Ok(())
    }

    /// Why a record was skipped in this transaction.
    pub fn skipped_because(&self, place: Place<'_>) -> String {
        let key = (place.kind.to_owned(), place.external_id.to_owned());
        self.in_this(&key).map(|one| one.reason.clone()).unwrap_or_default()
    }

    /// What is sold, and at which prices, loaded once.
    ///
    /// # Errors
    /// `request.not_found`.
    pub fn plan(&mut self, tx: &mut Tx<'_>, id: &PlanId) -> Result<Arc<(Plan, Vec<Price>)>> {
        if let Some(plan) = self.plans.get(id) {
            return Ok(Arc::clone(plan));
        }
        let plan = Arc::new((catalogue::queries::load_in(tx, id)?, catalogue::adoption::prices_in(tx, id)?));
        self.plans.insert(id.clone(), Arc::clone(&plan));
        Ok(plan)
    }

    /// The seller's country, loaded once.
    ///
    /// # Errors
    /// Before set-up.
    pub fn country(&mut self, tx: &mut Tx<'_>) -> Result<String> {
        if let Some(country) = &self.country {
            return Ok(country.clone());
        }
        let country = entity::load_in(tx)?.country;
        self.country = Some(country.clone());
        Ok(country)
    }

    fn keep(&mut self, one: Remembered) {
        let heap = if self.is_bold { &mut self.tried } else { &mut self.fresh };
        heap.insert((one.kind.clone(), one.external_id.clone()), one);
    }

    fn in_this(&self, key: &Key) -> Option<&Remembered> {
        self.tried.get(key).or_else(|| self.fresh.get(key))
    }

    fn known(&mut self, tx: &mut Tx<'_>, kind: &str, id: &str) -> Result<Known> {
        let key = (kind.to_owned(), id.to_owned());
        if let Some(one) = self.in_this(&key) {
            return Ok(match one.outcome {
                LandingState::Skipped => Known::Nothing,
                LandingState::Landed | LandingState::Found => Known::Here(one.object_id.clone()),
            });
        }
        if !self.known.contains_key(&key) {
            self.ask(tx, kind, std::slice::from_ref(&key.1))?;
        }
        Ok(self.known.get(&key).cloned().unwrap_or(Known::Nothing))
    }

    /// Asks what is known of these records.
    fn ask(&mut self, tx: &mut Tx<'_>, kind: &str, ids: &[String]) -> Result<()> {
        for id in ids {
            self.known.insert((kind.to_owned(), id.clone()), Known::Nothing);
        }
        for (id, known) in store::known(tx, &self.ground.source.id, kind, ids)? {
            self.known.insert((kind.to_owned(), id), known);
        }
        Ok(())
    }
}
