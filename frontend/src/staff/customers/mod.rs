//! Customers: the list, a new one, and the form of their details.

use hostwright_panel::customers::model::CustomerView;
use hostwright_panel::customers::queries::{self, ShowCustomer};
use hostwright_panel::platform::Paged;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::texts::Locale;

use super::words;
use crate::page::Page;
use crate::places;
use crate::route::Visit;
use crate::ui::*;

pub mod detail;
mod money;

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let search = input.search.clone().unwrap_or_default();
    let state = input.state.clone();
    let found = queries::list(&visit.call, input).await?;
    Ok(draw_list(&visit.page, &found, &search, state.as_deref()))
}

fn draw_list(page: &Page, found: &Paged<CustomerView>, search: &str, state: Option<&str>) -> String {
    let table = Table::new(page.t("office-customers"))
        .column(Column::text(page.t("office-name")))
        .column(Column::text(page.t("office-number")).minor())
        .column(Column::text(page.t("office-email")))
        .column(Column::text(page.t("office-city")).minor())
        .column(Column::text(page.t("office-customer-since")).minor())
        .column(Column::text(page.t("office-state")))
        .rows(found.items.iter().map(|customer| {
            Row::to(format!("/staff/customers/{}", customer.id))
                .cell(words::called(customer))
                .cell(customer.number.to_string())
                .cell(customer.email.as_str())
                .cell(town(customer))
                .cell(words::day(page, customer.created_at.day_in(&page.zone)))
                .cell(words::customer_state(page, customer.state))
        }))
        .empty(if search.is_empty() && state.is_none() {
            Empty::new(page.t("office-customers-none"), page.t("office-customers-none-text"))
                .action(words::primary_for(page, "customers.create", "office-customer-new", "/staff/customers/new"))
        } else {
            Empty::new(page.t("office-nothing-fits"), page.t("office-nothing-fits-text"))
        });
    let to = |state| words::filtered(page, "state", state);
    let mut filters = Filters::new(page)
        .link(page.t("office-all"), to(None), state.is_none())
        .link(page.t("customers-state-active"), to(Some("active")), state == Some("active"))
        .link(page.t("customers-state-suspended"), to(Some("suspended")), state == Some("suspended"))
        .search("search", search, page.t("office-customers-search"));
    if let Some(state) = state {
        filters = filters.keep("state", state);
    }
    Shell::new(page, page.t("office-customers"))
        .primary(words::primary_for(page, "customers.create", "office-customer-new", "/staff/customers/new"))
        .add(filters)
        .add(table)
        .add(words::pager(page, found.next.as_deref()))
        .render()
}

