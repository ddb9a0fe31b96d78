//! A task: its steps, how long they took, and how it ended.

use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::servers::queries::{self, ShowTask, TaskView};

use super::words;
use crate::journal;
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::{self, Column, Notes, Panel, Piece, Row, Shell, Table, link, live};

/// Draws the page of one task.
///
/// # Errors
/// Not found.
pub async fn show(mut visit: Visit) -> Result<String> {
    let input = ShowTask { task_id: visit.params.parse("task_id")? };
    let task = queries::show_task(&visit.call, input).await?;
    if journal::is_open(&task) {
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

/// A task with its steps and a bar.
#[must_use]
pub fn view<'a>(page: &'a Page, task: &TaskView) -> ui::TaskView<'a> {
    journal::view(page, task, page.t_with("portal-task-asked", &[("when", page.instant(task.created_at).into())]))
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
                .cell(journal::took(page, task))
        }))
        .plain()
}
