//! Rows of content: settings, mailboxes, and what was copied of them.

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::model::{
    Asked, Became, Content, ContentLimits, MailCounts, MailServer, Mailbox, MailboxId, MailboxState, MailboxView,
    clipped,
};
use super::queries::ListMailboxes;
use crate::migration::sources::model::SourceId;
use crate::platform::db::lower;
use crate::platform::error::{Error, Result};
use crate::platform::schema::{migration_content, migration_mailbox_folders, migration_mailboxes};
use crate::platform::{Paged, Tx};
use crate::{locking, on_each};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = migration_content)]
struct ContentRow {
    source_id: SourceId,
    source: String,
    target: String,
    source_secret: Option<String>,
    target_secret: Option<String>,
    mailboxes_at_once: i64,
    connections: i64,
    bytes_per_second: Option<i64>,
    asked: Option<Asked>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = migration_mailboxes)]
#[diesel(treat_none_as_null = true)]
struct MailboxRow {
    id: MailboxId,
    source_id: SourceId,
    external_id: String,
    address: String,
    customer_id: String,
    state: MailboxState,
    asked: Option<Asked>,
    is_running: bool,
    tries: i64,
    messages: i64,
    bytes: i64,
    largest_folder: Option<String>,
    largest_bytes: Option<i64>,
    lacks_bytes: i64,
    measured_at: Option<Instant>,
    is_dry: bool,
    found: i64,
    copied: i64,
    copied_bytes: i64,
    already: i64,
    planned: i64,
    planned_bytes: i64,
    skipped: i64,
    code: Option<String>,
    reason: Option<String>,
    ended_at: Option<Instant>,
    source_secret: Option<String>,
    target_secret: Option<String>,
    link_hash: Option<String>,
    link_expires_at: Option<Instant>,
    link_used_at: Option<Instant>,
}

impl From<MailboxRow> for Mailbox {
    fn from(row: MailboxRow) -> Self {
        Self {
            view: MailboxView {
                id: row.id,
                source_id: row.source_id,
                address: row.address,
                customer_id: row.customer_id,
                state: row.state,
                asked: row.asked,
                messages: row.messages,
                bytes: row.bytes,
                largest_folder: row.largest_folder,
                largest_bytes: row.largest_bytes,
                lacks_bytes: row.lacks_bytes,
                measured_at: row.measured_at,
                is_dry: row.is_dry,
                found: row.found,
                copied: row.copied,
                copied_bytes: row.copied_bytes,
                already: row.already,
                planned: row.planned,
                planned_bytes: row.planned_bytes,
                skipped: row.skipped,
                code: row.code,
                reason: row.reason,
                ended_at: row.ended_at,
                link_expires_at: row.link_expires_at,
                link_used_at: row.link_used_at,
            },
            external_id: row.external_id,
            is_running: row.is_running,
            tries: row.tries,
            source_secret: row.source_secret,
            target_secret: row.target_secret,
        }
    }
}

/// A mailbox on its way into the table.
#[derive(Debug, Clone)]
pub struct Found {
    pub external_id: String,
    pub address: String,
    pub customer_id: String,
    pub messages: i64,
    pub bytes: i64,
}

