//! From what the source says to a document: taken as it is, differences named.

use hostwright_importer::snapshot::values::Amount;
use hostwright_importer::snapshot::{self, InvoiceStatus};
use hostwright_kernel::{Currency, Money, Period, Quantity, Rate, Rounding};
use rust_decimal::Decimal;

use super::model::{AdoptInvoice, History, in_minor};
use crate::billing::entity::LegalEntity;
use crate::billing::error::BillingRefusal;
use crate::billing::invoices::document::{Corrected, Document, LAYOUT};
use crate::billing::invoices::model::{Buyer, InvoiceKind, InvoicePurpose, LineView};
use crate::billing::tax::model::{TaxCategory, TaxDecision};
use crate::billing::totals::{LARGEST_MINOR, LineKind, TaxGroup};
use crate::customers::model::Customer;
use crate::platform::error::{Error, Result};
use crate::platform::texts::{Locale, Texts};

/// The most lines of a document of the past.
const MOST_LINES: usize = 10_000;
/// The most characters of a line's text, and of a number.
const TEXT_MAX: usize = 2_000;
const NUMBER_MAX: usize = 140;

/// A document with what was settled on it before it came.
pub(super) struct Landed {
    pub(super) document: Document,
    /// The customer's credit that was used on it there.
    pub(super) credit: Money,
    /// Whether the source says that nothing is open any more.
    pub(super) is_settled: bool,
}

/// Reads a document of the past.
///
/// # Errors
/// `invoices.history_draft`; `payments.wrong_currency` where its parts are in several;
/// `billing.amount_too_large`, `invoices.too_many_lines`.
pub(super) fn read(
    adopted: &AdoptInvoice<'_>,
    system: &str,
    seller: LegalEntity,
    customer: &Customer,
    corrects: Option<Corrected>,
) -> Result<Landed> {
    let told = adopted.invoice;
    if told.status == InvoiceStatus::Draft {
        return Err(BillingRefusal::HistoryDraft.into());
    }
    if adopted.lines.len() > MOST_LINES {
        return Err(BillingRefusal::TooManyLines.into());
    }
    let currency = told.currency.or(told.total.map(|total| total.currency)).unwrap_or(customer.currency);
    let mut reading = Reading { currency, negative: false, differences: Vec::new() };
    reading.negative = reading.is_negative(adopted)?;
    let rates: Vec<Rate> = told.taxes.iter().map(|share| reading.rate(&share.percent)).collect();
    let line_rate = together(&rates);
    let lines = reading.lines(adopted, &seller, line_rate)?;
    let summed = Money::sum(currency, lines.iter().map(|line| line.net))?;
    let net = match &told.net {
        Some(net) => reading.money("net", net)?,
        None => summed,
    };
    let mut taxes = Vec::with_capacity(told.taxes.len());
    for share in &told.taxes {
        taxes.push(reading.money("tax", &share.amount)?);
    }
    let tax = Money::sum(currency, taxes.iter().copied())?;
    let (total, credit) = reading.total(told, net.add(tax)?)?;
    if total.minor > LARGEST_MINOR {
        return Err(BillingRefusal::AmountTooLarge.into());
    }
    let kind = if told.is_credit_note || reading.negative { InvoiceKind::CreditNote } else { InvoiceKind::Invoice };
    if reading.negative && !told.is_credit_note {
        reading.differences.push("an invoice below zero there, so a credit note here".to_owned());
    }
    let number: String =
        told.number.clone().filter(|number| !number.trim().is_empty()).unwrap_or_else(|| told.id.clone());
    let groups = groups(&lines, &rates, &taxes, &seller, net)?;
    let decision = TaxDecision {
        category: groups.first().map_or(TaxCategory::OutOfScope, |group| group.category),
        rate: groups.first().map_or(Rate::ZERO, |group| group.rate),
        country: seller.country.clone(),
        note: None,
    };
    let mut document = Document {
        layout: LAYOUT,
        kind,
        purpose: InvoicePurpose::History,
        number: Some(number.trim().chars().take(NUMBER_MAX).collect()),
        issue_day: told.issued,
        due_day: told.due.or(told.issued).filter(|_| kind == InvoiceKind::Invoice),
        corrects,
        locale: customer.locale.clone(),
        rounding: seller.rounding,
        seller: frozen_seller(seller, told.seller.as_deref()),
        buyer: frozen_buyer(customer, told),
        groups,
        net,
        tax,
        total,
        decision,
        notes: notes(system, &customer.locale, told.notes.as_deref())?,
        period: lines
            .iter()
            .filter_map(|line| line.period)
            .reduce(|a, b| Period { start: a.start.min(b.start), end: a.end.max(b.end) }),
        lines,
        history: None,
    };
    for difference in document.disagreements()? {
        reading.differences.push(difference.to_owned());
    }
    document.history = Some(History {
        system: system.to_owned(),
        reference: told.id.clone(),
        status: status_word(told.status).to_owned(),
        opening: Money::zero(currency),
        differences: reading.differences,
        subjects: adopted.lines.iter().map(subject).collect(),
    });
    let is_settled = kind == InvoiceKind::CreditNote
        || matches!(told.status, InvoiceStatus::Paid | InvoiceStatus::Cancelled | InvoiceStatus::Refunded);
    Ok(Landed { document, credit, is_settled })
}

