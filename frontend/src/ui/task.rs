//! Long work: what ran, who asked for it, how long it took and how it ended;
//! what a machine wrote; what happened to a thing.

use hostwright_kernel::Instant;
use leptos::prelude::*;

use super::{Piece, State, html};
use crate::page::{Page, Tone};

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// Under way.
    Running,
    /// Done.
    Done,
    /// Not needed.
    Skipped,
    /// Tried again later.
    Retrying,
    /// Needs somebody.
    Failed,
}

impl StepState {
    fn tone(self) -> Tone {
        match self {
            Self::Waiting | Self::Skipped => Tone::Quiet,
            Self::Running => Tone::Working,
            Self::Done => Tone::Good,
            Self::Retrying => Tone::Warn,
            Self::Failed => Tone::Bad,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Waiting => "ui-step-waiting",
            Self::Running => "ui-step-running",
            Self::Done => "ui-step-done",
            Self::Skipped => "ui-step-skipped",
            Self::Retrying => "ui-step-retrying",
            Self::Failed => "ui-step-failed",
        }
    }
}

/// One step of a task.
#[derive(Debug, Clone)]
pub struct Step {
    name: String,
    state: StepState,
    started: Option<Instant>,
    seconds: Option<i64>,
    note: Option<String>,
}

impl Step {
    /// A step, in words.
    #[must_use]
    pub fn new(name: impl Into<String>, state: StepState) -> Self {
        Self { name: name.into(), state, started: None, seconds: None, note: None }
    }

    /// When it began.
    #[must_use]
    pub fn started(mut self, at: Option<Instant>) -> Self {
        self.started = at;
        self
    }

    /// How long it took, in seconds.
    #[must_use]
    pub fn took(mut self, seconds: Option<i64>) -> Self {
        self.seconds = seconds;
        self
    }

    /// What it found, or why it failed.
    #[must_use]
    pub fn note(mut self, text: Option<String>) -> Self {
        self.note = text;
        self
    }
}

/// A task with its steps.
#[derive(Debug)]
pub struct TaskView<'a> {
    page: &'a Page,
    title: String,
    state: State,
    facts: Vec<String>,
    steps: Vec<Step>,
    action: Option<AnyView>,
}

impl<'a> TaskView<'a> {
    /// A task: what it does and how it stands.
    #[must_use]
    pub fn new(page: &'a Page, title: impl Into<String>, state: State) -> Self {
        Self { page, title: title.into(), state, facts: Vec::new(), steps: Vec::new(), action: None }
    }

    /// Who asked, when, which attempt: short facts in one line.
    #[must_use]
    pub fn fact(mut self, text: impl Into<String>) -> Self {
        self.facts.push(text.into());
        self
    }

    /// The next step.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// What can be done about it.
    #[must_use]
    pub fn action(mut self, piece: impl Piece) -> Self {
        self.action = Some(piece.view());
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let page = self.page;
        let total = self.steps.len();
        let done = self.steps.iter().filter(|step| matches!(step.state, StepState::Done | StepState::Skipped)).count();
        let progress = (total > 0).then(|| {
            let text = page.t_with("ui-steps-done", &[("done", done.into()), ("total", total.into())]);
            view! {
                <div class="task-progress"><progress max=total.to_string() value=done.to_string() aria-label=text.clone()></progress><span class="muted">{text}</span></div>
            }
        });
        let steps: Vec<AnyView> = self.steps.into_iter().map(|step| draw_step(page, step)).collect();
        let facts = self.facts.join(" \u{00b7} ");
        let facts = (!facts.is_empty()).then(|| view! { <p class="muted">{facts}</p> });
        html(view! {
            <div class="task">
                <div class="task-head"><span class="task-title">{self.title}</span>{self.state.view()}{self.action}</div>
                {facts}
                {progress}
                <ol class="steps">{steps}</ol>
            </div>
        })
    }
}

fn draw_step(page: &Page, step: Step) -> AnyView {
    let started = step.started.map(|at| view! { <span class="step-time">{page.log_time(at)}</span> });
    let took = step.seconds.map(|seconds| view! { <span class="step-took">{page.span(seconds)}</span> });
    let note = step.note.map(|note| view! { <div class="step-note">{note}</div> });
    html(view! {
        <li class=format!("step {}", step.state.tone().name())>
            <span class="step-name">{step.name}</span>
            <span class="step-state">{State::new(step.state.tone(), page.t(step.state.key())).view()}</span>
            {started}
            {took}
            {note}
        </li>
    })
}

