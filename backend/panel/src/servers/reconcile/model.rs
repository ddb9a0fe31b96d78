//! What to do next, decided from what is wished and what is known.
//!
//! Two choices are worth knowing. A guest that shut itself down cleanly, while all
//! wishes were fulfilled, stays off: its owner did that from inside
//! ([`stopped_from_inside`]). One that is off for any other reason (a crash, a node
//! that was restarted) is started again.

use hostwright_kernel::{Instant, text_enum};

use crate::servers::model::{Asked, ConsoleMark, Desired, DiskState, Observation, Seen, Server, StopMode};
use crate::servers::ports::GuestSeen;

/// How much of the end of a console tells where it ended, in bytes.
const MARK_LENGTH: usize = 1_000;

text_enum! {
    /// One step; its text is the name in the journal.
    pub enum Step {
        /// Look again, because nothing is known.
        Look = "look",
        /// The disk is there, made from the image.
        EnsureVolume = "ensure_volume",
        /// The seed with host name, keys and addresses is there.
        EnsureSeed = "ensure_seed",
        /// The filter against forged addresses is there.
        EnsureFilter = "ensure_filter",
        /// The domain is defined.
        EnsureDomain = "ensure_domain",
        /// It runs.
        Start = "start",
        /// Its console said something since the start.
        ReadGreeting = "read_greeting",
        /// The guest was asked to shut down.
        ShutDown = "shut_down",
        /// It is waited for.
        AwaitStop = "await_stop",
        /// The plug is pulled.
        PowerOff = "power_off",
        /// The guest was asked to reboot.
        Reboot = "reboot",
        /// It was reset, as it did not reboot.
        Reset = "reset",
        /// The stopped domain is no longer defined.
        Undefine = "undefine",
        /// The filter is gone.
        RemoveFilter = "remove_filter",
        /// The disk has its name in quarantine.
        QuarantineVolume = "quarantine_volume",
        /// The disk has its own name again.
        RestoreVolume = "restore_volume",
        /// The seed is gone; it is written anew when needed.
        RemoveSeed = "remove_seed",
        /// A disk that was never made is struck off.
        DropDisk = "drop_disk",
        /// The addresses cool off.
        ReleaseAddresses = "release_addresses",
    }
}

/// How long a guest is waited for, in seconds of the machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Before a guest that was asked to shut down is forced.
    pub stop: i64,
    /// Before a guest that was asked to reboot is reset.
    pub reboot: i64,
    /// Before a greeting is given up.
    pub greeting: i64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { stop: 60, reboot: 60, greeting: 180 }
    }
}

/// All that the plan looks at beside the wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What was seen, and what was done.
    pub seen: Observation,
    /// Where the disk is.
    pub disk: DiskState,
    /// Addresses are assigned.
    pub addresses_held: bool,
}

/// What is wished in effect: a server that is held back or unpaid is to be off.
#[must_use]
pub fn effective(server: &Server) -> Desired {
    match server.desired {
        Desired::Running if server.suspended || !server.released => Desired::Stopped,
        desired => desired,
    }
}

/// The steps that lead from what is known to what is wished, in order; none
/// when nothing is left. Only the first is done before looking again.
#[must_use]
pub fn plan(server: &Server, known: &Known, patience: Patience, now: Instant) -> Vec<Step> {
    let desired = effective(server);
    // Nothing was ever begun on the node, so there is nothing to look at.
    let facts = &known.seen.facts;
    if known.disk == DiskState::Planned && facts.seed.is_none() && facts.filter.is_none() && facts.domain.is_none() {
        match desired {
            Desired::Stopped => return Vec::new(),
            Desired::Deleted => return after_disk(known, vec![Step::DropDisk]),
            Desired::Running => {}
        }
    }
    if known.seen.state == Seen::Unknown {
        // Were it gone, would anything be left? A deletion long done needs no look.
        let mut gone = known.clone();
        gone.seen.state = Seen::Absent;
        let is_over = desired == Desired::Deleted && towards_deleted(server, &gone, patience, now).is_empty();
        return if is_over { Vec::new() } else { vec![Step::Look] };
    }
    match desired {
        Desired::Running => towards_running(server, known, patience, now),
        Desired::Stopped => towards_stopped(server, known, patience, now),
        Desired::Deleted => towards_deleted(server, known, patience, now),
    }
}

