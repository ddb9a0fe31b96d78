//! A domain that is not ours, as far as its document tells: QEMU's, Xen's and the test
//! driver's, of any age.

use std::net::IpAddr;

use super::element::{Element, XmlFault};
use super::facts::domain_facts;
use crate::command::GuestRef;
use crate::found::{AddressSource, FoundDisk, FoundFile, FoundGuest, FoundInterface, FoundVolume};
use crate::observed::GuestState;

/// Parameters of a filter that hold an address of the guest.
const FILTER_PARAMETERS: &[&str] = &["IP", "IPV6"];

/// Reads a domain from its document in force and its stored one. What it does, and what
/// is on the node, is not in a document: its state is [`GuestState::Unknown`].
///
/// # Errors
/// [`XmlFault`] if a document is not well formed.
pub fn found_guest(document: &str, stored: Option<&str>) -> Result<FoundGuest, XmlFault> {
    let facts = domain_facts(document)?;
    let domain = Element::parse(document)?;
    let devices = domain.at("devices");
    let all = |name: &'static str| devices.into_iter().flat_map(move |devices| devices.all(name));
    let boot_files = ["os/kernel", "os/initrd", "os/loader"]
        .into_iter()
        .filter_map(|path| domain.text_at(path))
        // A loader may be given by name alone; only a path can be looked for.
        .filter(|path| path.starts_with('/'))
        .map(|path| FoundFile { path: path.to_owned(), is_there: None })
        .collect();
    let passed = all("hostdev").map(host_device).chain(
        all("interface")
            .filter(|one| one.attribute("type") == Some("hostdev"))
            .map(|_| "network card of the host".to_owned()),
    );
    Ok(FoundGuest {
        guest: GuestRef {
            uuid: facts.uuid.unwrap_or_default().to_ascii_lowercase(),
            name: facts.name.unwrap_or_default(),
            adopted: false,
        },
        state: GuestState::Unknown,
        kind: facts.kind,
        title: facts.title,
        is_persistent: stored.is_some(),
        vcpus: facts.vcpus,
        memory_bytes: facts.memory_bytes,
        disks: all("disk").map(disk).collect(),
        interfaces: all("interface").map(interface).collect(),
        boot_files,
        host_devices: passed.collect(),
        domain_id: domain.attribute("id").and_then(|id| id.parse().ok()),
        process: None,
        document: document.to_owned(),
        stored: stored.map(str::to_owned),
    })
}

/// The stored document of a guest that was taken over, to define it again: without
/// screens, because libvirt does not tell their passwords.
///
/// # Errors
/// [`XmlFault`] if it is not well formed.
pub fn without_screens(document: &str) -> Result<String, XmlFault> {
    let domain = Element::parse(document)?;
    Ok(domain.without("devices", "graphics").to_xml())
}

/// Whether an agent inside the guest has opened its end of the channel.
#[must_use]
pub fn has_agent(document: &str) -> bool {
    Element::parse(document).is_ok_and(|domain| {
        domain.at("devices").into_iter().flat_map(|devices| devices.all("channel")).any(|channel| {
            channel.at("target").is_some_and(|target| {
                target.attribute("name") == Some("org.qemu.guest_agent.0")
                    && target.attribute("state") == Some("connected")
            })
        })
    })
}

/// Addresses that a network's definition keeps for hardware addresses.
#[must_use]
pub fn reservations(network: &str) -> Vec<(String, IpAddr)> {
    let Ok(network) = Element::parse(network) else {
        return Vec::new();
    };
    network
        .all("ip")
        .flat_map(|ip| ip.all("dhcp"))
        .flat_map(|dhcp| dhcp.all("host"))
        .filter_map(|host| Some((host.attribute("mac")?.to_ascii_lowercase(), host.attribute("ip")?.parse().ok()?)))
        .collect()
}

fn disk(disk: &Element) -> FoundDisk {
    let source = disk.at("source");
    let named = |name: &str| source.and_then(|source| source.attribute(name)).map(str::to_owned);
    let mut backing = Vec::new();
    let mut beneath = disk.at("backingStore");
    while let Some(here) = beneath {
        let path = here.at("source").and_then(|source| source.attribute("file").or_else(|| source.attribute("dev")));
        backing.extend(path.map(str::to_owned));
        beneath = here.at("backingStore");
    }
    FoundDisk {
        device: disk.attribute("device").unwrap_or("disk").to_owned(),
        target: disk.at("target").and_then(|target| target.attribute("dev")).map(str::to_owned),
        kind: disk.attribute("type").unwrap_or_default().to_owned(),
        source: named("file").or_else(|| named("dev")).filter(|path| !path.is_empty()),
        format: disk.at("driver").and_then(|driver| driver.attribute("type")).map(str::to_owned),
        read_only: disk.at("readonly").is_some(),
        is_shared: disk.at("shareable").is_some(),
        capacity_bytes: None,
        is_there: None,
        volume: named("pool").zip(named("volume")).map(|(pool, name)| FoundVolume { pool, name }),
        backing,
    }
}

