//! A document that is filled from top to bottom.

use super::super::error::Result;
use super::pdf::{HEIGHT, Paper, Style, WIDTH, Weight};

/// Left edge of what is printed.
pub(crate) const LEFT: f32 = 56.0;
/// Right edge.
pub(crate) const RIGHT: f32 = WIDTH - 56.0;
/// Where a page begins.
pub(crate) const TOP: f32 = 60.0;
/// Nothing but the footer stands below.
pub(crate) const BOTTOM: f32 = HEIGHT - 92.0;
/// From line to line.
pub(crate) const LEADING: f32 = 12.5;

pub(crate) const TEXT: Style = Style { weight: Weight::Regular, size: 9.0, gray: 0.1 };
pub(crate) const SMALL: Style = Style { weight: Weight::Regular, size: 7.5, gray: 0.38 };
pub(crate) const STRONG: Style = Style { weight: Weight::Bold, size: 9.0, gray: 0.1 };
pub(crate) const TITLE: Style = Style { weight: Weight::Bold, size: 18.0, gray: 0.1 };

/// Between a column and the next.
const GAP: f32 = 8.0;

/// The paper and how far down it is filled.
pub(crate) struct Sheet {
    pub(crate) paper: Paper,
    pub(crate) y: f32,
}

/// A column of a table.
pub(crate) struct Column {
    heading: String,
    /// Its part of the width of the table.
    share: u16,
    is_number: bool,
}

impl Column {
    /// Of texts, with its part of the width.
    pub(crate) fn text(heading: String, share: u16) -> Self {
        Self { heading, share, is_number: false }
    }

    /// Of figures, which end at the right edge.
    pub(crate) fn number(heading: String, share: u16) -> Self {
        Self { is_number: true, ..Self::text(heading, share) }
    }

    fn width(&self, columns: &[Self]) -> f32 {
        let whole: f32 = columns.iter().map(|column| f32::from(column.share)).sum();
        (RIGHT - LEFT) * f32::from(self.share) / whole.max(1.0)
    }
}

impl Sheet {
    /// One empty page.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { paper: Paper::new()?, y: TOP })
    }

    pub(crate) fn down(&mut self, by: f32) {
        self.y += by;
    }

    /// Leaves so many lines free.
    pub(crate) fn gap(&mut self, count: usize) {
        self.down(LEADING * lines(count));
    }

    /// A line for something to be written by hand.
    pub(crate) fn line_to_fill(&mut self) {
        self.make_room(3.0 * LEADING);
        self.paper.rule(LEFT, LEFT + 240.0, self.y, 0.55);
        self.down(LEADING);
    }

    /// Turns the page when so much no longer fits; whether it did.
    pub(crate) fn make_room(&mut self, needed: f32) -> bool {
        let turns = self.y + needed > BOTTOM;
        if turns {
            self.paper.turn();
            self.y = TOP;
        }
        turns
    }

    /// The title over everything.
    pub(crate) fn title(&mut self, text: &str) {
        for line in self.paper.wrapped(text, TITLE, RIGHT - LEFT) {
            self.paper.write(LEFT, self.y, &line, TITLE);
            self.down(24.0);
        }
    }

    /// Writes a text over as many lines as it takes, and pages too.
    pub(crate) fn paragraph(&mut self, text: &str, style: Style) {
        for line in self.paper.wrapped(text, style, RIGHT - LEFT) {
            self.make_room(LEADING);
            self.paper.write(LEFT, self.y, &line, style);
            self.down(LEADING);
        }
    }

    /// A heading over what follows, which does not stand at the foot of a page alone.
    pub(crate) fn heading(&mut self, text: &str) {
        self.down(LEADING);
        self.make_room(6.0 * LEADING);
        self.paper.write(LEFT, self.y, text, Style { size: 11.0, ..STRONG });
        self.down(LEADING + 6.0);
    }

    /// A table whose headings stand on each of its pages. A row stays together.
    pub(crate) fn table(&mut self, columns: &[Column], rows: &[Vec<String>]) {
        let headings: Vec<String> = columns.iter().map(|column| column.heading.clone()).collect();
        self.make_room(4.0 * LEADING);
        self.row(columns, &headings, SMALL, true);
        for cells in rows {
            let height = LEADING * self.height(columns, cells, TEXT);
            if self.make_room(height.min(BOTTOM - TOP - 4.0 * LEADING)) {
                self.row(columns, &headings, SMALL, true);
            }
            self.row(columns, cells, TEXT, false);
        }
    }

    /// How many lines the longest cell takes.
    fn height(&self, columns: &[Column], cells: &[String], style: Style) -> f32 {
        let of =
            |(column, cell): (&Column, &String)| self.paper.wrapped(cell, style, column.width(columns) - GAP).len();
        lines(columns.iter().zip(cells).map(of).max().unwrap_or_default())
    }

    fn row(&mut self, columns: &[Column], cells: &[String], style: Style, is_head: bool) {
        let mut left = LEFT;
        for (column, cell) in columns.iter().zip(cells) {
            let width = column.width(columns);
            let mut y = self.y;
            for line in self.paper.wrapped(cell, style, width - GAP) {
                if column.is_number {
                    self.paper.write_right(left + width, y, &line, style);
                } else {
                    self.paper.write(left, y, &line, style);
                }
                y += LEADING;
            }
            left += width;
        }
        let height = LEADING * self.height(columns, cells, style);
        self.down(height);
        if is_head {
            self.paper.rule(LEFT, RIGHT, self.y - 8.0, 0.55);
            self.down(5.0);
        }
    }

    /// Numbers the pages, beside lines that stand at the foot of each; the paper.
    pub(crate) fn with_footers(self, own: &[String], number: impl Fn(usize, usize) -> String) -> Paper {
        let mut paper = self.paper;
        let pages = paper.count();
        for page in 0..pages {
            let mut y = HEIGHT - 60.0;
            let number = number(page.saturating_add(1), pages);
            let x = RIGHT - paper.width(&number, SMALL);
            paper.write_on(page, x, y, &number, SMALL);
            for line in own {
                paper.write_on(page, LEFT, y, line, SMALL);
                y += 10.0;
            }
        }
        paper
    }
}

/// A count of lines as a factor for heights.
pub(crate) fn lines(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
