//! The panels of a server's page.

use hostwright_kernel::{Day, Instant, Money};
use hostwright_panel::billing::invoices::model::Invoice;
use hostwright_panel::servers::model::Usage;
use hostwright_panel::servers::queries::ServerView;
use hostwright_panel::subscriptions::model::SubscriptionView;
use hostwright_panel::tickets::model::TicketView;

use crate::page::Page;
use crate::portal::words;
use crate::ui::{
    ActionButton, ButtonLink, Column, Facts, Look, Panel, Piece, Row, Table, copyable, link, money, muted, row, stack,
};

/// The state as last seen with its age, addresses and sizes.
pub fn machine(page: &Page, server: &ServerView, now: Instant) -> Panel {
    let age = page.t_with("portal-seen", &[("ago", words::ago(page, server.observed_at, now).into())]);
    let age = words::is_built(server).then(|| muted(age));
    let mut facts =
        Facts::new().fact(page.t("portal-server-state"), row(vec![words::seen(page, server).view(), age.view()]));
    for address in &server.addresses {
        let name = page.t(&format!("portal-address-{}", address.family));
        let network = page.t_with(
            "portal-address-network",
            &[("prefix", i64::from(address.prefix).into()), ("gateway", address.gateway.clone().into())],
        );
        facts = facts.fact(name, stack(vec![copyable(page, &address.address), muted(network)]));
    }
    if let Some(address) = server.addresses.first()
        && !server.ssh_keys.is_empty()
    {
        facts = facts.fact(page.t("portal-ssh"), copyable(page, format!("ssh root@{}", address.address)));
    }
    let keys = page.t_with("portal-keys-count", &[("count", server.ssh_keys.len().into())]);
    facts = facts
        .fact(page.t("portal-server-size"), words::size(page, server.vcpus, server.memory_mib, server.disk_gib))
        .fact(page.t("portal-server-system"), &server.image.name)
        .fact(page.t("portal-keys"), keys)
        .fact(page.t("portal-mac"), copyable(page, &server.mac))
        .fact(page.t("portal-ordered"), page.instant(server.created_at));
    Panel::new(page.t("portal-server")).id("server").add(facts)
}

/// What can be done to it, each with what it means.
pub fn power(page: &Page, server: &ServerView) -> Option<Panel> {
    const ACTIONS: &[&str] = &["start", "shut_down", "reboot", "power_off"];
    let possible: Vec<&str> =
        ACTIONS.iter().copied().filter(|action| server.next.iter().any(|next| next == action)).collect();
    if possible.is_empty() || !words::is_built(server) {
        return None;
    }
    let table = Table::new(page.t("portal-power"))
        .column(Column::text(page.t("portal-power-what")))
        .column(Column::text(page.t("portal-power-meaning")))
        .rows(possible.into_iter().map(|action| {
            Row::new().cell(button(page, server, action)).cell(page.t(&format!("portal-power-{action}")))
        }))
        .plain();
    Some(Panel::new(page.t("portal-power")).id("power").flush().add(table))
}

/// One power action as a button; pulling the plug asks first.
pub fn button<'a>(page: &'a Page, server: &ServerView, action: &str) -> ActionButton<'a> {
    let word = page.t(&format!("portal-{}", action.replace('_', "-")));
    let button = ActionButton::new(page, format!("servers.{action}"), word).hidden("server_id", server.id.as_str());
    if action == "power_off" {
        let lost = vec![page.t("portal-power-off-lost")];
        button.confirm(page.t_with("portal-power-off-question", &[("name", server.hostname.clone().into())]), lost)
    } else {
        button
    }
}

