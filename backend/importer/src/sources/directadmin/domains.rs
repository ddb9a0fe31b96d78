//! Domains with their subdomains, pointers, zones, certificates and FTP users.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{foreign_password, panel_certificates, panel_zones};
use super::account::{Account, is_yes};
use super::collect::Collected;
use crate::formats::{certificates, panel_lines};
use crate::snapshot::values::Extra;
use crate::snapshot::{FileUser, GapKind, Kind, Site, SiteKind};
use crate::{Refusal, Sink};

/// The domains of an account.
#[derive(Debug, Default)]
pub struct Domains {
    pub main: Option<String>,
    pub names: BTreeSet<String>,
    settings: BTreeMap<String, BTreeMap<String, String>>,
}

/// Which domains there are: each has a folder with `domain.conf`. The main one says
/// `defaultdomain=yes`; else it is that of `user.conf`.
pub fn of(account: &Account, collected: &mut Collected) -> Domains {
    let mut domains = Domains::default();
    for part in collected.parts.names("backup/") {
        let Some(name) = part.strip_prefix("backup/").and_then(|rest| rest.split_once('/')).map(|(name, _)| name)
        else {
            continue;
        };
        domains.names.insert(name.to_owned());
    }
    for name in &domains.names {
        let part = format!("backup/{name}/domain.conf");
        let mut settings = BTreeMap::new();
        for pair in collected.parts.take(&part).iter().flat_map(|text| panel_lines::key_values(text)) {
            match pair {
                Ok((key, value)) => {
                    settings.entry(key.to_owned()).or_insert_with(|| value.to_owned());
                }
                Err(line) => collected.parts.bad_line(&part, Kind::Site, line.number, "a line is no KEY=value"),
            }
        }
        if settings.is_empty() {
            collected.parts.gap(GapKind::FactLost, &part, "a domain without settings");
        }
        if settings.get("defaultdomain").is_some_and(|value| is_yes(value)) && domains.main.is_none() {
            domains.main = Some(name.to_lowercase());
        }
        domains.settings.insert(name.clone(), settings);
    }
    if domains.main.is_none() {
        domains.main = account.facts.get("domain").map(|name| name.to_lowercase()).filter(|name| !name.is_empty());
    }
    if let Some(main) = &domains.main
        && !domains.names.iter().any(|name| name.eq_ignore_ascii_case(main))
    {
        let reason = "the main domain has no folder in the archive";
        collected.parts.gap_of(GapKind::Dangling, "backup/user.conf", Kind::Site, &account.own(main), "domain", reason);
    }
    domains
}

/// Tells one domain and what belongs to it.
pub fn tell(
    account: &Account,
    folder: &str,
    domains: &Domains,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let domain = folder.to_lowercase();
    let below = |file: &str| format!("backup/{folder}/{file}");
    let mut settings = domains.settings.get(folder).cloned().unwrap_or_default();
    let is_main = domains.main.as_ref() == Some(&domain);
    let main_id = domains.main.as_ref().filter(|_| !is_main).map(|main| account.own(main));
    let root = format!("/home/{}/domains/{domain}", account.user);
    let mut switch = |key: &str| settings.remove(key);
    let is_off =
        switch("suspended").is_some_and(|value| is_yes(&value)) | switch("active").is_some_and(|value| !is_yes(&value));
    let has_tls = switch("ssl").is_some_and(|value| is_yes(&value));
    let php = switch("php1_select");
    let mut extra: Vec<Extra> = settings.into_iter().map(|(name, value)| Extra { name, value }).collect();
    for file in ["domain.ip_list", "domain.usage", "ftp.conf"] {
        if let Some(text) = collected.parts.take(&below(file)) {
            let value = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !value.is_empty() {
                extra.push(Extra { name: file.to_owned(), value });
            }
        }
    }
    let web = collected.web.get(&domain).map(|(path, _, _)| collected.content(path));
    let id = account.own(&domain);
    sink.record(Site {
        id: id.clone(),
        account: Some(account.id.clone()),
        domain: domain.clone(),
        kind: if is_main { SiteKind::Main } else { SiteKind::Addon },
        parent: main_id,
        document_root: Some(format!("{root}/public_html")),
        php,
        has_tls,
        is_suspended: is_off,
        content: web.clone(),
        extra,
        ..Site::default()
    })?;
    subdomains(account, folder, &id, web, collected, sink)?;
    pointers(account, folder, &id, collected, sink)?;
    for part in collected.parts.names(&below("")).into_iter().filter(|part| part.ends_with(".db")) {
        let Some(text) = collected.parts.take(&part) else { continue };
        let name =
            part.strip_prefix(&below("")).and_then(|file| file.strip_suffix(".db")).unwrap_or(&domain).to_owned();
        let mut zone = panel_zones::from_master_file(account.own(&name), &name, text, &part, &mut collected.parts);
        zone.account = Some(account.id.clone());
        sink.record(zone)?;
    }
    certificate(account, folder, collected, sink)?;
    ftp(account, folder, collected, sink)
}

