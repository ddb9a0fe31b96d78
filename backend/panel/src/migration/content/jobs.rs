//! The jobs of content: one for the source, which makes rows for mailboxes and puts some in the
//! queue, and one for each mailbox.
//!
//! The job of the source runs again whenever a mailbox ended, so that never more are open than
//! its settings allow, whoever asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwright_importer::Record;
use hostwright_importer::snapshot::values::PasswordScheme;
use zeroize::Zeroizing;

use super::commands::MASTER;
use super::links::commands::OWN;
use super::model::{Asked, Became, Content, Mailbox, MailboxId, no_password, state_after, tries_again};
use super::store::{self, Found};
use crate::auth::call::Call;
use crate::migration::collect::model::{DOMAIN_NAME, RecordId, domain_name};
use crate::migration::collect::staging::open;
use crate::migration::collect::store as records;
use crate::migration::ports::{CopyProgress, MailAccount, MailCopier};
use crate::migration::sources::model::SourceId;
use crate::migration::sources::store as sources;
use crate::migration::transfer::jobs::is_held;
use crate::migration::transfer::store as landings;
use crate::platform::error::{Error, Result};
use crate::platform::jobs::{self as queue, Job, NewJob};
use crate::platform::secrets::{Vault, sha256_hex};
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};
use crate::platform::{Db, Tx};

/// Sees to the mailboxes of one source.
pub const CONTENT: &str = "migration.content";
/// Surveys or copies one mailbox.
pub const MAILBOX: &str = "migration.mailbox";
/// Records of mailboxes looked at in one transaction.
const PAGE: i64 = 200;

/// Asks for a look at the mailboxes of a source.
pub(super) fn enqueue_in(tx: &mut Tx<'_>, source_id: &SourceId, actor: &str) -> Result<()> {
    let job =
        NewJob { kind: CONTENT, subject: source_id.as_str(), customer_id: None, title: "migration-content", actor };
    queue::enqueue(tx, &job)?;
    Ok(())
}

/// Makes rows for mailboxes, and puts some in the queue.
pub struct ContentHandler {
    /// A call of the product itself.
    pub call: Call,
}

impl Handler for ContentHandler {
    fn kind(&self) -> &'static str {
        CONTENT
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let id: SourceId = run.job.subject.parse().map_err(Error::internal)?;
            self.gather(run, &id).await?;
            self.put_in_queue(run, id).await?;
            Ok(Outcome::Done)
        })
    }
}

impl ContentHandler {
    /// Where something is asked for of all mailboxes: makes rows for those that have none, and
    /// asks it of each.
    async fn gather(&self, run: &Run, id: &SourceId) -> Result<()> {
        let own = id.clone();
        let content = self.call.db.read(move |tx| store::content(tx, &own)).await?;
        let Some(asked) = content.and_then(|content| content.asked) else {
            return Ok(());
        };
        let mut after: Option<RecordId> = None;
        loop {
            let (call, job, id, from) = (self.call.clone(), run.job.clone(), id.clone(), after.clone());
            after = self
                .call
                .db
                .write(move |tx| {
                    is_held(tx, &job)?;
                    gather_page(tx, &call.vault, &id, from.as_ref())
                })
                .await?;
            if after.is_none() {
                break;
            }
        }
        let (job, id) = (run.job.clone(), id.clone());
        self.call
            .db
            .write(move |tx| {
                is_held(tx, &job)?;
                sources::lock(tx, &id)?;
                // Asked for otherwise meanwhile: then this job runs once more.
                if store::content(tx, &id)?.is_some_and(|content| content.asked == Some(asked)) {
                    store::ask(tx, &id, None, asked)?;
                    store::ask_all(tx, &id, None)?;
                }
                Ok(())
            })
            .await
    }

    /// Makes jobs for as many mailboxes as may be open.
    async fn put_in_queue(&self, run: &Run, id: SourceId) -> Result<()> {
        let job = run.job.clone();
        self.call
            .db
            .write(move |tx| {
                is_held(tx, &job)?;
                sources::lock(tx, &id)?;
                let Some(content) = store::content(tx, &id)? else {
                    return Ok(());
                };
                let mut open = 0_i64;
                for mailbox in store::running(tx, &id)? {
                    // A job that a person gave up holds no place.
                    if sources::is_open(tx, &[MAILBOX], mailbox.as_str())? {
                        open = open.saturating_add(1);
                    } else {
                        store::set_running(tx, &mailbox, false)?;
                    }
                }
                let free = content.limits.mailboxes_at_once.saturating_sub(open).max(0);
                for mailbox in store::next(tx, &id, free)? {
                    store::set_running(tx, &mailbox, true)?;
                    let one = NewJob {
                        kind: MAILBOX,
                        subject: mailbox.as_str(),
                        customer_id: None,
                        title: "migration-mailbox",
                        actor: &job.actor,
                    };
                    queue::enqueue(tx, &one)?;
                }
                Ok(())
            })
            .await
    }
}

