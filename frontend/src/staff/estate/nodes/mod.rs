//! Nodes: the list and a new one; one node is in [`detail`], what was found on it in [`found`].

use hostwright_panel::nodes::model::{Acceleration, Hypervisor, NodeState, NodeView};
use hostwright_panel::nodes::queries;
use hostwright_panel::platform::error::Result;

use super::words;
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::*;

pub mod detail;
pub mod found;

/// Above this much is reserved, a node is shown as nearly full, in percent.
const NEARLY_FULL: i64 = 90;

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let found = queries::list(&visit.call, input.clone()).await?;
    let page = &visit.page;
    let filters = Filters::new(page)
        .link(page.t("estate-nodes-in-use"), words::filtered(page, "state", None), input.state.is_none())
        .link(
            page.t("nodes-state-removed"),
            words::filtered(page, "state", Some("removed")),
            input.state.as_deref() == Some("removed"),
        );
    let new = page.may("nodes.register").then(|| ButtonLink::primary(page.t("estate-node-new"), "/staff/nodes/new"));
    let empty = if input.state.is_some() {
        Empty::new(page.t("estate-nodes-none-removed"), page.t("estate-nodes-none-removed-text"))
    } else {
        Empty::new(page.t("estate-nodes-none"), page.t("estate-nodes-none-text")).action(
            page.may("nodes.register").then(|| ButtonLink::plain(page.t("estate-node-new"), "/staff/nodes/new")),
        )
    };
    let table = Table::new(page.t("ui-nav-nodes"))
        .column(Column::text(page.t("estate-name")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-link")))
        .column(Column::text(page.t("estate-hypervisor")).minor())
        .column(Column::number(page.t("estate-processors")))
        .column(Column::number(page.t("estate-memory")))
        .column(Column::number(page.t("estate-disk")))
        .rows(found.items.iter().map(|node| {
            let (reserved, totals) = (node.reserved, node.totals);
            Row::to(format!("/staff/nodes/{}", node.id))
                .cell(&node.name)
                .cell(words::node_state(page, node.state))
                .cell(words::link_state(page, node))
                .cell(page.t(&format!("nodes-hypervisor-{}", node.hypervisor)))
                .cell(taken(page, page.count(reserved.vcpus), page.count(totals.vcpus), node.percent.vcpus))
                .cell(taken(
                    page,
                    words::mib(page, reserved.memory_mib),
                    words::mib(page, totals.memory_mib),
                    node.percent.memory_mib,
                ))
                .cell(taken(
                    page,
                    words::gib(page, reserved.disk_gib),
                    words::gib(page, totals.disk_gib),
                    node.percent.disk_gib,
                ))
                .quiet(node.state == NodeState::Removed)
        }))
        .empty(empty);
    Ok(Shell::new(page, page.t("ui-nav-nodes"))
        .primary(new)
        .add(filters)
        .add(live("nodes", table))
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

fn taken(page: &Page, reserved: String, total: String, percent: i64) -> leptos::prelude::AnyView {
    let text = page.t_with("estate-taken", &[("reserved", reserved.into()), ("total", total.into())]);
    if percent >= NEARLY_FULL { row(vec![text.view(), badge(Tone::Warn, format!("{percent} %"))]) } else { text.view() }
}

/// A new node.
///
/// # Errors
/// When the caller may not.
pub async fn new(visit: Visit) -> Result<String> {
    visit.call.authorize(hostwright_panel::auth::policy::Action::RegisterNode)?;
    let page = &visit.page;
    let form = Form::new(page, "nodes.register")
        .then("/staff/nodes/{id}")
        .field(Field::text("name", page.t("estate-name")).hint(page.t("estate-node-name-hint")).max_length(63).focus())
        .field(
            Field::radios(
                "hypervisor",
                page.t("estate-hypervisor"),
                Hypervisor::ALL
                    .iter()
                    .map(|kind| {
                        Choice::new(kind.as_str(), page.t(&format!("nodes-hypervisor-{kind}")))
                            .detail(page.t(&format!("estate-hypervisor-{kind}-text")))
                    })
                    .collect(),
            )
            .value(Hypervisor::Kvm.as_str()),
        )
        .field(
            Field::text("uri", page.t("estate-uri"))
                .hint(page.t("estate-uri-hint"))
                .placeholder("qemu+ssh://root@node1.example.com/system"),
        )
        .field(acceleration(page).value(Acceleration::Emulation.as_str()))
        .row(vec![
            Field::text("pool", page.t("estate-storage-pool")).value("hostwright").optional(),
            Field::text("network", page.t("estate-network")).value("hostwright").optional(),
        ])
        .group(page.t("estate-totals"), Some(page.t("estate-totals-hint")), totals(page, None))
        .submit(page.t("estate-node-register"))
        .cancel(page.t("ui-cancel"), "/staff/nodes");
    Ok(Shell::new(page, page.t("estate-node-new"))
        .crumb(page.t("ui-nav-nodes"), "/staff/nodes")
        .subtitle(page.t("estate-node-new-text"))
        .add(form)
        .render())
}

/// How a guest's processor is made.
fn acceleration(page: &Page) -> Field {
    Field::radios(
        "acceleration",
        page.t("estate-acceleration"),
        Acceleration::ALL
            .iter()
            .map(|kind| {
                Choice::new(kind.as_str(), page.t(&format!("nodes-acceleration-{kind}")))
                    .detail(page.t(&format!("estate-acceleration-{kind}-text")))
            })
            .collect(),
    )
}

/// What may be sold of a node.
fn totals(page: &Page, node: Option<&NodeView>) -> Vec<Field> {
    let total = |name: &str, key: &str, value: Option<i64>| {
        Field::number(name, page.t(key)).maybe(value.map(|value| value.to_string())).optional()
    };
    vec![
        total("vcpus_total", "estate-processors", node.map(|node| node.totals.vcpus)),
        total("memory_mib_total", "estate-memory", node.map(|node| node.totals.memory_mib)).suffix("MiB"),
        total("disk_gib_total", "estate-disk", node.map(|node| node.totals.disk_gib)).suffix("GiB"),
    ]
}