fn subdomains(
    account: &Account,
    folder: &str,
    parent: &str,
    web: Option<crate::snapshot::values::Content>,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let overrides_part = format!("backup/{folder}/domain.subdomains.docroot.override");
    let mut roots: BTreeMap<String, String> = BTreeMap::new();
    for pair in collected.parts.take(&overrides_part).iter().flat_map(|text| panel_lines::key_values(text)) {
        match pair {
            Ok((name, value)) => {
                // `sub=public_html=/path&private_html=/path`, or the path alone.
                let pairs = panel_lines::form_pairs(value);
                let path = pairs.iter().find(|(key, _)| key == "public_html").map(|(_, path)| path.clone());
                roots.insert(name.to_lowercase(), path.unwrap_or_else(|| panel_lines::url_decoded(value)));
            }
            Err(line) => collected.parts.bad_line(&overrides_part, Kind::Site, line.number, "a line is no sub=folder"),
        }
    }
    let list_part = format!("backup/{folder}/subdomain.list");
    let mut seen = BTreeSet::new();
    for line in collected.parts.take(&list_part).iter().flat_map(|text| panel_lines::lines(text)) {
        let label = line.text.to_lowercase();
        let name = format!("{label}.{}", folder.to_lowercase());
        if label.contains(['/', ' ', '=']) || !seen.insert(name.clone()) {
            collected.parts.bad_line(&list_part, Kind::Site, line.number, "a line is no name, or stands twice");
            continue;
        }
        let root = roots
            .remove(&label)
            .unwrap_or_else(|| format!("/home/{}/domains/{folder}/public_html/{label}", account.user));
        let inside = root.split_once(&format!("/domains/{folder}/")).map(|(_, path)| path.to_owned());
        let content = web.clone().zip(inside.filter(|path| !path.contains(".."))).map(|(mut web, path)| {
            web.path = format!("{}/{path}", web.path);
            web
        });
        sink.record(Site {
            id: account.own(&name),
            account: Some(account.id.clone()),
            domain: name,
            kind: SiteKind::Subdomain,
            parent: Some(parent.to_owned()),
            document_root: Some(root),
            content,
            ..Site::default()
        })?;
    }
    if !roots.is_empty() {
        collected.parts.gap(GapKind::Dangling, &overrides_part, "a folder of a subdomain that is not listed");
    }
    Ok(())
}

/// `x.tld=alias`, `x.tld=type=pointer`.
fn pointers(
    account: &Account,
    folder: &str,
    parent: &str,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let part = format!("backup/{folder}/domain.pointers");
    let text = collected.parts.take(&part);
    let mut seen = BTreeSet::new();
    for line in text.iter().flat_map(|text| panel_lines::lines(text)) {
        let (name, value) = line.text.split_once('=').unwrap_or((line.text, ""));
        let name = name.trim().to_lowercase();
        let pairs = panel_lines::form_pairs(value);
        let word = pairs.iter().find(|(key, _)| key == "type").map(|(_, word)| word.as_str()).unwrap_or(value.trim());
        let kind = match word {
            "alias" => SiteKind::Alias,
            "pointer" | "" => SiteKind::Redirect,
            _ => {
                collected.parts.bad_line(&part, Kind::Site, line.number, "a pointer of a type that is not known");
                continue;
            }
        };
        if name.is_empty() || !seen.insert(name.clone()) {
            collected.parts.bad_line(&part, Kind::Site, line.number, "a pointer without a name, or twice");
            continue;
        }
        sink.record(Site {
            id: account.own(&name),
            account: Some(account.id.clone()),
            domain: name,
            kind,
            parent: Some(parent.to_owned()),
            redirect: (kind == SiteKind::Redirect).then(|| folder.to_lowercase()),
            ..Site::default()
        })?;
    }
    Ok(())
}

fn certificate(account: &Account, folder: &str, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let part = format!("backup/{folder}/domain.cert");
    let files = [part.clone(), format!("backup/{folder}/domain.cacert"), format!("backup/{folder}/domain.key")];
    let texts: Vec<String> = files.iter().filter_map(|file| collected.parts.take(file)).collect();
    let blocks: Vec<_> = texts.iter().flat_map(|text| certificates::pem_blocks(text)).collect();
    if texts.iter().all(|text| text.trim().is_empty()) {
        return Ok(());
    }
    match panel_certificates::record(account.own(&part), Some(account.id.clone()), folder, blocks) {
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

/// `user@dom=passwd=CRYPT&path=...&type=...`; older: `user@dom=CRYPT`.
fn ftp(account: &Account, folder: &str, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let part = format!("backup/{folder}/ftp.passwd");
    let text = collected.parts.take(&part);
    let mut seen = BTreeSet::new();
    for line in text.iter().flat_map(|text| panel_lines::lines(text)) {
        let Some((name, value)) = line.text.split_once('=').filter(|(name, _)| !name.trim().is_empty()) else {
            collected.parts.bad_line(&part, Kind::FileUser, line.number, "a line is no user=facts");
            continue;
        };
        let pairs: BTreeMap<String, String> = panel_lines::form_pairs(value).into_iter().collect();
        let hash = pairs.get("passwd").map_or(value, String::as_str);
        let id = account.own(&format!("ftp/{name}"));
        if !seen.insert(id.clone()) {
            collected.parts.bad_line(&part, Kind::FileUser, line.number, "a user stands twice; the first is taken");
            continue;
        }
        let password = foreign_password::password(hash);
        if password.is_none() {
            collected.parts.gap_of(
                GapKind::FactLost,
                &part,
                Kind::FileUser,
                &id,
                "password",
                "no password hash; a new one is needed",
            );
        }
        let known = ["passwd", "path", "type"];
        if pairs.contains_key("passwd") && pairs.keys().any(|key| !known.contains(&key.as_str())) {
            collected.parts.gap_of(
                GapKind::FactLost,
                &part,
                Kind::FileUser,
                &id,
                "facts",
                "facts beyond password and folder have no place",
            );
        }
        sink.record(FileUser {
            id,
            account: Some(account.id.clone()),
            name: name.trim().to_owned(),
            password,
            home: pairs.get("path").filter(|path| !path.is_empty()).cloned(),
            ..FileUser::default()
        })?;
    }
    Ok(())
}
