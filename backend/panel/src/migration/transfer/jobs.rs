//! The jobs of a transfer: one for the source, which lands accounts many at a time, and one for
//! each account that lands alone, because it is large or because its batch failed.
//!
//! The job of the source runs again when the last of those is through; when no account is left it
//! ties the tree of resellers and says that the transfer ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwright_importer::Record;

use super::model::TransferState;
use super::store;
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::customers::adoption::set_reseller_in;
use crate::migration::collect::model::RecordId;
use crate::migration::collect::staging::open;
use crate::migration::collect::store as records;
use crate::migration::landing::account::Belongings;
use crate::migration::landing::{self, Arrivals, Ground, Place, account};
use crate::migration::sources::model::SourceId;
use crate::migration::sources::store as sources;
use crate::migration::templates::store as templates;
use crate::migration::verification::gather::Rules;
use crate::migration::verification::model::Status;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self as queue, Job, NewJob};
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};

/// Transfers one source.
pub const TRANSFER: &str = "migration.transfer";
/// Transfers one account.
pub const ACCOUNT: &str = "migration.account";
/// Accounts that land in one transaction.
const BATCH: i64 = 250;
/// Pieces of one account that land in one transaction.
const PIECES: usize = 100;
/// Records of a source looked at in one transaction.
const PAGE: i64 = 200;
/// Why an account did not land whose record the source no longer has.
const GONE: &str = "gone";

/// Transfers what belongs to the source as a whole, and sees to its accounts.
pub struct TransferHandler {
    /// A call of the product itself.
    pub call: Call,
}

impl Handler for TransferHandler {
    fn kind(&self) -> &'static str {
        TRANSFER
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let id: SourceId = run.job.subject.parse().map_err(Error::internal)?;
            self.land_source(run, &id).await?;
            self.land_accounts(run, &id).await?;
            let own = id.clone();
            if !self.call.db.read(move |tx| sources::has_queued(tx, &own)).await? {
                run.step("tie_resellers", async { Ok(((), format!("{} accounts", self.tie(run, &id).await?))) })
                    .await?;
                self.call
                    .db
                    .write(move |tx| {
                        let now = tx.now();
                        store::transferred(tx, &id, Some(now))
                    })
                    .await?;
            }
            Ok(Outcome::Done)
        })
    }
}

