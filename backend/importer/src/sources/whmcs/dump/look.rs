//! What the first pass notes: small maps, sets of identifiers, and rows laid aside.

use std::collections::HashMap;

use hostwright_kernel::Currency;

use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::{GapKind, Kind};
use crate::sources::tables::{Aside, Fields, IdSet, Out};
use crate::sources::whmcs::words;

/// Tables whose rows become facts of other records.
pub(super) const JOINED: &[&str] = &[
    "tblcurrencies",
    "tblclientgroups",
    "tblcustomfields",
    "tblcustomfieldsvalues",
    "tblproductgroups",
    "tblpricing",
    "tblproductconfigoptions",
    "tblhostingconfigoptions",
    "tblcancelrequests",
    "tblusers_clients",
    "tbldomainsadditionalfields",
    "tbldomains_extra",
    "tblcreditcards",
    "tblbankaccts",
    "tblticketstatuses",
    "mod_invoicedata",
    "tblinvoicedata",
];

/// What rows of other tables need.
#[derive(Default)]
pub(super) struct Look {
    given: Option<Currency>,
    currencies: HashMap<String, Currency>,
    default_currency: Option<String>,
    /// The currency of the first client; only clients with another one are kept.
    common: Option<String>,
    odd_clients: HashMap<String, String>,
    pub(super) clients: IdSet,
    pub(super) services: IdSet,
    pub(super) addons: IdSet,
    pub(super) domains: IdSet,
    pub(super) invoices: IdSet,
    pub(super) payments: IdSet,
    pub(super) tickets: IdSet,
    pub(super) departments: IdSet,
    pub(super) servers: IdSet,
    pub(super) products: IdSet,
    pub(super) addon_products: IdSet,
    /// Invoices that settle others, and invoices that add credit: not to be counted twice.
    pub(super) mass_payments: IdSet,
    pub(super) added_funds: IdSet,
    pub(super) has_users: bool,
    pub(super) groups: HashMap<String, String>,
    pub(super) product_groups: HashMap<String, String>,
    /// Kind and name of custom fields.
    custom_fields: HashMap<String, (String, String)>,
    custom_values: Aside,
    pub(super) options: HashMap<String, String>,
    pub(super) choices: HashMap<String, (String, String)>,
    pub(super) prices: Aside,
    pub(super) chosen: Aside,
    pub(super) cancellations: Aside,
    pub(super) grants: Aside,
    pub(super) domain_fields: Aside,
    pub(super) cards: Aside,
    pub(super) frozen: Aside,
    /// Whether a ticket in this state is closed.
    pub(super) states: HashMap<String, bool>,
    /// Clients of services, for addons whose rows do not name them.
    pub(super) service_clients: HashMap<String, String>,
}

impl Look {
    pub(super) fn of(given: Option<Currency>) -> Self {
        Self { given, ..Self::default() }
    }

    pub(super) fn at(&mut self, row: &Row, out: &mut Out<'_>) -> Result<(), Refusal> {
        let mut f = Fields::with_id(row, Kind::Party, "id");
        let id = f.id().to_owned();
        match row.header.table.as_str() {
            "tblconfiguration" => {
                let setting = f.string("setting");
                let name = match setting.as_str() {
                    "Version" => "version",
                    "Charset" => "page_character_set",
                    "CompanyName" => "company",
                    _ => return Ok(()),
                };
                out.fact(name, &f.string("value"))?;
            }
            "tblcurrencies" => {
                self.currency(&mut f, &id, out)?;
                out.joined(f);
            }
            "tblclients" => {
                self.clients.insert(&id);
                if let Some(currency) = f.reference("currency") {
                    let common = self.common.get_or_insert_with(|| currency.clone());
                    if *common != currency {
                        self.odd_clients.insert(id, currency);
                    }
                }
            }
            "tblhosting" => {
                if let Some(client) = f.reference("userid") {
                    self.service_clients.insert(id.clone(), client);
                }
                self.services.insert(&id);
            }
            "tblhostingaddons" => drop(self.addons.insert(&id)),
            "tbldomains" => drop(self.domains.insert(&id)),
            "tblinvoices" => drop(self.invoices.insert(&id)),
            "tblaccounts" => drop(self.payments.insert(&id)),
            "tbltickets" => drop(self.tickets.insert(&id)),
            "tblticketdepartments" => drop(self.departments.insert(&id)),
            "tblservers" => drop(self.servers.insert(&id)),
            "tblproducts" => drop(self.products.insert(&id)),
            "tbladdons" => drop(self.addon_products.insert(&id)),
            "tblusers" => self.has_users = true,
            "tblinvoiceitems" => {
                let invoice = f.string("invoiceid");
                match f.string("type").to_ascii_lowercase().as_str() {
                    "invoice" => drop(self.mass_payments.insert(&invoice)),
                    "addfunds" => drop(self.added_funds.insert(&invoice)),
                    _ => {}
                }
            }
            table => return self.joined(table, f, &id, out),
        }
        Ok(())
    }

