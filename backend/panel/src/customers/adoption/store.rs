//! Rows of what customers bring with them.

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::model::{AdoptContact, ContactId, Origin, one_line, some};
use crate::auth::adoption::KeptBecause;
use crate::auth::model::PersonId;
use crate::customers::model::{Customer, CustomerId};
use crate::insert_rows;
use crate::platform::error::Result;
use crate::platform::late::Late;
use crate::platform::schema::{
    allocations, customer_contacts, customer_fields, customer_origins, customers, invoices, ledger_accounts, members,
    opening_balances, orders, past_payments, payment_tokens, payments, reseller_links, servers, subscriptions, tickets,
};
use crate::platform::{AnyConnection, Tx};

#[derive(Insertable)]
#[diesel(table_name = customer_origins)]
struct OriginRow {
    customer_id: CustomerId,
    system: String,
    reference: String,
    created_at: Instant,
}

impl Late for OriginRow {
    fn insert(conn: &mut AnyConnection, rows: &[Self]) -> QueryResult<()> {
        insert_rows!(conn, customer_origins::table, rows)
    }
}

pub(super) fn insert_origin(tx: &mut Tx<'_>, id: &CustomerId, origin: Origin) {
    let Origin { system, reference } = origin;
    let created_at = tx.now();
    tx.insert_late(OriginRow { customer_id: id.clone(), system, reference, created_at });
}

pub(super) fn origin(tx: &mut Tx<'_>, id: &str) -> Result<Option<Origin>> {
    let row: Option<(String, String)> = customer_origins::table
        .find(id)
        .select((customer_origins::system, customer_origins::reference))
        .first(tx.conn)
        .optional()?;
    Ok(row.map(|(system, reference)| Origin { system, reference }))
}

#[derive(Insertable)]
#[diesel(table_name = customer_fields)]
struct FieldRow {
    customer_id: CustomerId,
    position: i64,
    name: String,
    value: String,
}

impl Late for FieldRow {
    fn insert(conn: &mut AnyConnection, rows: &[Self]) -> QueryResult<()> {
        insert_rows!(conn, customer_fields::table, rows)
    }
}

pub(super) fn insert_fields(tx: &mut Tx<'_>, id: &CustomerId, fields: Vec<(String, String)>) {
    for (position, (name, value)) in (1_i64..).zip(fields) {
        tx.insert_late(FieldRow { customer_id: id.clone(), position, name, value });
    }
}

pub(super) fn fields(tx: &mut Tx<'_>, id: &str) -> Result<Vec<(String, String)>> {
    Ok(customer_fields::table
        .filter(customer_fields::customer_id.eq(id))
        .order(customer_fields::position)
        .select((customer_fields::name, customer_fields::value))
        .load(tx.conn)?)
}