/// Makes rows for a page of mailboxes whose accounts are here.
fn gather_page(tx: &mut Tx<'_>, vault: &Vault, id: &SourceId, after: Option<&RecordId>) -> Result<Option<RecordId>> {
    let page = records::page_of_kind(tx, id, "mailbox", after, PAGE)?;
    let last = page.last().map(|sealed| sealed.record.id.clone());
    let owners = owners_of(tx, id, &page)?;
    let mut parties: Vec<String> = owners.values().cloned().collect();
    parties.dedup();
    let here = landings::here(tx, id, "party", &parties)?;
    let mut found = Vec::new();
    for sealed in &page {
        let Record::Mailbox(told) = open(vault, sealed)? else {
            continue;
        };
        let owner = owners.get(&sealed.record.external_id).and_then(|party| here.get(party));
        let address = sealed.record.name.trim().to_lowercase();
        if let Some(owner) = owner.filter(|_| address.contains('@')) {
            found.push(Found {
                external_id: sealed.record.external_id.clone(),
                address,
                customer_id: owner.object_id.clone(),
                messages: told.messages.and_then(|count| i64::try_from(count).ok()).unwrap_or(0),
                bytes: told.used_bytes.and_then(|count| i64::try_from(count).ok()).unwrap_or(0),
            });
        }
    }
    store::add(tx, id, &found)?;
    Ok(last)
}

/// Whose mailboxes these are: by the hosting account, else by the domain of the address.
fn owners_of(tx: &mut Tx<'_>, id: &SourceId, page: &[records::Sealed]) -> Result<BTreeMap<String, String>> {
    let domain = |one: &records::Sealed| one.record.name.rsplit_once('@').map(|(_, domain)| domain_name(domain));
    let accounts: Vec<String> = page.iter().filter_map(|one| one.record.parent.clone()).collect();
    let domains: Vec<String> = page.iter().filter_map(domain).collect();
    let party = |one: records::Sealed| Some((one.record.external_id, one.record.party?));
    let by_account: BTreeMap<String, String> =
        records::by_ids(tx, id, "hosting_account", &accounts)?.into_iter().filter_map(party).collect();
    let by_domain: BTreeMap<String, String> =
        records::by_ids(tx, id, DOMAIN_NAME, &domains)?.into_iter().filter_map(party).collect();
    let owner = |one: &records::Sealed| {
        let account = one.record.parent.as_ref().and_then(|account| by_account.get(account));
        let owner = account.or_else(|| by_domain.get(&domain(one)?))?;
        Some((one.record.external_id.clone(), owner.clone()))
    };
    Ok(page.iter().filter_map(owner).collect())
}

/// Surveys or copies one mailbox.
pub struct MailboxHandler {
    /// A call of the product itself.
    pub call: Call,
    /// What copies mailboxes.
    pub copier: Arc<dyn MailCopier>,
}

impl Handler for MailboxHandler {
    fn kind(&self) -> &'static str {
        MAILBOX
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let id: MailboxId = run.job.subject.parse().map_err(Error::internal)?;
            let Some(begun) = self.begin(id).await? else {
                return Ok(Outcome::Done);
            };
            let became = self.perform(run, &begun).await?;
            self.end(run, begun, became).await
        })
    }
}

/// What a job of a mailbox begins with.
struct Begun {
    content: Content,
    mailbox: Mailbox,
    asked: Asked,
    from: Option<MailAccount>,
    to: Option<MailAccount>,
    /// Whether a side is entered by the mailbox's own password.
    is_own: bool,
}

impl MailboxHandler {
    /// The mailbox with how it is entered, where something is asked of it.
    async fn begin(&self, id: MailboxId) -> Result<Option<Begun>> {
        let vault = self.call.vault.clone();
        self.call
            .db
            .read(move |tx| {
                let Some(mailbox) = store::mailbox(tx, &id)? else {
                    return Ok(None);
                };
                let Some(asked) = mailbox.view.asked.filter(|_| mailbox.is_running) else {
                    return Ok(None);
                };
                let Some(content) = store::content(tx, &mailbox.view.source_id)? else {
                    return Ok(None);
                };
                let opened = |purpose: &str, sealed: &Option<String>| {
                    sealed.as_deref().map(|sealed| vault.open(purpose, sealed)).transpose()
                };
                let told = told_password(tx, &vault, &mailbox)?;
                let own_source = opened(OWN, &mailbox.source_secret)?.or_else(|| told.clone());
                let own_target = opened(OWN, &mailbox.target_secret)?.or_else(|| own_source.clone());
                let masters = (opened(MASTER, &content.source_secret)?, opened(MASTER, &content.target_secret)?);
                let text = |secret: &Option<Zeroizing<String>>| secret.as_ref().map(|secret| secret.to_string());
                let address = mailbox.view.address.as_str();
                let from = content.source.account(address, text(&masters.0).as_deref(), text(&own_source).as_deref());
                let to = content.target.account(address, text(&masters.1).as_deref(), text(&own_target).as_deref());
                let is_own = masters.0.is_none() || masters.1.is_none();
                Ok(Some(Begun { content, mailbox, asked, from, to, is_own }))
            })
            .await
    }

