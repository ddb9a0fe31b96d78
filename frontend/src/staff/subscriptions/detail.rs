//! One contract: what is sold, what it costs, what was billed, what comes next, and
//! the server that it pays for.

use hostwright_panel::audit::model::AuditRow;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing::invoices;
use hostwright_panel::billing::invoices::model::Invoice;
use hostwright_panel::catalogue;
use hostwright_panel::catalogue::model::PlanView;
use hostwright_panel::catalogue::queries::ShowPlan;
use hostwright_panel::customers;
use hostwright_panel::customers::model::CustomerView;
use hostwright_panel::customers::queries::ShowCustomer;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::reports;
use hostwright_panel::servers;
use hostwright_panel::servers::queries::{ListServers, ServerView};
use hostwright_panel::subscriptions::model::{SubscriptionState, SubscriptionView};
use hostwright_panel::subscriptions::queries::{self, ShowSubscription};
use leptos::prelude::AnyView;

use super::price;
use crate::page::{Page, Tone};
use crate::portal::words as common;
use crate::route::Visit;
use crate::staff::{history, words};
use crate::ui::*;

/// Everything about a contract.
struct Contract {
    subscription: SubscriptionView,
    customer: CustomerView,
    plan: PlanView,
    servers: Vec<ServerView>,
    open: Vec<Invoice>,
    audit: Option<Vec<AuditRow>>,
}

/// Draws the page.
///
/// # Errors
/// Not found, or when the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    let subscription =
        queries::show(call, ShowSubscription { subscription_id: visit.params.parse("subscription_id")? }).await?;
    let customer_id = subscription.customer_id.parse().map_err(hostwright_panel::platform::Error::internal)?;
    let servers = ListServers { subscription_id: Some(subscription.id.clone()), ..ListServers::default() };
    let id = subscription.id.clone();
    let audit = match call.may(Action::ListAudit) {
        true => {
            let input = ListInput { search: Some(id.to_string()), limit: Some(20), ..ListInput::default() };
            Some(reports::queries::audit_log(call, input).await?.items)
        }
        false => None,
    };
    let contract = Contract {
        customer: customers::queries::show(call, ShowCustomer { customer_id }).await?,
        plan: catalogue::queries::show(call, ShowPlan { plan_id: subscription.plan_id.clone() }).await?,
        servers: servers::queries::list(call, servers).await?.items,
        open: call.db.read(move |tx| invoices::queries::open_of_subscription_in(tx, id.as_str())).await?,
        audit,
        subscription,
    };
    Ok(draw(&visit.page, &contract))
}

fn draw(page: &Page, contract: &Contract) -> String {
    let subscription = &contract.subscription;
    let mut shell = Shell::new(page, &subscription.plan_name)
        .crumb(page.t("office-renewals"), "/staff/renewals")
        .crumb(page.t("office-subscriptions"), "/staff/subscriptions")
        .crumb(words::called(&contract.customer), format!("/staff/customers/{}", contract.customer.id))
        .state(common::subscription_state(page, subscription.state))
        .id(subscription.id.as_str());
    if subscription.state == SubscriptionState::Suspended {
        shell = shell
            .primary(
                ActionButton::new(page, "subscriptions.resume", page.t("office-subscription-resume"))
                    .hidden("subscription_id", subscription.id.as_str())
                    .look(Look::Primary),
            )
            .add(held_back(page, subscription));
    }
    shell
        .add(grid(
            "main-side",
            vec![
                stack(vec![
                    sold(page, contract),
                    billed(page, contract),
                    server(page, contract),
                    changes(page, contract),
                ]),
                stack(vec![
                    money_panel(page, contract),
                    renewal(page, contract).view(),
                    endings(page, subscription).view(),
                ]),
            ],
        ))
        .render()
}

fn held_back(page: &Page, subscription: &SubscriptionView) -> Notes {
    let day = subscription.suspended_at.map(|at| page.instant(at)).unwrap_or_default();
    let why = words::reason(page, subscription.suspended_reason.as_deref().unwrap_or_default());
    Notes::new(Tone::Warn, why).title(page.t_with("office-suspended-since", &[("day", day.into())]))
}

fn sold(page: &Page, contract: &Contract) -> AnyView {
    let subscription = &contract.subscription;
    let plan = if page.may("plans.create") {
        link(format!("/staff/plans/{}", subscription.plan_id), &subscription.plan_name)
    } else {
        subscription.plan_name.clone().view()
    };
    let facts = Facts::new()
        .fact(
            page.t("office-customer"),
            link(format!("/staff/customers/{}", contract.customer.id), words::called(&contract.customer)),
        )
        .fact(page.t("office-plan"), plan)
        .fact(page.t("office-kind"), page.t(&format!("catalogue-kind-{}", contract.plan.kind)))
        .maybe(
            page.t("office-sizes"),
            contract
                .plan
                .kind
                .has_sizes()
                .then(|| common::size(page, contract.plan.vcpus, contract.plan.memory_mib, contract.plan.disk_gib)),
        )
        .fact(page.t("office-price"), price(page, subscription))
        .fact(page.t("office-first-day"), page.day(subscription.anchor))
        .fact(page.t("office-ordered"), page.instant(subscription.created_at))
        .maybe(page.t("office-cancelled"), subscription.cancelled_at.map(|at| page.instant(at)))
        .maybe(page.t("office-ended"), subscription.terminated_at.map(|at| page.instant(at)));
    Panel::new(page.t("office-contract")).id("contract").add(facts).view()
}

