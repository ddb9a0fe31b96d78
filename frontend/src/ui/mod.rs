//! Presentational parts. They know words, values and looks, and nothing of the
//! business: no query, no action is decided here.
//!
//! Every part is a plain struct that is filled by calls and becomes HTML with
//! `view`. Templates are rendered at once ([`html`]) instead of being kept as
//! deeply nested types: that keeps compile times low, and nothing here lives on
//! in the browser.

#![allow(clippy::should_implement_trait, reason = "`add` puts a part on a page; nothing is summed")]

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

pub mod assets;
mod blocks;
mod chart;
mod choice;
mod control;
mod facts;
mod field;
mod form;
mod invoice;
mod list;
mod nav;
mod price;
mod problem;
mod shell;
mod table;
mod task;
mod thread;

#[cfg(test)]
mod tests;

pub use blocks::{ButtonLink, Empty, Notes, Panel, Stat, Tabs, grid, live, row, section, stack};
pub use chart::{BarChart, LineChart, Meter, Series, Slice};
pub use choice::Choice;
pub use control::{ActionButton, Look};
pub use facts::{Facts, State, badge, copyable, link, money, muted};
pub use field::Field;
pub use form::Form;
pub use invoice::{InvoiceDocument, InvoiceLine, InvoiceParty, InvoiceTax};
pub use list::{Filters, Pager};
pub use price::PriceSummary;
pub use problem::{Problem, problem_page};
pub use shell::{PREFERENCES, Shell};
pub use table::{Column, Row, Table};
pub use task::{Console, Event, Step, StepState, TaskView, Timeline};
pub use thread::{Attachment, Message, MessageKind, Thread};

/// Renders a template now. Everything that `view!` makes goes through here.
pub fn html(template: impl RenderHtml) -> AnyView {
    markup(template.to_html())
}

/// Markup that was already rendered. Never call it with text from people.
pub(crate) fn markup(rendered: String) -> AnyView {
    InertElement::new(rendered).into_any()
}

/// Nothing.
#[must_use]
pub fn nothing() -> AnyView {
    markup(String::new())
}

/// Anything that can stand on a page: text, a part, several of them, or none.
pub trait Piece {
    /// Becomes HTML.
    fn view(self) -> AnyView;
}

impl Piece for AnyView {
    fn view(self) -> AnyView {
        self
    }
}

impl Piece for String {
    fn view(self) -> AnyView {
        markup(escape(&self))
    }
}

impl Piece for &str {
    fn view(self) -> AnyView {
        markup(escape(self))
    }
}

impl Piece for &String {
    fn view(self) -> AnyView {
        markup(escape(self))
    }
}

impl<T: Piece> Piece for Option<T> {
    fn view(self) -> AnyView {
        self.map_or_else(nothing, Piece::view)
    }
}

impl<T: Piece> Piece for Vec<T> {
    fn view(self) -> AnyView {
        markup(self.into_iter().map(|piece| piece.view().to_html()).collect())
    }
}

macro_rules! pieces {
    ($($part:ty),* $(,)?) => {
        $(impl Piece for $part {
            fn view(self) -> AnyView {
                self.render()
            }
        })*
    };
}
// The parts whose rendering needs nothing but themselves.
pieces!(
    Facts,
    State,
    Panel,
    Empty,
    Notes,
    Stat,
    Tabs,
    ButtonLink,
    ActionButton<'_>,
    Form<'_>,
    Table,
    Filters<'_>,
    Pager<'_>,
    PriceSummary<'_>,
    TaskView<'_>,
    Console<'_>,
    Timeline<'_>,
    Thread<'_>,
    BarChart<'_>,
    LineChart<'_>,
    Meter<'_>,
    InvoiceDocument<'_>,
);

/// Text as HTML text.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Letters, digits and dashes only: fit for an `id`.
pub(crate) fn slug(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}
