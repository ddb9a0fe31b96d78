//! What reports read. Nothing here writes.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use hostwright_kernel::{Currency, Day, Money};

use super::model::{CountByState, Hit, NodeUse};
use crate::auth::call::Scope;
use crate::only_of;
use crate::platform::db::lower;
use crate::platform::error::Result;
use crate::platform::schema::{
    addresses, customers, domains, invoices, jobs as job_rows, mails, nodes as node_rows, outbox, server_observations,
    servers as server_rows, subscriptions as subscription_rows, tickets,
};
use crate::platform::{ListInput, Tx};

/// At most so many hits of one kind.
const HITS: i64 = 10;

type Sum = diesel::expression::SqlLiteral<BigInt>;

fn sum_of(column: &str) -> Sum {
    sql::<BigInt>(&format!("CAST(COALESCE(SUM({column}), 0) AS BIGINT)"))
}

/// Net of our invoices issued within `[from, to)`, less credit notes: what another
/// system issued before its customers moved here was its turnover.
pub fn net_issued(tx: &mut Tx<'_>, currency: Currency, from: Day, to: Day) -> Result<Money> {
    let of_kind = |tx: &mut Tx<'_>, kind: &str| -> Result<Money> {
        let sum: i64 = invoices::table
            .filter(invoices::issue_day.ge(from))
            .filter(invoices::issue_day.lt(to))
            .filter(invoices::currency.eq(currency.code()))
            .filter(invoices::kind.eq(kind))
            .filter(invoices::origin.is_null())
            .select(sum_of("net_minor"))
            .first(tx.conn)?;
        Ok(Money::new(sum, currency))
    };
    let (billed, credited) = (of_kind(tx, "invoice")?, of_kind(tx, "credit_note")?);
    Ok(billed.sub(credited)?)
}

/// What is open on issued invoices.
pub fn open(tx: &mut Tx<'_>, currency: Currency) -> Result<Money> {
    let sum: i64 = invoices::table
        .filter(invoices::state.eq("issued"))
        .filter(invoices::currency.eq(currency.code()))
        .select(sum_of("open_minor"))
        .first(tx.conn)?;
    Ok(Money::new(sum, currency))
}

/// What is open on invoices due before `today`, and how many they are.
pub fn overdue(tx: &mut Tx<'_>, currency: Currency, today: Day) -> Result<(Money, i64)> {
    let (sum, count): (i64, i64) = invoices::table
        .filter(invoices::state.eq("issued"))
        .filter(invoices::due_day.lt(today))
        .filter(invoices::currency.eq(currency.code()))
        .select((sum_of("open_minor"), count_star()))
        .first(tx.conn)?;
    Ok((Money::new(sum, currency), count))
}

/// Period length and sum of prices of everything that renews by itself.
pub fn renewing(tx: &mut Tx<'_>, currency: Currency) -> Result<Vec<(i64, Money)>> {
    let rows: Vec<(i64, i64)> = subscription_rows::table
        .filter(subscription_rows::state.eq("active"))
        .filter(subscription_rows::renewal.eq("automatic"))
        .filter(subscription_rows::currency.eq(currency.code()))
        .group_by(subscription_rows::months)
        .select((subscription_rows::months, sum_of("amount_minor")))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|(months, sum)| (months, Money::new(sum, currency))).collect())
}

/// How many customers are active.
pub fn customers(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(customers::table.filter(customers::state.eq("active")).count().get_result(tx.conn)?)
}

fn counted(rows: Vec<(String, i64)>) -> Vec<CountByState> {
    rows.into_iter().map(|(state, count)| CountByState { state, count }).collect()
}

/// Subscriptions by state.
pub fn subscriptions(tx: &mut Tx<'_>) -> Result<Vec<CountByState>> {
    Ok(counted(
        subscription_rows::table
            .group_by(subscription_rows::state)
            .select((subscription_rows::state, count_star()))
            .order(subscription_rows::state)
            .load(tx.conn)?,
    ))
}

/// Servers by observed state, without those that are gone.
pub fn servers(tx: &mut Tx<'_>) -> Result<Vec<CountByState>> {
    Ok(counted(
        server_rows::table
            .inner_join(server_observations::table.on(server_observations::server_id.eq(server_rows::id)))
            .filter(server_rows::desired.ne("deleted"))
            .group_by(server_observations::state)
            .select((server_observations::state, count_star()))
            .order(server_observations::state)
            .load(tx.conn)?,
    ))
}

