//! Step 4: what there is, and what comes next.

use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::{addresses, catalogue, images, nodes};

use super::{only, progress};
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::{ButtonLink, Column, Notes, Piece, Row, Shell, State, Table, row};

/// Draws the page.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    only(call, Action::RegisterNode)?;
    let one = || ListInput { limit: Some(1), ..ListInput::default() };
    let has_node = !nodes::queries::list(call, one()).await?.items.is_empty();
    let has_pool = !addresses::queries::pools(call, one()).await?.items.is_empty();
    let has_image = !images::queries::list(call, one()).await?.items.is_empty();
    let plans = catalogue::queries::list(call, ListInput::default()).await?.items;
    let has_plan = plans.iter().any(|plan| !plan.prices.is_empty());
    let page = &visit.page;
    let parts = [
        ("setup-node", has_node, "/setup/node#node"),
        ("setup-pool", has_pool, "/setup/node#pool"),
        ("setup-image", has_image, "/setup/plan#image"),
        ("setup-plan", has_plan, "/setup/plan#plan"),
    ];
    let ready = parts.iter().all(|(_, there, _)| *there);
    let note = if ready {
        Notes::new(Tone::Good, page.t("setup-done-ready"))
    } else {
        Notes::new(Tone::Warn, page.t("setup-done-missing"))
    };
    let next = row(vec![
        ButtonLink::primary(page.t("setup-to-staff"), "/staff").view(),
        ButtonLink::plain(page.t("setup-first-customer"), "/staff/customers/new").view(),
        ButtonLink::plain(page.t("setup-to-settings"), "/staff/settings").view(),
    ]);
    Ok(Shell::new(page, page.t("setup-step-done"))
        .wide()
        .add(progress(page, 5))
        .add(note)
        .add(table(page, &parts))
        .add(page.t("setup-done-next"))
        .add(next)
        .render())
}

fn table(page: &Page, parts: &[(&str, bool, &str)]) -> Table {
    Table::new(page.t("setup-done-parts"))
        .column(Column::text(page.t("setup-done-part")))
        .column(Column::text(page.t("setup-done-state")))
        .rows(parts.iter().map(|(key, there, path)| {
            let state = if *there {
                State::new(Tone::Good, page.t("setup-done-there"))
            } else {
                State::new(Tone::Warn, page.t("setup-done-not-there"))
            };
            Row::to(*path).cell(page.t(key)).cell(state)
        }))
        .plain()
}