fn subject(line: &snapshot::InvoiceLine) -> Option<String> {
    let kind = line.kind.as_deref().unwrap_or_default();
    line.subject.as_deref().map(|subject| format!("{kind}:{subject}"))
}

/// The snapshot's word for a state.
pub(super) fn status_word(status: InvoiceStatus) -> &'static str {
    match status {
        InvoiceStatus::Draft => "draft",
        InvoiceStatus::Unpaid => "unpaid",
        InvoiceStatus::Paid => "paid",
        InvoiceStatus::Cancelled => "cancelled",
        InvoiceStatus::Refunded => "refunded",
        InvoiceStatus::Collections => "collections",
        InvoiceStatus::PaymentPending => "payment_pending",
    }
}

struct Reading {
    currency: Currency,
    /// Everything is turned round, so that a credit note's sums are above zero.
    negative: bool,
    differences: Vec<String>,
}

impl Reading {
    fn is_negative(&mut self, adopted: &AdoptInvoice<'_>) -> Result<bool> {
        let told = adopted.invoice;
        if let Some(total) = &told.total {
            let credit = told.credit.as_ref().map_or(Ok(Money::zero(self.currency)), |credit| self.plain(credit))?;
            return Ok(self.plain(total)?.add(credit)?.minor < 0);
        }
        let mut sum = Money::zero(self.currency);
        for line in adopted.lines.iter().filter_map(|line| line.amount.as_ref()) {
            sum = sum.add(self.plain(line)?)?;
        }
        Ok(sum.minor < 0)
    }

    fn plain(&self, amount: &Amount) -> Result<Money> {
        if amount.currency != self.currency {
            return Err(BillingRefusal::WrongCurrency.with("currency", self.currency).into());
        }
        Ok(in_minor(amount)?.0)
    }

    fn money(&mut self, what: &str, amount: &Amount) -> Result<Money> {
        let money = self.plain(amount)?;
        if !in_minor(amount)?.1 {
            self.differences.push(format!("{what} there: {amount}"));
        }
        Ok(if self.negative { money.neg()? } else { money })
    }

    fn rate(&mut self, percent: &str) -> Rate {
        Rate::from_percent(percent.trim()).unwrap_or_else(|_unreadable| {
            self.differences.push(format!("tax rate there: {}", percent.chars().take(40).collect::<String>()));
            Rate::ZERO
        })
    }

    /// The sum of the document and the credit used on it. Some systems print the sum
    /// before credit and some what is left: what is nearer to net and tax decides.
    fn total(&mut self, told: &snapshot::Invoice, computed: Money) -> Result<(Money, Money)> {
        let zero = Money::zero(self.currency);
        let credit = match &told.credit {
            Some(credit) => self.money("credit", credit)?,
            None => zero,
        };
        let Some(printed) = &told.total else {
            self.differences.push("no sum there".to_owned());
            return Ok((computed, credit));
        };
        let printed = self.money("total", printed)?;
        if credit.minor <= 0 {
            return Ok((printed, zero));
        }
        let before = printed.add(credit)?;
        let far = |sum: Money| -> Result<u64> { Ok(sum.sub(computed)?.minor.unsigned_abs()) };
        Ok(if far(printed)? < far(before)? { (printed, credit) } else { (before, credit) })
    }

