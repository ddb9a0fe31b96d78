//! What a node can be told, and what it answers. Everything here travels as JSON.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::capability::{Capabilities, Capability};
use crate::error::NodeError;
use crate::found::FoundGuest;
use crate::observed::{ConsoleText, ImageFacts, Inventory, Observed, VolumeFacts};

/// The answer to a [`Command`].
pub type Outcome = Result<Report, NodeError>;

/// One instruction to a node. Every one may be repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Ask what the node can do. Answers [`Report::Capabilities`].
    Probe {
        /// The pool whose space is reported, if it exists.
        pool: Option<String>,
    },
    /// Look at one guest. Absence is a state, not an error. Answers [`Report::Guest`].
    ObserveGuest {
        /// The guest.
        guest: GuestRef,
    },
    /// Look at everything. Answers [`Report::Inventory`].
    ObserveAll {
        /// The pool whose volumes are listed, if it exists.
        pool: Option<String>,
    },
    /// Learn all there is to learn of the domains without our mark, changing nothing.
    /// Answers [`Report::Found`].
    Survey {
        /// Only the domain of this UUID, if it is there.
        only: Option<String>,
    },
    /// Make a folder pool, running and started with the host. Answers [`Report::Ensured`].
    EnsurePool {
        /// The pool's name.
        pool: String,
        /// Its folder on the node.
        path: PathBuf,
    },
    /// Copy an image into the pool, once per version. Answers [`Report::Image`].
    EnsureImage {
        /// The pool.
        pool: String,
        /// Which image and version; content never changes under one version.
        image: ImageRef,
        /// The files, on the machine that performs this command.
        parts: ImageParts,
    },
    /// Make a network for guests. Answers [`Report::Ensured`].
    EnsureNetwork {
        /// The network's name.
        network: String,
        /// What kind of network.
        kind: NetworkKind,
    },
    /// Read the end of a guest's console. Answers [`Report::Console`], or [`Report::Skipped`].
    ConsoleTail {
        /// The guest.
        guest: GuestRef,
        /// At most this many bytes.
        bytes: u32,
    },
    /// Change something that belongs to one guest.
    Guest {
        /// The guest.
        guest: GuestRef,
        /// Fencing number; lower than the highest seen for this guest is refused.
        fence: u64,
        /// What to do.
        step: GuestStep,
    },
}

/// A change to one guest. Volume names must contain the guest's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum GuestStep {
    /// Make the guest's disk, at least this large. Never shrinks. Answers [`Report::Volume`].
    EnsureVolume {
        /// The pool.
        pool: String,
        /// The volume's name.
        volume: String,
        /// Where the content comes from.
        source: DiskSource,
        /// Size the guest sees, in bytes.
        bytes: u64,
    },
    /// Make the small volume with host name, keys and addresses. Answers [`Report::Volume`].
    EnsureSeed {
        /// The pool.
        pool: String,
        /// The volume's name.
        volume: String,
        /// What the guest reads at start.
        seed: SeedSpec,
    },
    /// Make the filter that stops forged addresses. Answers [`Report::Ensured`] or [`Report::Skipped`].
    EnsureFilter {
        /// The filter's name.
        filter: String,
        /// The one hardware address the guest may use.
        mac: String,
        /// The addresses the guest may use. A family without an address is dropped entirely.
        addresses: Vec<IpAddr>,
    },
    /// Define the guest, or redefine it if it differs. Answers [`Report::Guest`].
    EnsureDomain {
        /// The guest as it should be.
        spec: Box<GuestSpec>,
    },
    /// Define a guest that was taken over as it was found, if it is gone. One that is there is
    /// left alone, whatever its definition says. Answers [`Report::Guest`].
    EnsureAsFound {
        /// Its stored definition when it was taken over.
        document: String,
    },
    /// Make it run. Answers [`Report::Guest`] with what was seen afterwards.
    Start,
    /// Press the power button. The guest may take its time or ignore it: observe afterwards.
    Shutdown,
    /// Pull the plug. Answers [`Report::Guest`].
    PowerOff,
    /// Restart the guest. Repeating it restarts again. Answers [`Report::Guest`].
    Reboot {
        /// True: reset at once. False: ask the guest.
        force: bool,
    },
    /// Remove the definition of a stopped guest; its disks stay. Answers [`Report::Ensured`].
    EnsureUndefined,
    /// Remove the filter. Answers [`Report::Ensured`].
    EnsureNoFilter {
        /// The filter's name.
        filter: String,
    },
    /// Move a disk aside under another name. Answers [`Report::Volume`] of the moved disk.
    QuarantineVolume {
        /// The pool.
        pool: String,
        /// The disk's name.
        volume: String,
        /// Its name in quarantine.
        quarantine: String,
    },
    /// Undo a quarantine. Answers [`Report::Volume`].
    RestoreVolume {
        /// The pool.
        pool: String,
        /// The disk's name before it was moved.
        volume: String,
        /// Its name in quarantine.
        quarantine: String,
    },
    /// Delete a volume that no domain uses. Answers [`Report::Ensured`].
    DeleteVolume {
        /// The pool.
        pool: String,
        /// The volume.
        volume: String,
    },
}