    fn joined(&mut self, table: &str, mut f: Fields<'_>, id: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        let id = id.to_owned();
        match table {
            "tblclientgroups" => {
                self.groups.insert(id, f.words("groupname").unwrap_or_default());
            }
            "tblproductgroups" => {
                self.product_groups.insert(id, f.words("name").unwrap_or_default());
            }
            "tblcustomfields" => {
                self.custom_fields.insert(id, (f.string("type"), f.words("fieldname").unwrap_or_default()));
            }
            "tblcustomfieldsvalues" => {
                let facts = [f.string("fieldid"), f.words("value").unwrap_or_default()];
                self.custom_values.put(&f.string("relid"), &facts)?;
            }
            "tblproductconfigoptions" => {
                self.options.insert(id, f.words("optionname").unwrap_or_default());
            }
            "tblproductconfigoptionssub" => {
                self.choices.insert(id, (f.string("configid"), f.words("optionname").unwrap_or_default()));
            }
            "tblpricing" => {
                let owner = format!("{} {}", f.string("type").to_ascii_lowercase(), f.string("relid"));
                let mut facts = vec![f.string("currency")];
                let columns = words::CYCLES.iter().flat_map(|(each, setup, _)| [*each, *setup]);
                facts.extend(columns.flat_map(|column| [column.to_owned(), f.string(column)]));
                self.prices.put(&owner, &facts)?;
            }
            "tblhostingconfigoptions" => {
                self.chosen.put(&f.string("relid"), &[f.string("configid"), f.string("optionid"), f.string("qty")])?;
            }
            "tblcancelrequests" => {
                let reason = f.words("reason").unwrap_or_default();
                self.cancellations.put(&f.string("relid"), &[f.string("type"), f.string("date"), reason])?;
            }
            "tblusers_clients" => {
                let owner = if f.flag("owner") { "1" } else { "" };
                let facts = [f.string("client_id"), owner.to_owned(), f.string("permissions")];
                self.grants.put(&f.string("auth_user_id"), &facts)?;
            }
            "tbldomainsadditionalfields" | "tbldomains_extra" => {
                let domain = f.text("domainid").or_else(|| f.text("domain_id")).unwrap_or_default();
                self.domain_fields.put(&domain, &[f.string("name"), f.words("value").unwrap_or_default()])?;
            }
            "tblcreditcards" => {
                let facts = [
                    "card".to_owned(),
                    [f.string("card_type"), f.string("last_four")].join(" ").trim().to_owned(),
                    f.string("expiry_date"),
                    if f.text("card_data").is_some() { "1".to_owned() } else { String::new() },
                ];
                self.cards.put(&f.string("pay_method_id"), &facts)?;
            }
            "tblbankaccts" => {
                let label = [f.string("bank_name"), f.string("acct_type")].join(" ").trim().to_owned();
                let has_data = if f.text("bank_data").is_some() { "1".to_owned() } else { String::new() };
                self.cards
                    .put(&f.string("pay_method_id"), &["bank_account".to_owned(), label, String::new(), has_data])?;
            }
            "tblticketstatuses" => {
                let is_closed = !f.flag("showactive") && !f.flag("showawaiting");
                self.states.insert(f.string("title").to_ascii_lowercase(), is_closed);
            }
            "mod_invoicedata" | "tblinvoicedata" => {
                let owner = f.text("invoiceid").or_else(|| f.text("invoice_id")).unwrap_or_default();
                f.known(&["id", "invoiceid", "invoice_id", "created_at", "updated_at"]);
                let facts: Vec<String> = f.rest().into_iter().flat_map(|one| [one.name, one.value]).collect();
                self.frozen.put(&owner, &facts)?;
            }
            _ => return Ok(()),
        }
        if table != "tblproductconfigoptionssub" {
            out.joined(f);
        }
        Ok(())
    }

