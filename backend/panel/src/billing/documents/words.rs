//! What is printed, as finished texts in the document's language.

use hostwright_kernel::{Day, Money, Period};

use crate::billing::invoices::document::Document;
use crate::billing::invoices::model::{Buyer, InvoiceKind, LineView};
use crate::billing::tax::model::TaxCategory;
use crate::billing::totals::TaxGroup;
use crate::platform::error::{Error, Result};
use crate::platform::texts::{Locale, Texts};

/// The texts of one language.
pub(super) struct Words {
    texts: Texts,
    locale: Locale,
}

impl Words {
    /// The words of a document's language; English for one that we lack.
    pub(super) fn of(document: &Document) -> Result<Self> {
        Ok(Self {
            texts: Texts::embedded().map_err(Error::internal)?,
            locale: document.locale.parse().unwrap_or_default(),
        })
    }

    /// The language's tag.
    pub(super) fn language(&self) -> &'static str {
        self.locale.tag()
    }

    /// A word of the document.
    pub(super) fn get(&self, name: &str) -> String {
        self.texts.get(self.locale, &format!("billing-pdf-{name}"))
    }

    fn get_with(&self, name: &str, values: &[(&str, String)]) -> String {
        let values: Vec<_> = values.iter().map(|(key, value)| (*key, value.clone().into())).collect();
        self.texts.get_with(self.locale, &format!("billing-pdf-{name}"), &values)
    }

    /// `Invoice` or `Credit note`.
    pub(super) fn title(&self, kind: InvoiceKind) -> String {
        self.get(match kind {
            InvoiceKind::Invoice => "invoice",
            InvoiceKind::CreditNote => "credit-note",
        })
    }

    pub(super) fn day(&self, day: Option<Day>) -> String {
        day.map(|day| self.texts.day(self.locale, day)).unwrap_or_default()
    }

    /// From the first to the last day.
    pub(super) fn period(&self, period: Period) -> String {
        self.get_with("from-to", &[("from", self.day(Some(period.start))), ("to", self.day(Some(period.last_day())))])
    }

    pub(super) fn money(&self, amount: Money) -> String {
        self.locale.money(amount)
    }

    /// An amount without its currency, for columns.
    pub(super) fn amount(&self, amount: Money) -> String {
        self.locale.decimal(&amount.decimal())
    }

    pub(super) fn quantity(&self, line: &LineView) -> String {
        self.locale.decimal(&line.quantity.canonical())
    }

    /// The rate of a line: `19 %`, or a dash where no tax is due.
    pub(super) fn rate(&self, line: &LineView) -> String {
        match line.category {
            TaxCategory::Standard | TaxCategory::Zero => format!("{} %", self.locale.decimal(&line.rate.percent())),
            TaxCategory::ReverseCharge | TaxCategory::OutOfScope => "\u{2013}".to_owned(),
        }
    }

    /// What a tax group is called beside its sum.
    pub(super) fn group(&self, group: &TaxGroup) -> String {
        let values = [
            ("percent", self.locale.decimal(&group.rate.percent())),
            ("country", group.country.clone()),
            ("net", self.amount(group.net)),
        ];
        self.get_with(
            match group.category {
                TaxCategory::Standard | TaxCategory::Zero => "tax",
                TaxCategory::ReverseCharge => "tax-reverse-charge",
                TaxCategory::OutOfScope => "tax-out-of-scope",
            },
            &values,
        )
    }

    /// What a credit note takes back; none for an invoice.
    pub(super) fn corrects(&self, document: &Document) -> Option<String> {
        document.corrects.as_ref().map(|corrects| {
            self.get_with("corrects", &[("number", corrects.number.clone()), ("day", self.day(corrects.issue_day))])
        })
    }

    /// How to pay; none for a credit note, for what costs nothing, and for a document of
    /// another system, which may have been paid there.
    pub(super) fn payment(&self, document: &Document) -> Option<String> {
        if document.kind == InvoiceKind::CreditNote || !document.total.is_positive() || document.history.is_some() {
            return None;
        }
        let name = if document.seller.bank_account.is_empty() { "pay" } else { "pay-bank" };
        Some(self.get_with(
            name,
            &[
                ("total", self.money(document.total)),
                ("day", self.day(document.due_day)),
                ("number", document.number.clone().unwrap_or_default()),
                ("account", document.seller.bank_account.clone()),
            ],
        ))
    }

    pub(super) fn page(&self, page: usize, pages: usize) -> String {
        self.get_with("page", &[("page", page.to_string()), ("pages", pages.to_string())])
    }
}

/// The lines of the buyer's address, without empty ones.
pub(super) fn address(buyer: &Buyer) -> Vec<String> {
    let town = format!("{} {}", buyer.postal_code, buyer.city);
    let company = buyer.company.clone().unwrap_or_default();
    let region = buyer.region.clone().unwrap_or_default();
    [company, buyer.name.clone(), buyer.street.clone(), town, region, buyer.country.clone()]
        .into_iter()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}