fn interface(interface: &Element) -> FoundInterface {
    let attribute =
        |path: &str, name: &str| interface.at(path).and_then(|found| found.attribute(name)).map(str::to_owned);
    let mut found = FoundInterface {
        kind: interface.attribute("type").unwrap_or_default().to_owned(),
        mac: attribute("mac", "address").map(|mac| mac.to_ascii_lowercase()),
        source: attribute("source", "network")
            .or_else(|| attribute("source", "bridge"))
            .or_else(|| attribute("source", "dev")),
        host_device: attribute("target", "dev"),
        filter: attribute("filterref", "filter"),
        addresses: Vec::new(),
    };
    // An address beside a gateway of user networking is the guest's; both forms are.
    let written = interface.all("ip").filter_map(|ip| ip.attribute("address")?.parse().ok());
    for address in written {
        found.learn(address, AddressSource::Definition);
    }
    let parameters = interface.all("filterref").flat_map(|filter| filter.all("parameter"));
    for parameter in parameters {
        let is_address = parameter.attribute("name").is_some_and(|name| FILTER_PARAMETERS.contains(&name));
        if let Some(address) = parameter.attribute("value").filter(|_| is_address).and_then(|text| text.parse().ok()) {
            found.learn(address, AddressSource::Filter);
        }
    }
    found
}

fn host_device(device: &Element) -> String {
    let kind = device.attribute("type").unwrap_or("unknown");
    let address = device.at("source/address").map(|address| {
        let parts: Vec<&str> = address.attributes().map(|(_, value)| value).collect();
        parts.join(":")
    });
    match address {
        Some(address) => format!("{kind} {address}"),
        None => kind.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const GUEST: &str = "<domain type='kvm' id='7'><name>Web 1</name><uuid>0190C0DE-0000-7000-8000-000000000001</uuid>\
        <memory unit='MiB'>512</memory><vcpu>2</vcpu>\
        <os><type>hvm</type><kernel>/boot/k</kernel><initrd>/boot/i</initrd></os><devices>\
        <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/images/web1.qcow2'/>\
          <backingStore type='file'><format type='qcow2'/><source file='/images/base.qcow2'/>\
            <backingStore type='file'><source file='/images/root.qcow2'/><backingStore/></backingStore></backingStore>\
          <target dev='vda' bus='virtio'/></disk>\
        <disk type='file' device='cdrom'><target dev='hda'/><readonly/></disk>\
        <interface type='bridge'><mac address='52:54:00:AA:00:01'/><source bridge='br0'/><target dev='vnet3'/>\
          <filterref filter='clean-traffic'><parameter name='IP' value='192.0.2.7'/><parameter name='MASK' value='192.0.2.8'/>\
          </filterref></interface>\
        <hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x06'/></source></hostdev>\
        <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>\
        <graphics type='vnc' port='5901'/></devices></domain>";

    #[test]
    fn a_guest_of_somebody_else_is_read_in_full() {
        let found = found_guest(GUEST, Some(GUEST)).unwrap();
        assert_eq!(found.guest.uuid, "0190c0de-0000-7000-8000-000000000001");
        assert_eq!((found.guest.name.as_str(), found.domain_id, found.is_persistent), ("Web 1", Some(7), true));
        assert_eq!((found.vcpus, found.memory_bytes), (Some(2), Some(512 << 20)));
        let paths: Vec<&str> = found.boot_files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["/boot/k", "/boot/i"]);
        let [disk, drive] = found.disks.as_slice() else { panic!("two disks") };
        assert_eq!(disk.source.as_deref(), Some("/images/web1.qcow2"));
        assert_eq!(disk.backing, ["/images/base.qcow2", "/images/root.qcow2"]);
        assert_eq!((drive.device.as_str(), drive.source.as_deref(), drive.read_only), ("cdrom", None, true));
        let interface = &found.interfaces[0];
        assert_eq!(interface.mac.as_deref(), Some("52:54:00:aa:00:01"));
        let [address] = interface.addresses.as_slice() else { panic!("one address") };
        assert_eq!((address.address.to_string(), address.from), ("192.0.2.7".to_owned(), AddressSource::Filter));
        assert_eq!(found.host_devices, ["pci 0x0000:0x06"]);
        assert!(has_agent(GUEST));
        assert_eq!(found.state, GuestState::Unknown);
    }

    #[test]
    fn a_domain_without_a_stored_definition_is_transient() {
        assert!(!found_guest(GUEST, None).unwrap().is_persistent);
    }

    #[test]
    fn addresses_that_every_host_has_are_nobodys() {
        let mut interface = FoundInterface::default();
        for address in ["127.0.0.1", "169.254.1.1", "fe80::1", "::", "ff02::1", "192.0.2.1", "192.0.2.1", "2001:db8::1"]
        {
            interface.learn(address.parse().unwrap(), AddressSource::Agent);
        }
        let kept: Vec<String> = interface.addresses.iter().map(|one| one.address.to_string()).collect();
        assert_eq!(kept, ["192.0.2.1", "2001:db8::1"]);
    }

    #[test]
    fn a_networks_reservations_are_read() {
        let network = "<network><ip address='10.0.0.1'><dhcp><range start='10.0.0.2' end='10.0.0.9'/>\
            <host mac='52:54:00:AA:00:01' name='x' ip='10.0.0.7'/><host name='y' ip='10.0.0.8'/></dhcp></ip></network>";
        assert_eq!(reservations(network), [("52:54:00:aa:00:01".to_owned(), "10.0.0.7".parse().unwrap())]);
    }

    #[test]
    fn a_definition_without_screens_is_the_same_in_everything_else() {
        let without = without_screens(GUEST).unwrap();
        assert!(!without.contains("graphics"));
        let (before, after) = (found_guest(GUEST, None).unwrap(), found_guest(&without, None).unwrap());
        assert_eq!((before.disks, before.interfaces), (after.disks, after.interfaces));
        assert!(without.contains("id=\"7\""));
    }
}
