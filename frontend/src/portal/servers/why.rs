//! Why a server does not run, in words, and what to do about it.

use hostwright_kernel::Day;
use hostwright_panel::billing::invoices::model::Invoice;
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::renewals;
use hostwright_panel::servers::model::{Desired, Seen};
use hostwright_panel::servers::queries::ServerView;
use hostwright_panel::subscriptions::model::SubscriptionView;

use crate::page::{Page, Tone};
use crate::portal::words;
use crate::ui::{ButtonLink, Notes};

/// What has to be said above everything else; nothing when all is well.
pub fn notes(
    page: &Page,
    server: &ServerView,
    subscription: &SubscriptionView,
    open: &[Invoice],
    today: Day,
    now: hostwright_kernel::Instant,
) -> Vec<Notes> {
    if server.desired == Desired::Deleted {
        return vec![Notes::new(Tone::Quiet, deleted(page, server)).title(page.t("portal-why-deleted-title"))];
    }
    let mut notes = Vec::new();
    if server.suspended {
        notes.push(suspended(page, subscription, open, today));
    } else if !server.released {
        notes.push(unpaid(page, open));
    } else if let Some(late) = open.iter().find(|invoice| invoice.overdue_days(today).is_some()) {
        notes.push(overdue(page, late, today));
    }
    if subscription.cancelled_at.is_some() {
        let text = page.t_with("portal-why-ends", &[("day", page.day(subscription.billed_until.plus_days(-1)).into())]);
        notes.push(Notes::new(Tone::Quiet, text));
    }
    if server.released && words::is_built(server) && server.state == Seen::Unknown && server.busy.is_none() {
        let since = words::ago(page, server.changed_at, now);
        notes.push(Notes::new(Tone::Warn, page.t_with("portal-why-unknown", &[("since", since.into())])));
    }
    if server.busy.as_ref().is_some_and(|busy| busy.state == JobState::Attention) {
        notes.push(Notes::new(Tone::Warn, page.t("portal-why-delayed")).add(ButtonLink::plain(
            page.t("portal-ticket-new"),
            format!("/portal/tickets/new?server_id={}", server.id),
        )));
    }
    notes
}

fn suspended(page: &Page, subscription: &SubscriptionView, open: &[Invoice], today: Day) -> Notes {
    let reason = subscription.suspended_reason.as_deref().unwrap_or_default();
    let day = subscription.suspended_at.map_or(today, |at| at.day_in(&page.zone));
    let day = page.day(day);
    let late = open.iter().find_map(|invoice| Some((invoice, invoice.overdue_days(today)?)));
    match late {
        Some((invoice, days)) if renewals::model::is_for_money(reason) => {
            let amount = page.money(invoice.open);
            let text = page.t_with(
                "portal-why-suspended-money",
                &[
                    ("day", day.into()),
                    ("number", invoice.number.clone().unwrap_or_default().into()),
                    ("days", days.into()),
                    ("amount", amount.clone().into()),
                ],
            );
            Notes::new(Tone::Bad, text).add(pay(page, invoice))
        }
        _ if renewals::model::is_for_money(reason) => {
            Notes::new(Tone::Warn, page.t_with("portal-why-suspended-paid", &[("day", day.into())]))
        }
        _ => {
            let args = [("day", day.into()), ("reason", reason.to_owned().into())];
            Notes::new(Tone::Bad, page.t_with("portal-why-suspended-other", &args))
                .add(ButtonLink::plain(page.t("portal-ticket-new"), "/portal/tickets/new"))
        }
    }
}

fn unpaid(page: &Page, open: &[Invoice]) -> Notes {
    match open.first() {
        Some(invoice) => {
            let text = page.t_with(
                "portal-why-unpaid",
                &[
                    ("number", invoice.number.clone().unwrap_or_default().into()),
                    ("amount", page.money(invoice.open).into()),
                ],
            );
            Notes::new(Tone::Warn, text).add(pay(page, invoice))
        }
        None => Notes::new(Tone::Warn, page.t("portal-why-unpaid-soon")),
    }
}

fn overdue(page: &Page, invoice: &Invoice, today: Day) -> Notes {
    let text = page.t_with(
        "portal-why-overdue",
        &[
            ("number", invoice.number.clone().unwrap_or_default().into()),
            ("days", invoice.overdue_days(today).unwrap_or(0).into()),
            ("amount", page.money(invoice.open).into()),
        ],
    );
    Notes::new(Tone::Warn, text).add(pay(page, invoice))
}

fn pay(page: &Page, invoice: &Invoice) -> ButtonLink {
    let label = page.t_with("portal-pay", &[("amount", page.money(invoice.open).into())]);
    ButtonLink::primary(label, format!("/portal/invoices/{}#pay", invoice.id))
}

fn deleted(page: &Page, server: &ServerView) -> String {
    match server.purge_after {
        Some(until) => page.t_with("portal-why-deleted", &[("until", page.instant(until).into())]),
        None => page.t("portal-why-deleted-gone"),
    }
}
