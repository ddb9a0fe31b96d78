//! What the product does by itself and on behalf of people.

use hostwright_kernel::Instant;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::servers::queries::{self, ShowTask, TaskView};

use super::words::{self, Names};
use crate::journal;
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::{
    self, ActionButton, Column, Empty, Facts, Filters, Look, Notes, Panel, Piece, Row, Shell, Table, Tabs, grid, live,
    stack,
};

/// Stands for tasks of all kinds.
const EVERY_KIND: &str = "all";

/// Kinds of tasks that the list can be cut to.
const KINDS: &[(&str, &str)] = &[
    ("servers.reconcile", "ui-nav-servers"),
    ("renewals.run", "ui-nav-renewals"),
    ("notifications.send", "ui-nav-mails"),
    ("nodes.probe", "ui-nav-nodes"),
    (EVERY_KIND, "estate-all"),
];

const STATES: &[&str] = &["queued", "running", "attention", "done"];

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(mut visit: Visit) -> Result<String> {
    let mut input = visit.params.list();
    let kind = kind(&visit, &input);
    if input.search.is_none() {
        input.search = kind.filter(|kind| *kind != EVERY_KIND).map(str::to_owned);
    }
    let found = queries::list_tasks(&visit.call, input.clone()).await?;
    if found.items.iter().any(is_moving) {
        visit.page.live = Some(3);
    }
    let mut names = words::hostnames(&visit.call, found.items.iter().map(|task| task.subject.clone())).await;
    names.extend(words::node_names(&visit.call).await?);
    let staff = words::staff(&visit.call).await?;
    let now = visit.call.now();
    let typed = visit.params.get("search").unwrap_or_default();
    let page = &visit.page;
    let mut kinds = Tabs::new(page.t("estate-kind"));
    for (of, key) in KINDS {
        kinds = kinds.tab(page.t(key), format!("{}?kind={of}", page.path_only()), kind == Some(*of));
    }
    let mut filters =
        Filters::new(page).link(page.t("estate-all"), words::filtered(page, "state", None), input.state.is_none());
    for state in STATES {
        filters = filters.link(
            page.t(&format!("task-state-{state}")),
            words::filtered(page, "state", Some(state)),
            input.state.as_deref() == Some(*state),
        );
    }
    if let Some(state) = &input.state {
        filters = filters.keep("state", state);
    }
    let filters = filters.search("search", typed, page.t("estate-tasks-search"));
    let table = Table::new(page.t("ui-nav-tasks"))
        .column(Column::text(page.t("estate-task")))
        .column(Column::text(page.t("estate-about")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-asked-by")).minor())
        .column(Column::text(page.t("estate-when")))
        .column(Column::number(page.t("estate-took")).minor())
        .rows(found.items.iter().map(|task| {
            Row::to(format!("/staff/tasks/{}", task.id))
                .cell(words::task_title(page, &task.title))
                .cell(words::thing(&names, &task.subject))
                .cell(words::task_state(page, task))
                .cell(actor(page, &staff, task))
                .cell(words::moment(page, task.created_at, now))
                .cell(journal::took(page, task))
        }))
        .empty(if input.state.is_some() || input.search.is_some() {
            Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text"))
        } else {
            Empty::new(page.t("estate-tasks-none"), page.t("estate-tasks-none-text"))
        });
    Ok(Shell::new(page, page.t("ui-nav-tasks"))
        .tabs(kinds)
        .add(filters)
        .add(live("tasks", table))
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

/// The kind that is shown: what is done to servers, unless something else is
/// asked for. The looks at nodes would drown everything else.
fn kind(visit: &Visit, input: &ListInput) -> Option<&'static str> {
    match visit.params.get("kind") {
        Some(asked) => KINDS.iter().map(|(kind, _)| *kind).find(|kind| *kind == asked),
        None if input.search.is_some() => None,
        None if input.state.is_some() => Some(EVERY_KIND),
        None => KINDS.first().map(|(kind, _)| *kind),
    }
}

/// One task.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(mut visit: Visit) -> Result<String> {
    let task = queries::show_task(&visit.call, ShowTask { task_id: visit.params.parse("task_id")? }).await?;
    if journal::is_open(&task) {
        visit.page.live = Some(if is_moving(&task) { 2 } else { 10 });
    }
    let mut names = words::hostnames(&visit.call, [task.subject.clone()]).await;
    names.extend(words::node_names(&visit.call).await?);
    let customers = words::customers(&visit.call, task.customer_id.clone()).await?;
    let staff = words::staff(&visit.call).await?;
    let page = &visit.page;
    let facts = Facts::new()
        .fact(page.t("estate-about"), words::thing(&names, &task.subject))
        .maybe(page.t("estate-customer"), task.customer_id.as_ref().map(|id| words::customer(&customers, id)))
        .fact(page.t("estate-asked-by"), actor(page, &staff, &task))
        .fact(page.t("estate-asked-at"), page.instant(task.created_at))
        .maybe(page.t("estate-started-at"), task.started_at.map(|at| page.instant(at)))
        .maybe(page.t("estate-finished-at"), task.finished_at.map(|at| page.instant(at)))
        .fact(page.t("estate-attempts"), page.count(task.attempt))
        .maybe(page.t("estate-failures"), (task.failures > 0).then(|| page.count(task.failures)));
    Ok(Shell::new(page, words::task_title(page, &task.title))
        .crumb(page.t("ui-nav-tasks"), "/staff/tasks")
        .state(words::task_state(page, &task))
        .id(task.id.as_str())
        .primary(retry(page, &task).map(|button| button.look(Look::Primary)))
        .add(live(
            "task",
            stack(vec![
                reason(page, &task).view(),
                grid(
                    "main-side",
                    vec![
                        Panel::new(page.t("estate-steps")).id("steps").add(view(page, &task, &staff)).view(),
                        stack(vec![Panel::new(page.t("estate-facts")).id("facts").add(facts).view()]),
                    ],
                ),
            ]),
        ))
        .render())
}

fn reason(page: &Page, task: &TaskView) -> Option<Notes> {
    let reason = task.reason.as_ref().filter(|reason| !reason.is_empty() && journal::is_open(task))?;
    let (tone, key) = match task.state {
        JobState::Attention => (Tone::Bad, "estate-needs-attention"),
        _ if task.failures > 0 => (Tone::Warn, "estate-last-failure"),
        _ => (Tone::Quiet, "estate-waits-for"),
    };
    Some(Notes::new(tone, reason).title(page.t(key)))
}

fn retry<'a>(page: &'a Page, task: &TaskView) -> Option<ActionButton<'a>> {
    let waits = task.state == JobState::Attention || task.state == JobState::Queued && task.failures > 0;
    waits.then(|| ActionButton::new(page, "tasks.retry", page.t("estate-retry")).hidden("task_id", task.id.as_str()))
}

