//! Rows of customers.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use hostwright_kernel::{Currency, Instant};

use super::error::CustomerRefusal;
use super::model::{Customer, CustomerId, CustomerState};
use crate::auth::call::{Scope, not_found};
use crate::auth::model::MailAddress;
use crate::platform::db::lower;
use crate::platform::error::Result;
use crate::platform::schema::customers;
use crate::platform::{ListInput, Paged, Tx};
use crate::{locking, only_of};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = customers)]
struct Row {
    id: CustomerId,
    number: i64,
    name: String,
    company: Option<String>,
    email: MailAddress,
    street: String,
    postal_code: String,
    city: String,
    region: Option<String>,
    country: String,
    tax_number: Option<String>,
    currency: String,
    locale: String,
    time_zone: String,
    state: CustomerState,
    notes: String,
    created_at: Instant,
    version: i64,
    tax_exempt: bool,
}

impl Row {
    fn of(customer: &Customer) -> Self {
        let customer = customer.clone();
        Self {
            id: customer.id,
            number: customer.number,
            name: customer.name,
            company: customer.company,
            email: customer.email,
            street: customer.street,
            postal_code: customer.postal_code,
            city: customer.city,
            region: customer.region,
            country: customer.country,
            tax_number: customer.tax_number,
            currency: customer.currency.to_string(),
            locale: customer.locale,
            time_zone: customer.time_zone,
            state: customer.state,
            notes: customer.notes,
            created_at: customer.created_at,
            version: customer.version,
            tax_exempt: customer.tax_exempt,
        }
    }

    fn read(self) -> Result<Customer> {
        let currency: Currency = self.currency.parse().map_err(crate::platform::Error::internal)?;
        Ok(Customer {
            id: self.id,
            number: self.number,
            name: self.name,
            company: self.company,
            email: self.email,
            street: self.street,
            postal_code: self.postal_code,
            city: self.city,
            region: self.region,
            country: self.country,
            tax_number: self.tax_number,
            currency,
            locale: self.locale,
            time_zone: self.time_zone,
            state: self.state,
            notes: self.notes,
            created_at: self.created_at,
            version: self.version,
            tax_exempt: self.tax_exempt,
        })
    }
}

pub(super) fn insert(tx: &mut Tx<'_>, customer: &Customer) -> Result<()> {
    diesel::insert_into(customers::table).values(Row::of(customer)).execute(tx.conn)?;
    Ok(())
}

/// The customer, without a scope: for other slices that authorized before.
pub(super) fn load(tx: &mut Tx<'_>, id: &str) -> Result<Customer> {
    customers::table
        .filter(customers::id.eq(id))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?
        .ok_or_else(not_found)?
        .read()
}

pub(super) fn load_many(tx: &mut Tx<'_>, ids: &BTreeSet<String>) -> Result<Vec<Customer>> {
    let rows: Vec<Row> = customers::table
        .filter(customers::id.eq_any(ids.iter().cloned().collect::<Vec<String>>()))
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// The customer, when the scope reaches it.
pub(super) fn load_scoped(tx: &mut Tx<'_>, scope: &Scope, id: &CustomerId) -> Result<Customer> {
    let mut query = customers::table.select(Row::as_select()).into_boxed();
    query = query.filter(customers::id.eq(id));
    if let Some(reached) = scope.customers() {
        only_of!(query, customers::id, reached);
    }
    query.first(tx.conn).optional()?.ok_or_else(not_found)?.read()
}

/// The customer, when the scope reaches it, locked until the transaction ends.
pub(super) fn lock(tx: &mut Tx<'_>, scope: &Scope, id: &CustomerId) -> Result<Customer> {
    scope.require(id.as_str())?;
    let row = locking!(&mut *tx.conn, customers::table.find(id).select(Row::as_select()), first::<Row>);
    row.optional()?.ok_or_else(not_found)?.read()
}

/// Locks the customer's row until the transaction ends; others may go on writing
/// rows that refer to it.
pub(super) fn lock_turn(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    let row = locking!(
        &mut *tx.conn,
        customers::table.filter(customers::id.eq(id)).select(customers::id),
        first::<CustomerId>,
        keeping_key
    );
    row.optional()?.map(|_id| ()).ok_or_else(not_found)
}

/// Keeps the details of the customer as it was read.
pub(super) fn save(tx: &mut Tx<'_>, changed: &Customer) -> Result<()> {
    let rows = diesel::update(customers::table.find(&changed.id).filter(customers::version.eq(changed.version)))
        .set((
            customers::name.eq(&changed.name),
            customers::company.eq(&changed.company),
            customers::email.eq(&changed.email),
            customers::street.eq(&changed.street),
            customers::postal_code.eq(&changed.postal_code),
            customers::city.eq(&changed.city),
            customers::region.eq(&changed.region),
            customers::country.eq(&changed.country),
            customers::tax_number.eq(&changed.tax_number),
            customers::locale.eq(&changed.locale),
            customers::time_zone.eq(&changed.time_zone),
            customers::notes.eq(&changed.notes),
            customers::version.eq(customers::version + 1),
        ))
        .execute(tx.conn)?;
    if rows == 1 { Ok(()) } else { Err(CustomerRefusal::ChangedMeanwhile.into()) }
}

/// Moves the customer from one state to another; `false` when it was in another.
pub(super) fn set_state(tx: &mut Tx<'_>, id: &CustomerId, from: CustomerState, to: CustomerState) -> Result<bool> {
    let rows = diesel::update(customers::table.find(id).filter(customers::state.eq(from)))
        .set((customers::state.eq(to), customers::version.eq(customers::version + 1)))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// What these customers are called, as far as they may be reached.
pub(super) fn names(tx: &mut Tx<'_>, scope: &Scope, ids: &BTreeSet<String>) -> Result<BTreeMap<String, String>> {
    let mut query = customers::table
        .filter(customers::id.eq_any(ids.clone()))
        .select((customers::id, customers::name, customers::company))
        .into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, customers::id, own);
    }
    let rows: Vec<(String, String, Option<String>)> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(|(id, name, company)| (id, company.unwrap_or(name))).collect())
}

/// Customers within reach, newest first.
pub(super) fn list(tx: &mut Tx<'_>, scope: &Scope, input: &ListInput) -> Result<Paged<Customer>> {
    let mut query =
        customers::table.select(Row::as_select()).order(customers::id.desc()).limit(input.fetch()).into_boxed();
    if let Some(reached) = scope.customers() {
        only_of!(query, customers::id, reached);
    }
    if let Some(after) = input.after.clone() {
        query = query.filter(customers::id.lt(after));
    }
    if let Some(customer) = input.customer_id.clone() {
        query = query.filter(customers::id.eq(customer));
    }
    if let Some(state) = input.state.clone() {
        query = query.filter(customers::state.eq(state));
    }
    if let Some(pattern) = input.pattern() {
        let words = lower(customers::name)
            .like(pattern.clone())
            .escape('\\')
            .or(customers::email.like(pattern.clone()).escape('\\'));
        let company = customers::company
            .is_not_null()
            .and(lower(customers::company.assume_not_null()).like(pattern).escape('\\'));
        let number = input
            .search
            .as_deref()
            .and_then(|text| text.trim().trim_start_matches('#').parse::<i64>().ok())
            .unwrap_or(-1);
        query = query.filter(words.or(company).or(customers::number.eq(number)));
    }
    let rows = query.load::<Row>(tx.conn)?.into_iter().map(Row::read).collect::<Result<Vec<_>>>()?;
    Ok(Paged::cut(rows, input, |customer| customer.id.to_string()))
}
