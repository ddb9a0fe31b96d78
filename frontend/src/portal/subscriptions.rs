//! A subscription: what it costs, until when it is paid, and how it goes on.

use hostwright_kernel::{Day, Money};
use hostwright_panel::billing::invoices::model::Invoice;
use hostwright_panel::billing::{entity, invoices};
use hostwright_panel::catalogue;
use hostwright_panel::catalogue::model::RenewalChoice;
use hostwright_panel::platform::error::Result;
use hostwright_panel::servers::queries::{ListServers, ServerView};
use hostwright_panel::subscriptions::model::SubscriptionView;
use hostwright_panel::subscriptions::queries::{self, ShowSubscription};

use super::{money, words};
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::{
    ActionButton, Choice, Column, Empty, Facts, Field, Form, Notes, Pager, Panel, Piece, Row, Shell, Table, grid, link,
    muted, stack,
};

/// Draws the list: everything that is sold, whether a server belongs to it or not.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let found = queries::list(&visit.call, input.clone()).await?;
    let page = &visit.page;
    let table = Table::new(page.t("portal-contracts"))
        .column(Column::text(page.t("portal-plan")))
        .column(Column::text(page.t("portal-server-state")))
        .column(Column::number(page.t("portal-price")))
        .column(Column::text(page.t("portal-billed-until")).minor())
        .rows(found.items.iter().map(|subscription| {
            let price = page.t_with(
                "portal-price-per",
                &[("amount", page.money(subscription.amount).into()), ("months", subscription.months.count().into())],
            );
            Row::to(format!("/portal/subscriptions/{}", subscription.id))
                .cell(&subscription.plan_name)
                .cell(words::subscription_state(page, subscription.state))
                .cell(price)
                .cell(page.day(subscription.billed_until.plus_days(-1)))
                .quiet(subscription.state.is_ended())
        }))
        .empty(Empty::new(page.t("portal-contracts-none"), page.t("portal-contracts-none-text")));
    let first = visit.params.get("after").map(|_| page.with_query("after", None));
    let next = found.next.as_deref().map(|key| page.with_query("after", Some(key)));
    Ok(Shell::new(page, page.t("portal-contracts")).add(table).add(Pager::new(page, first, next)).render())
}

struct Known {
    subscription: SubscriptionView,
    choices: Vec<RenewalChoice>,
    open: Vec<Invoice>,
    next: Option<(Day, Money)>,
    today: Day,
    servers: Vec<ServerView>,
}

/// Draws the page.
///
/// # Errors
/// Not found.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    let input = ShowSubscription { subscription_id: visit.params.parse("subscription_id")? };
    let subscription = queries::show(call, input).await?;
    let of = ListServers { subscription_id: Some(subscription.id.clone()), ..ListServers::default() };
    let servers = hostwright_panel::servers::queries::list(call, of).await?.items;
    let shown = subscription.clone();
    let (choices, open, next, today) = call
        .db
        .read(move |tx| {
            let plan = catalogue::queries::load_in(tx, &shown.plan_id)?;
            Ok((
                plan.renewal_choices.into_iter().collect(),
                invoices::queries::open_of_subscription_in(tx, shown.id.as_str())?,
                money::next_invoice_in(tx, &shown)?,
                entity::load_in(tx)?.today(tx.now()),
            ))
        })
        .await?;
    Ok(draw(&visit.page, &Known { subscription, choices, open, next, today, servers }))
}

