//! Address pools, and the addresses of one.

use hostwright_panel::addresses::model::{AddressState, AddressView, PoolId, PoolView};
use hostwright_panel::addresses::queries::{self, ListAddresses};
use hostwright_panel::auth::call::{Call, not_found};
use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use leptos::prelude::AnyView;

use super::words::{self, Names};
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::*;

/// Pools read at once.
const PAGE: i64 = 200;

/// The list of pools.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let found = queries::pools(&visit.call, visit.params.list()).await?;
    let nodes = words::node_names(&visit.call).await?;
    let page = &visit.page;
    let new = |primary: bool| {
        let label = page.t("estate-pool-new");
        page.may("addresses.create_pool").then(|| match primary {
            true => ButtonLink::primary(label, "/staff/addresses/new"),
            false => ButtonLink::plain(label, "/staff/addresses/new"),
        })
    };
    let table = Table::new(page.t("estate-pools"))
        .column(Column::text(page.t("estate-name")))
        .column(Column::text(page.t("estate-network")))
        .column(Column::text(page.t("estate-node")).minor())
        .column(Column::number(page.t("addresses-state-free")))
        .column(Column::number(page.t("addresses-state-assigned")))
        .column(Column::number(page.t("addresses-state-cooling")).minor())
        .column(Column::number(page.t("addresses-state-reserved")).minor())
        .rows(found.items.iter().map(|pool| {
            let free = page.count(pool.counts.free);
            Row::to(format!("/staff/addresses/{}", pool.id))
                .cell(&pool.name)
                .cell(&pool.cidr)
                .cell(pool.node_id.as_ref().map_or_else(|| page.t("estate-every-node"), |id| name(&nodes, id.as_str())))
                .cell(if pool.counts.free == 0 { badge(Tone::Bad, free) } else { free.view() })
                .cell(page.count(pool.counts.assigned))
                .cell(page.count(pool.counts.cooling))
                .cell(page.count(pool.counts.reserved))
        }))
        .empty(Empty::new(page.t("estate-pools-none"), page.t("estate-pools-none-text")).action(new(false)));
    Ok(Shell::new(page, page.t("ui-nav-addresses"))
        .primary(new(true))
        .add(table)
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

fn name(names: &Names, id: &str) -> String {
    names.get(id).cloned().unwrap_or_else(|| id.to_owned())
}

/// A new pool.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn new(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::CreatePool)?;
    let nodes = words::node_names(&visit.call).await?;
    let page = &visit.page;
    let every = Choice::new("", page.t("estate-every-node"));
    let choices = std::iter::once(every).chain(nodes.iter().map(|(id, name)| Choice::new(id, name))).collect();
    let form = Form::new(page, "addresses.create_pool")
        .then("/staff/addresses/{id}")
        .field(Field::text("name", page.t("estate-name")).hint(page.t("estate-pool-name-hint")).max_length(80).focus())
        .field(
            Field::text("cidr", page.t("estate-network")).hint(page.t("estate-cidr-hint")).placeholder("192.0.2.0/24"),
        )
        .field(
            Field::text("gateway", page.t("estate-gateway"))
                .hint(page.t("estate-gateway-hint"))
                .placeholder("192.0.2.1"),
        )
        .field(
            Field::textarea("resolvers", page.t("estate-resolvers"), 3)
                .hint(page.t("estate-resolvers-hint"))
                .optional(),
        )
        .field(
            Field::select("node_id", page.t("estate-node"), choices)
                .hint(page.t("estate-pool-node-hint"))
                .value("")
                .optional(),
        )
        .submit(page.t("estate-pool-create"))
        .cancel(page.t("ui-cancel"), "/staff/addresses");
    Ok(Shell::new(page, page.t("estate-pool-new"))
        .crumb(page.t("ui-nav-addresses"), "/staff/addresses")
        .add(form)
        .render())
}

