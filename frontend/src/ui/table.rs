//! Tables of data: dense rows on a screen, cards on a phone.

use leptos::prelude::*;

use super::{Empty, Piece, escape, html, markup};

/// What a column holds, which decides how it is aligned and shown on a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Moment,
    Number,
    Actions,
}

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    title: String,
    kind: Kind,
    minor: bool,
}

impl Column {
    /// Words, states, dates: aligned left.
    #[must_use]
    pub fn text(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: Kind::Text, minor: false }
    }

    /// A day with its time: never broken into lines.
    #[must_use]
    pub fn moment(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: Kind::Moment, minor: false }
    }

    /// Amounts and counts: aligned right, figures of one width.
    #[must_use]
    pub fn number(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: Kind::Number, minor: false }
    }

    /// Buttons; the title is only for screen readers.
    #[must_use]
    pub fn actions(title: impl Into<String>) -> Self {
        Self { title: title.into(), kind: Kind::Actions, minor: false }
    }

    /// Left out where there is little room.
    #[must_use]
    pub fn minor(mut self) -> Self {
        self.minor = true;
        self
    }

    fn class(&self) -> Option<&'static str> {
        match (self.kind, self.minor) {
            (Kind::Text, false) => None,
            (Kind::Text, true) => Some("minor"),
            (Kind::Moment, _) => Some("moment"),
            (Kind::Number, false) => Some("num"),
            (Kind::Number, true) => Some("num minor"),
            (Kind::Actions, _) => Some("actions"),
        }
    }
}

/// One row.
#[derive(Debug, Default)]
pub struct Row {
    href: Option<String>,
    cells: Vec<AnyView>,
    quiet: bool,
}

impl Row {
    /// A row that opens nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A row that opens a page: the first cell is the link, the whole row can be
    /// pressed.
    #[must_use]
    pub fn to(href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..Self::default() }
    }

    /// The next cell.
    #[must_use]
    pub fn cell(mut self, piece: impl Piece) -> Self {
        self.cells.push(piece.view());
        self
    }

    /// Shown paler: ended, void, read.
    #[must_use]
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.quiet = quiet;
        self
    }
}

/// A table.
#[derive(Debug)]
pub struct Table {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    foot: Vec<AnyView>,
    empty: Option<Empty>,
    plain: bool,
}

impl Table {
    /// A table named for screen readers.
    #[must_use]
    pub fn new(caption: impl Into<String>) -> Self {
        Self {
            caption: caption.into(),
            columns: Vec::new(),
            rows: Vec::new(),
            foot: Vec::new(),
            empty: None,
            plain: false,
        }
    }

    /// The next column.
    #[must_use]
    pub fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// The next row.
    #[must_use]
    pub fn row(mut self, row: Row) -> Self {
        self.rows.push(row);
        self
    }

    /// All rows.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// The next cell of the line of totals; one per column.
    #[must_use]
    pub fn total(mut self, piece: impl Piece) -> Self {
        self.foot.push(piece.view());
        self
    }

    /// What is said instead of an empty table.
    #[must_use]
    pub fn empty(mut self, empty: Empty) -> Self {
        self.empty = Some(empty);
        self
    }

    /// Without a frame, inside a panel.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.plain = true;
        self
    }

    pub(crate) fn render(self) -> AnyView {
        if self.rows.is_empty()
            && let Some(empty) = self.empty
        {
            return empty.view();
        }
        // Tables that CSS turns into cards lose their meaning for screen
        // readers unless the roles are said.
        let heads: Vec<_> = self
            .columns
            .iter()
            .map(|column| {
                let title = column.title.clone();
                let title = if column.kind == Kind::Actions {
                    html(view! { <span class="sr">{title}</span> })
                } else {
                    title.view()
                };
                view! { <th role="columnheader" scope="col" class=column.class()>{title}</th> }
            })
            .collect();
        // A table that scrolls must be reached by keyboard; links in it do that already.
        let unreachable = self.rows.iter().all(|row| row.href.is_none());
        let name = unreachable.then(|| self.caption.clone());
        let columns = &self.columns;
        let openings: Vec<String> = columns.iter().map(opening).collect();
        let rows: Vec<AnyView> = self.rows.into_iter().map(|row| draw_row(&openings, row)).collect();
        let foot = (!self.foot.is_empty()).then(|| {
            let cells: Vec<_> = self
                .foot
                .into_iter()
                .zip(columns)
                .map(|(cell, column)| view! { <td role="cell" class=column.class() data-label=column.title.clone()>{cell}</td> })
                .collect();
            view! { <tfoot role="rowgroup"><tr role="row">{cells}</tr></tfoot> }
        });
        html(view! {
            <div
                class=if self.plain { "table-box plain" } else { "table-box" }
                tabindex=unreachable.then_some("0")
                role=unreachable.then_some("region")
                aria-label=name
            >
                <table role="table" class="table">
                    <caption class="sr">{self.caption}</caption>
                    <thead role="rowgroup"><tr role="row">{heads}</tr></thead>
                    <tbody role="rowgroup">{rows}</tbody>
                    {foot}
                </table>
            </div>
        })
    }
}

fn draw_row(openings: &[String], row: Row) -> AnyView {
    let mut href = row.href;
    let class = match (href.is_some(), row.quiet) {
        (true, true) => Some("opens pale"),
        (true, false) => Some("opens"),
        (false, true) => Some("pale"),
        (false, false) => None,
    };
    let mut cells = String::new();
    for (cell, opening) in row.cells.into_iter().zip(openings) {
        let cell = match href.take() {
            Some(href) => html(view! { <a class="row-link" href=href>{cell}</a> }),
            None => cell,
        };
        cells.push_str(opening);
        cells.push_str(&cell.to_html());
        cells.push_str("</span></td>");
    }
    html(view! { <tr role="row" class=class>{markup(cells)}</tr> })
}

/// How each cell of a column begins: drawn once, not in each row.
fn opening(column: &Column) -> String {
    let class = column.class().map(|class| format!(" class=\"{class}\"")).unwrap_or_default();
    format!("<td role=\"cell\"{class} data-label=\"{}\"><span class=\"value\">", escape(&column.title))
}
