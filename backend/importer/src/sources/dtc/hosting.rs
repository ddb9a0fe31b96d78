//! Domains, sites, users of files, cron lines.

use std::collections::BTreeMap;

use super::{Dtc, is_inherited, zones};
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::{
    Address, ContactRole, CronLine, Domain, DomainContact, DomainStatus, FileUser, GapKind, Kind, MailRule,
    MailRuleKind, Site, SiteKind,
};
use crate::sources::tables::{Fate, Fields, Out};

use super::parties::password;

/// Name and value in turn, as a map; of two values of one name the first counts.
pub(super) fn map_of(facts: &[String]) -> BTreeMap<String, String> {
    let pairs = facts.chunks_exact(2).filter_map(|pair| Some((pair.first()?.clone(), pair.last()?.clone())));
    pairs.rev().collect()
}

impl Dtc {
    pub(super) fn domain(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Site, "name");
        let name = f.id().trim().trim_end_matches('.').to_lowercase();
        f.set_id(&name);
        if name.is_empty() {
            return Ok(out.skip(&f, "a domain without a name"));
        }
        if out.has(Kind::Site, &name) {
            return out.record(f, Site { id: name, ..Site::default() });
        }
        let login = f.string("owner");
        let party = self.owner(&mut f, "owner");
        let subdomains = self.subdomains_of(&name)?;
        let zone = zones::zone(&mut f, &name, &login, party.clone(), &subdomains);
        out.made(zone)?;
        if let Some(address) = f.text("catchall_email").filter(|address| !is_inherited(address)) {
            let target = if address.contains('@') { address } else { format!("{address}@{name}") };
            let rule = MailRule {
                id: format!("catchall-{name}"),
                account: Some(login.clone()),
                address: format!("*@{name}"),
                kind: MailRuleKind::CatchAll,
                targets: vec![target],
                ..MailRule::default()
            };
            out.made(rule)?;
        }
        let whois = f.string("whois");
        match party.clone() {
            Some(party) if whois != "away" => self.registration(&mut f, &name, party, out)?,
            _ => f.known(&["registrar", "protection"]),
        }
        f.keep("whois", whois);
        let parking = f.text("domain_parking").filter(|target| target != "no-parking");
        let parking_type = f.string("domain_parking_type");
        let (kind, redirect, parent) = match (&parking, parking_type.as_str()) {
            (None, _) => (SiteKind::Main, None, None),
            (Some(target), "redirect") => (SiteKind::Redirect, Some(target.clone()), None),
            (Some(target), _) => (SiteKind::Alias, None, Some(target.to_lowercase())),
        };
        if parking.is_some() {
            f.keep("domain_parking_type", parking_type);
        }
        f.lost("stats_pass", "passwords of statistics pages are set up anew");
        let site = Site {
            id: name.clone(),
            account: Some(login),
            domain: name,
            kind,
            parent,
            redirect,
            is_suspended: f.text("hosting").is_some_and(|hosting| hosting == "away"),
            extra: f.rest(),
            ..Site::default()
        };
        out.record(f, site)
    }

    /// The subdomains of a domain; they stay for their own records.
    fn subdomains_of(&mut self, domain: &str) -> Result<Vec<BTreeMap<String, String>>, Refusal> {
        let rows = self.look.subdomains.take(domain)?;
        Ok(rows.iter().map(|facts| map_of(facts)).collect())
    }

    /// The domain as it is held at a registrar.
    fn registration(
        &mut self,
        f: &mut Fields<'_>,
        name: &str,
        party: String,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let mut contacts = Vec::new();
        for (column, role) in [
            ("owner_id", ContactRole::Registrant),
            ("admin_id", ContactRole::Administrative),
            ("billing_id", ContactRole::Billing),
            ("teck_id", ContactRole::Technical),
        ] {
            let Some(id) = f.reference(column) else { continue };
            self.look.used_handles.insert(&id);
            let rows = self.look.handles.take(&id)?;
            if rows.is_empty() {
                f.gap(GapKind::Dangling, column, "there is no such handle");
                f.keep(column, id.clone());
            }
            for facts in rows {
                // Handles are shared by domains.
                self.look.handles.put(&id, &facts)?;
                contacts.push(contact(role, &map_of(&facts)));
            }
        }
        let servers: Vec<String> = [f.text("primary_dns"), f.text("other_dns")]
            .into_iter()
            .flatten()
            .filter(|server| !is_inherited(server))
            .flat_map(|servers| servers.split('|').map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let domain = Domain {
            id: name.to_owned(),
            party,
            name: name.to_owned(),
            status: DomainStatus::Active,
            registrar: f.text("registrar"),
            registered: f.day("creation_date"),
            expires: f.day("expiration_date"),
            registrar_password: f.secret("registrar_password"),
            name_servers: servers,
            contacts,
            ..Domain::default()
        };
        if let Some(protection) = f.text("protection") {
            f.keep("protection", protection);
        }
        out.made(domain).map(|_is_first| ())
    }

    /// A subdomain is a site where the panel makes one of it; its records are in the zone.
    pub(super) fn subdomain(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Site, "id");
        let number = f.id().to_owned();
        let (domain, label) = (f.string("domain_name").to_lowercase(), f.string("subdomain_name").to_lowercase());
        if domain.is_empty() || label.is_empty() {
            return Ok(out.skip(&f, "a subdomain without a name"));
        }
        f.known(&[
            "ip",
            "ip6",
            "ipv4_round_robin",
            "ttl",
            "associated_txt_record",
            "nameserver_for",
            "srv_record",
            "srv_record_protocol",
        ]);
        let owner = self.look.domain_owners.get(&domain).cloned();
        if owner.is_none() {
            f.gap(GapKind::Dangling, "domain_name", "there is no such domain");
        }
        if f.has("generate_vhost") && !f.flag("generate_vhost") {
            f.gap(GapKind::FactChanged, "generate_vhost", "a name without a site: it is in the zone only");
            let settings = f.rest().len();
            if settings > 0 {
                f.gap(GapKind::FactLost, "", "settings of a site that is not made");
            }
            return Ok(out.joined(f));
        }
        f.lost("pass", "passwords of dynamic addresses are set up anew");
        f.set_id(&format!("{label}.{domain}"));
        let redirect = f.text("redirect_url").filter(|url| !is_inherited(url));
        f.keep("subdomain.id", number);
        let site = Site {
            id: f.id().to_owned(),
            account: owner.filter(|owner| !owner.is_empty()),
            domain: f.id().to_owned(),
            kind: if redirect.is_some() { SiteKind::Redirect } else { SiteKind::Subdomain },
            parent: Some(domain),
            document_root: f.text("path"),
            redirect,
            has_tls: f.text("ssl_ip").is_some_and(|address| !is_inherited(&address)) || f.flag("use_shared_ssl"),
            extra: f.rest(),
            ..Site::default()
        };
        out.record(f, site)
    }

    pub(super) fn file_user(&mut self, row: &Row, out: &mut Out<'_>, is_ssh: bool) -> Result<Fate, Refusal> {
        let prefix = if is_ssh { "ssh-" } else { "ftp-" };
        let mut f = Fields::with_id(row, Kind::FileUser, "id").prefixed(prefix);
        let Some(name) = f.text("login") else {
            return Ok(out.skip(&f, "a user without a name"));
        };
        let domain = f.string("hostname").to_lowercase();
        let account = self.look.domain_owners.get(&domain).cloned();
        if account.is_none() && !domain.is_empty() {
            f.gap(GapKind::Dangling, "hostname", "there is no such domain");
        }
        let (hash, clear) = (f.text("crypt"), f.text("password"));
        if hash.is_some() && clear.is_some() {
            f.gap(GapKind::FactChanged, "password", "kept as a hash and in clear; the hash was taken");
        }
        // Counters of transfers and sessions.
        f.known(&[
            "uid",
            "gid",
            "count",
            "fhost",
            "faddr",
            "ftime",
            "fcdir",
            "fstor",
            "fretr",
            "bstor",
            "bretr",
            "ts",
            "frate",
            "fcred",
            "brate",
            "bcred",
            "flogs",
            "size",
            "login_count",
            "last_login",
            "dl_bytes",
            "ul_bytes",
            "dl_count",
            "ul_count",
            "creation",
            "vhostip",
        ]);
        let user = FileUser {
            id: f.id().to_owned(),
            account,
            name,
            is_ssh,
            password: hash.or(clear).map(|text| password(&text)),
            home: f.text("homedir"),
            ..FileUser::default()
        };
        out.record(f, user)
    }

    pub(super) fn cron(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::CronLine, "id");
        let domain = f.string("domain_name").to_lowercase();
        let account = self.look.domain_owners.get(&domain).cloned();
        if account.is_none() {
            f.gap(GapKind::Dangling, "domain_name", "there is no such domain");
        }
        let label = f.string("subdomain_name");
        let fields: Vec<String> = ["minute", "hour", "day_of_month", "mon", "dow"]
            .iter()
            .map(|column| f.text(column).unwrap_or_else(|| "*".to_owned()))
            .collect();
        // The panel fetches an address of the site; it runs no program.
        let uri = f.string("uri");
        f.known(&["cron_name"]);
        let line = CronLine {
            id: f.id().to_owned(),
            account,
            schedule: fields.join(" "),
            command: format!("http://{label}.{domain}/{}", uri.trim_start_matches('/')),
            ..CronLine::default()
        };
        out.record(f, line)
    }
}

fn contact(role: ContactRole, facts: &BTreeMap<String, String>) -> DomainContact {
    let get = |name: &str| facts.get(name).cloned();
    let joined = |names: &[&str], by: &str| {
        let parts: Vec<String> = names.iter().filter_map(|name| get(name)).collect();
        Some(parts.join(by)).filter(|text| !text.is_empty())
    };
    DomainContact {
        role,
        name: joined(&["firstname", "lastname"], " "),
        company: get("company"),
        email: get("email"),
        phone: get("phone_num"),
        address: Address {
            street: joined(&["addr1", "addr2", "addr3"], "\n"),
            city: get("city"),
            region: get("state"),
            postal_code: get("zipcode"),
            country: get("country"),
        },
        handle: get("name"),
    }
}