fn towards_running(server: &Server, known: &Known, patience: Patience, now: Instant) -> Vec<Step> {
    let (seen, facts) = (&known.seen, &known.seen.facts);
    let mut steps = Vec::new();
    match known.disk {
        DiskState::Planned | DiskState::Building => steps.push(Step::EnsureVolume),
        DiskState::Quarantined | DiskState::Moving => steps.push(Step::RestoreVolume),
        DiskState::Present => {}
        DiskState::Purging | DiskState::Deleted => return Vec::new(),
    }
    match seen.state {
        Seen::Running => {
            steps.extend(while_running(server, known, patience, now));
            return steps;
        }
        Seen::Paused => {}
        Seen::Unknown | Seen::Absent | Seen::ShutOff | Seen::Crashed => {
            let current = Some(server.generation);
            if facts.seed != current && !facts.as_found {
                steps.push(Step::EnsureSeed);
            }
            if facts.filter != current && !facts.as_found {
                steps.push(Step::EnsureFilter);
            }
            if facts.domain != current {
                steps.push(Step::EnsureDomain);
            }
        }
    }
    steps.extend([Step::Start, Step::ReadGreeting]);
    steps
}

fn while_running(server: &Server, known: &Known, patience: Patience, now: Instant) -> Vec<Step> {
    let (seen, facts) = (&known.seen, &known.seen.facts);
    if seen.reboots_done < server.reboots {
        return match facts.reboot.filter(|asked| asked.number == server.reboots) {
            None => vec![Step::Reboot, Step::ReadGreeting],
            // Only a guest that greeted before can be told to have missed it.
            Some(asked) if is_over(asked.at, patience.reboot, now) && seen.greeting.is_some() => {
                vec![Step::Reset, Step::ReadGreeting]
            }
            Some(_) => vec![Step::ReadGreeting],
        };
    }
    if facts.listening.is_some() { vec![Step::ReadGreeting] } else { Vec::new() }
}

fn towards_stopped(server: &Server, known: &Known, patience: Patience, now: Instant) -> Vec<Step> {
    let mut steps = stop(server, known, patience, now);
    if matches!(known.disk, DiskState::Quarantined | DiskState::Moving) {
        steps.push(Step::RestoreVolume);
    }
    steps
}

fn stop(server: &Server, known: &Known, patience: Patience, now: Instant) -> Vec<Step> {
    match (known.seen.state, server.stop_mode) {
        (Seen::Unknown | Seen::Absent | Seen::ShutOff | Seen::Crashed, _) => Vec::new(),
        // A held guest hears nothing.
        (Seen::Paused, _) | (Seen::Running, StopMode::Force) => vec![Step::PowerOff],
        (Seen::Running, StopMode::Graceful) => {
            match known.seen.facts.asked.filter(|asked| asked.number == server.generation) {
                None => vec![Step::ShutDown, Step::AwaitStop],
                Some(asked) if is_over(asked.at, patience.stop, now) => vec![Step::PowerOff],
                Some(_) => vec![Step::AwaitStop],
            }
        }
    }
}

fn towards_deleted(server: &Server, known: &Known, patience: Patience, now: Instant) -> Vec<Step> {
    let facts = &known.seen.facts;
    let mut steps = stop(server, known, patience, now);
    if known.seen.state == Seen::Crashed {
        steps.push(Step::PowerOff);
    }
    if known.seen.state != Seen::Absent {
        steps.push(Step::Undefine);
    }
    if facts.filter.is_some() {
        steps.push(Step::RemoveFilter);
    }
    match known.disk {
        DiskState::Building | DiskState::Present | DiskState::Moving => steps.push(Step::QuarantineVolume),
        DiskState::Planned => steps.push(Step::DropDisk),
        DiskState::Quarantined | DiskState::Purging | DiskState::Deleted => {}
    }
    if facts.seed.is_some() {
        steps.push(Step::RemoveSeed);
    }
    after_disk(known, steps)
}

fn after_disk(known: &Known, mut steps: Vec<Step>) -> Vec<Step> {
    if known.addresses_held {
        steps.push(Step::ReleaseAddresses);
    }
    steps
}

