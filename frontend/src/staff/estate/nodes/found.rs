//! Guests that somebody else made: what was found on a node, and one of them with all that
//! decides whether it is taken over.

use hostwright_kernel::Instant;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::catalogue;
use hostwright_panel::catalogue::model::{PlanView, PriceState};
use hostwright_panel::nodes::model::{NodeState, NodeView};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::{ListInput, Paged};
use hostwright_panel::servers::adoption::model::{GuestMatch, Standing};
use hostwright_panel::servers::adoption::queries::{self, FoundRemark, FoundView, ListFound, ShowFound};
use leptos::prelude::AnyView;

use super::super::words;
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::*;

/// Guests that are shown; the command line has the rest.
const SHOWN: i64 = 200;

/// What was found on a node; nothing for those who may not see it.
///
/// # Errors
/// When the database fails.
pub async fn load(visit: &Visit, node: &NodeView) -> Result<Paged<FoundView>> {
    if !visit.call.may(Action::ListFound) {
        return Ok(Paged { items: Vec::new(), next: None });
    }
    let input = ListFound { node_id: node.id.clone(), standing: None, after: None, limit: Some(SHOWN) };
    queries::list(&visit.call, input).await
}

/// The panel on the node's page.
#[must_use]
pub fn panel(page: &Page, node: &NodeView, found: &Paged<FoundView>) -> Option<Panel> {
    if !page.may("adoption.list") {
        return None;
    }
    let survey = (node.state != NodeState::Removed).then(|| {
        ActionButton::new(page, "adoption.survey", page.t("estate-found-survey")).hidden("node_id", node.id.as_str())
    });
    let table = Table::new(page.t("estate-found"))
        .column(Column::text(page.t("estate-name")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-found-size")).minor())
        .column(Column::text(page.t("estate-address")))
        .column(Column::text(page.t("estate-found-match")))
        .column(Column::text(page.t("estate-found-verdict")))
        .rows(found.items.iter().map(|one| {
            Row::to(place(one))
                .cell(&one.guest.name)
                .cell(state(page, one))
                .cell(size(page, one))
                .cell(addresses(one))
                .cell(one.matches.first().map(|first| reason(page, first)))
                .cell(verdict(page, one))
                .quiet(matches!(one.standing, Standing::Ignored | Standing::Gone))
        }))
        .empty(Empty::new(page.t("estate-found-none"), page.t("estate-found-none-text")))
        .plain();
    let more = found.next.as_ref().map(|_| muted(page.t("estate-found-more")));
    Some(Panel::new(page.t("estate-found")).id("found").aside(survey).add(stack(vec![
        muted(page.t("estate-found-text")),
        table.view(),
        more.view(),
    ])))
}

fn place(found: &FoundView) -> String {
    format!("/staff/nodes/{}/found/{}", found.node_id, found.id)
}

fn state(page: &Page, found: &FoundView) -> State {
    let tone = match found.standing {
        Standing::Found => Tone::Warn,
        Standing::Adopting | Standing::Adopted => Tone::Good,
        Standing::Ignored | Standing::Gone => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("adoption-standing-{}", found.standing)))
        .since(page.t(&format!("servers-state-{}", found.guest.state)))
}

fn size(page: &Page, found: &FoundView) -> String {
    let guest = &found.guest;
    guest.capacity().map_or_else(
        || page.t("estate-none"),
        |capacity| words::size(page, capacity.vcpus, capacity.memory_mib, capacity.disk_gib),
    )
}

fn addresses(found: &FoundView) -> String {
    let all: Vec<String> = found.guest.addresses().iter().map(ToString::to_string).collect();
    all.join(", ")
}

fn reason(page: &Page, one: &GuestMatch) -> String {
    let by = page.t_with(&format!("adoption-by-{}", one.by), &[("same", one.same.clone().into())]);
    format!("{}. {by}", one.hostname)
}

fn verdict(page: &Page, found: &FoundView) -> AnyView {
    match found.obstacles.first() {
        _ if found.standing == Standing::Adopted => nothing(),
        None => State::new(Tone::Good, page.t("estate-found-yes")).view(),
        Some(first) => State::new(Tone::Bad, remark(page, first)).view(),
    }
}

fn remark(page: &Page, remark: &FoundRemark) -> String {
    let key = format!("error-{}", remark.code.replace('.', "-"));
    page.t_with(&key, &[("detail", remark.detail.clone().into())])
}

/// One guest that was found.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(mut visit: Visit) -> Result<String> {
    let found = queries::show(&visit.call, ShowFound { found_id: visit.params.parse("found_id")? }).await?;
    let plans = ListInput { limit: Some(SHOWN), ..ListInput::default() };
    let plans = catalogue::queries::list(&visit.call, plans).await?.items;
    let node = words::node_names(&visit.call).await?.get(found.node_id.as_str()).cloned();
    visit.page.live = Some(if found.standing == Standing::Adopting { 2 } else { 15 });
    let page = &visit.page;
    let left = stack(vec![
        trouble(page, &found),
        candidates(page, &found).view(),
        disks(page, &found).view(),
        interfaces(page, &found).view(),
    ]);
    let right = stack(vec![facts(page, &found, visit.call.now()).view()]);
    let node_page = format!("/staff/nodes/{}", found.node_id);
    Ok(Shell::new(page, &found.guest.name)
        .crumb(page.t("ui-nav-nodes"), "/staff/nodes")
        .crumb(node.unwrap_or_else(|| found.node_id.to_string()), node_page.clone())
        .state(state(page, &found))
        .id(found.id.as_str())
        .other(decide(page, &found, &node_page))
        .add(live("found", grid("main-side", vec![left, right])))
        .add(adopt(page, &found))
        .add(carry_on(page, &found, &plans))
        .add(definition(page, &found))
        .render())
}

