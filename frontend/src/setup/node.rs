//! Step 2: where servers run, and which addresses they get.

use hostwright_panel::addresses::model::PoolView;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::nodes::model::{Acceleration, Hypervisor, NodeView};
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::{addresses, nodes};

use super::{only, progress, ready, skip};
use crate::page::Page;
use crate::portal::words;
use crate::route::Visit;
use crate::ui::{ButtonLink, Choice, Field, Form, Piece, Shell, section, stack};

/// Draws both forms; what is there already is named instead.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    only(call, Action::RegisterNode)?;
    let known = nodes::queries::list(call, ListInput::default()).await?.items;
    let pools = addresses::queries::pools(call, ListInput::default()).await?.items;
    let page = &visit.page;
    let way_on = if known.is_empty() || pools.is_empty() {
        skip(page, "setup-skip", "/setup/plan")
    } else {
        ButtonLink::primary(page.t("setup-continue"), "/setup/plan").view()
    };
    Ok(Shell::new(page, page.t("setup-step-node"))
        .wide()
        .subtitle(page.t("setup-node-text"))
        .add(progress(page, 2))
        .add(section("node", page.t("setup-node"), node(page, &known)))
        .add(
            (!known.is_empty() || !pools.is_empty())
                .then(|| section("pool", page.t("setup-pool"), pool(page, &known, &pools))),
        )
        .add(way_on)
        .render())
}

fn node(page: &Page, known: &[NodeView]) -> leptos::prelude::AnyView {
    if let Some(node) = known.first() {
        let sizes = words::size(page, node.totals.vcpus, node.totals.memory_mib, node.totals.disk_gib);
        let text = page.t_with("setup-node-there", &[("name", node.name.clone().into()), ("sizes", sizes.into())]);
        return ready(text, crate::ui::link("/staff/nodes", page.t("setup-node-more")));
    }
    let hypervisors = Hypervisor::ALL
        .iter()
        .map(|kind| {
            Choice::new(kind.as_str(), page.t(&format!("nodes-hypervisor-{kind}")))
                .detail(page.t(&format!("setup-hypervisor-{kind}")))
        })
        .collect();
    let accelerations = Acceleration::ALL
        .iter()
        .map(|kind| {
            Choice::new(kind.as_str(), page.t(&format!("nodes-acceleration-{kind}")))
                .detail(page.t(&format!("setup-acceleration-{kind}")))
        })
        .collect();
    Form::new(page, "nodes.register")
        .field(
            Field::text("name", page.t("setup-node-name"))
                .hint(page.t("setup-node-name-hint"))
                .placeholder("node-1")
                .max_length(63),
        )
        .field(Field::radios("hypervisor", page.t("setup-hypervisor"), hypervisors).value("kvm"))
        .field(Field::text("uri", page.t("setup-uri")).value("qemu:///system").hint(page.t("setup-uri-hint")))
        .field(Field::radios("acceleration", page.t("setup-acceleration"), accelerations).value("kvm"))
        .field(
            Field::text("pool", page.t("setup-storage-pool"))
                .value("hostwright")
                .hint(page.t("setup-storage-pool-hint")),
        )
        .field(Field::text("network", page.t("setup-network")).value("hostwright").hint(page.t("setup-network-hint")))
        .submit(page.t("setup-node-register"))
        .view()
}

fn pool(page: &Page, known: &[NodeView], pools: &[PoolView]) -> leptos::prelude::AnyView {
    if let Some(pool) = pools.first() {
        let args = [
            ("name", pool.name.clone().into()),
            ("cidr", pool.cidr.clone().into()),
            ("free", page.count(pool.counts.free).into()),
        ];
        let text = page.t_with("setup-pool-there", &args);
        return ready(text, crate::ui::link("/staff/addresses", page.t("setup-pool-more")));
    }
    let mut form = Form::new(page, "addresses.create_pool")
        .field(Field::text("name", page.t("setup-pool-name")).value(page.t("setup-pool-name-usual")).max_length(80))
        .field(Field::text("cidr", page.t("setup-cidr")).hint(page.t("setup-cidr-hint")).placeholder("192.0.2.0/24"))
        .field(
            Field::text("gateway", page.t("setup-gateway")).hint(page.t("setup-gateway-hint")).placeholder("192.0.2.1"),
        )
        .field(
            Field::textarea("resolvers", page.t("setup-resolvers"), 2).optional().hint(page.t("setup-resolvers-hint")),
        );
    if !known.is_empty() {
        let choices = std::iter::once(Choice::new("", page.t("setup-pool-every-node")))
            .chain(known.iter().map(|node| Choice::new(node.id.as_str(), node.name.clone())))
            .collect();
        form = form.field(Field::select("node_id", page.t("setup-pool-node"), choices).optional());
    }
    stack(vec![form.submit(page.t("setup-pool-create")).view()])
}
