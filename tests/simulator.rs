//! Nodes in memory, for scale and for faults that a real node does not have on
//! demand: no answer, an answer lost after the effect, a guest that ignores its
//! power button, a list that is empty. What a node really does is tested on libvirt.
#![allow(clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use hostwright_kernel::{Clock, Instant};
use hostwright_panel::nodes::model::{Capacity, Hypervisor as Kind, Node, ProbeReport};
use hostwright_panel::nodes::ports::NodeProbe;
use hostwright_panel::platform::Error;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::worker::BoxFuture;
use hostwright_panel::servers::adoption::model::GuestFound;
use hostwright_panel::servers::model::{Seen, Usage};
use hostwright_panel::servers::ports::{Act, Acted, Answer, Guest, GuestSeen, Hypervisor, HypervisorError, NodeSeen};
use tokio::sync::Notify;

use crate::nameserver::NameServer;

mod found;

pub use found::a_guest;

/// Nodes in memory; cheap to share.
pub struct Simulator {
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
    /// Told whenever a fault stops a call for good.
    pub stopped: Notify,
    /// The name server beside the nodes.
    pub names: Arc<NameServer>,
}

#[derive(Default, Clone)]
struct Inner {
    nodes: BTreeMap<String, SimulatedNode>,
    faults: Vec<(Point, usize, Fault)>,
    done: Vec<(Instant, String, Act)>,
    calls: BTreeMap<Point, usize>,
    disobedient: BTreeSet<String>,
    mute: BTreeSet<String>,
}

#[derive(Default, Clone)]
struct SimulatedNode {
    silent: Option<Silence>,
    domains: BTreeMap<String, Domain>,
    volumes: BTreeSet<String>,
    seeds: BTreeMap<String, String>,
    filters: BTreeSet<String>,
    fences: BTreeMap<String, i64>,
    strangers: Vec<String>,
    /// Guests that somebody else made, by UUID; each has a domain.
    found: BTreeMap<String, GuestFound>,
    has_no_console: bool,
    hides_everything: bool,
}

/// A domain on a simulated node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// What it does.
    pub state: Seen,
    /// It shut itself down.
    pub stopped_cleanly: bool,
    /// How often it booted.
    pub boots: u32,
    /// How often it was reset by force.
    pub resets: u32,
    /// What it said.
    pub console: String,
}

/// A call that can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// A look at one guest.
    Observe,
    /// A look at a whole node.
    ObserveAll,
    /// A look at guests that are not ours.
    Survey,
    /// A look at a console.
    Console,
    /// A change, by its name in the order of [`Act`].
    Act(&'static str),
}

/// How a call goes wrong, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call never returns, as when the caller is killed.
    Stop {
        /// What was asked for was done all the same.
        after_effect: bool,
    },
    /// No answer in time.
    Timeout {
        /// What was asked for was done all the same.
        after_effect: bool,
    },
    /// The node says no.
    Refuse,
    /// The node cannot do that.
    Unsupported,
}

/// How a node is silent until told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// It cannot be reached.
    Unreachable,
    /// It takes too long.
    Timeout,
}

/// The name of an act, for [`Point::Act`].
#[must_use]
pub fn act_name(act: Act) -> &'static str {
    match act {
        Act::EnsureVolume => "ensure_volume",
        Act::EnsureSeed => "ensure_seed",
        Act::EnsureFilter => "ensure_filter",
        Act::EnsureDomain => "ensure_domain",
        Act::Start => "start",
        Act::ShutDown => "shut_down",
        Act::PowerOff => "power_off",
        Act::Reboot { force: false } => "reboot",
        Act::Reboot { force: true } => "reset",
        Act::Undefine => "undefine",
        Act::RemoveFilter => "remove_filter",
        Act::RemoveSeed => "remove_seed",
        Act::QuarantineVolume => "quarantine_volume",
        Act::RestoreVolume => "restore_volume",
        Act::DeleteVolume => "delete_volume",
    }
}

