//! What a domain's definition says, read leniently: domains of strangers are read too.

use serde::{Deserialize, Serialize};

use super::MARK_NAMESPACE;
use super::element::{Element, XmlFault};

/// Our mark inside a domain's metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Digest of the definition as we wrote it.
    pub spec: String,
}

/// A disk in a definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskFacts {
    /// `disk`, `cdrom` and so on.
    pub device: String,
    /// File, block device, or `pool/volume`; none for an empty drive.
    pub source: Option<String>,
    /// Name in the guest, such as `vda`.
    pub target: Option<String>,
    /// Format, such as `qcow2`.
    pub format: Option<String>,
    /// True if the guest cannot write to it.
    pub read_only: bool,
}

/// An interface in a definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceFacts {
    /// `network`, `bridge` and so on.
    pub kind: String,
    /// Hardware address, in lower case.
    pub mac: Option<String>,
    /// Name of the network or bridge.
    pub source: Option<String>,
    /// Name of the interface on the host, while the guest runs.
    pub host_device: Option<String>,
    /// Name of the filter.
    pub filter: Option<String>,
}

/// What a domain's definition says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainFacts {
    /// The domain's type, such as `kvm`, `qemu`, `xen` or `test`.
    pub kind: String,
    /// The domain's name.
    pub name: Option<String>,
    /// The domain's UUID.
    pub uuid: Option<String>,
    /// Title given by people.
    pub title: Option<String>,
    /// Virtual processors.
    pub vcpus: Option<u32>,
    /// Memory, in bytes.
    pub memory_bytes: Option<u64>,
    /// Kind of machine, such as `pc-q35-7.2` or `xenpv`.
    pub machine: Option<String>,
    /// Kernel given directly.
    pub kernel: Option<String>,
    /// Disks.
    pub disks: Vec<DiskFacts>,
    /// Interfaces.
    pub interfaces: Vec<InterfaceFacts>,
    /// File with the log of the first console.
    pub console_log: Option<String>,
    /// Kinds of graphical console, such as `vnc`; ours have none.
    pub graphics: Vec<String>,
    /// Our mark; none on a stranger.
    pub mark: Option<Mark>,
}

/// Reads a domain's document.
///
/// # Errors
/// [`XmlFault`] if it is not well formed.
pub fn domain_facts(document: &str) -> Result<DomainFacts, XmlFault> {
    let domain = Element::parse(document)?;
    let owned = |path: &str| domain.text_at(path).map(str::to_owned);
    let devices = domain.at("devices");
    let of_kind = |name: &'static str| devices.into_iter().flat_map(move |all| all.all(name));
    Ok(DomainFacts {
        kind: domain.attribute("type").unwrap_or_default().to_owned(),
        name: owned("name"),
        uuid: owned("uuid"),
        title: owned("title"),
        vcpus: domain.text_at("vcpu").and_then(|text| text.parse().ok()),
        memory_bytes: domain.at("memory").and_then(scaled_bytes),
        machine: domain.at("os/type").and_then(|kind| kind.attribute("machine")).map(str::to_owned),
        kernel: owned("os/kernel"),
        disks: of_kind("disk").map(disk_facts).collect(),
        interfaces: of_kind("interface").map(interface_facts).collect(),
        console_log: of_kind("serial")
            .chain(of_kind("console"))
            .find_map(|port| port.at("log")?.attribute("file"))
            .map(str::to_owned),
        graphics: of_kind("graphics").filter_map(|screen| screen.attribute("type")).map(str::to_owned).collect(),
        mark: domain.at("metadata").and_then(mark),
    })
}

fn mark(metadata: &Element) -> Option<Mark> {
    metadata
        .children()
        .find(|child| child.attributes().any(|(key, value)| key.starts_with("xmlns") && value == MARK_NAMESPACE))
        .map(|child| Mark { spec: child.attribute("spec").unwrap_or_default().to_owned() })
}

fn disk_facts(disk: &Element) -> DiskFacts {
    let source = disk.at("source");
    let named = |name: &str| source.and_then(|source| source.attribute(name));
    let volume = named("pool").zip(named("volume")).map(|(pool, volume)| format!("{pool}/{volume}"));
    DiskFacts {
        device: disk.attribute("device").unwrap_or("disk").to_owned(),
        source: named("file").or_else(|| named("dev")).or_else(|| named("name")).map(str::to_owned).or(volume),
        target: disk.at("target").and_then(|target| target.attribute("dev")).map(str::to_owned),
        format: disk.at("driver").and_then(|driver| driver.attribute("type")).map(str::to_owned),
        read_only: disk.at("readonly").is_some(),
    }
}

fn interface_facts(interface: &Element) -> InterfaceFacts {
    let attribute =
        |path: &str, name: &str| interface.at(path).and_then(|found| found.attribute(name)).map(str::to_owned);
    InterfaceFacts {
        kind: interface.attribute("type").unwrap_or_default().to_owned(),
        mac: attribute("mac", "address").map(|mac| mac.to_ascii_lowercase()),
        source: attribute("source", "network")
            .or_else(|| attribute("source", "bridge"))
            .or_else(|| attribute("source", "dev")),
        host_device: attribute("target", "dev"),
        filter: attribute("filterref", "filter"),
    }
}

/// An amount with libvirt's `unit` attribute, in bytes; the unit defaults to KiB.
pub(super) fn scaled_bytes(amount: &Element) -> Option<u64> {
    let number: u64 = amount.own_text().parse().ok()?;
    let unit: u64 = match amount.attribute("unit").unwrap_or("KiB") {
        "b" | "bytes" | "B" => 1,
        "KB" => 1_000,
        "k" | "KiB" | "K" => 1 << 10,
        "MB" => 1_000_000,
        "M" | "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "G" | "GiB" => 1 << 30,
        "TB" => 1_000_000_000_000,
        "T" | "TiB" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(unit)
}
