//! What is killed, in which order and with which pauses: all of it follows from
//! the seed.

use std::collections::VecDeque;
use std::time::Duration;

use crate::random::Random;

/// Longest pause before an event, in milliseconds.
const LONGEST_PAUSE: u64 = 6_000;

/// Something that happens to a part of the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// `kill -9` of the panel, which is started again at once.
    PanelKilled,
    /// `kill -9` of a node's libvirtd, which is started again at once.
    LibvirtdKilled,
    /// A node's libvirtd hangs until its servers read unknown.
    LibvirtdStopped,
}

impl Event {
    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PanelKilled => "panel killed",
            Self::LibvirtdKilled => "libvirtd killed",
            Self::LibvirtdStopped => "libvirtd stopped",
        }
    }
}

/// How often what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// Follows from nothing.
    pub seed: u64,
    /// `kill -9` of the panel.
    pub panel_kills: usize,
    /// `kill -9` of libvirtd.
    pub libvirtd_kills: usize,
    /// SIGSTOP of libvirtd.
    pub libvirtd_stops: usize,
}

/// An event with the pause before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// What happens.
    pub event: Event,
    /// How long after the one before, once that one is over.
    pub pause: Duration,
    /// A panel that was killed is killed again before it has recovered.
    pub again: Option<Duration>,
}

impl Measure {
    /// Everything that is to happen, in order.
    #[must_use]
    pub fn plan(&self) -> VecDeque<Planned> {
        let mut random = Random::new(self.seed);
        let mut events = vec![Event::PanelKilled; self.panel_kills];
        events.extend(vec![Event::LibvirtdKilled; self.libvirtd_kills]);
        events.extend(vec![Event::LibvirtdStopped; self.libvirtd_stops]);
        random.shuffle(&mut events);
        let mut plan = VecDeque::new();
        let mut events = events.into_iter().peekable();
        while let Some(event) = events.next() {
            let pause = Duration::from_millis(random.below(LONGEST_PAUSE));
            let in_a_row = event == Event::PanelKilled && events.peek() == Some(&Event::PanelKilled);
            let again = (in_a_row && random.below(3) == 0).then(|| Duration::from_millis(random.below(1_500)));
            if again.is_some() {
                events.next();
            }
            plan.push_back(Planned { event, pause, again });
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_follows_from_its_seed_and_holds_everything() {
        let measure = Measure { seed: 3, panel_kills: 50, libvirtd_kills: 10, libvirtd_stops: 5 };
        let plan = measure.plan();
        assert_eq!(plan, measure.plan());
        assert_ne!(plan, Measure { seed: 4, ..measure }.plan());
        let of = |event| plan.iter().filter(|planned| planned.event == event).count();
        let again = plan.iter().filter(|planned| planned.again.is_some()).count();
        assert_eq!(
            (of(Event::PanelKilled) + again, of(Event::LibvirtdKilled), of(Event::LibvirtdStopped)),
            (50, 10, 5)
        );
        assert!(again > 0);
    }
}
