//! The first run: owner and seller, then a node, addresses, an image and a plan.
//!
//! Only the first step is needed; each later one can be skipped and done again
//! from the staff area at any time.

use hostwright_panel::auth::policy::Action;
use leptos::prelude::*;

use crate::page::{Page, Tone};
use crate::route;
use crate::route::Route;
use crate::ui::{ButtonLink, Notes, Piece, html, row, stack};

mod company;
mod done;
mod node;
mod plan;

/// How many steps there are: company, node, plan, done.
const STEPS: usize = 4;

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

/// How far it is: `step` of four, from 1; all of it when `step` is past the last.
fn progress(page: &Page, step: usize) -> AnyView {
    let total = STEPS;
    let words = page.t_with("setup-progress", &[("step", step.min(total).into()), ("steps", total.into())]);
    let done = step.saturating_sub(1).min(total);
    html(view! {
        <div class="task-progress"><progress max=total.to_string() value=done.to_string() aria-label=words.clone()></progress><span class="muted">{words}</span></div>
    })
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