fn town(customer: &CustomerView) -> String {
    [customer.city.as_str(), customer.country.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The form for a new one.
///
/// # Errors
/// When the caller may not.
pub async fn new(visit: Visit) -> Result<String> {
    let scope = visit.call.authorize(hostwright_panel::auth::policy::Action::CreateCustomer)?;
    let page = &visit.page;
    let seller = visit.call.db.read(hostwright_panel::billing::entity::load_in).await?;
    drop(scope);
    let form = Form::new(page, "customers.create")
        .then("/staff/customers/{id}")
        .field(
            Field::text("name", page.t("office-customer-name"))
                .hint(page.t("office-customer-name-hint"))
                .autocomplete("name")
                .focus(),
        )
        .field(Field::text("company", page.t("office-company")).optional().autocomplete("organization"))
        .field(Field::email("email", page.t("office-invoice-email")).hint(page.t("office-invoice-email-hint")))
        .group(page.t("office-address"), None, address_fields(page, None, &seller.country))
        .field(
            Field::select("currency", page.t("office-currency"), places::currencies())
                .value(seller.currency.code())
                .hint(page.t("office-currency-hint"))
                .short(),
        )
        .row(vec![language(page).value(page.locale.tag()), zone(page).value(seller.time_zone.as_str())])
        .field(Field::textarea("notes", page.t("office-notes"), 3).optional().hint(page.t("office-notes-hint")))
        .field(
            Field::checkbox("invite_owner", page.t("office-invite-owner"))
                .checked(true)
                .hint(page.t("office-invite-owner-hint")),
        )
        .submit(page.t("office-customer-create"))
        .cancel(page.t("ui-cancel"), "/staff/customers");
    Ok(Shell::new(page, page.t("office-customer-new"))
        .crumb(page.t("office-customers"), "/staff/customers")
        .add(Panel::new(page.t("office-customer-details")).id("details").add(form))
        .render())
}

/// The form for the details of one.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn edit(visit: Visit) -> Result<String> {
    visit.call.authorize(hostwright_panel::auth::policy::Action::UpdateCustomer)?;
    let customer_id = visit.params.parse("customer_id")?;
    let customer = queries::show(&visit.call, ShowCustomer { customer_id }).await?;
    Ok(draw_edit(&visit.page, &customer))
}

fn draw_edit(page: &Page, customer: &CustomerView) -> String {
    let place = format!("/staff/customers/{}", customer.id);
    let form = Form::new(page, "customers.update")
        .id("details")
        .hidden("customer_id", customer.id.as_str())
        .hidden("version", customer.version.to_string())
        .then(&place)
        .field(
            Field::text("name", page.t("office-customer-name"))
                .value(&customer.name)
                .hint(page.t("office-customer-name-hint")),
        )
        .field(Field::text("company", page.t("office-company")).maybe(customer.company.clone()).clears())
        .field(
            Field::email("email", page.t("office-invoice-email"))
                .value(customer.email.as_str())
                .hint(page.t("office-invoice-email-hint")),
        )
        .group(
            page.t("office-address"),
            Some(page.t("office-address-hint")),
            address_fields(page, Some(customer), &customer.country),
        )
        .row(vec![language(page).value(customer.locale.as_str()), zone(page).value(customer.time_zone.as_str())])
        .field(
            Field::textarea("notes", page.t("office-notes"), 4)
                .clears()
                .maybe(customer.notes.clone())
                .hint(page.t("office-notes-hint")),
        )
        .submit(page.t("ui-save"))
        .cancel(page.t("ui-cancel"), &place);
    Shell::new(page, page.t("office-customer-edit"))
        .crumb(page.t("office-customers"), "/staff/customers")
        .crumb(words::called(customer), &place)
        .add(Panel::new(page.t("office-customer-details")).id("details").add(form))
        .render()
}

fn address_fields(page: &Page, customer: Option<&CustomerView>, country: &str) -> Vec<Field> {
    let value = |get: fn(&CustomerView) -> String| customer.map(get);
    vec![
        Field::text("street", page.t("office-street"))
            .maybe(value(|c| c.street.clone()))
            .clears()
            .autocomplete("street-address"),
        Field::text("postal_code", page.t("office-postal-code"))
            .maybe(value(|c| c.postal_code.clone()))
            .clears()
            .short()
            .autocomplete("postal-code"),
        Field::text("city", page.t("office-city"))
            .maybe(value(|c| c.city.clone()))
            .clears()
            .autocomplete("address-level2"),
        Field::text("region", page.t("office-region")).maybe(value(|c| c.region.clone().unwrap_or_default())).clears(),
        Field::select("country", page.t("office-country"), places::countries(page))
            .value(country)
            .hint(page.t("office-country-hint")),
        Field::text("tax_number", page.t("office-tax-number"))
            .maybe(value(|c| c.tax_number.clone().unwrap_or_default()))
            .clears()
            .hint(page.t("office-tax-number-hint")),
    ]
}

fn language(page: &Page) -> Field {
    let languages = Locale::ALL.into_iter().map(|locale| Choice::new(locale.tag(), locale.name())).collect();
    Field::select("locale", page.t("office-language"), languages)
}

fn zone(page: &Page) -> Field {
    Field::select("time_zone", page.t("office-time-zone"), places::zones())
}
