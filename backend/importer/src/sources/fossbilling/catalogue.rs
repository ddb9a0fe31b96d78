//! What is on sale: products, hosting plans, top level domains; and the servers of hosting.

use hostwright_kernel::Currency;
use rust_decimal::Decimal;

use super::{Tables, period};
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::{Amount, Cycle, Extra};
use crate::snapshot::{GapKind, Kind, Price, Product, ProductClass, Server};
use crate::sources::tables::{Fate, Fields, Out};

/// The columns of BoxBilling's prices: what stands before `_price`, and the period.
const PERIODS: [(&str, Cycle); 7] = [
    ("w", Cycle::Days(7)),
    ("m", Cycle::Months(1)),
    ("q", Cycle::Months(3)),
    ("b", Cycle::Months(6)),
    ("a", Cycle::Months(12)),
    ("bia", Cycle::Months(24)),
    ("tria", Cycle::Months(36)),
];

fn number(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text.trim()).ok()
}

fn price(cycle: Cycle, each: Decimal, setup: Option<Decimal>, currency: Currency) -> Price {
    let setup = setup.filter(|fee| !fee.is_zero()).map(|value| Amount { value, currency });
    Price { cycle, amount: Amount { value: each, currency }, setup, transfer: None, renewal: None }
}

impl Tables {
    fn prices(&mut self, f: &mut Fields<'_>, payment: &str) -> Result<Vec<Price>, Refusal> {
        let Some(currency) = self.look.own_currency() else {
            f.gap(GapKind::FactLost, "product_payment_id", "prices in a currency that is not known");
            return Ok(Vec::new());
        };
        let mut prices = Vec::new();
        let rows = self.look.payments.take(payment)?;
        if rows.is_empty() {
            f.gap(GapKind::Dangling, "product_payment_id", "there is no such row of prices, or another product has it");
        }
        // Products may share one row of prices.
        for facts in &rows {
            self.look.payments.put(payment, facts)?;
        }
        for facts in rows {
            let value = |name: &str| {
                let mut pairs = facts.chunks_exact(2);
                pairs.find(|pair| pair.first().is_some_and(|one| one == name)).and_then(|pair| pair.last())
            };
            let amount = |name: &str| value(name).and_then(|text| number(text));
            match value("type").map_or("", String::as_str) {
                "free" => prices.push(price(Cycle::Free, Decimal::ZERO, None, currency)),
                "once" => {
                    let each = amount("once_price").unwrap_or_default();
                    prices.push(price(Cycle::Once, each, amount("once_setup_price"), currency));
                }
                _ => {
                    for (name, cycle) in PERIODS {
                        let is_offered = value(&format!("{name}_enabled")).is_none_or(|flag| flag != "0");
                        if let Some(each) = amount(&format!("{name}_price")).filter(|_| is_offered) {
                            prices.push(price(cycle, each, amount(&format!("{name}_setup_price")), currency));
                        }
                    }
                }
            }
        }
        let rows = self.look.periods.take(payment)?;
        for facts in &rows {
            self.look.periods.put(payment, facts)?;
            let [code, each, setup, enabled] = facts.as_slice() else { continue };
            if enabled == "0" {
                continue;
            }
            match (period(code), number(each)) {
                (Some(cycle), Some(each)) => prices.push(price(cycle, each, number(setup), currency)),
                _ => {
                    f.gap(GapKind::FactLost, "product_payment_period", "a period or price that cannot be read");
                    f.keep(&format!("price.{code}"), each.clone());
                }
            }
        }
        Ok(prices)
    }

    pub(super) fn product(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Product, "id");
        let prices = match f.reference("product_payment_id") {
            Some(payment) => {
                self.look.used_payments.insert(&payment);
                self.prices(&mut f, &payment)?
            }
            None => Vec::new(),
        };
        let kind = f.string("type");
        let class = match kind.as_str() {
            "hosting" => ProductClass::Hosting,
            "domain" => ProductClass::DomainRegistration,
            "solusvm" => ProductClass::Server,
            _ => ProductClass::Resource,
        };
        f.keep("type", kind);
        let group = f.reference("product_category_id").map(|category| {
            self.look.categories.get(&category).cloned().unwrap_or_else(|| {
                f.gap(GapKind::Dangling, "product_category_id", "there is no such category");
                category
            })
        });
        let is_retired = (f.has("active") && !f.flag("active")) || f.text("status").is_some_and(|s| s == "disabled");
        let product = Product {
            id: f.id().to_owned(),
            name: f.text("title").unwrap_or_else(|| format!("product {}", f.id())),
            group,
            description: f.text("description"),
            class,
            prices,
            is_hidden: f.flag("hidden"),
            is_retired,
            extra: f.rest(),
            ..Product::default()
        };
        out.record(f, product)
    }

    pub(super) fn plan(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Product, "id").prefixed("plan-");
        let columns = ["quota", "bandwidth", "max_ftp", "max_sql", "max_pop", "max_sub", "max_park", "max_addon"];
        let limits = columns
            .iter()
            .filter_map(|name| f.text(name).map(|value| Extra { name: (*name).to_owned(), value }))
            .collect();
        let product = Product {
            id: f.id().to_owned(),
            name: f.text("name").unwrap_or_else(|| f.id().to_owned()),
            group: Some("hosting plans".to_owned()),
            class: ProductClass::Hosting,
            is_hidden: true,
            limits,
            extra: f.rest(),
            ..Product::default()
        };
        out.record(f, product)
    }

    pub(super) fn tld(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Product, "id");
        let Some(tld) = f.text("tld").map(|tld| tld.trim().trim_start_matches('.').to_lowercase()) else {
            return Ok(out.skip(&f, "a top level domain without a name"));
        };
        f.set_id(&format!("tld.{tld}"));
        let currency = self.look.own_currency();
        let register = f.amount("price_registration", currency);
        let (transfer, renewal) = (f.amount("price_transfer", currency), f.amount("price_renew", currency));
        let cycle = Cycle::Months(12);
        let prices =
            register.map(|amount| Price { cycle, amount, setup: None, transfer, renewal }).into_iter().collect();
        if register.is_none() {
            for (name, amount) in [("price_transfer", transfer), ("price_renew", renewal)] {
                f.keep(name, amount.map(|amount| amount.to_string()).unwrap_or_default());
            }
        }
        if let Some(registrar) = f.reference("tld_registrar_id") {
            let name = self.look.registrars.get(&registrar).cloned();
            if name.is_none() {
                f.gap(GapKind::Dangling, "tld_registrar_id", "there is no such registrar");
            }
            f.keep("registrar", name.unwrap_or(registrar));
        }
        let product = Product {
            id: f.id().to_owned(),
            name: format!(".{tld}"),
            group: Some("domains".to_owned()),
            class: ProductClass::DomainRegistration,
            tlds: vec![tld],
            prices,
            is_retired: f.has("active") && !f.flag("active"),
            extra: f.rest(),
            ..Product::default()
        };
        out.record(f, product)
    }

    pub(super) fn server(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Server, "id");
        let (password, key) = (f.secret("password"), f.secret("accesshash"));
        if password.is_some() && key.is_some() {
            f.gap(GapKind::FactLost, "accesshash", "a server has one secret; the password was taken");
        }
        let server = Server {
            id: f.id().to_owned(),
            name: f.text("name").unwrap_or_else(|| format!("server {}", f.id())),
            hostname: f.text("hostname"),
            address: f.text("ip"),
            kind: f.text("manager"),
            user_name: f.text("username"),
            password: password.or(key),
            is_active: f.flag("active"),
            extra: f.rest(),
        };
        out.record(f, server)
    }
}
