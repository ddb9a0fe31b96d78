//! Orders: the list, and ordering for a customer.

use hostwright_panel::orders::model::OrderView;
use hostwright_panel::orders::queries;
use hostwright_panel::platform::Paged;
use hostwright_panel::platform::error::Result;

use super::words::{self, Names};
use crate::page::Page;
use crate::route::Visit;
use crate::ui::*;

pub mod new;

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let customer = input.customer_id.clone();
    let found = queries::list(&visit.call, input).await?;
    let ids = found.items.iter().map(|order| order.customer_id.as_str()).chain(customer.as_deref());
    let names = words::names(&visit.call, ids).await?;
    Ok(draw(&visit.page, &found, &names, customer.as_deref()))
}

fn draw(page: &Page, found: &Paged<OrderView>, names: &Names, customer: Option<&str>) -> String {
    let new = match customer {
        Some(id) => format!("/staff/orders/new?customer_id={id}"),
        None => "/staff/orders/new".to_owned(),
    };
    let table = Table::new(page.t("office-orders"))
        .column(Column::text(page.t("office-ordered")))
        .column(Column::text(page.t("office-customer")))
        .column(Column::number(page.t("office-total")))
        .column(Column::text(page.t("office-invoice")))
        .column(Column::text(page.t("office-subscription")))
        .column(Column::text(page.t("office-server")))
        .rows(found.items.iter().map(|order| {
            Row::new()
                .cell(words::moment(page, order.created_at))
                .cell(words::customer_link(names, &order.customer_id))
                .cell(money(page, order.total))
                .cell(link(format!("/staff/invoices/{}", order.invoice_id), page.t("office-open-invoice")))
                .cell(link(format!("/staff/subscriptions/{}", order.subscription_id), page.t("office-open-contract")))
                .cell(link(format!("/staff/servers/{}", order.server_id), page.t("office-open-server")))
        }))
        .empty(Empty::new(page.t("office-orders-none"), page.t("office-orders-none-text")).action(words::button_for(
            page,
            "orders.place",
            "office-order-new",
            new.clone(),
        )));
    let mut shell = Shell::new(page, page.t("office-orders")).primary(words::primary_for(
        page,
        "orders.place",
        "office-order-new",
        new,
    ));
    if let Some(filter) = words::of_customer(page, names, customer) {
        shell = shell.add(filter);
    }
    shell.add(table).add(words::pager(page, found.next.as_deref())).render()
}