/// Whether something happens soon enough to watch it.
#[must_use]
pub fn is_moving(task: &TaskView) -> bool {
    matches!(task.state, JobState::Queued | JobState::Running)
}

/// A task with its steps and a bar.
#[must_use]
pub fn view<'a>(page: &'a Page, task: &TaskView, staff: &Names) -> ui::TaskView<'a> {
    let asked = page.t_with(
        "estate-task-asked",
        &[("who", actor(page, staff, task).into()), ("when", page.instant(task.created_at).into())],
    );
    journal::view(page, task, asked)
}

fn actor(page: &Page, staff: &Names, task: &TaskView) -> String {
    task.actor.as_deref().map(|id| words::actor(page, staff, id)).unwrap_or_default()
}

/// Tasks of one thing: what, how it ended, who, when, how long.
#[must_use]
pub fn short_table(page: &Page, tasks: &[TaskView], staff: &Names, now: Instant) -> Table {
    Table::new(page.t("ui-nav-tasks"))
        .column(Column::text(page.t("estate-task")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-asked-by")).minor())
        .column(Column::text(page.t("estate-when")))
        .column(Column::number(page.t("estate-took")).minor())
        .rows(tasks.iter().map(|task| {
            Row::to(format!("/staff/tasks/{}", task.id))
                .cell(words::task_title(page, &task.title))
                .cell(words::task_state(page, task).view())
                .cell(actor(page, staff, task))
                .cell(words::moment(page, task.created_at, now))
                .cell(journal::took(page, task))
        }))
        .empty(Empty::new(page.t("estate-tasks-none"), page.t("estate-tasks-none-text")))
        .plain()
}
