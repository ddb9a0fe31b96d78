//! Rows of people and of who belongs to which customer.

use diesel::prelude::*;
use hostwright_kernel::Instant;

use super::call::not_found;
use super::model::{Contact, MailAddress, MemberView, Membership, PersonId, PersonState, PersonView, Theme};
use super::policy::{MemberRole, StaffRole};
use crate::locking;
use crate::platform::db::lower;
use crate::platform::error::Result;
use crate::platform::schema::{api_keys, links, members, people, recovery_codes, sessions};
use crate::platform::{Error, ListInput, Paged, Tx};

/// A person with what only this slice may see.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = people)]
pub struct Account {
    /// Its id.
    pub id: PersonId,
    /// Mail address.
    pub email: MailAddress,
    /// Display name.
    pub name: String,
    /// PHC text; none for people who never set a password.
    pub password_hash: Option<String>,
    /// Where the person stands.
    pub state: PersonState,
    /// What they are among staff.
    pub staff_role: Option<StaffRole>,
    /// Language tag.
    pub locale: String,
    /// IANA time zone.
    pub time_zone: String,
    /// How pages look.
    pub theme: Theme,
    /// Sealed secret of the second factor.
    pub totp_secret: Option<String>,
    /// Whether the second factor is on.
    pub totp_enabled: bool,
    /// The last step whose code was taken.
    pub totp_last_step: i64,
    /// When the person was made.
    pub created_at: Instant,
    /// Counts changes.
    pub version: i64,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({})", self.id)
    }
}

impl Account {
    /// What may be shown.
    #[must_use]
    pub fn view(self, memberships: Vec<Membership>) -> PersonView {
        PersonView {
            id: self.id,
            email: self.email,
            name: self.name,
            state: self.state,
            staff_role: self.staff_role,
            locale: self.locale,
            time_zone: self.time_zone,
            theme: self.theme,
            totp_enabled: self.totp_enabled,
            memberships,
            created_at: self.created_at,
        }
    }

    /// Whom to write to.
    #[must_use]
    pub fn contact(&self) -> Contact {
        Contact {
            person_id: self.id.clone(),
            email: self.email.clone(),
            name: self.name.clone(),
            locale: self.locale.clone(),
            role: None,
        }
    }
}