/// What is in the way, what is left to people, and why it was given up the last time.
fn trouble(page: &Page, found: &FoundView) -> AnyView {
    let notes = |tone, key: &str, remarks: &[FoundRemark]| {
        let (first, rest) = remarks.split_first()?;
        let notes = Notes::new(tone, remark(page, first)).title(page.t(key));
        Some(rest.iter().fold(notes, |notes, one| notes.add(remark(page, one))))
    };
    let refused = found.refusal.as_slice();
    stack(vec![
        notes(Tone::Bad, "estate-found-refused", refused).view(),
        notes(Tone::Bad, "estate-found-obstacles", &found.obstacles).view(),
        notes(Tone::Warn, "estate-found-limits", &found.limits).view(),
    ])
}

fn candidates(page: &Page, found: &FoundView) -> Option<Panel> {
    if found.standing == Standing::Adopted {
        let server = found.server_id.as_ref()?;
        return Some(
            Panel::new(page.t("estate-server"))
                .id("server")
                .add(link(format!("/staff/servers/{server}"), server.as_str())),
        );
    }
    let panel = Panel::new(page.t("estate-found-matches")).id("matches");
    if found.matches.is_empty() {
        return Some(panel.add(muted(page.t("estate-found-matches-none"))));
    }
    let table = Table::new(page.t("estate-found-matches"))
        .column(Column::text(page.t("estate-server")))
        .column(Column::text(page.t("estate-found-told-by")))
        .column(Column::text(page.t("estate-found-subscription")))
        .rows(found.matches.iter().map(|one| {
            let by = page.t_with(&format!("adoption-by-{}", one.by), &[("same", one.same.clone().into())]);
            Row::new()
                .cell(link(format!("/staff/servers/{}", one.server_id), one.hostname.as_str()))
                .cell(by)
                .cell(copyable(page, one.subscription_id.as_str()))
        }))
        .plain();
    Some(panel.flush().add(table))
}

fn disks(page: &Page, found: &FoundView) -> Panel {
    let there = |is_there: Option<bool>| match is_there {
        Some(true) => page.t("estate-yes"),
        Some(false) => page.t("estate-no"),
        None => page.t("servers-state-unknown"),
    };
    let disks = found.guest.disks.iter().map(|disk| {
        Row::new()
            .cell(disk.target.clone().unwrap_or_default())
            .cell(disk.label())
            .cell(disk.pool.clone().unwrap_or_else(|| page.t("estate-none")))
            .cell(disk.bytes.map(|bytes| words::bytes(page, bytes)))
            .cell(there(disk.is_there))
    });
    let files = found
        .guest
        .boot_files
        .iter()
        .map(|file| Row::new().cell("").cell(&file.path).cell("").cell("").cell(there(file.is_there)));
    let table = Table::new(page.t("estate-found-disks"))
        .column(Column::text(page.t("estate-name")))
        .column(Column::text(page.t("estate-found-source")))
        .column(Column::text(page.t("estate-found-pool")).minor())
        .column(Column::number(page.t("estate-found-size")))
        .column(Column::text(page.t("estate-found-there")))
        .rows(disks.chain(files))
        .plain();
    Panel::new(page.t("estate-found-disks")).id("disks").flush().add(table)
}

fn interfaces(page: &Page, found: &FoundView) -> Panel {
    let rows = found.guest.interfaces.iter().map(|interface| {
        let told: Vec<String> = interface
            .addresses
            .iter()
            .map(|one| format!("{} ({})", one.address, page.t(&format!("adoption-from-{}", one.from))))
            .collect();
        Row::new()
            .cell(interface.mac.clone().unwrap_or_default())
            .cell(interface.source.clone().unwrap_or_else(|| interface.kind.clone()))
            .cell(told.join(", "))
    });
    let table = Table::new(page.t("estate-found-interfaces"))
        .column(Column::text(page.t("estate-name")))
        .column(Column::text(page.t("estate-found-network")))
        .column(Column::text(page.t("estate-address")))
        .rows(rows)
        .plain();
    Panel::new(page.t("estate-found-interfaces")).id("interfaces").flush().add(table)
}