    fn currency(&mut self, f: &mut Fields<'_>, id: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        let code = f.string("code").trim().to_ascii_uppercase();
        if f.flag("default") {
            self.default_currency = Some(id.to_owned());
        }
        match code.parse() {
            Ok(currency) => drop(self.currencies.insert(id.to_owned(), currency)),
            Err(_) => {
                let reason = format!("'{}' is not a currency of ISO 4217", code.chars().take(12).collect::<String>());
                out.say(f, GapKind::FactLost, Some("code"), &reason);
            }
        }
        f.known(&["prefix", "suffix", "format"]);
        out.fact(&format!("currency.{code}.rate"), &f.string("rate"))
    }

    pub(super) fn looked(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        if let Some(currency) = self.own_currency() {
            out.fact("currency", currency.code())?;
        }
        Ok(())
    }

    /// The currency that the source counts in.
    pub(super) fn own_currency(&self) -> Option<Currency> {
        let default = self.default_currency.as_ref().and_then(|id| self.currencies.get(id)).copied();
        let only = || self.currencies.values().next().copied().filter(|_| self.currencies.len() == 1);
        default.or(self.given).or_else(only)
    }

    pub(super) fn currency_of(&self, client: Option<&str>) -> Option<Currency> {
        let known = client.filter(|client| self.clients.contains(client));
        let id = known.and_then(|client| self.odd_clients.get(client).or(self.common.as_ref()));
        match id {
            // Before 5.0 there was one currency and clients named none.
            None => self.own_currency(),
            Some(id) => {
                self.currencies.get(id).copied().or_else(|| self.own_currency().filter(|_| self.currencies.is_empty()))
            }
        }
    }

    pub(super) fn currency_by_id(&self, id: &str) -> Option<Currency> {
        self.currencies.get(id).copied()
    }

    /// Values of custom fields of this kind; those of other kinds stay for their owners.
    pub(super) fn custom_values(&mut self, kind: &str, owner: &str) -> Result<Vec<(String, String)>, Refusal> {
        let (mut found, mut others) = (Vec::new(), Vec::new());
        for facts in self.custom_values.take(owner)? {
            let [field, value] = facts.as_slice() else { continue };
            match self.custom_fields.get(field) {
                Some((of, name)) if of.eq_ignore_ascii_case(kind) => {
                    // Names may carry a label for people after a bar.
                    let name = name.split('|').next().unwrap_or(name).trim();
                    found.push((if name.is_empty() { field.clone() } else { name.to_owned() }, value.clone()));
                }
                _ => others.push(facts),
            }
        }
        for facts in others {
            self.custom_values.put(owner, &facts)?;
        }
        Ok(found)
    }

    /// Rows that were laid aside and that no record asked for.
    pub(super) fn finish(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        let asides = [
            ("tblcustomfieldsvalues", Kind::Subscription, &mut self.custom_values),
            ("tblpricing", Kind::Product, &mut self.prices),
            ("tblhostingconfigoptions", Kind::Subscription, &mut self.chosen),
            ("tblcancelrequests", Kind::Subscription, &mut self.cancellations),
            ("tblusers_clients", Kind::Login, &mut self.grants),
            ("tbldomainsadditionalfields", Kind::Domain, &mut self.domain_fields),
            ("tblcreditcards", Kind::PaymentToken, &mut self.cards),
            ("tblinvoicedata", Kind::Invoice, &mut self.frozen),
        ];
        for (table, kind, aside) in asides {
            for (owner, count) in aside.left()? {
                let count = u64::try_from(count).unwrap_or(0);
                out.told.thing(
                    GapKind::Dangling,
                    table,
                    kind,
                    &owner,
                    "rows that belong to nothing that is there",
                    count,
                );
            }
        }
        Ok(())
    }
}