/// Adds a person; `false` when the address has one already.
///
/// # Errors
/// When the database fails.
pub fn insert(tx: &mut Tx<'_>, account: &Account) -> Result<bool> {
    let rows = crate::on_each!(tx.conn, |conn| diesel::insert_into(people::table)
        .values(account.clone())
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(rows == 1)
}

/// The person with this id.
///
/// # Errors
/// Not found.
pub fn load(tx: &mut Tx<'_>, id: &PersonId) -> Result<Account> {
    people::table.find(id).select(Account::as_select()).first(tx.conn).optional()?.ok_or_else(not_found)
}

/// The person with this id, locked until the transaction ends.
///
/// # Errors
/// Not found.
pub fn lock(tx: &mut Tx<'_>, id: &PersonId) -> Result<Account> {
    let row = locking!(&mut *tx.conn, people::table.find(id).select(Account::as_select()), first::<Account>);
    row.optional()?.ok_or_else(not_found)
}

/// The person with this address.
///
/// # Errors
/// When the database fails.
pub fn by_email(tx: &mut Tx<'_>, email: &MailAddress) -> Result<Option<Account>> {
    Ok(people::table.filter(people::email.eq(email)).select(Account::as_select()).first(tx.conn).optional()?)
}

/// Whether any person owns the installation.
///
/// # Errors
/// When the database fails.
pub fn any_owner(tx: &mut Tx<'_>) -> Result<bool> {
    let count: i64 = people::table.filter(people::staff_role.eq(StaffRole::Owner)).count().get_result(tx.conn)?;
    Ok(count > 0)
}

/// The owners who can sign in, locked, so that two of them cannot be taken out
/// at the same moment.
///
/// # Errors
/// When the database fails.
pub fn lock_owners(tx: &mut Tx<'_>) -> Result<Vec<PersonId>> {
    Ok(locking!(
        &mut *tx.conn,
        people::table
            .filter(people::staff_role.eq(StaffRole::Owner))
            .filter(people::state.eq(PersonState::Active))
            .order(people::id)
            .select(people::id),
        load::<PersonId>
    )?)
}

/// Keeps a new password hash of the person as it was read.
///
/// # Errors
/// `auth.changed_meanwhile` when the person was changed since.
pub fn set_password(tx: &mut Tx<'_>, read: &Account, hash: &str) -> Result<()> {
    let rows = diesel::update(people::table.find(&read.id).filter(people::version.eq(read.version)))
        .set((people::password_hash.eq(hash), people::version.eq(people::version + 1)))
        .execute(tx.conn)?;
    one(rows)
}

/// Forgets the password of the person as it was read.
///
/// # Errors
/// `auth.changed_meanwhile` when the person was changed since.
pub fn forget_password(tx: &mut Tx<'_>, read: &Account) -> Result<()> {
    let rows = diesel::update(people::table.find(&read.id).filter(people::version.eq(read.version)))
        .set((people::password_hash.eq(None::<String>), people::version.eq(people::version + 1)))
        .execute(tx.conn)?;
    one(rows)
}

/// Moves a person from one state to another.
///
/// # Errors
/// `auth.changed_meanwhile` when the state was another.
pub fn set_state(tx: &mut Tx<'_>, id: &PersonId, from: PersonState, to: PersonState) -> Result<()> {
    let rows = diesel::update(people::table.find(id).filter(people::state.eq(from)))
        .set((people::state.eq(to), people::version.eq(people::version + 1)))
        .execute(tx.conn)?;
    one(rows)
}

/// Keeps name, language, zone, look and staff role of the person as it was read.
///
/// # Errors
/// `auth.changed_meanwhile` when the person was changed since.
pub fn save(tx: &mut Tx<'_>, changed: &Account) -> Result<()> {
    let rows = diesel::update(people::table.find(&changed.id).filter(people::version.eq(changed.version)))
        .set((
            people::name.eq(&changed.name),
            people::locale.eq(&changed.locale),
            people::time_zone.eq(&changed.time_zone),
            people::theme.eq(changed.theme),
            people::staff_role.eq(changed.staff_role),
            people::version.eq(people::version + 1),
        ))
        .execute(tx.conn)?;
    one(rows)
}

/// Keeps the second factor of the person as it was read.
///
/// # Errors
/// `auth.changed_meanwhile` when the person was changed since.
pub fn set_totp(tx: &mut Tx<'_>, read: &Account, secret: Option<&str>, enabled: bool) -> Result<()> {
    let rows = diesel::update(people::table.find(&read.id).filter(people::version.eq(read.version)))
        .set((
            people::totp_secret.eq(secret),
            people::totp_enabled.eq(enabled),
            people::version.eq(people::version + 1),
        ))
        .execute(tx.conn)?;
    one(rows)
}

/// Takes a step of the second factor; `false` when it, or a later one, was taken.
///
/// # Errors
/// When the database fails.
pub fn take_totp_step(tx: &mut Tx<'_>, id: &PersonId, step: i64) -> Result<bool> {
    let rows = diesel::update(people::table.find(id).filter(people::totp_last_step.lt(step)))
        .set(people::totp_last_step.eq(step))
        .execute(tx.conn)?;
    Ok(rows == 1)
}

/// People, newest first.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &mut Tx<'_>, input: &ListInput, staff_only: bool) -> Result<Paged<PersonView>> {
    let mut query =
        people::table.select(Account::as_select()).order(people::id.desc()).limit(input.fetch()).into_boxed();
    if let Some(after) = input.after.clone() {
        query = query.filter(people::id.lt(after));
    }
    if let Some(pattern) = input.pattern() {
        query = query.filter(
            lower(people::name).like(pattern.clone()).escape('\\').or(people::email.like(pattern).escape('\\')),
        );
    }
    if let Some(state) = input.state.clone() {
        query = query.filter(people::state.eq(state));
    }
    if staff_only {
        query = query.filter(people::staff_role.is_not_null());
    }
    if let Some(customer) = input.customer_id.clone() {
        query = query.filter(
            people::id.eq_any(members::table.filter(members::customer_id.eq(customer)).select(members::person_id)),
        );
    }
    let page = Paged::cut(query.load(tx.conn)?, input, |row: &Account| row.id.to_string());
    let mut views = Vec::with_capacity(page.items.len());
    for account in page.items {
        let memberships = memberships(tx, &account.id)?;
        views.push(account.view(memberships));
    }
    Ok(Paged { items: views, next: page.next })
}

/// Active members of staff.
///
/// # Errors
/// When the database fails.
pub fn staff(tx: &mut Tx<'_>) -> Result<Vec<(Contact, StaffRole)>> {
    let rows: Vec<Account> = people::table
        .filter(people::staff_role.is_not_null())
        .filter(people::state.eq(PersonState::Active))
        .order(people::id)
        .select(Account::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().filter_map(|row| Some((row.contact(), row.staff_role?))).collect())
}

