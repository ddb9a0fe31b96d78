//! The rooms of a page: panels, sections, notes, empty lists, tiles.

use leptos::prelude::*;

use super::{Look, Piece, html, slug};
use crate::page::Tone;

/// A link that looks like a button.
#[derive(Debug, Clone)]
pub struct ButtonLink {
    label: String,
    href: String,
    look: Look,
}

impl ButtonLink {
    /// The one thing to do on this page.
    #[must_use]
    pub fn primary(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), look: Look::Primary }
    }

    /// One of the other things.
    #[must_use]
    pub fn plain(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), look: Look::Plain }
    }

    pub(crate) fn render(self) -> AnyView {
        html(view! { <a class=self.look.class() href=self.href>{self.label}</a> })
    }
}

/// A framed part of a page with a heading.
#[derive(Debug)]
pub struct Panel {
    title: String,
    id: Option<String>,
    aside: Vec<AnyView>,
    body: Vec<AnyView>,
    flush: bool,
    tone: Option<Tone>,
}

impl Panel {
    /// A panel with a heading.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), id: None, aside: Vec::new(), body: Vec::new(), flush: false, tone: None }
    }

    /// The anchor of this panel.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// At the right end of the heading: a link to more, a small button.
    #[must_use]
    pub fn aside(mut self, piece: impl Piece) -> Self {
        self.aside.push(piece.view());
        self
    }

    /// The next part inside.
    #[must_use]
    pub fn add(mut self, piece: impl Piece) -> Self {
        self.body.push(piece.view());
        self
    }

    /// The content reaches the frame: for tables.
    #[must_use]
    pub fn flush(mut self) -> Self {
        self.flush = true;
        self
    }

    /// The frame says that something is wrong, or will be lost.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = Some(tone);
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let id = self.id.unwrap_or_else(|| slug(&self.title.to_lowercase()));
        let heading = format!("{id}-title");
        let class = format!(
            "panel{}{}",
            if self.flush { " flush" } else { "" },
            self.tone.map_or(String::new(), |tone| format!(" {}", tone.name())),
        );
        let aside = (!self.aside.is_empty()).then(|| view! { <div class="panel-aside">{self.aside}</div> });
        html(view! {
            <section class=class id=id aria-labelledby=heading.clone()>
                <div class="panel-head"><h2 id=heading.clone()>{self.title}</h2>{aside}</div>
                <div class="panel-body">{self.body}</div>
            </section>
        })
    }
}

/// A part of a page with a heading and no frame.
pub fn section(id: impl Into<String>, title: impl Into<String>, body: impl Piece) -> AnyView {
    let id = id.into();
    let heading = format!("{id}-title");
    html(view! {
        <section class="section" id=id aria-labelledby=heading.clone()>
            <h2 id=heading.clone()>{title.into()}</h2>
            {body.view()}
        </section>
    })
}

/// Parts below each other.
pub fn stack(parts: Vec<AnyView>) -> AnyView {
    html(view! { <div class="stack">{parts}</div> })
}

/// Small parts in one line: buttons, states, links. Wraps.
pub fn row(parts: Vec<AnyView>) -> AnyView {
    html(view! { <div class="row">{parts}</div> })
}

/// Parts beside each other, as many as fit: `"tiles"` for stats, `"halves"` and
/// `"thirds"` for panels, `"main-side"` for a wide and a narrow column.
pub fn grid(kind: &'static str, parts: Vec<AnyView>) -> AnyView {
    html(view! { <div class=format!("grid {kind}")>{parts}</div> })
}

/// A part that is kept true while the page is open: with JavaScript it is
/// replaced in place, without it the page is shown again (see `Page::live`).
pub fn live(name: impl Into<String>, piece: impl Piece) -> AnyView {
    let id = format!("live-{}", slug(&name.into()));
    html(view! { <div id=id data-live="yes">{piece.view()}</div> })
}

/// What an empty list says: what belongs there and how to make the first one.
#[derive(Debug)]
pub struct Empty {
    title: String,
    text: String,
    action: Option<AnyView>,
}

impl Empty {
    /// "No servers yet", and what one is for.
    #[must_use]
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), text: text.into(), action: None }
    }

    /// How to make the first one.
    #[must_use]
    pub fn action(mut self, piece: impl Piece) -> Self {
        self.action = Some(piece.view());
        self
    }

    pub(crate) fn render(self) -> AnyView {
        html(view! {
            <div class="empty"><p class="empty-title">{self.title}</p><p>{self.text}</p>{self.action}</div>
        })
    }
}

/// Sentences in a coloured frame inside the content.
#[derive(Debug)]
pub struct Notes {
    tone: Tone,
    title: Option<String>,
    body: Vec<AnyView>,
}

impl Notes {
    /// One or more sentences.
    #[must_use]
    pub fn new(tone: Tone, text: impl Piece) -> Self {
        Self { tone, title: None, body: vec![text.view()] }
    }

    /// A first line in bold.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// What can be done about it.
    #[must_use]
    pub fn add(mut self, piece: impl Piece) -> Self {
        self.body.push(piece.view());
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let title = self.title.map(|title| view! { <p class="note-title">{title}</p> });
        let body: Vec<_> = self.body.into_iter().map(|piece| view! { <div>{piece}</div> }).collect();
        html(view! { <div class=format!("note {}", self.tone.name())>{title}{body}</div> })
    }
}

/// A number that matters, with what it is and where it leads.
#[derive(Debug)]
pub struct Stat {
    label: String,
    value: String,
    note: Option<AnyView>,
    href: Option<String>,
    tone: Option<Tone>,
}

impl Stat {
    /// A number.
    #[must_use]
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), note: None, href: None, tone: None }
    }

    /// What to compare it with.
    #[must_use]
    pub fn note(mut self, piece: impl Piece) -> Self {
        self.note = Some(piece.view());
        self
    }

    /// Every number opens.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// Whether the number is good.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = Some(tone);
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let class = format!("stat{}", self.tone.map_or(String::new(), |tone| format!(" {}", tone.name())));
        let note = self.note.map(|note| view! { <div class="stat-note">{note}</div> });
        let value = self.value;
        let value = match self.href {
            Some(href) => html(view! { <a class="stat-value" href=href>{value}</a> }),
            None => html(view! { <span class="stat-value">{value}</span> }),
        };
        html(view! { <div class=class><div class="stat-label">{self.label}</div>{value}{note}</div> })
    }
}

/// Links to the sections of a page, or to its sister pages.
#[derive(Debug)]
pub struct Tabs {
    label: String,
    links: Vec<(String, String, bool, Option<String>)>,
}

impl Tabs {
    /// Tabs named for screen readers.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), links: Vec::new() }
    }

    /// One tab.
    #[must_use]
    pub fn tab(mut self, label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        self.links.push((label.into(), href.into(), current, None));
        self
    }

    /// One tab with a count.
    #[must_use]
    pub fn counted(
        mut self,
        label: impl Into<String>,
        href: impl Into<String>,
        current: bool,
        count: impl Into<String>,
    ) -> Self {
        self.links.push((label.into(), href.into(), current, Some(count.into())));
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let links: Vec<_> = self
            .links
            .into_iter()
            .map(|(label, href, current, count)| {
                let count = count.map(|count| view! { <span class="count">{count}</span> });
                view! { <li><a href=href aria-current=current.then_some("page")>{label}{count}</a></li> }
            })
            .collect();
        html(view! { <nav class="tabs" aria-label=self.label><ul>{links}</ul></nav> })
    }
}
