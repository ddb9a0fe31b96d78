//! Plots, drawn on the server as SVG: title, unit, axis, and the same numbers
//! as a table. Widths are in percent and heights in pixels, so that text keeps
//! its size on a phone. Values are whole numbers with an exponent, as money is:
//! no binary floats.

use std::fmt::Write as _;

use hostwright_kernel::{Currency, Money};
use leptos::prelude::*;

use super::{Column, Piece, Row, Table, escape, html, markup, slug};
use crate::page::{Page, Tone};

/// Height of the plot in pixels, without the labels.
const HEIGHT: i64 = 160;
/// Room above the highest line, for its label.
const TOP: i64 = 18;
/// Room for the labels below.
const BOTTOM: i64 = 24;

/// One line, or one set of bars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// What is measured.
    pub name: String,
    /// A value for each label of the chart; None where nothing is known, which
    /// is not nought.
    pub values: Vec<Option<i64>>,
}

/// What both kinds of chart share.
#[derive(Debug)]
struct Frame<'a> {
    page: &'a Page,
    title: String,
    unit: String,
    exponent: u32,
    currency: Option<Currency>,
    labels: Vec<String>,
    label_title: String,
}

impl Frame<'_> {
    /// A value with its unit.
    fn text(&self, value: i64) -> String {
        if let Some(currency) = self.currency {
            return self.page.money(Money::new(value, currency));
        }
        format!("{} {}", self.page.decimal(&decimal(value, self.exponent)), self.unit).trim_end().to_owned()
    }

    fn figure(&self, kind: &str, scale: &Scale, drawing: &str, legend: AnyView, series: &[Series]) -> AnyView {
        let id = format!("chart-{}", slug(&self.title.to_lowercase()));
        let mut table = Table::new(self.title.clone()).plain().column(Column::text(self.label_title.clone()));
        for one in series {
            table = table.column(Column::number(one.name.clone()));
        }
        for (index, label) in self.labels.iter().enumerate() {
            let mut row = Row::new().cell(label);
            for one in series {
                let value = one.values.get(index).copied().flatten();
                row = row.cell(value.map_or_else(|| "\u{2013}".to_owned(), |value| self.text(value)));
            }
            table = table.row(row);
        }
        let height = TOP + HEIGHT + BOTTOM;
        let ticks = self.ticks(scale);
        let svg = format!(
            "{ticks}<svg class=\"plot\" role=\"img\" aria-labelledby=\"{id}\" width=\"100%\" height=\"{height}\">{drawing}</svg>"
        );
        html(view! {
            <figure class=format!("chart {kind}") data-chart="yes">
                <figcaption id=id><span class="chart-title">{self.title.clone()}</span><span class="chart-unit">{self.unit.clone()}</span></figcaption>
                {legend}
                <div class="plot-box">{markup(svg)}</div>
                <details class="chart-table"><summary>{self.page.t("ui-chart-numbers")}</summary>{table.view()}</details>
            </figure>
        })
    }

    /// The values of the axis, in a drawing of their own beside the plot, which
    /// is as wide as there is room.
    fn ticks(&self, scale: &Scale) -> String {
        let texts: Vec<(i64, String)> =
            scale.ticks().map(|tick| (scale.y(tick) + 4, self.page.decimal(&trimmed(tick, self.exponent)))).collect();
        let longest = texts.iter().map(|(_, text)| int(text.chars().count())).max().unwrap_or(0);
        let width = longest * 8 + 10;
        let height = TOP + HEIGHT + BOTTOM;
        let mut drawing = format!("<svg class=\"ticks\" aria-hidden=\"true\" width=\"{width}\" height=\"{height}\">");
        for (y, text) in texts {
            let _ =
                write!(drawing, "<text x=\"{}\" y=\"{y}\" text-anchor=\"end\">{}</text>", width - 10, escape(&text));
        }
        drawing.push_str("</svg>");
        drawing
    }

    /// Horizontal lines, and the labels below.
    fn axes(&self, scale: &Scale, centred: bool) -> String {
        let mut drawing = String::new();
        for tick in scale.ticks() {
            let y = scale.y(tick);
            let class = if tick == 0 { "zero" } else { "grid-line" };
            let _ = write!(drawing, "<line class=\"{class}\" x1=\"0\" x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/>");
        }
        let count = int(self.labels.len());
        // Five labels fit a phone; the last one is always there.
        let every = ((count + 4) / 5).max(1);
        for (index, label) in self.labels.iter().enumerate() {
            let index = int(index);
            if (count - 1 - index) % every != 0 {
                continue;
            }
            let x = if centred { percent(index * 2 + 1, count * 2) } else { percent(index, (count - 1).max(1)) };
            let anchor = match (centred, index) {
                (false, 0) => "start",
                (false, index) if index == count - 1 => "end",
                _ => "middle",
            };
            let _ = write!(
                drawing,
                "<text class=\"label\" x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
                TOP + HEIGHT + 17,
                escape(label),
            );
        }
        drawing
    }
}

