//! Runs the demo step by step, with a line for each and a table at the end.

use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::signals;

/// The table is read in terminals and mails of this width.
const WIDTH: usize = 100;
const NAME_WIDTH: usize = 30;
const SECONDS_WIDTH: usize = 8;
const GAP: usize = 2;

/// The steps done so far.
#[derive(Debug, Default)]
pub struct Steps {
    done: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: String,
    evidence: String,
    took: Duration,
}

impl Steps {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Does one step. What `work` gives beside its result is the evidence: something seen on the
    /// real part, such as an invoice number or a state as libvirt reports it.
    ///
    /// # Errors
    /// That of `work`, with the name of the step; or that the demo was interrupted before it.
    pub fn run<T>(&mut self, name: &str, work: impl FnOnce() -> anyhow::Result<(T, String)>) -> anyhow::Result<T> {
        if signals::interrupted().is_some() {
            anyhow::bail!("interrupted before the step \"{name}\"");
        }
        let number = self.done.len() + 1;
        println!("[{number:>2}] {name} ...");
        let started = Instant::now();
        let outcome = work().with_context(|| format!("step {number}, \"{name}\""));
        let took = started.elapsed();
        match outcome {
            Ok((value, evidence)) => {
                println!("     done in {:.1} s: {}", took.as_secs_f32(), plain(&evidence));
                self.done.push(Step { name: plain(name), evidence: plain(&evidence), took });
                Ok(value)
            }
            Err(error) => {
                println!("     failed after {:.1} s", took.as_secs_f32());
                self.done.push(Step {
                    name: plain(name),
                    evidence: format!("FAILED: {}", plain(&error.root_cause().to_string())),
                    took,
                });
                Err(error)
            }
        }
    }

    /// The table of step, evidence and seconds in plain ASCII, at most 100 columns wide.
    #[must_use]
    pub fn table(&self) -> String {
        let evidence_width = WIDTH - NAME_WIDTH - SECONDS_WIDTH - 2 * GAP;
        let rule = "-".repeat(WIDTH);
        let mut table = format!("{rule}\n{}\n{rule}\n", row("Step", "Evidence", "Seconds"));
        let mut total = Duration::ZERO;
        for step in &self.done {
            total += step.took;
            let names = wrapped(&step.name, NAME_WIDTH);
            let evidence = wrapped(&step.evidence, evidence_width);
            for line in 0..names.len().max(evidence.len()) {
                let seconds = if line == 0 { seconds(step.took) } else { String::new() };
                table.push_str(&row(
                    names.get(line).map_or("", String::as_str),
                    evidence.get(line).map_or("", String::as_str),
                    &seconds,
                ));
                table.push('\n');
            }
        }
        table.push_str(&format!("{rule}\n{}\n", row("All", "", &seconds(total))));
        table
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f32())
}

fn row(name: &str, evidence: &str, seconds: &str) -> String {
    let evidence_width = WIDTH - NAME_WIDTH - SECONDS_WIDTH - 2 * GAP;
    format!("{name:<NAME_WIDTH$}  {evidence:<evidence_width$}  {seconds:>SECONDS_WIDTH$}").trim_end().to_owned()
}

/// One line of ASCII: the table must line up in every terminal.
fn plain(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .map(|letter| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '?' })
        .collect()
}

/// Breaks at blanks; a word wider than the column is cut.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut add = |word: &str| match lines.last_mut() {
        Some(line) if line.is_empty() => line.push_str(word),
        Some(line) if line.len() + 1 + word.len() <= width => {
            line.push(' ');
            line.push_str(word);
        }
        _ => lines.push(word.to_owned()),
    };
    for word in text.split(' ') {
        let mut rest = word;
        while let Some((piece, left)) = rest.split_at_checked(width).filter(|(_, left)| !left.is_empty()) {
            add(piece);
            rest = left;
        }
        add(rest);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ascii_and_fits_in_100_columns() {
        let mut steps = Steps::new();
        steps.run("A step with a name that is longer than its column", || Ok(((), "z".repeat(200)))).unwrap();
        steps
            .run("Money", || Ok(((), "invoice 2026-00001, 59.00 \u{20ac}\nsent to ada@example.org".to_owned())))
            .unwrap();
        let failed: anyhow::Result<()> = steps.run("Boot", || anyhow::bail!("no console"));
        assert!(failed.unwrap_err().to_string().contains("step 3, \"Boot\""));
        let table = steps.table();
        assert!(table.is_ascii(), "{table}");
        assert!(table.lines().all(|line| line.len() <= 100), "{table}");
        assert!(table.contains("59.00 ? sent to ada@example.org"), "{table}");
        assert!(table.contains("FAILED: no console"), "{table}");
        assert_eq!(table.matches('z').count(), 200);
    }
}
