//! Everybody with an account.

use hostwright_panel::auth::model::{PersonState, PersonView};
use hostwright_panel::auth::people::queries::{self, ListPeople, ShowPerson};
use hostwright_panel::auth::policy::{Action, StaffRole};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::texts::Locale;
use leptos::prelude::AnyView;

use super::words::{self, Names};
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::*;

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let params = &visit.params;
    let owned = |name: &str| params.get(name).map(str::to_owned);
    let staff = params.get("staff").map(|_| true);
    let state = owned("state");
    let input = ListPeople {
        after: owned("after"),
        search: owned("search"),
        state: state.clone(),
        customer_id: owned("customer_id"),
        staff,
        ..ListPeople::default()
    };
    let found = queries::list(&visit.call, input).await?;
    let ids =
        found.items.iter().flat_map(|person| &person.memberships).map(|membership| membership.customer_id.clone());
    let customers = words::customers(&visit.call, ids).await?;
    let page = &visit.page;
    let none = |page: &Page, name: &str| {
        let mut bare = page.clone();
        bare.path = words::filtered(page, name, None);
        bare
    };
    let all = none(&none(page, "state"), "staff");
    let mut filters = Filters::new(page)
        .link(page.t("estate-all"), all.path.clone(), staff.is_none() && state.is_none())
        .link(page.t("estate-people-staff"), all.with_query("staff", Some("yes")), staff.is_some());
    for of in [PersonState::Unconfirmed, PersonState::Suspended] {
        filters = filters.link(
            page.t(&format!("auth-person-{of}")),
            all.with_query("state", Some(of.as_str())),
            state.as_deref() == Some(of.as_str()),
        );
    }
    for kept in ["state", "staff", "customer_id"] {
        if let Some(value) = params.get(kept) {
            filters = filters.keep(kept, value);
        }
    }
    let filters = filters.search("search", owned("search").unwrap_or_default(), page.t("estate-people-search"));
    let table = Table::new(page.t("ui-nav-people"))
        .column(Column::text(page.t("estate-name")))
        .column(Column::text(page.t("estate-email")))
        .column(Column::text(page.t("estate-role")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-second-factor")).minor())
        .column(Column::text(page.t("estate-made")).minor())
        .rows(found.items.iter().map(|person| {
            Row::to(format!("/staff/people/{}", person.id))
                .cell(&person.name)
                .cell(person.email.to_string())
                .cell(roles(page, person, &customers))
                .cell(words::person_state(page, person.state))
                .cell(page.t(if person.totp_enabled { "estate-on" } else { "estate-off" }))
                .cell(words::day(page, person.created_at))
        }))
        .empty(Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text")));
    Ok(Shell::new(page, page.t("ui-nav-people"))
        .primary(
            page.may("people.invite").then(|| ButtonLink::primary(page.t("estate-person-invite"), "/staff/people/new")),
        )
        .add(filters)
        .add(table)
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

/// What somebody is here: staff, or of which customers.
fn roles(page: &Page, person: &PersonView, customers: &Names) -> AnyView {
    let mut parts: Vec<AnyView> = Vec::new();
    if let Some(role) = person.staff_role {
        parts.push(badge(Tone::Quiet, page.t(&format!("auth-staff-{role}"))));
    }
    parts.extend(person.memberships.iter().map(|membership| words::customer(customers, &membership.customer_id)));
    if parts.is_empty() { muted(page.t("estate-none")) } else { row(parts) }
}

/// Somebody new among staff.
///
/// # Errors
/// When the caller may not.
pub async fn new(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::InviteStaff)?;
    let page = &visit.page;
    let may_make_owners = visit.call.person()?.staff == Some(StaffRole::Owner);
    let roles = StaffRole::ALL
        .iter()
        .filter(|role| may_make_owners || **role != StaffRole::Owner)
        .map(|role| role_choice(page, *role))
        .collect();
    let languages = Locale::ALL
        .iter()
        .map(|locale| Choice::new(locale.tag(), page.t(&format!("estate-language-{}", locale.tag()))))
        .collect();
    let form = Form::new(page, "people.invite")
        .then("/staff/people/{id}")
        .field(Field::text("name", page.t("estate-name")).autocomplete("off").focus())
        .field(
            Field::email("email", page.t("estate-email")).hint(page.t("estate-invite-email-hint")).autocomplete("off"),
        )
        .field(Field::radios("role", page.t("estate-role"), roles).value(StaffRole::Support.as_str()))
        .field(Field::select("locale", page.t("estate-language"), languages).value(page.locale.tag()))
        .submit(page.t("estate-person-invite"))
        .cancel(page.t("ui-cancel"), "/staff/people");
    Ok(Shell::new(page, page.t("estate-person-invite"))
        .crumb(page.t("ui-nav-people"), "/staff/people")
        .subtitle(page.t("estate-person-invite-text"))
        .add(form)
        .render())
}

fn role_choice(page: &Page, role: StaffRole) -> Choice {
    Choice::new(role.as_str(), page.t(&format!("auth-staff-{role}")))
        .detail(page.t(&format!("estate-role-{role}-text")))
}

/// One person.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(visit: Visit) -> Result<String> {
    let person = queries::show(&visit.call, ShowPerson { person_id: visit.params.parse("person_id")? }).await?;
    let ids = person.memberships.iter().map(|membership| membership.customer_id.clone());
    let customers = words::customers(&visit.call, ids).await?;
    let is_self = visit.call.person()?.id == person.id.as_str();
    let page = &visit.page;
    let facts = Facts::new()
        .fact(page.t("estate-email"), copyable(page, person.email.to_string()))
        .fact(
            page.t("estate-role"),
            person.staff_role.map_or_else(|| page.t("estate-role-none"), |role| page.t(&format!("auth-staff-{role}"))),
        )
        .fact(page.t("estate-second-factor"), second_factor(page, &person))
        .fact(page.t("estate-language"), page.t(&format!("estate-language-{}", person.locale)))
        .fact(page.t("estate-time-zone"), person.time_zone.replace('_', " "))
        .fact(page.t("estate-made"), page.instant(person.created_at));
    let right = stack(vec![memberships(page, &person, &customers), history(page, &person)]);
    Ok(Shell::new(page, &person.name)
        .crumb(page.t("ui-nav-people"), "/staff/people")
        .state(words::person_state(page, person.state))
        .id(person.id.as_str())
        .add(grid(
            "main-side",
            vec![
                stack(vec![
                    Panel::new(page.t("estate-facts")).id("facts").add(facts).view(),
                    role_form(page, &person),
                    access(page, &person, is_self).view(),
                ]),
                right,
            ],
        ))
        .render())
}

fn second_factor(page: &Page, person: &PersonView) -> State {
    match (person.totp_enabled, person.staff_role.is_some()) {
        (true, _) => State::new(Tone::Good, page.t("estate-on")),
        (false, true) => State::new(Tone::Warn, page.t("estate-off")),
        (false, false) => State::new(Tone::Quiet, page.t("estate-off")),
    }
}

fn memberships(page: &Page, person: &PersonView, customers: &Names) -> AnyView {
    if person.memberships.is_empty() {
        return nothing();
    }
    let mut facts = Facts::new();
    for membership in &person.memberships {
        facts = facts.fact(
            page.t(&format!("auth-member-{}", membership.role)),
            words::customer(customers, &membership.customer_id),
        );
    }
    Panel::new(page.t("ui-nav-customers")).id("customers").add(facts).view()
}

fn history(page: &Page, person: &PersonView) -> AnyView {
    if !page.may("audit.list") {
        return nothing();
    }
    let audit = link(format!("/staff/audit?search={}", person.id), page.t("estate-person-audit"));
    Panel::new(page.t("estate-history")).id("history").add(audit).view()
}

fn role_form(page: &Page, person: &PersonView) -> AnyView {
    if !page.may("people.set_role") {
        return nothing();
    }
    let mut choices: Vec<Choice> = StaffRole::ALL.iter().map(|role| role_choice(page, *role)).collect();
    choices.push(Choice::new("", page.t("estate-role-none")).detail(page.t("estate-role-none-text")));
    let form = Form::new(page, "people.set_role")
        .hidden("person_id", person.id.as_str())
        .field(
            Field::radios("role", page.t("estate-role"), choices)
                .value(person.staff_role.map(|role| role.as_str()).unwrap_or_default()),
        )
        .submit(page.t("estate-role-set"))
        .look(Look::Plain);
    Panel::new(page.t("estate-role-title")).id("role").add(form).view()
}

fn access(page: &Page, person: &PersonView, is_self: bool) -> Option<Panel> {
    if person.state == PersonState::Suspended {
        let button = ActionButton::new(page, "people.resume", page.t("estate-person-resume"))
            .hidden("person_id", person.id.as_str())
            .look(Look::Primary);
        return page.may("people.resume").then(|| {
            Panel::new(page.t("estate-person-access"))
                .id("access")
                .add(stack(vec![muted(page.t("estate-person-resume-text")), button.view()]))
        });
    }
    let button = ActionButton::new(page, "people.suspend", page.t("estate-person-suspend"))
        .hidden("person_id", person.id.as_str());
    let button = if is_self {
        button.disabled(page.t("error-auth-own_account"))
    } else {
        button.confirm(
            page.t_with("estate-person-suspend-question", &[("name", person.name.clone().into())]),
            vec![page.t("estate-person-suspend-sessions"), page.t("estate-person-suspend-keys")],
        )
    };
    page.may("people.suspend").then(|| {
        Panel::new(page.t("estate-person-access"))
            .id("access")
            .tone(Tone::Bad)
            .add(stack(vec![muted(page.t("estate-person-suspend-text")), button.view()]))
    })
}
