//! The layout of an invoice or credit note, on the screen and on paper. The
//! amounts come from the document; nothing is computed here.

use hostwright_kernel::{Day, Money};
use leptos::prelude::*;

use super::html;
use crate::page::Page;

/// A side of the document, line by line: name, street, place, country, numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InvoiceParty {
    /// The legal name.
    pub name: String,
    /// Address and tax numbers, one per line.
    pub lines: Vec<String>,
}

/// One line of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceLine {
    /// What was sold.
    pub text: String,
    /// For which days, or which server.
    pub detail: Option<String>,
    /// How many, in words of the language.
    pub quantity: String,
    /// The price of one, without tax, in words of the language.
    pub unit_price: String,
    /// The tax rate or category as written in the document.
    pub tax: String,
    /// The net amount of the line.
    pub net: Money,
}

/// One group of the tax breakdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceTax {
    /// "19 % VAT", or the reason why there is none.
    pub text: String,
    /// What it is computed on.
    pub base: Money,
    /// The tax.
    pub tax: Money,
}

/// A whole document.
#[derive(Debug, Clone)]
pub struct InvoiceDocument<'a> {
    /// The page it stands on.
    pub page: &'a Page,
    /// "Invoice", "Credit note".
    pub kind: String,
    /// Its number, or what a draft is called.
    pub number: String,
    /// Who sells.
    pub seller: InvoiceParty,
    /// Who buys.
    pub buyer: InvoiceParty,
    /// Issue day, due day, days of service and the like, in order.
    pub facts: Vec<(String, String)>,
    /// The day by which it is to be paid.
    pub due: Option<Day>,
    /// What was sold.
    pub lines: Vec<InvoiceLine>,
    /// Sum of the lines.
    pub net: Money,
    /// Tax by rate.
    pub taxes: Vec<InvoiceTax>,
    /// Net and tax.
    pub gross: Money,
    /// What was already paid, when something was.
    pub paid: Option<Money>,
    /// What is still to pay.
    pub payable: Money,
    /// Legal sentences: reverse charge, payment terms.
    pub notes: Vec<String>,
    /// How to pay: holder, IBAN, reference.
    pub payment: Vec<(String, String)>,
}

impl InvoiceDocument<'_> {
    pub(crate) fn render(self) -> AnyView {
        let page = self.page;
        let party = |title: String, party: InvoiceParty| {
            let lines: Vec<_> = party.lines.into_iter().map(|line| view! { <span>{line}</span> }).collect();
            html(
                view! { <div class="party"><p class="party-title">{title}</p><address><strong>{party.name}</strong>{lines}</address></div> },
            )
        };
        let seller = party(page.t("ui-invoice-from"), self.seller);
        let buyer = party(page.t("ui-invoice-to"), self.buyer);
        let due = self.due.map(|day| (page.t("ui-invoice-due"), page.day(day)));
        let facts: Vec<_> = self
            .facts
            .into_iter()
            .chain(due)
            .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
            .collect();
        let lines: Vec<AnyView> = self.lines.into_iter().map(|line| draw_line(page, line)).collect();
        let sum = |class: &'static str, name: String, amount: Money| {
            html(view! { <div class=class><dt>{name}</dt><dd class="money">{page.money(amount)}</dd></div> })
        };
        let taxes: Vec<AnyView> = self
            .taxes
            .into_iter()
            .map(|tax| {
                let name = page
                    .t_with("ui-invoice-tax-on", &[("tax", tax.text.into()), ("base", page.money(tax.base).into())]);
                sum("", name, tax.tax)
            })
            .collect();
        let paid = self.paid.map(|paid| sum("", page.t("ui-invoice-paid"), paid));
        let notes: Vec<_> = self.notes.into_iter().map(|note| view! { <p>{note}</p> }).collect();
        let payment = (!self.payment.is_empty()).then(|| {
            let rows: Vec<_> = self
                .payment
                .into_iter()
                .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
                .collect();
            view! { <div class="invoice-payment"><p class="party-title">{page.t("ui-invoice-how-to-pay")}</p><dl class="facts">{rows}</dl></div> }
        });
        html(view! {
            <article class="invoice" aria-label=format!("{} {}", self.kind, self.number)>
                <div class="invoice-head">
                    <div><p class="invoice-kind">{self.kind.clone()}</p><p class="invoice-number">{self.number.clone()}</p></div>
                    <p class="invoice-brand">{page.brand.name.clone()}</p>
                </div>
                <div class="invoice-parties">{seller}{buyer}<dl class="invoice-facts">{facts}</dl></div>
                <div class="table-box plain" tabindex="0" role="region" aria-label=page.t("ui-invoice-lines")>
                    <table role="table" class="table">
                        <caption class="sr">{page.t("ui-invoice-lines")}</caption>
                        <thead role="rowgroup"><tr role="row">
                            <th role="columnheader" scope="col">{page.t("ui-invoice-what")}</th>
                            <th role="columnheader" scope="col" class="num">{page.t("ui-invoice-quantity")}</th>
                            <th role="columnheader" scope="col" class="num">{page.t("ui-invoice-unit-price")}</th>
                            <th role="columnheader" scope="col" class="num">{page.t("ui-invoice-tax")}</th>
                            <th role="columnheader" scope="col" class="num">{page.t("ui-invoice-amount")}</th>
                        </tr></thead>
                        <tbody role="rowgroup">{lines}</tbody>
                    </table>
                </div>
                <dl class="invoice-sums">
                    {sum("", page.t("ui-invoice-net"), self.net)}
                    {taxes}
                    {sum("gross", page.t("ui-invoice-gross"), self.gross)}
                    {paid}
                    {sum("payable", page.t("ui-invoice-payable"), self.payable)}
                </dl>
                <div class="invoice-notes">{notes}</div>
                {payment}
            </article>
        })
    }
}

fn draw_line(page: &Page, line: InvoiceLine) -> AnyView {
    let detail = line.detail.map(|detail| view! { <span class="detail">{detail}</span> });
    html(view! {
        <tr role="row">
            <td role="cell" data-label=page.t("ui-invoice-what")><span class="value">{line.text}{detail}</span></td>
            <td role="cell" class="num" data-label=page.t("ui-invoice-quantity")><span class="value">{line.quantity}</span></td>
            <td role="cell" class="num" data-label=page.t("ui-invoice-unit-price")><span class="value">{line.unit_price}</span></td>
            <td role="cell" class="num" data-label=page.t("ui-invoice-tax")><span class="value">{line.tax}</span></td>
            <td role="cell" class="num" data-label=page.t("ui-invoice-amount")><span class="value">{page.money(line.net)}</span></td>
        </tr>
    })
}
