//! The first run: owner and seller, then a node, addresses, an image and a plan.
//!
//! Only the first step is needed; each later one can be skipped and done again
//! from the staff area at any time.

use hostwright_panel::auth::policy::Action;
use leptos::prelude::AnyView;

use crate::page::{Page, Tone};
use crate::route;
use crate::route::Route;
use crate::ui::{ButtonLink, Notes, Piece, State, TaskView, row, stack};

mod company;
mod done;
mod node;
mod plan;

/// The steps, in order: key of the name, and path.
const STEPS: &[(&str, &str)] = &[
    ("setup-step-company", "/setup"),
    ("setup-step-node", "/setup/node"),
    ("setup-step-plan", "/setup/plan"),
    ("setup-step-done", "/setup/done"),
];

/// Their pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/setup", Setup, company::show),
        route!("/setup/node", Setup, node::show),
        route!("/setup/plan", Setup, plan::show),
        route!("/setup/done", Setup, done::show),
    ]
}

/// How far it is: `step` of four, from 1; a step past the last one when all are done.
fn progress(page: &Page, step: usize) -> AnyView {
    use crate::ui::{Step, StepState};
    let words = page.t_with("setup-progress", &[("step", step.min(STEPS.len()).into()), ("steps", STEPS.len().into())]);
    let mut view = TaskView::new(page, page.t("setup-title"), State::new(Tone::Working, words));
    for (index, (key, _)) in STEPS.iter().enumerate() {
        let state = match index.saturating_add(1).cmp(&step) {
            std::cmp::Ordering::Less => StepState::Done,
            std::cmp::Ordering::Equal => StepState::Running,
            std::cmp::Ordering::Greater => StepState::Waiting,
        };
        view = view.step(Step::new(page.t(key), state));
    }
    view.view()
}

/// The way on, for who does not want to do this now.
fn skip(page: &Page, label: &str, next: &str) -> AnyView {
    row(vec![ButtonLink::plain(page.t(label), next).view()])
}

/// A part that is done: what there is now, and that more can follow later.
fn ready(text: String, more: AnyView) -> AnyView {
    stack(vec![Notes::new(Tone::Good, text).view(), more])
}

/// Who may not do a step is sent to sign in, or told so.
fn only(call: &hostwright_panel::auth::call::Call, action: Action) -> hostwright_panel::platform::error::Result<()> {
    call.authorize(action).map(|_| ())
}