/// One pool with its addresses.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(visit: Visit) -> Result<String> {
    let pool = pool(&visit.call, visit.params.parse("pool_id")?).await?;
    let params = &visit.params;
    let state: Option<AddressState> = params.get("state").and_then(|state| state.parse().ok());
    let search = params.get("search").map(str::to_owned);
    let input = ListAddresses {
        after: params.get("after").map(str::to_owned),
        search: search.clone(),
        state,
        pool_id: Some(pool.id.clone()),
        ..ListAddresses::default()
    };
    let found = queries::list(&visit.call, input).await?;
    let servers =
        words::hostnames(&visit.call, found.items.iter().filter_map(|address| address.server_id.clone())).await;
    let nodes = words::node_names(&visit.call).await?;
    let page = &visit.page;
    let counts = pool.counts;
    let all = [counts.free, counts.assigned, counts.cooling, counts.reserved].into_iter().sum::<i64>();
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    let mut filters = Filters::new(page).counted(
        page.t("estate-all"),
        words::filtered(page, "state", None),
        state.is_none(),
        count(all),
    );
    for (of, number) in [
        (AddressState::Free, counts.free),
        (AddressState::Assigned, counts.assigned),
        (AddressState::Cooling, counts.cooling),
        (AddressState::Reserved, counts.reserved),
    ] {
        filters = filters.counted(
            page.t(&format!("addresses-state-{of}")),
            words::filtered(page, "state", Some(of.as_str())),
            state == Some(of),
            count(number),
        );
    }
    if let Some(state) = state {
        filters = filters.keep("state", state.as_str());
    }
    let filters = filters.search("search", search.unwrap_or_default(), page.t("estate-addresses-search"));
    let table = Table::new(page.t("ui-nav-addresses"))
        .column(Column::text(page.t("estate-address")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-server")))
        .column(Column::text(page.t("estate-since")).minor())
        .column(Column::actions(page.t("estate-actions")))
        .rows(found.items.iter().map(|address| line(page, address, &servers)))
        .empty(Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text")));
    Ok(Shell::new(page, &pool.name)
        .crumb(page.t("ui-nav-addresses"), "/staff/addresses")
        .id(pool.id.as_str())
        .add(facts(page, &pool, &nodes, all))
        .add(filters)
        .add(table)
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

fn facts(page: &Page, pool: &PoolView, nodes: &Names, all: i64) -> AnyView {
    let node = match &pool.node_id {
        Some(id) => link(format!("/staff/nodes/{id}"), name(nodes, id.as_str())),
        None => page.t("estate-every-node").view(),
    };
    let resolvers = if pool.resolvers.is_empty() { page.t("estate-none") } else { pool.resolvers.join(", ") };
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    let slice = |state: AddressState, n: i64| (page.t(&format!("addresses-state-{state}")), count(n), page.count(n));
    let mut meter = Meter::new(page, page.t("ui-nav-addresses"), count(all), page.count(all));
    for (state, n, tone) in [
        (AddressState::Assigned, pool.counts.assigned, Tone::Good),
        (AddressState::Cooling, pool.counts.cooling, Tone::Warn),
        (AddressState::Reserved, pool.counts.reserved, Tone::Quiet),
    ] {
        let (label, value, text) = slice(state, n);
        meter = meter.slice(label, value, text, tone);
    }
    grid(
        "halves",
        vec![
            Panel::new(page.t("estate-facts"))
                .id("facts")
                .add(
                    Facts::new()
                        .fact(page.t("estate-network"), copyable(page, pool.cidr.clone()))
                        .fact(page.t("estate-gateway"), copyable(page, pool.gateway.clone()))
                        .fact(page.t("estate-resolvers"), resolvers)
                        .fact(page.t("estate-node"), node)
                        .fact(page.t("estate-made"), page.instant(pool.created_at)),
                )
                .view(),
            Panel::new(page.t("estate-use")).id("use").add(meter).view(),
        ],
    )
}

fn line(page: &Page, address: &AddressView, servers: &Names) -> Row {
    let tone = match address.state {
        AddressState::Free | AddressState::Reserved => Tone::Quiet,
        AddressState::Assigned => Tone::Good,
        AddressState::Cooling => Tone::Warn,
    };
    let mut state = State::new(tone, page.t(&format!("addresses-state-{}", address.state)));
    if let Some(until) = address.free_after.filter(|_| address.state == AddressState::Cooling) {
        state = state.since(page.t_with("estate-until", &[("when", page.instant(until).into())]));
    }
    if let Some(guest) = &address.in_use_by {
        state = state.since(page.t_with("estate-address-in-use", &[("guest", guest.clone().into())]));
    }
    let button = |action: &str, key: &str| {
        ActionButton::new(page, action, page.t(key)).hidden("address_id", address.id.as_str()).look(Look::Quiet).view()
    };
    let act = match address.state {
        AddressState::Free => button("addresses.reserve", "estate-address-reserve"),
        AddressState::Reserved | AddressState::Cooling => button("addresses.release", "estate-address-release"),
        AddressState::Assigned => nothing(),
    };
    Row::new()
        .cell(&address.address)
        .cell(state)
        .cell(address.server_id.as_ref().map(|id| words::thing(servers, id)))
        .cell(words::day(page, address.changed_at))
        .cell(act)
}

/// A pool by its id, found among the list.
async fn pool(call: &Call, id: PoolId) -> Result<PoolView> {
    let mut after = None;
    loop {
        let input = ListInput { after: after.clone(), limit: Some(PAGE), ..ListInput::default() };
        let page = queries::pools(call, input).await?;
        if let Some(pool) = page.items.into_iter().find(|pool| pool.id == id) {
            return Ok(pool);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Err(not_found()),
        }
    }
}