    fn lines(&mut self, adopted: &AdoptInvoice<'_>, seller: &LegalEntity, rate: Rate) -> Result<Vec<LineView>> {
        let has_tax = !adopted.invoice.taxes.is_empty();
        // A source that marks no line taxes them all.
        let marks = adopted.lines.iter().any(|line| line.is_taxed);
        let mut lines = Vec::with_capacity(adopted.lines.len().max(1));
        for (position, line) in (1_i64..).zip(adopted.lines) {
            let is_taxed = has_tax && (line.is_taxed || !marks);
            lines.push(self.line(position, line, if is_taxed { Some(rate) } else { None })?);
        }
        if lines.is_empty() {
            self.differences.push("no lines there".to_owned());
            let told = adopted.invoice;
            let amount = match told.net.as_ref().or(told.total.as_ref()) {
                Some(amount) => self.money("net", amount)?,
                None => Money::zero(self.currency),
            };
            let text = told.notes.clone().filter(|text| !text.trim().is_empty()).unwrap_or_else(|| seller.name.clone());
            lines.push(self.view(1, &text, Quantity::ONE, amount, amount, has_tax.then_some(rate)));
        }
        Ok(lines)
    }

    fn line(&mut self, position: i64, line: &snapshot::InvoiceLine, rate: Option<Rate>) -> Result<LineView> {
        let mut quantity = Quantity::ONE;
        if let Some(told) = &line.quantity {
            match told.trim().parse::<Quantity>() {
                Ok(read) => quantity = read,
                Err(_unreadable) => self.differences.push(format!("line {position}: quantity there: {told}")),
            }
        }
        let what = format!("line {position}");
        let unit = line.unit_price.as_ref().map(|amount| self.money(&what, amount)).transpose()?;
        let net = match (&line.amount, unit) {
            (Some(amount), _) => self.money(&what, amount)?,
            (None, Some(unit)) => quantity.times(unit, Rounding::HalfUp)?,
            (None, None) => {
                self.differences.push(format!("line {position}: no amount there"));
                Money::zero(self.currency)
            }
        };
        let unit = match unit {
            Some(unit) => unit,
            None => {
                if quantity != Quantity::ONE {
                    self.differences.push(format!("line {position}: {quantity} at no price of one there"));
                    quantity = Quantity::ONE;
                }
                net
            }
        };
        if quantity.times(unit, Rounding::HalfUp)? != net {
            self.differences.push(format!("line {position}: {quantity} at {unit} is not {net}"));
        }
        let mut view = self.view(position, &line.text, quantity, unit, net, rate);
        view.kind = if line.subject.is_some() { LineKind::Recurring } else { LineKind::Other };
        view.period = match (line.from, line.until) {
            (Some(start), Some(end)) if start < end => Some(Period { start, end }),
            _ => None,
        };
        Ok(view)
    }

    fn view(
        &mut self,
        position: i64,
        text: &str,
        quantity: Quantity,
        unit: Money,
        net: Money,
        rate: Option<Rate>,
    ) -> LineView {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() > TEXT_MAX {
            self.differences.push(format!("line {position}: its text is longer there"));
        }
        LineView {
            position,
            description: line.chars().take(TEXT_MAX).collect(),
            quantity,
            unit,
            net,
            kind: LineKind::Other,
            category: rate.map_or(TaxCategory::OutOfScope, category),
            rate: rate.unwrap_or(Rate::ZERO),
            subscription_id: None,
            period: None,
        }
    }
}

fn category(rate: Rate) -> TaxCategory {
    if rate == Rate::ZERO { TaxCategory::Zero } else { TaxCategory::Standard }
}

