//! One source: its migration as numbered steps, and its settings.

use hostwright_panel::migration::collect::model::{CollectionState, CollectionView};
use hostwright_panel::migration::collect::queries::{ListCollections, collections};
use hostwright_panel::migration::content::model::ContentView;
use hostwright_panel::migration::sources::model::{FlowState, FlowStep, FlowStepView, SourceView};
use hostwright_panel::migration::sources::queries::{ShowSource, show as source};
use hostwright_panel::platform::error::Result;
use leptos::prelude::AnyView;

use super::{content, schemes, switches, tone};
use crate::page::{Page, Tone};
use crate::places;
use crate::route::Visit;
use crate::ui::*;

/// Seconds between two looks at something that runs.
const LOOK: u32 = 3;
/// Readings that are shown.
const SHOWN: i64 = 5;

/// The steps of a source, each with what can be done there.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(mut visit: Visit) -> Result<String> {
    let source_id: hostwright_panel::migration::sources::model::SourceId = visit.params.parse("source_id")?;
    let view = source(&visit.call, ShowSource { source_id: source_id.clone() }).await?;
    let input = ListCollections { source_id, after: None, limit: Some(SHOWN) };
    let readings = collections(&visit.call, input).await?.items;
    let mail = content::of(&visit, &view.id).await?;
    if view.steps.iter().any(|step| step.state == FlowState::Running) {
        visit.page.live = Some(LOOK);
    }
    let page = &visit.page;
    let mut shell = Shell::new(page, &view.name)
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .id(view.id.as_str())
        .subtitle(&view.kind)
        .other(ButtonLink::plain(page.t("moving-settings"), format!("/staff/migration/{}/settings", view.id)));
    if view.switched_at.is_some() {
        shell = shell.add(Notes::new(Tone::Good, page.t("moving-switched-text")));
    }
    for (place, step) in view.steps.iter().enumerate() {
        let title = page.t_with(
            "moving-numbered",
            &[
                ("number", place.saturating_add(1).to_string().into()),
                ("step", page.t(&format!("migration-step-{}", step.step)).into()),
            ],
        );
        let panel = Panel::new(title)
            .id(step.step.as_str())
            .aside(State::new(tone(step.state), page.t(&format!("migration-step_state-{}", step.state))));
        shell = shell.add(live(step.step.as_str(), body(page, &view, step, (&readings, mail.as_ref()), panel)));
    }
    Ok(shell.render())
}

fn body(
    page: &Page,
    view: &SourceView,
    step: &FlowStepView,
    (readings, mail): (&[CollectionView], Option<&ContentView>),
    panel: Panel,
) -> Panel {
    let at = |place: &str| format!("/staff/migration/{}/{place}", view.id);
    let is_open = view.switched_at.is_none();
    match step.step {
        FlowStep::Register => panel.add(
            Facts::new()
                .fact(page.t("moving-scheme"), page.t(&format!("migration-scheme-{}", view.scheme)))
                .fact(page.t("moving-protective"), page.count(view.protective_days))
                .fact(page.t("moving-zone"), &view.zone)
                .fact(page.t("moving-currency"), view.currency.code()),
        ),
        FlowStep::Collect => collected(page, view, readings, panel, is_open),
        FlowStep::Map => panel
            .add(counted(page, "moving-mapped", step))
            .add(ButtonLink::plain(page.t("moving-map"), at("templates"))),
        FlowStep::Select => {
            let all = is_open.then(|| {
                ActionButton::new(page, "migration.select", page.t("moving-select-all"))
                    .hidden("source_id", view.id.as_str())
                    .hidden("kind", "party")
                    .hidden("is_selected", "yes")
                    .hidden("with_domains", "yes")
            });
            panel.add(counted(page, "moving-selected", step)).add(row(vec![
                all.view(),
                ButtonLink::plain(page.t("moving-accounts"), at("records?kind=party")).view(),
                ButtonLink::plain(page.t("moving-domains"), at("records?kind=domain_name")).view(),
            ]))
        }
        FlowStep::Verify => {
            let failed = (step.attention > 0).then(|| {
                Notes::new(Tone::Warn, page.t_with("moving-failed", &[("count", page.count(step.attention).into())]))
                    .add(ButtonLink::plain(page.t("moving-resolve"), at("records?kind=party&verdict=failed")))
            });
            panel
                .add(counted(page, "moving-judged", step))
                .add(failed)
                .add(is_open.then(|| act(page, view, "migration.verify", "moving-verify")))
        }
        FlowStep::Transfer => {
            let parked = (step.attention > 0).then(|| {
                Notes::new(Tone::Warn, page.t_with("moving-parked", &[("count", page.count(step.attention).into())]))
                    .add(ButtonLink::plain(page.t("moving-what-became"), at("landings?outcome=skipped")))
            });
            panel.add(counted(page, "moving-landed", step)).add(parked).add(row(vec![
                is_open.then(|| act(page, view, "migration.transfer", "moving-transfer")).view(),
                ButtonLink::plain(page.t("moving-what-became"), at("landings")).view(),
                is_open
                    .then(|| {
                        act(page, view, "migration.undo", "moving-undo")
                            .look(Look::Danger)
                            .confirm(page.t("moving-undo-question"), vec![view.name.clone()])
                    })
                    .view(),
            ]))
        }
        FlowStep::Deliver => content::step(page, &view.id, mail, panel),
        FlowStep::Sign => panel
            .add(view.signature.as_ref().map(|signature| {
                Facts::new()
                    .fact(page.t("moving-signed-by"), &signature.name)
                    .fact(page.t("moving-signed-at"), page.instant(signature.at))
            }))
            .add(row(vec![
                ButtonLink::plain(page.t("moving-report"), at("report")).view(),
                ButtonLink::plain(page.t("moving-shadow"), at("shadow")).view(),
            ])),
        FlowStep::Switch if is_open => panel.add(page.t("moving-switch-text")).add(
            act(page, view, "migration.switch", "moving-switch")
                .look(Look::Danger)
                .confirm(page.t("moving-switch-question"), vec![view.name.clone()]),
        ),
        FlowStep::Switch => {
            panel.add(page.t("moving-disable-text")).add(page.may("migration.disable_list").then(|| {
                let list = format!("/api/v1/migration/sources/{}/disable.txt", view.id);
                ButtonLink::plain(page.t("moving-disable"), list)
            }))
        }
    }
}

