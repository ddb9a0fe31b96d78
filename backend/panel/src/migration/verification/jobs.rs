//! The job that verifies a source, account by account.
//!
//! Accounts are judged after the account above them. What is left when no account can be
//! judged any more hangs in a circle (or below one), and its parent is not migrated.

use std::collections::{BTreeMap, BTreeSet};

use hostwright_importer::Record;

use super::gather::{self, Account, Elsewhere, Rules, Sold};
use super::model::{Decision, MainPlatform, Settings, Time, Verdict};
use super::store;
use crate::auth::call::Call;
use crate::migration::collect::model::{DOMAIN_NAME, RecordId, StagedView};
use crate::migration::collect::staging::open;
use crate::migration::collect::store as records;
use crate::migration::sources::model::{Source, SourceId};
use crate::migration::sources::store as sources;
use crate::migration::templates::store as templates;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::jobs as queue;
use crate::platform::secrets::Vault;
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};

/// Verifies one source.
pub const VERIFY: &str = "migration.verify";
/// Accounts judged in one transaction.
const PAGE: i64 = 100;

/// Verifies a source.
pub struct VerifyHandler {
    /// A call of the product itself.
    pub call: Call,
}

impl Handler for VerifyHandler {
    fn kind(&self) -> &'static str {
        VERIFY
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let id: SourceId = run.job.subject.parse().map_err(Error::internal)?;
            run.step("verify", async { Ok(((), format!("{} accounts", self.verify(run, id).await?))) }).await?;
            Ok(Outcome::Done)
        })
    }
}

impl VerifyHandler {
    async fn verify(&self, run: &Run, id: SourceId) -> Result<u64> {
        let forgotten = id.clone();
        self.call.db.write(move |tx| store::forget(tx, &forgotten)).await?;
        let mut judged = 0_u64;
        loop {
            let round = self.round(run, &id, false).await?;
            judged = judged.saturating_add(round);
            if round == 0 {
                break;
            }
        }
        judged = judged.saturating_add(self.round(run, &id, true).await?);
        self.call.db.write(move |tx| store::verified(tx, &id)).await?;
        Ok(judged)
    }

    /// Judges every account whose parent was judged; the others too when `is_last`.
    async fn round(&self, run: &Run, id: &SourceId, is_last: bool) -> Result<u64> {
        let mut after: Option<RecordId> = None;
        let mut judged = 0_u64;
        loop {
            let (job, vault, source_id, from) = (run.job.clone(), self.call.vault.clone(), id.clone(), after.clone());
            let page = self
                .call
                .db
                .write(move |tx| {
                    if !queue::renew(tx, &job)? {
                        return Err(Error::internal("the lease of this verification was lost"));
                    }
                    page(tx, &vault, &source_id, from.as_ref(), is_last)
                })
                .await?;
            judged = judged.saturating_add(page.judged);
            match page.last {
                Some(last) => after = Some(last),
                None => return Ok(judged),
            }
        }
    }
}

struct Page {
    last: Option<RecordId>,
    judged: u64,
}

fn page(tx: &mut Tx<'_>, vault: &Vault, id: &SourceId, after: Option<&RecordId>, is_last: bool) -> Result<Page> {
    let found = store::unjudged(tx, id, after, PAGE)?;
    let last = found.last().map(|(id, ..)| id.clone());
    let above: Vec<String> = found.iter().filter_map(|(_, _, parent)| parent.clone()).collect();
    let parents = store::parents(tx, id, &above)?;
    let here: BTreeSet<String> = store::landed(tx, id, &above)?.into_iter().collect();
    let mut ready: BTreeMap<String, Option<bool>> = BTreeMap::new();
    for (_, external, parent) in found {
        let migrated = match &parent {
            None => None,
            Some(parent) if here.contains(parent) => Some(true),
            Some(parent) => match parents.get(parent) {
                // A parent that was never collected is not migrated.
                None => Some(false),
                Some(Some(status)) => Some(status.moves()),
                Some(None) if is_last => Some(false),
                Some(None) => continue,
            },
        };
        ready.insert(external, migrated);
    }
    let judged = u64::try_from(ready.len()).unwrap_or(u64::MAX);
    if !ready.is_empty() {
        judge(tx, vault, id, ready)?;
    }
    Ok(Page { last, judged })
}

