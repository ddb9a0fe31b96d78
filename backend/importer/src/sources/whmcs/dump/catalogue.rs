//! What is on sale: products, addons, configurable options, top level domains.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Dump;
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::{Amount, Cycle, Extra};
use crate::snapshot::{GapKind, Kind, Price, Product, ProductClass};
use crate::sources::tables::{Fate, Fields, Out};
use crate::sources::whmcs::words;

/// One row of prices as it was laid aside: its currency, then columns and numbers in turn.
struct PriceRow {
    currency: String,
    numbers: BTreeMap<String, String>,
}

fn price_row(facts: Vec<String>) -> PriceRow {
    let mut facts = facts.into_iter();
    let currency = facts.next().unwrap_or_default();
    let mut numbers = BTreeMap::new();
    while let (Some(column), Some(number)) = (facts.next(), facts.next()) {
        numbers.insert(column, number);
    }
    PriceRow { currency, numbers }
}

impl PriceRow {
    fn number(&self, column: &str) -> Option<Decimal> {
        self.numbers.get(column).and_then(|number| Decimal::from_str_exact(number.trim()).ok())
    }
}

impl Dump {
    /// Prices of a thing in all currencies.
    fn prices_of(&mut self, f: &mut Fields<'_>, owner: &str, pay: &str) -> Result<Vec<Price>, Refusal> {
        let mut prices = Vec::new();
        for facts in self.look.prices.take(owner)? {
            let row = price_row(facts);
            let Some(currency) = self.look.currency_by_id(&row.currency).or_else(|| self.look.own_currency()) else {
                f.gap(GapKind::Dangling, "tblpricing.currency", "a price in a currency that is not there");
                f.keep("price_in_currency", row.currency);
                continue;
            };
            if row.numbers.iter().any(|(column, number)| !number.is_empty() && row.number(column).is_none()) {
                f.gap(GapKind::FactLost, "tblpricing", "a price that is no number");
            }
            prices.extend(words::prices(currency, pay, &|column| row.number(column)));
        }
        Ok(prices)
    }

    pub(super) fn product(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Product, "id");
        let pay = f.string("paytype");
        let owner = format!("product {}", f.id());
        let prices = self.prices_of(&mut f, &owner, &pay)?;
        f.keep("paytype", pay);
        let kind = f.string("type");
        let class = words::product_class(&kind);
        f.keep("type", kind);
        let group = f.reference("gid").map(|group| match self.look.product_groups.get(&group) {
            Some(name) => name.clone(),
            None => {
                f.gap(GapKind::Dangling, "gid", "there is no such product group");
                group
            }
        });
        let mut limits = Vec::new();
        for column in ["overagesenabled", "overagesdisklimit", "overagesbwlimit", "qty"] {
            if let Some(value) = f.text(column).filter(|value| value != "0") {
                limits.push(Extra { name: column.to_owned(), value });
            }
        }
        let product = Product {
            id: f.id().to_owned(),
            name: f.words("name").unwrap_or_else(|| format!("product {}", f.id())),
            group,
            description: f.words("description"),
            class,
            tlds: Vec::new(),
            prices,
            is_hidden: f.flag("hidden"),
            is_retired: f.flag("retired"),
            is_taxed: f.flag("tax"),
            parent: None,
            limits,
            extra: f.rest(),
        };
        out.record(f, product)
    }

    pub(super) fn addon_product(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Product, "id");
        let pay = f.string("billingcycle");
        let owner = format!("addon {}", f.id());
        let prices = self.prices_of(&mut f, &owner, &pay)?;
        f.keep("billingcycle", pay);
        let mut f = f.prefixed("addon-");
        let product = Product {
            id: f.id().to_owned(),
            name: f.words("name").unwrap_or_else(|| f.id().to_owned()),
            group: Some("addons".to_owned()),
            description: f.words("description"),
            class: ProductClass::Resource,
            prices,
            is_hidden: f.flag("hidden") || (f.has("showorder") && !f.flag("showorder")),
            is_retired: f.flag("retired"),
            is_taxed: f.flag("tax"),
            extra: f.rest(),
            ..Product::default()
        };
        out.record(f, product)
    }

    /// A choice of a configurable option: it has prices, so it is something on sale.
    pub(super) fn option_product(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Product, "id");
        let owner = format!("configoptions {}", f.id());
        let prices = self.prices_of(&mut f, &owner, "recurring")?;
        let mut f = f.prefixed("option-");
        let option = f.reference("configid").and_then(|option| {
            let name = self.look.options.get(&option).cloned();
            if name.is_none() {
                f.gap(GapKind::Dangling, "configid", "there is no such configurable option");
                f.keep("configid", option);
            }
            name
        });
        let choice = f.words("optionname").unwrap_or_default();
        let product = Product {
            id: f.id().to_owned(),
            name: option.map_or_else(|| choice.clone(), |option| format!("{option}: {choice}")),
            group: Some("configurable options".to_owned()),
            prices,
            is_hidden: f.flag("hidden"),
            extra: f.rest(),
            ..Product::default()
        };
        out.record(f, product)
    }

    /// A top level domain. In its rows of prices each column means so many years.
    pub(super) fn tld(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Product, "id");
        let number = f.id().to_owned();
        let Some(tld) = f.text("extension").map(|tld| tld.trim().trim_start_matches('.').to_ascii_lowercase()) else {
            return Ok(out.skip(&f, "a top level domain without a name"));
        };
        let mut rows: BTreeMap<String, BTreeMap<&str, PriceRow>> = BTreeMap::new();
        for what in ["domainregister", "domaintransfer", "domainrenew"] {
            for facts in self.look.prices.take(&format!("{what} {number}"))? {
                let row = price_row(facts);
                // The last column is no year; it limits a row to a group of clients.
                if row.number("tsetupfee").is_some_and(|group| !group.is_zero()) {
                    f.gap(GapKind::FactLost, "tblpricing.tsetupfee", "prices for one group of clients");
                    continue;
                }
                rows.entry(row.currency.clone()).or_default().insert(what, row);
            }
        }
        let mut prices = Vec::new();
        for (currency_id, kinds) in &rows {
            let Some(currency) = self.look.currency_by_id(currency_id).or_else(|| self.look.own_currency()) else {
                f.gap(GapKind::Dangling, "tblpricing.currency", "a price in a currency that is not there");
                continue;
            };
            let offered = |what: &str, column: &str| {
                let number = kinds.get(what).and_then(|row| row.number(column));
                number.filter(|number| !number.is_sign_negative()).map(|value| Amount { value, currency })
            };
            for (years, column) in (1u32..).zip(words::YEARS) {
                let register = offered("domainregister", column);
                let transfer = offered("domaintransfer", column);
                let renewal = offered("domainrenew", column);
                let Some(amount) = register.or(renewal).or(transfer) else { continue };
                if register.is_none() {
                    f.keep(&format!("not_registered.{years}y"), currency.code());
                }
                let cycle = Cycle::Months(years.saturating_mul(12));
                prices.push(Price { cycle, amount, setup: None, transfer, renewal });
            }
        }
        f.set_id(&format!("tld.{tld}"));
        let product = Product {
            id: f.id().to_owned(),
            name: format!(".{tld}"),
            group: Some("domains".to_owned()),
            class: ProductClass::DomainRegistration,
            tlds: vec![tld],
            prices,
            is_taxed: false,
            extra: f.rest(),
            ..Product::default()
        };
        out.record(f, product)
    }
}