impl Simulator {
    /// Nodes with nothing on them; `clock` stamps what is done.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, inner: Mutex::new(Inner::default()), stopped: Notify::new(), names: Arc::default() }
    }

    /// The same nodes once more, as they are now.
    #[must_use]
    pub fn copy(&self, clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            inner: Mutex::new(self.with(|inner| inner.clone())),
            stopped: Notify::new(),
            names: Arc::default(),
        }
    }

    /// Everything that is on the nodes, one line for each thing.
    #[must_use]
    pub fn inventory(&self) -> Vec<String> {
        self.with(|inner| {
            let of_node = |node: &SimulatedNode| -> Vec<String> {
                let domains = node.domains.iter().map(|(uuid, domain)| format!("domain {uuid} {domain:?}"));
                let volumes = node.volumes.iter().map(|volume| format!("volume {volume}"));
                let seeds = node.seeds.iter().map(|(name, text)| format!("seed {name} {text}"));
                let filters = node.filters.iter().map(|filter| format!("filter {filter}"));
                domains.chain(volumes).chain(seeds).chain(filters).collect()
            };
            let nodes = inner.nodes.iter();
            nodes.flat_map(|(id, node)| of_node(node).into_iter().map(move |line| format!("{id} {line}"))).collect()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn on_domain<T>(&self, server: &str, work: impl FnOnce(&mut Domain) -> T) -> Option<T> {
        self.with(|inner| {
            let mut domains = inner.nodes.values_mut().flat_map(|node| node.domains.values_mut());
            domains.find(|domain| domain.name == server).map(work)
        })
    }

    /// The next call at this point goes wrong.
    pub fn fail_next(&self, point: Point, fault: Fault) {
        self.fail_at(point, 0, fault);
    }

    /// A call at this point goes wrong, after `passing` ones that do not.
    pub fn fail_at(&self, point: Point, passing: usize, fault: Fault) {
        self.with(|inner| inner.faults.push((point, passing, fault)));
    }

    /// A node stops to answer, or answers again.
    pub fn silence(&self, node_id: &str, silence: Option<Silence>) {
        self.with(|inner| inner.nodes.entry(node_id.to_owned()).or_default().silent = silence);
    }

    /// A node has no consoles.
    pub fn take_console(&self, node_id: &str) {
        self.with(|inner| inner.nodes.entry(node_id.to_owned()).or_default().has_no_console = true);
    }

    /// A node answers, and its lists are empty; or no longer.
    pub fn hide_everything(&self, node_id: &str, hides: bool) {
        self.with(|inner| inner.nodes.entry(node_id.to_owned()).or_default().hides_everything = hides);
    }

    /// The guest ignores its power button from now on.
    pub fn disobey(&self, server: &str) {
        self.with(|inner| inner.disobedient.insert(server.to_owned()));
    }

    /// The guest says nothing on its console from now on.
    pub fn mute(&self, server: &str) {
        self.with(|inner| inner.mute.insert(server.to_owned()));
    }

    /// Somebody inside shuts the guest down.
    pub fn stop_from_inside(&self, server: &str) {
        self.on_domain(server, |domain| {
            domain.state = Seen::ShutOff;
            domain.stopped_cleanly = true;
        });
    }

    /// The guest ends by a fault of its own.
    pub fn crash_guest(&self, server: &str) {
        self.on_domain(server, |domain| {
            domain.state = Seen::Crashed;
            domain.stopped_cleanly = false;
        });
    }

    /// Every guest of the node is off, as after a power cut.
    pub fn restart_node(&self, node_id: &str) {
        self.with(|inner| {
            for domain in inner.nodes.entry(node_id.to_owned()).or_default().domains.values_mut() {
                domain.state = Seen::ShutOff;
                domain.stopped_cleanly = false;
            }
        });
    }

    /// Somebody else's domain and a volume of ours that belongs to nobody.
    pub fn leave_behind(&self, node_id: &str, domain: &str, volume: &str) {
        self.with(|inner| {
            let node = inner.nodes.entry(node_id.to_owned()).or_default();
            node.strangers.push(domain.to_owned());
            node.volumes.insert(volume.to_owned());
        });
    }

    /// Takes a volume away behind our back.
    pub fn lose_volume(&self, node_id: &str, volume: &str) {
        self.with(|inner| inner.nodes.entry(node_id.to_owned()).or_default().volumes.remove(volume));
    }

    /// The domain of a server.
    #[must_use]
    pub fn domain(&self, server: &str) -> Option<Domain> {
        self.on_domain(server, |domain| domain.clone())
    }

    /// Every volume of a node.
    #[must_use]
    pub fn volumes(&self, node_id: &str) -> Vec<String> {
        self.with(|inner| {
            let node = inner.nodes.entry(node_id.to_owned()).or_default();
            node.volumes.iter().cloned().collect()
        })
    }

    /// The addresses in a seed.
    #[must_use]
    pub fn seed(&self, node_id: &str, name: &str) -> Option<String> {
        self.with(|inner| inner.nodes.entry(node_id.to_owned()).or_default().seeds.get(name).cloned())
    }

    /// Volumes, seeds and filters of a server, with `#` for its id.
    #[must_use]
    pub fn things_of(&self, server: &str) -> Vec<String> {
        self.with(|inner| {
            let nodes = inner.nodes.values();
            let things = nodes.flat_map(|node| node.volumes.iter().chain(node.seeds.keys()).chain(&node.filters));
            let own = things.filter(|thing| thing.contains(server));
            own.map(|thing| thing.replace(server, "#")).collect()
        })
    }

    /// What was done to a server, in order, by name.
    #[must_use]
    pub fn acts(&self, server: &str) -> Vec<&'static str> {
        self.with(|inner| {
            let of_server = inner.done.iter().filter(|(_, name, _)| name == server);
            of_server.map(|(_, _, act)| act_name(*act)).collect()
        })
    }

    /// Forgets what was done, so that a long run holds no more than a short one.
    pub fn forget(&self) {
        self.with(|inner| inner.done.clear());
    }

    /// How many calls there were at a point.
    #[must_use]
    pub fn calls(&self, point: Point) -> usize {
        self.with(|inner| inner.calls.get(&point).copied().unwrap_or(0))
    }

    /// Goes wrong before or after the effect, as told.
    async fn answer<T>(
        &self,
        node: &Node,
        point: Point,
        effect: impl FnOnce(&mut Inner) -> Answer<T> + Send,
    ) -> Answer<T> {
        let (silent, fault) = self.with(|inner| {
            *inner.calls.entry(point).or_default() += 1;
            let silent = inner.nodes.entry(node.id.to_string()).or_default().silent;
            let place = inner.faults.iter().position(|(at, ..)| *at == point);
            let fault = place.and_then(|place| match &mut inner.faults[place].1 {
                0 => Some(inner.faults.remove(place).2),
                passing => {
                    *passing -= 1;
                    None
                }
            });
            (silent, fault)
        });
        match silent {
            Some(Silence::Unreachable) => return Err(HypervisorError::Unreachable("connection refused".to_owned())),
            Some(Silence::Timeout) => return Err(HypervisorError::Timeout("20 s have passed".to_owned())),
            None => {}
        }
        let late = matches!(fault, Some(Fault::Stop { after_effect: true } | Fault::Timeout { after_effect: true }));
        match fault {
            None => self.with(effect),
            Some(Fault::Refuse) => {
                Err(HypervisorError::Refused { code: "node_failed".to_owned(), text: "internal error".to_owned() })
            }
            Some(Fault::Unsupported) => Err(HypervisorError::Unsupported("acpi_shutdown".to_owned())),
            Some(fault) => {
                if late {
                    let _lost = self.with(effect);
                }
                if matches!(fault, Fault::Timeout { .. }) {
                    return Err(HypervisorError::Timeout("20 s have passed".to_owned()));
                }
                self.stopped.notify_one();
                std::future::pending().await
            }
        }
    }
}

impl NodeProbe for Simulator {
    fn probe(&self, node: Node) -> BoxFuture<'_, Result<ProbeReport>> {
        Box::pin(async move {
            let silent = self.with(|inner| inner.nodes.entry(node.id.to_string()).or_default().silent);
            if silent.is_some() {
                return Err(Error::Unavailable("connection refused".to_owned()));
            }
            Ok(ProbeReport {
                hypervisor: if node.hypervisor == Kind::Xen { Kind::Xen } else { node.hypervisor },
                hypervisor_version: None,
                libvirt_version: "9.0.0".to_owned(),
                hostname: node.name,
                architecture: Some("x86_64".to_owned()),
                totals: Capacity { vcpus: 64, memory_mib: 65_536, disk_gib: 1_000 },
                supports: vec!["acpi_shutdown".to_owned(), "console".to_owned()],
                problems: Vec::new(),
            })
        })
    }
}

