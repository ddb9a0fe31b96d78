//! The panel's hypervisor port over the node library: words of one side become
//! words of the other, and nothing is decided here.

use std::collections::HashMap;
use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use hostwright_node::{
    Acceleration, Artifact, Boot, Cidr, Command, Counters, DiskSource, GuestRef, GuestSpec, GuestState, GuestStep,
    Hypervisor as Driver, ImageParts, ImageRef, Node as Link, NodeConfig, NodeError, Observed, Report, SeedSpec,
    StrangerFacts, Uplink, VolumeFormat, XenKind,
};
use hostwright_panel::images::model::Boot as ImageBoot;
use hostwright_panel::nodes::model::{
    Acceleration as NodeAcceleration, Capacity, Hypervisor as NodeHypervisor, Node, ProbeReport,
};
use hostwright_panel::nodes::ports::NodeProbe;
use hostwright_panel::platform::Error;
use hostwright_panel::platform::worker::BoxFuture;
use hostwright_panel::servers::adoption::model::GuestFound;
use hostwright_panel::servers::model::{Seen, Usage};
use hostwright_panel::servers::ports::{
    Act, Acted, Answer, AsFound, Guest, GuestSeen, Hypervisor, HypervisorError, NodeSeen,
};

use crate::survey;

/// libvirt's reason for a guest that is off because it shut itself down.
const SHUT_DOWN_BY_ITSELF: i32 = 1;
/// The images' one version: an image that is registered never changes.
const IMAGE_VERSION: &str = "1";

/// Nodes reached through libvirt, each with its own connection and threads.
pub struct Libvirt {
    state_dir: PathBuf,
    links: Mutex<HashMap<String, (NodeConfig, Link)>>,
}

impl Libvirt {
    /// Nodes that keep their fencing numbers and console logs below `state_dir`,
    /// which must survive a restart.
    #[must_use]
    pub fn new(state_dir: PathBuf) -> Self {
        Self { state_dir, links: Mutex::new(HashMap::new()) }
    }

