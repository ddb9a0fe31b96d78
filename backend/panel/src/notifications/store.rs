//! Rows of mails. Staff only: no customer reads them, so no scope is asked.

use diesel::prelude::*;
use diesel::sql_types::Text;
use hostwright_kernel::Instant;

use super::model::{Fault, MailId, MailKind, MailState, MailView};
use crate::on_each;
use crate::platform::error::Result;
use crate::platform::schema::mails;
use crate::platform::{ListInput, Paged, Tx};

diesel::define_sql_function! {
    /// Lower case, as far as the engine knows letters.
    fn lower(text: Text) -> Text;
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mails)]
pub struct MailRow {
    pub id: MailId,
    pub recipient: String,
    pub person_id: Option<String>,
    pub customer_id: Option<String>,
    pub kind: MailKind,
    pub subject_id: String,
    pub occurrence: String,
    pub locale: String,
    pub subject: String,
    pub text_body: String,
    pub html_body: String,
    pub link_path: Option<String>,
    pub link_sealed: Option<String>,
    pub attached_invoice_id: Option<String>,
    pub state: MailState,
    pub error: Option<String>,
    pub tries: i64,
    pub claim: Option<String>,
    pub unsure: bool,
    pub created_at: Instant,
    pub sent_at: Option<Instant>,
}

/// What a list shows, without the words.
#[derive(Queryable, Selectable)]
#[diesel(table_name = mails)]
struct HeadRow {
    id: MailId,
    recipient: String,
    person_id: Option<String>,
    customer_id: Option<String>,
    kind: MailKind,
    subject_id: String,
    locale: String,
    subject: String,
    attached_invoice_id: Option<String>,
    state: MailState,
    error: Option<String>,
    tries: i64,
    created_at: Instant,
    sent_at: Option<Instant>,
}

impl MailRow {
    /// Whether it had a one-time link that was dropped.
    #[must_use]
    pub fn lost_its_link(&self) -> bool {
        self.kind.is_one_time() && self.link_sealed.is_none()
    }
}

impl From<MailRow> for MailView {
    fn from(row: MailRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            recipient: row.recipient,
            person_id: row.person_id,
            customer_id: row.customer_id,
            subject_id: row.subject_id,
            locale: row.locale,
            subject: row.subject,
            attached_invoice_id: row.attached_invoice_id,
            state: row.state,
            error: row.error,
            tries: row.tries,
            created_at: row.created_at,
            sent_at: row.sent_at,
        }
    }
}

impl From<HeadRow> for MailView {
    fn from(row: HeadRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            recipient: row.recipient,
            person_id: row.person_id,
            customer_id: row.customer_id,
            subject_id: row.subject_id,
            locale: row.locale,
            subject: row.subject,
            attached_invoice_id: row.attached_invoice_id,
            state: row.state,
            error: row.error,
            tries: row.tries,
            created_at: row.created_at,
            sent_at: row.sent_at,
        }
    }
}