/// Bars over periods: revenue per month.
#[derive(Debug)]
pub struct BarChart<'a> {
    frame: Frame<'a>,
    name: String,
    values: Vec<i64>,
}

impl<'a> BarChart<'a> {
    /// A chart with a title and the unit of its values; they are whole numbers
    /// of `10^-exponent` units (cents: 2).
    #[must_use]
    pub fn new(page: &'a Page, title: impl Into<String>, unit: impl Into<String>, exponent: u32) -> Self {
        let title = title.into();
        Self {
            name: title.clone(),
            frame: Frame {
                page,
                title,
                unit: unit.into(),
                exponent,
                currency: None,
                labels: Vec::new(),
                label_title: page.t("ui-chart-when"),
            },
            values: Vec::new(),
        }
    }

    /// Amounts of one currency, in minor units.
    #[must_use]
    pub fn money(page: &'a Page, title: impl Into<String>, currency: Currency) -> Self {
        let mut chart = Self::new(page, title, currency.code().to_owned(), currency.exponent());
        chart.frame.currency = Some(currency);
        chart
    }

    /// The next bar.
    #[must_use]
    pub fn bar(mut self, label: impl Into<String>, value: i64) -> Self {
        self.frame.labels.push(label.into());
        self.values.push(value);
        self
    }

    pub(crate) fn render(self) -> AnyView {
        // Without anything to show, the axis reaches one whole unit, not the smallest one.
        let is_empty = self.values.iter().all(|value| *value == 0);
        let least = is_empty.then(|| 10_i64.saturating_pow(self.frame.exponent));
        let scale = Scale::over(self.values.iter().copied().chain(least));
        let mut drawing = self.frame.axes(&scale, true);
        let count = int(self.values.len());
        for (index, (value, label)) in self.values.iter().zip(&self.frame.labels).enumerate() {
            let index = int(index);
            let (from, to) = (scale.y(*value), scale.y(0));
            let tip = escape(&format!("{label}: {}", self.frame.text(*value)));
            let _ = write!(
                drawing,
                "<g class=\"bar\" data-tip=\"{tip}\"><title>{tip}</title><rect class=\"hit\" x=\"{}\" y=\"0\" width=\"{}\" height=\"{}\"/><rect class=\"ink\" rx=\"2\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></g>",
                percent(index, count),
                percent(1, count),
                TOP + HEIGHT,
                percent(index * 10 + 2, count * 10),
                from.min(to),
                percent(6, count * 10),
                (from - to).abs().max(1),
            );
        }
        let series = Series { name: self.name, values: self.values.into_iter().map(Some).collect() };
        self.frame.figure("bars", &scale, &drawing, super::nothing(), &[series])
    }
}

/// Lines over time: processor, memory, traffic.
#[derive(Debug)]
pub struct LineChart<'a> {
    frame: Frame<'a>,
    series: Vec<Series>,
    top: Option<i64>,
}

impl<'a> LineChart<'a> {
    /// As [`BarChart::new`], over the given labels.
    #[must_use]
    pub fn new(
        page: &'a Page,
        title: impl Into<String>,
        unit: impl Into<String>,
        exponent: u32,
        labels: Vec<String>,
    ) -> Self {
        Self {
            frame: Frame {
                page,
                title: title.into(),
                unit: unit.into(),
                exponent,
                currency: None,
                labels,
                label_title: page.t("ui-chart-when"),
            },
            series: Vec::new(),
            top: None,
        }
    }

    /// The next line; up to four can be told apart.
    #[must_use]
    pub fn series(mut self, name: impl Into<String>, values: Vec<Option<i64>>) -> Self {
        self.series.push(Series { name: name.into(), values });
        self
    }

