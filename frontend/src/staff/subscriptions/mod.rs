//! Subscriptions: the list, and one contract.

use hostwright_panel::platform::Paged;
use hostwright_panel::platform::error::Result;
use hostwright_panel::subscriptions::model::{SubscriptionState, SubscriptionView};
use hostwright_panel::subscriptions::queries;

use super::words::{self, Names};
use crate::page::Page;
use crate::portal::words as common;
use crate::route::Visit;
use crate::ui::*;

pub mod detail;

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let (search, state, customer) = (input.search.clone(), input.state.clone(), input.customer_id.clone());
    let found = queries::list(&visit.call, input).await?;
    let ids = found.items.iter().map(|subscription| subscription.customer_id.as_str()).chain(customer.as_deref());
    let names = words::names(&visit.call, ids).await?;
    Ok(draw(&visit.page, &found, &names, (search, state, customer)))
}

fn draw(
    page: &Page,
    found: &Paged<SubscriptionView>,
    names: &Names,
    (search, state, customer): (Option<String>, Option<String>, Option<String>),
) -> String {
    let table = Table::new(page.t("office-subscriptions"))
        .column(Column::text(page.t("office-plan")))
        .column(Column::text(page.t("office-customer")))
        .column(Column::number(page.t("office-price")))
        .column(Column::text(page.t("office-billed-until")))
        .column(Column::text(page.t("office-then")).minor())
        .column(Column::text(page.t("office-state")))
        .rows(found.items.iter().map(|subscription| {
            Row::to(format!("/staff/subscriptions/{}", subscription.id))
                .cell(&subscription.plan_name)
                .cell(words::customer_name(names, &subscription.customer_id))
                .cell(price(page, subscription))
                .cell(words::day(page, subscription.billed_until.plus_days(-1)))
                .cell(if subscription.state.is_ended() {
                    String::new()
                } else {
                    common::renewal(page, subscription.renewal)
                })
                .cell(common::subscription_state(page, subscription.state))
                .quiet(subscription.state.is_ended())
        }))
        .empty(if search.is_some() || state.is_some() || customer.is_some() {
            Empty::new(page.t("office-nothing-fits"), page.t("office-nothing-fits-text"))
        } else {
            Empty::new(page.t("office-subscriptions-none"), page.t("office-subscriptions-none-text"))
                .action(words::button_for(page, "orders.place", "office-order-new", "/staff/orders/new"))
        });
    let mut filters =
        Filters::new(page).link(page.t("office-all"), words::filtered(page, "state", None), state.is_none());
    for each in SubscriptionState::ALL {
        let word = each.to_string();
        let is_this = state.as_deref() == Some(word.as_str());
        filters = filters.link(
            page.t(&format!("subscriptions-state-{word}")),
            words::filtered(page, "state", Some(&word)),
            is_this,
        );
    }
    filters = filters.search("search", search.unwrap_or_default(), page.t("office-subscriptions-search"));
    for (name, kept) in [("state", &state), ("customer_id", &customer)] {
        if let Some(kept) = kept {
            filters = filters.keep(name, kept);
        }
    }
    let mut shell = Shell::new(page, page.t("office-subscriptions"))
        .crumb(page.t("office-renewals"), "/staff/renewals")
        .primary(words::primary_for(page, "orders.place", "office-order-new", "/staff/orders/new"));
    if let Some(filter) = words::of_customer(page, names, customer.as_deref()) {
        shell = shell.add(filter);
    }
    shell.add(filters).add(table).add(words::pager(page, found.next.as_deref())).render()
}

/// The price of a period: EUR 59.00 a month.
pub fn price(page: &Page, subscription: &SubscriptionView) -> String {
    page.t_with(
        "office-price-per",
        &[("amount", page.money(subscription.amount).into()), ("months", i64::from(subscription.months).into())],
    )
}
