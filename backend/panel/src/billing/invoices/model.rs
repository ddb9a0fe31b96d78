//! What invoices are, and what may happen to them.

use hostwright_kernel::{Currency, Day, Instant, Money, Period, Quantity, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::Document;
use crate::billing::entity::{LegalEntity, LegalEntityId};
use crate::billing::error::BillingRefusal;
use crate::billing::history::History;
use crate::billing::totals::{LARGEST_MINOR, LineInput, LineKind, MOST_LINES, TaxGroup};
use crate::customers::model::Customer;
use crate::platform::Refusal;
use crate::platform::error::{Error, Result};
use crate::platform::outbox::Event;

id_type!(
    /// Identifies an invoice or credit note.
    InvoiceId, "inv"
);
id_type!(
    /// Identifies a line.
    LineId, "lin"
);
id_type!(
    /// Identifies what settled a part of an invoice.
    AllocationId, "alc"
);

text_enum! {
    /// What a document is.
    pub enum InvoiceKind {
        /// Asks for money.
        Invoice = "invoice",
        /// Takes an invoice back.
        CreditNote = "credit_note",
    }
}

text_enum! {
    /// Where a document is.
    pub enum InvoiceState {
        /// Has no number and may be discarded.
        Draft = "draft",
        /// Has a number; for an invoice, something is open.
        Issued = "issued",
        /// Nothing is open any more.
        Paid = "paid",
        /// Taken back by a credit note.
        Credited = "credited",
    }
}

text_enum! {
    /// Why a document was made.
    pub enum InvoicePurpose {
        /// The first period of an order.
        Order = "order",
        /// A period that follows.
        Renewal = "renewal",
        /// Written by staff.
        Manual = "manual",
        /// Issued by another system, before its customer moved here.
        History = "history",
    }
}

text_enum! {
    /// What settled a part of an invoice.
    pub enum AllocationSource {
        /// A payment.
        Payment = "payment",
        /// The customer's credit.
        Credit = "credit",
        /// A credit note.
        CreditNote = "credit_note",
        /// What was settled in another system, before its customer moved here.
        History = "history",
    }
}

/// The buyer as a document shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Buyer {
    /// `cus_...`.
    pub customer_id: String,
    /// The customer's number.
    pub number: i64,
    /// Name.
    pub name: String,
    /// Company.
    pub company: Option<String>,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// State or province.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT number.
    pub tax_number: Option<String>,
    /// Mail address.
    pub email: String,
    /// Language of the document.
    pub locale: String,
    /// The customer's currency.
    pub currency: Currency,
    /// IANA time zone.
    pub time_zone: String,
}

impl From<&Customer> for Buyer {
    fn from(customer: &Customer) -> Self {
        Self {
            customer_id: customer.id.to_string(),
            number: customer.number,
            name: customer.name.clone(),
            company: customer.company.clone(),
            street: customer.street.clone(),
            postal_code: customer.postal_code.clone(),
            city: customer.city.clone(),
            region: customer.region.clone(),
            country: customer.country.clone(),
            tax_number: customer.tax_number.clone(),
            email: customer.email.to_string(),
            locale: customer.locale.clone(),
            currency: customer.currency,
            time_zone: customer.time_zone.clone(),
        }
    }
}

/// A line to be drafted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewLine {
    /// What is charged.
    pub description: String,
    /// How many: above zero.
    pub quantity: Quantity,
    /// Net price of one: not negative.
    pub unit: Money,
    /// What for.
    pub kind: LineKind,
    /// The subscription that is charged.
    pub subscription_id: Option<String>,
    /// The days that are billed; with a subscription they can be billed once.
    pub period: Option<Period>,
}

/// A document to be drafted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewInvoice {
    /// `cus_...`.
    pub customer_id: String,
    /// Why.
    pub purpose: InvoicePurpose,
    /// At least one; all in one currency.
    pub lines: Vec<NewLine>,
}

