//! The domains that are held for a customer.

use hostwright_panel::hosting::model::DomainView;
use hostwright_panel::hosting::queries::{self, ListDomains, ShowDomain};
use hostwright_panel::hosting::zones::queries::{self as zone_queries, ShowZone};
use hostwright_panel::platform::error::Result;

use crate::page::Page;
use crate::route::Visit;
use crate::staff::estate::domains::auth_code;
use crate::ui::{ButtonLink, Column, Empty, Facts, Filters, Pager, Panel, Piece, Row, Shell, Table, grid, link, stack};
use crate::words::{domain_state, registration};
use crate::zones;

/// Draws the list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let owned = |name: &str| visit.params.get(name).map(str::to_owned);
    let search = owned("search");
    let input = ListDomains { after: owned("after"), search: search.clone(), ..ListDomains::default() };
    let found = queries::list(&visit.call, input).await?;
    let page = &visit.page;
    let empty = if search.is_some() {
        Empty::new(page.t("hosting-domains-none-found"), page.t("hosting-domains-none-found-text"))
    } else {
        Empty::new(page.t("hosting-domains-none"), page.t("hosting-domains-none-text"))
    };
    let table = Table::new(page.t("ui-nav-domains"))
        .column(Column::text(page.t("hosting-domain-name")))
        .column(Column::text(page.t("portal-server-state")))
        .column(Column::text(page.t("hosting-domain-expires")))
        .rows(found.items.iter().map(|domain| {
            Row::to(format!("/portal/domains/{}", domain.id))
                .cell(called(domain))
                .cell(domain_state(page, domain.state))
                .cell(domain.expires_on.map(|day| page.day(day)))
                .quiet(!domain.state.is_held())
        }))
        .empty(empty);
    let first = visit.params.get("after").map(|_| page.with_query("after", None));
    let next = found.next.as_deref().map(|key| page.with_query("after", Some(key)));
    Ok(Shell::new(page, page.t("ui-nav-domains"))
        .other(ButtonLink::plain(page.t("portal-contracts"), "/portal/subscriptions"))
        .add(Filters::new(page).search("search", search.unwrap_or_default(), page.t("hosting-domains-search")))
        .add(table)
        .add(Pager::new(page, first, next))
        .render())
}

/// The name as its holder reads it; both spellings where they differ.
fn called(domain: &DomainView) -> String {
    match &domain.name_in_script {
        Some(script) => format!("{script} ({})", domain.name),
        None => domain.name.to_string(),
    }
}

/// Draws one domain.
///
/// # Errors
/// Not found.
pub async fn show(visit: Visit) -> Result<String> {
    let domain = queries::show(&visit.call, ShowDomain { domain_id: visit.params.parse("domain_id")? }).await?;
    let zone = if domain.has_zone {
        zone_queries::show(&visit.call, ShowZone { domain_id: domain.id.clone() }).await.ok().map(|detail| detail.zone)
    } else {
        None
    };
    let code = crate::words::auth_code_of(visit.shown_once.as_ref(), &domain);
    let page = &visit.page;
    let right = vec![zones::panel(page, &domain, zone.as_ref()).view(), auth_code(page, &domain, code).view()];
    Ok(Shell::new(page, domain.name.to_string())
        .crumb(page.t("ui-nav-domains"), "/portal/domains")
        .state(domain_state(page, domain.state))
        .add(grid("main-side", vec![facts(page, &domain).view(), stack(right)]))
        .render())
}

fn facts(page: &Page, domain: &DomainView) -> Panel {
    let contract = domain
        .subscription_id
        .as_ref()
        .map(|id| link(format!("/portal/subscriptions/{id}"), page.t("portal-contract")));
    let facts = Facts::new()
        .maybe(page.t("hosting-domain-script"), domain.name_in_script.clone())
        .maybe(page.t("hosting-domain-subscription"), contract);
    Panel::new(page.t("hosting-domain-edit")).id("facts").add(registration(page, domain, facts))
}
