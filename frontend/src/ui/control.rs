//! Buttons that act: each is a form of its own and works without JavaScript.

use leptos::prelude::*;

use super::form::{FormId, envelope};
use super::{html, nothing};
use crate::page::Page;

/// How loud a button is. One primary per page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// The one thing to do here.
    Primary,
    /// Everything else.
    #[default]
    Plain,
    /// Something is lost.
    Danger,
    /// Only text until it is pointed at, for rows and menus.
    Quiet,
}

impl Look {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button primary",
            Self::Plain => "button",
            Self::Danger => "button danger",
            Self::Quiet => "button quiet",
        }
    }
}

/// A button that runs one action: Start, Stop, Mark as sent. Not shown to
/// people who may not run it.
#[derive(Debug)]
pub struct ActionButton<'a> {
    page: &'a Page,
    action: String,
    label: String,
    hidden: Vec<(String, String)>,
    then: Option<String>,
    look: Look,
    lost: Option<(String, Vec<String>)>,
    disabled: Option<String>,
}

impl<'a> ActionButton<'a> {
    /// A button for an action.
    #[must_use]
    pub fn new(page: &'a Page, action: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            page,
            action: action.into(),
            label: label.into(),
            hidden: Vec::new(),
            then: None,
            look: Look::Plain,
            lost: None,
            disabled: None,
        }
    }

    /// Input that the person does not see.
    #[must_use]
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// Where to go afterwards; this page when not said. `{id}` becomes the id of
    /// the result.
    #[must_use]
    pub fn then(mut self, path: impl Into<String>) -> Self {
        self.then = Some(path.into());
        self
    }

    /// How loud it is.
    #[must_use]
    pub fn look(mut self, look: Look) -> Self {
        self.look = look;
        self
    }

    /// Asks first, naming what will be lost.
    #[must_use]
    pub fn confirm(mut self, question: impl Into<String>, lost: Vec<String>) -> Self {
        self.lost = Some((question.into(), lost));
        self.look = Look::Danger;
        self
    }

    /// Shown but not usable, with the reason.
    #[must_use]
    pub fn disabled(mut self, reason: impl Into<String>) -> Self {
        self.disabled = Some(reason.into());
        self
    }

    pub(crate) fn render(self) -> AnyView {
        if !self.page.may(&self.action) {
            return nothing();
        }
        if let Some(reason) = self.disabled {
            let label = self.label;
            return html(view! {
                <span class="act"><button type="button" class=self.look.class() aria-disabled="true" title=reason.clone()>{label}</button>
                <span class="reason">{reason}</span></span>
            });
        }
        let id = FormId::new(&self.action, None, &self.hidden);
        let refused = id.refused(self.page);
        let errors = refused.map(|state| {
            let texts: Vec<_> = state.errors.iter().map(|error| view! { <li>{error.text.clone()}</li> }).collect();
            html(view! { <ul class="field-error">{texts}</ul> })
        });
        let hidden = envelope(self.page, &id, &self.hidden, self.then.as_deref());
        let action = format!("/do/{}", self.action);
        let form_id = id.0.clone();
        match self.lost {
            None => html(view! {
                <form class="act" method="post" action=action id=form_id>
                    {hidden}
                    <button type="submit" class=self.look.class()>{self.label}</button>
                    {errors}
                </form>
            }),
            Some((question, lost)) => {
                let lost: Vec<_> = lost.into_iter().map(|line| view! { <li>{line}</li> }).collect();
                let losses = (!lost.is_empty())
                    .then(|| html(view! { <p>{self.page.t("ui-confirm-lost")}</p><ul class="lost">{lost}</ul> }));
                html(view! {
                    <details class="confirm" open=refused.is_some()>
                        <summary class=self.look.class()>{format!("{}\u{2026}", self.label)}</summary>
                        <form class="confirm-box" method="post" action=action id=form_id>
                            {hidden}
                            <p class="question">{question}</p>
                            {losses}
                            {errors}
                            <button type="submit" class="button danger-solid">{self.label}</button>
                        </form>
                    </details>
                })
            }
        }
    }
}
