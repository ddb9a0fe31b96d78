//! What something costs, before the button that buys it.

use hostwright_kernel::Money;
use leptos::prelude::*;

use super::{Piece, html};
use crate::page::Page;

/// Lines, tax, total, and what comes next.
#[derive(Debug)]
pub struct PriceSummary<'a> {
    page: &'a Page,
    title: String,
    lines: Vec<(String, Option<String>, String)>,
    subtotals: Vec<(String, String)>,
    total: Option<(String, String)>,
    next: Option<AnyView>,
}

impl<'a> PriceSummary<'a> {
    /// A summary with a heading.
    #[must_use]
    pub fn new(page: &'a Page, title: impl Into<String>) -> Self {
        Self { page, title: title.into(), lines: Vec::new(), subtotals: Vec::new(), total: None, next: None }
    }

    /// What is bought, with an explanation below, and its net amount.
    #[must_use]
    pub fn line(mut self, what: impl Into<String>, detail: Option<String>, amount: Money) -> Self {
        self.lines.push((what.into(), detail, self.page.money(amount)));
        self
    }

    /// Net, tax, credit: below the lines.
    #[must_use]
    pub fn subtotal(mut self, what: impl Into<String>, amount: Money) -> Self {
        self.subtotals.push((what.into(), self.page.money(amount)));
        self
    }

    /// What is to be paid.
    #[must_use]
    pub fn total(mut self, what: impl Into<String>, amount: Money) -> Self {
        self.total = Some((what.into(), self.page.money(amount)));
        self
    }

    /// What will be charged next, and when.
    #[must_use]
    pub fn next(mut self, piece: impl Piece) -> Self {
        self.next = Some(piece.view());
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let row = |class: &'static str, (what, amount): (String, String)| {
            html(view! { <div class=class><dt>{what}</dt><dd class="money">{amount}</dd></div> })
        };
        let lines: Vec<AnyView> = self
            .lines
            .into_iter()
            .map(|(what, detail, amount)| {
                let detail = detail.map(|detail| view! { <span class="detail">{detail}</span> });
                html(view! { <div class="line"><dt>{what}{detail}</dt><dd class="money">{amount}</dd></div> })
            })
            .collect();
        let subtotals: Vec<AnyView> = self.subtotals.into_iter().map(|pair| row("subtotal", pair)).collect();
        let total = self.total.map(|pair| row("total", pair));
        let next = self.next.map(|next| view! { <p class="next">{next}</p> });
        html(view! {
            <div class="price" role="group" aria-label=self.title.clone()>
                <p class="price-title">{self.title.clone()}</p>
                <dl>{lines}{subtotals}{total}</dl>
                {next}
            </div>
        })
    }
}