fn draw(page: &Page, known: &Known) -> String {
    let subscription = &known.subscription;
    let ended = subscription.state.is_ended();
    let side = stack(vec![(!ended).then(|| renewal(page, known)).view(), (!ended).then(|| cancel(page, known)).view()]);
    let mut main = vec![facts(page, known).view()];
    if !known.open.is_empty() {
        let table = super::servers::open_invoices(page, &known.open, known.today);
        main.push(Panel::new(page.t("portal-open-invoices")).flush().add(table).view());
    }
    main.push(muted(link("/portal/invoices", page.t("portal-invoices-all"))));
    let ends = subscription.cancelled_at.filter(|_| !ended).map(|_| {
        let args = [("day", page.day(subscription.billed_until.plus_days(-1)).into())];
        Notes::new(Tone::Warn, page.t_with("portal-why-ends", &args))
    });
    let name = known.servers.first().map(|server| server.hostname.clone());
    let mut shell =
        Shell::new(page, page.t_with("portal-contract-title", &[("plan", subscription.plan_name.clone().into())]))
            .crumb(page.t("portal-contracts"), "/portal/subscriptions")
            .state(words::subscription_state(page, subscription.state))
            .id(subscription.id.to_string());
    if let (Some(name), Some(server)) = (name, known.servers.first()) {
        shell = shell.crumb(name, format!("/portal/servers/{}", server.id));
    }
    shell.add(ends).add(grid("main-side", vec![stack(main), side])).render()
}

fn facts(page: &Page, known: &Known) -> Panel {
    let subscription = &known.subscription;
    let price = page.t_with(
        "portal-price-per",
        &[("amount", page.money(subscription.amount).into()), ("months", subscription.months.count().into())],
    );
    let next = match known.next {
        Some((day, total)) => {
            page.t_with("portal-next-invoice-on", &[("day", page.day(day).into()), ("total", page.money(total).into())])
        }
        None => page.t("portal-next-invoice-none"),
    };
    let servers: Vec<_> =
        known.servers.iter().map(|server| link(format!("/portal/servers/{}", server.id), &server.hostname)).collect();
    let suspended = subscription.suspended_at.map(|at| page.instant(at));
    let ended = subscription.terminated_at.map(|at| page.instant(at));
    let mut facts = Facts::new()
        .fact(page.t("portal-plan"), &subscription.plan_name)
        .fact(page.t("portal-price"), price)
        .fact(page.t("portal-began"), page.day(subscription.anchor))
        .fact(page.t("portal-billed-until"), page.day(subscription.billed_until.plus_days(-1)))
        .fact(page.t("portal-then"), words::renewal(page, subscription.renewal))
        .fact(page.t("portal-next-invoice"), next)
        .maybe(page.t("portal-suspended-since"), suspended)
        .maybe(page.t("portal-ended"), ended);
    if !servers.is_empty() {
        facts = facts.fact(page.t("portal-server"), servers);
    }
    Panel::new(page.t("portal-contract")).id("contract").add(facts)
}

fn renewal(page: &Page, known: &Known) -> Panel {
    let choices = known
        .choices
        .iter()
        .map(|choice| {
            Choice::new(choice.as_str(), words::renewal(page, *choice))
                .detail(page.t(&format!("portal-renewal-{choice}-hint")))
        })
        .collect();
    let form = Form::new(page, "subscriptions.set_renewal")
        .hidden("subscription_id", known.subscription.id.as_str())
        .field(Field::radios("renewal", page.t("portal-then"), choices).value(known.subscription.renewal.as_str()))
        .submit(page.t("ui-save"));
    let panel = Panel::new(page.t("portal-renewal")).id("renewal");
    if page.may("subscriptions.set_renewal") {
        panel.add(form)
    } else {
        panel.add(words::renewal(page, known.subscription.renewal))
    }
}

fn cancel(page: &Page, known: &Known) -> Option<Panel> {
    let subscription = &known.subscription;
    if subscription.cancelled_at.is_some() || !page.may("subscriptions.cancel") {
        return None;
    }
    let last = page.day(subscription.billed_until.plus_days(-1));
    let lost = known
        .servers
        .iter()
        .map(|server| page.t_with("portal-cancel-lost", &[("name", server.hostname.clone().into())]))
        .collect();
    let button = ActionButton::new(page, "subscriptions.cancel", page.t("portal-cancel"))
        .hidden("subscription_id", subscription.id.as_str())
        .confirm(page.t_with("portal-cancel-question", &[("day", last.clone().into())]), lost);
    let text = page.t_with("portal-cancel-text", &[("day", last.into())]);
    Some(Panel::new(page.t("portal-cancel")).id("cancel").tone(Tone::Bad).add(muted(text)).add(button))
}
