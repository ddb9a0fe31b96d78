//! Accounts, legs and postings.

use std::collections::BTreeMap;

use hostwright_kernel::{Currency, Day, Instant, Money, MoneyError, Rate, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::billing::totals::LineKind;
use crate::platform::secrets::sha256_hex;

id_type!(
    /// Identifies a ledger account.
    AccountId, "acc"
);
id_type!(
    /// Identifies a transfer.
    TransferId, "tra"
);

text_enum! {
    /// The side on which an account grows.
    pub enum AccountKind {
        /// What we own or are owed; grows by debits.
        Asset = "asset",
        /// What we owe; grows by credits.
        Liability = "liability",
        /// What we earned; grows by credits.
        Revenue = "revenue",
        /// What we gave away; grows by debits.
        Expense = "expense",
        /// What was there before the books began; grows by credits.
        Equity = "equity",
    }
}

text_enum! {
    /// The business event behind a posting.
    pub enum PostingKind {
        /// An invoice was issued.
        InvoiceIssued = "invoice_issued",
        /// A credit note was issued.
        CreditNoteIssued = "credit_note_issued",
        /// Money came in.
        PaymentReceived = "payment_received",
        /// A customer's credit settled an invoice.
        CreditApplied = "credit_applied",
        /// Credit was given to a customer.
        CreditGranted = "credit_granted",
        /// A balance or an open document came from another system.
        OpeningBalance = "opening_balance",
        /// It was taken out again.
        OpeningReversed = "opening_reversed",
    }
}

/// An account by its code; the currency comes from the amount.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// Unique with the currency.
    pub code: String,
    /// Which side it grows on.
    pub kind: AccountKind,
    /// Whose, for accounts of one customer.
    pub customer_id: Option<String>,
    /// Whether the database refuses a balance below zero.
    pub never_negative: bool,
}

impl Account {
    /// What a customer owes for issued documents.
    #[must_use]
    pub fn receivable(customer_id: &str) -> Self {
        Self::of_customer("receivable", AccountKind::Asset, customer_id)
    }

    /// What a customer has paid beyond documents or was given.
    #[must_use]
    pub fn credit(customer_id: &str) -> Self {
        Self::of_customer("credit", AccountKind::Liability, customer_id)
    }

    /// Money in the bank, in the till, or on its way.
    #[must_use]
    pub fn money(code: &str) -> Self {
        Self::plain(code.to_owned(), AccountKind::Asset)
    }

    /// Revenue of a kind of line.
    #[must_use]
    pub fn revenue(kind: LineKind) -> Self {
        Self::plain(format!("revenue:{kind}"), AccountKind::Revenue)
    }

    /// Tax owed to a country at a rate.
    #[must_use]
    pub fn tax(country: &str, rate: Rate) -> Self {
        Self::plain(format!("tax:{country}:{rate}"), AccountKind::Liability)
    }

    /// What was given to customers without a document.
    #[must_use]
    pub fn goodwill() -> Self {
        Self::plain("goodwill".to_owned(), AccountKind::Expense)
    }

    /// What customers brought along from another system.
    #[must_use]
    pub fn opening() -> Self {
        Self::plain("opening".to_owned(), AccountKind::Equity)
    }

    fn plain(code: String, kind: AccountKind) -> Self {
        Self { code, kind, customer_id: None, never_negative: false }
    }

    fn of_customer(prefix: &str, kind: AccountKind, customer_id: &str) -> Self {
        Self {
            code: format!("{prefix}:{customer_id}"),
            kind,
            customer_id: Some(customer_id.to_owned()),
            never_negative: true,
        }
    }
}

/// One transfer of a posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Debited.
    pub debit: Account,
    /// Credited.
    pub credit: Account,
    /// How much: above zero.
    pub amount: Money,
}

impl Leg {
    /// A leg of this amount; nothing for zero, and the other way for less.
    ///
    /// # Errors
    /// On overflow.
    pub fn signed(debit: Account, credit: Account, amount: Money) -> Result<Option<Self>, MoneyError> {
        Ok(match amount.minor {
            0 => None,
            1.. => Some(Self { debit, credit, amount }),
            _ => Some(Self { debit: credit, credit: debit, amount: amount.neg()? }),
        })
    }
}

/// A business event in the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// What happened.
    pub kind: PostingKind,
    /// The id of the document, payment or allocation.
    pub reference: String,
    /// The day for which it counts.
    pub day: Day,
    /// For people.
    pub reason: String,
    /// Its transfers.
    pub legs: Vec<Leg>,
}

