//! Rows of an export, a page of customers at a time. No scope: it is the provider's own copy.

use diesel::prelude::*;
use hostwright_kernel::{Day, Instant};

use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::schema::{
    allocations, customer_contacts, customers, departments, domains, invoice_lines, invoices, members, payments,
    people, plans, prices, reseller_links, subscriptions, ticket_messages, tickets, zone_records, zones,
};

/// Declares rows of one table that are read by a key.
macro_rules! rows {
    ($(#[$doc:meta])* $name:ident of $table:ident { $($field:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Queryable, Selectable)]
        #[diesel(table_name = $table)]
        pub(super) struct $name { $(pub(super) $field: $kind,)+ }
    };
}

rows!(
    /// What is sold.
    PlanRow of plans { id: String, name: String, description: String, kind: String, private: bool, state: String, tlds: String, }
);
rows!(
    /// What it costs.
    PriceRow of prices { currency: String, months: i64, amount_minor: i64, setup_minor: i64, state: String, }
);
rows!(
    /// Who buys.
    CustomerRow of customers {
        id: String, number: i64, name: String, company: Option<String>, email: String, street: String,
        postal_code: String, city: String, region: Option<String>, country: String, tax_number: Option<String>,
        currency: String, locale: String, state: String, notes: String, created_at: Instant, tax_exempt: bool,
    }
);
rows!(
    /// Whom else to write to.
    ContactRow of customer_contacts {
        id: String, role: String, name: String, company: Option<String>, email: Option<String>,
        phone: Option<String>, street: String, postal_code: String, city: String, region: Option<String>, country: String,
    }
);
rows!(
    /// Who signs in.
    PersonRow of people {
        id: String, email: String, name: String, password_hash: Option<String>, state: String,
        staff_role: Option<String>, locale: String, totp_enabled: bool, created_at: Instant,
    }
);
rows!(
    /// What goes on.
    SubscriptionRow of subscriptions {
        id: String, plan_id: String, plan_name: String, currency: String, amount_minor: i64, months: i64,
        anchor: Day, billed_until: Day, renewal: String, state: String, suspended_reason: Option<String>,
    }
);
rows!(
    /// What was charged.
    InvoiceRow of invoices {
        id: String, number: Option<String>, kind: String, state: String, currency: String, net_minor: i64,
        total_minor: i64, issue_day: Option<Day>, due_day: Option<Day>,
    }
);
rows!(
    /// For what.
    LineRow of invoice_lines {
        id: String, description: String, kind: String, quantity: String, unit_minor: i64, net_minor: i64,
        tax_rate: String, subscription_id: Option<String>, period_start: Option<Day>, period_end: Option<Day>,
    }
);
rows!(
    /// What came in.
    PaymentRow of payments {
        id: String, method: String, reference: String, currency: String, amount_minor: i64, note: String,
        created_at: Instant,
    }
);
rows!(
    /// Where tickets go.
    DepartmentRow of departments { id: String, name: String, email: String, state: String, }
);
rows!(
    /// What was asked.
    TicketRow of tickets {
        id: String, number: i64, department_id: String, subject: String, state: String, priority: String,
        created_at: Instant, updated_at: Instant,
    }
);
rows!(
    /// And answered.
    MessageRow of ticket_messages {
        id: String, author_name: String, from_staff: bool, internal: bool, body: String, created_at: Instant,
    }
);
rows!(
    /// What is held.
    DomainRow of domains {
        id: String, subscription_id: Option<String>, name: String, state: String, registrar: String,
        registered_on: Option<Day>, expires_on: Option<Day>, name_servers: String, renews: bool,
    }
);
rows!(
    /// What is served for it.
    ZoneRow of zones {
        id: String, name: String, default_ttl: i64, primary_server: String, hostmaster: String, refresh: i64,
        retry: i64, expire: i64, minimum: i64, serial: i64,
    }
);
rows!(
    /// Its records.
    RecordRow of zone_records { owner: String, kind: String, ttl: Option<i64>, data: String, }
);

pub(super) fn plans(tx: &mut Tx<'_>) -> Result<Vec<PlanRow>> {
    Ok(plans::table.order(plans::id).select(PlanRow::as_select()).load(tx.conn)?)
}

pub(super) fn prices_of(tx: &mut Tx<'_>, plan: &str) -> Result<Vec<PriceRow>> {
    let rows = prices::table.filter(prices::plan_id.eq(plan)).order(prices::id);
    Ok(rows.select(PriceRow::as_select()).load(tx.conn)?)
}

pub(super) fn departments(tx: &mut Tx<'_>) -> Result<Vec<DepartmentRow>> {
    Ok(departments::table.order(departments::id).select(DepartmentRow::as_select()).load(tx.conn)?)
}

/// A page of people, by id.
pub(super) fn people(tx: &mut Tx<'_>, after: &str, limit: i64) -> Result<Vec<PersonRow>> {
    let rows = people::table.filter(people::id.gt(after)).order(people::id).limit(limit);
    Ok(rows.select(PersonRow::as_select()).load(tx.conn)?)
}

/// The customers that a person belongs to, with the role.
pub(super) fn memberships(tx: &mut Tx<'_>, person: &str) -> Result<Vec<(String, String)>> {
    let rows = members::table.filter(members::person_id.eq(person)).order(members::customer_id);
    Ok(rows.select((members::customer_id, members::role)).load(tx.conn)?)
}

/// A page of customers, by id.
pub(super) fn customers(tx: &mut Tx<'_>, after: &str, limit: i64) -> Result<Vec<CustomerRow>> {
    let rows = customers::table.filter(customers::id.gt(after)).order(customers::id).limit(limit);
    Ok(rows.select(CustomerRow::as_select()).load(tx.conn)?)
}

/// The reseller above a customer.
pub(super) fn reseller_of(tx: &mut Tx<'_>, customer: &str) -> Result<Option<String>> {
    let row = reseller_links::table.find(customer).select(reseller_links::reseller_id);
    Ok(row.first(tx.conn).optional()?)
}

/// Whether customers are resold by this one.
pub(super) fn is_reseller(tx: &mut Tx<'_>, customer: &str) -> Result<bool> {
    let below = reseller_links::table.filter(reseller_links::reseller_id.eq(customer));
    Ok(diesel::select(diesel::dsl::exists(below)).get_result(tx.conn)?)
}

/// Reads the rows that are one customer's.
macro_rules! of_customer {
    ($name:ident, $row:ident, $table:ident) => {
        pub(super) fn $name(tx: &mut Tx<'_>, customer: &str) -> Result<Vec<$row>> {
            let rows = $table::table.filter($table::customer_id.eq(customer)).order($table::id);
            Ok(rows.select($row::as_select()).load(tx.conn)?)
        }
    };
}

of_customer!(contacts, ContactRow, customer_contacts);
of_customer!(subscriptions, SubscriptionRow, subscriptions);
of_customer!(invoices, InvoiceRow, invoices);
of_customer!(payments, PaymentRow, payments);
of_customer!(tickets, TicketRow, tickets);
of_customer!(domains, DomainRow, domains);

pub(super) fn lines(tx: &mut Tx<'_>, invoice: &str) -> Result<Vec<LineRow>> {
    let rows = invoice_lines::table.filter(invoice_lines::invoice_id.eq(invoice)).order(invoice_lines::position);
    Ok(rows.select(LineRow::as_select()).load(tx.conn)?)
}

pub(super) fn messages(tx: &mut Tx<'_>, ticket: &str) -> Result<Vec<MessageRow>> {
    let rows = ticket_messages::table.filter(ticket_messages::ticket_id.eq(ticket)).order(ticket_messages::id);
    Ok(rows.select(MessageRow::as_select()).load(tx.conn)?)
}

/// The document that a payment settled, where it was one.
pub(super) fn settled_by(tx: &mut Tx<'_>, payment: &str) -> Result<Option<String>> {
    let of = allocations::table.filter(allocations::source.eq("payment")).filter(allocations::source_id.eq(payment));
    let mut found: Vec<String> = of.select(allocations::invoice_id).distinct().limit(2).load(tx.conn)?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// The zone of a domain that was not taken away, with its records.
pub(super) fn zone(tx: &mut Tx<'_>, domain: &str) -> Result<Option<(ZoneRow, Vec<RecordRow>)>> {
    let of = zones::table.filter(zones::domain_id.eq(domain)).filter(zones::state.ne("removed"));
    let Some(zone) = of.select(ZoneRow::as_select()).first(tx.conn).optional()? else {
        return Ok(None);
    };
    let records = zone_records::table.filter(zone_records::zone_id.eq(&zone.id)).order(zone_records::id);
    let records = records.select(RecordRow::as_select()).load(tx.conn)?;
    Ok(Some((zone, records)))
}
