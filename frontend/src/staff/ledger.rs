//! The books: every account with its totals, and every transfer.

use hostwright_panel::billing::ledger::model::{TransferView, TrialBalance};
use hostwright_panel::billing::ledger::queries::{self, ShowTrialBalance};
use hostwright_panel::platform::Paged;
use hostwright_panel::platform::error::Result;
use leptos::prelude::AnyView;

use super::words::{self, Names};
use crate::page::{Page, Tone};
use crate::places;
use crate::route::Visit;
use crate::ui::*;

/// Draws the page.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let balance = queries::trial_balance(&visit.call, ShowTrialBalance {}).await?;
    let input = visit.params.list();
    let search = input.search.clone();
    let entries = queries::list(&visit.call, input).await?;
    let codes = entries.items.iter().flat_map(|entry| [entry.debit.as_str(), entry.credit.as_str()]);
    let names = words::names(&visit.call, codes.map(after_colon).filter(|id| id.starts_with("cus_"))).await?;
    Ok(draw(&visit.page, &balance, &entries, &names, search.as_deref()))
}

fn draw(
    page: &Page,
    balance: &TrialBalance,
    entries: &Paged<TransferView>,
    names: &Names,
    search: Option<&str>,
) -> String {
    let filters = Filters::new(page).search("search", search.unwrap_or_default(), page.t("office-ledger-search"));
    let filters = match search {
        Some(_) => filters.link(page.t("office-all"), "/staff/ledger#entries", false),
        None => filters,
    };
    let mut shell = Shell::new(page, page.t("office-ledger"))
        .crumb(page.t("ui-nav-invoices"), "/staff/invoices")
        .subtitle(page.t("office-ledger-subtitle"))
        .other(words::button_for(page, "reports.verify", "office-verify", "/staff/verify"));
    if search.is_none() && !page.path.contains("after=") {
        shell = shell.add(trial_balance(page, balance));
    }
    shell
        .add(filters)
        .add(
            Panel::new(page.t("office-entries"))
                .id("entries")
                .flush()
                .add(table(page, entries, names, search.is_some()))
                .add(words::pager(page, entries.next.as_deref())),
        )
        .render()
}

fn trial_balance(page: &Page, balance: &TrialBalance) -> AnyView {
    if balance.accounts.is_empty() {
        return Panel::new(page.t("office-trial-balance"))
            .id("balance")
            .add(muted(page.t("office-trial-balance-none")))
            .view();
    }
    let panels = balance
        .currencies
        .iter()
        .map(|total| {
            let currency = total.debits.currency;
            let agree = total.debits == total.credits;
            let state = if agree {
                State::new(Tone::Good, page.t("office-balance-agrees"))
            } else {
                State::new(Tone::Bad, page.t("office-balance-differs"))
            };
            let table = Table::new(page.t("office-trial-balance"))
                .plain()
                .column(Column::text(page.t("office-account")))
                .column(Column::text(page.t("office-account-kind")).minor())
                .column(Column::number(page.t("office-debits")))
                .column(Column::number(page.t("office-credits")))
                .column(Column::number(page.t("office-balance")))
                .rows(balance.accounts.iter().filter(|account| account.debits.currency == currency).map(|account| {
                    Row::new()
                        .cell(account_name(page, &Names::new(), &account.code))
                        .cell(page.t(&format!("office-account-{}", account.kind)))
                        .cell(money(page, account.debits))
                        .cell(money(page, account.credits))
                        .cell(money(page, account.balance))
                }))
                .total(page.t("office-sum"))
                .total("")
                .total(money(page, total.debits))
                .total(money(page, total.credits))
                .total("");
            let title = page.t_with("office-trial-balance-in", &[("currency", currency.code().to_owned().into())]);
            Panel::new(title).id(format!("balance-{}", currency.code())).flush().aside(state).add(table).view()
        })
        .collect();
    stack(panels)
}

/// What stands behind the first colon of an account's code.
fn after_colon(code: &str) -> &str {
    code.split_once(':').map_or(code, |(_, rest)| rest)
}

/// What an account is, in words: codes are `bank`, `revenue:setup`, `tax:DE:0.19`,
/// `receivable:cus_...`.
fn account_name(page: &Page, names: &Names, code: &str) -> AnyView {
    let parts: Vec<&str> = code.split(':').collect();
    match parts.as_slice() {
        ["tax", country, rate] => {
            let percent =
                rate.parse::<hostwright_kernel::Rate>().map_or_else(|_| (*rate).to_owned(), |rate| rate.percent());
            page.t_with(
                "office-account-tax",
                &[("country", places::country(page, country).into()), ("percent", page.decimal(&percent).into())],
            )
            .view()
        }
        ["revenue", kind] => page.t(&format!("office-account-revenue-{kind}")).view(),
        ["clearing", kind] => page.t(&format!("office-account-clearing-{kind}")).view(),
        [customers @ ("receivable" | "credit"), id] => {
            let name = words::customer_name(names, id);
            link(
                format!("/staff/customers/{id}"),
                page.t_with(&format!("office-account-of-{customers}"), &[("name", name.into())]),
            )
        }
        [known @ ("receivable" | "credit" | "bank" | "cash" | "goodwill" | "opening")] => {
            page.t(&format!("office-account-{known}")).view()
        }
        _ => code.to_owned().view(),
    }
}

fn table(page: &Page, entries: &Paged<TransferView>, names: &Names, is_search: bool) -> Table {
    let empty = if is_search {
        Empty::new(page.t("office-nothing-fits"), page.t("office-ledger-search-text"))
    } else {
        Empty::new(page.t("office-entries-none"), page.t("office-entries-none-text"))
    };
    Table::new(page.t("office-entries"))
        .plain()
        .column(Column::text(page.t("office-day")))
        .column(Column::text(page.t("office-what")))
        .column(Column::text(page.t("office-debit")))
        .column(Column::text(page.t("office-credit-side")))
        .column(Column::number(page.t("office-amount")))
        .rows(entries.items.iter().map(|entry| {
            Row::new()
                .cell(words::day(page, entry.day))
                .cell(what(page, entry))
                .cell(account_name(page, names, &entry.debit))
                .cell(account_name(page, names, &entry.credit))
                .cell(money(page, entry.amount))
        }))
        .empty(empty)
}

/// The event behind a transfer, as a link to the document where it has a page, with
/// its number or reason below.
fn what(page: &Page, entry: &TransferView) -> AnyView {
    let text = words::with_detail(&page.t(&format!("office-posting-{}", entry.kind)), &entry.reason);
    if entry.reference.starts_with("inv_") { link(format!("/staff/invoices/{}", entry.reference), text) } else { text }
}