impl NewInvoice {
    /// Whether every line is in order.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub fn check(&self) -> Result<()> {
        if self.lines.is_empty() {
            return Err(BillingRefusal::NoLines.into());
        }
        if self.lines.len() > MOST_LINES {
            return Err(BillingRefusal::TooManyLines.into());
        }
        let wrong: Vec<Refusal> = self.lines.iter().enumerate().flat_map(|(index, line)| line.wrongs(index)).collect();
        if wrong.is_empty() { Ok(()) } else { Err(Error::Fields(wrong)) }
    }
}

impl NewLine {
    /// The line for the totals.
    #[must_use]
    pub fn input(&self) -> LineInput {
        LineInput { description: self.description.clone(), quantity: self.quantity, unit: self.unit, kind: self.kind }
    }

    fn wrongs(&self, index: usize) -> Vec<Refusal> {
        let wrong = |refusal: BillingRefusal, field: &str| refusal.refusal().field(format!("lines[{index}].{field}"));
        let mut wrongs = Vec::new();
        let length = self.description.trim().chars().count();
        if length == 0 || length > 500 || self.description.chars().any(char::is_control) {
            wrongs.push(wrong(BillingRefusal::LineDescription, "description"));
        }
        if self.quantity <= Quantity::ZERO {
            wrongs.push(wrong(BillingRefusal::LineQuantity, "quantity"));
        }
        let net = self.quantity.times(self.unit, hostwright_kernel::Rounding::HalfUp);
        if self.unit.minor < 0 || !net.is_ok_and(|net| net.minor <= LARGEST_MINOR) {
            wrongs.push(wrong(BillingRefusal::LinePrice, "unit"));
        }
        if self.period.is_some_and(|period| period.days() <= 0) {
            wrongs.push(wrong(BillingRefusal::LinePeriod, "period"));
        }
        wrongs
    }
}

/// An invoice or credit note, without its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// Whose.
    pub customer_id: String,
    /// Who sells.
    pub legal_entity_id: LegalEntityId,
    /// Invoice or credit note.
    pub kind: InvoiceKind,
    /// Where it is.
    pub state: InvoiceState,
    /// Its number, once issued.
    pub number: Option<String>,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the tax.
    pub tax: Money,
    /// Net plus tax.
    pub total: Money,
    /// What is still to be paid.
    pub open: Money,
    /// The day on it, once issued.
    pub issue_day: Option<Day>,
    /// When it is to be paid, once issued.
    pub due_day: Option<Day>,
    /// For a credit note, the invoice that it takes back.
    pub corrects: Option<InvoiceId>,
    /// Why it was made.
    pub purpose: InvoicePurpose,
    /// When it was drafted.
    pub created_at: Instant,
    /// When it was issued.
    pub issued_at: Option<Instant>,
    /// When nothing was open any more.
    pub settled_at: Option<Instant>,
    /// Counts changes.
    pub version: i64,
}

impl Invoice {
    /// The document's currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.total.currency
    }

    /// Whole days since it was due, while something is open; none otherwise.
    #[must_use]
    pub fn overdue_days(&self, today: Day) -> Option<i64> {
        self.due_day
            .filter(|_| self.state == InvoiceState::Issued && self.open.is_positive())
            .map(|due| due.days_until(today))
            .filter(|days| *days > 0)
    }

    /// What is open and the state after `amount` of it was settled.
    ///
    /// # Errors
    /// `credits.nothing_open` for documents that are not open, and
    /// `credits.more_than_open`.
    pub fn after_settling(&self, amount: Money) -> Result<(Money, InvoiceState)> {
        if self.kind == InvoiceKind::CreditNote {
            return Err(BillingRefusal::IsCreditNote.into());
        }
        if self.state != InvoiceState::Issued {
            return Err(BillingRefusal::NothingOpen.into());
        }
        let open = self.open.sub(amount)?;
        match open.minor {
            0 => Ok((open, InvoiceState::Paid)),
            1.. => Ok((open, InvoiceState::Issued)),
            _ => Err(BillingRefusal::MoreThanOpen.into()),
        }
    }

    /// What was settled so far, should the invoice be taken back now: it becomes
    /// the customer's credit.
    ///
    /// # Errors
    /// `invoices.is_credit_note`, and `invoices.not_creditable` for drafts and
    /// what was credited before.
    pub fn settled_when_credited(&self) -> Result<Money> {
        match (self.kind, self.state) {
            (InvoiceKind::CreditNote, _) => Err(BillingRefusal::IsCreditNote.into()),
            (InvoiceKind::Invoice, InvoiceState::Issued | InvoiceState::Paid) => Ok(self.total.sub(self.open)?),
            (InvoiceKind::Invoice, InvoiceState::Draft | InvoiceState::Credited) => {
                Err(BillingRefusal::NotCreditable.into())
            }
        }
    }
}

