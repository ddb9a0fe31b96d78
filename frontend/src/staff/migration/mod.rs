//! Moving in: sources, the import folder, and the steps of one source.

use hostwright_panel::auth::policy::Action;
use hostwright_panel::migration::collect::queries::{ListFiles, files};
use hostwright_panel::migration::sources::model::{FlowState, SourceView};
use hostwright_panel::migration::sources::queries;
use hostwright_panel::migration::verification::model::Scheme;
use hostwright_panel::platform::error::Result;

use super::estate::pager;
use crate::page::{Page, Tone};
use crate::places;
use crate::route;
use crate::route::{Route, Visit};
use crate::ui::*;

mod content;
mod flow;
mod proof;
mod records;
mod templates;

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/staff/migration", Staff, list),
        route!("/staff/migration/new", Staff, new),
        route!("/staff/migration/records/{staged_id}", Staff, records::show),
        route!("/staff/migration/mailboxes/{mailbox_id}", Staff, content::show),
        route!("/staff/migration/{source_id}", Staff, flow::show),
        route!("/staff/migration/{source_id}/content", Staff, content::servers),
        route!("/staff/migration/{source_id}/mailboxes", Staff, content::list),
        route!("/staff/migration/{source_id}/settings", Staff, flow::settings),
        route!("/staff/migration/{source_id}/templates", Staff, templates::list),
        route!("/staff/migration/{source_id}/records", Staff, records::list),
        route!("/staff/migration/{source_id}/gaps", Staff, records::gaps),
        route!("/staff/migration/{source_id}/landings", Staff, records::landings),
        route!("/staff/migration/{source_id}/missing", Staff, proof::missing),
        route!("/staff/migration/{source_id}/report", Staff, proof::report),
        route!("/staff/migration/{source_id}/shadow", Staff, proof::shadow),
    ]
}

/// The sources, and what lies in the import folder.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let found = queries::list(&visit.call, visit.params.list()).await?;
    let folder = files(&visit.call, visit.reader.as_ref(), ListFiles {}).await?;
    let page = &visit.page;
    let sources = Table::new(page.t("moving-sources"))
        .column(Column::text(page.t("moving-name")))
        .column(Column::text(page.t("moving-kind")))
        .column(Column::text(page.t("moving-next")))
        .column(Column::number(page.t("moving-accounts-here")))
        .rows(found.items.iter().map(|source| {
            let here = source.steps.iter().find(|step| step.step.as_str() == "transfer").map_or(0, |step| step.done);
            Row::to(format!("/staff/migration/{}", source.id))
                .cell(&source.name)
                .cell(&source.kind)
                .cell(next_step(page, source))
                .cell(page.count(here))
                .quiet(source.switched_at.is_some())
        }))
        .empty(
            Empty::new(page.t("moving-none"), page.t("moving-none-text"))
                .action(ButtonLink::plain(page.t("moving-new"), "/staff/migration/new")),
        );
    let there = Table::new(page.t("moving-folder"))
        .column(Column::text(page.t("moving-path")))
        .column(Column::number(page.t("moving-size")))
        .column(Column::text(page.t("moving-changed")).minor())
        .rows(folder.items.iter().map(|file| {
            let size = if file.is_folder { page.t("moving-is-folder") } else { page.count(file.size) };
            Row::new().cell(&file.path).cell(size).cell(file.changed_at.map(|at| page.instant(at)))
        }))
        .empty(Empty::new(page.t("moving-folder-empty"), page.t("moving-folder-empty-text")));
    let upload = Form::new(page, "migration.upload")
        .multipart()
        .field(Field::files("files", page.t("moving-files")).hint(page.t("moving-files-hint")))
        .submit(page.t("moving-upload"));
    Ok(Shell::new(page, page.t("ui-nav-migration"))
        .subtitle(page.t("moving-text"))
        .primary(
            page.may("migration.register").then(|| ButtonLink::primary(page.t("moving-new"), "/staff/migration/new")),
        )
        .add(sources)
        .add(pager(page, found.next.as_deref()))
        .add(Panel::new(page.t("moving-folder")).id("folder").flush().add(there))
        .add(Panel::new(page.t("moving-upload")).id("upload").add(upload))
        .render())
}

