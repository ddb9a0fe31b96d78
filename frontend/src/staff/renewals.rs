//! Renewals: what is coming, and running them now.

use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::Paged;
use hostwright_panel::platform::error::Result;
use hostwright_panel::renewals::model::{Ladder, UpcomingRenewal};
use hostwright_panel::renewals::queries::{self, Nothing};
use leptos::prelude::AnyView;

use super::words::{self, Names};
use crate::page::Page;
use crate::route::Visit;
use crate::ui::*;

/// Draws the page.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    let found = queries::upcoming(call, visit.params.list()).await?;
    let names = words::names(call, found.items.iter().map(|renewal| renewal.customer_id.as_str())).await?;
    let ladder = match call.may(Action::ShowDunning) {
        true => Some(queries::ladder(call, Nothing {}).await?),
        false => None,
    };
    Ok(draw(&visit.page, &found, &names, ladder.as_ref()))
}

fn draw(page: &Page, found: &Paged<UpcomingRenewal>, names: &Names, ladder: Option<&Ladder>) -> String {
    let table = Table::new(page.t("office-renewals"))
        .column(Column::text(page.t("office-plan")))
        .column(Column::text(page.t("office-customer")))
        .column(Column::text(page.t("office-invoice-on")))
        .column(Column::text(page.t("office-period-from")))
        .column(Column::number(page.t("office-net-amount")))
        .rows(found.items.iter().map(|renewal| {
            Row::to(format!("/staff/subscriptions/{}", renewal.subscription_id))
                .cell(&renewal.plan_name)
                .cell(words::customer_name(names, &renewal.customer_id))
                .cell(words::day(page, renewal.invoice_day))
                .cell(words::day(page, renewal.next_day))
                .cell(money(page, renewal.amount))
        }))
        .empty(Empty::new(page.t("office-renewals-none"), page.t("office-renewals-none-text")));
    let run = ActionButton::new(page, "renewals.run", page.t("office-renewals-run"))
        .then("/staff/tasks/{task_id}")
        .look(Look::Primary);
    Shell::new(page, page.t("office-renewals"))
        .subtitle(page.t("office-renewals-subtitle"))
        .other(words::button_for(page, "subscriptions.list", "office-subscriptions", "/staff/subscriptions"))
        .primary(run)
        .add(ladder.map(|ladder| steps(page, ladder)))
        .add(table)
        .add(words::pager(page, found.next.as_deref()))
        .render()
}

/// The ladder in one line of facts.
fn steps(page: &Page, ladder: &Ladder) -> AnyView {
    let days = |key: &str, days: i64| page.t_with(key, &[("days", days.into())]);
    let reminders: Vec<String> = ladder.reminder_days.iter().map(|days| page.count(*days)).collect();
    let facts = Facts::new()
        .fact(page.t("office-ladder-invoice"), days("office-ladder-before", ladder.invoice_days_ahead))
        .fact(
            page.t("office-ladder-reminders"),
            page.t_with("office-ladder-after-list", &[("days", reminders.join(", ").into())]),
        )
        .fact(page.t("office-ladder-suspend"), days("office-ladder-after", ladder.suspend_after_days))
        .fact(page.t("office-ladder-terminate"), days("office-ladder-after", ladder.terminate_after_days));
    Panel::new(page.t("office-ladder"))
        .id("ladder")
        .aside(page.may("renewals.set_policy").then(|| link("/staff/settings#ladder", page.t("office-ladder-change"))))
        .add(facts)
        .view()
}
