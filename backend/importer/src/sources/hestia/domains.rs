//! Web domains with their FTP users and certificates, and DNS zones.

use std::collections::BTreeSet;

use super::super::{foreign_password, panel_certificates, panel_zones};
use super::account::Account;
use super::collect::Collected;
use super::{Object, objects, tell_rest};
use crate::formats::certificates;
use crate::snapshot::{FileUser, GapKind, Kind, Site, SiteKind, Zone, ZoneRecord};
use crate::{Refusal, Sink};

/// Tells all sites and zones.
pub fn tell(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    let parts: Vec<String> =
        collected.parts.names("web/").into_iter().filter(|name| name.ends_with("/hestia/web.conf")).collect();
    for part in parts {
        let Some(text) = collected.parts.take(&part) else { continue };
        for (line, one) in objects(&part, &text, Kind::Site, &mut collected.parts) {
            site(account, &part, line, one, &mut seen, collected, sink)?;
        }
    }
    for part in collected.parts.names("web/") {
        collected.parts.take(&part);
        collected.parts.gap(
            GapKind::Dangling,
            &part,
            "a certificate of no domain of the account, or a second copy of one",
        );
    }
    zones(account, collected, sink)
}

fn site(
    account: &Account,
    part: &str,
    line: u64,
    mut one: Object,
    seen: &mut BTreeSet<String>,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let Some(domain) = one.take("DOMAIN").map(|name| name.to_lowercase()) else {
        collected.parts.bad_line(part, Kind::Site, line, "a site without a domain");
        return Ok(());
    };
    let id = account.own(&domain);
    if !seen.insert(domain.clone()) {
        collected.parts.bad_line(part, Kind::Site, line, "a site stands twice; the first is taken");
        return Ok(());
    }
    // The panel has no main domain: the first one is as good as the others.
    let kind = if seen.len() == 1 { SiteKind::Main } else { SiteKind::Addon };
    let root = one.take("CUSTOM_DOCROOT").unwrap_or_else(|| format!("/home/{}/web/{domain}/public_html", account.user));
    let content = collected.web.remove(&domain);
    if content.is_none() {
        collected.parts.gap_of(
            GapKind::FactLost,
            part,
            Kind::Site,
            &id,
            "content",
            "the files of the site are not in the archive",
        );
    }
    ftp(account, part, &domain, &mut one, collected, sink)?;
    let has_tls = one.is_on("SSL");
    certificate(account, &domain, collected, sink)?;
    sink.record(Site {
        id,
        account: Some(account.id.clone()),
        domain,
        kind,
        document_root: Some(root),
        aliases: one.list("ALIAS").into_iter().map(|name| name.to_lowercase()).collect(),
        redirect: one.take("REDIRECT"),
        php: one.take("BACKEND"),
        has_tls,
        is_suspended: one.is_on("SUSPENDED"),
        content: content.map(|path| collected.content(&path)),
        extra: one.rest(),
        ..Site::default()
    })
}

/// Several FTP users stand in one value, separated by colons; hashes and folders as well.
fn ftp(
    account: &Account,
    part: &str,
    domain: &str,
    one: &mut Object,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let (names, hashes, paths) = (one.take("FTP_USER"), one.take("FTP_MD5"), one.take("FTP_PATH"));
    let split =
        |text: Option<String>| -> Vec<String> { text.unwrap_or_default().split(':').map(str::to_owned).collect() };
    let (hashes, paths) = (split(hashes), split(paths));
    for (at, name) in split(names).into_iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let id = account.own(&format!("ftp/{name}"));
        let password = hashes.get(at).and_then(|hash| foreign_password::password(hash));
        if password.is_none() {
            collected.parts.gap_of(
                GapKind::FactLost,
                part,
                Kind::FileUser,
                &id,
                "FTP_MD5",
                "no password hash; a new one is needed",
            );
        }
        let below = paths.get(at).map(|path| path.trim_start_matches('/')).filter(|path| !path.is_empty());
        let home = format!("/home/{}/web/{domain}", account.user);
        sink.record(FileUser {
            id,
            account: Some(account.id.clone()),
            name,
            password,
            home: Some(below.map_or(home.clone(), |below| format!("{home}/{below}"))),
            ..FileUser::default()
        })?;
    }
    Ok(())
}

fn certificate(account: &Account, domain: &str, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut blocks = Vec::new();
    let mut first = None;
    let all = collected.parts.names(&format!("web/{domain}/"));
    for end in [".crt", ".ca", ".key", ".pem"] {
        // The same files lie in `hestia` and, with other names, in `conf`: the first copy counts.
        let mut copies = all.iter().filter(|name| name.ends_with(end));
        if let Some(name) = copies.next_back()
            && let Some(text) = collected.parts.take(name)
            && end != ".pem"
        {
            blocks.extend(certificates::pem_blocks(&text));
            first.get_or_insert_with(|| name.clone());
        }
        for copy in copies {
            collected.parts.take(copy);
        }
    }
    let Some(part) = first else { return Ok(()) };
    match panel_certificates::record(
        account.own(&format!("certificate/{domain}")),
        Some(account.id.clone()),
        domain,
        blocks,
    ) {
        Some(record) => {
            if record.expires.is_none() {
                collected.parts.gap_of(
                    GapKind::FactLost,
                    &part,
                    Kind::Certificate,
                    &record.id,
                    "expires",
                    "the certificate's last day could not be read",
                );
            }
            sink.record(record)
        }
        None => {
            collected.parts.gap(GapKind::Skipped, &part, "no certificate is in it");
            Ok(())
        }
    }
}