    /// The axis reaches at least this value (100 for percent).
    #[must_use]
    pub fn top(mut self, value: i64) -> Self {
        self.top = Some(value);
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let all = self.series.iter().flat_map(|series| series.values.iter().copied().flatten());
        let scale = Scale::over(all.chain(self.top));
        let count = int(self.frame.labels.len());
        let last = (count - 1).max(1);
        let mut lines = String::new();
        for (number, series) in self.series.iter().enumerate() {
            for run in runs(&series.values) {
                let points: Vec<String> =
                    run.iter().map(|(index, value)| format!("{},{}", index * 10_000 / last, scale.y(*value))).collect();
                let ends = run.first().zip(run.last());
                if let (0, Some(((first, _), (end, _)))) = (number, ends) {
                    let _ = write!(
                        lines,
                        "<polygon class=\"area\" points=\"{},{zero} {} {},{zero}\"/>",
                        first * 10_000 / last,
                        points.join(" "),
                        end * 10_000 / last,
                        zero = scale.y(0),
                    );
                }
                let _ = write!(lines, "<polyline class=\"line line-{number}\" points=\"{}\"/>", points.join(" "));
            }
        }
        let height = TOP + HEIGHT + BOTTOM;
        let mut drawing = format!(
            "{}<svg x=\"0\" y=\"0\" width=\"100%\" height=\"{height}\" viewBox=\"0 0 10000 {height}\" preserveAspectRatio=\"none\">{lines}</svg>",
            self.frame.axes(&scale, false),
        );
        for (index, label) in self.frame.labels.iter().enumerate() {
            let parts: Vec<String> = self
                .series
                .iter()
                .filter_map(|series| Some((series, series.values.get(index).copied().flatten()?)))
                .map(|(series, value)| format!("{} {}", series.name, self.frame.text(value)))
                .collect();
            let tip = escape(&format!("{label}: {}", parts.join(", ")));
            let index = int(index);
            let _ = write!(
                drawing,
                "<g class=\"at\" data-tip=\"{tip}\"><title>{tip}</title><rect class=\"hit\" x=\"{}\" y=\"0\" width=\"{}\" height=\"{}\"/></g>",
                percent(index * 2 - 1, last * 2),
                percent(1, last),
                TOP + HEIGHT,
            );
        }
        let legend = (self.series.len() > 1).then(|| {
            let names: Vec<_> = self
                .series
                .iter()
                .enumerate()
                .map(|(number, series)| {
                    let swatch = format!("<svg class=\"swatch\" width=\"24\" height=\"10\" aria-hidden=\"true\"><line class=\"line line-{number}\" x1=\"0\" x2=\"24\" y1=\"5\" y2=\"5\"/></svg>");
                    view! { <li>{markup(swatch)}{series.name.clone()}</li> }
                })
                .collect();
            view! { <ul class="legend">{names}</ul> }
        });
        self.frame.figure("lines", &scale, &drawing, html(legend), &self.series)
    }
}

/// One part of a [`Meter`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// What takes the room.
    pub label: String,
    /// How much, in the unit of the total.
    pub value: u64,
    /// The same in words (`12 GiB`).
    pub text: String,
    /// Warn and Bad stand out.
    pub tone: Tone,
}

/// How full something is: one bar of one or more parts.
#[derive(Debug)]
pub struct Meter<'a> {
    page: &'a Page,
    title: String,
    total: u64,
    total_text: String,
    slices: Vec<Slice>,
}

impl<'a> Meter<'a> {
    /// A bar that stands for `total`.
    #[must_use]
    pub fn new(page: &'a Page, title: impl Into<String>, total: u64, total_text: impl Into<String>) -> Self {
        Self { page, title: title.into(), total, total_text: total_text.into(), slices: Vec::new() }
    }

    /// The next part.
    #[must_use]
    pub fn slice(mut self, label: impl Into<String>, value: u64, text: impl Into<String>, tone: Tone) -> Self {
        self.slices.push(Slice { label: label.into(), value, text: text.into(), tone });
        self
    }

    pub(crate) fn render(self) -> AnyView {
        // Overbooked: the bar is full and the words say by how much.
        let used: u64 = self.slices.iter().map(|slice| slice.value).fold(0, u64::saturating_add);
        let whole = i64::try_from(self.total.max(used).max(1)).unwrap_or(i64::MAX);
        let mut at = 0_i64;
        let mut drawing = String::new();
        let mut names = Vec::new();
        for (number, slice) in self.slices.iter().enumerate() {
            let value = i64::try_from(slice.value).unwrap_or(i64::MAX);
            let tip = escape(&format!("{}: {}", slice.label, slice.text));
            let class = format!("part part-{} {}", number % 4, slice.tone.name());
            let _ = write!(
                drawing,
                "<g data-tip=\"{tip}\"><title>{tip}</title><rect class=\"{class}\" x=\"{}\" y=\"0\" width=\"{}\" height=\"12\"/></g>",
                percent(at, whole),
                percent(value, whole),
            );
            at = at.saturating_add(value);
            let swatch = format!(
                "<svg class=\"swatch\" width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"10\" height=\"10\" rx=\"2\"/></svg>"
            );
            names.push(view! { <li>{markup(swatch)}<span>{slice.label.clone()}</span><span class="money">{slice.text.clone()}</span></li> });
        }
        let text = self.page.t_with(
            "ui-meter-of",
            &[
                (
                    "percent",
                    (i64::try_from(used).unwrap_or(i64::MAX).saturating_mul(100)
                        / whole.min(i64::try_from(self.total.max(1)).unwrap_or(i64::MAX)))
                    .into(),
                ),
                ("total", self.total_text.into()),
            ],
        );
        let label = escape(&format!("{}: {text}", self.title));
        let svg = format!(
            "<svg class=\"meter-bar\" role=\"img\" aria-label=\"{label}\" width=\"100%\" height=\"12\">{drawing}</svg>"
        );
        html(view! {
            <div class="meter" data-chart="yes">
                <p class="meter-head"><span>{self.title}</span><span class="muted">{text}</span></p>
                <div class="plot-box">{markup(svg)}</div>
                <ul class="legend">{names}</ul>
            </div>
        })
    }
}

