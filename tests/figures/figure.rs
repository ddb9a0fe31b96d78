//! A figure, and what it is measured against.

use serde::Serialize;

/// One measured number with the floor that was measured in the same run.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    /// The same work done by the bare engine, handler or process.
    pub floor: f64,
    /// Value against floor: for rates the part of the floor that is reached, for
    /// costs how many times the floor it is.
    pub ratio: f64,
}

/// All of them, told as they come.
pub struct Figures {
    pub all: Vec<Figure>,
    json: bool,
}

impl Figures {
    pub fn new(json: bool) -> Self {
        Self { all: Vec::new(), json }
    }

    pub fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str, floor: f64) {
        let ratio = if floor == 0.0 { 0.0 } else { value / floor };
        let figure = Figure { name: name.into(), value: round(value), unit, floor: round(floor), ratio: round(ratio) };
        if self.json {
            println!("{}", serde_json::to_string(&figure).unwrap());
        } else {
            println!(
                "{:<52} {:>12} {:<14} floor {:>12}  ratio {:>8}",
                figure.name, figure.value, figure.unit, figure.floor, figure.ratio
            );
        }
        self.all.push(figure);
    }

    pub fn value(&self, name: &str) -> f64 {
        self.all.iter().find(|figure| figure.name == name).map_or(0.0, |figure| figure.value)
    }
}

fn round(value: f64) -> f64 {
    if value.abs() >= 100.0 { value.round() } else { (value * 1_000.0).round() / 1_000.0 }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
