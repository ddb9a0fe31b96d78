//! Rows of accounts and transfers.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as Diesel};
use diesel::sql_types::{BigInt, Text};
use hostwright_kernel::{Currency, Day, Instant, Money};

use super::model::{Account, AccountId, AccountKind, Link, Movement, Movements, Posting, PostingKind, TransferId};
use crate::billing::error::BillingRefusal;
use crate::platform::Tx;
use crate::platform::error::{Error, Result, is_unique_violation};
use crate::platform::schema::{ledger_accounts, ledger_transfers};
use crate::{insert_rows, locking, on_each};

/// An account with its totals.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ledger_accounts)]
pub(super) struct AccountRow {
    pub(super) id: AccountId,
    pub(super) code: String,
    pub(super) kind: AccountKind,
    pub(super) currency: String,
    pub(super) debits_minor: i64,
    pub(super) credits_minor: i64,
    pub(super) never_negative: bool,
}

/// The id of an account, made when it is new.
pub(super) fn ensure(tx: &mut Tx<'_>, account: &Account, currency: Currency) -> Result<AccountId> {
    if let Some(id) = find(tx, &account.code, currency)? {
        return Ok(id);
    }
    let id = AccountId::new();
    let row = (
        ledger_accounts::id.eq(&id),
        ledger_accounts::code.eq(&account.code),
        ledger_accounts::kind.eq(account.kind),
        ledger_accounts::currency.eq(currency.code()),
        ledger_accounts::customer_id.eq(account.customer_id.as_deref()),
        ledger_accounts::debits_minor.eq(0_i64),
        ledger_accounts::credits_minor.eq(0_i64),
        ledger_accounts::never_negative.eq(account.never_negative),
        ledger_accounts::created_at.eq(tx.now()),
    );
    on_each!(&mut *tx.conn, |conn| diesel::insert_into(ledger_accounts::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    find(tx, &account.code, currency)?.ok_or_else(|| Error::internal("an account that was made is not there"))
}

fn find(tx: &mut Tx<'_>, code: &str, currency: Currency) -> Result<Option<AccountId>> {
    Ok(ledger_accounts::table
        .filter(ledger_accounts::code.eq(code).and(ledger_accounts::currency.eq(currency.code())))
        .select(ledger_accounts::id)
        .first(tx.conn)
        .optional()?)
}

/// Raises an account's totals in one statement; its checks decide.
#[expect(clippy::arithmetic_side_effects, reason = "computed by the database; the filter keeps it in range")]
pub(super) fn add(tx: &mut Tx<'_>, id: &AccountId, movement: Movement) -> Result<()> {
    let room = |added: i64| i64::MAX.saturating_sub(added);
    let outcome = diesel::update(
        ledger_accounts::table.find(id).filter(
            ledger_accounts::debits_minor
                .le(room(movement.debits))
                .and(ledger_accounts::credits_minor.le(room(movement.credits))),
        ),
    )
    .set((
        ledger_accounts::debits_minor.eq(ledger_accounts::debits_minor + movement.debits),
        ledger_accounts::credits_minor.eq(ledger_accounts::credits_minor + movement.credits),
    ))
    .execute(tx.conn);
    match outcome {
        Ok(1) => Ok(()),
        Ok(_) => Err(BillingRefusal::LedgerFull.into()),
        Err(Diesel::DatabaseError(DatabaseErrorKind::CheckViolation, _)) => Err(BillingRefusal::BelowZero.into()),
        Err(error) => Err(error.into()),
    }
}

/// The ids of accounts by code and currency.
type Ids = BTreeMap<(String, Currency), AccountId>;

/// Raises the totals of several accounts, in the order of their codes; their ids.
pub(super) fn raise(tx: &mut Tx<'_>, movements: &Movements) -> Result<Ids> {
    let mut ids = Ids::new();
    if let (true, Some(currency)) = (tx.is_postgres(), only_currency(movements)) {
        let moved = |(_, movement): &(Account, Movement)| *movement;
        let known = lock_known(tx, movements, currency)?;
        for ((code, currency), (account, _)) in movements {
            let id = match known.get(code) {
                Some(id) => id.clone(),
                None => ensure(tx, account, *currency)?,
            };
            ids.insert((code.clone(), *currency), id);
        }
        let rows: Vec<(&AccountId, Movement)> = ids.values().zip(movements.values().map(moved)).collect();
        raise_at_once(tx, &rows)?;
        return Ok(ids);
    }
    for ((code, currency), (account, movement)) in movements {
        let id = ensure(tx, account, *currency)?;
        add(tx, &id, *movement)?;
        ids.insert((code.clone(), *currency), id);
    }
    Ok(ids)
}

fn only_currency(movements: &Movements) -> Option<Currency> {
    let mut currencies = movements.keys().map(|(_, currency)| *currency);
    let first = currencies.next()?;
    currencies.all(|currency| currency == first).then_some(first)
}

/// Locks the accounts that there are, in the order of their codes.
fn lock_known(tx: &mut Tx<'_>, movements: &Movements, currency: Currency) -> Result<BTreeMap<String, AccountId>> {
    let codes: Vec<String> = movements.keys().map(|(code, _)| code.clone()).collect();
    let rows = locking!(
        &mut *tx.conn,
        ledger_accounts::table
            .filter(ledger_accounts::code.eq_any(&codes).and(ledger_accounts::currency.eq(currency.code())))
            .order(ledger_accounts::code)
            .select((ledger_accounts::code, ledger_accounts::id)),
        load::<(String, AccountId)>,
        keeping_key
    )?;
    Ok(rows.into_iter().collect())
}

/// One statement for all of them; its checks decide.
fn raise_at_once(tx: &mut Tx<'_>, rows: &[(&AccountId, Movement)]) -> Result<()> {
    let told: Vec<serde_json::Value> = rows
        .iter()
        .map(|(id, movement)| serde_json::json!({ "id": id, "debits": movement.debits, "credits": movement.credits }))
        .collect();
    let outcome = diesel::sql_query(
        "UPDATE ledger_accounts SET debits_minor = debits_minor + moved.debits, \
         credits_minor = credits_minor + moved.credits \
         FROM json_to_recordset($1::json) AS moved(id text, debits bigint, credits bigint) \
         WHERE ledger_accounts.id = moved.id",
    )
    .bind::<Text, _>(serde_json::to_string(&told)?)
    .execute(tx.conn);
    match outcome {
        Ok(count) if count == rows.len() => Ok(()),
        Ok(_) => Err(Error::internal("an account that was locked is not there")),
        Err(Diesel::DatabaseError(DatabaseErrorKind::CheckViolation, _)) => Err(BillingRefusal::BelowZero.into()),
        Err(error) => Err(error.into()),
    }
}

#[derive(Insertable)]
#[diesel(table_name = ledger_transfers)]
struct NewTransfer {
    id: TransferId,
    at: Instant,
    day: Day,
    kind: PostingKind,
    reference: String,
    leg: i64,
    currency: String,
    debit_account_id: AccountId,
    credit_account_id: AccountId,
    amount_minor: i64,
    reason: String,
}

/// Appends the transfers of postings.
pub(super) fn append(tx: &mut Tx<'_>, postings: &[Posting], ids: &Ids) -> Result<()> {
    let at = tx.now();
    let mut rows = Vec::new();
    for posting in postings {
        for (leg, transfer) in (0_i64..).zip(&posting.legs) {
            let currency = transfer.amount.currency;
            let account = |account: &Account| {
                let id = ids.get(&(account.code.clone(), currency));
                id.cloned().ok_or_else(|| Error::internal("a leg without an account"))
            };
            rows.push(NewTransfer {
                id: TransferId::new(),
                at,
                day: posting.day,
                kind: posting.kind,
                reference: posting.reference.clone(),
                leg,
                currency: currency.code().to_owned(),
                debit_account_id: account(&transfer.debit)?,
                credit_account_id: account(&transfer.credit)?,
                amount_minor: transfer.amount.minor,
                reason: posting.reason.clone(),
            });
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    match insert_rows!(&mut *tx.conn, ledger_transfers::table, &rows) {
        Ok(()) => Ok(()),
        Err(error) if is_unique_violation(&error) => Err(BillingRefusal::PostedAlready.into()),
        Err(error) => Err(error.into()),
    }
}

/// Debits and credits of an account; nothing before its first posting.
pub(super) fn totals_of(tx: &mut Tx<'_>, code: &str, currency: Currency) -> Result<(Money, Money)> {
    let row: Option<(i64, i64)> = ledger_accounts::table
        .filter(ledger_accounts::code.eq(code).and(ledger_accounts::currency.eq(currency.code())))
        .select((ledger_accounts::debits_minor, ledger_accounts::credits_minor))
        .first(tx.conn)
        .optional()?;
    let (debits, credits) = row.unwrap_or_default();
    Ok((Money::new(debits, currency), Money::new(credits, currency)))
}

/// [`totals_of`] with the account's row locked until the transaction ends.
pub(super) fn locked_totals_of(tx: &mut Tx<'_>, code: &str, currency: Currency) -> Result<(Money, Money)> {
    let row = locking!(
        &mut *tx.conn,
        ledger_accounts::table
            .filter(ledger_accounts::code.eq(code).and(ledger_accounts::currency.eq(currency.code())))
            .select((ledger_accounts::debits_minor, ledger_accounts::credits_minor)),
        first::<(i64, i64)>
    );
    let (debits, credits) = row.optional()?.unwrap_or_default();
    Ok((Money::new(debits, currency), Money::new(credits, currency)))
}

/// Every account that is not a customer's, by currency and code.
pub(super) fn house_accounts(tx: &mut Tx<'_>) -> Result<Vec<AccountRow>> {
    Ok(ledger_accounts::table
        .filter(ledger_accounts::customer_id.is_null())
        .order((ledger_accounts::currency, ledger_accounts::code))
        .select(AccountRow::as_select())
        .load(tx.conn)?)
}

/// Every account.
pub(super) fn accounts(tx: &mut Tx<'_>) -> Result<Vec<AccountRow>> {
    Ok(ledger_accounts::table.order(ledger_accounts::id).select(AccountRow::as_select()).load(tx.conn)?)
}

/// Customers' accounts summed by kind and currency: kind, currency, debits, credits.
pub(super) fn customers_sums(tx: &mut Tx<'_>) -> Result<Vec<(AccountKind, String, i64, i64)>> {
    Ok(ledger_accounts::table
        .filter(ledger_accounts::customer_id.is_not_null())
        .group_by((ledger_accounts::kind, ledger_accounts::currency))
        .order((ledger_accounts::currency, ledger_accounts::kind))
        .select((
            ledger_accounts::kind,
            ledger_accounts::currency,
            sql::<BigInt>("CAST(COALESCE(SUM(debits_minor),0) AS BIGINT)"),
            sql::<BigInt>("CAST(COALESCE(SUM(credits_minor),0) AS BIGINT)"),
        ))
        .load(tx.conn)?)
}

/// Debits of each account by its transfers.
pub(super) fn debit_sums(tx: &mut Tx<'_>) -> Result<Vec<(AccountId, i64)>> {
    Ok(ledger_transfers::table
        .group_by(ledger_transfers::debit_account_id)
        .select((ledger_transfers::debit_account_id, sql::<BigInt>("CAST(COALESCE(SUM(amount_minor),0) AS BIGINT)")))
        .load(tx.conn)?)
}

/// Credits of each account by its transfers.
pub(super) fn credit_sums(tx: &mut Tx<'_>) -> Result<Vec<(AccountId, i64)>> {
    Ok(ledger_transfers::table
        .group_by(ledger_transfers::credit_account_id)
        .select((ledger_transfers::credit_account_id, sql::<BigInt>("CAST(COALESCE(SUM(amount_minor),0) AS BIGINT)")))
        .load(tx.conn)?)
}

/// Transfers whose currency is not that of an account of theirs.
pub(super) fn mixed_transfers(tx: &mut Tx<'_>) -> Result<Vec<TransferId>> {
    let same = || ledger_accounts::currency.eq(ledger_transfers::currency);
    Ok(ledger_transfers::table
        .filter(
            diesel::dsl::not(diesel::dsl::exists(
                ledger_accounts::table.filter(ledger_accounts::id.eq(ledger_transfers::debit_account_id).and(same())),
            ))
            .or(diesel::dsl::not(diesel::dsl::exists(
                ledger_accounts::table.filter(ledger_accounts::id.eq(ledger_transfers::credit_account_id).and(same())),
            ))),
        )
        .select(ledger_transfers::id)
        .load(tx.conn)?)
}

/// What to list.
pub(super) struct Filter<'a> {
    pub(super) after: Option<&'a str>,
    pub(super) fetch: i64,
    pub(super) customer_id: Option<&'a str>,
    pub(super) words: Option<&'a str>,
}

/// Transfers, newest first; `words` is an exact reference, kind or account code.
pub(super) fn list(tx: &mut Tx<'_>, filter: &Filter<'_>) -> Result<Vec<Link>> {
    let mut query = ledger_transfers::table
        .select(LinkRow::as_select())
        .order(ledger_transfers::id.desc())
        .limit(filter.fetch)
        .into_boxed();
    if let Some(after) = filter.after {
        query = query.filter(ledger_transfers::id.lt(after.to_owned()));
    }
    if let Some(customer) = filter.customer_id {
        let own = || {
            ledger_accounts::table
                .filter(ledger_accounts::customer_id.eq(customer.to_owned()))
                .select(ledger_accounts::id)
        };
        query = query.filter(
            ledger_transfers::debit_account_id.eq_any(own()).or(ledger_transfers::credit_account_id.eq_any(own())),
        );
    }
    if let Some(words) = filter.words {
        let coded =
            || ledger_accounts::table.filter(ledger_accounts::code.eq(words.to_owned())).select(ledger_accounts::id);
        query = query.filter(
            ledger_transfers::reference
                .eq(words.to_owned())
                .or(ledger_transfers::kind.eq(words.to_owned()))
                .or(ledger_transfers::debit_account_id.eq_any(coded()))
                .or(ledger_transfers::credit_account_id.eq_any(coded())),
        );
    }
    let rows: Vec<LinkRow> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(LinkRow::read).collect())
}

/// The codes of accounts by id.
pub(super) fn codes(tx: &mut Tx<'_>, ids: &[AccountId]) -> Result<BTreeMap<AccountId, String>> {
    let mut codes = BTreeMap::new();
    for id in ids {
        if !codes.contains_key(id) {
            let code = ledger_accounts::table.find(id).select(ledger_accounts::code).first::<String>(tx.conn)?;
            codes.insert(id.clone(), code);
        }
    }
    Ok(codes)
}

/// Sum of the transfers of a kind and reference whose credited (or, for
/// `false`, debited) account is a customer's receivable.
pub(super) fn posted_to_receivable(tx: &mut Tx<'_>, reference: &str, code: &str) -> Result<(i64, i64)> {
    let side = |tx: &mut Tx<'_>, debit: bool| -> Result<i64> {
        let ids = ledger_accounts::table.filter(ledger_accounts::code.eq(code.to_owned())).select(ledger_accounts::id);
        let mut query = ledger_transfers::table
            .filter(ledger_transfers::reference.eq(reference.to_owned()))
            .select(sql::<BigInt>("CAST(COALESCE(SUM(amount_minor),0) AS BIGINT)"))
            .into_boxed();
        query = if debit {
            query.filter(ledger_transfers::debit_account_id.eq_any(ids))
        } else {
            query.filter(ledger_transfers::credit_account_id.eq_any(ids))
        };
        Ok(query.first(tx.conn)?)
    };
    Ok((side(tx, true)?, side(tx, false)?))
}

/// What each opening posting moved, by its reference.
pub(super) fn openings(tx: &mut Tx<'_>) -> Result<BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> = ledger_transfers::table
        .filter(ledger_transfers::kind.eq(PostingKind::OpeningBalance))
        .group_by(ledger_transfers::reference)
        .select((ledger_transfers::reference, sql::<BigInt>("CAST(COALESCE(SUM(amount_minor),0) AS BIGINT)")))
        .load(tx.conn)?;
    Ok(rows.into_iter().collect())
}

/// The last sealed transfer's place and hash.
pub(super) fn chain_end(tx: &mut Tx<'_>) -> Result<Option<(i64, String)>> {
    Ok(ledger_transfers::table
        .filter(ledger_transfers::position.is_not_null())
        .order(ledger_transfers::position.desc())
        .select((ledger_transfers::position.assume_not_null(), ledger_transfers::hash.assume_not_null()))
        .first(tx.conn)
        .optional()?)
}

/// Up to `limit` transfers not yet sealed, oldest first.
pub(super) fn unsealed(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Link>> {
    let rows: Vec<LinkRow> = ledger_transfers::table
        .filter(ledger_transfers::position.is_null())
        .order(ledger_transfers::id)
        .limit(limit)
        .select(LinkRow::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(LinkRow::read).collect())
}

/// Seals a transfer; the unique index keeps two sealers apart.
pub(super) fn seal(tx: &mut Tx<'_>, id: &TransferId, position: i64, hash: &str) -> Result<()> {
    diesel::update(ledger_transfers::table.find(id).filter(ledger_transfers::position.is_null()))
        .set((ledger_transfers::position.eq(position), ledger_transfers::hash.eq(hash)))
        .execute(tx.conn)?;
    Ok(())
}

/// Sealed transfers from `position` on, in chain order.
pub(super) fn sealed_from(tx: &mut Tx<'_>, position: i64, limit: i64) -> Result<Vec<Link>> {
    let rows: Vec<LinkRow> = ledger_transfers::table
        .filter(ledger_transfers::position.ge(position))
        .order(ledger_transfers::position)
        .limit(limit)
        .select(LinkRow::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(LinkRow::read).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = ledger_transfers)]
struct LinkRow {
    id: TransferId,
    at: Instant,
    day: Day,
    kind: PostingKind,
    reference: String,
    leg: i64,
    currency: String,
    debit_account_id: AccountId,
    credit_account_id: AccountId,
    amount_minor: i64,
    reason: String,
    position: Option<i64>,
    hash: Option<String>,
}

impl LinkRow {
    fn read(self) -> Link {
        Link {
            id: self.id,
            at: self.at,
            day: self.day,
            kind: self.kind,
            reference: self.reference,
            leg: self.leg,
            currency: self.currency,
            debit_account_id: self.debit_account_id,
            credit_account_id: self.credit_account_id,
            amount_minor: self.amount_minor,
            reason: self.reason,
            position: self.position,
            hash: self.hash,
        }
    }
}