impl Hypervisor for Simulator {
    fn observe<'a>(&'a self, node: &'a Node, guest: &'a Guest) -> BoxFuture<'a, Answer<GuestSeen>> {
        Box::pin(self.answer(node, Point::Observe, move |inner| {
            let domain = inner.node(node).domains.get(&guest.uuid).cloned();
            Ok(seen(domain.as_ref()))
        }))
    }

    fn observe_all<'a>(&'a self, node: &'a Node) -> BoxFuture<'a, Answer<NodeSeen>> {
        Box::pin(self.answer(node, Point::ObserveAll, move |inner| {
            let node = inner.node(node);
            if node.hides_everything {
                return Ok(NodeSeen::default());
            }
            let (found, guests): (Vec<_>, Vec<_>) = node
                .domains
                .iter()
                .map(|(uuid, domain)| (uuid.clone(), domain.name.clone(), seen(Some(domain))))
                .partition(|(uuid, ..)| node.found.contains_key(uuid));
            let nameless = node.strangers.iter().map(|name| (name.clone(), name.clone(), seen(None)));
            Ok(NodeSeen {
                guests,
                strangers: nameless.chain(found).collect(),
                volumes: node.volumes.iter().chain(node.seeds.keys()).cloned().collect(),
            })
        }))
    }

    fn survey<'a>(&'a self, node: &'a Node, only: Option<&'a str>) -> BoxFuture<'a, Answer<Vec<GuestFound>>> {
        Box::pin(self.answer(node, Point::Survey, move |inner| Ok(inner.node(node).found(only))))
    }

    fn act<'a>(&'a self, node: &'a Node, guest: &'a Guest, act: Act, fence: i64) -> BoxFuture<'a, Answer<Acted>> {
        let now = self.clock.now();
        Box::pin(self.answer(node, Point::Act(act_name(act)), move |inner| {
            let obeys = !inner.disobedient.contains(&guest.name);
            let speaks = !inner.mute.contains(&guest.name);
            let highest = inner.node(node).fences.entry(guest.uuid.clone()).or_default();
            if fence < *highest {
                return Err(HypervisorError::Fenced);
            }
            *highest = fence;
            let acted = inner.node(node).obey(guest, act, obeys, speaks)?;
            inner.done.push((now, guest.name.clone(), act));
            Ok(acted)
        }))
    }

    fn console_tail<'a>(&'a self, node: &'a Node, guest: &'a Guest, bytes: u32) -> BoxFuture<'a, Answer<String>> {
        Box::pin(self.answer(node, Point::Console, move |inner| {
            let node = inner.node(node);
            if node.has_no_console {
                return Err(HypervisorError::Unsupported("console".to_owned()));
            }
            let Some(domain) = node.domains.get(&guest.uuid) else {
                return Err(HypervisorError::Missing(format!("domain {}", guest.name)));
            };
            let most = usize::try_from(bytes).unwrap_or(usize::MAX);
            let from = domain.console.len().saturating_sub(most);
            Ok(domain.console.get(from..).unwrap_or_default().to_owned())
        }))
    }
}

