//! The document itself: everything that is on paper, frozen at issue.

use hostwright_kernel::{Day, Money, Period};
use serde::{Deserialize, Serialize};

use super::model::{Buyer, Invoice, InvoiceId, InvoiceKind, InvoicePurpose, LineView, NewLine};
use crate::billing::entity::{LegalEntity, RoundingPolicy};
use crate::billing::error::BillingRefusal;
use crate::billing::history::History;
use crate::billing::ledger::{Account, Leg};
use crate::billing::numbering::model::Number;
use crate::billing::tax::model::TaxDecision;
use crate::billing::totals::{LineInput, LineKind, TaxGroup, compute};
use crate::platform::error::{Error, Result};
use crate::platform::secrets::sha256_hex;

/// The layout of the stored JSON; raised when a field changes its meaning.
pub(in crate::billing) const LAYOUT: u32 = 1;

/// The invoice that a credit note takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// Its id.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Its day.
    pub issue_day: Option<Day>,
}

/// A document, as it is stored and printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Layout of this JSON.
    pub layout: u32,
    /// Invoice or credit note.
    pub kind: InvoiceKind,
    /// Why it was made.
    pub purpose: InvoicePurpose,
    /// Its number, once issued.
    pub number: Option<String>,
    /// Its day, once issued.
    pub issue_day: Option<Day>,
    /// When it is to be paid, once issued.
    pub due_day: Option<Day>,
    /// What a credit note takes back.
    pub corrects: Option<Corrected>,
    /// Language tag.
    pub locale: String,
    /// The seller at that time.
    pub seller: LegalEntity,
    /// The buyer at that time.
    pub buyer: Buyer,
    /// The lines.
    pub lines: Vec<LineView>,
    /// Net and tax by rate.
    pub groups: Vec<TaxGroup>,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the tax.
    pub tax: Money,
    /// Net plus tax.
    pub total: Money,
    /// Why it is taxed as it is.
    pub decision: TaxDecision,
    /// How amounts were rounded.
    pub rounding: RoundingPolicy,
    /// Sentences on the document.
    pub notes: Vec<String>,
    /// From the first billed day to the last.
    pub period: Option<Period>,
    /// What only a document of another system has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
}

impl Document {
    /// Computes an invoice without a number.
    ///
    /// # Errors
    /// Those of [`compute`].
    pub fn draft(
        purpose: InvoicePurpose,
        seller: LegalEntity,
        buyer: Buyer,
        lines: &[NewLine],
        decision: TaxDecision,
        notes: Vec<String>,
    ) -> Result<Self> {
        let inputs: Vec<LineInput> = lines.iter().map(NewLine::input).collect();
        let totals = compute(&inputs, &decision, seller.rounding.mode())?;
        let views = (1_i64..)
            .zip(lines.iter().zip(totals.lines))
            .map(|(position, (line, computed))| LineView {
                position,
                description: computed.description,
                quantity: computed.quantity,
                unit: computed.unit,
                net: computed.net,
                kind: computed.kind,
                category: computed.category,
                rate: computed.rate,
                subscription_id: line.subscription_id.clone(),
                period: line.period,
            })
            .collect();
        Ok(Self {
            layout: LAYOUT,
            kind: InvoiceKind::Invoice,
            purpose,
            number: None,
            issue_day: None,
            due_day: None,
            corrects: None,
            locale: buyer.locale.clone(),
            rounding: seller.rounding,
            seller,
            buyer,
            lines: views,
            groups: totals.groups,
            net: totals.net,
            tax: totals.tax,
            total: totals.total,
            decision,
            notes,
            period: span(lines.iter().filter_map(|line| line.period)),
            history: None,
        })
    }

    /// The credit note that takes this issued document back in full.
    ///
    /// # Errors
    /// `invoices.not_creditable` for a draft, `invoices.is_history` for a document of
    /// another system.
    pub fn credit_note(&self, invoice: &Invoice, reason: &str) -> Result<Self> {
        if self.history.is_some() {
            return Err(BillingRefusal::IsHistory.into());
        }
        let number = self.number.clone().ok_or(BillingRefusal::NotCreditable)?;
        let mut notes = self.notes.clone();
        notes.push(reason.to_owned());
        Ok(Self {
            kind: InvoiceKind::CreditNote,
            number: None,
            issue_day: None,
            due_day: None,
            corrects: Some(Corrected { invoice_id: invoice.id.clone(), number, issue_day: self.issue_day }),
            notes,
            ..self.clone()
        })
    }

    /// The same with its number and days.
    #[must_use]
    pub fn numbered(mut self, number: &Number, due_days: i64) -> Self {
        self.number = Some(number.text());
        self.issue_day = Some(number.day);
        self.due_day = (self.kind == InvoiceKind::Invoice).then(|| number.day.plus_days(due_days));
        self
    }

    /// The stored text and its SHA-256.
    ///
    /// # Errors
    /// Never for documents that fit memory.
    pub fn sealed(&self) -> Result<(String, String)> {
        let text = serde_json::to_string(self)?;
        let hash = sha256_hex(text.as_bytes());
        Ok((text, hash))
    }

    /// Reads a stored document.
    ///
    /// # Errors
    /// When the text is none.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::internal(format!("a stored document: {error}")))
    }

    /// What the document adds to the books: the customer owes, revenue and tax
    /// are earned; a credit note the other way round.
    ///
    /// # Errors
    /// On overflow.
    pub fn legs(&self) -> Result<Vec<Leg>> {
        let receivable = || Account::receivable(&self.buyer.customer_id);
        let sign = |amount: Money| match self.kind {
            InvoiceKind::Invoice => Ok(amount),
            InvoiceKind::CreditNote => amount.neg(),
        };
        let mut legs = Vec::new();
        for kind in LineKind::ALL {
            let own = self.lines.iter().filter(|line| line.kind == *kind).map(|line| line.net);
            let net = Money::sum(self.total.currency, own)?;
            legs.extend(Leg::signed(receivable(), Account::revenue(*kind), sign(net)?)?);
        }
        for group in &self.groups {
            let account = Account::tax(&group.country, group.rate);
            legs.extend(Leg::signed(receivable(), account, sign(group.tax)?)?);
        }
        Ok(legs)
    }

    /// Whether lines, groups and sums agree. A document of another system may disagree
    /// where it says so, and does not say what each of its taxes is computed on.
    ///
    /// # Errors
    /// On overflow.
    pub fn disagreements(&self) -> Result<Vec<&'static str>> {
        let currency = self.total.currency;
        let lines = Money::sum(currency, self.lines.iter().map(|line| line.net))?;
        let groups = Money::sum(currency, self.groups.iter().map(|group| group.net))?;
        let tax = Money::sum(currency, self.groups.iter().map(|group| group.tax))?;
        let mut found = Vec::new();
        if lines != self.net {
            found.push("its lines are not its net sum");
        }
        if groups != self.net && self.purpose != InvoicePurpose::History {
            found.push("its tax groups are not its net sum");
        }
        if tax != self.tax {
            found.push("its tax groups are not its tax");
        }
        if self.net.add(self.tax)? != self.total {
            found.push("net and tax are not its total");
        }
        if let Some(history) = &self.history {
            found.retain(|difference| !history.differences.iter().any(|told| told == difference));
        }
        Ok(found)
    }
}

fn span(periods: impl Iterator<Item = Period>) -> Option<Period> {
    periods.reduce(|a, b| Period { start: a.start.min(b.start), end: a.end.max(b.end) })
}