/// The settings of a source's content.
pub fn content(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<Option<Content>> {
    let row: Option<ContentRow> =
        migration_content::table.find(source_id).select(ContentRow::as_select()).first(tx.conn).optional()?;
    row.map(|row| {
        Ok(Content {
            source_id: row.source_id,
            source: serde_json::from_str(&row.source)?,
            target: serde_json::from_str(&row.target)?,
            source_secret: row.source_secret,
            target_secret: row.target_secret,
            limits: ContentLimits {
                mailboxes_at_once: row.mailboxes_at_once,
                connections: row.connections,
                bytes_per_second: row.bytes_per_second,
            },
            asked: row.asked,
        })
    })
    .transpose()
}

/// Keeps the settings of a source's content.
pub fn keep_content(tx: &mut Tx<'_>, content: &Content) -> Result<()> {
    let text = |server: &MailServer| serde_json::to_string(server).map_err(Error::from);
    let row = ContentRow {
        source_id: content.source_id.clone(),
        source: text(&content.source)?,
        target: text(&content.target)?,
        source_secret: content.source_secret.clone(),
        target_secret: content.target_secret.clone(),
        mailboxes_at_once: content.limits.mailboxes_at_once,
        connections: content.limits.connections,
        bytes_per_second: content.limits.bytes_per_second,
        asked: content.asked,
    };
    diesel::delete(migration_content::table.find(&content.source_id)).execute(tx.conn)?;
    diesel::insert_into(migration_content::table).values(row).execute(tx.conn)?;
    Ok(())
}

/// Says what is asked for of all mailboxes of a source.
pub fn ask_all(tx: &mut Tx<'_>, source_id: &SourceId, asked: Option<Asked>) -> Result<()> {
    diesel::update(migration_content::table.find(source_id))
        .set(migration_content::asked.eq(asked))
        .execute(tx.conn)?;
    Ok(())
}

/// Makes rows for mailboxes that have none.
pub fn add(tx: &mut Tx<'_>, source_id: &SourceId, found: &[Found]) -> Result<()> {
    for one in found {
        let row = MailboxRow {
            id: MailboxId::new(),
            source_id: source_id.clone(),
            external_id: one.external_id.clone(),
            address: one.address.clone(),
            customer_id: one.customer_id.clone(),
            state: MailboxState::Waiting,
            asked: None,
            is_running: false,
            tries: 0,
            messages: one.messages,
            bytes: one.bytes,
            largest_folder: None,
            largest_bytes: None,
            lacks_bytes: 0,
            measured_at: None,
            is_dry: false,
            found: 0,
            copied: 0,
            copied_bytes: 0,
            already: 0,
            planned: 0,
            planned_bytes: 0,
            skipped: 0,
            code: None,
            reason: None,
            ended_at: None,
            source_secret: None,
            target_secret: None,
            link_hash: None,
            link_expires_at: None,
            link_used_at: None,
        };
        on_each!(&mut *tx.conn, |conn| diesel::insert_into(migration_mailboxes::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(conn))?;
    }
    Ok(())
}

/// Asks for something of mailboxes of which nothing is asked; all where no addresses are named.
pub fn ask(tx: &mut Tx<'_>, source_id: &SourceId, addresses: Option<&[String]>, asked: Asked) -> Result<usize> {
    let idle = migration_mailboxes::table
        .filter(migration_mailboxes::source_id.eq(source_id))
        .filter(migration_mailboxes::asked.is_null());
    let to = (migration_mailboxes::asked.eq(asked), migration_mailboxes::tries.eq(0_i64));
    Ok(match addresses {
        Some(addresses) => diesel::update(idle.filter(migration_mailboxes::address.eq_any(addresses.to_vec())))
            .set(to)
            .execute(tx.conn)?,
        None => diesel::update(idle).set(to).execute(tx.conn)?,
    })
}

/// Which of these addresses have a row.
pub fn known(tx: &mut Tx<'_>, source_id: &SourceId, addresses: &[String]) -> Result<Vec<String>> {
    Ok(migration_mailboxes::table
        .filter(migration_mailboxes::source_id.eq(source_id))
        .filter(migration_mailboxes::address.eq_any(addresses.to_vec()))
        .select(migration_mailboxes::address)
        .load(tx.conn)?)
}

/// Mailboxes that are in the queue of jobs.
pub fn running(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<Vec<MailboxId>> {
    Ok(migration_mailboxes::table
        .filter(migration_mailboxes::source_id.eq(source_id))
        .filter(migration_mailboxes::is_running.eq(true))
        .select(migration_mailboxes::id)
        .load(tx.conn)?)
}

/// The next mailboxes of which something is asked: whose owner waits for it first, then the largest.
pub fn next(tx: &mut Tx<'_>, source_id: &SourceId, limit: i64) -> Result<Vec<MailboxId>> {
    Ok(migration_mailboxes::table
        .filter(migration_mailboxes::source_id.eq(source_id))
        .filter(migration_mailboxes::is_running.eq(false))
        .filter(migration_mailboxes::asked.is_not_null())
        .order((
            migration_mailboxes::source_secret.is_null().asc(),
            migration_mailboxes::bytes.desc(),
            migration_mailboxes::id.asc(),
        ))
        .limit(limit)
        .select(migration_mailboxes::id)
        .load(tx.conn)?)
}

/// Says whether a mailbox is in the queue of jobs.
pub fn set_running(tx: &mut Tx<'_>, id: &MailboxId, is_running: bool) -> Result<()> {
    diesel::update(migration_mailboxes::table.find(id))
        .set(migration_mailboxes::is_running.eq(is_running))
        .execute(tx.conn)?;
    Ok(())
}

pub fn mailbox(tx: &mut Tx<'_>, id: &MailboxId) -> Result<Option<Mailbox>> {
    let row: Option<MailboxRow> =
        migration_mailboxes::table.find(id).select(MailboxRow::as_select()).first(tx.conn).optional()?;
    Ok(row.map(Mailbox::from))
}

/// The mailbox whose link has this hash.
pub fn by_link(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Mailbox>> {
    let row: Option<MailboxRow> = migration_mailboxes::table
        .filter(migration_mailboxes::link_hash.eq(hash))
        .select(MailboxRow::as_select())
        .first(tx.conn)
        .optional()?;
    Ok(row.map(Mailbox::from))
}

/// Gives a mailbox a link in place of the one it had, or none.
pub fn set_link(tx: &mut Tx<'_>, id: &MailboxId, link: Option<(&str, Instant)>) -> Result<()> {
    diesel::update(migration_mailboxes::table.find(id))
        .set((
            migration_mailboxes::link_hash.eq(link.map(|(hash, _)| hash.to_owned())),
            migration_mailboxes::link_expires_at.eq(link.map(|(_, until)| until)),
            migration_mailboxes::link_used_at.eq(None::<Instant>),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Uses a link up, with the passwords that came by it, and asks for the copy; false when it was
/// used, revoked or over.
pub fn use_link(tx: &mut Tx<'_>, id: &MailboxId, hash: &str, secrets: (&str, Option<&str>)) -> Result<bool> {
    let now = tx.now();
    let open = migration_mailboxes::table
        .find(id)
        .filter(migration_mailboxes::link_hash.eq(hash))
        .filter(migration_mailboxes::link_used_at.is_null())
        .filter(migration_mailboxes::link_expires_at.gt(now));
    let rows = diesel::update(open)
        .set((
            migration_mailboxes::link_used_at.eq(now),
            migration_mailboxes::source_secret.eq(secrets.0),
            migration_mailboxes::target_secret.eq(secrets.1),
            migration_mailboxes::asked.eq(Asked::Copy),
            migration_mailboxes::tries.eq(0_i64),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Says that the copy of a mailbox began.
pub fn begin_copy(tx: &mut Tx<'_>, id: &MailboxId) -> Result<()> {
    diesel::update(migration_mailboxes::table.find(id))
        .set(migration_mailboxes::state.eq(MailboxState::Copying))
        .execute(tx.conn)?;
    Ok(())
}

/// Counts a try that failed, and says why.
pub fn count_try(tx: &mut Tx<'_>, id: &MailboxId, tries: i64, code: &str, reason: &str) -> Result<()> {
    diesel::update(migration_mailboxes::table.find(id))
        .set((
            migration_mailboxes::tries.eq(tries),
            migration_mailboxes::code.eq(code),
            migration_mailboxes::reason.eq(clipped(reason)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Says how a job of a mailbox ended. What was asked for meanwhile in its place stays asked.
pub fn end(tx: &mut Tx<'_>, before: &Mailbox, asked: Asked, state: MailboxState, became: &Became) -> Result<()> {
    let id = &before.view.id;
    let row = locking!(
        &mut *tx.conn,
        migration_mailboxes::table.find(id).select(MailboxRow::as_select()),
        first::<MailboxRow>
    );
    let Some(mut row) = row.optional()? else {
        return Ok(());
    };
    let fault = match became {
        Became::Measured(size, free_bytes, fault) => {
            row.messages = size.messages;
            row.bytes = size.bytes;
            row.largest_folder = size.largest.as_ref().map(|(folder, _)| clipped(folder));
            row.largest_bytes = size.largest.as_ref().map(|(_, bytes)| *bytes);
            row.lacks_bytes = free_bytes.map_or(0, |free| size.bytes.saturating_sub(free).max(0));
            row.measured_at = Some(tx.now());
            fault.clone()
        }
        Became::Ran(delivered) => {
            row.is_dry = asked == Asked::DryRun;
            row.found = delivered.found;
            row.copied = delivered.copied;
            row.copied_bytes = delivered.copied_bytes;
            row.already = delivered.already;
            row.planned = delivered.planned;
            row.planned_bytes = delivered.planned_bytes;
            row.skipped = delivered.skipped;
            row.messages = row.messages.max(delivered.found);
            row.ended_at = Some(tx.now());
            delivered.fault.clone().or_else(|| delivered.left_out.clone())
        }
        Became::Stopped(fault) => {
            row.ended_at = Some(tx.now());
            Some(fault.clone())
        }
    };
    row.code = fault.as_ref().map(|fault| fault.code.clone());
    row.reason = fault.as_ref().map(|fault| clipped(&fault.reason));
    row.state = state;
    row.is_running = false;
    // A link that was used meanwhile asked for a copy with other passwords.
    if row.asked == Some(asked) && row.source_secret == before.source_secret {
        row.asked = None;
        // Passwords that a person gave are good for one copy.
        if asked == Asked::Copy {
            row.source_secret = None;
            row.target_secret = None;
        }
    }
    diesel::update(migration_mailboxes::table.find(id)).set(row).execute(tx.conn)?;
    Ok(())
}

/// What was kept of a folder.
pub fn folder(tx: &mut Tx<'_>, id: &MailboxId, folder: &str) -> Result<Option<String>> {
    Ok(migration_mailbox_folders::table
        .find((id, folder))
        .select(migration_mailbox_folders::progress)
        .first(tx.conn)
        .optional()?)
}

/// Keeps what is to be known of a folder; false where the mailbox is gone.
pub fn keep_folder(tx: &mut Tx<'_>, id: &MailboxId, folder: &str, kept: (&str, i64)) -> Result<bool> {
    let is_there: bool = diesel::select(exists(migration_mailboxes::table.find(id))).get_result(tx.conn)?;
    if !is_there {
        return Ok(false);
    }
    diesel::delete(migration_mailbox_folders::table.find((id, folder))).execute(tx.conn)?;
    diesel::insert_into(migration_mailbox_folders::table)
        .values((
            migration_mailbox_folders::mailbox_id.eq(id),
            migration_mailbox_folders::folder.eq(folder),
            migration_mailbox_folders::progress.eq(kept.0),
            migration_mailbox_folders::messages.eq(kept.1),
        ))
        .execute(tx.conn)?;
    Ok(true)
}

/// Messages of a mailbox that arrived, in whatever run.
pub fn arrived(tx: &mut Tx<'_>, id: &MailboxId) -> Result<i64> {
    let folders: Vec<i64> = migration_mailbox_folders::table
        .filter(migration_mailbox_folders::mailbox_id.eq(id))
        .select(migration_mailbox_folders::messages)
        .load(tx.conn)?;
    Ok(folders.into_iter().fold(0, i64::saturating_add))
}

/// Mailboxes, the largest first.
pub fn mailboxes(tx: &mut Tx<'_>, input: &ListMailboxes) -> Result<Paged<MailboxView>> {
    let paging = input.paging();
    let mut query = migration_mailboxes::table
        .filter(migration_mailboxes::source_id.eq(&input.source_id))
        .order((migration_mailboxes::bytes.desc(), migration_mailboxes::id.desc()))
        .limit(paging.fetch())
        .select(MailboxRow::as_select())
        .into_boxed();
    if let Some((bytes, id)) = input.after_key() {
        query = query.filter(
            migration_mailboxes::bytes
                .lt(bytes)
                .or(migration_mailboxes::bytes.eq(bytes).and(migration_mailboxes::id.lt(id))),
        );
    }
    if let Some(state) = input.state {
        query = query.filter(migration_mailboxes::state.eq(state));
    }
    if let Some(pattern) = paging.pattern() {
        query = query.filter(lower(migration_mailboxes::address).like(pattern).escape('\\'));
    }
    let views = query.load::<MailboxRow>(tx.conn)?.into_iter().map(|row| Mailbox::from(row).view).collect();
    Ok(Paged::cut(views, &paging, |view: &MailboxView| format!("{}.{}", view.bytes, view.id)))
}

/// Mailboxes of a source by state.
pub fn counts(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<MailCounts> {
    let of_source = || migration_mailboxes::table.filter(migration_mailboxes::source_id.eq(source_id));
    let mut counts = MailCounts::default();
    for state in MailboxState::ALL {
        let count: i64 =
            of_source().filter(migration_mailboxes::state.eq(*state)).select(count_star()).first(tx.conn)?;
        counts.mailboxes = counts.mailboxes.saturating_add(count);
        *match state {
            MailboxState::Waiting => &mut counts.waiting,
            MailboxState::Surveyed => &mut counts.surveyed,
            MailboxState::Copying => &mut counts.copying,
            MailboxState::Copied => &mut counts.copied,
            MailboxState::Failed => &mut counts.failed,
            MailboxState::NeedsPassword => &mut counts.needs_password,
        } = count;
    }
    counts.open = of_source().filter(migration_mailboxes::asked.is_not_null()).select(count_star()).first(tx.conn)?;
    let done = || of_source().filter(migration_mailboxes::state.eq(MailboxState::Copied));
    counts.incomplete = done()
        .filter(migration_mailboxes::skipped.gt(0_i64))
        .filter(migration_mailboxes::is_dry.eq(false))
        .select(count_star())
        .first(tx.conn)?;
    Ok(counts)
}

/// Forgets every mailbox of a source; what was delivered is in its target and stays there.
pub fn forget(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<()> {
    let own =
        migration_mailboxes::table.filter(migration_mailboxes::source_id.eq(source_id)).select(migration_mailboxes::id);
    diesel::delete(migration_mailbox_folders::table.filter(migration_mailbox_folders::mailbox_id.eq_any(own)))
        .execute(tx.conn)?;
    diesel::delete(migration_mailboxes::table.filter(migration_mailboxes::source_id.eq(source_id))).execute(tx.conn)?;
    diesel::update(migration_content::table.find(source_id))
        .set(migration_content::asked.eq(None::<Asked>))
        .execute(tx.conn)?;
    Ok(())
}

/// Forgets the settings too.
pub fn delete(tx: &mut Tx<'_>, source_id: &SourceId) -> Result<()> {
    forget(tx, source_id)?;
    diesel::delete(migration_content::table.find(source_id)).execute(tx.conn)?;
    Ok(())
}