/// What is paid for it, until when, and what comes next.
pub fn contract(
    page: &Page,
    subscription: &SubscriptionView,
    next_invoice: Option<(Day, Money)>,
    open: &[Invoice],
    today: Day,
) -> Panel {
    let price = page.t_with(
        "portal-price-per",
        &[("amount", page.money(subscription.amount).into()), ("months", subscription.months.count().into())],
    );
    let mut facts = Facts::new()
        .fact(page.t("portal-plan"), &subscription.plan_name)
        .fact(page.t("portal-price"), price)
        .fact(page.t("portal-contract-state"), words::subscription_state(page, subscription.state))
        .fact(page.t("portal-billed-until"), page.day(subscription.billed_until.plus_days(-1)))
        .fact(page.t("portal-then"), words::renewal(page, subscription.renewal));
    facts = match next_invoice {
        Some((day, total)) => facts.fact(
            page.t("portal-next-invoice"),
            page.t_with(
                "portal-next-invoice-on",
                &[("day", page.day(day).into()), ("total", page.money(total).into())],
            ),
        ),
        None => facts.fact(page.t("portal-next-invoice"), muted(page.t("portal-next-invoice-none"))),
    };
    for invoice in open {
        let name =
            page.t_with("portal-invoice-named", &[("number", invoice.number.clone().unwrap_or_default().into())]);
        let state = words::invoice_state(page, invoice, invoice.overdue_days(today)).view();
        let amount = link(format!("/portal/invoices/{}", invoice.id), money(page, invoice.open));
        facts = facts.fact(name, row(vec![amount, state]));
    }
    Panel::new(page.t("portal-contract"))
        .id("contract")
        .aside(link(format!("/portal/subscriptions/{}", subscription.id), page.t("portal-change")))
        .add(facts)
}

/// Open invoices, each with how late it is.
pub fn open_invoices(page: &Page, open: &[Invoice], today: Day) -> Table {
    Table::new(page.t("portal-open-invoices"))
        .column(Column::text(page.t("portal-invoice-number")))
        .column(Column::text(page.t("portal-invoice-state")))
        .column(Column::number(page.t("portal-invoice-to-pay")))
        .rows(open.iter().map(|invoice| {
            Row::to(format!("/portal/invoices/{}", invoice.id))
                .cell(invoice.number.clone().unwrap_or_default())
                .cell(words::invoice_state(page, invoice, invoice.overdue_days(today)))
                .cell(money(page, invoice.open))
        }))
        .plain()
}

/// What it used since it was switched on.
pub fn usage(page: &Page, server: &ServerView) -> Option<Panel> {
    // A node that counts nothing says nothing.
    let usage = server.usage.as_ref().filter(|usage| **usage != Usage::default())?;
    let bytes = |value: Option<u64>| value.map(|value| words::bytes(page, value));
    let seconds = usage.cpu_milliseconds.and_then(|cpu| i64::try_from(cpu / 1000).ok());
    let facts = Facts::new()
        .maybe(page.t("portal-usage-cpu"), seconds.map(|seconds| page.span(seconds)))
        .maybe(page.t("portal-usage-memory"), bytes(usage.memory_bytes))
        .maybe(page.t("portal-usage-received"), bytes(usage.received_bytes))
        .maybe(page.t("portal-usage-sent"), bytes(usage.sent_bytes))
        .maybe(page.t("portal-usage-read"), bytes(usage.read_bytes))
        .maybe(page.t("portal-usage-written"), bytes(usage.written_bytes));
    Some(Panel::new(page.t("portal-usage")).id("usage").add(facts))
}

/// Conversations about it.
pub fn tickets(page: &Page, server: &ServerView, tickets: &[TicketView]) -> Panel {
    let new = format!("/portal/tickets/new?server_id={}", server.id);
    let panel = Panel::new(page.t("portal-tickets")).id("tickets");
    let ask = page.may("tickets.open").then(|| ButtonLink::plain(page.t("portal-ticket-new"), new));
    if tickets.is_empty() {
        return panel.add(muted(page.t("portal-tickets-none-server"))).add(row(vec![ask.view()]));
    }
    let table = Table::new(page.t("portal-tickets"))
        .column(Column::text(page.t("portal-ticket-subject")))
        .column(Column::text(page.t("portal-ticket-state")))
        .rows(tickets.iter().map(|ticket| {
            Row::to(format!("/portal/tickets/{}", ticket.id))
                .cell(&ticket.subject)
                .cell(words::ticket_state(page, ticket.state))
        }))
        .plain();
    panel.flush().aside(ask).add(table)
}

/// A start button for the head of the page, when that is what is missing.
pub fn primary<'a>(page: &'a Page, server: &ServerView) -> Option<ActionButton<'a>> {
    let can_start = server.next.iter().any(|next| next == "start");
    (can_start && server.busy.is_none() && words::is_built(server))
        .then(|| button(page, server, "start").look(Look::Primary))
}