fn act<'a>(page: &'a Page, view: &SourceView, action: &'static str, label: &str) -> ActionButton<'a> {
    ActionButton::new(page, action, page.t(label)).hidden("source_id", view.id.as_str())
}

fn counted(page: &Page, key: &str, step: &FlowStepView) -> AnyView {
    page.t_with(key, &[("done", page.count(step.done).into()), ("of", page.count(step.of).into())]).view()
}

fn collected(page: &Page, view: &SourceView, readings: &[CollectionView], panel: Panel, is_open: bool) -> Panel {
    let table = Table::new(page.t("moving-readings"))
        .column(Column::text(page.t("moving-reading")))
        .column(Column::text(page.t("moving-state")))
        .column(Column::number(page.t("moving-records")))
        .column(Column::number(page.t("moving-added")))
        .column(Column::number(page.t("moving-altered")))
        .column(Column::number(page.t("moving-vanished")))
        .column(Column::number(page.t("moving-gaps")))
        .rows(readings.iter().map(|reading| {
            let tone = match reading.state {
                CollectionState::Reading => Tone::Working,
                CollectionState::Done => Tone::Good,
                CollectionState::Refused => Tone::Bad,
            };
            let word = page.t(&format!("migration-collection-{}", reading.state));
            let why = reading
                .refusal_reason
                .as_ref()
                .map(|reason| muted(format!("{} {reason}", reading.refusal_place.as_deref().unwrap_or_default())));
            Row::new()
                .cell(page.count(reading.number))
                .cell(stack(vec![State::new(tone, word).view(), why.view()]))
                .cell(page.count(reading.records))
                .cell(page.count(reading.added))
                .cell(page.count(reading.changed))
                .cell(page.count(reading.vanished))
                .cell(page.count(reading.gaps))
        }))
        .empty(Empty::new(page.t("moving-not-read"), page.t("moving-not-read-text")));
    let last = readings.first().map(|reading| reading.paths.join("\n"));
    let form = Form::new(page, "migration.collect")
        .hidden("source_id", view.id.as_str())
        .field(Field::textarea("paths", page.t("moving-paths"), 3).hint(page.t("moving-paths-hint")).maybe(last))
        .field(Field::password("secret", page.t("moving-secret")).hint(page.t("moving-secret-hint")).optional())
        .field(Field::text("attachments", page.t("moving-attachments")).optional())
        .field(Field::text("mapping", page.t("moving-mapping")).optional())
        .submit(page.t("moving-collect"));
    let gaps = ButtonLink::plain(page.t("moving-gaps-named"), format!("/staff/migration/{}/gaps", view.id));
    let records = ButtonLink::plain(page.t("moving-records"), format!("/staff/migration/{}/records", view.id));
    panel.add(table).add(row(vec![records.view(), gaps.view()])).add(is_open.then_some(form))
}

/// The settings of a source.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn settings(visit: Visit) -> Result<String> {
    let view = source(&visit.call, ShowSource { source_id: visit.params.parse("source_id")? }).await?;
    let page = &visit.page;
    let back = format!("/staff/migration/{}", view.id);
    let form = Form::new(page, "migration.update")
        .hidden("source_id", view.id.as_str())
        .then(back.clone())
        .field(Field::text("name", page.t("moving-name")).max_length(80).value(&view.name))
        .field(Field::text("host", page.t("moving-host")).value(&view.host).optional())
        .row(vec![
            Field::select("zone", page.t("moving-zone"), places::zones()).value(&view.zone),
            Field::select("currency", page.t("moving-currency"), places::currencies()).value(view.currency.code()),
        ])
        .field(
            Field::select("scheme", page.t("moving-scheme"), schemes(page))
                .hint(page.t("moving-scheme-hint"))
                .value(view.scheme.as_str()),
        )
        .field(
            Field::number("protective_days", page.t("moving-protective"))
                .hint(page.t("moving-protective-hint"))
                .range(0, 3_660)
                .value(view.protective_days.to_string())
                .short(),
        );
    let form = switches(page, form, Some(&view)).submit(page.t("ui-save")).cancel(page.t("ui-cancel"), back.clone());
    let discard = ActionButton::new(page, "migration.discard", page.t("moving-discard"))
        .hidden("source_id", view.id.as_str())
        .then("/staff/migration")
        .look(Look::Danger)
        .confirm(page.t("moving-discard-question"), vec![view.name.clone()]);
    Ok(Shell::new(page, page.t("moving-settings"))
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(&view.name, back)
        .add(form)
        .add(Panel::new(page.t("moving-discard")).id("discard").tone(Tone::Bad).add(discard))
        .render())
}
