//! Payments, and the orders that stand in for invoice lines.

use hostwright_kernel::Instant;

use super::Dtc;
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::{GapKind, Invoice, InvoiceLine, InvoiceStatus, Kind, Payment, PaymentKind, TaxShare};
use crate::sources::tables::{Fate, Fields, Out};

/// A day and a time in two columns.
pub(super) fn moment(f: &mut Fields<'_>, day: &str, time: &str, out: &Out<'_>) -> Option<Instant> {
    let date = f.day(day)?;
    let time = f.text(time).unwrap_or_default();
    let civil = format!("{date} {}", if time.is_empty() { "00:00:00" } else { &time });
    let civil: Option<jiff::civil::DateTime> = civil.parse().ok();
    let zoned = civil.and_then(|civil| civil.to_zoned(out.zone.clone()).ok());
    zoned
        .and_then(|zoned| Instant::from_micros(zoned.timestamp().as_microsecond()).ok())
        .or_else(|| Some(date.start_in(&out.zone)))
}

impl Dtc {
    pub(super) fn payment(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Payment, "id");
        let id = f.id().to_owned();
        let party = f.reference("id_client");
        if party.as_ref().is_some_and(|party| !self.look.clients.contains(party)) {
            f.gap(GapKind::Dangling, "id_client", "there is no such client");
        }
        let currency = match f.text("currency") {
            None => self.look.currency,
            Some(code) => code.trim().to_ascii_uppercase().parse().ok().or_else(|| {
                // Some gateways left the sign of the currency here.
                f.gap(GapKind::FactChanged, "currency", "not a currency of ISO 4217; read as the source's own");
                f.keep("currency", code);
                self.look.currency
            }),
        };
        let valid = f.string("valid");
        let total = f.amount("paiement_total", currency);
        let vat = f.amount("vat_total", currency).filter(|vat| !vat.value.is_zero());
        let percent = f.text("vat_rate").unwrap_or_else(|| "0".to_owned());
        let at = moment(&mut f, "date", "time", out);
        let is_invoice = self.look.paid_orders.contains(&id);
        if let (true, Some(party)) = (is_invoice, party.clone()) {
            let invoice = Invoice {
                id: id.clone(),
                party,
                status: match valid.as_str() {
                    "yes" => InvoiceStatus::Paid,
                    "pending" => InvoiceStatus::PaymentPending,
                    _ => InvoiceStatus::Cancelled,
                },
                currency,
                issued: at.map(|at| at.day_in(&out.zone)),
                total,
                taxes: vat
                    .map(|amount| TaxShare { name: None, percent: percent.clone(), amount })
                    .into_iter()
                    .collect(),
                ..Invoice::default()
            };
            out.made(invoice)?;
        }
        if let Some(vat) = vat {
            f.keep("vat_rate", percent);
            f.keep("vat_total", vat.to_string());
        }
        if let Some(credited) = f.amount("refund_amount", currency).filter(|amount| !amount.value.is_zero()) {
            f.keep("refund_amount", credited.to_string());
        }
        f.known(&["hash_check_key", "valid_time"]);
        let payment = Payment {
            id: id.clone(),
            invoice: (is_invoice && party.is_some()).then_some(id),
            party,
            kind: PaymentKind::Payment,
            at,
            amount: total,
            fee: f.amount("paiement_cost", currency).filter(|fee| !fee.value.is_zero()),
            method: f.text("secpay_site").filter(|site| site != "none").or_else(|| f.text("paiement_type")),
            reference: f.reference("secpay_custom_id"),
            is_pending: valid == "pending",
            is_failed: valid == "no",
            text: f.text("label"),
            extra: f.rest(),
            ..Payment::default()
        };
        out.record(f, payment)
    }

    pub(super) fn order(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::InvoiceLine, "id");
        let Some(payment) = f.reference("payment_id") else {
            return Ok(out.skip(&f, "an order without a payment"));
        };
        if !self.look.payments.contains(&payment) {
            f.gap(GapKind::Dangling, "payment_id", "there is no such payment");
        }
        let product = f.reference("product_id").and_then(|product| self.look.products.get(&product)).cloned();
        let parts = [product.as_ref().map(|product| product.name.clone()), f.text("domain_name"), f.text("services")];
        let text: Vec<String> = parts.into_iter().flatten().collect();
        f.known(&["id_client", "date"]);
        let line = InvoiceLine {
            id: f.id().to_owned(),
            invoice: payment,
            text: text.join("\n"),
            kind: product.map(|product| product.kind),
            quantity: f.text("quantity"),
            ..InvoiceLine::default()
        };
        out.record(f, line)
    }
}