impl TransferHandler {
    /// Departments, then staff.
    async fn land_source(&self, run: &Run, id: &SourceId) -> Result<()> {
        for kind in ["department", "staff"] {
            let mut after: Option<RecordId> = None;
            loop {
                let (call, job, id, from) = (self.call.clone(), run.job.clone(), id.clone(), after.clone());
                after = self
                    .call
                    .db
                    .write(move |tx| {
                        is_held(tx, &job)?;
                        let Some(ground) = ground(tx, &call, &id)? else {
                            return Ok(None);
                        };
                        land_page(tx, &ground, kind, from.as_ref())
                    })
                    .await?;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Lands the accounts that wait, a batch in a transaction; the next is opened meanwhile.
    async fn land_accounts(&self, run: &Run, id: &SourceId) -> Result<()> {
        let mut batches = 0_u64;
        let mut next = self.batch(id, None).await?;
        while let Some(batch) = next {
            let last = batch.ids.last().cloned();
            let ids = batch.ids.clone();
            let (landed, following) = tokio::join!(self.land_batch(run, batch), self.batch(id, last));
            if let Err(error) = landed {
                tracing::warn!(%error, "a batch of accounts is taken apart");
                let job = run.job.clone();
                self.call.db.write(move |tx| ids.iter().try_for_each(|id| land_alone(tx, &job, id))).await?;
            }
            batches = batches.saturating_add(1);
            if batches.is_power_of_two() {
                self.call.db.write(|tx| tx.count_rows("migration_landings")).await?;
            }
            next = following?;
        }
        Ok(())
    }

    /// The next accounts that wait, opened.
    async fn batch(&self, id: &SourceId, after: Option<RecordId>) -> Result<Option<Batch>> {
        let (call, source_id) = (self.call.clone(), id.clone());
        let next = move |tx: &mut Tx<'_>| {
            let ids = store::queued(tx, &source_id, after.as_ref(), BATCH)?;
            Ok(ground(tx, &call, &source_id)?.map(|ground| (ground, ids)))
        };
        match self.call.db.read(next).await? {
            Some((ground, ids)) if !ids.is_empty() => {
                let accounts = account::load(&ground, ids.clone()).await;
                Ok(Some(Batch { ground, ids, accounts }))
            }
            _ => Ok(None),
        }
    }

    /// Lands accounts in one transaction, but for those that are large.
    async fn land_batch(&self, run: &Run, batch: Batch) -> Result<()> {
        let Batch { ground, ids, accounts } = batch;
        let shared = Arc::new((ground, accounts?, run.job.clone(), ids));
        self.call
            .db
            .write(move |tx| {
                let (ground, accounts, job, ids) = shared.as_ref();
                is_held(tx, job)?;
                if sources::lock(tx, &ground.source.id)?.is_none() {
                    return Ok(());
                }
                let alone = sources::open_among(tx, ACCOUNT, ids)?;
                let mut now = Vec::new();
                for id in store::waiting(tx, ids)? {
                    match accounts.get(&id) {
                        _ if alone.contains(id.as_str()) => {}
                        Some(account) if !account.moves() => {}
                        Some(account) if account.len() > PIECES => land_alone(tx, job, &id)?,
                        Some(account) => now.push((id, account)),
                        None => store::parked(tx, &id, GONE)?,
                    }
                }
                land_now(tx, ground, &now)
            })
            .await
    }

    /// Ties every account that is here to the reseller above it.
    async fn tie(&self, run: &Run, id: &SourceId) -> Result<usize> {
        let mut after: Option<RecordId> = None;
        let mut count = 0_usize;
        loop {
            let (call, job, id, from) = (self.call.clone(), run.job.clone(), id.clone(), after.clone());
            let (last, tied) = self
                .call
                .db
                .write(move |tx| {
                    is_held(tx, &job)?;
                    let Some(ground) = ground(tx, &call, &id)? else {
                        return Ok((None, 0));
                    };
                    tie_page(tx, &ground, from.as_ref())
                })
                .await?;
            count = count.saturating_add(tied);
            match last {
                Some(last) => after = Some(last),
                None => return Ok(count),
            }
        }
    }
}

/// Accounts that land together.
struct Batch {
    ground: Ground,
    ids: Vec<RecordId>,
    accounts: Result<BTreeMap<RecordId, Belongings>>,
}

fn land_now(tx: &mut Tx<'_>, ground: &Ground, accounts: &[(RecordId, &Belongings)]) -> Result<()> {
    let places = accounts.iter().flat_map(|(_, one)| one.own_places().into_iter().chain(one.places(0..one.len())));
    let mut done = Vec::new();
    Arrivals::during(tx, ground, places, |tx, on| {
        for (id, account) in accounts {
            match on.boldly(tx, |tx, on| account::land_whole(tx, on, account))? {
                Ok(_here) => done.push(id.clone()),
                Err(reason) => store::parked(tx, id, &reason)?,
            }
        }
        Ok(())
    })?;
    store::done(tx, &done)
}

fn land_page(tx: &mut Tx<'_>, ground: &Ground, kind: &str, after: Option<&RecordId>) -> Result<Option<RecordId>> {
    let page = records::page_of_kind(tx, &ground.source.id, kind, after, PAGE)?;
    let last = page.last().map(|sealed| sealed.record.id.clone());
    Arrivals::during(tx, ground, page.iter().map(Place::of), |tx, on| {
        for sealed in &page {
            let place = Place::of(sealed);
            if on.object(tx, kind, place.external_id)?.is_some() {
                continue;
            }
            match open(&ground.call.vault, sealed)? {
                Record::Department(told) => landing::support::department(tx, on, place, &told)?,
                Record::Staff(told) => landing::people::staff(tx, on, place, &told)?,
                _ => None,
            };
        }
        Ok(last)
    })
}

fn tie_page(tx: &mut Tx<'_>, ground: &Ground, after: Option<&RecordId>) -> Result<(Option<RecordId>, usize)> {
    let page = store::tree(tx, &ground.source.id, after, PAGE)?;
    let last = page.last().map(|(id, ..)| id.clone());
    let mut wanted: Vec<String> = Vec::new();
    for (_, own, above) in &page {
        wanted.extend([own.clone(), above.clone()]);
    }
    let here = store::here(tx, &ground.source.id, "party", &wanted)?;
    let mut count = 0_usize;
    for (_, own, above) in &page {
        if let (Some(own), Some(above)) = (here.get(own), here.get(above)) {
            let customer = own.object_id.parse().map_err(Error::internal)?;
            let reseller = above.object_id.parse().map_err(Error::internal)?;
            if let Some(remark) = set_reseller_in(tx, &ground.landing(), &customer, &reseller)? {
                store::add_remark(tx, &own.id, &own.remarks, &landing::told(&[remark]))?;
            }
            count = count.saturating_add(1);
        }
    }
    Ok((last, count))
}

/// Transfers one account.
pub struct AccountHandler {
    /// A call of the product itself.
    pub call: Call,
}

impl Handler for AccountHandler {
    fn kind(&self) -> &'static str {
        ACCOUNT
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let id: RecordId = run.job.subject.parse().map_err(Error::internal)?;
            self.transfer(run, id).await?;
            Ok(Outcome::Done)
        })
    }
}