fn facts(page: &Page, found: &FoundView, now: Instant) -> Panel {
    let guest = &found.guest;
    Panel::new(page.t("estate-facts")).id("facts").add(
        Facts::new()
            .fact("UUID", copyable(page, guest.uuid.clone()))
            .fact(page.t("estate-found-kind"), &guest.kind)
            .fact(page.t("estate-found-size"), size(page, found))
            .maybe(page.t("estate-found-run"), guest.run.map(|run| page.count(run)))
            .maybe(page.t("estate-found-process"), guest.process.map(|process| process.id.to_string()))
            .maybe(
                page.t("ui-nav-tasks"),
                found.task_id.as_ref().map(|id| link(format!("/staff/tasks/{id}"), id.as_str())),
            )
            .fact(page.t("estate-found-first"), words::ago(page, found.found_at, now))
            .fact(page.t("estate-found-last"), words::ago(page, found.seen_at, now)),
    )
}

fn decide(page: &Page, found: &FoundView, node_page: &str) -> Option<AnyView> {
    let button =
        |action: &str, key: &str| ActionButton::new(page, action, page.t(key)).hidden("found_id", found.id.as_str());
    Some(match found.standing {
        Standing::Found | Standing::Adopting => {
            button("adoption.ignore", "estate-found-ignore").hidden("ignored", "yes").view()
        }
        Standing::Ignored => button("adoption.ignore", "estate-found-reconsider").hidden("ignored", "no").view(),
        Standing::Gone => button("adoption.forget", "estate-found-forget")
            .then(node_page)
            .confirm(page.t("estate-found-forget-question"), vec![found.guest.name.clone()])
            .view(),
        Standing::Adopted => return None,
    })
}

fn adopt(page: &Page, found: &FoundView) -> Option<Panel> {
    if !found.is_open || !page.may("adoption.adopt") {
        return None;
    }
    let likeliest = found.matches.first().map(|one| one.subscription_id.to_string());
    let form = Form::new(page, "adoption.adopt").id("subscription").hidden("found_id", found.id.as_str()).field(
        Field::text("subscription_id", page.t("estate-found-subscription"))
            .maybe(likeliest)
            .hint(page.t("estate-found-subscription-hint")),
    );
    Some(
        Panel::new(page.t("estate-found-adopt"))
            .id("adopt")
            .add(stack(vec![muted(page.t("estate-found-adopt-text")), as_it_is(page, form).view()])),
    )
}

/// The same without a subscription: one is made for what was sold before.
fn carry_on(page: &Page, found: &FoundView, plans: &[PlanView]) -> Option<Panel> {
    if !found.is_open || plans.is_empty() || !page.may("adoption.adopt") {
        return None;
    }
    let on_sale = plans.iter().flat_map(|plan| plan.prices.iter().map(move |price| (plan, price)));
    let choices: Vec<Choice> = on_sale
        .filter(|(_, price)| price.state == PriceState::Active)
        .map(|(plan, price)| {
            let every = words::every(page, price.months.count());
            Choice::new(price.id.as_str(), format!("{}: {} {every}", plan.name, page.money(price.amount)))
        })
        .collect();
    let form = Form::new(page, "adoption.adopt")
        .id("sold")
        .hidden("found_id", found.id.as_str())
        .field(Field::text("customer_id", page.t("estate-customer")).hint(page.t("estate-found-customer-hint")))
        .field(Field::select("price_id", page.t("estate-found-price"), choices))
        .field(Field::date("billed_until", page.t("estate-found-billed-until")));
    Some(
        Panel::new(page.t("estate-found-sold"))
            .id("sold")
            .add(stack(vec![muted(page.t("estate-found-sold-text")), as_it_is(page, form).view()])),
    )
}

/// What of a guest may not be found out by looking.
fn as_it_is<'a>(page: &Page, form: Form<'a>) -> Form<'a> {
    form.field(
        Field::text("hostname", page.t("estate-hostname"))
            .hint(page.t("estate-found-hostname-hint"))
            .max_length(253)
            .optional(),
    )
    .field(
        Field::textarea("addresses", page.t("estate-found-addresses"), 2)
            .hint(page.t("estate-found-addresses-hint"))
            .optional(),
    )
    .submit(page.t("estate-found-adopt"))
}

fn definition(page: &Page, found: &FoundView) -> Option<Panel> {
    let document = found.document.as_ref()?;
    let title = page.t("estate-found-definition");
    Some(Panel::new(&title).id("definition").add(Console::new(page, &title, document.clone())))
}
