//! Values as hypervisors write them: MAC addresses, uuids, sizes, device names.

use std::net::IpAddr;

use crate::snapshot::{Guest, Hypervisor};

/// Why a container is a record and not a guest that can be taken over.
pub(crate) const CONTAINER: &str =
    "a container shares the kernel of its host; it has to be set up again inside a virtual machine";

/// 1024 to the power of two.
pub(crate) const MIB: u64 = 1 << 20;
/// 1024.
pub(crate) const KIB: u64 = 1 << 10;

/// A MAC address in lower case with colons and two digits each.
pub(crate) fn mac(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split([':', '-']).collect();
    let bytes: Option<Vec<u8>> = parts.iter().map(|part| hex_byte(part)).collect();
    let bytes = bytes.filter(|bytes| bytes.len() == 6)?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"))
}

fn hex_byte(part: &str) -> Option<u8> {
    let is_hex = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(part, 16).ok()).flatten()
}

/// A uuid in lower case with dashes, from any of the ways to write one.
pub(crate) fn uuid(text: &str) -> Option<String> {
    let digits: String = text.trim().trim_matches(['{', '}']).chars().filter(|c| *c != '-').collect();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let digits = digits.to_ascii_lowercase();
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| digits.get(range).unwrap_or_default().to_owned());
    Some(parts.join("-"))
}

/// A number of units in bytes; none where it is no number or too large.
pub(crate) fn times(number: &str, unit: u64) -> Option<u64> {
    number.trim().parse::<u64>().ok()?.checked_mul(unit)
}

/// A size such as `32G`, `2.2g`, `104858K`, `7`: a binary unit, or `plain` where there is none.
pub(crate) fn size(text: &str, plain: u64) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (text.get(..digits)?, text.get(digits..)?.trim());
    let unit = match unit.to_ascii_lowercase().as_str() {
        "" => plain,
        "b" => 1,
        "k" | "kb" | "kib" => KIB,
        "m" | "mb" | "mib" => MIB,
        "g" | "gb" | "gib" => 1 << 30,
        "t" | "tb" | "tib" => 1 << 40,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.get(..fraction.len().min(9))?;
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let parse = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<u128>().ok() };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let scaled = parse(whole)?.checked_mul(scale)?.checked_add(parse(fraction)?)?;
    u64::try_from(scaled.checked_mul(u128::from(unit))?.checked_div(scale)?).ok()
}

/// A size with libvirt's units, where `KB` is 1000 and `KiB` and `K` are 1024.
pub(crate) fn libvirt_size(number: &str, unit: Option<&str>) -> Option<u64> {
    let power = |base: u64, times: u32| base.checked_pow(times);
    let unit = match unit.unwrap_or("KiB").trim().to_ascii_lowercase().as_str() {
        "b" | "byte" | "bytes" => 1,
        "k" | "kib" => power(1024, 1)?,
        "kb" => power(1000, 1)?,
        "m" | "mib" => power(1024, 2)?,
        "mb" => power(1000, 2)?,
        "g" | "gib" => power(1024, 3)?,
        "gb" => power(1000, 3)?,
        "t" | "tib" => power(1024, 4)?,
        "tb" => power(1000, 4)?,
        "p" | "pib" => power(1024, 5)?,
        "pb" => power(1000, 5)?,
        "e" | "eib" => power(1024, 6)?,
        "eb" => power(1000, 6)?,
        _ => return None,
    };
    times(number, unit)
}

/// The bus that a device name stands for.
pub(crate) fn bus_of(target: &str) -> Option<&'static str> {
    let kinds = [("xvd", "xen"), ("vd", "virtio"), ("hd", "ide"), ("sd", "scsi"), ("fd", "fdc"), ("ubd", "uml")];
    kinds.iter().find(|(prefix, _)| target.starts_with(prefix)).map(|(_, bus)| *bus)
}

/// Whether a device name is that of a partition: letters of a disk, then digits.
pub(crate) fn is_partition(target: &str) -> bool {
    let Some(rest) = ["xvd", "vd", "hd", "sd"].iter().find_map(|prefix| target.strip_prefix(prefix)) else {
        return false;
    };
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_lowercase());
    digits.len() < rest.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a path is that of a device and not of a file.
pub(crate) fn is_device(path: &str) -> bool {
    path.starts_with("/dev/") && !path.starts_with("/dev/shm/")
}

/// An IP address, with the prefix length where one is written.
pub(crate) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.parse().ok()?;
    match prefix {
        None => Some(address.to_string()),
        Some(prefix) => {
            let longest = if address.is_ipv4() { 32 } else { 128 };
            let length = match prefix.parse::<u8>() {
                Ok(length) if length <= longest => length,
                Ok(_) => return None,
                Err(_) => mask_length(prefix)?,
            };
            Some(format!("{address}/{length}"))
        }
    }
}

/// The prefix length of an IPv4 mask.
pub(crate) fn mask_length(mask: &str) -> Option<u8> {
    let bits = u32::from(mask.trim().parse::<std::net::Ipv4Addr>().ok()?);
    let ones = bits.leading_ones();
    (bits.count_ones() == ones).then(|| u8::try_from(ones).ok()).flatten()
}

/// Whether two texts name the same address, prefix length aside.
pub(crate) fn bare_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.split_once('/').map_or(text, |(address, _)| address).parse().ok()
}

/// One way to write disks that are reached over a network, whoever wrote them:
/// `rbd://mon1:6789,mon2:6789/pool/image`.
pub(crate) fn network_source(protocol: &str, hosts: &[String], name: Option<&str>) -> String {
    let name = name.unwrap_or_default();
    let slash = if name.is_empty() || name.starts_with('/') { "" } else { "/" };
    format!("{protocol}://{}{slash}{name}", hosts.join(","))
}

/// A host with its port; an IPv6 address in brackets.
pub(crate) fn host_and_port(host: &str, port: Option<&str>) -> String {
    let host = host.trim_matches(['[', ']']);
    let host = match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => host.to_owned(),
    };
    match port.filter(|port| !port.is_empty()) {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// Puts memory into a guest: in use and at most, of which either may be missing.
pub(crate) fn set_memory(guest: &mut Guest, in_use: Option<u64>, at_most: Option<u64>) {
    guest.memory_bytes = in_use.or(at_most);
    guest.max_memory_bytes = at_most.filter(|most| guest.memory_bytes.is_some_and(|used| *most > used));
}

/// Puts processors into a guest: in use and at most, of which either may be missing.
pub(crate) fn set_vcpus(guest: &mut Guest, in_use: Option<u32>, at_most: Option<u32>) {
    guest.vcpus = in_use.or(at_most);
    guest.max_vcpus = at_most.filter(|most| guest.vcpus.is_some_and(|used| *most > used));
}

/// Whether a guest runs under Xen.
pub(crate) fn is_xen(hypervisor: Hypervisor) -> bool {
    matches!(hypervisor, Hypervisor::XenPv | Hypervisor::XenHvm | Hypervisor::XenPvh)
}

/// The identifier of a guest: its uuid, else its name, else what it was read from.
pub(crate) fn identify(guest: &mut Guest, fallback: &str) {
    if guest.name.is_empty() {
        fallback.clone_into(&mut guest.name);
    }
    if guest.id.is_empty() {
        guest.id = guest.uuid.clone().unwrap_or_else(|| guest.name.clone());
    }
}