    /// The link to a node; a new one when it was registered anew.
    fn link(&self, node: &Node) -> Answer<Link> {
        let own = self.state_dir.join(node.id.as_str());
        let mut config = NodeConfig::new(node.name.clone(), node.uri.clone(), own.clone());
        config.acceleration = match node.acceleration {
            NodeAcceleration::Kvm => Acceleration::Kvm,
            NodeAcceleration::Emulation => Acceleration::Emulated,
        };
        // A log is only of use where its path means the same file for both.
        if is_this_machine(&node.uri) {
            config.console_dir = Some(own.join("console"));
        }
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, link)) = links.get(node.id.as_str())
            && *known == config
        {
            return Ok(link.clone());
        }
        if let Some(folder) = &config.console_dir {
            std::fs::create_dir_all(folder).map_err(|error| refused("panel_folder", &error))?;
        }
        let link = Link::offline(config.clone()).map_err(told)?;
        links.insert(node.id.to_string(), (config, link.clone()));
        Ok(link)
    }

    async fn perform(&self, node: &Node, command: Command) -> Answer<Report> {
        let link = self.link(node)?;
        link.perform(command).await.map_err(told)
    }

    async fn step(&self, node: &Node, guest: &Guest, fence: i64, step: GuestStep) -> Answer<Acted> {
        let command = Command::Guest { guest: reference(guest), fence: u64::try_from(fence).unwrap_or(0), step };
        self.perform(node, command).await.map(|report| acted(&report))
    }

    /// An act on a guest that was taken over: what would give it another definition is left out.
    async fn act_as_found(&self, node: &Node, guest: &Guest, found: &AsFound, act: Act, fence: i64) -> Answer<Acted> {
        let left = |note: String| Ok(Acted { changed: false, note });
        let (volume, quarantine) = (guest.disk_name.clone(), guest.quarantine_name.clone());
        let step = match act {
            Act::EnsureVolume | Act::EnsureSeed | Act::EnsureFilter | Act::RemoveFilter | Act::RemoveSeed => {
                return left("left as it was found".to_owned());
            }
            Act::EnsureDomain => GuestStep::EnsureAsFound { document: found.document.clone() },
            Act::Start => GuestStep::Start,
            Act::ShutDown => GuestStep::Shutdown,
            Act::PowerOff => GuestStep::PowerOff,
            Act::Reboot { force } => GuestStep::Reboot { force },
            Act::Undefine => GuestStep::EnsureUndefined,
            Act::QuarantineVolume | Act::RestoreVolume | Act::DeleteVolume => {
                let Some(pool) = found.pool.clone() else {
                    return left(format!("{volume} is in no storage pool and stays where it is"));
                };
                match act {
                    Act::QuarantineVolume => GuestStep::QuarantineVolume { pool, volume, quarantine },
                    Act::RestoreVolume => GuestStep::RestoreVolume { pool, volume, quarantine },
                    _ => GuestStep::DeleteVolume { pool, volume: quarantine },
                }
            }
        };
        self.step(node, guest, fence, step).await
    }

    /// Brings the image, and makes the disk from it.
    async fn ensure_volume(&self, node: &Node, guest: &Guest, fence: i64) -> Answer<Acted> {
        let source = match &guest.image.disk {
            None => DiskSource::Empty,
            Some(disk) => {
                let disk = PathBuf::from(disk);
                let image = image_reference(guest);
                let command = Command::EnsureImage {
                    pool: node.pool.clone(),
                    image: image.clone(),
                    parts: ImageParts {
                        format: format_of(&disk),
                        disk,
                        kernel: guest.image.kernel.as_ref().map(PathBuf::from),
                        initrd: guest.image.initrd.as_ref().map(PathBuf::from),
                    },
                };
                self.perform(node, command).await?;
                DiskSource::Image { image }
            }
        };
        let step = GuestStep::EnsureVolume {
            pool: node.pool.clone(),
            volume: guest.disk_name.clone(),
            source,
            bytes: u64::try_from(guest.disk_gib).unwrap_or(0).saturating_mul(1 << 30),
        };
        self.step(node, guest, fence, step).await
    }
}

