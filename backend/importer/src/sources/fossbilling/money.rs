//! Invoices and their lines, transactions, the ledger of credit, tax.

use rust_decimal::Decimal;

use super::Tables;
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::Amount;
use crate::snapshot::{
    Address, CreditEntry, GapKind, Invoice, InvoiceLine, InvoiceStatus, Kind, Payment, PaymentKind, PaymentToken,
    TaxRule,
};
use crate::sources::tables::{Fate, Fields, Out};

/// Price times quantity, exactly; absent where either is no number.
fn times(price: &str, quantity: &str) -> Option<Decimal> {
    let price = Decimal::from_str_exact(price.trim()).ok()?;
    let quantity =
        if quantity.trim().is_empty() { Decimal::ONE } else { Decimal::from_str_exact(quantity.trim()).ok()? };
    price.checked_mul(quantity)
}

fn joined(f: &mut Fields<'_>, columns: &[&str], by: &str) -> Option<String> {
    let parts: Vec<String> = columns.iter().filter_map(|column| f.text(column)).collect();
    Some(parts.join(by)).filter(|text| !text.is_empty())
}

impl Tables {
    pub(super) fn invoice(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Invoice, "id");
        let id = f.id().to_owned();
        let Some(party) = self.party(&mut f, "client_id") else {
            return Ok(out.skip(&f, "an invoice of no client"));
        };
        let currency = self.currency(&mut f, "currency", Some(&party));
        let mut sum = Some(Decimal::ZERO);
        for facts in self.look.lines.take(&id)? {
            let line = match facts.as_slice() {
                [price, quantity] if !price.is_empty() => times(price, quantity),
                _ => None,
            };
            sum = sum.zip(line).and_then(|(sum, line)| sum.checked_add(line));
        }
        if sum.is_none() {
            f.gap(GapKind::FactLost, "price", "a line without a number: the sum of the lines is not known");
        }
        let is_draft = f.has("approved") && !f.flag("approved");
        let word = f.string("status");
        let status = match word.as_str() {
            "paid" => InvoiceStatus::Paid,
            "unpaid" if is_draft => InvoiceStatus::Draft,
            "unpaid" => InvoiceStatus::Unpaid,
            "refunded" => InvoiceStatus::Refunded,
            "canceled" | "cancelled" => InvoiceStatus::Cancelled,
            _ => {
                f.gap(
                    GapKind::FactChanged,
                    "status",
                    "a state that is not known; read as a draft, so that nobody is asked to pay",
                );
                f.keep("status", word);
                InvoiceStatus::Draft
            }
        };
        let method = f.reference("gateway_id").map(|gateway| {
            self.look.gateways.get(&gateway).cloned().unwrap_or_else(|| {
                f.gap(GapKind::Dangling, "gateway_id", "there is no such gateway");
                gateway
            })
        });
        let seller = joined(&mut f, &["seller_company", "seller_address"], "\n");
        let buyer_name = joined(&mut f, &["buyer_first_name", "buyer_last_name"], " ");
        let buyer: Vec<String> = f.text("buyer_company").into_iter().chain(buyer_name).collect();
        let address = Address {
            street: f.text("buyer_address"),
            city: f.text("buyer_city"),
            region: f.text("buyer_state"),
            postal_code: f.text("buyer_zip"),
            country: f.text("buyer_country"),
        };
        let nonzero = |amount: &Amount| !amount.value.is_zero();
        // The page's own key of an invoice: worth nothing here.
        f.known(&["hash", "hash_expires_at"]);
        let invoice = Invoice {
            id,
            number: joined(&mut f, &["serie", "nr"], ""),
            party,
            is_credit_note: false,
            status,
            currency,
            issued: f.day("created_at"),
            due: f.day("due_at"),
            paid: f.day("paid_at"),
            net: sum.zip(currency).map(|(value, currency)| Amount { value, currency }),
            credit: f.amount("credit", currency).filter(nonzero),
            refunded: f.amount("refund", currency).filter(nonzero),
            seller,
            buyer: Some(buyer.join("\n")).filter(|buyer| !buyer.is_empty()),
            buyer_address: Some(address).filter(|address| *address != Address::default()),
            buyer_tax_number: f.text("buyer_company_vat"),
            payment_method: method,
            notes: joined(&mut f, &["notes", "text_1", "text_2"], "\n"),
            extra: f.rest(),
            ..Invoice::default()
        };
        out.record(f, invoice)
    }

    pub(super) fn invoice_line(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::InvoiceLine, "id");
        let Some(invoice) = f.reference("invoice_id") else {
            return Ok(out.skip(&f, "a line of no invoice"));
        };
        if !self.look.invoices.contains(&invoice) {
            f.gap(GapKind::Dangling, "invoice_id", "there is no such invoice");
        }
        let currency = self.look.invoice_currencies.get(&invoice).copied().or_else(|| self.look.own_currency());
        let kind = f.text("type");
        let subject = f.reference("rel_id");
        let is_of_order = kind.as_deref() == Some("order");
        if is_of_order && subject.as_ref().is_some_and(|order| !self.look.orders.contains(order)) {
            f.gap(GapKind::Dangling, "rel_id", "there is no such order");
        }
        let quantity = f.text("quantity");
        let unit_price = f.amount("price", currency);
        let amount = unit_price.and_then(|price| {
            let value = times(&price.value.to_string(), quantity.as_deref().unwrap_or(""))?;
            Some(Amount { value, ..price })
        });
        let line = InvoiceLine {
            id: f.id().to_owned(),
            invoice,
            text: f.text("title").unwrap_or_default(),
            kind,
            subject,
            quantity,
            unit_price,
            amount,
            is_taxed: f.flag("taxed"),
            from: None,
            until: None,
        };
        out.record(f, line)
    }

    pub(super) fn transaction(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Payment, "id");
        let invoice = f.reference("invoice_id");
        if invoice.as_ref().is_some_and(|invoice| !self.look.invoices.contains(invoice)) {
            f.gap(GapKind::Dangling, "invoice_id", "there is no such invoice");
        }
        let of_invoice = invoice.as_ref().and_then(|invoice| self.look.invoice_currencies.get(invoice)).copied();
        let currency = match f.text("currency") {
            Some(code) => {
                let currency = code.trim().to_ascii_uppercase().parse().ok();
                if currency.is_none() {
                    f.gap(GapKind::FactChanged, "currency", "not a currency of ISO 4217; read as the invoice's");
                    f.keep("currency", code);
                }
                currency.or(of_invoice)
            }
            None => of_invoice,
        }
        .or_else(|| self.look.own_currency());
        let (outcome, state) = (f.string("txn_status").to_ascii_lowercase(), f.string("status").to_ascii_lowercase());
        let word = f.string("type").to_ascii_lowercase();
        let mut amount = f.amount("amount", currency);
        let mut kind = match word.as_str() {
            "refund" => PaymentKind::Refund,
            word if word.starts_with("subscr") => PaymentKind::Adjustment,
            _ if outcome == "refunded" || outcome == "reversed" => PaymentKind::Refund,
            _ => PaymentKind::Payment,
        };
        if let Some(negative) = amount.filter(|amount| amount.value.is_sign_negative() && !amount.value.is_zero()) {
            kind = PaymentKind::Refund;
            amount = Some(Amount { value: negative.value.abs(), ..negative });
        }
        for (name, value) in [("txn_status", &outcome), ("status", &state), ("type", &word)] {
            f.keep(name, value.clone());
        }
        if amount.is_none() {
            f.gap(GapKind::FactLost, "amount", "no amount was recorded; the gateway's message is kept as it is");
        }
        let method = f.reference("gateway_id").map(|gateway| {
            self.look.gateways.get(&gateway).cloned().unwrap_or_else(|| {
                f.gap(GapKind::Dangling, "gateway_id", "there is no such gateway");
                gateway
            })
        });
        let payment = Payment {
            id: f.id().to_owned(),
            party: None,
            invoice,
            kind,
            at: f.moment("created_at", &out.zone),
            amount,
            method,
            reference: f.text("txn_id"),
            is_pending: outcome == "pending" || state == "received" || state == "approved",
            is_failed: state == "error" || matches!(outcome.as_str(), "failed" | "denied" | "voided"),
            text: f.text("note"),
            extra: f.rest(),
            ..Payment::default()
        };
        out.record(f, payment)
    }

    /// A subscription kept at a gateway: its token, as a way to pay.
    pub(super) fn gateway_subscription(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::PaymentToken, "id");
        let Some(party) = self.party(&mut f, "client_id") else {
            return Ok(out.skip(&f, "a subscription of no client"));
        };
        let provider = f.reference("pay_gateway_id").map(|gateway| {
            self.look.gateways.get(&gateway).cloned().unwrap_or_else(|| {
                f.gap(GapKind::Dangling, "pay_gateway_id", "there is no such gateway");
                gateway
            })
        });
        let token = PaymentToken {
            id: f.id().to_owned(),
            party,
            kind: "subscription".to_owned(),
            provider,
            token: f.secret("sid"),
            extra: f.rest(),
            ..PaymentToken::default()
        };
        out.record(f, token)
    }

    pub(super) fn ledger_entry(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::CreditEntry, "id");
        let Some(party) = self.party(&mut f, "client_id") else {
            return Ok(out.skip(&f, "credit of no client"));
        };
        let currency = self.look.currency_of(Some(&party));
        let is_of_invoice = f.text("type").is_some_and(|kind| kind == "invoice");
        let related = f.reference("rel_id");
        if !is_of_invoice && related.is_some() {
            f.gap(GapKind::FactLost, "rel_id", "it leads to something that is no invoice");
        }
        let invoice = related.filter(|_| is_of_invoice);
        if invoice.as_ref().is_some_and(|invoice| !self.look.invoices.contains(invoice)) {
            f.gap(GapKind::Dangling, "rel_id", "there is no such invoice");
        }
        f.known(&["updated_at"]);
        let entry = CreditEntry {
            id: f.id().to_owned(),
            party,
            at: f.moment("created_at", &out.zone),
            amount: f.amount("amount", currency),
            text: f.text("description"),
            invoice,
        };
        out.record(f, entry)
    }

    pub(super) fn tax(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::TaxRule, "id");
        f.known(&["created_at", "updated_at"]);
        let rule = TaxRule {
            id: f.id().to_owned(),
            name: f.text("name").unwrap_or_else(|| format!("tax {}", f.id())),
            country: f.text("country"),
            region: f.text("state"),
            percent: f
                .text("taxrate")
                .map_or_else(|| "0".to_owned(), |rate| rate.trim().trim_end_matches('%').to_owned()),
            level: f.count("level").and_then(|level| u32::try_from(level).ok()),
        };
        out.record(f, rule)
    }
}