/// The customers of a person.
///
/// # Errors
/// When the database fails.
pub fn memberships(tx: &mut Tx<'_>, person: &PersonId) -> Result<Vec<Membership>> {
    let rows: Vec<(String, MemberRole)> = members::table
        .filter(members::person_id.eq(person))
        .order(members::customer_id)
        .select((members::customer_id, members::role))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|(customer_id, role)| Membership { customer_id, role }).collect())
}

/// The people of a customer, in the order in which they were made.
///
/// # Errors
/// When the database fails.
pub fn members_of(tx: &mut Tx<'_>, customer_id: &str) -> Result<Vec<(Account, MemberRole)>> {
    Ok(members::table
        .inner_join(people::table)
        .filter(members::customer_id.eq(customer_id))
        .order(people::id)
        .select((Account::as_select(), members::role))
        .load(tx.conn)?)
}

/// The people of a customer as pages show them.
///
/// # Errors
/// When the database fails.
pub fn member_views(tx: &mut Tx<'_>, customer_id: &str) -> Result<Vec<MemberView>> {
    Ok(members_of(tx, customer_id)?
        .into_iter()
        .map(|(account, role)| MemberView {
            person_id: account.id,
            email: account.email,
            name: account.name,
            role,
            state: account.state,
        })
        .collect())
}

/// The owners of a customer, locked, so that two cannot be taken out at once.
///
/// # Errors
/// When the database fails.
pub fn lock_customer_owners(tx: &mut Tx<'_>, customer_id: &str) -> Result<Vec<PersonId>> {
    Ok(locking!(
        &mut *tx.conn,
        members::table
            .filter(members::customer_id.eq(customer_id))
            .filter(members::role.eq(MemberRole::Owner))
            .order(members::person_id)
            .select(members::person_id),
        load::<PersonId>
    )?)
}

/// Makes a person a member; `false` when they are one already.
///
/// # Errors
/// When the database fails.
pub fn insert_member(tx: &mut Tx<'_>, customer_id: &str, person: &PersonId, role: MemberRole) -> Result<bool> {
    let now = tx.now();
    let row = (
        members::customer_id.eq(customer_id),
        members::person_id.eq(person),
        members::role.eq(role),
        members::created_at.eq(now),
    );
    let rows = crate::on_each!(tx.conn, |conn| diesel::insert_into(members::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(rows == 1)
}

/// Takes a member out; `false` when they are none.
///
/// # Errors
/// When the database fails.
pub fn delete_member(tx: &mut Tx<'_>, customer_id: &str, person: &PersonId) -> Result<bool> {
    let rows = diesel::delete(members::table.find((customer_id, person))).execute(tx.conn)?;
    Ok(rows == 1)
}

/// [`lock`] of somebody who may be gone.
///
/// # Errors
/// When the database fails.
pub fn lock_if_there(tx: &mut Tx<'_>, id: &PersonId) -> Result<Option<Account>> {
    let row = locking!(&mut *tx.conn, people::table.find(id).select(Account::as_select()), first::<Account>);
    Ok(row.optional()?)
}

/// Whether a person ever had a session, a key, a link or a second factor.
///
/// # Errors
/// When the database fails.
pub fn has_come_in(tx: &mut Tx<'_>, id: &PersonId) -> Result<bool> {
    let sessions: i64 = sessions::table.filter(sessions::person_id.eq(id)).count().get_result(tx.conn)?;
    let keys: i64 = api_keys::table.filter(api_keys::person_id.eq(id)).count().get_result(tx.conn)?;
    let links: i64 = links::table.filter(links::person_id.eq(id)).count().get_result(tx.conn)?;
    let codes: i64 = recovery_codes::table.filter(recovery_codes::person_id.eq(id)).count().get_result(tx.conn)?;
    Ok([sessions, keys, links, codes].iter().any(|count| *count > 0))
}

/// Takes out a person as it was made.
///
/// # Errors
/// `auth.changed_meanwhile` when the person was changed since.
pub fn delete_untouched(tx: &mut Tx<'_>, id: &PersonId) -> Result<()> {
    one(diesel::delete(people::table.find(id).filter(people::version.eq(1))).execute(tx.conn)?)
}

fn one(rows: usize) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(super::error::AuthRefusal::ChangedMeanwhile.into()) }
}
