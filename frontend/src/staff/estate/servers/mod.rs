//! Servers: the list, the console; one server is in [`detail`].

use hostwright_panel::platform::Paged;
use hostwright_panel::platform::error::Result;
use hostwright_panel::servers::queries::{self, ListServers, ServerView, ShowConsole, ShowServer};

use super::words::{self, Names};
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::*;

pub mod detail;

/// States that the list can be cut to.
const STATES: &[&str] = &["running", "shut_off", "unknown", "crashed", "suspended", "deleted"];

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let params = &visit.params;
    let owned = |name: &str| params.get(name).map(str::to_owned);
    let input = ListServers {
        after: owned("after"),
        search: owned("search"),
        state: owned("state"),
        customer_id: owned("customer_id"),
        node_id: params.get("node_id").and_then(|id| id.parse().ok()),
        ..ListServers::default()
    };
    let found = queries::list(&visit.call, input.clone()).await?;
    let customers = words::customers(&visit.call, found.items.iter().map(|server| server.customer_id.clone())).await?;
    let page = &visit.page;
    let mut filters =
        Filters::new(page).link(page.t("estate-all"), words::filtered(page, "state", None), input.state.is_none());
    for state in STATES {
        filters = filters.link(
            page.t(&format!("servers-state-{state}")),
            words::filtered(page, "state", Some(state)),
            input.state.as_deref() == Some(*state),
        );
    }
    for kept in ["state", "customer_id", "node_id"] {
        if let Some(value) = params.get(kept) {
            filters = filters.keep(kept, value);
        }
    }
    let filters = filters.search("search", input.search.unwrap_or_default(), page.t("estate-servers-search"));
    Ok(Shell::new(page, page.t("ui-nav-servers"))
        .primary(
            page.may("orders.place").then(|| ButtonLink::primary(page.t("estate-server-order"), "/staff/orders/new")),
        )
        .add(filters)
        .add(live("servers", table(page, &found, &customers)))
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

fn table(page: &Page, found: &Paged<ServerView>, customers: &Names) -> Table {
    let is_cut = page.path.contains('?');
    let empty = if is_cut {
        Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text"))
            .action(ButtonLink::plain(page.t("estate-show-all"), page.path_only()))
    } else {
        Empty::new(page.t("estate-servers-none"), page.t("estate-servers-none-text")).action(
            page.may("orders.place").then(|| ButtonLink::plain(page.t("estate-server-order"), "/staff/orders/new")),
        )
    };
    Table::new(page.t("ui-nav-servers"))
        .column(Column::text(page.t("estate-hostname")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-customer")))
        .column(Column::text(page.t("estate-address")))
        .column(Column::text(page.t("estate-node")).minor())
        .column(Column::text(page.t("estate-size-title")).minor())
        .rows(found.items.iter().map(|server| row(page, server, customers)))
        .empty(empty)
}

/// A server in a list; the columns are those of [`table`].
fn row(page: &Page, server: &ServerView, customers: &Names) -> Row {
    let address = server.addresses.first().map(|address| address.address.clone()).unwrap_or_default();
    Row::to(format!("/staff/servers/{}", server.id))
        .cell(&server.hostname)
        .cell(words::server_state(page, server))
        .cell(words::customer(customers, &server.customer_id))
        .cell(address)
        .cell(server.node.as_ref().map(|node| node.name.clone()))
        .cell(words::size(page, server.vcpus, server.memory_mib, server.disk_gib))
}

/// Servers in a panel: name, state, address, size.
#[must_use]
pub fn short_table(page: &Page, servers: &[ServerView], caption: String) -> Table {
    Table::new(caption)
        .column(Column::text(page.t("estate-hostname")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-address")))
        .column(Column::text(page.t("estate-size-title")).minor())
        .rows(servers.iter().map(|server| {
            Row::to(format!("/staff/servers/{}", server.id))
                .cell(&server.hostname)
                .cell(words::server_state(page, server))
                .cell(server.addresses.first().map(|address| address.address.clone()).unwrap_or_default())
                .cell(words::size(page, server.vcpus, server.memory_mib, server.disk_gib))
        }))
        .plain()
}

/// The end of a server's console. A console that cannot be read is told on the
/// page: the way back and the state stay in sight.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn console(mut visit: Visit) -> Result<String> {
    let server_id = visit.params.parse("server_id")?;
    let server = queries::show(&visit.call, ShowServer { server_id }).await?;
    let input = ShowConsole { server_id: server.id.clone(), bytes: None };
    let read = queries::console(&visit.call, visit.hypervisor.as_ref(), input).await;
    if read.is_ok() {
        visit.page.live = Some(5);
    }
    let page = &visit.page;
    let shown = match read {
        Ok(console) => {
            let title = page.t_with("estate-console-read", &[("when", page.log_time(console.read_at).into())]);
            Console::new(page, title, console.text).view()
        }
        Err(error) if matches!(error.code(), "servers.node_silent" | "servers.no_console") => {
            Notes::new(Tone::Warn, page.t(&format!("error-{}", error.code()))).view()
        }
        Err(error) => return Err(error),
    };
    let here = format!("/staff/servers/{}", server.id);
    Ok(Shell::new(page, page.t("estate-console"))
        .crumb(page.t("ui-nav-servers"), "/staff/servers")
        .crumb(server.hostname.clone(), here.clone())
        .state(words::server_state(page, &server))
        .other(ButtonLink::plain(page.t("estate-back-to-server"), here))
        .add(live("console", shown))
        .render())
}