/// Judges these accounts; each comes with whether the account above it moves.
fn judge(tx: &mut Tx<'_>, vault: &Vault, id: &SourceId, ready: BTreeMap<String, Option<bool>>) -> Result<()> {
    let source = sources::load(tx, id)?.ok_or_else(|| Error::internal("the source is gone"))?;
    let other_main = sources::other_main(tx, id)?;
    let settings = source.for_tables(tx.now(), other_main.is_some());
    let rules = Rules::new(templates::all(tx, id)?);
    let parties: Vec<String> = ready.keys().cloned().collect();
    let mut sold = sold_of(tx, vault, id, &parties, &rules, &settings)?;
    let mut names: BTreeSet<String> = BTreeSet::new();
    for one in sold.values().flatten() {
        names.extend(one.names.iter().cloned());
    }
    let names: Vec<String> = names.into_iter().collect();
    let known: BTreeMap<String, StagedView> = records::by_ids(tx, id, DOMAIN_NAME, &names)?
        .into_iter()
        .map(|sealed| (sealed.record.external_id.clone(), sealed.record))
        .collect();
    let mut elsewhere = look_elsewhere(tx, vault, &source, other_main.as_ref(), &names)?;
    let mut verdicts: Vec<(RecordId, Verdict)> = Vec::new();
    for sealed in records::by_ids(tx, id, "party", &parties)? {
        let Record::Party(party) = open(vault, &sealed)? else { continue };
        let external = sealed.record.external_id.clone();
        let sold = sold.remove(&external).unwrap_or_default();
        let own: BTreeSet<String> = sold.iter().flat_map(|one| one.names.iter().cloned()).collect();
        let names = own
            .into_iter()
            .filter_map(|name| {
                let record = known.get(&name)?.clone();
                let there = elsewhere.remove(&name).unwrap_or_default();
                Some((name, (record, there)))
            })
            .collect();
        let account = Account {
            party: sealed.record,
            is_reseller: party.is_reseller,
            parent: ready.get(&external).copied().flatten(),
            sold,
            names,
        };
        let judged = gather::judge(&account, &settings);
        // A domain that two accounts provide is judged with the account that it is listed for.
        let own = judged
            .verdicts
            .into_iter()
            .filter(|(record, _)| record.kind != DOMAIN_NAME || record.party.as_deref() == Some(external.as_str()));
        verdicts.extend(own.map(|(record, verdict)| (record.id, verdict)));
    }
    store::keep(tx, verdicts)
}

/// Subscriptions and registrations of these accounts.
fn sold_of(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: &SourceId,
    parties: &[String],
    rules: &Rules,
    settings: &Settings,
) -> Result<BTreeMap<String, Vec<Sold>>> {
    let mut all = Vec::new();
    for kind in ["subscription", "domain"] {
        all.extend(records::of_parties(tx, id, &[kind], parties)?);
    }
    let opened = with_names(tx, vault, id, all, rules, settings)?;
    let mut by_party: BTreeMap<String, Vec<Sold>> = BTreeMap::new();
    for one in opened {
        by_party.entry(one.record.party.clone().unwrap_or_default()).or_default().push(one);
    }
    Ok(by_party)
}

fn with_names(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: &SourceId,
    all: Vec<records::Sealed>,
    rules: &Rules,
    settings: &Settings,
) -> Result<Vec<Sold>> {
    let mut names: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for kind in ["subscription", "domain"] {
        let ids: Vec<String> =
            all.iter().filter(|one| one.record.kind == kind).map(|one| one.record.external_id.clone()).collect();
        for (external, name) in records::links_of(tx, id, kind, &ids, DOMAIN_NAME)? {
            names.entry((kind.to_owned(), external)).or_default().insert(name);
        }
    }
    let mut opened = Vec::with_capacity(all.len());
    for sealed in all {
        let body = open(vault, &sealed)?;
        let key = (sealed.record.kind.clone(), sealed.record.external_id.clone());
        let own = names.remove(&key).unwrap_or_default();
        opened.extend(gather::sold(sealed.record, &body, own, rules, settings));
    }
    Ok(opened)
}

/// What other sources provide of these names.
fn look_elsewhere(
    tx: &mut Tx<'_>,
    vault: &Vault,
    source: &Source,
    main: Option<&SourceId>,
    names: &[String],
) -> Result<BTreeMap<String, Elsewhere>> {
    let mut found: BTreeMap<String, Elsewhere> = BTreeMap::new();
    let mut by_source: BTreeMap<SourceId, BTreeSet<(String, String)>> = BTreeMap::new();
    for (other, kind, external, _) in store::elsewhere(tx, &source.id, names)? {
        if matches!(kind.as_str(), "subscription" | "domain") {
            by_source.entry(other).or_default().insert((kind, external));
        }
    }
    let wanted: BTreeSet<&String> = names.iter().collect();
    for (other, provided) in by_source {
        let Some(there) = sources::load(tx, &other)? else { continue };
        let is_main = main == Some(&other);
        let mut settings = there.for_tables(tx.now(), !is_main && main.is_some());
        if is_main {
            settings.main_platform = MainPlatform::ThisSource;
        }
        let rules = Rules::new(templates::all(tx, &other)?);
        let mut sealed = Vec::new();
        for kind in ["subscription", "domain"] {
            let ids: Vec<String> =
                provided.iter().filter(|(of, _)| of == kind).map(|(_, external)| external.clone()).collect();
            sealed.extend(records::by_ids(tx, &other, kind, &ids)?);
        }
        let selected: BTreeSet<String> = store::selected_names(tx, &other, names)?.into_iter().collect();
        for sold in with_names(tx, vault, &other, sealed, &rules, &settings)? {
            let is_live = matches!(sold.facts.time, Time::Running | Time::Protective)
                && sold.facts.decision != Some(Decision::NotMigrated);
            for name in sold.names.iter().filter(|name| wanted.contains(name)) {
                let entry = found.entry(name.clone()).or_default();
                // The main billing platform bills for hosting that is elsewhere: no conflict.
                if sold.facts.hosts() && is_live && selected.contains(name) && !is_main {
                    entry.hostings = entry.hostings.saturating_add(1);
                }
                if is_main {
                    entry.of_main_platform.push(sold.facts.clone());
                }
            }
        }
    }
    Ok(found)
}
