//! FOSSBilling and its ancestor BoxBilling, from a dump of the database or rows as DbUnit XML.
//!
//! Columns drift, because the one upgrades the other in place: they are read from the dump.
//! Prices of products come in two layouts (`product_payment` with a column a period, and
//! `product_payment_period` with a row a period); both are read.
//!
//! What is computed, exactly and nowhere else: an invoice has no total, so its `net` is the sum
//! of price times quantity of its lines, and so is each line's `amount`; a client's balance is
//! the sum of its ledger. No tax is computed: name and rate are extras. An order has one date,
//! `expires_at`: it is the day from which it is over, and the day on which the next amount is due.
//!
//! Identifiers: a product is its number, `plan-N` (hosting plan) or `tld.NAME`; a client signs in
//! as `client-N`; public tickets and their messages are `public-N`, notes `note-N`.

mod catalogue;
mod look;
mod money;
mod parties;
mod subscriptions;
mod tickets;

use hostwright_kernel::Currency;

use self::look::Look;
use super::Input;
use super::tables::{self, Fate, Fields, Out, Reader};
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::Cycle;
use crate::snapshot::{GapKind, Sink};

/// Reads dumps and XML rows, or folders of them.
///
/// # Errors
/// A refusal of the whole; what could be read was delivered before.
pub fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut tables = Tables { look: Look::of(input.currency) };
    tables::read(input, &mut tables, sink)
}

/// The second pass, with what the first one saw.
struct Tables {
    look: Look,
}

impl Reader for Tables {
    const SOURCE: &'static str = "FOSSBilling or BoxBilling";
    const MARKS: &'static [&'static str] = &[
        "client",
        "client_order",
        "invoice",
        "product",
        "admin",
        "setting",
        "extension",
        "extension_meta",
        "currency",
        "email_template",
        "pay_gateway",
        "support_helpdesk",
        "form",
        "mod_email_queue",
        "admin_group",
        "post",
    ];

    fn look(&mut self, row: &Row, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.look.at(row, out)
    }

    fn looked(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        match self.look.own_currency() {
            Some(currency) => out.fact("currency", currency.code()),
            None => Ok(()),
        }
    }

    fn take(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        match row.header.table.as_str() {
            "client" => self.client(row, out),
            "admin" => self.admin(row, out),
            "product" => self.product(row, out),
            "service_hosting_hp" => self.plan(row, out),
            "service_hosting_server" => self.server(row, out),
            "tld" => self.tld(row, out),
            "client_order" => self.order(row, out),
            "service_domain" => self.domain(row, out),
            "invoice" => self.invoice(row, out),
            "invoice_item" => self.invoice_line(row, out),
            "transaction" => self.transaction(row, out),
            "subscription" => self.gateway_subscription(row, out),
            "client_balance" => self.ledger_entry(row, out),
            "tax" => self.tax(row, out),
            "support_helpdesk" => self.department(row, out),
            "support_ticket" => self.ticket(row, out),
            "support_ticket_message" => self.message(row, out),
            "support_ticket_note" => self.note(row, out),
            "support_p_ticket" => self.public_ticket(row, out),
            "support_p_ticket_message" => self.public_message(row, out),
            table if look::JOINED.contains(&table) => Ok(Fate::Joined),
            _ => Ok(Fate::Unread),
        }
    }

    fn finish(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.look.finish(out)
    }
}

impl Tables {
    /// A reference to a client; where it leads to nothing that is told, and the reference is kept.
    fn party(&self, fields: &mut Fields<'_>, column: &str) -> Option<String> {
        let client = fields.reference(column)?;
        if !self.look.clients.contains(&client) {
            fields.gap(GapKind::Dangling, column, "there is no such client");
        }
        Some(client)
    }

    /// The currency that a row names, or else its client's.
    fn currency(&self, fields: &mut Fields<'_>, column: &str, client: Option<&str>) -> Option<Currency> {
        let Some(code) = fields.text(column) else { return self.look.currency_of(client) };
        let currency = code.trim().to_ascii_uppercase().parse().ok();
        if currency.is_none() {
            fields.gap(GapKind::FactChanged, column, "not a currency of ISO 4217; read as the source's own");
            fields.keep(column, code);
        }
        currency.or_else(|| self.look.currency_of(client))
    }
}

/// `1W`, `3M`, `2Y`.
fn period(code: &str) -> Option<Cycle> {
    let code = code.trim();
    let (count, unit) = code.split_at_checked(code.len().checked_sub(1)?)?;
    let count: u32 = count.parse().ok().filter(|count| (1..=100).contains(count))?;
    Some(match unit {
        "D" | "d" => Cycle::Days(count),
        "W" | "w" => Cycle::Days(count.checked_mul(7)?),
        "M" | "m" => Cycle::Months(count),
        "Y" | "y" => Cycle::Months(count.checked_mul(12)?),
        _ => return None,
    })
}