/// The step that is next, in words.
fn next_step(page: &Page, source: &SourceView) -> State {
    let open = source.steps.iter().find(|step| !matches!(step.state, FlowState::Done | FlowState::Later));
    match open {
        Some(step) => State::new(tone(step.state), page.t(&format!("migration-step-{}", step.step))),
        None => State::new(Tone::Good, page.t("migration-step_state-done")),
    }
}

/// How urgent a step is.
#[must_use]
pub(super) fn tone(state: FlowState) -> Tone {
    match state {
        FlowState::Done => Tone::Good,
        FlowState::Next | FlowState::Running => Tone::Working,
        FlowState::Attention => Tone::Warn,
        FlowState::Later => Tone::Quiet,
    }
}

/// A new source.
///
/// # Errors
/// When the caller may not.
pub async fn new(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::RegisterMigrationSource)?;
    let folder = files(&visit.call, visit.reader.as_ref(), ListFiles {}).await?;
    let page = &visit.page;
    let kinds = folder.kinds.iter().map(|kind| Choice::new(kind, kind)).collect();
    let form = Form::new(page, "migration.register")
        .then("/staff/migration/{id}")
        .field(Field::text("name", page.t("moving-name")).hint(page.t("moving-name-hint")).max_length(80).focus())
        .field(Field::select("kind", page.t("moving-kind"), kinds).hint(page.t("moving-kind-hint")));
    let form = switches(page, settings(page, form), None)
        .submit(page.t("moving-register"))
        .cancel(page.t("ui-cancel"), "/staff/migration");
    Ok(Shell::new(page, page.t("moving-new")).crumb(page.t("ui-nav-migration"), "/staff/migration").add(form).render())
}

/// The fields that a new source and its settings share.
pub(super) fn settings<'a>(page: &'a Page, form: Form<'a>) -> Form<'a> {
    form.field(Field::text("host", page.t("moving-host")).hint(page.t("moving-host-hint")).optional())
        .row(vec![
            Field::select("zone", page.t("moving-zone"), places::zones()).value("UTC"),
            Field::select("currency", page.t("moving-currency"), places::currencies()),
        ])
        .field(
            Field::select("scheme", page.t("moving-scheme"), schemes(page))
                .hint(page.t("moving-scheme-hint"))
                .value(Scheme::V5.as_str()),
        )
        .field(
            Field::number("protective_days", page.t("moving-protective"))
                .hint(page.t("moving-protective-hint"))
                .range(0, 3_660)
                .value("0")
                .short(),
        )
}

/// The tables that can judge a source.
pub(super) fn schemes(page: &Page) -> Vec<Choice> {
    Scheme::ALL
        .iter()
        .map(|scheme| Choice::new(scheme.as_str(), page.t(&format!("migration-scheme-{scheme}"))))
        .collect()
}

/// The switches; of a source that is there, as they stand.
pub(super) fn switches<'a>(page: &'a Page, form: Form<'a>, source: Option<&SourceView>) -> Form<'a> {
    let rows = [
        ("is_main_billing", source.is_some_and(|source| source.is_main_billing)),
        ("finds_conflicts", source.is_none_or(|source| source.finds_conflicts)),
        ("parks_domains", source.is_some_and(|source| source.parks_domains)),
        ("refuses_unmapped", source.is_some_and(|source| source.refuses_unmapped)),
        ("needs_registration", source.is_some_and(|source| source.needs_registration)),
        ("associates_resellers", source.is_some_and(|source| source.associates_resellers)),
    ];
    rows.into_iter().fold(form, |form, (name, is_on)| {
        form.field(Field::checkbox(name, page.t(&format!("moving-{name}"))).checked(is_on))
    })
}