    /// Does what is asked.
    async fn perform(&self, run: &Run, begun: &Begun) -> Result<Became> {
        let gentleness = begun.content.limits.gentleness();
        let Some(from) = &begun.from else {
            return Ok(Became::Stopped(no_password()));
        };
        if begun.asked == Asked::Survey {
            let size = match self.copier.measure(from, gentleness).await {
                Ok(size) => size,
                Err(fault) => return Ok(Became::Stopped(fault)),
            };
            let Some(to) = &begun.to else {
                return Ok(Became::Measured(size, None, None));
            };
            return Ok(match self.copier.measure(to, gentleness).await {
                Ok(room) => Became::Measured(size, room.free_bytes, None),
                Err(fault) => Became::Measured(size, None, Some(fault)),
            });
        }
        let Some(to) = &begun.to else {
            return Ok(Became::Stopped(no_password()));
        };
        let id = begun.mailbox.view.id.clone();
        let is_dry = begun.asked == Asked::DryRun;
        if !is_dry {
            let (job, id) = (run.job.clone(), id.clone());
            self.call
                .db
                .write(move |tx| {
                    is_held(tx, &job)?;
                    store::begin_copy(tx, &id)
                })
                .await?;
        }
        let kept = Kept { db: self.call.db.clone(), job: run.job.clone(), id };
        Ok(Became::Ran(self.copier.copy(from, to, gentleness, is_dry, Box::new(kept)).await?))
    }

    /// Says how it ended, or that it is tried again.
    async fn end(&self, run: &Run, begun: Begun, became: Became) -> Result<Outcome> {
        let job = run.job.clone();
        self.call
            .db
            .write(move |tx| {
                is_held(tx, &job)?;
                let (view, asked) = (&begun.mailbox.view, begun.asked);
                if let (Some(seconds), Some(fault)) = (tries_again(&became, begun.mailbox.tries), became.fault()) {
                    let tries = begun.mailbox.tries.saturating_add(1);
                    store::count_try(tx, &view.id, tries, &fault.code, &fault.reason)?;
                    return Ok(Outcome::Wait { seconds, reason: fault.code.clone() });
                }
                let state = state_after(view.state, asked, &became, begun.is_own);
                store::end(tx, &begun.mailbox, asked, state, &became)?;
                enqueue_in(tx, &view.source_id, &job.actor)?;
                Ok(Outcome::Done)
            })
            .await
    }
}

/// The password of a mailbox, where the source keeps it readable.
fn told_password(tx: &mut Tx<'_>, vault: &Vault, mailbox: &Mailbox) -> Result<Option<Zeroizing<String>>> {
    let ids = std::slice::from_ref(&mailbox.external_id);
    for sealed in records::by_ids(tx, &mailbox.view.source_id, "mailbox", ids)? {
        if let Record::Mailbox(told) = open(vault, &sealed)? {
            let plain =
                told.password.filter(|password| password.scheme == PasswordScheme::Plain && !password.is_locked);
            return Ok(plain.map(|password| Zeroizing::new(password.value.0)));
        }
    }
    Ok(None)
}

/// What was copied of a mailbox, in the database, for as long as its job is ours.
struct Kept {
    db: Db,
    job: Job,
    id: MailboxId,
}

impl CopyProgress for Kept {
    fn folder(&mut self, folder: &str) -> Option<String> {
        let key = sha256_hex(folder.as_bytes());
        // A state that cannot be read costs time and no mail.
        self.db.read_now(|tx| store::folder(tx, &self.id, &key)).ok().flatten()
    }

    fn keep(&mut self, folder: &str, progress: &str, messages: i64) -> std::result::Result<(), String> {
        let key = sha256_hex(folder.as_bytes());
        let kept = self.db.write_now(|tx| {
            is_held(tx, &self.job)?;
            store::keep_folder(tx, &self.id, &key, (progress, messages))
        });
        match kept {
            Ok(true) => Ok(()),
            Ok(false) => Err("the mailbox is no longer delivered".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}
