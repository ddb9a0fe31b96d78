//! How much memory this process holds, over time.

use std::fmt::Write;
use std::time::Duration;

/// Seconds since the beginning, and megabytes.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    pub points: Vec<(f64, f64)>,
}

/// Resident memory of a process, in megabytes; `self` for this one.
pub fn resident_megabytes(process: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().unwrap_or_default();
    kilobytes / 1_024.0
}

impl Curve {
    pub fn note(&mut self, since: Duration) {
        self.points.push((since.as_secs_f64(), resident_megabytes("self")));
    }

    /// Megabytes gained in an hour, by least squares over the second half, when
    /// everything that is kept once has been loaded.
    pub fn slope(&self) -> f64 {
        let points = self.points.get(self.points.len() / 2..).unwrap_or_default();
        let count = points.len() as f64;
        if points.len() < 2 {
            return 0.0;
        }
        let (x, y) = (mean(points.iter().map(|p| p.0), count), mean(points.iter().map(|p| p.1), count));
        let above: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
        let below: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
        if below == 0.0 { 0.0 } else { above / below * 3_600.0 }
    }

    /// The curve as lines of text: seconds, megabytes and a bar.
    pub fn printed(&self) -> String {
        let most = self.points.iter().map(|point| point.1).fold(1.0, f64::max);
        let step = (self.points.len() / 24).max(1);
        let mut text = String::new();
        for (seconds, megabytes) in self.points.iter().step_by(step) {
            let bar = "#".repeat((megabytes / most * 50.0) as usize);
            let _infallible = writeln!(text, "{seconds:>7.0} s {megabytes:>8.1} MB {bar}");
        }
        text
    }
}

fn mean(values: impl Iterator<Item = f64>, count: f64) -> f64 {
    values.sum::<f64>() / count
}
