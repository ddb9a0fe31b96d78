//! Invoices, what was paid and given back, credit, tax, ways to pay.

use rust_decimal::Decimal;

use super::Dump;
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::{Amount, Secret};
use crate::snapshot::{
    Address, CreditEntry, GapKind, Invoice, InvoiceLine, InvoiceStatus, Kind, Payment, PaymentKind, PaymentToken,
    TaxRule, TaxShare,
};
use crate::sources::tables::{Fate, Fields, Out};
use crate::sources::whmcs::words;

fn is_more_than_zero(amount: Option<&Amount>) -> bool {
    amount.is_some_and(|amount| amount.value > Decimal::ZERO)
}

impl Dump {
    pub(super) fn invoice(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Invoice, "id");
        let id = f.id().to_owned();
        let Some(party) = self.party(&mut f, "userid") else {
            return Ok(out.skip(&f, "an invoice of no client"));
        };
        let currency = self.currency(Some(&party));
        let word = f.string("status");
        let status = words::invoice_status(&word).unwrap_or_else(|| {
            f.gap(
                GapKind::FactChanged,
                "status",
                "a state that is not known; read as a draft, so that nobody is asked to pay",
            );
            f.keep("status", word);
            InvoiceStatus::Draft
        });
        let mut taxes = Vec::new();
        for (tax, rate) in [("tax", "taxrate"), ("tax2", "taxrate2")] {
            let percent = f.text(rate).unwrap_or_else(|| "0".to_owned());
            let is_zero = percent.bytes().all(|byte| matches!(byte, b'0' | b'.'));
            match f.amount(tax, currency) {
                Some(amount) if !amount.value.is_zero() || !is_zero => {
                    taxes.push(TaxShare { name: None, percent, amount });
                }
                _ => {}
            }
        }
        // Not to be counted twice: their lines name other invoices, or credit.
        if self.look.mass_payments.contains(&id) {
            f.keep("settles_other_invoices", "yes");
        }
        if self.look.added_funds.contains(&id) {
            f.keep("adds_credit", "yes");
        }
        let (buyer, buyer_address, buyer_tax_number) = self.frozen_buyer(&mut f, &id)?;
        f.known(&["last_capture_attempt"]);
        let invoice = Invoice {
            id,
            number: f.text("invoicenum"),
            party,
            is_credit_note: false,
            status,
            currency,
            issued: f.day("date"),
            due: f.day("duedate"),
            paid: f.day("datepaid"),
            net: f.amount("subtotal", currency),
            taxes,
            credit: f.amount("credit", currency).filter(|credit| !credit.value.is_zero()),
            total: f.amount("total", currency),
            buyer,
            buyer_address,
            buyer_tax_number,
            payment_method: f.text("paymentmethod"),
            notes: f.words("notes"),
            extra: f.rest(),
            ..Invoice::default()
        };
        out.record(f, invoice)
    }

    /// Name and address of the client as they were frozen when the invoice was issued.
    fn frozen_buyer(
        &mut self,
        f: &mut Fields<'_>,
        id: &str,
    ) -> Result<(Option<String>, Option<Address>, Option<String>), Refusal> {
        let rows = self.look.frozen.take(id)?;
        let mut name = Vec::new();
        let (mut company, mut tax_number, mut is_there) = (None, None, false);
        let mut address = Address::default();
        let mut street = Vec::new();
        for facts in rows {
            let mut facts = facts.into_iter();
            while let (Some(column), Some(value)) = (facts.next(), facts.next()) {
                is_there = true;
                match column.as_str() {
                    "firstname" | "lastname" => name.push(value),
                    "companyname" => company = Some(value),
                    "address1" | "address2" => street.push(value),
                    "city" => address.city = Some(value),
                    "state" => address.region = Some(value),
                    "postcode" => address.postal_code = Some(value),
                    "country" => address.country = Some(value),
                    "tax_id" => tax_number = Some(value),
                    _ => f.keep(&format!("buyer.{column}"), value),
                }
            }
        }
        if !is_there {
            return Ok((None, None, None));
        }
        address.street = Some(street.join("\n")).filter(|street| !street.is_empty());
        let person = name.join(" ");
        let buyer = company.into_iter().chain(Some(person).filter(|person| !person.is_empty())).collect::<Vec<_>>();
        Ok((Some(buyer.join("\n")).filter(|buyer| !buyer.is_empty()), Some(address), tax_number))
    }

    pub(super) fn invoice_line(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::InvoiceLine, "id");
        let Some(invoice) = f.reference("invoiceid") else {
            return Ok(out.skip(&f, "a line of no invoice: it was to be billed later, or its invoice was deleted"));
        };
        if !self.look.invoices.contains(&invoice) {
            f.gap(GapKind::Dangling, "invoiceid", "there is no such invoice");
        }
        let client = f.reference("userid");
        let currency = self.currency(client.as_deref());
        let kind = f.text("type");
        let subject = f.reference("relid");
        let word = kind.as_deref().unwrap_or("").to_ascii_lowercase();
        let is_there = |subject: &String| match word.as_str() {
            "hosting" | "upgrade" | "setup" => self.look.services.contains(subject) || word == "upgrade",
            "addon" => self.look.addons.contains(subject),
            "domain" | "domainregister" | "domaintransfer" => self.look.domains.contains(subject),
            "invoice" => self.look.invoices.contains(subject),
            _ => true,
        };
        if subject.as_ref().is_some_and(|subject| !is_there(subject)) {
            f.gap(GapKind::Dangling, "relid", "what the line charges for is not there");
        }
        let subject = match word.as_str() {
            "addon" => subject.map(|addon| format!("addon-{addon}")),
            _ => subject,
        };
        f.known(&["duedate", "paymentmethod"]);
        let line = InvoiceLine {
            id: f.id().to_owned(),
            invoice,
            text: f.words("description").unwrap_or_default(),
            kind,
            subject,
            quantity: None,
            unit_price: None,
            amount: f.amount("amount", currency),
            is_taxed: f.flag("taxed"),
            from: None,
            until: None,
        };
        out.record(f, line)
    }

    /// A row of the books: money in, money out (a refund), or both.
    pub(super) fn account(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Payment, "id");
        let id = f.id().to_owned();
        let party = self.party(&mut f, "userid");
        let currency = match f.reference("currency") {
            None => self.currency(party.as_deref()),
            Some(id) => self.look.currency_by_id(&id).or_else(|| {
                f.gap(GapKind::Dangling, "currency", "there is no such currency; read as the client's");
                f.keep("currency", id);
                self.currency(party.as_deref())
            }),
        };
        let invoice = f.reference("invoiceid");
        if invoice.as_ref().is_some_and(|invoice| !self.look.invoices.contains(invoice)) {
            f.gap(GapKind::Dangling, "invoiceid", "there is no such invoice");
        }
        let refund_of = f.reference("refundid");
        if refund_of.as_ref().is_some_and(|payment| !self.look.payments.contains(payment)) {
            f.gap(GapKind::Dangling, "refundid", "there is no such payment");
        }
        let (came_in, went_out) = (f.amount("amountin", currency), f.amount("amountout", currency));
        let is_both = is_more_than_zero(came_in.as_ref()) && is_more_than_zero(went_out.as_ref());
        let (mut kind, mut amount) = match (is_more_than_zero(came_in.as_ref()), is_more_than_zero(went_out.as_ref())) {
            (false, true) => (PaymentKind::Refund, went_out),
            (true, _) => (PaymentKind::Payment, came_in),
            (false, false) => (PaymentKind::Adjustment, came_in.or(went_out)),
        };
        if let Some(negative) = amount.filter(|amount| amount.value.is_sign_negative() && !amount.value.is_zero()) {
            f.gap(GapKind::FactChanged, "amountin", "a negative amount came in; read as given back");
            kind = PaymentKind::Refund;
            amount = Some(Amount { value: negative.value.abs(), ..negative });
        }
        let mut payment = Payment {
            id: id.clone(),
            party,
            invoice,
            kind,
            at: f.moment("date", &out.zone),
            amount,
            fee: f.amount("fees", currency).filter(|fee| !fee.value.is_zero()),
            method: f.text("gateway"),
            reference: f.text("transid"),
            refund_of,
            text: f.words("description"),
            extra: f.rest(),
            ..Payment::default()
        };
        if is_both {
            f.gap(GapKind::FactChanged, "amountout", "money came in and went out in one row; read as two");
            let back = Payment {
                id: format!("{id}-out"),
                kind: PaymentKind::Refund,
                amount: went_out,
                fee: None,
                extra: Vec::new(),
                ..payment.clone()
            };
            payment.refund_of = None;
            let fate = out.record(f, payment)?;
            out.made(back)?;
            return Ok(fate);
        }
        out.record(f, payment)
    }

    pub(super) fn credit(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::CreditEntry, "id");
        let Some(party) = self.party(&mut f, "clientid") else {
            return Ok(out.skip(&f, "credit of no client"));
        };
        let currency = self.currency(Some(&party));
        let invoice = f.reference("relid");
        if invoice.as_ref().is_some_and(|invoice| !self.look.invoices.contains(invoice)) {
            f.gap(GapKind::Dangling, "relid", "there is no such invoice");
        }
        let entry = CreditEntry {
            id: f.id().to_owned(),
            party,
            at: f.moment("date", &out.zone),
            amount: f.amount("amount", currency),
            text: f.words("description"),
            invoice,
        };
        out.record(f, entry)
    }

    pub(super) fn tax(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::TaxRule, "id");
        let rule = TaxRule {
            id: f.id().to_owned(),
            name: f.words("name").unwrap_or_else(|| format!("tax {}", f.id())),
            country: f.text("country"),
            region: f.text("state"),
            percent: f.text("taxrate").unwrap_or_else(|| "0".to_owned()),
            level: f.count("level").and_then(|level| u32::try_from(level).ok()),
        };
        out.record(f, rule)
    }

    /// A way to pay. What a gateway keeps is a token; what WHMCS keeps itself is a card or an
    /// account number, and is never taken.
    pub(super) fn pay_method(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::PaymentToken, "id");
        let id = f.id().to_owned();
        let Some(party) = self.party(&mut f, "userid") else {
            return Ok(out.skip(&f, "a way to pay of no client"));
        };
        if f.text("deleted_at").is_some_and(|at| !at.starts_with("0000")) {
            return Ok(out.skip(&f, "the client has deleted this way to pay"));
        }
        let word = f.string("payment_type");
        let is_remote = word.to_ascii_lowercase().starts_with("remote");
        let mut kind = if word.to_ascii_lowercase().contains("bank") { "bank_account" } else { "card" }.to_owned();
        let (mut label, mut expires, mut has_data) = (None, None, false);
        for facts in self.look.cards.take(&id)? {
            let [what, name, until, data] = facts.as_slice() else { continue };
            kind.clone_from(what);
            label = Some(name.clone()).filter(|name| !name.is_empty());
            expires = Some(until.clone()).filter(|until| !until.is_empty() && !until.starts_with("0000"));
            has_data |= data == "1";
        }
        if has_data && is_remote {
            f.gap(
                GapKind::FactLost,
                "card_data",
                "the gateway's token is sealed by the source; ask the gateway for it",
            );
        } else if has_data {
            f.gap(GapKind::FactLost, "card_data", "a card or account kept by the source itself is never taken");
        }
        f.keep("payment_type", word);
        let description = f.words("description");
        let token = PaymentToken {
            id,
            party,
            kind,
            provider: f.text("gateway_name"),
            label: label.or(description),
            expires,
            token: f.text("remote_token").map(Secret),
            is_default: f.text("order_preference").is_some_and(|order| order == "0" || order == "1"),
            extra: f.rest(),
        };
        out.record(f, token)
    }
}
