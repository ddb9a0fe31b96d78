//! Rows of invoices, lines, billed periods and settlements.

use diesel::prelude::*;
use hostwright_kernel::{Currency, Day, Instant, Money};

use super::document::Document;
use super::model::{
    Allocation, AllocationId, AllocationSource, Invoice, InvoiceId, InvoiceKind, InvoicePurpose, InvoiceState, LineId,
    LineView, NewLine,
};
use crate::auth::call::Scope;
use crate::billing::entity::LegalEntityId;
use crate::billing::error::BillingRefusal;
use crate::billing::numbering::model::Number;
use crate::billing::tax::model::TaxCategory;
use crate::billing::totals::LineKind;
use crate::platform::db::lower;
use crate::platform::error::{Error, Result};
use crate::platform::schema::{allocations, customers, invoice_lines, invoices};
use crate::platform::{ListInput, Tx};
use crate::{locking, only_of};

#[derive(Queryable, Selectable)]
#[diesel(table_name = invoices)]
struct Row {
    id: InvoiceId,
    customer_id: String,
    legal_entity_id: LegalEntityId,
    kind: InvoiceKind,
    state: InvoiceState,
    number: Option<String>,
    currency: String,
    net_minor: i64,
    tax_minor: i64,
    total_minor: i64,
    open_minor: i64,
    issue_day: Option<Day>,
    due_day: Option<Day>,
    corrects: Option<InvoiceId>,
    purpose: InvoicePurpose,
    created_at: Instant,
    issued_at: Option<Instant>,
    settled_at: Option<Instant>,
    version: i64,
}

impl Row {
    fn read(self) -> Result<Invoice> {
        let currency = currency(&self.currency)?;
        Ok(Invoice {
            id: self.id,
            customer_id: self.customer_id,
            legal_entity_id: self.legal_entity_id,
            kind: self.kind,
            state: self.state,
            number: self.number,
            net: Money::new(self.net_minor, currency),
            tax: Money::new(self.tax_minor, currency),
            total: Money::new(self.total_minor, currency),
            open: Money::new(self.open_minor, currency),
            issue_day: self.issue_day,
            due_day: self.due_day,
            corrects: self.corrects,
            purpose: self.purpose,
            created_at: self.created_at,
            issued_at: self.issued_at,
            settled_at: self.settled_at,
            version: self.version,
        })
    }
}

fn currency(code: &str) -> Result<Currency> {
    code.parse().map_err(Error::internal)
}

fn read_all(rows: Vec<Row>) -> Result<Vec<Invoice>> {
    rows.into_iter().map(Row::read).collect()
}

/// Writes a document's row. An issued one brings its number; one of another system has a
/// number that is not ours.
pub(super) fn insert(tx: &mut Tx<'_>, invoice: &Invoice, document: &Document, number: Option<&Number>) -> Result<()> {
    let (text, hash) = document.sealed()?;
    diesel::insert_into(invoices::table)
        .values((
            invoices::id.eq(&invoice.id),
            invoices::customer_id.eq(&invoice.customer_id),
            invoices::legal_entity_id.eq(&invoice.legal_entity_id),
            invoices::kind.eq(invoice.kind),
            invoices::state.eq(invoice.state),
            (
                invoices::series.eq(number.map(|number| number.series.clone())),
                invoices::year.eq(number.map(|number| number.year)),
                invoices::sequence.eq(number.map(|number| number.sequence)),
                invoices::number.eq(&invoice.number),
            ),
            (
                invoices::currency.eq(invoice.currency().code()),
                invoices::net_minor.eq(invoice.net.minor),
                invoices::tax_minor.eq(invoice.tax.minor),
                invoices::total_minor.eq(invoice.total.minor),
                invoices::open_minor.eq(invoice.open.minor),
            ),
            invoices::issue_day.eq(invoice.issue_day),
            invoices::due_day.eq(invoice.due_day),
            invoices::document.eq(text),
            invoices::document_hash.eq(invoice.number.is_some().then_some(hash)),
            invoices::origin.eq(document.history.as_ref().map(|history| history.system.clone())),
            invoices::corrects.eq(&invoice.corrects),
            invoices::purpose.eq(invoice.purpose),
            (
                invoices::created_at.eq(invoice.created_at),
                invoices::issued_at.eq(invoice.issued_at),
                invoices::settled_at.eq(invoice.settled_at),
                invoices::version.eq(invoice.version),
            ),
        ))
        .execute(tx.conn)?;
    for line in &document.lines {
        diesel::insert_into(invoice_lines::table).values(LineRow::of(&invoice.id, line)).execute(tx.conn)?;
    }
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = invoice_lines)]
pub(super) struct LineRow {
    id: LineId,
    invoice_id: InvoiceId,
    position: i64,
    description: String,
    quantity: String,
    unit_minor: i64,
    net_minor: i64,
    tax_category: TaxCategory,
    tax_rate: String,
    kind: LineKind,
    subscription_id: Option<String>,
    period_start: Option<Day>,
    period_end: Option<Day>,
}

