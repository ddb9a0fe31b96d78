//! Sites: the main domain, addons, subdomains and parked domains, each with its kind, its
//! parent and its document root as three facts; and the DNS zones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::panel_zones;
use super::account::{self, Account};
use super::collect::Collected;
use crate::formats::{panel_lines, yaml};
use crate::snapshot::values::Extra;
use crate::snapshot::{GapKind, Kind, Site, SiteKind};
use crate::{Refusal, Sink};

/// Nesting of userdata.
const DEPTH: usize = 16;

/// The domains of an account by what they are.
#[derive(Debug, Default)]
struct Domains {
    main: Option<String>,
    /// The addon and the subdomain that serves it.
    addons: BTreeMap<String, String>,
    parked: BTreeSet<String>,
    /// The subdomain and its folder, where it is told.
    subdomains: BTreeMap<String, Option<String>>,
}

/// Tells all sites and zones.
pub fn tell(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut domains = from_userdata(account, collected);
    from_old_lists(&mut domains, collected);
    if domains.main.is_none() {
        domains.main.clone_from(&account.main_domain);
    }
    if let (Some(stated), Some(main)) = (&account.main_domain, &domains.main)
        && stated != main
    {
        let reason = "cp names another main domain than userdata, which is taken";
        collected.parts.gap_of(GapKind::FactChanged, &account.part, Kind::HostingAccount, &account.id, "DNS", reason);
    }
    let sites = sites(account, &domains, collected);
    other_domains(account, &domains, collected);
    for site in sites {
        sink.record(site)?;
    }
    for (file, text) in collected.parts.take_below("dnszones/") {
        let part = format!("dnszones/{file}");
        let Some(name) = file.strip_suffix(".db") else {
            collected.parts.gap(GapKind::Skipped, &part, "it is no zone file");
            continue;
        };
        let mut zone = panel_zones::from_master_file(account.own(name), name, text, &part, &mut collected.parts);
        zone.account = Some(account.id.clone());
        sink.record(zone)?;
    }
    Ok(())
}

fn from_userdata(account: &Account, collected: &mut Collected) -> Domains {
    let mut domains = Domains::default();
    let Some(main) = userdata("main", collected) else { return domains };
    domains.main = text(&main, "main_domain").map(|name| name.to_lowercase());
    for (addon, sub) in entries(&main, "addon_domains") {
        domains.addons.insert(addon.to_lowercase(), sub.to_lowercase());
    }
    domains.parked = list(&main, "parked_domains").into_iter().collect();
    domains.subdomains = list(&main, "sub_domains").into_iter().map(|name| (name, None)).collect();
    let known = ["main_domain", "addon_domains", "parked_domains", "sub_domains", "cp_php_magic_include_path.conf"];
    let other = main.as_object().map_or(0, |map| map.keys().filter(|key| !known.contains(&key.as_str())).count());
    if other > 0 {
        collected.parts.gap_of(
            GapKind::FactLost,
            "userdata/main",
            Kind::HostingAccount,
            &account.id,
            "main",
            "keys that are not known are not taken",
        );
    }
    domains
}

fn userdata(name: &str, collected: &mut Collected) -> Option<Value> {
    let part = format!("userdata/{name}");
    let text = collected.parts.take(&part)?;
    match yaml::read(&text, &part, DEPTH) {
        Ok(value) => Some(value),
        Err(refusal) => {
            let reason = format!("it is not read ({}): {}", refusal.code.as_str(), refusal.reason);
            collected.parts.gap(GapKind::Skipped, &part, &reason);
            None
        }
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty() && *text != "~").map(str::to_owned)
}

fn entries(value: &Value, key: &str) -> Vec<(String, String)> {
    let map = value.get(key).and_then(Value::as_object);
    map.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn list(value: &Value, key: &str) -> Vec<String> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_lowercase)
        .filter(|name| !name.is_empty())
        .collect()
}

/// `addons`, `pds`, `sds`, `sds2`: what old versions have instead of userdata, and new ones besides.
fn from_old_lists(domains: &mut Domains, collected: &mut Collected) {
    let parts = &mut collected.parts;
    for line in parts.take("addons").iter().flat_map(|text| panel_lines::lines(text)) {
        match line.text.split_once('=').and_then(|(addon, sub)| Some((addon.trim(), sub.trim().split_once('_')?))) {
            Some((addon, (label, parent))) if !addon.is_empty() => {
                domains
                    .addons
                    .entry(addon.to_lowercase())
                    .or_insert_with(|| format!("{label}.{parent}").to_lowercase());
            }
            _ => parts.bad_line("addons", Kind::Site, line.number, "a line is no addon=sub_domain"),
        }
    }
    for line in parts.take("pds").iter().flat_map(|text| panel_lines::lines(text)) {
        for name in line.text.split_whitespace() {
            let name = name.to_lowercase();
            if !name
                .strip_prefix("www.")
                .is_some_and(|bare| line.text.to_lowercase().split_whitespace().any(|other| other == bare))
            {
                domains.parked.insert(name);
            }
        }
    }
    for file in ["sds2", "sds"] {
        for line in parts.take(file).iter().flat_map(|text| panel_lines::lines(text)) {
            let (name, folder) =
                line.text.split_once('=').map_or((line.text, None), |(name, folder)| (name, Some(folder.trim())));
            let Some((label, parent)) = name.trim().split_once('_') else {
                parts.bad_line(file, Kind::Site, line.number, "a line is no sub_domain");
                continue;
            };
            let known = domains.subdomains.entry(format!("{label}.{parent}").to_lowercase()).or_default();
            if known.is_none() {
                *known = folder.filter(|folder| !folder.is_empty()).map(str::to_owned);
            }
        }
    }
}

