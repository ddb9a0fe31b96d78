//! Where a record may stand.

use super::super::data::{base32, svcb_form};
use super::super::fault::{FaultCode, Faults};
use super::super::name::Name;
use super::tree::{Node, Tree, kind_name};
use super::{A, AAAA, HTTPS, MX, NS, NSEC3, SVCB};

pub(super) fn check(tree: &Tree, faults: &mut Faults) {
    for node in tree.nodes() {
        let Some(first) = node.items.first() else { continue };
        let kind = kind_name(first);
        if node.name.labels().iter().skip(1).any(|label| label == b"*") {
            faults.push(FaultCode::InnerWildcard, node.at(first, &kind), "an asterisk that is not in front");
        }
        if !node.name.is_ascii() {
            faults.push(FaultCode::NotAscii, node.at(first, &kind), "letters outside ASCII; write the name as xn--");
        }
        if is_bad_trigger(&node.name, &tree.apex) {
            let detail = "a response policy trigger that is not its address in the one form";
            faults.push(FaultCode::PolicyTrigger, node.at(first, &kind), detail);
        }
        hosts(node, faults);
        places(tree, node, faults);
        services(node, faults);
    }
}

/// Owners of addresses and mail exchangers are host names, with the exceptions that are in use.
fn hosts(node: &Node, faults: &mut Faults) {
    let is_exempt = match node.name.labels() {
        [first, second, ..] if first == b"gc" && second == b"_msdcs" => true,
        labels => labels.iter().any(|label| matches!(label.as_slice(), b"_spf" | b"_spf_rate" | b"_spf_verify")),
    };
    if node.name.is_host(true) {
        return;
    }
    let found = node.items.iter().find(|item| match item.kind {
        A | AAAA => !is_exempt,
        MX => true,
        _ => false,
    });
    if let Some(item) = found {
        let kind = kind_name(item);
        faults.push(FaultCode::OwnerNotHost, node.at(item, &kind), "not a host name");
    }
}

fn places(tree: &Tree, node: &Node, faults: &mut Faults) {
    if node.name.first() == Some(b"*") {
        for item in node.of(NS) {
            faults.push(FaultCode::WrongPlace, node.at(item, "NS"), "a wildcard cannot be delegated");
        }
    }
    for item in node.of(NSEC3) {
        let is_below_apex = node.name.parent().is_some_and(|parent| parent == tree.apex);
        let has_hash = node.name.first().and_then(base32).is_some_and(|hash| !hash.is_empty());
        if !is_below_apex || !has_hash {
            faults.push(FaultCode::OwnerNotHash, node.at(item, "NSEC3"), "the first label is no hash of this zone");
        }
    }
}

/// Services of resolvers say how they are reached (RFC 9461); aliases stand alone (RFC 9460).
fn services(node: &Node, faults: &mut Faults) {
    let is_resolver = match node.name.labels() {
        [first, ..] if first.eq_ignore_ascii_case(b"_dns") => true,
        [port, second, ..] if second.eq_ignore_ascii_case(b"_dns") => {
            port.strip_prefix(b"_").is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
        }
        _ => false,
    };
    for kind in [SVCB, HTTPS] {
        let mut aliases = 0usize;
        let mut services = 0usize;
        for item in node.of(kind) {
            let Some(form) = svcb_form(&item.wire) else { continue };
            let name = kind_name(item);
            if form.is_alias {
                aliases = aliases.saturating_add(1);
                if form.has_params {
                    faults.push(
                        FaultCode::SvcbAliasParameters,
                        node.at(item, &name),
                        "parameters of an alias are ignored",
                    );
                }
            } else {
                services = services.saturating_add(1);
                if !form.target.is_host(false) {
                    let detail = format!("{} is not a host name", form.target.text());
                    faults.push(FaultCode::TargetNotHost, node.at(item, &name), detail);
                }
            }
            if is_resolver && kind == SVCB && !form.is_alias {
                let alpn = form.alpn.unwrap_or_default();
                let is_http = alpn.iter().any(|one| matches!(one.as_slice(), b"h2" | b"h3" | b"http/1.1" | b"h2c"));
                if alpn.is_empty() {
                    faults.push(FaultCode::SvcbWithoutAlpn, node.at(item, &name), "a resolver without alpn");
                } else if is_http && !form.has_dohpath {
                    faults.push(FaultCode::SvcbWithoutDohpath, node.at(item, &name), "HTTP without dohpath");
                }
            }
        }
        if (aliases > 1 || (aliases > 0 && services > 0))
            && let Some(item) = node.of(kind).last()
        {
            let name = kind_name(item);
            faults.push(FaultCode::SvcbAliasMixed, node.at(item, &name), "an alias stands alone");
        }
    }
}

