//! Choosing the customer that a new order, invoice or payment is for: a search
//! whose answers are links, so that it works without JavaScript.

use hostwright_panel::customers;
use hostwright_panel::customers::model::CustomerView;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use leptos::prelude::AnyView;

use super::words;
use crate::page::{Page, encode};
use crate::route::Visit;
use crate::ui::*;

/// Customers that are shown to choose from.
const SHOWN: i64 = 20;

/// The customer named in the query; none when nobody was chosen yet.
///
/// # Errors
/// Not found for an unknown one.
pub async fn chosen(visit: &Visit) -> Result<Option<CustomerView>> {
    if visit.params.get("customer_id").is_none() {
        return Ok(None);
    }
    let customer_id = visit.params.parse("customer_id")?;
    let customer = customers::queries::show(&visit.call, customers::queries::ShowCustomer { customer_id }).await?;
    Ok(Some(customer))
}

/// The search and its answers; each leads to this page with `customer_id`. The key
/// names the text that says what can be searched for.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn customer(visit: &Visit, search_key: &str) -> Result<AnyView> {
    let search = visit.params.get("search").map(str::to_owned);
    let input = ListInput { search: search.clone(), limit: Some(SHOWN), ..ListInput::default() };
    let found = customers::queries::list(&visit.call, input).await?.items;
    Ok(draw(&visit.page, search_key, search.as_deref().unwrap_or_default(), &found))
}

fn draw(page: &Page, search_key: &str, search: &str, found: &[CustomerView]) -> AnyView {
    let here = page.path_only();
    let table = Table::new(page.t("office-pick-customer"))
        .column(Column::text(page.t("office-customer")))
        .column(Column::text(page.t("office-number")).minor())
        .column(Column::text(page.t("office-email")))
        .column(Column::text(page.t("office-state")))
        .rows(found.iter().map(|customer| {
            Row::to(format!("{here}?customer_id={}", encode(customer.id.as_str())))
                .cell(words::called(customer))
                .cell(customer.number.to_string())
                .cell(customer.email.as_str())
                .cell(words::customer_state(page, customer.state))
        }))
        .empty(Empty::new(page.t("office-pick-none"), page.t("office-pick-none-text")).action(words::button_for(
            page,
            "customers.create",
            "office-customer-new",
            "/staff/customers/new",
        )));
    stack(vec![explanation(page), Filters::new(page).search("search", search, page.t(search_key)).view(), table.view()])
}

fn explanation(page: &Page) -> AnyView {
    muted(page.t("office-pick-customer-text"))
}
