//! What happened, as a table.

use std::time::Duration;

use super::plan::Event;

/// One event and what became of it.
#[derive(Debug, Clone)]
pub struct Happened {
    /// What.
    pub event: Event,
    /// How many signals were sent.
    pub signals: usize,
    /// How long until everything was as it should be, or why it never was.
    pub converged: Result<Duration, String>,
    /// What `verify` found then.
    pub breaks: i64,
}

/// The table: kills, converged, slowest convergence, breaks.
#[must_use]
pub fn table(happened: &[Happened]) -> String {
    let rule = "-".repeat(78);
    let mut table = format!(
        "{rule}\n{:<20}{:>8}{:>12}{:>14}{:>14}{:>8}\n{rule}\n",
        "", "signals", "converged", "median s", "slowest s", "breaks"
    );
    for event in [Event::PanelKilled, Event::LibvirtdKilled, Event::LibvirtdStopped] {
        let own: Vec<&Happened> = happened.iter().filter(|one| one.event == event).collect();
        let signals: usize = own.iter().map(|one| one.signals).sum();
        let converged: usize = own.iter().filter(|one| one.converged.is_ok()).map(|one| one.signals).sum();
        let mut times: Vec<Duration> = own.iter().filter_map(|one| one.converged.clone().ok()).collect();
        times.sort_unstable();
        let seconds =
            |time: Option<&Duration>| time.map_or("-".to_owned(), |time| format!("{:.1}", time.as_secs_f32()));
        let breaks: i64 = own.iter().map(|one| one.breaks).sum();
        table.push_str(&format!(
            "{:<20}{signals:>8}{converged:>12}{:>14}{:>14}{breaks:>8}\n",
            event.name(),
            seconds(times.get(times.len() / 2)),
            seconds(times.last()),
        ));
    }
    table.push_str(&rule);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_converge_is_not_counted_as_if_it_had() {
        let of = |converged, breaks| Happened { event: Event::PanelKilled, signals: 1, converged, breaks };
        let table = table(&[
            of(Ok(Duration::from_millis(1_250)), 0),
            of(Ok(Duration::from_secs(9)), 0),
            of(Err("a task is open".to_owned()), 2),
        ]);
        let line = table.lines().find(|line| line.starts_with("panel killed")).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words, ["panel", "killed", "3", "2", "9.0", "9.0", "2"]);
    }
}