fn seen(domain: Option<&Domain>) -> GuestSeen {
    let state = domain.map_or(Seen::Absent, |domain| domain.state);
    GuestSeen {
        state,
        stopped_cleanly: domain.is_some_and(|domain| domain.stopped_cleanly),
        usage: (state == Seen::Running).then(Usage::default),
    }
}

impl Inner {
    fn node(&mut self, node: &Node) -> &mut SimulatedNode {
        self.nodes.entry(node.id.to_string()).or_default()
    }
}

impl SimulatedNode {
    fn obey(&mut self, guest: &Guest, act: Act, obeys: bool, speaks: bool) -> Answer<Acted> {
        if let Some(note) = self.leaves_as_found(guest, act)? {
            return Ok(Acted { changed: false, note: note.to_owned() });
        }
        let changed = match act {
            Act::EnsureVolume => self.volumes.insert(guest.disk_name.clone()),
            Act::EnsureSeed => {
                let addresses: Vec<String> = guest.addresses.iter().map(|one| one.address.to_string()).collect();
                let text = addresses.join(" ");
                self.seeds.insert(guest.seed_name.clone(), text.clone()) != Some(text)
            }
            Act::EnsureFilter => self.filters.insert(guest.filter_name.clone()),
            Act::EnsureDomain => {
                if guest.found.is_none() && !self.volumes.contains(&guest.disk_name) {
                    return Err(HypervisorError::Missing(format!("volume {}", guest.disk_name)));
                }
                self.define(guest)
            }
            Act::RemoveFilter => self.filters.remove(&guest.filter_name),
            Act::RemoveSeed => self.seeds.remove(&guest.seed_name).is_some(),
            Act::QuarantineVolume => self.rename(&guest.disk_name, &guest.quarantine_name)?,
            Act::RestoreVolume => self.rename(&guest.quarantine_name, &guest.disk_name)?,
            Act::DeleteVolume => self.volumes.remove(&guest.quarantine_name),
            Act::Undefine => match self.domains.get(&guest.uuid) {
                None => false,
                Some(domain) if domain.state == Seen::ShutOff => self.domains.remove(&guest.uuid).is_some(),
                Some(_) => {
                    return Err(HypervisorError::Refused {
                        code: "node_conflict".to_owned(),
                        text: "a guest must be seen stopped first".to_owned(),
                    });
                }
            },
            Act::PowerOff => match self.domains.get_mut(&guest.uuid) {
                None => false,
                Some(domain) => domain.stop(false),
            },
            Act::Start | Act::ShutDown | Act::Reboot { .. } => {
                let Some(domain) = self.domains.get_mut(&guest.uuid) else {
                    return Err(HypervisorError::Missing(format!("domain {}", guest.name)));
                };
                match act {
                    Act::Start => domain.start(guest, speaks),
                    Act::ShutDown => obeys && domain.stop(true),
                    Act::Reboot { force } if force || obeys => {
                        domain.resets += u32::from(force);
                        domain.boot(guest, speaks);
                        true
                    }
                    _ => false,
                }
            }
        };
        Ok(Acted { changed, note: if changed { "done" } else { "was so already" }.to_owned() })
    }

