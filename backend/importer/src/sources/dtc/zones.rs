//! Zones, rebuilt from what the panel would generate them from.
//!
//! SOA, and NS and MX that a domain inherits, are the panel's: they are not in the dump and
//! not made up; extras name them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::is_inherited;
use crate::snapshot::values::Extra;
use crate::snapshot::{GapKind, Zone, ZoneRecord};
use crate::sources::tables::Fields;

/// Text as a quoted string of a master file.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(2));
    out.push('"');
    for byte in text.bytes().take(255) {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            0x20..=0x7e => out.push(char::from(byte)),
            other => out.push_str(&format!("\\{other:03}")),
        }
    }
    out.push('"');
    out
}

/// Text in quoted strings of at most 255 bytes each.
fn strings(text: &str) -> String {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > 255 {
        let cut = (0..=255).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
        let Some((part, after)) = rest.split_at_checked(cut).filter(|(part, _)| !part.is_empty()) else { break };
        parts.push(quoted(part));
        rest = after;
    }
    parts.push(quoted(rest));
    parts.join(" ")
}

fn absolute(name: &str) -> String {
    format!("{}.", name.trim().trim_end_matches('.').to_lowercase())
}

struct Builder {
    records: Vec<ZoneRecord>,
}

impl Builder {
    fn add(&mut self, owner: &str, ttl: Option<u32>, kind: &str, data: String) {
        self.records.push(ZoneRecord { owner: owner.to_owned(), ttl, kind: kind.to_owned(), data, line: None });
    }

    /// An address, or the name of another host. False where it is neither.
    fn target(&mut self, owner: &str, ttl: Option<u32>, text: &str) -> bool {
        let text = text.trim();
        if text.parse::<Ipv4Addr>().is_ok() {
            self.add(owner, ttl, "A", text.to_owned());
        } else if text.parse::<Ipv6Addr>().is_ok() {
            self.add(owner, ttl, "AAAA", text.to_owned());
        } else if text.contains('.') && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        {
            self.add(owner, ttl, "CNAME", absolute(text));
        } else {
            return false;
        }
        true
    }
}

/// The zone of a domain.
pub(super) fn zone(
    f: &mut Fields<'_>,
    name: &str,
    login: &str,
    party: Option<String>,
    subdomains: &[BTreeMap<String, String>],
) -> Zone {
    let apex = absolute(name);
    let mut builder = Builder { records: Vec::new() };
    let mut extra = Vec::new();
    let mut note = |name: &str, value: &str| extra.push(Extra { name: name.to_owned(), value: value.to_owned() });
    let default_ttl = f.count("ttl").and_then(|ttl| u32::try_from(ttl).ok());

    for (column, other, kind) in [("primary_dns", "other_dns", "NS"), ("primary_mx", "other_mx", "MX")] {
        let servers = [f.text(column), f.text(other)].into_iter().flatten();
        let servers: Vec<String> =
            servers.flat_map(|text| text.split('|').map(str::to_owned).collect::<Vec<_>>()).collect();
        let own: Vec<&String> = servers.iter().filter(|server| !is_inherited(server)).collect();
        if own.len() < servers.len() || servers.is_empty() {
            note(&format!("inherited.{kind}"), "the panel's default");
        }
        if kind == "MX" && !own.is_empty() {
            f.gap(
                GapKind::FactChanged,
                column,
                "the source keeps no preference of mail servers; they follow in steps of ten",
            );
        }
        for (place, server) in (1u32..).zip(own) {
            let data = if kind == "MX" {
                format!("{} {}", place.saturating_mul(10), absolute(server))
            } else {
                absolute(server)
            };
            builder.add(&apex, None, kind, data);
        }
    }
    for column in ["txt_root_entry", "txt_root_entry2"] {
        if let Some(text) = f.text(column) {
            builder.add(&apex, None, "TXT", strings(&text));
        }
    }
    let address = f.text("ip_addr").filter(|address| !is_inherited(address));
    let default_label = f.string("default_subdomain").to_lowercase();
    let has_wildcard = f.flag("wildcard_dns");
    for facts in subdomains {
        let get = |column: &str| facts.get(column).map(String::as_str).filter(|text| !is_inherited(text));
        let Some(label) = facts.get("subdomain_name").map(|label| label.trim().to_lowercase()) else { continue };
        let owner = format!("{label}.{apex}");
        let ttl = get("ttl").and_then(|ttl| ttl.parse().ok()).filter(|ttl| Some(*ttl) != default_ttl);
        let own = get("ip").or(address.as_deref());
        let mut owners = vec![owner.clone()];
        if label == default_label {
            owners.push(apex.clone());
            if has_wildcard {
                owners.push(format!("*.{apex}"));
            }
        }
        if let Some(zone_of) = get("nameserver_for") {
            note(&format!("nameserver_for.{label}"), zone_of);
        }
        for owner in &owners {
            let Some(target) = own else { continue };
            // An alias cannot stand beside the records of the apex.
            let is_alias_at_apex = *owner == apex && target.parse::<Ipv4Addr>().is_err();
            if is_alias_at_apex || !builder.target(owner, ttl, target) {
                f.gap(GapKind::FactLost, "subdomain.ip", "not an address or name that a record can hold here");
                note(&format!("ip.{label}"), target);
            }
            for address in
                get("ipv4_round_robin").unwrap_or("").split('|').filter(|one| one.parse::<Ipv4Addr>().is_ok())
            {
                builder.add(owner, ttl, "A", address.to_owned());
            }
        }
        if let Some(target) = get("ip6") {
            match target.trim().parse::<Ipv6Addr>() {
                Ok(address) => builder.add(&owner, ttl, "AAAA", address.to_string()),
                Err(_) => {
                    f.gap(GapKind::FactLost, "subdomain.ip6", "not an address");
                    note(&format!("ip6.{label}"), target);
                }
            }
        }
        if let Some(text) = get("associated_txt_record") {
            builder.add(&owner, ttl, "TXT", strings(text));
        }
        if let Some(target) = get("srv_record") {
            f.gap(
                GapKind::FactLost,
                "subdomain.srv_record",
                "priority, weight and port are not known; kept as an extra",
            );
            note(&format!("srv.{label}.{}", get("srv_record_protocol").unwrap_or("tcp")), target);
        }
    }
    Zone {
        id: name.to_owned(),
        account: Some(login.to_owned()).filter(|login| !login.is_empty()),
        party,
        name: name.to_owned(),
        default_ttl,
        records: builder.records,
        raw: None,
        extra,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_becomes_strings_of_at_most_255_bytes(text in ".{0,600}") {
            for part in strings(&text).split("\" \"") {
                prop_assert!(part.len() <= 255 * 4 + 2);
            }
        }
    }

    #[test]
    fn quotes_and_bytes_beyond_ascii_are_escaped() {
        assert_eq!(strings("a \"b\" ü"), r#""a \"b\" \195\188""#);
    }
}
