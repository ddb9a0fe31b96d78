//! Domains: the list, a new one, and one with everything that is known of it.

use hostwright_panel::auth::policy::Action;
use hostwright_panel::hosting::model::{ContactRole, DomainContact, DomainState, DomainView};
use hostwright_panel::hosting::queries::{self, ListDomains, ShowDomain};
use hostwright_panel::hosting::zones::model::ZoneView;
use hostwright_panel::hosting::zones::queries::{self as zone_queries, ShowZone};
use hostwright_panel::hosting::zones::settings::{self, DnsSettings, ShowDnsSettings};
use hostwright_panel::platform::error::Result;
use leptos::prelude::AnyView;

use super::super::pick;
use super::words;
use crate::page::{Page, Tone};
use crate::places;
use crate::route::Visit;
use crate::ui::*;
use crate::words::domain_state;
use crate::zones;

/// States that a person may set; a domain is ended by its own button.
const HELD: &[DomainState] = &[
    DomainState::Active,
    DomainState::Pending,
    DomainState::Transferring,
    DomainState::Expired,
    DomainState::Redemption,
];

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let params = &visit.params;
    let owned = |name: &str| params.get(name).map(str::to_owned);
    let state: Option<DomainState> = params.get("state").and_then(|state| state.parse().ok());
    let input = ListDomains {
        after: owned("after"),
        search: owned("search"),
        state,
        customer_id: owned("customer_id"),
        subscription_id: owned("subscription_id"),
        ..ListDomains::default()
    };
    let found = queries::list(&visit.call, input).await?;
    let page = &visit.page;
    let mut filters =
        Filters::new(page).link(page.t("estate-all"), words::filtered(page, "state", None), state.is_none());
    for of in DomainState::ALL {
        filters = filters.link(
            page.t(&format!("hosting-domain-{of}")),
            words::filtered(page, "state", Some(of.as_str())),
            state == Some(*of),
        );
    }
    for kept in ["state", "customer_id", "subscription_id"] {
        if let Some(value) = params.get(kept) {
            filters = filters.keep(kept, value);
        }
    }
    let filters = filters.search("search", owned("search").unwrap_or_default(), page.t("hosting-domains-search"));
    let empty = if page.path.contains('?') {
        Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text"))
            .action(ButtonLink::plain(page.t("estate-show-all"), page.path_only()))
    } else {
        Empty::new(page.t("hosting-domains-none"), page.t("hosting-domains-none-staff"))
    };
    let table = Table::new(page.t("ui-nav-domains"))
        .column(Column::text(page.t("hosting-domain-name")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-customer")))
        .column(Column::text(page.t("hosting-domain-expires")))
        .column(Column::text(page.t("hosting-domain-registrar")).minor())
        .column(Column::text(page.t("hosting-zone")).minor())
        .rows(found.items.iter().map(|domain| {
            Row::to(format!("/staff/domains/{}", domain.id))
                .cell(domain.name.to_string())
                .cell(domain_state(page, domain.state))
                .cell(link(format!("/staff/customers/{}", domain.customer_id), &domain.customer_name))
                .cell(domain.expires_on.map(|day| page.day(day)))
                .cell(&domain.registrar)
                .cell(page.t(if domain.has_zone { "estate-yes" } else { "estate-no" }))
                .quiet(!domain.state.is_held())
        }))
        .empty(empty);
    let settings = page.may("zones.settings").then(|| ButtonLink::plain(page.t("hosting-dns-settings"), "/staff/dns"));
    Ok(Shell::new(page, page.t("ui-nav-domains"))
        .primary(
            page.may("domains.create").then(|| ButtonLink::primary(page.t("hosting-domain-new"), "/staff/domains/new")),
        )
        .other(settings)
        .add(filters)
        .add(table)
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

/// A new domain, for a customer that is chosen first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn new(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::CreateDomain)?;
    let chosen = pick::chosen(&visit).await?;
    let page = &visit.page;
    let shell = Shell::new(page, page.t("hosting-domain-new")).crumb(page.t("ui-nav-domains"), "/staff/domains");
    let Some(customer) = chosen else {
        let picker = pick::customer(&visit, "estate-customers-search").await?;
        return Ok(shell.subtitle(page.t("hosting-domain-for-whom")).add(picker).render());
    };
    let form = Form::new(page, "domains.create")
        .hidden("customer_id", customer.id.as_str())
        .then("/staff/domains/{id}")
        .field(
            Field::text("name", page.t("hosting-domain-name"))
                .hint(page.t("hosting-domain-name-hint"))
                .placeholder("example.org")
                .max_length(253)
                .focus(),
        );
    let form = registration(page, form, None).submit(page.t("hosting-domain-create"));
    let name = customer.company.as_deref().unwrap_or(&customer.name);
    Ok(shell
        .subtitle(link(format!("/staff/customers/{}", customer.id), name))
        .add(form.cancel(page.t("ui-cancel"), "/staff/domains"))
        .render())
}

/// What is known of the registration.
fn registration<'a>(page: &'a Page, form: Form<'a>, domain: Option<&DomainView>) -> Form<'a> {
    let states =
        HELD.iter().map(|state| Choice::new(state.as_str(), page.t(&format!("hosting-domain-{state}")))).collect();
    let day = |day: Option<hostwright_kernel::Day>| day.map(|day| day.to_string());
    let yes_no = |name: &'static str, label: &str, value: bool| {
        let choices = vec![Choice::new("true", page.t("estate-yes")), Choice::new("false", page.t("estate-no"))];
        Field::select(name, page.t(label), choices).value(if value { "true" } else { "false" })
    };
    let code = page.t(if domain.is_some_and(|domain| domain.has_auth_code) {
        "hosting-domain-auth-code-there"
    } else {
        "hosting-domain-auth-code-hint"
    });
    form.row(vec![
        Field::select("state", page.t("estate-state"), states)
            .value(domain.map_or(DomainState::Active, |domain| domain.state).as_str()),
        Field::text("registrar", page.t("hosting-domain-registrar"))
            .maybe(domain.map(|domain| domain.registrar.as_str()))
            .max_length(120)
            .clears()
            .optional(),
    ])
    .row(vec![
        Field::date("registered_on", page.t("hosting-domain-registered"))
            .maybe(day(domain.and_then(|domain| domain.registered_on)))
            .clears()
            .optional(),
        Field::date("expires_on", page.t("hosting-domain-expires"))
            .maybe(day(domain.and_then(|domain| domain.expires_on)))
            .clears()
            .optional(),
    ])
    .field(
        Field::textarea("name_servers", page.t("hosting-domain-name-servers"), 3)
            .hint(page.t("hosting-domain-name-servers-hint"))
            .maybe(domain.map(|domain| domain.name_servers.join("\n")))
            .optional(),
    )
    .row(vec![
        yes_no("locked", "hosting-domain-locked", domain.is_some_and(|domain| domain.locked)),
        yes_no("renews", "hosting-domain-renews", domain.is_none_or(|domain| domain.renews)),
    ])
    .row(vec![
        Field::text("auth_code", page.t("hosting-domain-auth-code")).hint(code).max_length(120).optional(),
        Field::text("subscription_id", page.t("hosting-domain-subscription"))
            .hint(page.t("hosting-domain-subscription-hint"))
            .maybe(domain.and_then(|domain| domain.subscription_id.clone()))
            .clears()
            .optional(),
    ])
}

/// One domain.
///
/// # Errors
/// Not found.
pub async fn show(visit: Visit) -> Result<String> {
    let domain = queries::show(&visit.call, ShowDomain { domain_id: visit.params.parse("domain_id")? }).await?;
    let zone: Option<ZoneView> = if domain.has_zone {
        zone_queries::show(&visit.call, ShowZone { domain_id: domain.id.clone() }).await.ok().map(|detail| detail.zone)
    } else {
        None
    };
    let code = crate::words::auth_code_of(visit.shown_once.as_ref(), &domain);
    let page = &visit.page;
    let left = stack(vec![facts(page, &domain), edit(page, &domain).view(), contacts_form(page, &domain).view()]);
    let right = stack(vec![
        zones::panel(page, &domain, zone.as_ref()).view(),
        auth_code(page, &domain, code).view(),
        release(page, &domain).view(),
    ]);
    Ok(Shell::new(page, domain.name.to_string())
        .crumb(page.t("ui-nav-domains"), "/staff/domains")
        .state(domain_state(page, domain.state))
        .id(domain.id.as_str())
        .add(grid("main-side", vec![left, right]))
        .render())
}

fn facts(page: &Page, domain: &DomainView) -> AnyView {
    let subscription =
        domain.subscription_id.as_ref().map(|id| link(format!("/staff/subscriptions/{id}"), words::short(id)));
    let facts = Facts::new()
        .maybe(page.t("hosting-domain-script"), domain.name_in_script.clone())
        .fact(
            page.t("estate-customer"),
            link(format!("/staff/customers/{}", domain.customer_id), &domain.customer_name),
        )
        .maybe(page.t("hosting-domain-subscription"), subscription);
    Panel::new(page.t("estate-facts")).id("facts").add(crate::words::registration(page, domain, facts)).view()
}

fn edit(page: &Page, domain: &DomainView) -> Option<Panel> {
    if !domain.state.is_held() || !page.may("domains.update") {
        return None;
    }
    let form = Form::new(page, "domains.update")
        .id("registration")
        .hidden("domain_id", domain.id.as_str())
        .hidden("version", domain.version.to_string());
    let form = registration(page, form, Some(domain)).submit(page.t("ui-save"));
    Some(Panel::new(page.t("hosting-domain-edit")).id("edit").add(form))
}

fn contacts_form(page: &Page, domain: &DomainView) -> Option<Panel> {
    if !domain.state.is_held() || !page.may("domains.update") {
        return None;
    }
    let mut form = Form::new(page, "domains.update")
        .id("contacts")
        .hidden("domain_id", domain.id.as_str())
        .hidden("version", domain.version.to_string());
    for (place, role) in ContactRole::ALL.iter().enumerate() {
        let known = domain.contacts.iter().find(|contact| contact.role == *role);
        let legend = page.t(&format!("hosting-contact-{role}"));
        form = form.group(legend, None, contact_fields(page, place, *role, known));
    }
    Some(Panel::new(page.t("hosting-contacts")).id("contacts").add(form.submit(page.t("ui-save"))))
}

fn contact_fields(page: &Page, place: usize, role: ContactRole, known: Option<&DomainContact>) -> Vec<Field> {
    let name = |part: &str| format!("contacts[{place}].{part}");
    let text = |part: &str, value: fn(&DomainContact) -> &String| {
        Field::text(name(part), page.t(&format!("hosting-contact-{}", part.replace('_', "-"))))
            .maybe(known.map(value))
            .max_length(200)
            .optional()
    };
    let mut countries = vec![Choice::new("", "\u{2013}")];
    countries.extend(places::countries(page));
    vec![
        Field::hidden(name("role"), role.as_str()),
        text("name", |contact| &contact.name),
        text("company", |contact| &contact.company),
        text("email", |contact| &contact.email),
        text("phone", |contact| &contact.phone),
        text("street", |contact| &contact.street),
        text("postal_code", |contact| &contact.postal_code),
        text("city", |contact| &contact.city),
        text("region", |contact| &contact.region),
        Field::select(name("country"), page.t("hosting-contact-country"), countries)
            .value(known.map_or("", |contact| contact.country.as_str()))
            .optional(),
        text("handle", |contact| &contact.handle),
    ]
}

/// The authorisation code, when it was just asked for; else the button that asks.
pub(crate) fn auth_code(page: &Page, domain: &DomainView, shown: Option<&str>) -> Option<Panel> {
    if !domain.has_auth_code || !page.may("domains.auth_code") {
        return None;
    }
    let panel = Panel::new(page.t("hosting-domain-auth-code")).id("auth-code");
    Some(match shown {
        Some(code) => panel.add(copyable(page, code)).add(muted(page.t("hosting-domain-auth-code-once"))),
        None => panel.add(muted(page.t("hosting-domain-auth-code-what"))).add(
            ActionButton::new(page, "domains.auth_code", page.t("hosting-domain-auth-code-show"))
                .hidden("domain_id", domain.id.as_str()),
        ),
    })
}

fn release(page: &Page, domain: &DomainView) -> Option<Panel> {
    if !domain.state.is_held() || !page.may("domains.release") {
        return None;
    }
    let button = |label: &str, moved: &str| {
        ActionButton::new(page, "domains.release", page.t(label))
            .hidden("domain_id", domain.id.as_str())
            .hidden("moved_away", moved)
            .confirm(page.t("hosting-domain-release-question"), vec![domain.name.to_string()])
            .view()
    };
    let buttons = vec![button("hosting-domain-release", "false"), button("hosting-domain-moved-away", "true")];
    Some(Panel::new(page.t("hosting-domain-release")).id("release").tone(Tone::Bad).add(stack(buttons)))
}

/// The provider's name servers.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn dns(visit: Visit) -> Result<String> {
    let known = settings::show(&visit.call, ShowDnsSettings {}).await?;
    let page = &visit.page;
    Ok(Shell::new(page, page.t("hosting-dns-settings"))
        .crumb(page.t("ui-nav-domains"), "/staff/domains")
        .subtitle(page.t("hosting-dns-settings-what"))
        .add(dns_form(page, &known))
        .render())
}

fn dns_form(page: &Page, known: &DnsSettings) -> AnyView {
    if !page.may("zones.set_settings") {
        return Facts::new()
            .fact(page.t("hosting-dns-name-servers"), known.name_servers.join(", "))
            .fact(page.t("hosting-zone-hostmaster"), &known.hostmaster)
            .view();
    }
    Form::new(page, "zones.set_settings")
        .field(
            Field::textarea("name_servers", page.t("hosting-dns-name-servers"), 3)
                .hint(page.t("hosting-dns-name-servers-hint"))
                .value(known.name_servers.join("\n"))
                .optional(),
        )
        .field(
            Field::email("hostmaster", page.t("hosting-zone-hostmaster"))
                .hint(page.t("hosting-dns-hostmaster-hint"))
                .value(&known.hostmaster)
                .clears(),
        )
        .field(
            Field::number("default_ttl", page.t("hosting-zone-default-ttl"))
                .suffix("s")
                .value(known.default_ttl.unwrap_or(settings::USUAL_TTL).to_string()),
        )
        .submit(page.t("ui-save"))
        .view()
}