impl Hypervisor for Libvirt {
    fn observe<'a>(&'a self, node: &'a Node, guest: &'a Guest) -> BoxFuture<'a, Answer<GuestSeen>> {
        Box::pin(async move {
            let command = Command::ObserveGuest { guest: reference(guest) };
            match self.perform(node, command).await? {
                Report::Guest(observed) => Ok(seen(&observed)),
                other => Err(unexpected(&other)),
            }
        })
    }

    fn observe_all<'a>(&'a self, node: &'a Node) -> BoxFuture<'a, Answer<NodeSeen>> {
        Box::pin(async move {
            let command = Command::ObserveAll { pool: Some(node.pool.clone()) };
            match self.perform(node, command).await? {
                Report::Inventory(inventory) => Ok(NodeSeen {
                    guests: inventory
                        .guests
                        .iter()
                        .map(|one| (one.guest.uuid.clone(), one.guest.name.clone(), seen(one)))
                        .collect(),
                    strangers: inventory.strangers.into_iter().map(stranger).collect(),
                    volumes: inventory.volumes.into_iter().map(|one| one.name).collect(),
                }),
                other => Err(unexpected(&other)),
            }
        })
    }

    fn survey<'a>(&'a self, node: &'a Node, only: Option<&'a str>) -> BoxFuture<'a, Answer<Vec<GuestFound>>> {
        Box::pin(async move {
            let command = Command::Survey { only: only.map(str::to_owned) };
            match self.perform(node, command).await? {
                Report::Found(guests) => Ok(guests.into_iter().map(survey::found).collect()),
                other => Err(unexpected(&other)),
            }
        })
    }

    fn act<'a>(&'a self, node: &'a Node, guest: &'a Guest, act: Act, fence: i64) -> BoxFuture<'a, Answer<Acted>> {
        Box::pin(async move {
            if let Some(found) = &guest.found {
                return self.act_as_found(node, guest, found, act, fence).await;
            }
            let pool = node.pool.clone();
            let step = match act {
                Act::EnsureVolume => return self.ensure_volume(node, guest, fence).await,
                Act::EnsureSeed => GuestStep::EnsureSeed { pool, volume: guest.seed_name.clone(), seed: seed(guest)? },
                Act::EnsureFilter => GuestStep::EnsureFilter {
                    filter: guest.filter_name.clone(),
                    mac: guest.mac.clone(),
                    addresses: guest.addresses.iter().map(|one| one.address).collect(),
                },
                Act::EnsureDomain => GuestStep::EnsureDomain { spec: Box::new(spec(node, guest)?) },
                Act::Start => GuestStep::Start,
                Act::ShutDown => GuestStep::Shutdown,
                Act::PowerOff => GuestStep::PowerOff,
                Act::Reboot { force } => GuestStep::Reboot { force },
                Act::Undefine => GuestStep::EnsureUndefined,
                Act::RemoveFilter => GuestStep::EnsureNoFilter { filter: guest.filter_name.clone() },
                Act::RemoveSeed => GuestStep::DeleteVolume { pool, volume: guest.seed_name.clone() },
                Act::QuarantineVolume => GuestStep::QuarantineVolume {
                    pool,
                    volume: guest.disk_name.clone(),
                    quarantine: guest.quarantine_name.clone(),
                },
                Act::RestoreVolume => GuestStep::RestoreVolume {
                    pool,
                    volume: guest.disk_name.clone(),
                    quarantine: guest.quarantine_name.clone(),
                },
                Act::DeleteVolume => GuestStep::DeleteVolume { pool, volume: guest.quarantine_name.clone() },
            };
            self.step(node, guest, fence, step).await
        })
    }

    fn console_tail<'a>(&'a self, node: &'a Node, guest: &'a Guest, bytes: u32) -> BoxFuture<'a, Answer<String>> {
        Box::pin(async move {
            let command = Command::ConsoleTail { guest: reference(guest), bytes };
            match self.perform(node, command).await? {
                Report::Console(console) => Ok(console.text),
                Report::Skipped { needs } => Err(HypervisorError::Unsupported(needs.to_string())),
                other => Err(unexpected(&other)),
            }
        })
    }
}

impl NodeProbe for Libvirt {
    fn probe(&self, node: Node) -> BoxFuture<'_, Result<ProbeReport, Error>> {
        Box::pin(async move {
            let unavailable = |error: HypervisorError| Error::Unavailable(error.to_string());
            let command = Command::Probe { pool: Some(node.pool.clone()) };
            let capabilities = match self.perform(&node, command).await.map_err(unavailable)? {
                Report::Capabilities(capabilities) => capabilities,
                other => return Err(unavailable(unexpected(&other))),
            };
            let mut problems = Vec::new();
            if capabilities.storage.is_none() {
                problems.push(format!("it has no running storage pool {}", node.pool));
            }
            let bytes = |bytes: u64, unit: u64| i64::try_from(bytes.checked_div(unit).unwrap_or(0)).unwrap_or(i64::MAX);
            Ok(ProbeReport {
                hypervisor: match capabilities.hypervisor {
                    Driver::Xen => NodeHypervisor::Xen,
                    Driver::Test => NodeHypervisor::Test,
                    Driver::Qemu | Driver::Other => NodeHypervisor::Kvm,
                },
                hypervisor_version: capabilities.hypervisor_version,
                libvirt_version: capabilities.libvirt_version,
                hostname: capabilities.hostname,
                architecture: capabilities.architecture,
                totals: Capacity {
                    vcpus: i64::from(capabilities.host_cpus),
                    memory_mib: bytes(capabilities.memory_bytes, 1 << 20),
                    disk_gib: capabilities.storage.map_or(0, |storage| bytes(storage.total_bytes, 1 << 30)),
                },
                supports: capabilities.supports.iter().map(ToString::to_string).collect(),
                problems,
            })
        })
    }
}