    fn define(&mut self, guest: &Guest) -> bool {
        if self.domains.contains_key(&guest.uuid) {
            return false;
        }
        let domain = Domain {
            name: guest.name.clone(),
            state: Seen::ShutOff,
            stopped_cleanly: false,
            boots: 0,
            resets: 0,
            console: String::new(),
        };
        self.domains.insert(guest.uuid.clone(), domain);
        true
    }

    fn rename(&mut self, from: &str, to: &str) -> Answer<bool> {
        if self.volumes.remove(from) {
            Ok(self.volumes.insert(to.to_owned()))
        } else if self.volumes.contains(to) {
            Ok(false)
        } else {
            Err(HypervisorError::Missing(format!("volume {from}")))
        }
    }
}

impl Domain {
    fn start(&mut self, guest: &Guest, speaks: bool) -> bool {
        match self.state {
            Seen::Running => false,
            Seen::Paused => {
                self.state = Seen::Running;
                true
            }
            _ => {
                self.boot(guest, speaks);
                true
            }
        }
    }

    fn boot(&mut self, guest: &Guest, speaks: bool) {
        self.state = Seen::Running;
        self.stopped_cleanly = false;
        self.boots += 1;
        if speaks {
            let address = guest.addresses.first().map_or("none".to_owned(), |one| one.address.to_string());
            let line = format!("HOSTWRIGHT guest {} is up, address {address}, boot {}\n", guest.hostname, self.boots);
            self.console.push_str(&line);
        }
    }

    fn stop(&mut self, cleanly: bool) -> bool {
        let was = !matches!(self.state, Seen::ShutOff | Seen::Absent);
        if was {
            self.state = Seen::ShutOff;
            self.stopped_cleanly = cleanly;
        }
        was
    }
}