/// The lines of `DOM.conf` are the truth, the master file is made from them.
fn zones(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let folders: BTreeSet<String> =
        collected.parts.names("dns/").iter().filter_map(|name| name.split('/').nth(1)).map(str::to_owned).collect();
    for folder in folders {
        let name = panel_zones::zone_name(&folder);
        let mut zone =
            Zone { id: account.own(&name), account: Some(account.id.clone()), name: name.clone(), ..Zone::default() };
        let about = format!("dns/{folder}/hestia/dns.conf");
        let mut default_ttl = None;
        let text = collected.parts.take(&about).unwrap_or_default();
        for (_, mut one) in objects(&about, &text, Kind::Zone, &mut collected.parts) {
            default_ttl = default_ttl.or_else(|| one.take("TTL").and_then(|text| text.parse().ok()));
            one.facts.remove("DOMAIN");
            zone.extra.extend(one.rest());
        }
        zone.default_ttl = default_ttl;
        let lines = format!("dns/{folder}/hestia/{folder}.conf");
        if let Some(text) = collected.parts.take(&lines) {
            for (line, mut one) in objects(&lines, &text, Kind::Zone, &mut collected.parts) {
                match record(&mut one, &name, line) {
                    Ok(Some(record)) => {
                        zone.records.push(record);
                        tell_rest(one, &lines, Kind::Zone, &mut collected.parts);
                    }
                    Ok(None) => collected.parts.bad_line(&lines, Kind::Zone, line, "a suspended record is not taken"),
                    Err(reason) => collected.parts.bad_line(&lines, Kind::Zone, line, reason),
                }
            }
        }
        let file = format!("dns/{folder}/conf/{folder}.db");
        if let Some(text) = collected.parts.take(&file)
            && zone.records.is_empty()
        {
            let extra = std::mem::take(&mut zone.extra);
            zone = panel_zones::from_master_file(account.own(&name), &name, text, &file, &mut collected.parts);
            zone.account = Some(account.id.clone());
            zone.extra = extra;
        }
        sink.record(zone)?;
    }
    Ok(())
}

/// One line of a zone: `RECORD='www' TYPE='A' PRIORITY='' VALUE='192.0.2.1' TTL='' SUSPENDED='no'`.
/// `None` where it is suspended.
pub fn record(one: &mut Object, zone: &str, line: u64) -> Result<Option<ZoneRecord>, &'static str> {
    if one.is_on("SUSPENDED") {
        return Ok(None);
    }
    let owner = one.take("RECORD").ok_or("a record without a name")?.to_lowercase();
    let kind = one.take("TYPE").ok_or("a record without a type")?.to_uppercase();
    let value = one.take("VALUE").ok_or("a record without a value")?;
    if !kind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("a record of a type that is none");
    }
    let ttl = match one.take("TTL") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_no_number| "a record whose time to live is no number")?),
    };
    let owner = match owner.as_str() {
        "@" => format!("{zone}."),
        name if name.ends_with('.') => name.to_owned(),
        name => format!("{name}.{zone}."),
    };
    let value = match kind.as_str() {
        // Names in values are absolute with or without their final dot, as the panel writes them.
        "CNAME" | "NS" | "PTR" | "DNAME" => absolute(&value, zone),
        "TXT" | "SPF" if !value.starts_with('"') => format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")),
        "MX" | "SRV" => last_absolute(&value, zone),
        _ => value,
    };
    let data = match (kind.as_str(), one.take("PRIORITY")) {
        ("MX" | "SRV" | "URI" | "NAPTR", Some(priority)) => format!("{priority} {value}"),
        ("MX", None) => format!("0 {value}"),
        _ => value,
    };
    Ok(Some(ZoneRecord { owner, ttl, kind, data, line: Some(line) }))
}

fn absolute(name: &str, zone: &str) -> String {
    match name {
        "@" => format!("{zone}."),
        _ if name.ends_with('.') => name.to_lowercase(),
        _ if name.contains('.') => format!("{}.", name.to_lowercase()),
        _ => format!("{}.{zone}.", name.to_lowercase()),
    }
}

fn last_absolute(value: &str, zone: &str) -> String {
    let mut words: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
    if let Some(last) = words.last_mut() {
        *last = absolute(last, zone);
    }
    words.join(" ")
}