fn is_over(since: Instant, seconds: i64, now: Instant) -> bool {
    since.seconds_until(now) >= seconds
}

/// Whether the guest was shut down cleanly by somebody inside it: everything
/// wished was fulfilled, it was seen running, and now it is off.
#[must_use]
pub fn stopped_from_inside(server: &Server, before: &Observation, seen: &GuestSeen) -> bool {
    effective(server) == Desired::Running
        && before.generation == server.generation
        && before.reboots_done >= server.reboots
        && before.state == Seen::Running
        && seen.state == Seen::ShutOff
        && seen.stopped_cleanly
}

impl Known {
    /// What is known after a look.
    #[must_use]
    pub fn learn(mut self, seen: &GuestSeen, now: Instant) -> Self {
        self.seen.note_state(seen.state, now);
        self.seen.reason = None;
        if seen.state == Seen::Absent {
            self.seen.facts.domain = None;
        }
        if seen.state == Seen::Running {
            self.seen.facts.usage.clone_from(&seen.usage);
        } else {
            self.seen.facts.usage = None;
        }
        self
    }

    /// What is known after a look that was not answered: nothing, and why.
    #[must_use]
    pub fn lose_sight(mut self, reason: &str, now: Instant) -> Self {
        self.seen.note_state(Seen::Unknown, now);
        self.seen.reason = Some(reason.to_owned());
        self
    }

    /// To be kept before a step is done, so that a crash after its effect is
    /// remembered; `machine` is the machine's clock.
    #[must_use]
    pub fn begin(mut self, step: Step, server: &Server, mark: ConsoleMark, machine: Instant) -> Self {
        let facts = &mut self.seen.facts;
        match step {
            Step::EnsureVolume => self.disk = DiskState::Building,
            // A wish that changes now must find the disk under either name.
            Step::QuarantineVolume | Step::RestoreVolume => self.disk = DiskState::Moving,
            Step::EnsureSeed => facts.seed = facts.seed.or(Some(0)),
            Step::EnsureFilter => facts.filter = facts.filter.or(Some(0)),
            Step::EnsureDomain => facts.domain = facts.domain.or(Some(0)),
            Step::Start => {
                facts.reboot = None;
                facts.listening = (!facts.as_found).then_some(machine);
                facts.console_mark = mark;
                // Every reboot asked for so far is done by this start.
                self.seen.reboots_done = server.reboots;
                self.seen.greeting = None;
                self.seen.boot_id = None;
            }
            Step::Reboot | Step::Reset => {
                facts.reboot = Some(Asked { number: server.reboots, at: machine });
                facts.listening = (!facts.as_found).then_some(machine);
                facts.console_mark = mark;
            }
            _ => {}
        }
        self
    }

    /// What is known after a step was seen done.
    #[must_use]
    pub fn finish(mut self, step: Step, server: &Server, machine: Instant) -> Self {
        let facts = &mut self.seen.facts;
        match step {
            Step::EnsureVolume | Step::RestoreVolume => self.disk = DiskState::Present,
            Step::QuarantineVolume => self.disk = DiskState::Quarantined,
            Step::DropDisk => self.disk = DiskState::Deleted,
            Step::EnsureSeed => facts.seed = Some(server.generation),
            Step::EnsureFilter => facts.filter = Some(server.generation),
            Step::EnsureDomain => facts.domain = Some(server.generation),
            Step::Undefine => facts.domain = None,
            Step::RemoveFilter => facts.filter = None,
            Step::RemoveSeed => facts.seed = None,
            Step::ShutDown => {
                facts.asked = Some(Asked { number: server.generation, at: machine });
            }
            // Without a greeting nobody can see more than that the node did it.
            Step::Reboot if facts.console == Some(false) || self.seen.greeting.is_none() => {
                self = self.rebooted(server.reboots);
            }
            Step::Reset => self = self.rebooted(server.reboots),
            Step::ReleaseAddresses => self.addresses_held = false,
            _ => {}
        }
        self
    }

    /// The disk was there under neither name. One that never ran was never made;
    /// none of anybody else is ever taken for that.
    #[must_use]
    pub fn without_disk(mut self) -> Option<Self> {
        if self.seen.built {
            return None;
        }
        self.disk = DiskState::Planned;
        Some(self)
    }