/// Inserts a mail unless there is one of its kind, subject, recipient and
/// occurrence; whether it is new.
pub fn insert(tx: &mut Tx<'_>, row: &MailRow) -> Result<bool> {
    let rows = on_each!(tx.conn, |conn| diesel::insert_into(mails::table)
        .values(row.clone())
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(rows == 1)
}

/// The mail of this kind, subject, recipient and occurrence.
pub fn same(tx: &mut Tx<'_>, row: &MailRow) -> Result<MailId> {
    Ok(mails::table
        .filter(mails::kind.eq(row.kind))
        .filter(mails::subject_id.eq(&row.subject_id))
        .filter(mails::recipient.eq(&row.recipient))
        .filter(mails::occurrence.eq(&row.occurrence))
        .select(mails::id)
        .first(tx.conn)?)
}

/// Mails of a kind to a recipient since `since` that were not held back.
pub fn count_since(tx: &mut Tx<'_>, kind: MailKind, recipient: &str, since: Instant) -> Result<i64> {
    Ok(mails::table
        .filter(mails::recipient.eq(recipient))
        .filter(mails::kind.eq(kind))
        .filter(mails::created_at.ge(since))
        .filter(mails::state.ne(MailState::Suppressed))
        .count()
        .get_result(tx.conn)?)
}

pub fn load(tx: &mut Tx<'_>, id: &MailId) -> Result<Option<MailRow>> {
    Ok(mails::table.find(id).select(MailRow::as_select()).first(tx.conn).optional()?)
}

/// Mails, newest first.
pub fn list(tx: &mut Tx<'_>, input: &ListInput) -> Result<Paged<MailView>> {
    let mut query = mails::table.select(HeadRow::as_select()).order(mails::id.desc()).limit(input.fetch()).into_boxed();
    if let Some(after) = &input.after {
        query = query.filter(mails::id.lt(after.clone()));
    }
    if let Some(state) = input.state.as_deref().filter(|state| !state.is_empty()) {
        query = query.filter(mails::state.eq(state.to_owned()));
    }
    if let Some(customer) = &input.customer_id {
        query = query.filter(mails::customer_id.eq(customer.clone()));
    }
    if let Some(pattern) = input.pattern() {
        query = query.filter(
            lower(mails::recipient)
                .like(pattern.clone())
                .escape('\\')
                .or(lower(mails::subject).like(pattern).escape('\\')),
        );
    }
    let rows: Vec<MailView> = query.load::<HeadRow>(tx.conn)?.into_iter().map(MailView::from).collect();
    Ok(Paged::cut(rows, input, |row| row.id.to_string()))
}

/// Takes a queued mail for this claim; false when it is not queued.
pub fn take(tx: &mut Tx<'_>, id: &MailId, claim: &str) -> Result<bool> {
    let rows = diesel::update(mails::table.find(id).filter(mails::state.eq(MailState::Queued)))
        .set((mails::state.eq(MailState::Sending), mails::claim.eq(claim), mails::tries.eq(mails::tries + 1)))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Takes over a mail whose sender died while it was sending, the first time
/// that this happens; false otherwise.
pub fn take_over(tx: &mut Tx<'_>, id: &MailId, claim: &str) -> Result<bool> {
    let stranded = mails::table
        .find(id)
        .filter(mails::state.eq(MailState::Sending))
        .filter(mails::claim.ne(claim))
        .filter(mails::unsure.eq(false));
    let rows = diesel::update(stranded)
        .set((mails::claim.eq(claim), mails::unsure.eq(true), mails::tries.eq(mails::tries + 1)))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Ends a mail whose sender died a second time; false when that is not so.
pub fn give_up_stranded(tx: &mut Tx<'_>, id: &MailId, claim: &str) -> Result<bool> {
    let stranded = mails::table
        .find(id)
        .filter(mails::state.eq(MailState::Sending))
        .filter(mails::claim.ne(claim))
        .filter(mails::unsure.eq(true));
    let rows = diesel::update(stranded)
        .set((mails::state.eq(MailState::Failed), mails::error.eq(Fault::Unsure.as_str())))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// The mail server took it: a one-time link is dropped. False when this claim
/// no longer holds the mail.
pub fn sent(tx: &mut Tx<'_>, id: &MailId, claim: &str) -> Result<bool> {
    let now = tx.now();
    let rows = diesel::update(held(id, claim))
        .set((
            mails::state.eq(MailState::Sent),
            mails::sent_at.eq(now),
            mails::error.eq(None::<String>),
            mails::link_sealed.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// The mail was not taken: gives it back or up, with the reason.
pub fn not_sent(tx: &mut Tx<'_>, id: &MailId, claim: &str, state: MailState, unsure: bool, why: &str) -> Result<bool> {
    let rows = diesel::update(held(id, claim))
        .set((mails::state.eq(state), mails::unsure.eq(unsure), mails::error.eq(why)))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Ends an open mail that can never be written; false when it is not open.
pub fn fail_open(tx: &mut Tx<'_>, id: &MailId, fault: Fault) -> Result<bool> {
    let open = mails::state.eq_any([MailState::Queued, MailState::Sending]);
    let rows = diesel::update(mails::table.find(id).filter(open))
        .set((mails::state.eq(MailState::Failed), mails::error.eq(fault.as_str())))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// Queues again what is in `state`; its tries are counted anew.
pub fn requeue(tx: &mut Tx<'_>, id: &MailId, state: MailState) -> Result<bool> {
    let rows = diesel::update(mails::table.find(id).filter(mails::state.eq(state)))
        .set((
            mails::state.eq(MailState::Queued),
            mails::unsure.eq(false),
            mails::tries.eq(0_i64),
            mails::claim.eq(None::<String>),
            mails::error.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

type Held<'a> = diesel::dsl::Filter<
    diesel::dsl::Filter<diesel::dsl::Find<mails::table, &'a MailId>, diesel::dsl::Eq<mails::state, MailState>>,
    diesel::dsl::Eq<mails::claim, &'a str>,
>;

/// The mail, if this claim is sending it.
fn held<'a>(id: &'a MailId, claim: &'a str) -> Held<'a> {
    mails::table.find(id).filter(mails::state.eq(MailState::Sending)).filter(mails::claim.eq(claim))
}
