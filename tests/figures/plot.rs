//! Small plots as SVG text.

use std::fmt::Write;

/// A line of its own panel: what it is called, and its points.
pub struct Line {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 20.0;
const COLUMNS: usize = 3;

/// One panel for each line, over a logarithmic axis; every value is written at its
/// point, so that no axis has to be read.
pub fn drawn(title: &str, lines: &[Line]) -> String {
    panels(title, lines, true)
}

/// The same over a plain axis, without values at the points.
pub fn curve(title: &str, line: &Line) -> String {
    panels(title, std::slice::from_ref(line), false)
}

fn panels(title: &str, lines: &[Line], logarithmic: bool) -> String {
    let columns = lines.len().min(COLUMNS);
    let rows = lines.len().div_ceil(COLUMNS);
    let (width, height) = (columns as f64 * WIDTH, rows as f64 * HEIGHT + 40.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{LEFT}\" y=\"26\" font-size=\"18\" fill=\"#1f2933\">{title}</text>\n"
    );
    for (number, line) in lines.iter().enumerate() {
        let (x, y) = ((number % COLUMNS) as f64 * WIDTH, (number / COLUMNS) as f64 * HEIGHT + 40.0);
        panel(&mut svg, line, x, y, logarithmic);
    }
    svg.push_str("</svg>\n");
    svg
}

fn panel(svg: &mut String, line: &Line, x: f64, y: f64, logarithmic: bool) {
    let scale = |value: f64| if logarithmic { value.max(1.0).log10() } else { value };
    let most = line.points.iter().map(|point| point.1).fold(f64::MIN_POSITIVE, f64::max) * 1.15;
    let first = line.points.iter().map(|point| scale(point.0)).fold(f64::MAX, f64::min);
    let last = line.points.iter().map(|point| scale(point.0)).fold(f64::MIN, f64::max);
    let place = |point: &(f64, f64)| {
        let along = if last > first { (scale(point.0) - first) / (last - first) } else { 0.5 };
        (x + LEFT + 20.0 + along * (WIDTH - 2.0 * LEFT - 60.0), y + 160.0 - point.1 / most * 120.0)
    };
    let _infallible = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" font-weight=\"bold\" fill=\"#1f2933\">{}</text>\
         <line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"#9aa5b1\"/>",
        x + LEFT,
        y + 20.0,
        line.name,
        x + LEFT,
        y + 160.0,
        x + WIDTH - LEFT,
        y + 160.0
    );
    let path: Vec<String> = line.points.iter().map(place).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _infallible =
        writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"#2563eb\" stroke-width=\"2\"/>", path.join(" "));
    let ends = [0, line.points.len().saturating_sub(1)];
    for (number, point) in line.points.iter().enumerate() {
        if !logarithmic && !ends.contains(&number) {
            continue;
        }
        let (px, py) = place(point);
        let value = if point.1 >= 100.0 { format!("{:.0}", point.1) } else { format!("{:.2}", point.1) };
        let _infallible = writeln!(
            svg,
            "<circle cx=\"{px:.1}\" cy=\"{py:.1}\" r=\"4\" fill=\"#2563eb\"/>\
             <text x=\"{px:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#1f2933\">{value}</text>\
             <text x=\"{px:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#616e7c\">{:.0}</text>",
            py - 9.0,
            y + 176.0,
            point.0
        );
    }
}
