//! The small read-only disk from which a guest learns its name, keys and addresses.
//!
//! An ISO 9660 image with the label `CIDATA`, as cloud-init's NoCloud source expects it, with two
//! plain files more for guests without cloud-init: `authorized_keys`, one key per line, and
//! `hostwright.env`, one `name=value` per line. The same spec gives the same bytes.

use serde_json::{Value, json};

use crate::command::SeedSpec;
use crate::error::NodeError;
use crate::names;

mod iso9660;

/// More than this many bytes of keys are refused.
const MOST_KEY_BYTES: usize = 32 * 1024;

fn invalid(reason: &str) -> NodeError {
    NodeError::Invalid { reason: reason.to_owned() }
}

/// Refuses a seed that a guest could misread.
pub(crate) fn check(seed: &SeedSpec) -> Result<(), NodeError> {
    names::check_hostname(&seed.hostname)?;
    names::check_mac(&seed.mac)?;
    names::check_line("the instance", &seed.instance_id)?;
    if seed.instance_id.is_empty() || seed.instance_id.contains(char::is_whitespace) {
        return Err(invalid("the instance needs a name without blanks"));
    }
    for key in &seed.ssh_keys {
        names::check_line("a public key", key)?;
    }
    if seed.ssh_keys.iter().map(String::len).sum::<usize>() > MOST_KEY_BYTES {
        return Err(invalid("too many public keys"));
    }
    if seed.addresses.len() > 64 || seed.dns.len() > 16 {
        return Err(invalid("too many addresses or name servers"));
    }
    for is_v4 in [true, false] {
        if seed.gateways.iter().filter(|gateway| gateway.is_ipv4() == is_v4).count() > 1 {
            return Err(invalid("more than one gateway in a family"));
        }
    }
    Ok(())
}

/// The whole disk, byte by byte.
///
/// # Errors
/// [`NodeError::Invalid`] if the content does not fit.
pub fn disk_image(seed: &SeedSpec) -> Result<Vec<u8>, NodeError> {
    check(seed)?;
    let files = [
        ("authorized_keys", lines(seed.ssh_keys.iter())),
        ("hostwright.env", plain(seed)),
        ("meta-data", format!("{:#}\n", meta_data(seed))),
        ("network-config", format!("{:#}\n", network_config(seed))),
        ("user-data", format!("#cloud-config\n{:#}\n", user_data(seed))),
    ];
    let files: Vec<(&str, Vec<u8>)> = files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    iso9660::image("CIDATA", &files).ok_or_else(|| invalid("the seed does not fit its disk"))
}

fn lines<'a>(all: impl Iterator<Item = &'a String>) -> String {
    all.map(|line| format!("{line}\n")).collect()
}

fn plain(seed: &SeedSpec) -> String {
    let mut all = vec![
        format!("instance={}", seed.instance_id),
        format!("hostname={}", seed.hostname),
        format!("mac={}", seed.mac),
    ];
    all.extend(seed.addresses.iter().map(|cidr| format!("address={cidr}")));
    all.extend(seed.gateways.iter().map(|gateway| format!("gateway={gateway}")));
    all.extend(seed.dns.iter().map(|server| format!("dns={server}")));
    lines(all.iter())
}

// JSON is YAML, and cannot be broken by what is put into it.

fn meta_data(seed: &SeedSpec) -> Value {
    json!({ "instance-id": seed.instance_id, "local-hostname": seed.hostname })
}

fn user_data(seed: &SeedSpec) -> Value {
    json!({
        "hostname": seed.hostname,
        "preserve_hostname": false,
        "ssh_authorized_keys": seed.ssh_keys,
        "disable_root": false,
        "ssh_pwauth": false,
    })
}

fn network_config(seed: &SeedSpec) -> Value {
    let addresses: Vec<String> = seed.addresses.iter().map(ToString::to_string).collect();
    let mut primary = json!({
        "match": { "macaddress": seed.mac },
        "dhcp4": false,
        "dhcp6": false,
        "addresses": addresses,
        "nameservers": { "addresses": seed.dns },
    });
    if let Some(fields) = primary.as_object_mut() {
        for gateway in &seed.gateways {
            let name = if gateway.is_ipv4() { "gateway4" } else { "gateway6" };
            fields.insert(name.to_owned(), json!(gateway));
        }
    }
    json!({ "version": 2, "ethernets": { "primary": primary } })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn spec() -> SeedSpec {
        SeedSpec {
            instance_id: "0190c0de-0000-7000-8000-000000000001-2001:db8::7".into(),
            hostname: "vps-1".into(),
            ssh_keys: vec!["ssh-ed25519 AAAA someone@home".into()],
            mac: "52:54:00:12:34:56".into(),
            addresses: vec!["192.0.2.7/24".parse().unwrap(), "2001:db8::7/64".parse().unwrap()],
            gateways: vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()],
            dns: vec!["192.0.2.53".parse().unwrap()],
        }
    }

    #[test]
    fn the_same_spec_gives_the_same_bytes() {
        assert_eq!(disk_image(&spec()).unwrap(), disk_image(&spec()).unwrap());
    }

    #[test]
    fn the_label_is_where_cloud_init_looks() {
        let image = disk_image(&spec()).unwrap();
        assert_eq!(&image[0x8001..0x8006], b"CD001");
        assert_eq!(&image[0x8028..0x802e], b"CIDATA");
    }

    #[test]
    fn a_key_or_a_name_cannot_add_lines() {
        let mut forged = spec();
        forged.ssh_keys = vec!["a\nhostname=evil".into()];
        assert!(disk_image(&forged).is_err());
        let mut forged = spec();
        forged.hostname = "a\nb".into();
        assert!(disk_image(&forged).is_err());
        let mut forged = spec();
        forged.gateways.push("192.0.2.2".parse().unwrap());
        assert!(disk_image(&forged).is_err());
    }
}