    fn rebooted(mut self, number: i64) -> Self {
        self.seen.reboots_done = self.seen.reboots_done.max(number);
        self.seen.facts.reboot = None;
        self.seen.greeting = None;
        self.seen.boot_id = None;
        self
    }

    /// The console said something new since the start.
    #[must_use]
    pub fn greeted(mut self, greeting: &Greeting) -> Self {
        if let Some(asked) = self.seen.facts.reboot {
            self = self.rebooted(asked.number);
        }
        self.seen.greeting = Some(greeting.line.clone());
        self.seen.boot_id.clone_from(&greeting.boot_id);
        self.seen.facts.listening = None;
        self.seen.facts.console = Some(true);
        self
    }

    /// Nobody listens for a greeting any more. A reboot that no greeting can
    /// show counts as done.
    #[must_use]
    pub fn gave_up_listening(mut self, has_console: bool) -> Self {
        self.seen.facts.listening = None;
        self.seen.facts.console = Some(has_console);
        let shows = has_console && self.seen.greeting.is_some();
        if let Some(asked) = self.seen.facts.reboot.filter(|_| !shows) {
            self = self.rebooted(asked.number);
        }
        self
    }

    /// Whether a greeting was waited for long enough.
    #[must_use]
    pub fn is_deaf(&self, patience: Patience, machine: Instant) -> bool {
        match (self.seen.facts.reboot, self.seen.facts.listening) {
            (Some(asked), _) => self.seen.greeting.is_none() && is_over(asked.at, patience.reboot, machine),
            (None, Some(since)) => is_over(since, patience.greeting, machine),
            (None, None) => true,
        }
    }

    /// Nothing is left to do for this wish; true when the server was now seen
    /// running for the first time.
    pub fn settle(&mut self, server: &Server) -> bool {
        self.seen.generation = server.generation;
        self.seen.reboots_done = server.reboots;
        // Whoever finds it running again asks again, before the plug is pulled.
        self.seen.facts.asked = None;
        let is_first = !self.seen.built && self.seen.state == Seen::Running;
        self.seen.built |= is_first;
        is_first
    }
}

impl Observation {
    fn note_state(&mut self, state: Seen, now: Instant) {
        if self.state != state {
            self.state = state;
            self.changed_at = now;
        }
        self.observed_at = now;
    }
}

/// What a guest says when it is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// The line.
    pub line: String,
    /// The guest's id of this boot, where the line has one (`..., boot ...`).
    pub boot_id: Option<String>,
}

/// Marks the end of a console text.
#[must_use]
pub fn mark(console: &str) -> ConsoleMark {
    let mut from = console.len().saturating_sub(MARK_LENGTH);
    while !console.is_char_boundary(from) {
        from = from.saturating_add(1);
    }
    ConsoleMark { length: console.len(), end: console.get(from..).unwrap_or_default().to_owned() }
}

/// What a console says after a mark. `most` is how many bytes were asked for: a
/// text as long as that may have lost its beginning, so that only the marked
/// words themselves tell the place.
#[must_use]
pub fn after_mark<'c>(console: &'c str, mark: &ConsoleMark, most: usize) -> &'c str {
    if mark.end.is_empty() {
        return console;
    }
    if mark.length < most && console.len() < most {
        let is_same = console.get(..mark.length).is_some_and(|old| old.ends_with(&mark.end));
        return if is_same { console.get(mark.length..).unwrap_or_default() } else { console };
    }
    match console.find(&mark.end) {
        Some(at) => console.get(at.saturating_add(mark.end.len())..).unwrap_or_default(),
        None => console,
    }
}

/// The last greeting in a console text: the line by which our images say that
/// they are up, or one that asks to log in.
#[must_use]
pub fn find_greeting(console: &str) -> Option<Greeting> {
    let line = console.lines().rev().map(str::trim).find(|line| {
        let lower = line.to_lowercase();
        (lower.contains("hostwright guest ") && lower.contains(" is up")) || lower.ends_with(" login:")
    })?;
    let line: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
    let boot_id = line
        .split(", ")
        .find_map(|part| part.strip_prefix("boot "))
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned);
    Some(Greeting { line, boot_id })
}