/// The axis: from the lowest to the highest tick, nought always included.
#[derive(Debug, PartialEq, Eq)]
struct Scale {
    low: i64,
    high: i64,
    step: i64,
}

impl Scale {
    fn over(values: impl Iterator<Item = i64>) -> Self {
        let (mut low, mut high) = (0_i64, 0_i64);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        if low == high {
            high = 1;
        }
        let wanted = (high.saturating_sub(low).saturating_add(3) / 4).max(1);
        let mut step = 1_i64;
        while step < wanted {
            // 1, 2, 5, 10, 20, 50 and so on.
            let lead = leading_digit(step);
            step = if lead == 2 { step.saturating_mul(5) / 2 } else { step.saturating_mul(2) };
        }
        Self {
            low: low.div_euclid(step).saturating_mul(step),
            high: high.saturating_add(step - 1).div_euclid(step).saturating_mul(step),
            step,
        }
    }

    fn ticks(&self) -> impl Iterator<Item = i64> {
        let (low, step) = (self.low, self.step);
        let count = self.high.saturating_sub(low) / step;
        (0..=count).map(move |n| low.saturating_add(n.saturating_mul(step)))
    }

    /// The pixel row of a value.
    fn y(&self, value: i64) -> i64 {
        let range = i128::from(self.high.saturating_sub(self.low).max(1));
        let above = i128::from(self.high) - i128::from(value);
        TOP + i64::try_from(above * i128::from(HEIGHT) / range).unwrap_or(0)
    }
}

fn leading_digit(mut number: i64) -> i64 {
    while number >= 10 {
        number /= 10;
    }
    number
}

fn int(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// `part / whole` as a percentage with two decimals.
fn percent(part: i64, whole: i64) -> String {
    let hundredths = i128::from(part) * 10_000 / i128::from(whole.max(1));
    let sign = if hundredths < 0 { "-" } else { "" };
    let hundredths = hundredths.abs();
    format!("{sign}{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A whole number of `10^-exponent` units as a canonical decimal.
fn decimal(value: i64, exponent: u32) -> String {
    let one = 10_u64.saturating_pow(exponent);
    let sign = if value < 0 { "-" } else { "" };
    let value = value.unsigned_abs();
    if exponent == 0 {
        return format!("{sign}{value}");
    }
    let width = usize::try_from(exponent).unwrap_or(0);
    format!("{sign}{}.{:0width$}", value / one, value % one)
}

/// As [`decimal`], without noughts at the end: for the axis.
fn trimmed(value: i64, exponent: u32) -> String {
    let text = decimal(value, exponent);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The stretches of known values, each with its place.
fn runs(values: &[Option<i64>]) -> Vec<Vec<(i64, i64)>> {
    let mut runs = vec![Vec::new()];
    for (index, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((int(index), *value)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_steps_and_holds_every_value() {
        for values in [vec![0], vec![7], vec![-50, 1_234], vec![99_999, 100_001], vec![i64::MAX / 4]] {
            let scale = Scale::over(values.iter().copied());
            assert!(values.iter().all(|value| (scale.low..=scale.high).contains(value)), "{scale:?}");
            assert!(scale.ticks().count() <= 7, "{scale:?}");
            assert!(matches!(leading_digit(scale.step), 1 | 2 | 5));
        }
    }

    #[test]
    fn what_is_not_known_is_a_gap_and_not_nought() {
        assert_eq!(runs(&[Some(1), None, None, Some(2), Some(3)]), vec![vec![(0, 1)], vec![(3, 2), (4, 3)]]);
    }

    #[test]
    fn numbers_keep_their_decimals_in_the_table_and_lose_noughts_on_the_axis() {
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(trimmed(150_000, 2), "1500");
        assert_eq!(trimmed(150, 2), "1.5");
        assert_eq!(percent(1, 3), "33.33%");
    }
}