/// Which guest: both must agree with what is on the node.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GuestRef {
    /// The domain's UUID, in its usual form with dashes.
    pub uuid: String,
    /// The domain's name: our own id of the server, unless it was taken over.
    pub name: String,
    /// It was made by somebody else and taken over as it was: it has no mark of ours, and its
    /// definition, name and volumes are its own.
    #[serde(default)]
    pub adopted: bool,
}

/// An image in one version.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ImageRef {
    /// Name, such as `debian-12`.
    pub name: String,
    /// Version; a digest or a date.
    pub version: String,
}

impl ImageRef {
    /// Name of the volume with the disk.
    #[must_use]
    pub fn disk_volume(&self) -> String {
        format!("{}-{}.disk", self.name, self.version)
    }

    /// Name of the volume with the kernel.
    #[must_use]
    pub fn kernel_volume(&self) -> String {
        format!("{}-{}.kernel", self.name, self.version)
    }

    /// Name of the volume with the initial memory disk.
    #[must_use]
    pub fn initrd_volume(&self) -> String {
        format!("{}-{}.initrd", self.name, self.version)
    }

    /// Name of the empty volume whose presence says that all parts are complete.
    #[must_use]
    pub fn ready_volume(&self) -> String {
        format!("{}-{}.ready", self.name, self.version)
    }
}

/// The files of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageParts {
    /// The disk.
    pub disk: PathBuf,
    /// The disk's format.
    pub format: VolumeFormat,
    /// The kernel, for direct boot.
    pub kernel: Option<PathBuf>,
    /// The initial memory disk, for direct boot.
    pub initrd: Option<PathBuf>,
}

/// Format of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VolumeFormat {
    /// Bytes as the guest sees them.
    Raw,
    /// QEMU's own format, which grows with use.
    Qcow2,
}

impl VolumeFormat {
    /// libvirt's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Qcow2 => "qcow2",
        }
    }
}

/// Where the content of a disk comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum DiskSource {
    /// A full copy of the disk of an image in the same pool.
    Image {
        /// The image.
        image: ImageRef,
    },
    /// Nothing.
    Empty,
}

/// An address with the length of its network prefix, such as `192.0.2.5/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr {
    /// The address.
    pub address: IpAddr,
    /// Length of the prefix, in bits.
    pub prefix: u8,
}

impl fmt::Display for Cidr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || format!("{text:?} is not an address with a prefix length");
        let (address, prefix) = text.split_once('/').ok_or_else(fault)?;
        let address: IpAddr = address.parse().ok().ok_or_else(fault)?;
        let prefix: u8 = prefix.parse().ok().ok_or_else(fault)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        if prefix > longest {
            return Err(fault());
        }
        Ok(Self { address, prefix })
    }
}

impl TryFrom<String> for Cidr {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

/// What a guest reads at start, in the layout that cloud-init calls NoCloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedSpec {
    /// Changes when the guest shall apply everything anew; usually the domain's UUID.
    pub instance_id: String,
    /// Host name without domain.
    pub hostname: String,
    /// Public keys, one line each.
    pub ssh_keys: Vec<String>,
    /// Hardware address of the interface that gets the addresses.
    pub mac: String,
    /// Addresses of either family.
    pub addresses: Vec<Cidr>,
    /// Default gateways, at most one per family.
    pub gateways: Vec<IpAddr>,
    /// Name servers.
    pub dns: Vec<IpAddr>,
}

/// What kind of network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NetworkKind {
    /// Guests see each other and the host, nothing else.
    Isolated {
        /// Name of the bridge that libvirt makes, at most 15 characters.
        bridge: String,
        /// The host's addresses on it.
        host: Vec<Cidr>,
    },
    /// As isolated, and the host translates outgoing connections.
    Translated {
        /// Name of the bridge that libvirt makes, at most 15 characters.
        bridge: String,
        /// The host's addresses on it.
        host: Vec<Cidr>,
    },
    /// Guests are put on a bridge that the operator has made.
    Bridged {
        /// The bridge's name.
        bridge: String,
    },
}