fn reference(guest: &Guest) -> GuestRef {
    GuestRef { uuid: guest.uuid.clone(), name: guest.name.clone(), adopted: guest.found.is_some() }
}

fn image_reference(guest: &Guest) -> ImageRef {
    ImageRef { name: guest.image.id.to_string(), version: IMAGE_VERSION.to_owned() }
}

fn seed(guest: &Guest) -> Answer<SeedSpec> {
    let first = guest.addresses.first().ok_or_else(|| no_address(guest))?;
    let mut gateways: Vec<IpAddr> = Vec::new();
    let mut dns: Vec<IpAddr> = Vec::new();
    for address in &guest.addresses {
        if !gateways.iter().any(|known| known.is_ipv4() == address.gateway.is_ipv4()) {
            gateways.push(address.gateway);
        }
        dns.extend(address.resolvers.iter().filter(|one| !dns.contains(one)).copied().collect::<Vec<_>>());
    }
    let label = guest.hostname.split('.').next().unwrap_or_default();
    Ok(SeedSpec {
        // Another address makes the guest apply everything anew.
        instance_id: format!("{}-{}", guest.uuid, first.address),
        hostname: label.to_owned(),
        ssh_keys: guest.ssh_keys.clone(),
        mac: guest.mac.clone(),
        addresses: guest.addresses.iter().map(|one| Cidr { address: one.address, prefix: one.prefix }).collect(),
        gateways,
        dns,
    })
}

fn spec(node: &Node, guest: &Guest) -> Answer<GuestSpec> {
    let size = |number: i64| u64::try_from(number).map_err(|fault| refused("panel_size", &fault));
    Ok(GuestSpec {
        vcpus: u32::try_from(guest.vcpus).map_err(|fault| refused("panel_size", &fault))?,
        memory_mib: size(guest.memory_mib)?,
        pool: node.pool.clone(),
        disk: guest.disk_name.clone(),
        seed: Some(guest.seed_name.clone()),
        mac: guest.mac.clone(),
        uplink: Uplink::Network { network: node.network.clone() },
        filter: Some(guest.filter_name.clone()),
        boot: boot(guest)?,
        xen: XenKind::default(),
    })
}

fn boot(guest: &Guest) -> Answer<Boot> {
    let image = &guest.image;
    if image.boot == ImageBoot::Disk {
        return Ok(Boot::Disk);
    }
    let kernel =
        image.kernel.as_ref().ok_or_else(|| HypervisorError::Missing(format!("kernel of image {}", image.name)))?;
    // With a disk, all parts were brought into the pool; without, they are files there.
    let volumes = image.disk.as_ref().map(|_| image_reference(guest));
    let part = |path: &String, volume: fn(&ImageRef) -> String| match &volumes {
        Some(image) => Artifact::Volume { volume: volume(image) },
        None => Artifact::File { path: PathBuf::from(path) },
    };
    Ok(Boot::Direct {
        kernel: part(kernel, ImageRef::kernel_volume),
        initrd: image.initrd.as_ref().map(|path| part(path, ImageRef::initrd_volume)),
        cmdline: image.command_line.clone(),
    })
}

fn seen(observed: &Observed) -> GuestSeen {
    look(observed.state, observed.reason, observed.counters.as_ref())
}

/// A guest without our mark: it may have been taken over.
fn stranger(one: StrangerFacts) -> (String, String, GuestSeen) {
    let seen = look(one.state, one.reason, one.counters.as_ref());
    (one.guest.uuid, one.guest.name, seen)
}

fn look(seen: GuestState, reason: i32, counters: Option<&Counters>) -> GuestSeen {
    GuestSeen {
        state: state(seen),
        stopped_cleanly: seen == GuestState::ShutOff && reason == SHUT_DOWN_BY_ITSELF,
        usage: counters.map(usage),
    }
}

/// What a guest does, in the panel's words.
pub(crate) fn state(seen: GuestState) -> Seen {
    match seen {
        GuestState::Running => Seen::Running,
        GuestState::Paused => Seen::Paused,
        GuestState::ShutOff => Seen::ShutOff,
        GuestState::Crashed => Seen::Crashed,
        GuestState::Absent => Seen::Absent,
        GuestState::Unknown => Seen::Unknown,
    }
}

