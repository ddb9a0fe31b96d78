//! The tables of WHMCS.

mod catalogue;
mod look;
mod money;
mod parties;
mod subscriptions;
mod tickets;

use std::path::PathBuf;

use hostwright_kernel::Currency;

use self::look::Look;
use super::secrets::{Opened, Secrets};
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::Secret;
use crate::snapshot::{GapKind, Kind, Sink};
use crate::sources::Input;
use crate::sources::tables::{self, Fate, Fields, Out, Reader};

/// Reads dumps.
pub(super) fn read(input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let secrets = Secrets::of(input.key.as_ref());
    let look = Look::of(input.currency);
    let mut dump = Dump { look, secrets, attachments: input.attachments.clone() };
    tables::read(input, &mut dump, sink)
}

/// The second pass, with what the first one saw.
struct Dump {
    look: Look,
    secrets: Secrets,
    attachments: Option<PathBuf>,
}

impl Reader for Dump {
    const SOURCE: &'static str = "WHMCS";
    const MARKS: &'static [&'static str] = &[
        "tblclients",
        "tblhosting",
        "tblinvoices",
        "tblproducts",
        "tblconfiguration",
        "tbldomains",
        "tbltickets",
        "tblaccounts",
        "tblpricing",
    ];

    fn look(&mut self, row: &Row, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.look.at(row, out)
    }

    fn looked(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.look.looked(out)
    }

    fn take(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        match row.header.table.as_str() {
            "tblclients" => self.client(row, out),
            "tblcontacts" => self.contact(row, out),
            "tblusers" => self.user(row, out),
            "tbladmins" => self.admin(row, out),
            "tblproducts" => self.product(row, out),
            "tbladdons" => self.addon_product(row, out),
            "tblproductconfigoptionssub" => self.option_product(row, out),
            "tbldomainpricing" => self.tld(row, out),
            "tblservers" => self.server(row, out),
            "tblhosting" => self.hosting(row, out),
            "tblhostingaddons" => self.hosting_addon(row, out),
            "tbldomains" => self.domain(row, out),
            "tblinvoices" => self.invoice(row, out),
            "tblinvoiceitems" => self.invoice_line(row, out),
            "tblaccounts" => self.account(row, out),
            "tblcredit" => self.credit(row, out),
            "tblpaymethods" => self.pay_method(row, out),
            "tbltax" => self.tax(row, out),
            "tblticketdepartments" => self.department(row, out),
            "tbltickets" => self.ticket(row, out),
            "tblticketreplies" => self.reply(row, out),
            "tblticketnotes" => self.note(row, out),
            table if look::JOINED.contains(&table) => Ok(Fate::Joined),
            _ => Ok(Fate::Unread),
        }
    }

    fn finish(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.look.finish(out)
    }
}

impl Dump {
    /// The currency of a client; of an unknown one, the source's own.
    fn currency(&self, client: Option<&str>) -> Option<Currency> {
        self.look.currency_of(client)
    }

    /// A reference to a client; where it leads to nothing that is told, and the reference is kept.
    fn party(&self, fields: &mut Fields<'_>, column: &str) -> Option<String> {
        let client = fields.reference(column)?;
        if !self.look.clients.contains(&client) {
            fields.gap(GapKind::Dangling, column, "there is no such client");
        }
        Some(client)
    }

    /// Opens a secret of this column; a sealed one is kept as it is and told.
    fn opened(&self, fields: &mut Fields<'_>, column: &str) -> Option<Secret> {
        let sealed = fields.text(column)?;
        let reason = match self.secrets.open(&sealed) {
            Opened::Clear(secret) => return Some(secret).filter(|secret| !secret.0.is_empty()),
            Opened::NoKey => "sealed with cc_encryption_hash, which was not given; kept sealed",
            Opened::WrongKey => "the given cc_encryption_hash does not open it; kept as it is",
        };
        fields.gap(GapKind::FactLost, column, reason);
        fields.keep(&format!("{column}.sealed"), "yes");
        Some(Secret(sealed))
    }

    /// Custom fields of a record become extras.
    fn custom_fields(&mut self, fields: &mut Fields<'_>, kind: &str, owner: &str) -> Result<(), Refusal> {
        for (name, value) in self.look.custom_values(kind, owner)? {
            fields.keep(&format!("custom.{name}"), value);
        }
        Ok(())
    }

    fn server(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Server, "id");
        let key = f.secret("accesshash");
        let password = self.opened(&mut f, "password");
        if password.is_some() && key.is_some() {
            f.gap(GapKind::FactLost, "accesshash", "a server has one secret; the password was taken");
        }
        let server = crate::snapshot::Server {
            id: f.id().to_owned(),
            name: f.words("name").unwrap_or_else(|| format!("server {}", f.id())),
            hostname: f.text("hostname"),
            address: f.text("ipaddress"),
            kind: f.text("type"),
            user_name: f.text("username"),
            password: password.or(key),
            is_active: f.flag("active") && !f.flag("disabled"),
            extra: f.rest(),
        };
        out.record(f, server)
    }
}