/// What a machine wrote: a console, a log. Control characters are taken out.
#[derive(Debug)]
pub struct Console<'a> {
    page: &'a Page,
    title: String,
    text: String,
}

impl<'a> Console<'a> {
    /// Output with a heading.
    #[must_use]
    pub fn new(page: &'a Page, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { page, title: title.into(), text: text.into() }
    }

    pub(crate) fn render(self) -> AnyView {
        let text = printable(&self.text);
        let body = if text.trim().is_empty() {
            html(view! { <p class="console-empty">{self.page.t("ui-console-empty")}</p> })
        } else {
            let text = format!("\n{text}");
            html(view! { <pre tabindex="0" role="region" aria-label=self.title.clone()>{text}</pre> })
        };
        html(view! { <div class="console"><p class="console-title">{self.title}</p>{body}</div> })
    }
}

/// Terminal output as plain text: escape sequences and control characters go,
/// a carriage return alone starts the line again.
fn printable(raw: &str) -> String {
    let mut lines = Vec::new();
    for line in raw.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let last = line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or_default();
        let mut plain = String::with_capacity(last.len());
        let mut chars = last.chars().peekable();
        while let Some(c) = chars.next() {
            if c != '\u{1b}' {
                if !c.is_control() || c == '\t' {
                    plain.push(c);
                }
                continue;
            }
            match chars.next() {
                // CSI: ends with a letter or one of @ ~ ` and the like.
                Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                // OSC: ends with BEL or ESC \.
                Some(']') => {
                    while let Some(c) = chars.next() {
                        if c == '\u{7}' || c == '\u{1b}' && chars.next_if_eq(&'\\').is_some() {
                            break;
                        }
                    }
                }
                // Character sets take one more.
                Some('(' | ')') => {
                    chars.next();
                }
                _ => {}
            }
        }
        lines.push(plain);
    }
    lines.join("\n")
}

/// One thing that happened.
#[derive(Debug)]
pub struct Event {
    at: Instant,
    tone: Tone,
    who: Option<String>,
    what: AnyView,
    detail: Option<AnyView>,
}

impl Event {
    /// What happened, and when.
    #[must_use]
    pub fn new(at: Instant, what: impl Piece) -> Self {
        Self { at, tone: Tone::Quiet, who: None, what: what.view(), detail: None }
    }

    /// How it is marked.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// Who did it.
    #[must_use]
    pub fn who(mut self, name: impl Into<String>) -> Self {
        self.who = Some(name.into());
        self
    }

    /// More about it.
    #[must_use]
    pub fn detail(mut self, piece: impl Piece) -> Self {
        self.detail = Some(piece.view());
        self
    }
}

/// What happened to a thing, newest first.
#[derive(Debug)]
pub struct Timeline<'a> {
    page: &'a Page,
    events: Vec<Event>,
}

impl<'a> Timeline<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn new(page: &'a Page) -> Self {
        Self { page, events: Vec::new() }
    }

    /// The next event.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// All events.
    #[must_use]
    pub fn events(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        self.events.extend(events);
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let page = self.page;
        if self.events.is_empty() {
            return html(view! { <p class="muted">{page.t("ui-timeline-empty")}</p> });
        }
        let events: Vec<AnyView> = self
            .events
            .into_iter()
            .map(|event| {
                let who = event.who.map(|who| view! { <span class="who">{format!(" \u{00b7} {who}")}</span> });
                let detail = event.detail.map(|detail| view! { <div class="event-detail">{detail}</div> });
                html(view! {
                    <li class=format!("event {}", event.tone.name())>
                        <div class="event-what">{event.what}</div>
                        <div class="event-when"><time datetime=event.at.to_string()>{page.instant(event.at)}</time>{who}</div>
                        {detail}
                    </li>
                })
            })
            .collect();
        html(view! { <ol class="timeline">{events}</ol> })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_shows_words_and_not_what_moves_the_cursor() {
        assert_eq!(printable("\u{1b}[32mok\u{1b}[0m\r\nlogin: \u{7}"), "ok\nlogin: ");
        assert_eq!(printable("10%\r20%\r100%\r\ndone"), "100%\ndone");
        assert_eq!(printable("\u{1b}]0;title\u{7}a\u{1b}(Bb"), "ab");
        assert_eq!(printable("\u{1b}["), "");
    }
}