fn usage(counters: &Counters) -> Usage {
    let nets = || counters.net.iter();
    let blocks = || counters.block.iter();
    Usage {
        cpu_milliseconds: counters.cpu_nanoseconds.map(|nanoseconds| nanoseconds.checked_div(1_000_000).unwrap_or(0)),
        memory_bytes: counters.memory_resident_bytes.or(counters.memory_bytes),
        received_bytes: Some(nets().fold(0, |sum, one| sum.saturating_add(one.received_bytes))),
        sent_bytes: Some(nets().fold(0, |sum, one| sum.saturating_add(one.sent_bytes))),
        read_bytes: Some(blocks().fold(0, |sum, one| sum.saturating_add(one.read_bytes))),
        written_bytes: Some(blocks().fold(0, |sum, one| sum.saturating_add(one.written_bytes))),
    }
}

fn acted(report: &Report) -> Acted {
    let (changed, note) = match report {
        Report::Guest(observed) => {
            let left_out: Vec<&str> = observed.left_out.iter().map(|one| one.as_str()).collect();
            let without =
                if left_out.is_empty() { String::new() } else { format!(", without {}", left_out.join(" and ")) };
            (observed.changed, format!("seen {}{without}", seen(observed).state))
        }
        Report::Volume(volume) => (volume.changed, format!("{} of {} bytes", volume.name, volume.capacity_bytes)),
        Report::Ensured { changed } => (*changed, if *changed { "done" } else { "was so already" }.to_owned()),
        Report::Skipped { needs } => (false, format!("left out: this node has no {needs}")),
        Report::Image(image) => (image.changed, image.disk_volume.clone()),
        Report::Capabilities(_) | Report::Inventory(_) | Report::Found(_) | Report::Console(_) => {
            (false, String::new())
        }
    };
    Acted { changed, note }
}

fn told(error: NodeError) -> HypervisorError {
    let code = error.code();
    let text = error.to_string();
    match error {
        NodeError::Unreachable { detail } => HypervisorError::Unreachable(detail),
        NodeError::Timeout { .. } | NodeError::Degraded { .. } => HypervisorError::Timeout(text),
        NodeError::Fenced { .. } => HypervisorError::Fenced,
        NodeError::Unsupported { needs } => HypervisorError::Unsupported(needs.to_string()),
        NodeError::NotFound { what, name } if what == "volume" || what == "domain" => {
            HypervisorError::Missing(format!("{what} {name}"))
        }
        NodeError::NotFound { .. }
        | NodeError::Conflict { .. }
        | NodeError::Invalid { .. }
        | NodeError::Failed { .. } => HypervisorError::Refused { code: code.to_owned(), text },
    }
}

fn refused(code: &str, fault: &dyn std::fmt::Display) -> HypervisorError {
    HypervisorError::Refused { code: code.to_owned(), text: fault.to_string() }
}

fn no_address(guest: &Guest) -> HypervisorError {
    refused("panel_no_address", &format!("server {} has no address", guest.name))
}

fn unexpected(report: &Report) -> HypervisorError {
    refused("node_answer", &format!("the node answered something else: {report:?}"))
}

/// The address names no other host, so that paths mean the same files.
fn is_this_machine(uri: &str) -> bool {
    uri.split_once("://").is_some_and(|(_, rest)| rest.starts_with('/'))
}

/// By the first bytes where the file can be read, else by its name.
fn format_of(disk: &Path) -> VolumeFormat {
    let mut first = [0_u8; 4];
    let is_qcow2 = match std::fs::File::open(disk).and_then(|mut file| file.read_exact(&mut first)) {
        Ok(()) => first == *b"QFI\xfb",
        Err(_unreadable) => disk.extension().is_some_and(|extension| extension == "qcow2"),
    };
    if is_qcow2 { VolumeFormat::Qcow2 } else { VolumeFormat::Raw }
}
