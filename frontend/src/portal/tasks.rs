//! A task: its steps, how long they took, and how it ended.

use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::servers::queries::{self, ShowTask, TaskView};

use super::words;
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::{self, Column, Notes, Panel, Piece, Row, Shell, Step, StepState, Table, link, live};

/// What a task usually goes through, to show how far it is. The journal decides.
fn usual(title: &str) -> &'static [&'static str] {
    match title {
        "servers-create" => {
            &["ensure_volume", "ensure_seed", "ensure_filter", "ensure_domain", "start", "read_greeting"]
        }
        "servers-start" | "servers-resume" => &["start", "read_greeting"],
        "servers-shut-down" | "servers-suspend" => &["shut_down", "await_stop"],
        "servers-power-off" => &["power_off"],
        "servers-reboot" => &["reboot", "read_greeting"],
        "servers-delete" => &[
            "shut_down",
            "await_stop",
            "undefine",
            "remove_filter",
            "quarantine_volume",
            "remove_seed",
            "release_addresses",
        ],
        _ => &[],
    }
}

/// Draws the page of one task.
///
/// # Errors
/// Not found.
pub async fn show(mut visit: Visit) -> Result<String> {
    let input = ShowTask { task_id: visit.params.parse("task_id")? };
    let task = queries::show_task(&visit.call, input).await?;
    if is_open(&task) {
        visit.page.live = Some(2);
    }
    let page = &visit.page;
    let title = words::task_title(page, &task.title);
    let about = task.subject.starts_with("srv_").then(|| format!("/portal/servers/{}", task.subject));
    let mut shell = Shell::new(page, title)
        .crumb(page.t("portal-servers"), "/portal/servers")
        .state(words::task_state(page, &task))
        .id(task.id.to_string());
    if let Some(path) = &about {
        shell = shell
            .crumb(page.t("portal-server"), path.clone())
            .subtitle(link(path.clone(), page.t("portal-back-to-server")));
    }
    let attention = (task.state == JobState::Attention).then(|| Notes::new(Tone::Warn, page.t("portal-why-delayed")));
    Ok(shell
        .add(live("attention", attention))
        .add(live("steps", Panel::new(page.t("portal-steps")).id("steps-panel").add(view(page, &task))))
        .render())
}

/// Whether something is still to happen.
#[must_use]
pub fn is_open(task: &TaskView) -> bool {
    matches!(task.state, JobState::Queued | JobState::Running | JobState::Attention)
}

/// A task with its steps and a bar.
#[must_use]
pub fn view<'a>(page: &'a Page, task: &TaskView) -> ui::TaskView<'a> {
    let asked = page.t_with("portal-task-asked", &[("when", page.instant(task.created_at).into())]);
    let mut view =
        ui::TaskView::new(page, words::task_title(page, &task.title), words::task_state(page, task)).fact(asked);
    if task.attempt > 1 {
        view = view.fact(page.t_with("portal-task-attempt", &[("attempt", task.attempt.into())]));
    }
    if let Some(took) = took(page, task) {
        view = view.fact(page.t_with("portal-task-took", &[("span", took.into())]));
    }
    // A step that was tried again and again is one line, as it ended.
    for tries in task.steps.chunk_by(|before, after| before.name == after.name) {
        let Some(step) = tries.last() else { continue };
        let seconds = step.finished_at.map(|end| step.started_at.seconds_until(end));
        let again = (tries.len() > 1).then(|| page.t_with("portal-step-tries", &[("tries", tries.len().into())]));
        let detail = step.detail.clone().filter(|detail| !detail.is_empty());
        let note: Vec<String> = again.into_iter().chain(detail).collect();
        view = view.step(
            Step::new(page.t(&format!("step-{}", step.name)), words::step_state(step.state, task.state))
                .started(Some(step.started_at))
                .took(seconds)
                .note((!note.is_empty()).then(|| note.join(". "))),
        );
    }
    for name in still_to_come(task) {
        view = view.step(Step::new(page.t(&format!("step-{name}")), StepState::Waiting));
    }
    view
}

/// The usual steps behind the last one that was taken.
fn still_to_come(task: &TaskView) -> &'static [&'static str] {
    if !is_open(task) {
        return &[];
    }
    let usual = usual(&task.title);
    let reached = usual.iter().rposition(|name| task.steps.iter().any(|step| step.name == *name));
    let from = reached.map_or(0, |place| place.saturating_add(1));
    usual.get(from..).unwrap_or_default()
}

fn took(page: &Page, task: &TaskView) -> Option<String> {
    Some(page.span(task.started_at?.seconds_until(task.finished_at?)))
}

/// Tasks in a log: what, how it ended, when, how long.
#[must_use]
pub fn table(page: &Page, tasks: &[TaskView]) -> Table {
    Table::new(page.t("portal-tasks"))
        .column(Column::text(page.t("portal-task")))
        .column(Column::text(page.t("portal-task-state")))
        .column(Column::text(page.t("portal-task-when")))
        .column(Column::number(page.t("portal-task-duration")).minor())
        .rows(tasks.iter().map(|task| {
            Row::to(format!("/portal/tasks/{}", task.id))
                .cell(words::task_title(page, &task.title))
                .cell(words::task_state(page, task).view())
                .cell(page.instant(task.created_at))
                .cell(took(page, task).unwrap_or_default())
        }))
        .plain()
}