/// A trigger by address in a response policy zone: length, then the parts of the address from last
/// to first, the longest run of zeros as `zz`.
fn is_bad_trigger(name: &Name, apex: &Name) -> bool {
    let own = name.labels().len().saturating_sub(apex.labels().len());
    let labels: Vec<&[u8]> = name.labels().iter().take(own).map(Vec::as_slice).collect();
    let Some((last, parts)) = labels.split_last() else { return false };
    if parts.is_empty() || !matches!(*last, b"rpz-ip" | b"rpz-client-ip" | b"rpz-nsip") {
        return false;
    }
    let text: Option<Vec<&str>> = parts.iter().map(|part| std::str::from_utf8(part).ok()).collect();
    text.and_then(|parts| trigger(&parts)).is_none_or(|good| good != parts_text(parts))
}

fn parts_text(parts: &[&[u8]]) -> String {
    parts.iter().map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join(".")
}

/// What the trigger for the same address is written like.
fn trigger(parts: &[&str]) -> Option<String> {
    let (prefix, address) = parts.split_first()?;
    let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix > 0)?;
    let is_v4 = address.len() == 4 && !address.contains(&"zz") && address.iter().all(|part| part.parse::<u8>().is_ok());
    if is_v4 && prefix <= 32 {
        let reversed: Vec<&str> = address.iter().rev().copied().collect();
        let bits = u32::from(reversed.join(".").parse::<std::net::Ipv4Addr>().ok()?);
        let mask = u32::MAX.checked_shl(32u32.checked_sub(prefix)?)?;
        return (bits & !mask == 0).then(|| format!("{prefix}.{}", address.join(".")));
    }
    if prefix > 128 {
        return None;
    }
    let groups: Vec<&str> = address.iter().rev().copied().collect();
    let text = groups.join(":");
    let text = match text.as_str() {
        "zz" => "::".to_owned(),
        _ if text.starts_with("zz:") => text.replacen("zz:", "::", 1),
        _ if text.ends_with(":zz") => format!("{}::", text.strip_suffix(":zz")?),
        _ => text.replacen(":zz:", "::", 1),
    };
    let parsed: std::net::Ipv6Addr = text.parse().ok()?;
    let bits = u128::from(parsed);
    let mask = u128::MAX.checked_shl(128u32.checked_sub(prefix)?)?;
    if bits & !mask != 0 {
        return None;
    }
    let shown = canonical_groups(parsed.segments());
    Some(format!("{prefix}.{}", shown.into_iter().rev().collect::<Vec<_>>().join(".")))
}

/// The groups of an address, the first longest run of two or more zeros as `zz`.
fn canonical_groups(segments: [u16; 8]) -> Vec<String> {
    let mut best = (0usize, 0usize);
    for start in 0..segments.len() {
        let len = segments.iter().skip(start).take_while(|group| **group == 0).count();
        if len >= 2 && len > best.1 {
            best = (start, len);
        }
    }
    let mut groups = Vec::new();
    for (i, group) in segments.iter().enumerate() {
        let end = best.0.saturating_add(best.1);
        if best.1 > 0 && (best.0..end).contains(&i) {
            if i == best.0 {
                groups.push("zz".to_owned());
            }
        } else {
            groups.push(format!("{group:x}"));
        }
    }
    groups
}