impl AccountHandler {
    async fn transfer(&self, run: &Run, id: RecordId) -> Result<()> {
        let Some(ground) = self.begin(id.clone()).await? else {
            return Ok(());
        };
        let ended = match account::load(&ground, vec![id.clone()]).await?.remove(&id) {
            Some(account) => self.land(run, &ground, account).await?,
            None => Some(GONE.to_owned()),
        };
        self.end(run, ground.source.id.clone(), id, ended).await
    }

    /// The ground, where this account still waits and still moves.
    async fn begin(&self, id: RecordId) -> Result<Option<Ground>> {
        let call = self.call.clone();
        self.call
            .db
            .read(move |tx| {
                let Some(record) = records::record(tx, &id)? else {
                    return Ok(None);
                };
                let record = record.record;
                let waits = record.transfer == Some(TransferState::Queued);
                if !waits || !record.verdict.is_some_and(Status::moves) {
                    return Ok(None);
                }
                ground(tx, &call, &record.source_id)
            })
            .await
    }

    /// Lands the account piece by piece; why it could not, where it could not.
    async fn land(&self, run: &Run, ground: &Ground, account: Belongings) -> Result<Option<String>> {
        let shared = Arc::new((ground.clone(), account));
        let write = |part: Part| {
            let (shared, job) = (Arc::clone(&shared), run.job.clone());
            self.call.db.write(move |tx| {
                is_held(tx, &job)?;
                let (ground, account) = shared.as_ref();
                let places = match &part {
                    Part::Party | Part::Balance(_) => account.own_places().to_vec(),
                    Part::Units(_, range) => account.places(range.clone()),
                };
                Arrivals::during(tx, ground, places, |tx, on| match &part {
                    Part::Party => account::land_party(tx, on, account),
                    Part::Units(customer, range) => {
                        account::land_units(tx, on, account, customer, range.clone())?;
                        Ok(Ok(customer.clone()))
                    }
                    Part::Balance(customer) => {
                        account::land_balance(tx, on, account, customer)?;
                        Ok(Ok(customer.clone()))
                    }
                })
            })
        };
        let customer = match write(Part::Party).await? {
            Ok(customer) => customer,
            Err(reason) => return Ok(Some(reason)),
        };
        let (mut from, all) = (0_usize, shared.1.len());
        while from < all {
            let until = from.saturating_add(PIECES).min(all);
            let landed = write(Part::Units(customer.clone(), from..until)).await?;
            landed.map_err(Error::Internal)?;
            from = until;
        }
        write(Part::Balance(customer)).await?.map_err(Error::Internal)?;
        Ok(None)
    }

    /// Says how the account ended. The row of the source is locked, so that of several
    /// accounts that end at the same moment one sees that none is left.
    async fn end(&self, run: &Run, source_id: SourceId, id: RecordId, parked: Option<String>) -> Result<()> {
        let job = run.job.clone();
        self.call
            .db
            .write(move |tx| {
                is_held(tx, &job)?;
                if sources::lock(tx, &source_id)?.is_none() {
                    return Ok(());
                }
                match &parked {
                    Some(reason) => store::parked(tx, &id, reason)?,
                    None => store::done(tx, std::slice::from_ref(&id))?,
                }
                if !sources::has_queued(tx, &source_id)? {
                    queue::enqueue(
                        tx,
                        &NewJob {
                            kind: TRANSFER,
                            subject: source_id.as_str(),
                            customer_id: None,
                            title: "migration-transfer",
                            actor: &job.actor,
                        },
                    )?;
                }
                Ok(())
            })
            .await
    }
}

/// Makes a job for one account.
fn land_alone(tx: &mut Tx<'_>, job: &Job, id: &RecordId) -> Result<()> {
    let alone = NewJob {
        kind: ACCOUNT,
        subject: id.as_str(),
        customer_id: None,
        title: "migration-account",
        actor: &job.actor,
    };
    queue::enqueue(tx, &alone)?;
    Ok(())
}

/// A part of an account that lands in one transaction.
enum Part {
    Party,
    Units(crate::customers::model::CustomerId, std::ops::Range<usize>),
    Balance(crate::customers::model::CustomerId),
}

/// Refuses once the lease was lost: somebody else has this job.
pub(in crate::migration) fn is_held(tx: &mut Tx<'_>, job: &Job) -> Result<()> {
    if queue::renew(tx, job)? { Ok(()) } else { Err(Error::internal("the lease of this job was lost")) }
}

/// What landing from a source stands on; none where the source is gone or was switched.
pub(in crate::migration) fn ground(tx: &mut Tx<'_>, call: &Call, id: &SourceId) -> Result<Option<Ground>> {
    let Some(source) = sources::load(tx, id)?.filter(|source| source.switched_at.is_none()) else {
        return Ok(None);
    };
    let rules = Rules::new(templates::all(tx, id)?);
    Ok(Some(Ground { call: call.clone(), action: Action::TransferMigrationSource, source, rules }))
}
