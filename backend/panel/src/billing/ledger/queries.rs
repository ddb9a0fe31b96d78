//! Reading the books.

use std::collections::BTreeMap;

use hostwright_kernel::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Account, AccountKind, AccountTotal, CurrencyTotal, Link, TransferView, TrialBalance, balance};
use super::{jobs, store};
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::platform::error::{Error, Result};
use crate::platform::{ListInput, Paged, Tx};

/// What a customer owes, by the books.
///
/// # Errors
/// When the database fails.
pub fn receivable_in(tx: &mut Tx<'_>, customer_id: &str, currency: Currency) -> Result<Money> {
    let (debits, credits) = store::totals_of(tx, &Account::receivable(customer_id).code, currency)?;
    Ok(balance(AccountKind::Asset, debits, credits)?)
}

/// A customer's credit, by the books.
///
/// # Errors
/// When the database fails.
pub fn credit_in(tx: &mut Tx<'_>, customer_id: &str, currency: Currency) -> Result<Money> {
    let (debits, credits) = store::totals_of(tx, &Account::credit(customer_id).code, currency)?;
    Ok(balance(AccountKind::Liability, debits, credits)?)
}

/// [`credit_in`] with the account locked until the transaction ends.
///
/// # Errors
/// When the database fails.
pub fn locked_credit_in(tx: &mut Tx<'_>, customer_id: &str, currency: Currency) -> Result<Money> {
    let (debits, credits) = store::locked_totals_of(tx, &Account::credit(customer_id).code, currency)?;
    Ok(balance(AccountKind::Liability, debits, credits)?)
}

/// What a document's postings added to a customer's receivable: debits less
/// credits, in minor units.
///
/// # Errors
/// When the database fails.
pub(in crate::billing) fn posted_to_receivable_in(tx: &mut Tx<'_>, reference: &str, customer_id: &str) -> Result<i64> {
    let (debits, credits) = store::posted_to_receivable(tx, reference, &Account::receivable(customer_id).code)?;
    Ok(debits.saturating_sub(credits))
}

/// What each opening posting moved, by its reference.
///
/// # Errors
/// When the database fails.
pub(in crate::billing) fn openings_in(tx: &mut Tx<'_>) -> Result<BTreeMap<String, i64>> {
    store::openings(tx)
}

/// Transfers, newest first. `search` is an exact reference, kind or account code.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListInput) -> Result<Paged<TransferView>> {
    call.authorize(Action::ListLedger)?;
    call.db
        .read(move |tx| {
            let links = store::list(
                tx,
                &store::Filter {
                    after: input.after.as_deref(),
                    fetch: input.fetch(),
                    customer_id: input.customer_id.as_deref(),
                    words: input.search.as_deref().map(str::trim).filter(|words| !words.is_empty()),
                },
            )?;
            let ids: Vec<_> =
                links.iter().flat_map(|link| [link.debit_account_id.clone(), link.credit_account_id.clone()]).collect();
            let codes = store::codes(tx, &ids)?;
            let views = links.into_iter().map(|link| view(link, &codes)).collect::<Result<Vec<_>>>()?;
            Ok(Paged::cut(views, &input, |view| view.id.to_string()))
        })
        .await
}

fn view(link: Link, codes: &BTreeMap<super::model::AccountId, String>) -> Result<TransferView> {
    let code = |id| codes.get(id).cloned().unwrap_or_default();
    Ok(TransferView {
        debit: code(&link.debit_account_id),
        credit: code(&link.credit_account_id),
        amount: Money::new(link.amount_minor, currency(&link.currency)?),
        id: link.id,
        at: link.at,
        day: link.day,
        kind: link.kind,
        reference: link.reference,
        leg: link.leg,
        reason: link.reason,
        position: link.position,
    })
}

/// Nothing is asked.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowTrialBalance {}

/// The books on one page: every account with its totals, customers' accounts
/// summed, and the sums of each currency.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn trial_balance(call: &Call, _input: ShowTrialBalance) -> Result<TrialBalance> {
    call.authorize(Action::ShowTrialBalance)?;
    call.db.read(trial_balance_in).await
}

/// [`trial_balance`] in a transaction that already runs.
///
/// # Errors
/// When the database fails.
pub fn trial_balance_in(tx: &mut Tx<'_>) -> Result<TrialBalance> {
    let mut accounts = Vec::new();
    for (kind, code, debits, credits) in store::customers_sums(tx)? {
        let name = match kind {
            AccountKind::Asset => "receivable",
            AccountKind::Liability | AccountKind::Revenue | AccountKind::Expense | AccountKind::Equity => "credit",
        };
        accounts.push(total(name.to_owned(), kind, &code, debits, credits)?);
    }
    for row in store::house_accounts(tx)? {
        accounts.push(total(row.code, row.kind, &row.currency, row.debits_minor, row.credits_minor)?);
    }
    accounts.sort_by(|a, b| (a.debits.currency, &a.code).cmp(&(b.debits.currency, &b.code)));
    let mut sums: BTreeMap<Currency, CurrencyTotal> = BTreeMap::new();
    for account in &accounts {
        let currency = account.debits.currency;
        let sum = sums
            .entry(currency)
            .or_insert_with(|| CurrencyTotal { debits: Money::zero(currency), credits: Money::zero(currency) });
        sum.debits = sum.debits.add(account.debits)?;
        sum.credits = sum.credits.add(account.credits)?;
    }
    Ok(TrialBalance { accounts, currencies: sums.into_values().collect() })
}

fn total(code: String, kind: AccountKind, code_of_currency: &str, debits: i64, credits: i64) -> Result<AccountTotal> {
    let currency = currency(code_of_currency)?;
    let (debits, credits) = (Money::new(debits, currency), Money::new(credits, currency));
    Ok(AccountTotal { code, kind, debits, credits, balance: balance(kind, debits, credits)? })
}

fn currency(code: &str) -> Result<Currency> {
    code.parse().map_err(Error::internal)
}

/// What is wrong in the books: sums that differ, totals that are not the sum of
/// their transfers, balances below zero, a broken chain.
///
/// # Errors
/// When the database fails.
pub fn breaks_in(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut breaks: Vec<String> = trial_balance_in(tx)?
        .currencies
        .into_iter()
        .filter(|sum| sum.debits != sum.credits)
        .map(|sum| format!("ledger: debits {} are not credits {}", sum.debits, sum.credits))
        .collect();
    let debits: BTreeMap<_, _> = store::debit_sums(tx)?.into_iter().collect();
    let credits: BTreeMap<_, _> = store::credit_sums(tx)?.into_iter().collect();
    for row in store::accounts(tx)? {
        let sums = (debits.get(&row.id).copied().unwrap_or(0), credits.get(&row.id).copied().unwrap_or(0));
        if sums != (row.debits_minor, row.credits_minor) {
            breaks.push(format!("ledger: the totals of {} are not those of its transfers", row.code));
        }
        let balance = total(row.code, row.kind, &row.currency, row.debits_minor, row.credits_minor)?;
        if row.never_negative && balance.balance.minor < 0 {
            breaks.push(format!("ledger: {} is below zero: {}", balance.code, balance.balance));
        }
    }
    for id in store::mixed_transfers(tx)? {
        breaks.push(format!("ledger: {id} is not in the currency of its accounts"));
    }
    breaks.extend(jobs::verify_chain(tx)?);
    Ok(breaks)
}
