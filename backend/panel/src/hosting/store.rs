//! Rows of domains. Every one is reached with a [`Scope`], in the same predicate.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::Bool;
use hostwright_kernel::{Day, Instant};

use super::model::{Domain, DomainId, DomainName, DomainState, DomainView};
use super::queries::ListDomains;
use crate::auth::call::Scope;
use crate::platform::db::lower;
use crate::platform::error::{Error, Result, is_unique_violation};
use crate::platform::schema::{customers, domains, zones};
use crate::platform::{Paged, Tx};
use crate::{locking, only_of};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = domains, treat_none_as_null = true)]
struct Row {
    id: DomainId,
    customer_id: String,
    subscription_id: Option<String>,
    name: DomainName,
    state: DomainState,
    registrar: String,
    registered_on: Option<Day>,
    expires_on: Option<Day>,
    auth_code: Option<String>,
    name_servers: String,
    locked: bool,
    renews: bool,
    contacts: String,
    created_at: Instant,
    ended_at: Option<Instant>,
    version: i64,
}

impl Row {
    fn of(domain: &Domain) -> Result<Self> {
        Ok(Self {
            id: domain.id.clone(),
            customer_id: domain.customer_id.clone(),
            subscription_id: domain.subscription_id.clone(),
            name: domain.name.clone(),
            state: domain.state,
            registrar: domain.registrar.clone(),
            registered_on: domain.registered_on,
            expires_on: domain.expires_on,
            auth_code: domain.sealed_auth_code.clone(),
            name_servers: domain.name_servers.join(" "),
            locked: domain.locked,
            renews: domain.renews,
            contacts: serde_json::to_string(&domain.contacts)?,
            created_at: domain.created_at,
            ended_at: domain.ended_at,
            version: domain.version,
        })
    }
}

impl TryFrom<Row> for Domain {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            customer_id: row.customer_id,
            subscription_id: row.subscription_id,
            name: row.name,
            state: row.state,
            registrar: row.registrar,
            registered_on: row.registered_on,
            expires_on: row.expires_on,
            sealed_auth_code: row.auth_code,
            name_servers: row.name_servers.split_whitespace().map(str::to_owned).collect(),
            locked: row.locked,
            renews: row.renews,
            contacts: serde_json::from_str(&row.contacts)?,
            created_at: row.created_at,
            ended_at: row.ended_at,
            version: row.version,
        })
    }
}

/// Which of these domains have a zone that was not taken away.
fn with_zone(tx: &mut Tx<'_>, ids: &[DomainId]) -> Result<BTreeSet<DomainId>> {
    let found: Vec<DomainId> = zones::table
        .filter(zones::domain_id.eq_any(ids.to_vec()))
        .filter(zones::state.ne("removed"))
        .select(zones::domain_id)
        .load(tx.conn)?;
    Ok(found.into_iter().collect())
}

/// The customers to compare with, and whether the comparison matters at all.
fn reach(scope: &Scope) -> (Vec<String>, bool) {
    match scope.customers() {
        Some(ids) => (ids.to_vec(), false),
        None => (Vec::new(), true),
    }
}

