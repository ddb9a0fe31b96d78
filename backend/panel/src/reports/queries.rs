//! Reports for screens and scripts.

use hostwright_kernel::Money;

use super::model::{Check, Dashboard, Found, MonthSum, SearchFor, VerifyReport};
use super::store;
use crate::audit;
use crate::audit::model::AuditRow;
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::billing;
use crate::hosting;
use crate::platform::error::{Error, Result};
use crate::platform::{Db, ListInput, Paged, Tx};
use crate::renewals::queries::Nothing;
use crate::servers;

/// Months that the dashboard shows.
const MONTHS: u32 = 12;
/// Events that stay open longer than this many seconds are a break.
const EVENT_PATIENCE_SECONDS: i64 = 300;

/// How the business stands, in the currency of the books.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn dashboard(call: &Call, _input: Nothing) -> Result<Dashboard> {
    call.authorize(Action::ShowDashboard)?;
    call.db.read(read_dashboard).await
}

fn read_dashboard(tx: &mut Tx<'_>) -> Result<Dashboard> {
    let entity = billing::entity::load_in(tx)?;
    let (currency, today) = (entity.currency, entity.today(tx.now()));
    let this_month = today.plus_days(1_i64.saturating_sub(i64::from(today.day())));
    let mut revenue = Vec::new();
    for back in (0..MONTHS).rev() {
        let month = first_of_month(this_month, back);
        let amount = store::net_issued(tx, currency, month, month.plus_months(1))?;
        revenue.push(MonthSum { month, amount });
    }
    let (overdue, overdue_invoices) = store::overdue(tx, currency, today)?;
    let mut monthly = Money::zero(currency);
    for (months, sum) in store::renewing(tx, currency)? {
        let share = sum.split(&vec![1; usize::try_from(months.max(1)).map_err(Error::internal)?])?;
        monthly = monthly.add(share.first().copied().unwrap_or(Money::zero(currency)))?;
    }
    Ok(Dashboard {
        revenue,
        open: store::open(tx, currency)?,
        overdue,
        overdue_invoices,
        monthly,
        customers: store::customers(tx)?,
        subscriptions: store::subscriptions(tx)?,
        servers: store::servers(tx)?,
        nodes: store::nodes(tx)?,
        tickets_waiting: store::tickets_waiting(tx)?,
        jobs: store::jobs(tx)?,
        mails_failed: store::mails_failed(tx)?,
        as_of: tx.now(),
    })
}

/// The first day of the month that lies `back` months before `month`'s.
fn first_of_month(month: hostwright_kernel::Day, back: u32) -> hostwright_kernel::Day {
    let mut first = month;
    for _ in 0..back {
        let last_of_previous = first.plus_days(-1);
        first = last_of_previous.plus_days(1_i64.saturating_sub(i64::from(last_of_previous.day())));
    }
    first
}

/// Looks for customers, invoices, servers, domains and tickets.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn search(call: &Call, input: SearchFor) -> Result<Found> {
    let scope = call.authorize(Action::Search)?;
    call.db.read(move |tx| Ok(Found { items: store::search(tx, &scope, &input.words)? })).await
}

/// The audit log, newest first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn audit_log(call: &Call, input: ListInput) -> Result<Paged<AuditRow>> {
    call.authorize(Action::ListAudit)?;
    call.db.read(move |tx| audit::store::list(tx, &input)).await
}

/// Checks everything against everything.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn verify(call: &Call, _input: Nothing) -> Result<VerifyReport> {
    call.authorize(Action::Verify)?;
    verify_all(&call.db).await
}

/// [`verify`] for the command on the machine itself.
///
/// # Errors
/// When the database fails.
pub async fn verify_all(db: &Db) -> Result<VerifyReport> {
    db.read(verify_in).await
}

/// [`verify_all`] of what one transaction sees.
///
/// # Errors
/// When the database fails.
pub fn verify_in(tx: &mut Tx<'_>) -> Result<VerifyReport> {
    let checks = vec![
        check("ledger", billing::ledger::queries::breaks_in(tx)?),
        check("documents", billing::invoices::queries::breaks_in(tx)?),
        check("payments", billing::payments::queries::breaks_in(tx)?),
        check("numbering", billing::numbering::queries::breaks_in(tx)?),
        check("servers and addresses", servers::queries::breaks_in(tx)?),
        check("domains and zones", hosting::queries::breaks_in(tx)?),
        check("billed periods", store::period_breaks(tx)?),
        check("paid and running", store::service_breaks(tx)?),
        check("events handled", store::stuck_events(tx, EVENT_PATIENCE_SECONDS)?),
        check("audit chain", audit::jobs::verify_chain(tx)?),
    ];
    let breaks = checks.iter().map(|check| check.breaks.len()).sum::<usize>();
    Ok(VerifyReport { checks, breaks: i64::try_from(breaks).map_err(Error::internal)?, as_of: tx.now() })
}

fn check(name: &str, breaks: Vec<String>) -> Check {
    Check { name: name.to_owned(), breaks }
}
