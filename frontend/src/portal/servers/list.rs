//! All servers of a customer.

use hostwright_panel::platform::error::Result;
use hostwright_panel::servers::queries::{self, ListServers, ServerView};

use crate::page::Page;
use crate::portal::words;
use crate::route::Visit;
use crate::ui::{
    ActionButton, ButtonLink, Column, Empty, Filters, Look, Pager, Panel, Piece, Row, Shell, Table, live, muted,
    nothing,
};

/// Draws the list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(mut visit: Visit) -> Result<String> {
    let search = visit.params.get("search").map(str::to_owned);
    let input = ListServers {
        after: visit.params.get("after").map(str::to_owned),
        search: search.clone(),
        ..ListServers::default()
    };
    let servers = queries::list(&visit.call, input).await?;
    let busy = servers.items.iter().any(|server| server.busy.is_some());
    visit.page.live = busy.then_some(2);
    let page = &visit.page;
    let next = servers.next.as_deref().map(|key| page.with_query("after", Some(key)));
    let first = visit.params.get("after").map(|_| page.with_query("after", None));
    let filters = (search.is_some() || servers.items.len() > 5).then(|| {
        Filters::new(page).search("search", search.clone().unwrap_or_default(), page.t("portal-servers-search"))
    });
    let empty = if search.is_some() {
        Empty::new(page.t("portal-servers-none-found"), page.t("portal-servers-none-found-text"))
    } else {
        none_yet(page)
    };
    Ok(Shell::new(page, page.t("portal-servers"))
        .primary(page.may("orders.place").then(|| ButtonLink::primary(page.t("portal-order"), "/portal/order")))
        .add(filters)
        .add(live("servers", table(page, &servers.items).empty(empty)))
        .add(Pager::new(page, first, next))
        .render())
}

/// What is said where there is no server yet.
pub fn none_yet(page: &Page) -> Empty {
    let empty = Empty::new(page.t("portal-servers-none"), page.t("portal-servers-none-text"));
    if page.may("orders.place") {
        empty.action(ButtonLink::primary(page.t("portal-order"), "/portal/order"))
    } else {
        empty
    }
}

/// Servers with their states, and the one thing that is likely to be done.
pub fn table(page: &Page, servers: &[ServerView]) -> Table {
    Table::new(page.t("portal-servers"))
        .column(Column::text(page.t("portal-server-name")))
        .column(Column::text(page.t("portal-server-state")))
        .column(Column::text(page.t("portal-server-address")))
        .column(Column::text(page.t("portal-server-size")).minor())
        .column(Column::text(page.t("portal-server-system")).minor())
        .column(Column::actions(page.t("portal-actions")))
        .rows(servers.iter().map(|server| {
            let address = server.addresses.first().map(|address| address.address.clone()).unwrap_or_default();
            Row::to(format!("/portal/servers/{}", server.id))
                .cell(&server.hostname)
                .cell(words::server_state(page, server))
                .cell(address)
                .cell(muted(words::size(page, server.vcpus, server.memory_mib, server.disk_gib)))
                .cell(muted(&server.image.name))
                .cell(likely(page, server))
        }))
}

fn likely(page: &Page, server: &ServerView) -> leptos::prelude::AnyView {
    let can = |action: &str| server.next.iter().any(|next| next == action);
    if server.busy.is_some() || !words::is_built(server) {
        nothing()
    } else if can("start") {
        ActionButton::new(page, "servers.start", page.t("portal-start"))
            .hidden("server_id", server.id.as_str())
            .look(Look::Quiet)
            .view()
    } else {
        nothing()
    }
}

/// The same servers in a panel of the overview.
pub fn panel(page: &Page, servers: &[ServerView]) -> Panel {
    let panel = Panel::new(page.t("portal-servers")).id("servers");
    if servers.is_empty() {
        return panel.add(none_yet(page));
    }
    panel.flush().aside(crate::ui::link("/portal/servers", page.t("portal-all"))).add(table(page, servers).plain())
}