/// What several taxes on the same line come to.
fn together(rates: &[Rate]) -> Rate {
    let sum = rates.iter().try_fold(Decimal::ZERO, |sum, rate| sum.checked_add(rate.decimal()));
    sum.and_then(|sum| sum.to_string().parse().ok()).unwrap_or(Rate::ZERO)
}

/// One group for each tax of the source, and one for what is not taxed.
fn groups(
    lines: &[LineView],
    rates: &[Rate],
    taxes: &[Money],
    seller: &LegalEntity,
    net: Money,
) -> Result<Vec<TaxGroup>> {
    let taxed = lines.iter().filter(|line| line.category != TaxCategory::OutOfScope).map(|line| line.net);
    let base = Money::sum(net.currency, taxed)?;
    let group = |category, rate, net, tax| TaxGroup { category, rate, country: seller.country.clone(), net, tax };
    let mut groups: Vec<TaxGroup> =
        rates.iter().zip(taxes).map(|(rate, tax)| group(category(*rate), *rate, base, *tax)).collect();
    let rest = if groups.is_empty() { net } else { net.sub(base)? };
    if groups.is_empty() || !rest.is_zero() {
        groups.push(group(TaxCategory::OutOfScope, Rate::ZERO, rest, Money::zero(net.currency)));
    }
    Ok(groups)
}

/// The seller as frozen on the document, where the source froze one.
fn frozen_seller(seller: LegalEntity, frozen: Option<&str>) -> LegalEntity {
    let Some((name, rest)) = lines_of(frozen) else {
        return seller;
    };
    LegalEntity {
        name,
        street: rest,
        postal_code: String::new(),
        city: String::new(),
        country: String::new(),
        tax_number: String::new(),
        email: String::new(),
        bank_account: String::new(),
        ..seller
    }
}

/// The buyer as frozen on the document, as far as the source froze one.
fn frozen_buyer(customer: &Customer, told: &snapshot::Invoice) -> Buyer {
    let mut buyer = Buyer::from(customer);
    if let Some((name, rest)) = lines_of(told.buyer.as_deref()) {
        buyer.name = name;
        buyer.company = None;
        if !rest.is_empty() {
            buyer.street = rest;
            (buyer.postal_code, buyer.city, buyer.country) = (String::new(), String::new(), String::new());
            buyer.region = None;
        }
    }
    if let Some(address) = &told.buyer_address {
        let line = |text: &Option<String>| lines_of(text.as_deref()).map(|(first, rest)| join(first, &rest));
        buyer.street = line(&address.street).unwrap_or_default();
        buyer.city = line(&address.city).unwrap_or_default();
        buyer.postal_code = line(&address.postal_code).unwrap_or_default();
        buyer.region = line(&address.region);
        buyer.country = line(&address.country).unwrap_or_default();
    }
    if let Some(number) = &told.buyer_tax_number {
        buyer.tax_number = Some(number.trim().to_owned()).filter(|number| !number.is_empty());
    }
    buyer
}

/// The first line of a text, and the others behind commas.
fn lines_of(text: Option<&str>) -> Option<(String, String)> {
    let mut lines = text?.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let first = lines.find(|line| !line.is_empty())?;
    let rest: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    let rest = rest.join(", ").chars().filter(|c| !c.is_control()).take(500).collect();
    Some((first.chars().filter(|c| !c.is_control()).take(200).collect(), rest))
}

fn join(first: String, rest: &str) -> String {
    if rest.is_empty() { first } else { format!("{first}, {rest}") }
}

/// That it was issued elsewhere, in the customer's language, and what was written on it.
fn notes(system: &str, locale: &str, written: Option<&str>) -> Result<Vec<String>> {
    let texts = Texts::embedded().map_err(Error::internal)?;
    let locale: Locale = locale.parse().unwrap_or_default();
    let issued = texts.get_with(locale, "billing-note-history", &[("system", system.to_owned().into())]);
    let clean = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let written = written.map(clean).filter(|text| !text.is_empty());
    Ok(std::iter::once(issued).chain(written.map(|text| text.chars().take(TEXT_MAX).collect())).collect())
}
