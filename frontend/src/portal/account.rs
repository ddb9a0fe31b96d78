//! The account: the person, their security, and the customers they belong to.

use hostwright_panel::auth::policy::MemberRole;
use hostwright_panel::customers::model::CustomerView;
use hostwright_panel::customers::queries::{self, ShowCustomer};
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::texts::Locale;

use super::words;
use crate::auth::account;
use crate::page::{Page, Tone};
use crate::places;
use crate::route::Visit;
use crate::ui::{
    ActionButton, Choice, Column, Empty, Facts, Field, Form, Panel, Piece, Row, Shell, State, Table, Tabs, stack,
};

/// Draws the page.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    let known = account::load(call).await?;
    let section = visit.params.get("section").unwrap_or("you");
    let page = &visit.page;
    let tab = |name: &str| page.with_query("section", Some(name));
    let tabs = Tabs::new(page.t("portal-account"))
        .tab(page.t("portal-account-you"), tab("you"), section == "you")
        .tab(page.t("portal-account-security"), tab("security"), section == "security")
        .tab(page.t("portal-account-company"), tab("company"), section == "company");
    let body = match section {
        "security" => account::security(page, &known, visit.shown_once.as_ref()),
        "company" => {
            let mut panels = Vec::new();
            for customer in queries::list(call, ListInput::default()).await?.items {
                let customer = queries::show(call, ShowCustomer { customer_id: customer.id }).await?;
                let owns = call
                    .person()?
                    .memberships
                    .iter()
                    .any(|(id, role)| *role == MemberRole::Owner && id == customer.id.as_str());
                panels.push(company(page, &customer, owns));
            }
            if panels.is_empty() {
                Empty::new(page.t("portal-account-none"), page.t("portal-account-none-text")).view()
            } else {
                stack(panels)
            }
        }
        _ => account::you(page, &known),
    };
    Ok(Shell::new(page, page.t("portal-account")).tabs(tabs).add(body).render())
}

fn company(page: &Page, customer: &CustomerView, owns: bool) -> leptos::prelude::AnyView {
    let details = if owns { details(page, customer).view() } else { facts(page, customer).view() };
    let title = page.t_with("portal-customer-title", &[("number", customer.number.to_string().into())]);
    let members = members(page, customer, owns).view();
    stack(vec![members, Panel::new(title).id(format!("customer-{}", customer.number)).add(details).view()])
}

fn facts(page: &Page, customer: &CustomerView) -> Facts {
    let address = format!("{}, {} {}", customer.street, customer.postal_code, customer.city);
    Facts::new()
        .fact(page.t("portal-customer-name"), customer.company.clone().unwrap_or_else(|| customer.name.clone()))
        .fact(page.t("portal-customer-email"), customer.email.as_str())
        .fact(page.t("portal-customer-address"), address)
        .fact(page.t("auth-country"), places::country(page, &customer.country))
        .maybe(page.t("auth-tax-number"), customer.tax_number.clone())
        .fact(page.t("portal-customer-currency"), customer.currency.code())
}

fn details<'a>(page: &'a Page, customer: &CustomerView) -> Form<'a> {
    let languages = Locale::ALL.into_iter().map(|locale| Choice::new(locale.tag(), locale.name())).collect();
    Form::new(page, "customers.update")
        .id(customer.number.to_string())
        .hidden("customer_id", customer.id.as_str())
        .hidden("version", customer.version.to_string())
        .field(
            Field::text("company", page.t("auth-company"))
                .maybe(customer.company.clone())
                .optional()
                .autocomplete("organization"),
        )
        .field(Field::text("name", page.t("portal-customer-contact")).value(&customer.name).autocomplete("name"))
        .field(
            Field::email("email", page.t("portal-customer-email"))
                .value(customer.email.as_str())
                .hint(page.t("portal-customer-email-hint")),
        )
        .field(
            Field::text("street", page.t("auth-street"))
                .value(&customer.street)
                .optional()
                .autocomplete("street-address"),
        )
        .row(vec![
            Field::text("postal_code", page.t("auth-postal-code"))
                .value(&customer.postal_code)
                .optional()
                .autocomplete("postal-code")
                .short(),
            Field::text("city", page.t("auth-city")).value(&customer.city).optional().autocomplete("address-level2"),
        ])
        .field(Field::text("region", page.t("auth-region")).maybe(customer.region.clone()).optional())
        .field(Field::select("country", page.t("auth-country"), places::countries(page)).value(&customer.country))
        .field(
            Field::text("tax_number", page.t("auth-tax-number"))
                .maybe(customer.tax_number.clone())
                .optional()
                .hint(page.t("auth-tax-number-hint")),
        )
        .row(vec![
            Field::select("locale", page.t("portal-customer-language"), languages).value(&customer.locale),
            Field::text("currency", page.t("portal-customer-currency")).value(customer.currency.code()).disabled(),
        ])
        .field(Field::select("time_zone", page.t("auth-time-zone"), places::zones()).value(&customer.time_zone))
        .submit(page.t("ui-save"))
}

fn members(page: &Page, customer: &CustomerView, owns: bool) -> Panel {
    let table = Table::new(page.t("portal-members"))
        .column(Column::text(page.t("auth-name")))
        .column(Column::text(page.t("auth-email")))
        .column(Column::text(page.t("portal-member-role")))
        .column(Column::actions(page.t("portal-actions")))
        .rows(customer.members.iter().map(|member| {
            let waits = member.state == hostwright_panel::auth::model::PersonState::Unconfirmed;
            let invited = waits.then(|| State::new(Tone::Warn, page.t("portal-member-invited")));
            let remove = owns.then(|| {
                ActionButton::new(page, "customers.remove_member", page.t("portal-member-remove"))
                    .hidden("customer_id", customer.id.as_str())
                    .hidden("person_id", member.person_id.as_str())
                    .confirm(
                        page.t_with("portal-member-remove-question", &[("name", member.name.clone().into())]),
                        vec![page.t("portal-member-remove-lost")],
                    )
            });
            Row::new()
                .cell(crate::ui::row(vec![member.name.clone().view(), invited.view()]))
                .cell(member.email.as_str())
                .cell(words::member_role(page, member.role))
                .cell(remove)
        }))
        .plain();
    let panel = Panel::new(page.t("portal-members")).id(format!("members-{}", customer.number)).add(table);
    if !owns {
        return panel;
    }
    let roles = MemberRole::ALL
        .iter()
        .rev()
        .map(|role| {
            Choice::new(role.as_str(), words::member_role(page, *role))
                .detail(page.t(&format!("portal-member-role-{role}")))
        })
        .collect();
    let form = Form::new(page, "customers.add_member")
        .id(customer.number.to_string())
        .hidden("customer_id", customer.id.as_str())
        .field(Field::email("email", page.t("auth-email")).autocomplete("off"))
        .field(Field::text("name", page.t("auth-name")).optional().hint(page.t("portal-member-name-hint")))
        .field(Field::radios("role", page.t("portal-member-role"), roles).value("member"))
        .submit(page.t("portal-member-add"));
    panel.add(form)
}