/// What is billed, and what is still open of it.
fn billed(page: &Page, contract: &Contract) -> AnyView {
    let subscription = &contract.subscription;
    let id = subscription.customer_id.as_str();
    let text = page.t_with(
        "office-periods-billed",
        &[
            ("count", subscription.periods_billed.into()),
            ("from", page.day(subscription.anchor).into()),
            ("until", page.day(subscription.billed_until.plus_days(-1)).into()),
        ],
    );
    let table = Table::new(page.t("office-open-invoices"))
        .plain()
        .column(Column::text(page.t("office-invoice")))
        .column(Column::text(page.t("office-due")))
        .column(Column::number(page.t("office-total")))
        .column(Column::number(page.t("office-still-open")))
        .rows(contract.open.iter().map(|invoice| {
            Row::to(format!("/staff/invoices/{}", invoice.id))
                .cell(invoice.number.clone().unwrap_or_default())
                .cell(words::maybe_day(page, invoice.due_day))
                .cell(money(page, invoice.total))
                .cell(money(page, invoice.open))
        }))
        .empty(Empty::new(page.t("office-all-paid"), text.clone()));
    let mut panel = Panel::new(page.t("office-billed"))
        .id("billed")
        .aside(link(format!("/staff/invoices?customer_id={id}"), page.t("office-all-invoices")));
    if !contract.open.is_empty() {
        panel = panel.add(text);
    }
    panel.add(table).view()
}

fn server(page: &Page, contract: &Contract) -> AnyView {
    let table = Table::new(page.t("office-servers"))
        .plain()
        .column(Column::text(page.t("office-server")))
        .column(Column::text(page.t("office-address")))
        .column(Column::text(page.t("office-state")))
        .rows(contract.servers.iter().map(|server| {
            Row::to(format!("/staff/servers/{}", server.id))
                .cell(&server.hostname)
                .cell(server.addresses.first().map(|address| address.address.clone()).unwrap_or_default())
                .cell(common::server_state(page, server))
        }))
        .empty(Empty::new(page.t("office-servers-none"), page.t("office-subscription-no-server")));
    Panel::new(page.t("office-server")).id("server").flush().add(table).view()
}

fn money_panel(page: &Page, contract: &Contract) -> AnyView {
    let subscription = &contract.subscription;
    let Some(next) = subscription.next_renewal else {
        let key = if subscription.state.is_ended() { "office-no-renewal-ended" } else { "office-no-renewal-expires" };
        let text = page.t_with(key, &[("day", page.day(subscription.billed_until.plus_days(-1)).into())]);
        return Panel::new(page.t("office-next-renewal")).id("next").add(text).view();
    };
    let facts = Facts::new()
        .fact(page.t("office-net-amount"), money(page, next.amount))
        .fact(page.t("office-on-day"), page.day(next.day))
        .fact(page.t("office-for"), words::period(page, next.period));
    Panel::new(page.t("office-next-renewal")).id("next").add(facts).view()
}

fn renewal(page: &Page, contract: &Contract) -> Option<AnyView> {
    let subscription = &contract.subscription;
    let offered = &contract.plan.renewal_choices;
    if subscription.state.is_ended() || !page.may("subscriptions.set_renewal") || offered.len() < 2 {
        return None;
    }
    let choices =
        offered.iter().map(|choice| Choice::new(choice.to_string(), common::renewal(page, *choice))).collect();
    let form = Form::new(page, "subscriptions.set_renewal")
        .id("renewal")
        .hidden("subscription_id", subscription.id.as_str())
        .field(Field::radios("renewal", page.t("office-then"), choices).value(subscription.renewal.to_string()))
        .look(Look::Plain)
        .submit(page.t("ui-save"));
    Some(Panel::new(page.t("office-renewal")).id("renewal").add(form).view())
}

/// Holding back and ending, each with its reason.
fn endings(page: &Page, subscription: &SubscriptionView) -> Option<AnyView> {
    if subscription.state.is_ended() {
        return None;
    }
    let id = subscription.id.as_str();
    let mut parts = Vec::new();
    if subscription.cancelled_at.is_none() {
        let until = page.day(subscription.billed_until.plus_days(-1));
        parts.push(
            ActionButton::new(page, "subscriptions.cancel", page.t("office-subscription-cancel"))
                .hidden("subscription_id", id)
                .confirm(page.t_with("office-subscription-cancel-question", &[("day", until.into())]), Vec::new())
                .view(),
        );
    }
    let reason = || Field::text("reason", page.t("office-reason")).max_length(500).hint(page.t("office-reason-shown"));
    if subscription.state == SubscriptionState::Active {
        let form = Form::new(page, "subscriptions.suspend")
            .id("suspend")
            .hidden("subscription_id", id)
            .piece(muted(page.t("office-subscription-suspend-text")))
            .field(reason())
            .danger()
            .submit(page.t("office-subscription-suspend"));
        parts.extend(words::folded(page, "subscriptions.suspend", page.t("office-subscription-suspend"), form));
    }
    let form = Form::new(page, "subscriptions.terminate")
        .id("terminate")
        .hidden("subscription_id", id)
        .piece(muted(page.t("office-subscription-terminate-text")))
        .field(reason())
        .danger()
        .submit(page.t("office-subscription-terminate"));
    parts.extend(words::folded(page, "subscriptions.terminate", page.t("office-subscription-terminate"), form));
    Some(Panel::new(page.t("office-endings")).id("endings").tone(Tone::Bad).add(stack(parts)).view())
}

fn changes(page: &Page, contract: &Contract) -> AnyView {
    let Some(audit) = &contract.audit else { return nothing() };
    Panel::new(page.t("office-history")).id("history").add(history::timeline(page, audit)).view()
}