/// Every node that is not removed.
pub fn nodes(tx: &mut Tx<'_>) -> Result<Vec<NodeUse>> {
    type Row = (String, String, String, i64, i64, i64, i64, i64, i64);
    let rows: Vec<Row> = node_rows::table
        .filter(node_rows::state.ne("removed"))
        .order(node_rows::name)
        .select((
            node_rows::id,
            node_rows::name,
            node_rows::link,
            node_rows::memory_mib_reserved,
            node_rows::memory_mib_total,
            node_rows::disk_gib_reserved,
            node_rows::disk_gib_total,
            node_rows::vcpus_reserved,
            node_rows::vcpus_total,
        ))
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|row| NodeUse {
            id: row.0,
            name: row.1,
            link: row.2,
            memory_mib_reserved: row.3,
            memory_mib_total: row.4,
            disk_gib_reserved: row.5,
            disk_gib_total: row.6,
            vcpus_reserved: row.7,
            vcpus_total: row.8,
        })
        .collect())
}

/// Tickets that wait for staff.
pub fn tickets_waiting(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(tickets::table.filter(tickets::state.eq_any(["open", "waiting"])).count().get_result(tx.conn)?)
}

/// Open jobs by state.
pub fn jobs(tx: &mut Tx<'_>) -> Result<Vec<CountByState>> {
    Ok(counted(
        job_rows::table
            .filter(job_rows::state.ne_all(["done", "cancelled"]))
            .group_by(job_rows::state)
            .select((job_rows::state, count_star()))
            .load(tx.conn)?,
    ))
}

/// Mails that could not be sent.
pub fn mails_failed(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(mails::table.filter(mails::state.eq("failed")).count().get_result(tx.conn)?)
}

/// Things that fit the words and may be seen.
pub fn search(tx: &mut Tx<'_>, scope: &Scope, words: &str) -> Result<Vec<Hit>> {
    let input = ListInput { search: Some(words.to_owned()), ..ListInput::default() };
    let Some(pattern) = input.pattern() else {
        return Ok(Vec::new());
    };
    let exact = words.trim().to_owned();
    let mut hits = Vec::new();
    hits.extend(search_customers(tx, scope, &pattern, &exact)?);
    hits.extend(search_invoices(tx, scope, &pattern, &exact)?);
    hits.extend(search_servers(tx, scope, &pattern, &exact)?);
    hits.extend(search_domains(tx, scope, &pattern, &exact)?);
    hits.extend(search_tickets(tx, scope, &pattern, &exact)?);
    Ok(hits)
}

fn hit(kind: &str, id: String, title: String, detail: String) -> Hit {
    Hit { kind: kind.to_owned(), id, title, detail }
}

fn search_customers(tx: &mut Tx<'_>, scope: &Scope, pattern: &str, exact: &str) -> Result<Vec<Hit>> {
    let number = exact.parse::<i64>().unwrap_or(-1);
    let mut query = customers::table
        .filter(
            lower(customers::name)
                .like(pattern.to_owned())
                .escape('\\')
                .or(lower(customers::email).like(pattern.to_owned()).escape('\\'))
                .or(customers::id.eq(exact.to_owned()))
                .or(customers::number.eq(number)),
        )
        .order(customers::name)
        .limit(HITS)
        .select((customers::id, customers::name, customers::email))
        .into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, customers::id, own);
    }
    let rows: Vec<(String, String, String)> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(|(id, name, email)| hit("customer", id, name, email)).collect())
}

fn search_domains(tx: &mut Tx<'_>, scope: &Scope, pattern: &str, exact: &str) -> Result<Vec<Hit>> {
    let mut query = domains::table
        .filter(domains::name.like(pattern.to_owned()).escape('\\').or(domains::id.eq(exact.to_owned())))
        .order((domains::name, domains::id))
        .limit(HITS)
        .select((domains::id, domains::name, domains::state))
        .into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, domains::customer_id, own);
    }
    let rows: Vec<(String, String, String)> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(|(id, name, state)| hit("domain", id, name, state)).collect())
}

fn search_invoices(tx: &mut Tx<'_>, scope: &Scope, pattern: &str, exact: &str) -> Result<Vec<Hit>> {
    let mut query = invoices::table
        .filter(
            lower(invoices::number.assume_not_null())
                .like(pattern.to_lowercase())
                .escape('\\')
                .or(invoices::id.eq(exact.to_owned())),
        )
        .order(invoices::id.desc())
        .limit(HITS)
        .select((invoices::id, invoices::number, invoices::total_minor, invoices::currency))
        .into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, invoices::customer_id, own);
    }
    let rows: Vec<(String, Option<String>, i64, String)> = query.load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, number, total, currency)| {
            let total = currency.parse().map(|currency| Money::new(total, currency).to_string()).unwrap_or_default();
            hit("invoice", id, number.unwrap_or_default(), total)
        })
        .collect())
}

