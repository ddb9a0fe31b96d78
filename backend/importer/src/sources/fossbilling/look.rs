//! What the first pass notes.

use std::collections::HashMap;

use hostwright_kernel::Currency;

use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::{GapKind, Kind};
use crate::sources::tables::{Aside, Fields, IdSet, Out};

/// Tables whose rows become facts of other records.
pub(super) const JOINED: &[&str] = &[
    "currency",
    "client_group",
    "admin_group",
    "product_category",
    "product_payment",
    "product_payment_period",
    "pay_gateway",
    "tld_registrar",
    "client_order_meta",
    "service_hosting",
    "service_license",
    "service_custom",
    "service_solusvm",
    "service_membership",
    "service_downloadable",
    "service_boxbillinglicense",
];

/// What rows of other tables need.
#[derive(Default)]
pub(super) struct Look {
    given: Option<Currency>,
    default_currency: Option<Currency>,
    currencies: Vec<Currency>,
    common: Option<Currency>,
    odd_clients: HashMap<String, Currency>,
    pub(super) clients: IdSet,
    pub(super) orders: IdSet,
    pub(super) invoices: IdSet,
    pub(super) products: IdSet,
    pub(super) tickets: IdSet,
    pub(super) public_tickets: IdSet,
    pub(super) departments: IdSet,
    pub(super) servers: IdSet,
    pub(super) client_groups: HashMap<String, String>,
    pub(super) admin_groups: HashMap<String, String>,
    pub(super) categories: HashMap<String, String>,
    pub(super) gateways: HashMap<String, String>,
    pub(super) registrars: HashMap<String, String>,
    pub(super) payments: Aside,
    /// Rows of prices that a product asked for; several products may share one.
    pub(super) used_payments: IdSet,
    pub(super) periods: Aside,
    pub(super) order_facts: Aside,
    pub(super) services: Aside,
    pub(super) ledger: Aside,
    pub(super) lines: Aside,
    /// Currencies of invoices, where it is not known to be the source's own.
    pub(super) invoice_currencies: HashMap<String, Currency>,
    /// Orders of domains, by the row of the domain.
    pub(super) domain_orders: HashMap<String, String>,
    /// The order that others of its group belong to.
    pub(super) masters: HashMap<String, String>,
}

/// Columns that hold something, as name and value in turn.
fn pairs(f: &mut Fields<'_>) -> Vec<String> {
    f.rest().into_iter().flat_map(|one| [one.name, one.value]).collect()
}

impl Look {
    pub(super) fn of(given: Option<Currency>) -> Self {
        Self { given, ..Self::default() }
    }

    pub(super) fn at(&mut self, row: &Row, out: &mut Out<'_>) -> Result<(), Refusal> {
        let mut f = Fields::with_id(row, Kind::Party, "id");
        let id = f.id().to_owned();
        match row.header.table.as_str() {
            "client" => {
                self.clients.insert(&id);
                if let Ok(currency) = f.string("currency").trim().to_ascii_uppercase().parse() {
                    let common = *self.common.get_or_insert(currency);
                    if common != currency {
                        self.odd_clients.insert(id, currency);
                    }
                }
            }
            "client_order" => {
                if f.string("service_type") == "domain"
                    && let Some(service) = f.reference("service_id")
                {
                    self.domain_orders.insert(service, id.clone());
                }
                if f.flag("group_master")
                    && let Some(group) = f.text("group_id")
                {
                    self.masters.insert(group_key(&f.string("client_id"), &group), id.clone());
                }
                self.orders.insert(&id);
            }
            "invoice" => {
                self.invoices.insert(&id);
                let named = f.string("currency").trim().to_ascii_uppercase().parse().ok();
                let currency = named.or_else(|| self.currency_of(f.text("client_id").as_deref()));
                if let Some(currency) = currency.filter(|currency| self.own_currency() != Some(*currency)) {
                    self.invoice_currencies.insert(id, currency);
                }
            }
            "product" => drop(self.products.insert(&id)),
            "support_ticket" => drop(self.tickets.insert(&id)),
            "support_p_ticket" => drop(self.public_tickets.insert(&id)),
            "support_helpdesk" => drop(self.departments.insert(&id)),
            "service_hosting_server" => drop(self.servers.insert(&id)),
            "client_balance" => self.ledger.put(&f.string("client_id"), &[f.string("amount")])?,
            "invoice_item" => {
                let facts = [f.text("price").unwrap_or_default(), f.text("quantity").unwrap_or_default()];
                self.lines.put(&f.string("invoice_id"), &facts)?;
            }
            table if JOINED.contains(&table) => self.joined(table, f, id, out)?,
            _ => {}
        }
        Ok(())
    }