pub(super) fn insert_contact(tx: &mut Tx<'_>, customer: &CustomerId, contact: &AdoptContact) -> Result<ContactId> {
    let id = ContactId::new();
    let role = serde_json::to_value(contact.role)?;
    let line = |text: &Option<String>| one_line(text.as_deref().unwrap_or_default());
    diesel::insert_into(customer_contacts::table)
        .values((
            customer_contacts::id.eq(&id),
            customer_contacts::customer_id.eq(customer),
            customer_contacts::role.eq(role.as_str().unwrap_or("general")),
            customer_contacts::name.eq(one_line(&contact.name)),
            customer_contacts::company.eq(some(line(&contact.company))),
            customer_contacts::email.eq(some(line(&contact.email))),
            customer_contacts::phone.eq(some(line(&contact.phone))),
            (
                customer_contacts::street.eq(line(&contact.address.street)),
                customer_contacts::postal_code.eq(line(&contact.address.postal_code)),
                customer_contacts::city.eq(line(&contact.address.city)),
                customer_contacts::region.eq(some(line(&contact.address.region))),
                customer_contacts::country.eq(line(&contact.address.country)),
            ),
            customer_contacts::created_at.eq(tx.now()),
            customer_contacts::version.eq(1_i64),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

pub(super) fn reseller(tx: &mut Tx<'_>, customer: &str) -> Result<Option<CustomerId>> {
    Ok(reseller_links::table.find(customer).select(reseller_links::reseller_id).first(tx.conn).optional()?)
}

pub(super) fn insert_link(tx: &mut Tx<'_>, customer: &CustomerId, reseller: &CustomerId) -> Result<()> {
    diesel::insert_into(reseller_links::table)
        .values((
            reseller_links::customer_id.eq(customer),
            reseller_links::reseller_id.eq(reseller),
            reseller_links::created_at.eq(tx.now()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The version of a customer; none when it is gone.
pub(super) fn version(tx: &mut Tx<'_>, id: &CustomerId) -> Result<Option<i64>> {
    let row = crate::locking!(&mut *tx.conn, customers::table.find(id).select(customers::version), first::<i64>);
    Ok(row.optional()?)
}

/// What other rows hold of a customer.
pub(super) fn held_by(tx: &mut Tx<'_>, id: &str, own: &[PersonId]) -> Result<Vec<KeptBecause>> {
    let mut reasons = Vec::new();
    // One query for each, told apart in the answer.
    macro_rules! look {
        ($table:ident, $why:ident) => {
            let count: i64 = $table::table.filter($table::customer_id.eq(id.to_owned())).count().get_result(tx.conn)?;
            if count > 0 && !reasons.contains(&KeptBecause::$why) {
                reasons.push(KeptBecause::$why);
            }
        };
    }
    look!(subscriptions, Subscriptions);
    look!(orders, Orders);
    look!(servers, Servers);
    look!(tickets, Tickets);
    look!(invoices, Invoices);
    look!(payments, Payments);
    look!(past_payments, Payments);
    look!(payment_tokens, Payments);
    look!(allocations, Settled);
    look!(opening_balances, Content);
    let resold: i64 = reseller_links::table.filter(reseller_links::reseller_id.eq(id)).count().get_result(tx.conn)?;
    if resold > 0 {
        reasons.push(KeptBecause::Customers);
    }
    let others: i64 = members::table
        .filter(members::customer_id.eq(id))
        .filter(members::person_id.ne_all(own.to_vec()))
        .count()
        .get_result(tx.conn)?;
    if others > 0 {
        reasons.push(KeptBecause::Members);
    }
    let standing: i64 = ledger_accounts::table
        .filter(ledger_accounts::customer_id.eq(id))
        .filter(ledger_accounts::debits_minor.ne(ledger_accounts::credits_minor))
        .count()
        .get_result(tx.conn)?;
    if standing > 0 && !reasons.contains(&KeptBecause::Spent) {
        reasons.push(KeptBecause::Spent);
    }
    Ok(reasons)
}

/// Takes out a customer as it came in, with all that only it has.
pub(super) fn delete(tx: &mut Tx<'_>, id: &CustomerId) -> Result<bool> {
    diesel::delete(members::table.filter(members::customer_id.eq(id))).execute(tx.conn)?;
    diesel::delete(reseller_links::table.filter(reseller_links::customer_id.eq(id))).execute(tx.conn)?;
    diesel::delete(customer_fields::table.filter(customer_fields::customer_id.eq(id))).execute(tx.conn)?;
    diesel::delete(customer_contacts::table.filter(customer_contacts::customer_id.eq(id))).execute(tx.conn)?;
    diesel::delete(customer_origins::table.filter(customer_origins::customer_id.eq(id))).execute(tx.conn)?;
    let rows = diesel::delete(customers::table.find(id).filter(customers::version.eq(1))).execute(tx.conn)?;
    Ok(rows == 1)
}

/// Contacts of a customer that somebody changed since they came in.
pub(super) fn changed_contacts(tx: &mut Tx<'_>, id: &CustomerId) -> Result<i64> {
    Ok(customer_contacts::table
        .filter(customer_contacts::customer_id.eq(id))
        .filter(customer_contacts::version.ne(1))
        .count()
        .get_result(tx.conn)?)
}

/// Writes the row of a customer.
pub(super) fn insert(tx: &mut Tx<'_>, customer: &Customer) -> Result<()> {
    crate::customers::store::insert(tx, customer)
}
