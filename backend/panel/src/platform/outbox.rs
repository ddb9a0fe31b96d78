//! The outbox: what happened, recorded in the transaction in which it happened,
//! and handed to the reactions once that is committed.

use diesel::prelude::*;
use hostwright_kernel::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::db::{Db, Tx};
use super::error::{Error, Result};
use super::schema::outbox;
use crate::{insert_rows, locking};

/// Something that happened in a slice and that others may react to.
pub trait Event: Serialize + DeserializeOwned {
    /// Stable name, for example `invoice.paid`.
    const KIND: &'static str;
}

hostwright_kernel::id_type!(
    /// Identifies a recorded event.
    EventId, "evt"
);

/// A recorded event.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox)]
pub struct Recorded {
    /// Its id; reactions use it as the occurrence of what they cause.
    pub id: EventId,
    /// [`Event::KIND`].
    pub kind: String,
    /// The event as JSON.
    pub payload: String,
    /// When it happened.
    pub created_at: Instant,
}

impl Recorded {
    /// The event, when it is of this kind.
    ///
    /// # Errors
    /// When the stored JSON no longer parses.
    pub fn read<E: Event>(&self) -> Result<Option<E>> {
        if self.kind == E::KIND { serde_json::from_str(&self.payload).map(Some).map_err(Error::from) } else { Ok(None) }
    }
}

/// Records an event in this transaction.
///
/// # Errors
/// When the database fails.
pub fn record<E: Event>(tx: &mut Tx<'_>, event: &E) -> Result<()> {
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(EventId::new()),
            outbox::kind.eq(E::KIND),
            outbox::payload.eq(serde_json::to_string(event)?),
            outbox::created_at.eq(tx.now()),
        ))
        .execute(tx.conn)?;
    tx.wake_workers();
    Ok(())
}

/// Records events of one kind in this transaction.
///
/// # Errors
/// When the database fails.
pub fn record_all<E: Event>(tx: &mut Tx<'_>, events: &[E]) -> Result<()> {
    let now = tx.now();
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        rows.push(Recorded {
            id: EventId::new(),
            kind: E::KIND.to_owned(),
            payload: serde_json::to_string(event)?,
            created_at: now,
        });
    }
    if !rows.is_empty() {
        insert_rows!(&mut *tx.conn, outbox::table, &rows)?;
        tx.wake_workers();
    }
    Ok(())
}

/// Hands every open event to `react`, oldest first, each in a transaction of
/// its own; how many were handled. An event whose reaction fails stays open,
/// is logged, and does not hold up the others.
///
/// # Errors
/// When the database cannot be read.
pub async fn drain(db: &Db, react: fn(&mut Tx<'_>, &Recorded) -> Result<()>) -> Result<usize> {
    let ids: Vec<EventId> = db
        .read(|tx| {
            Ok(outbox::table
                .filter(outbox::done_at.is_null())
                .order(outbox::id)
                .select(outbox::id)
                .limit(500)
                .load(tx.conn)?)
        })
        .await?;
    let mut handled = 0_usize;
    for id in ids {
        let shown = id.clone();
        match db.write(move |tx| react_once(tx, &id, react)).await {
            Ok(true) => handled = handled.saturating_add(1),
            Ok(false) => {}
            Err(error) => tracing::error!(event = %shown, %error, "a reaction failed and will be tried again"),
        }
    }
    Ok(handled)
}

fn react_once(tx: &mut Tx<'_>, id: &EventId, react: fn(&mut Tx<'_>, &Recorded) -> Result<()>) -> Result<bool> {
    let event = locking!(
        &mut *tx.conn,
        outbox::table.find(id).filter(outbox::done_at.is_null()).select(Recorded::as_select()),
        first::<Recorded>,
        skip_locked
    );
    let Some(event) = event.optional()? else {
        return Ok(false);
    };
    react(tx, &event)?;
    let now = tx.now();
    diesel::update(outbox::table.find(id)).set(outbox::done_at.eq(now)).execute(tx.conn)?;
    Ok(true)
}