    fn joined(&mut self, table: &str, mut f: Fields<'_>, id: String, out: &mut Out<'_>) -> Result<(), Refusal> {
        let title = |f: &mut Fields<'_>| f.text("title").or_else(|| f.text("name")).unwrap_or_default();
        match table {
            "currency" => {
                let code = f.string("code").trim().to_ascii_uppercase();
                out.fact(&format!("currency.{code}.rate"), &f.string("conversion_rate"))?;
                f.known(&["title", "format", "price_format", "format_pattern"]);
                match code.parse() {
                    Ok(currency) => {
                        self.currencies.push(currency);
                        if f.flag("is_default") {
                            self.default_currency = Some(currency);
                        }
                    }
                    Err(_) => f.gap(GapKind::FactLost, "code", "not a currency of ISO 4217"),
                }
            }
            "client_group" => drop(self.client_groups.insert(id, title(&mut f))),
            "admin_group" => drop(self.admin_groups.insert(id, title(&mut f))),
            "product_category" => drop(self.categories.insert(id, title(&mut f))),
            "pay_gateway" => {
                f.lost("config", "settings and secrets of gateways are set up anew");
                self.gateways.insert(id, title(&mut f));
            }
            "tld_registrar" => {
                f.lost("config", "settings and secrets of registrars are set up anew");
                self.registrars.insert(id, title(&mut f));
            }
            "product_payment" => self.payments.put(&id, &f.all())?,
            "product_payment_period" => {
                let facts = ["code", "price", "setup_price", "enabled"].map(|column| f.string(column));
                self.periods.put(&f.string("product_payment_id"), &facts)?;
            }
            "client_order_meta" => {
                let facts = [f.string("name"), f.string("value")];
                self.order_facts.put(&f.string("client_order_id"), &facts)?;
            }
            _ => {
                let kind = table.trim_start_matches("service_");
                f.known(&["created_at", "updated_at"]);
                self.services.put(&format!("{kind} {id}"), &pairs(&mut f))?;
            }
        }
        f.known(&["created_at", "updated_at"]);
        out.joined(f);
        Ok(())
    }

    pub(super) fn own_currency(&self) -> Option<Currency> {
        let only = || self.currencies.first().copied().filter(|_| self.currencies.len() == 1);
        self.default_currency.or(self.given).or_else(only)
    }

    pub(super) fn currency_of(&self, client: Option<&str>) -> Option<Currency> {
        let known = client.filter(|client| self.clients.contains(client));
        let own = known.and_then(|client| self.odd_clients.get(client).copied().or(self.common));
        own.or_else(|| self.own_currency())
    }

    /// Rows that were laid aside and that no record asked for.
    pub(super) fn finish(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        let asides = [
            ("product_payment", Kind::Product, &mut self.payments),
            ("product_payment_period", Kind::Product, &mut self.periods),
            ("client_order_meta", Kind::Subscription, &mut self.order_facts),
            ("service", Kind::Subscription, &mut self.services),
        ];
        for (table, kind, aside) in asides {
            for (owner, count) in aside.left()? {
                if table.starts_with("product_payment") && self.used_payments.contains(&owner) {
                    continue;
                }
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

pub(super) fn group_key(client: &str, group: &str) -> String {
    format!("{client} {group}")
}