impl LineRow {
    pub(super) fn of(invoice_id: &InvoiceId, line: &LineView) -> Self {
        Self {
            id: LineId::new(),
            invoice_id: invoice_id.clone(),
            position: line.position,
            description: line.description.clone(),
            quantity: line.quantity.canonical(),
            unit_minor: line.unit.minor,
            net_minor: line.net.minor,
            tax_category: line.category,
            tax_rate: line.rate.canonical(),
            kind: line.kind,
            subscription_id: line.subscription_id.clone(),
            period_start: line.period.map(|period| period.start),
            period_end: line.period.map(|period| period.end),
        }
    }
}

/// Takes a draft out with its lines.
pub(super) fn delete_draft(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<()> {
    diesel::delete(invoice_lines::table.filter(invoice_lines::invoice_id.eq(id))).execute(tx.conn)?;
    let gone =
        diesel::delete(invoices::table.find(id).filter(invoices::state.eq(InvoiceState::Draft))).execute(tx.conn)?;
    if gone == 1 { Ok(()) } else { Err(BillingRefusal::NotDraft.into()) }
}

/// An invoice by id, for what runs inside a transaction of the product.
pub(super) fn find(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<Option<Invoice>> {
    let row: Option<Row> = invoices::table.find(id).select(Row::as_select()).first(tx.conn).optional()?;
    row.map(Row::read).transpose()
}

/// An invoice by id, locked until the transaction ends.
pub(super) fn lock(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<Option<Invoice>> {
    let row = locking!(&mut *tx.conn, invoices::table.find(id).select(Row::as_select()), first::<Row>);
    row.optional()?.map(Row::read).transpose()
}

/// An invoice that the caller may see; customers do not see drafts.
pub(super) fn find_visible(tx: &mut Tx<'_>, scope: &Scope, id: &InvoiceId) -> Result<Option<Invoice>> {
    let mut query = invoices::table.filter(invoices::id.eq(id.clone())).select(Row::as_select()).into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, invoices::customer_id, own);
        query = query.filter(invoices::state.ne(InvoiceState::Draft));
    }
    let row: Option<Row> = query.first(tx.conn).optional()?;
    row.map(Row::read).transpose()
}

/// The stored text of a document and its hash.
pub(super) fn document(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<(String, Option<String>)> {
    Ok(invoices::table.find(id).select((invoices::document, invoices::document_hash)).first(tx.conn)?)
}

/// Writes the number, the document and the sums of a draft that is issued.
pub(super) fn issue(tx: &mut Tx<'_>, issued: &Invoice, document: &Document, number: &Number) -> Result<()> {
    let (text, hash) = document.sealed()?;
    let changed = diesel::update(invoices::table.find(&issued.id).filter(invoices::state.eq(InvoiceState::Draft)))
        .set((
            invoices::state.eq(issued.state),
            invoices::series.eq(&number.series),
            invoices::year.eq(number.year),
            invoices::sequence.eq(number.sequence),
            invoices::number.eq(&issued.number),
            (
                invoices::net_minor.eq(issued.net.minor),
                invoices::tax_minor.eq(issued.tax.minor),
                invoices::total_minor.eq(issued.total.minor),
                invoices::open_minor.eq(issued.open.minor),
            ),
            invoices::issue_day.eq(issued.issue_day),
            invoices::due_day.eq(issued.due_day),
            invoices::document.eq(text),
            invoices::document_hash.eq(hash),
            invoices::issued_at.eq(issued.issued_at),
            invoices::settled_at.eq(issued.settled_at),
            invoices::version.eq(issued.version),
        ))
        .execute(tx.conn)?;
    if changed != 1 {
        return Err(BillingRefusal::NotDraft.into());
    }
    for line in &document.lines {
        diesel::update(
            invoice_lines::table
                .filter(invoice_lines::invoice_id.eq(&issued.id).and(invoice_lines::position.eq(line.position))),
        )
        .set((
            invoice_lines::net_minor.eq(line.net.minor),
            invoice_lines::tax_category.eq(line.category),
            invoice_lines::tax_rate.eq(line.rate.canonical()),
        ))
        .execute(tx.conn)?;
    }
    Ok(())
}

/// Writes what is open and the state, if both are still what was believed.
#[expect(clippy::arithmetic_side_effects, reason = "computed by the database")]
pub(super) fn settle(tx: &mut Tx<'_>, believed: &Invoice, open: Money, state: InvoiceState) -> Result<()> {
    let settled_at = open.is_zero().then(|| tx.now());
    let changed = diesel::update(
        invoices::table
            .find(&believed.id)
            .filter(invoices::open_minor.eq(believed.open.minor).and(invoices::state.eq(believed.state))),
    )
    .set((
        invoices::open_minor.eq(open.minor),
        invoices::state.eq(state),
        invoices::settled_at.eq(settled_at.or(believed.settled_at)),
        invoices::version.eq(invoices::version + 1),
    ))
    .execute(tx.conn)?;
    if changed == 1 { Ok(()) } else { Err(BillingRefusal::ChangedMeanwhile.into()) }
}

pub(super) fn insert_allocation(tx: &mut Tx<'_>, allocation: &Allocation) -> Result<()> {
    diesel::insert_into(allocations::table)
        .values((
            allocations::id.eq(&allocation.id),
            allocations::customer_id.eq(&allocation.customer_id),
            allocations::invoice_id.eq(&allocation.invoice_id),
            allocations::source.eq(allocation.source),
            allocations::source_id.eq(&allocation.source_id),
            allocations::currency.eq(allocation.amount.currency.code()),
            allocations::amount_minor.eq(allocation.amount.minor),
            allocations::created_at.eq(allocation.created_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = allocations)]
struct AllocationRow {
    id: AllocationId,
    customer_id: String,
    invoice_id: InvoiceId,
    source: AllocationSource,
    source_id: String,
    currency: String,
    amount_minor: i64,
    created_at: Instant,
}

impl AllocationRow {
    fn read(self) -> Result<Allocation> {
        Ok(Allocation {
            amount: Money::new(self.amount_minor, currency(&self.currency)?),
            id: self.id,
            customer_id: self.customer_id,
            invoice_id: self.invoice_id,
            source: self.source,
            source_id: self.source_id,
            created_at: self.created_at,
        })
    }
}

/// What settled an invoice, oldest first.
pub(super) fn settlements_of(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<Vec<Allocation>> {
    let rows: Vec<AllocationRow> = allocations::table
        .filter(allocations::invoice_id.eq(id))
        .order(allocations::id)
        .select(AllocationRow::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(AllocationRow::read).collect()
}

/// What a payment settled.
pub(super) fn settlements_by(tx: &mut Tx<'_>, source: AllocationSource, source_id: &str) -> Result<Vec<Allocation>> {
    let rows: Vec<AllocationRow> = allocations::table
        .filter(allocations::source.eq(source).and(allocations::source_id.eq(source_id)))
        .order(allocations::id)
        .select(AllocationRow::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(AllocationRow::read).collect()
}

/// A customer's open invoices in a currency, the longest due first, locked.
pub(super) fn lock_open_of_customer(tx: &mut Tx<'_>, customer_id: &str, currency: Currency) -> Result<Vec<Invoice>> {
    let rows = locking!(
        &mut *tx.conn,
        invoices::table
            .filter(
                invoices::customer_id
                    .eq(customer_id)
                    .and(invoices::currency.eq(currency.code()))
                    .and(invoices::kind.eq(InvoiceKind::Invoice))
                    .and(invoices::state.eq(InvoiceState::Issued))
                    .and(invoices::open_minor.gt(0))
            )
            .order((invoices::due_day, invoices::id))
            .select(Row::as_select()),
        load::<Row>
    )?;
    read_all(rows)
}

/// A customer's open invoices in a currency: how much and the first due day.
pub(super) fn open_of_customer(tx: &mut Tx<'_>, customer_id: &str, currency: Currency) -> Result<(Money, Option<Day>)> {
    let (minor, oldest): (i64, Option<Day>) = invoices::table
        .filter(
            invoices::customer_id
                .eq(customer_id)
                .and(invoices::currency.eq(currency.code()))
                .and(invoices::state.eq(InvoiceState::Issued))
                .and(invoices::open_minor.gt(0)),
        )
        .select((
            diesel::dsl::sql::<diesel::sql_types::BigInt>("CAST(COALESCE(SUM(open_minor),0) AS BIGINT)"),
            diesel::dsl::sql::<diesel::sql_types::Nullable<diesel::sql_types::Date>>("MIN(due_day)"),
        ))
        .first(tx.conn)?;
    Ok((Money::new(minor, currency), oldest))
}

/// The lines of a draft, as they were asked for.
pub(super) fn new_lines(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<Vec<NewLine>> {
    let (text, _) = document(tx, id)?;
    Ok(Document::read(&text)?
        .lines
        .into_iter()
        .map(|line| NewLine {
            description: line.description,
            quantity: line.quantity,
            unit: line.unit,
            kind: line.kind,
            subscription_id: line.subscription_id,
            period: line.period,
        })
        .collect())
}

/// The subscriptions that an invoice charges.
pub(super) fn subscriptions_of(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<Vec<String>> {
    let rows: Vec<Option<String>> = invoice_lines::table
        .filter(invoice_lines::invoice_id.eq(id))
        .filter(invoice_lines::subscription_id.is_not_null())
        .order(invoice_lines::subscription_id)
        .select(invoice_lines::subscription_id)
        .distinct()
        .load(tx.conn)?;
    Ok(rows.into_iter().flatten().collect())
}

/// Our own open invoices due before a day, in the order of their ids.
pub(super) fn overdue(tx: &mut Tx<'_>, due_before: Day, after: Option<&str>, limit: i64) -> Result<Vec<Invoice>> {
    let mut query = invoices::table
        .filter(
            invoices::state
                .eq(InvoiceState::Issued)
                .and(invoices::open_minor.gt(0))
                .and(invoices::origin.is_null())
                .and(invoices::due_day.lt(due_before)),
        )
        .order(invoices::id)
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(invoices::id.gt(after.to_owned()));
    }
    read_all(query.load(tx.conn)?)
}

/// Open invoices that charge a subscription, the longest due first.
pub(super) fn open_of_subscription(tx: &mut Tx<'_>, subscription_id: &str) -> Result<Vec<Invoice>> {
    let charged = invoice_lines::table
        .filter(invoice_lines::subscription_id.eq(subscription_id))
        .select(invoice_lines::invoice_id);
    let rows: Vec<Row> = invoices::table
        .filter(
            invoices::state.eq(InvoiceState::Issued).and(invoices::open_minor.gt(0)).and(invoices::id.eq_any(charged)),
        )
        .order((invoices::due_day, invoices::id))
        .select(Row::as_select())
        .load(tx.conn)?;
    read_all(rows)
}

/// The credit note that takes an invoice back.
pub(super) fn credit_note_of(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<Option<InvoiceId>> {
    Ok(invoices::table
        .filter(invoices::corrects.eq(id).and(invoices::kind.eq(InvoiceKind::CreditNote)))
        .select(invoices::id)
        .first(tx.conn)
        .optional()?)
}

/// Which rows a list shows.
pub(super) enum Shown {
    /// All.
    All,
    /// Those in one state.
    State(InvoiceState),
    /// Those with something open.
    Open,
    /// Those with something open that were due before today.
    Overdue,
}

/// Invoices that the caller may see, newest first, with the customer's name
/// and company.
pub(super) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    input: &ListInput,
    shown: &Shown,
    today: Day,
) -> Result<Vec<(Invoice, String)>> {
    let mut query = invoices::table
        .inner_join(customers::table)
        .select((Row::as_select(), customers::name, customers::company))
        .order(invoices::id.desc())
        .limit(input.fetch())
        .into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, invoices::customer_id, own);
        query = query.filter(invoices::state.ne(InvoiceState::Draft));
    }
    if let Some(after) = &input.after {
        query = query.filter(invoices::id.lt(after.clone()));
    }
    if let Some(customer) = &input.customer_id {
        query = query.filter(invoices::customer_id.eq(customer.clone()));
    }
    let open = || invoices::state.eq(InvoiceState::Issued).and(invoices::open_minor.gt(0));
    query = match shown {
        Shown::All => query,
        Shown::State(state) => query.filter(invoices::state.eq(*state)),
        Shown::Open => query.filter(open()),
        Shown::Overdue => query.filter(open().and(invoices::due_day.lt(today))),
    };
    if let Some(pattern) = input.pattern() {
        query = query.filter(
            lower(customers::name)
                .like(pattern.clone())
                .escape('\\')
                .or(diesel::BoolExpressionMethods::and(
                    customers::company.is_not_null(),
                    lower(customers::company.assume_not_null()).like(pattern.clone()).escape('\\'),
                ))
                .or(diesel::BoolExpressionMethods::and(
                    invoices::number.is_not_null(),
                    lower(invoices::number.assume_not_null()).like(pattern).escape('\\'),
                )),
        );
    }
    let rows: Vec<(Row, String, Option<String>)> = query.load(tx.conn)?;
    rows.into_iter()
        .map(|(row, name, company)| Ok((row.read()?, company.filter(|name| !name.is_empty()).unwrap_or(name))))
        .collect()
}

/// Documents after an id, with their text and hash, for checking.
pub(super) fn walk(tx: &mut Tx<'_>, after: &str, limit: i64) -> Result<Vec<(Invoice, String, Option<String>)>> {
    let rows: Vec<(Row, String, Option<String>)> = invoices::table
        .filter(invoices::id.gt(after.to_owned()))
        .order(invoices::id)
        .limit(limit)
        .select((Row::as_select(), invoices::document, invoices::document_hash))
        .load(tx.conn)?;
    rows.into_iter().map(|(row, text, hash)| Ok((row.read()?, text, hash))).collect()
}

/// The lines' rows of a document: net sum, by position.
pub(super) fn line_nets(tx: &mut Tx<'_>, id: &InvoiceId) -> Result<Vec<i64>> {
    Ok(invoice_lines::table
        .filter(invoice_lines::invoice_id.eq(id))
        .order(invoice_lines::position)
        .select(invoice_lines::net_minor)
        .load(tx.conn)?)
}

/// Customers and currencies with issued documents.
pub(super) fn customers_with_documents(tx: &mut Tx<'_>) -> Result<Vec<(String, Currency)>> {
    let rows: Vec<(String, String)> = invoices::table
        .filter(invoices::state.ne(InvoiceState::Draft))
        .select((invoices::customer_id, invoices::currency))
        .distinct()
        .order((invoices::customer_id, invoices::currency))
        .load(tx.conn)?;
    rows.into_iter().map(|(customer, code)| Ok((customer, currency(&code)?))).collect()
}