/// Adds a domain; false when its name is held already.
pub fn insert(tx: &mut Tx<'_>, domain: &Domain) -> Result<bool> {
    let row = Row::of(domain)?;
    // Asked by the index, without an error that would end the transaction.
    let rows = crate::on_each!(tx.conn, |conn| diesel::insert_into(domains::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(rows == 1)
}

/// Writes a domain over the version it was read at; false when somebody else was faster.
pub fn save(tx: &mut Tx<'_>, domain: &Domain) -> Result<bool> {
    let mut row = Row::of(domain)?;
    row.version = domain.version.saturating_add(1);
    let believed = domains::table.filter(domains::id.eq(&domain.id)).filter(domains::version.eq(domain.version));
    match diesel::update(believed).set(row).execute(tx.conn) {
        Ok(rows) => Ok(rows == 1),
        Err(error) if is_unique_violation(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A domain that the caller may reach.
pub fn find(tx: &mut Tx<'_>, scope: &Scope, id: &DomainId) -> Result<Option<Domain>> {
    let (own, everything) = reach(scope);
    domains::table
        .filter(domains::id.eq(id))
        .filter(domains::customer_id.eq_any(own).or(everything.into_sql::<Bool>()))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?
        .map(Domain::try_from)
        .transpose()
}

/// A domain, locked until the transaction ends. No scope: work of the product itself.
pub fn lock(tx: &mut Tx<'_>, id: &DomainId) -> Result<Option<Domain>> {
    let row = locking!(&mut *tx.conn, domains::table.find(id).select(Row::as_select()), first::<Row>);
    row.optional()?.map(Domain::try_from).transpose()
}

/// Takes a domain away that nothing hangs on.
pub fn delete(tx: &mut Tx<'_>, id: &DomainId) -> Result<()> {
    diesel::delete(domains::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Who holds this name now. No scope: work of the product itself.
pub fn holder_of(tx: &mut Tx<'_>, name: &DomainName) -> Result<Option<Domain>> {
    domains::table
        .filter(domains::name.eq(name))
        .filter(domains::ended_at.is_null())
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?
        .map(Domain::try_from)
        .transpose()
}

/// A domain as shown.
pub fn view(tx: &mut Tx<'_>, scope: &Scope, id: &DomainId) -> Result<Option<DomainView>> {
    let (own, everything) = reach(scope);
    let found: Option<(Row, String)> = domains::table
        .inner_join(customers::table)
        .filter(domains::id.eq(id))
        .filter(domains::customer_id.eq_any(own).or(everything.into_sql::<Bool>()))
        .select((Row::as_select(), customers::name))
        .first(tx.conn)
        .optional()?;
    let Some((row, customer)) = found else {
        return Ok(None);
    };
    let has_zone = !with_zone(tx, std::slice::from_ref(id))?.is_empty();
    Ok(Some(DomainView::new(row.try_into()?, customer, has_zone)))
}

/// Domains by name.
pub fn list(tx: &mut Tx<'_>, scope: &Scope, input: &ListDomains) -> Result<Paged<DomainView>> {
    let paging = input.paging();
    let mut query = domains::table
        .inner_join(customers::table)
        .select((Row::as_select(), customers::name))
        .order((domains::name, domains::id))
        .limit(paging.fetch())
        .into_boxed();
    if let Some(own) = scope.customers() {
        only_of!(query, domains::customer_id, own);
    }
    if let Some((name, id)) = input.after_key() {
        query = query.filter(domains::name.ge(name.clone()).and(domains::name.gt(name).or(domains::id.gt(id))));
    }
    if let Some(state) = input.state {
        query = query.filter(domains::state.eq(state));
    }
    if let Some(customer) = input.customer_id.as_deref().filter(|id| !id.is_empty()) {
        query = query.filter(domains::customer_id.eq(customer.to_owned()));
    }
    if let Some(subscription) = input.subscription_id.as_deref().filter(|id| !id.is_empty()) {
        query = query.filter(domains::subscription_id.eq(subscription.to_owned()));
    }
    if let Some(day) = input.expires_until {
        query = query.filter(domains::expires_on.le(day)).filter(domains::ended_at.is_null());
    }
    if let Some(pattern) = paging.pattern() {
        query = query.filter(
            lower(domains::name)
                .like(pattern.clone())
                .escape('\\')
                .or(lower(domains::registrar).like(pattern).escape('\\')),
        );
    }
    let rows: Vec<(Row, String)> = query.load(tx.conn)?;
    let ids: Vec<DomainId> = rows.iter().map(|(row, _)| row.id.clone()).collect();
    let zoned = with_zone(tx, &ids)?;
    let views = rows
        .into_iter()
        .map(|(row, customer)| {
            let has_zone = zoned.contains(&row.id);
            Ok(DomainView::new(row.try_into()?, customer, has_zone))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Paged::cut(views, &paging, ListDomains::key))
}

/// Names that more than one domain holds, and domains whose subscription is another
/// customer's: both are kept from happening, and so are worth a look.
pub fn breaks(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    use crate::platform::schema::subscriptions;
    let held: Vec<(DomainName, i64)> = domains::table
        .filter(domains::ended_at.is_null())
        .group_by(domains::name)
        .having(diesel::dsl::count(domains::id).gt(1_i64))
        .select((domains::name, diesel::dsl::count(domains::id)))
        .load(tx.conn)?;
    let mut found: Vec<String> =
        held.into_iter().map(|(name, count)| format!("{name} is held {count} times")).collect();
    let strange: Vec<(DomainName, String)> = domains::table
        .inner_join(subscriptions::table)
        .filter(domains::customer_id.ne(subscriptions::customer_id))
        .select((domains::name, subscriptions::id))
        .load(tx.conn)?;
    found.extend(
        strange.into_iter().map(|(name, subscription)| format!("{name} is paid by {subscription} of another customer")),
    );
    Ok(found)
}