fn sites(account: &Account, domains: &Domains, collected: &mut Collected) -> Vec<Site> {
    let mut sites = Vec::new();
    let main_id = domains.main.as_ref().map(|main| account.own(main));
    if let Some(main) = &domains.main {
        sites.push(site(account, main, main, SiteKind::Main, None, Some("public_html"), collected));
    } else {
        collected.parts.gap_of(
            GapKind::FactLost,
            &account.part,
            Kind::HostingAccount,
            &account.id,
            "domain",
            "no main domain is named",
        );
    }
    for (addon, sub) in &domains.addons {
        let folder = domains.subdomains.get(sub).cloned().flatten();
        let mut one = site(account, addon, sub, SiteKind::Addon, main_id.clone(), folder.as_deref(), collected);
        one.extra.push(Extra { name: "subdomain".to_owned(), value: sub.clone() });
        sites.push(one);
    }
    let serving: BTreeSet<&String> = domains.addons.values().collect();
    for (sub, folder) in domains.subdomains.iter().filter(|(sub, _)| !serving.contains(sub)) {
        // The longest domain of the account that it lies below.
        let above = domains.main.iter().chain(domains.addons.keys()).filter(|name| sub.ends_with(&format!(".{name}")));
        let parent = above.max_by_key(|name| name.len()).map(|name| account.own(name)).or_else(|| main_id.clone());
        sites.push(site(account, sub, sub, SiteKind::Subdomain, parent, folder.as_deref(), collected));
    }
    for parked in &domains.parked {
        let mut one = Site {
            id: account.own(parked),
            account: Some(account.id.clone()),
            domain: parked.clone(),
            kind: SiteKind::Alias,
            parent: main_id.clone(),
            ..Site::default()
        };
        if collected.parts.has(&format!("homedir/etc/{parked}/passwd")) {
            let reason = "a parked domain has mailboxes of its own: it must become a domain of its own";
            collected.parts.gap_of(GapKind::FactChanged, "userdata/main", Kind::Site, &one.id, "kind", reason);
            one.extra.push(Extra { name: "has_mailboxes".to_owned(), value: "yes".to_owned() });
        }
        sites.push(one);
    }
    for file in collected.parts.names("userdata/") {
        let name = file.trim_start_matches("userdata/").to_owned();
        collected.parts.take(&file);
        collected.parts.gap(
            GapKind::Dangling,
            &file,
            &format!("settings of the web server for '{name}', which is no domain of the account"),
        );
    }
    sites
}

/// A site, with what the web server's settings of its host say.
fn site(
    account: &Account,
    domain: &str,
    host: &str,
    kind: SiteKind,
    parent: Option<String>,
    folder: Option<&str>,
    collected: &mut Collected,
) -> Site {
    let settings = userdata(host, collected).unwrap_or(Value::Null);
    let has_tls =
        userdata(&format!("{host}_SSL"), collected).is_some() || collected.parts.has(&format!("apache_tls/{host}"));
    let id = account.own(domain);
    let stated = text(&settings, "documentroot");
    let document_root =
        stated.or_else(|| folder.map(|folder| format!("{}/{}", account.home, folder.trim_start_matches('/'))));
    let content = match document_root.as_deref().map(|root| account.below_home(root)) {
        Some(Some(below)) if !below.split('/').any(|name| name == "..") => collected.home_content(below),
        Some(_) => {
            let reason = "the document root is not in the home and its files are not in the archive";
            collected.parts.gap_of(GapKind::FactLost, &format!("userdata/{host}"), Kind::Site, &id, "content", reason);
            None
        }
        None => {
            let reason = "no document root is told";
            collected.parts.gap_of(
                GapKind::FactLost,
                &format!("userdata/{host}"),
                Kind::Site,
                &id,
                "document_root",
                reason,
            );
            None
        }
    };
    let aliases = text(&settings, "serveralias").unwrap_or_default();
    let aliases =
        aliases.split_whitespace().map(str::to_lowercase).filter(|alias| alias != domain && alias != host).collect();
    let taken = ["documentroot", "serveralias", "phpversion", "servername", "homedir", "user", "ip"];
    let left = settings.as_object().into_iter().flatten().find(|(key, _)| !taken.contains(&key.as_str()));
    if let Some((key, _)) = left {
        let place = collected.parts.place("userdata");
        let reason = "settings of the web server beyond folder, names and PHP version are not taken";
        collected.parts.tally.count(GapKind::FactLost, &place, Some(Kind::Site), reason, key);
    }
    let extra = text(&settings, "ip").map(|value| Extra { name: "ip".to_owned(), value });
    Site {
        id,
        account: Some(account.id.clone()),
        domain: domain.to_owned(),
        kind,
        parent,
        document_root,
        aliases,
        php: text(&settings, "phpversion"),
        has_tls,
        content,
        extra: extra.into_iter().collect(),
        ..Site::default()
    }
}

/// `DNS1` and so on of `cp/USER` name all further domains: what is none of the sites is told.
fn other_domains(account: &Account, domains: &Domains, collected: &mut Collected) {
    for (_, name) in account.facts.iter().filter(|(key, _)| account::is_other_domain(key)) {
        let name = name.to_lowercase();
        let is_known = domains.main.as_ref() == Some(&name)
            || domains.addons.contains_key(&name)
            || domains.addons.values().any(|sub| *sub == name)
            || domains.parked.contains(&name)
            || domains.subdomains.contains_key(&name);
        if !is_known {
            let reason = format!(
                "the domain '{}' is named, but is no site of the account",
                crate::gap_counts::clipped(&name, 100)
            );
            collected.parts.gap_of(GapKind::Dangling, &account.part, Kind::Site, &account.own(&name), "DNS", &reason);
        }
    }
}