/// A part of an invoice that was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Allocation {
    /// Its id.
    pub id: AllocationId,
    /// Whose.
    pub customer_id: String,
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// By what.
    pub source: AllocationSource,
    /// The payment's or credit note's id; the allocation's own for credit.
    pub source_id: String,
    /// How much.
    pub amount: Money,
    /// When.
    pub created_at: Instant,
}

/// A row of the list of invoices.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InvoiceSummary {
    /// The invoice.
    #[serde(flatten)]
    pub invoice: Invoice,
    /// The customer's name or company, as it is today.
    pub customer_name: String,
    /// Whole days since it was due, while something is open.
    pub overdue_days: Option<i64>,
}

/// A line as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineView {
    /// Place, from 1.
    pub position: i64,
    /// What is charged.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// Net price of one.
    pub unit: Money,
    /// Quantity times unit, rounded.
    pub net: Money,
    /// What for.
    pub kind: LineKind,
    /// Tax category.
    pub category: crate::billing::tax::model::TaxCategory,
    /// Tax rate.
    pub rate: hostwright_kernel::Rate,
    /// The subscription that is charged.
    pub subscription_id: Option<String>,
    /// The days that are billed.
    pub period: Option<Period>,
}

/// An invoice with all that is on it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InvoiceView {
    /// The invoice.
    #[serde(flatten)]
    pub invoice: Invoice,
    /// Whole days since it was due, while something is open.
    pub overdue_days: Option<i64>,
    /// The seller, as on the document.
    pub seller: LegalEntity,
    /// The buyer, as on the document.
    pub buyer: Buyer,
    /// Its lines.
    pub lines: Vec<LineView>,
    /// Net and tax by rate.
    pub groups: Vec<TaxGroup>,
    /// Sentences on the document, such as that of the reverse charge.
    pub notes: Vec<String>,
    /// All days that are billed, from the first to the last.
    pub period: Option<Period>,
    /// For a credit note, the number of the invoice that it takes back.
    pub corrects_number: Option<String>,
    /// What settled it, oldest first.
    pub settlements: Vec<Allocation>,
    /// The credit note that took it back.
    pub credit_note: Option<InvoiceId>,
    /// SHA-256 of the document, once issued.
    pub document_hash: Option<String>,
    /// What only a document of another system has.
    #[serde(default)]
    pub history: Option<History>,
}

impl InvoiceView {
    /// Puts row, document and settlements together.
    #[must_use]
    pub fn new(
        invoice: Invoice,
        document: Document,
        document_hash: Option<String>,
        settlements: Vec<Allocation>,
        credit_note: Option<InvoiceId>,
        today: Day,
    ) -> Self {
        Self {
            overdue_days: invoice.overdue_days(today),
            invoice,
            seller: document.seller,
            buyer: document.buyer,
            lines: document.lines,
            groups: document.groups,
            notes: document.notes,
            period: document.period,
            corrects_number: document.corrects.map(|corrects| corrects.number),
            settlements,
            credit_note,
            document_hash,
            history: document.history,
        }
    }
}

/// An invoice was issued.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvoiceIssued {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Whose.
    pub customer_id: String,
}

impl Event for InvoiceIssued {
    const KIND: &'static str = "invoice.issued";
}

/// Nothing is open any more on an invoice.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvoicePaid {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Whose.
    pub customer_id: String,
}

impl Event for InvoicePaid {
    const KIND: &'static str = "invoice.paid";
}

/// An invoice was taken back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvoiceCredited {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// The credit note.
    pub credit_note_id: InvoiceId,
    /// Whose.
    pub customer_id: String,
}

impl Event for InvoiceCredited {
    const KIND: &'static str = "invoice.credited";
}
