//! The journal of a task: its steps, how often each was tried, and what is still
//! to come.

use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::servers::queries::{TaskStep, TaskView};

use crate::page::Page;
use crate::ui::{self, Step, StepState};
use crate::words;

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

/// Whether something is still to happen.
#[must_use]
pub fn is_open(task: &TaskView) -> bool {
    matches!(task.state, JobState::Queued | JobState::Running | JobState::Attention)
}

/// A task with its steps and a bar; `asked` says who asked for it and when.
#[must_use]
pub fn view<'a>(page: &'a Page, task: &TaskView, asked: String) -> ui::TaskView<'a> {
    let mut view =
        ui::TaskView::new(page, words::task_title(page, &task.title), words::task_state(page, task)).fact(asked);
    if task.attempt > 1 {
        view = view.fact(page.t_with("ui-task-attempt", &[("attempt", task.attempt.into())]));
    }
    if task.finished_at.is_some() {
        view = view.fact(page.t_with("ui-task-took", &[("span", took(page, task).into())]));
    }
    for (step, tries) in last_tries(task) {
        let seconds = step.finished_at.map(|end| step.started_at.seconds_until(end));
        view = view.step(
            Step::new(step_name(page, &step.name), words::step_state(step.state, task.state))
                .started(Some(step.started_at))
                .took(seconds)
                .note(note(page, step, tries)),
        );
    }
    for name in still_to_come(task) {
        view = view.step(Step::new(step_name(page, name), StepState::Waiting));
    }
    view
}

/// Each step as it was tried last, with how often it was: a task that failed ten
/// times is no list of ten failures.
fn last_tries(task: &TaskView) -> Vec<(&TaskStep, usize)> {
    let mut last: Vec<(&TaskStep, usize)> = Vec::new();
    for step in &task.steps {
        match last.iter_mut().find(|(known, _)| known.name == step.name) {
            Some(known) => *known = (step, known.1.saturating_add(1)),
            None => last.push((step, 1)),
        }
    }
    last
}

fn note(page: &Page, step: &TaskStep, tries: usize) -> Option<String> {
    let detail = step.detail.clone().filter(|detail| !detail.is_empty());
    if tries < 2 {
        return detail;
    }
    let tried = page.t_with("ui-step-tries", &[("tries", tries.into())]);
    Some(detail.map_or(tried.clone(), |detail| format!("{detail} \u{b7} {tried}")))
}

fn step_name(page: &Page, name: &str) -> String {
    for key in [format!("step-{name}"), format!("job-step-{name}")] {
        if page.texts.has(&key) {
            return page.t(&key);
        }
    }
    name.replace('_', " ")
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

/// How long a task took; nothing while it goes on.
#[must_use]
pub fn took(page: &Page, task: &TaskView) -> String {
    match (task.started_at, task.finished_at) {
        (Some(start), Some(end)) => page.span(start.seconds_until(end)),
        _ => String::new(),
    }
}
