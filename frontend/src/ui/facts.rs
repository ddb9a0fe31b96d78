//! Small parts: facts, states, ids, amounts.

use leptos::prelude::*;

use super::{Piece, html};
use crate::page::{Page, Tone};

/// What is known about a thing, in two columns.
#[derive(Debug, Default)]
pub struct Facts {
    facts: Vec<(String, AnyView)>,
}

impl Facts {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next fact.
    #[must_use]
    pub fn fact(mut self, name: impl Into<String>, value: impl Piece) -> Self {
        self.facts.push((name.into(), value.view()));
        self
    }

    /// The next fact, where it is known.
    #[must_use]
    pub fn maybe(self, name: impl Into<String>, value: Option<impl Piece>) -> Self {
        match value {
            Some(value) => self.fact(name, value),
            None => self,
        }
    }

    pub(crate) fn render(self) -> AnyView {
        let facts: Vec<_> =
            self.facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect();
        html(view! { <dl class="facts">{facts}</dl> })
    }
}

/// The state of a thing: a word with a dot. The word says everything, the dot
/// is found faster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    tone: Tone,
    word: String,
    since: Option<String>,
}

impl State {
    /// A state.
    #[must_use]
    pub fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self { tone, word: word.into(), since: None }
    }

    /// Since when, or why, in a few words.
    #[must_use]
    pub fn since(mut self, text: impl Into<String>) -> Self {
        self.since = Some(text.into());
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let since = self.since.map(|text| view! { <span class="since">{text}</span> });
        html(view! {
            <span class=format!("state {}", self.tone.name())><span class="dot" aria-hidden="true"></span><span class="word">{self.word}</span>{since}</span>
        })
    }
}

/// A count in a small frame.
pub fn badge(tone: Tone, text: impl Into<String>) -> AnyView {
    html(view! { <span class=format!("badge {}", tone.name())>{text.into()}</span> })
}

/// An id or address with a button that copies it (the button comes with
/// JavaScript).
pub fn copyable(page: &Page, text: impl Into<String>) -> AnyView {
    let text = text.into();
    html(view! {
        <span class="copy"><code>{text.clone()}</code><button type="button" class="copy-button" hidden=true data-copy=text.clone() data-copied=page.t("ui-copied") aria-label=page.t_with("ui-copy-what", &[("text", text.into())])>{page.t("ui-copy")}</button></span>
    })
}

/// An amount, never broken over two lines.
pub fn money(page: &Page, amount: hostwright_kernel::Money) -> AnyView {
    html(view! { <span class="money">{page.money(amount)}</span> })
}

/// A link in text.
pub fn link(href: impl Into<String>, label: impl Piece) -> AnyView {
    html(view! { <a href=href.into()>{label.view()}</a> })
}

/// Text of less weight.
pub fn muted(text: impl Piece) -> AnyView {
    html(view! { <span class="muted">{text.view()}</span> })
}