/// What a posting adds to one account, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Movement {
    /// To the debits.
    pub debits: i64,
    /// To the credits.
    pub credits: i64,
}

/// What a posting adds, by code and currency: the order in which accounts are
/// always locked.
pub type Movements = BTreeMap<(String, Currency), (Account, Movement)>;

impl Posting {
    /// What is added to each account.
    ///
    /// # Errors
    /// On overflow.
    pub fn movements(&self) -> Result<Movements, MoneyError> {
        movements_of(std::slice::from_ref(self))
    }
}

/// What several postings add to each account.
///
/// # Errors
/// On overflow.
pub fn movements_of(postings: &[Posting]) -> Result<Movements, MoneyError> {
    let mut movements = Movements::new();
    for leg in postings.iter().flat_map(|posting| &posting.legs) {
        for (account, debits, credits) in [(&leg.debit, leg.amount.minor, 0), (&leg.credit, 0, leg.amount.minor)] {
            let (_, movement) = movements
                .entry((account.code.clone(), leg.amount.currency))
                .or_insert_with(|| (account.clone(), Movement::default()));
            let add = |a: i64, b: i64| a.checked_add(b).ok_or(MoneyError::Overflow);
            movement.debits = add(movement.debits, debits)?;
            movement.credits = add(movement.credits, credits)?;
        }
    }
    Ok(movements)
}

/// A transfer as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferView {
    /// Its id.
    pub id: TransferId,
    /// When it was posted.
    pub at: Instant,
    /// The day for which it counts.
    pub day: Day,
    /// What happened.
    pub kind: PostingKind,
    /// The document, payment or allocation.
    pub reference: String,
    /// Place within the posting, from 0.
    pub leg: i64,
    /// Code of the debited account.
    pub debit: String,
    /// Code of the credited account.
    pub credit: String,
    /// How much.
    pub amount: Money,
    /// For people.
    pub reason: String,
    /// Place in the hash chain, once sealed.
    pub position: Option<i64>,
}

/// A transfer as the chain covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The transfer.
    pub id: TransferId,
    /// When.
    pub at: Instant,
    /// For which day.
    pub day: Day,
    /// What happened.
    pub kind: PostingKind,
    /// Document, payment or allocation.
    pub reference: String,
    /// Place within the posting.
    pub leg: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Debited.
    pub debit_account_id: AccountId,
    /// Credited.
    pub credit_account_id: AccountId,
    /// Minor units.
    pub amount_minor: i64,
    /// For people.
    pub reason: String,
    /// Place in the chain.
    pub position: Option<i64>,
    /// Hash of this transfer and the one before.
    pub hash: Option<String>,
}

impl Link {
    /// The hash of this transfer behind `previous`.
    #[must_use]
    pub fn hash_after(&self, previous: &str, position: i64) -> String {
        let told = [
            previous,
            &position.to_string(),
            self.id.as_str(),
            &self.at.to_string(),
            &self.day.to_string(),
            self.kind.as_str(),
            &self.reference,
            &self.leg.to_string(),
            &self.currency,
            self.debit_account_id.as_str(),
            self.credit_account_id.as_str(),
            &self.amount_minor.to_string(),
            &self.reason,
        ];
        // Lengths keep two neighbouring fields from being read as one.
        let text: String = told.iter().map(|part| format!("{}:{part};", part.len())).collect();
        sha256_hex(text.as_bytes())
    }
}

/// An account, or all customers' accounts of one kind together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountTotal {
    /// Code; `receivable` and `credit` stand for those of all customers.
    pub code: String,
    /// Which side it grows on.
    pub kind: AccountKind,
    /// All debits.
    pub debits: Money,
    /// All credits.
    pub credits: Money,
    /// Debits less credits for assets and expenses, the other way for the rest.
    pub balance: Money,
}

/// All debits and credits of one currency; the two are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CurrencyTotal {
    /// All debits.
    pub debits: Money,
    /// All credits.
    pub credits: Money,
}

/// The books on one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialBalance {
    /// By currency and code.
    pub accounts: Vec<AccountTotal>,
    /// One for each currency.
    pub currencies: Vec<CurrencyTotal>,
}

/// The balance of an account: on the side on which it grows.
///
/// # Errors
/// On overflow.
pub fn balance(kind: AccountKind, debits: Money, credits: Money) -> Result<Money, MoneyError> {
    match kind {
        AccountKind::Asset | AccountKind::Expense => debits.sub(credits),
        AccountKind::Liability | AccountKind::Revenue | AccountKind::Equity => credits.sub(debits),
    }
}
