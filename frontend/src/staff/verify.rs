//! Everything checked against everything.

use hostwright_panel::platform::error::Result;
use hostwright_panel::renewals::queries::Nothing;
use hostwright_panel::reports;
use hostwright_panel::reports::model::{Check, VerifyReport};
use leptos::prelude::*;

use super::words;
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::*;

/// Breaks of one check that are shown.
const SHOWN: usize = 50;

/// Draws the page.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let report = reports::queries::verify(&visit.call, Nothing {}).await?;
    Ok(draw(&visit.page, &report))
}

fn draw(page: &Page, report: &VerifyReport) -> String {
    let outcome = match report.breaks {
        0 => Notes::new(Tone::Good, page.t("office-verify-good-text")).title(page.t("office-verify-good")),
        breaks => Notes::new(Tone::Bad, page.t("office-verify-bad-text"))
            .title(page.t_with("office-verify-bad", &[("count", breaks.into())])),
    };
    let table = Table::new(page.t("office-verify"))
        .column(Column::text(page.t("office-check")))
        .column(Column::text(page.t("office-outcome")))
        .rows(report.checks.iter().map(|check| {
            let state = match check.breaks.len() {
                0 => State::new(Tone::Good, page.t("office-check-good")),
                count => State::new(Tone::Bad, page.t_with("office-check-bad", &[("count", count.into())])),
            };
            Row::new().cell(words::with_detail(&name(page, check), page.t(&format!("{}-text", key(check))))).cell(state)
        }));
    let mut shell = Shell::new(page, page.t("office-verify"))
        .crumb(page.t("ui-nav-settings"), "/staff/settings")
        .subtitle(page.t_with("office-verify-as-of", &[("at", page.instant(report.as_of).into())]))
        .primary(ButtonLink::primary(page.t("office-verify-again"), "/staff/verify"))
        .add(outcome)
        .add(table);
    for check in report.checks.iter().filter(|check| !check.breaks.is_empty()) {
        shell = shell.add(breaks(page, check));
    }
    shell.render()
}

/// The key of a check's name: `office-check-audit-chain`.
fn key(check: &Check) -> String {
    format!("office-check-{}", check.name.replace(' ', "-"))
}

fn name(page: &Page, check: &Check) -> String {
    let key = key(check);
    if page.texts.has(&key) { page.t(&key) } else { check.name.clone() }
}

fn breaks(page: &Page, check: &Check) -> Panel {
    let lines: Vec<_> =
        check.breaks.iter().take(SHOWN).map(|line| view! { <li><code>{line.clone()}</code></li> }).collect();
    let list = html(view! { <ul class="stack">{lines}</ul> });
    let panel = Panel::new(name(page, check)).id(key(check)).tone(Tone::Bad).add(list);
    match check.breaks.len().saturating_sub(SHOWN) {
        0 => panel,
        more => panel.add(muted(page.t_with("office-check-more", &[("count", more.into())]))),
    }
}