fn search_servers(tx: &mut Tx<'_>, scope: &Scope, pattern: &str, exact: &str) -> Result<Vec<Hit>> {
    let with_address: Vec<String> = addresses::table
        .filter(addresses::address.eq(exact.to_owned()))
        .filter(addresses::server_id.is_not_null())
        .select(addresses::server_id.assume_not_null())
        .load(tx.conn)?;
    let mut query = server_rows::table
        .filter(
            lower(server_rows::hostname)
                .like(pattern.to_owned())
                .escape('\\')
                .or(server_rows::id.eq(exact.to_owned()))
                .or(server_rows::id.eq_any(with_address)),
        )
        .order(server_rows::id.desc())
        .limit(HITS)
        .select((server_rows::id, server_rows::hostname, server_rows::desired))
        .into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, server_rows::customer_id, own);
    }
    let rows: Vec<(String, String, String)> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(|(id, hostname, desired)| hit("server", id, hostname, desired)).collect())
}

fn search_tickets(tx: &mut Tx<'_>, scope: &Scope, pattern: &str, exact: &str) -> Result<Vec<Hit>> {
    let number = exact.trim_start_matches('#').parse::<i64>().unwrap_or(-1);
    let mut query = tickets::table
        .filter(
            lower(tickets::subject)
                .like(pattern.to_owned())
                .escape('\\')
                .or(tickets::id.eq(exact.to_owned()))
                .or(tickets::number.eq(number)),
        )
        .order(tickets::id.desc())
        .limit(HITS)
        .select((tickets::id, tickets::number, tickets::subject))
        .into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, tickets::customer_id, own);
    }
    let rows: Vec<(String, i64, String)> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(|(id, number, subject)| hit("ticket", id, format!("#{number}"), subject)).collect())
}

/// Live charges of one subscription and kind that overlap, and subscriptions
/// whose billed periods do not reach as far as they say.
pub fn period_breaks(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    use crate::platform::schema::charges;
    let (first, second) = diesel::alias!(charges as first, charges as second);
    let overlaps: Vec<(String, Day)> = first
        .inner_join(
            second.on(second
                .field(charges::subscription_id)
                .eq(first.field(charges::subscription_id))
                .and(second.field(charges::kind).eq(first.field(charges::kind)))
                .and(second.field(charges::id).ne(first.field(charges::id)))),
        )
        .filter(first.field(charges::state).eq("live"))
        .filter(second.field(charges::state).eq("live"))
        .filter(first.field(charges::period_start).le(second.field(charges::period_start)))
        .filter(second.field(charges::period_start).lt(first.field(charges::period_end)))
        .select((first.field(charges::subscription_id), second.field(charges::period_start)))
        .load(tx.conn)?;
    Ok(overlaps.into_iter().map(|(subscription, day)| format!("{subscription} is billed twice from {day}")).collect())
}

/// Active subscriptions with a server that was never released, and ended ones
/// whose server is still wanted. What an open event will still tell the server is on its
/// way and no break; an event that is not handled is one of [`stuck_events`].
pub fn service_breaks(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let rows: Vec<(String, String, String, bool, bool)> = server_rows::table
        .inner_join(subscription_rows::table)
        .filter(
            subscription_rows::state
                .eq("active")
                .and(server_rows::released.eq(false).or(server_rows::suspended.eq(true)))
                .or(subscription_rows::state.eq("suspended").and(server_rows::suspended.eq(false)))
                .or(subscription_rows::state
                    .eq_any(["terminated", "cancelled"])
                    .and(server_rows::desired.ne("deleted"))),
        )
        .select((
            server_rows::id,
            subscription_rows::id,
            subscription_rows::state,
            server_rows::released,
            server_rows::suspended,
        ))
        .load(tx.conn)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let coming: Vec<String> = outbox::table.filter(outbox::done_at.is_null()).select(outbox::payload).load(tx.conn)?;
    Ok(rows
        .into_iter()
        .filter(|(_, subscription, ..)| !coming.iter().any(|event| event.contains(subscription.as_str())))
        .map(|(server, subscription, state, released, suspended)| {
            format!("{server} of {subscription} ({state}): released {released}, suspended {suspended}")
        })
        .collect())
}

/// Events that wait longer than they should.
pub fn stuck_events(tx: &mut Tx<'_>, patience_seconds: i64) -> Result<Vec<String>> {
    let before = tx.now().plus_seconds(patience_seconds.saturating_neg());
    let rows: Vec<(String, String)> = outbox::table
        .filter(outbox::done_at.is_null())
        .filter(outbox::created_at.lt(before))
        .select((outbox::id, outbox::kind))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|(id, kind)| format!("{kind} ({id}) was not handled")).collect())
}