/// How a guest runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acceleration {
    /// Software emulation.
    #[default]
    Emulated,
    /// Hardware acceleration, on the operator's word.
    Kvm,
}

/// How Xen runs a guest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum XenKind {
    /// Paravirtual.
    Pv,
    /// Paravirtual inside a hardware container.
    #[default]
    Pvh,
}

/// A file that the hypervisor reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum Artifact {
    /// A volume of the guest's pool.
    Volume {
        /// The volume's name.
        volume: String,
    },
    /// A file on the node.
    File {
        /// Its path.
        path: PathBuf,
    },
}

/// How a guest boots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "boot", rename_all = "snake_case")]
pub enum Boot {
    /// The hypervisor loads the kernel itself.
    Direct {
        /// The kernel.
        kernel: Artifact,
        /// The initial memory disk.
        initrd: Option<Artifact>,
        /// The kernel's command line.
        cmdline: String,
    },
    /// The boot loader on the first disk.
    Disk,
}

/// Where a guest's interface is plugged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "uplink", rename_all = "snake_case")]
pub enum Uplink {
    /// A libvirt network.
    Network {
        /// Its name.
        network: String,
    },
    /// A bridge of the host.
    Bridge {
        /// Its name.
        bridge: String,
    },
}

/// A guest as it should be defined. Name and UUID are those of the command's [`GuestRef`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestSpec {
    /// Virtual processors.
    pub vcpus: u32,
    /// Memory, in mebibytes.
    pub memory_mib: u64,
    /// Pool of all volumes named here.
    pub pool: String,
    /// The disk's volume.
    pub disk: String,
    /// The seed's volume.
    pub seed: Option<String>,
    /// Hardware address of the interface.
    pub mac: String,
    /// Where the interface is plugged in.
    pub uplink: Uplink,
    /// The filter on the interface; left out on a node without filters.
    pub filter: Option<String>,
    /// How it boots.
    pub boot: Boot,
    /// How Xen runs it, on a Xen node.
    #[serde(default)]
    pub xen: XenKind,
}

/// What a command found or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "report", content = "value", rename_all = "snake_case")]
pub enum Report {
    /// The capability matrix.
    Capabilities(Box<Capabilities>),
    /// A guest as seen after the step.
    Guest(Box<Observed>),
    /// Everything on the node.
    Inventory(Box<Inventory>),
    /// Domains without our mark, by name.
    Found(Vec<FoundGuest>),
    /// An image that is complete in the pool.
    Image(ImageFacts),
    /// A volume as seen after the step.
    Volume(VolumeFacts),
    /// The end of a console.
    Console(ConsoleText),
    /// The thing is as asked.
    Ensured {
        /// False if it already was.
        changed: bool,
    },
    /// The node cannot do this, and the guest can live without it.
    Skipped {
        /// What is missing.
        needs: Capability,
    },
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_outcomes_survive_the_way_to_an_agent() {
        let guest =
            GuestRef { uuid: "0190c0de-0000-7000-8000-000000000001".into(), name: "srv_1".into(), adopted: false };
        let command = Command::Guest {
            guest,
            fence: u64::MAX,
            step: GuestStep::EnsureSeed {
                pool: "pool".into(),
                volume: "srv_1.seed".into(),
                seed: SeedSpec {
                    instance_id: "i".into(),
                    hostname: "h".into(),
                    ssh_keys: vec!["k".into()],
                    mac: "52:54:00:00:00:01".into(),
                    addresses: vec!["192.0.2.1/24".parse().unwrap()],
                    gateways: vec!["2001:db8::1".parse().unwrap()],
                    dns: Vec::new(),
                },
            },
        };
        let text = serde_json::to_string(&command).unwrap();
        assert!(text.contains("\"192.0.2.1/24\""), "{text}");
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);

        let outcomes: [Outcome; 3] = [
            Ok(Report::Ensured { changed: true }),
            Ok(Report::Skipped { needs: Capability::Filters }),
            Err(NodeError::Fenced { given: 1, highest: 2 }),
        ];
        for outcome in outcomes {
            let text = serde_json::to_string(&outcome).unwrap();
            assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), outcome);
        }
    }

    #[test]
    fn a_prefix_longer_than_the_address_is_refused() {
        for text in ["192.0.2.1", "192.0.2.1/33", "::1/129", "x/8", "192.0.2.1/-1"] {
            assert!(text.parse::<Cidr>().is_err(), "{text}");
        }
    }
}
