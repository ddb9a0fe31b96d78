//! What the first pass notes, and the reseller tree.

use std::collections::{BTreeMap, HashMap, HashSet};

use hostwright_kernel::{Currency, Day};

use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::{Amount, Cycle};
use crate::snapshot::{GapKind, Kind};
use crate::sources::tables::{Aside, Fields, IdSet, Out, amount_of};

/// Levels of resellers that are followed; what lies deeper is taken for a circle.
const DEEPEST: usize = 256;
/// Messages of one thread that are followed back to its first.
const LONGEST: usize = 2_000;

/// A login as others need it.
struct Admin {
    client: String,
    is_reseller: bool,
    head: String,
    next: String,
}

/// What a product lends to those that bought it.
#[derive(Clone)]
pub(super) struct Sold {
    pub(super) name: String,
    /// As it is written, until the currency is known.
    written: String,
    pub(super) price: Option<Amount>,
    pub(super) cycle: Option<Cycle>,
    pub(super) kind: String,
}

/// What rows of other tables need.
#[derive(Default)]
pub(super) struct Look {
    pub(super) currency: Option<Currency>,
    admins: BTreeMap<String, Admin>,
    /// The reseller of a login.
    parents: HashMap<String, String>,
    /// The reseller of a client, both as parties.
    pub(super) client_resellers: HashMap<String, String>,
    pub(super) resellers: HashSet<String>,
    pub(super) clients: IdSet,
    pub(super) products: HashMap<String, Sold>,
    pub(super) departments: IdSet,
    /// Nodes by host name: identifier and kind of virtualisation, and whether it has LVM.
    pub(super) nodes: HashMap<String, (String, String, bool)>,
    guests: IdSet,
    pub(super) addresses: Aside,
    pub(super) handles: Aside,
    /// Handles that a domain asked for; they are shared.
    pub(super) used_handles: IdSet,
    pub(super) subdomains: Aside,
    pub(super) attachments: Aside,
    /// Owners of domains.
    pub(super) domain_owners: HashMap<String, String>,
    pub(super) paid_orders: IdSet,
    pub(super) payments: IdSet,
    /// Ticket messages that answer another one.
    answers: HashMap<String, String>,
    messages: IdSet,
    /// The last day on which anything happened: what lies nine years after it is no end.
    pub(super) last_day: Option<Day>,
    tied: Vec<String>,
}

/// `0001-00-00` is a year, `0000-01-00` a month.
pub(super) fn duration(text: &str) -> Option<Cycle> {
    let mut parts = text.trim().splitn(3, '-').map(|part| part.parse::<u32>().ok());
    let (years, months, days) = (parts.next()??, parts.next()??, parts.next()??);
    let months = years.checked_mul(12)?.checked_add(months)?;
    match (months, days) {
        (0, 0) => Some(Cycle::Once),
        (0, days) => Some(Cycle::Days(days)),
        (months, 0) => Some(Cycle::Months(months)),
        _ => None,
    }
}

impl Look {
    pub(super) fn of(given: Option<Currency>) -> Self {
        Self { currency: given, ..Self::default() }
    }

    pub(super) fn at(&mut self, row: &Row, out: &mut Out<'_>) -> Result<(), Refusal> {
        let mut f = Fields::with_id(row, Kind::Party, "id");
        let id = f.id().to_owned();
        match row.header.table.as_str() {
            "secpayconf" => {
                if let Ok(currency) = f.string("currency_letters").trim().to_ascii_uppercase().parse() {
                    self.currency = Some(currency);
                }
                out.joined(f);
            }
            "clients" => drop(self.clients.insert(&id)),
            "admin" => {
                let admin = Admin {
                    client: f.reference("id_client").unwrap_or_default(),
                    is_reseller: f.flag("resseller_flag"),
                    head: f.string("ob_head"),
                    next: f.string("ob_next"),
                };
                self.admins.insert(f.string("adm_login"), admin);
            }
            "product" => {
                let (written, price) = (f.string("price_dollar"), None);
                let cycle = f.text("period").and_then(|period| duration(&period));
                let sold = Sold { name: f.string("name"), written, price, cycle, kind: f.string("heb_type") };
                self.products.insert(id, sold);
            }
            "vps_server" => {
                self.nodes.insert(f.string("hostname"), (id, f.string("virt_type"), f.flag("lvmenable")));
            }
            "vps" => {
                let name = guest_key(&f.string("vps_server_hostname"), &f.string("vps_xen_name"));
                self.guests.insert(&name);
            }
            "vps_ip" if !f.flag("available") => {
                let owner = guest_key(&f.string("vps_server_hostname"), &f.string("vps_xen_name"));
                self.addresses.put(&owner, &[f.string("ip_addr"), f.string("rdns_addr")])?;
            }
            "dedicated_ip" if !f.flag("available") => {
                let owner = format!("dedicated {}", f.string("dedicated_server_hostname"));
                self.addresses.put(&owner, &[f.string("ip_addr"), f.string("rdns_addr")])?;
            }
            "handle" => {
                f.lost("ovh_passwd", "passwords at registrars are set up anew");
                let pairs = f.all();
                self.handles.put(&id, &pairs)?;
                out.joined(f);
            }
            "domain" => drop(self.domain_owners.insert(f.string("name").to_lowercase(), f.string("owner"))),
            "subdomain" => {
                let domain = f.string("domain_name").to_lowercase();
                self.subdomains.put(&domain, &f.all())?;
            }
            "tik_cats" => drop(self.departments.insert(&id)),
            "tik_attach" => {
                let kind = format!("{}/{}", f.string("ctype_prim"), f.string("ctype_sec"));
                let size = f.bytes("datahex").map_or(0, |hex| hex.len() / 2);
                self.attachments.put(&id, &[f.string("filename"), kind, size.to_string()])?;
                out.joined(f);
            }
            "tik_queries" => {
                if let Some(answered) = f.reference("in_reply_of_id").filter(|_| !f.flag("initial_ticket")) {
                    self.answers.insert(id.clone(), answered);
                }
                self.messages.insert(&id);
                self.seen_on(f.day("date"));
            }
            "paiement" => {
                self.payments.insert(&id);
                self.seen_on(f.day("date"));
            }
            "completedorders" => drop(self.paid_orders.insert(&f.string("payment_id"))),
            _ => {}
        }
        Ok(())
    }

    fn seen_on(&mut self, day: Option<Day>) {
        self.last_day = self.last_day.max(day);
    }

    /// The party of a login.
    pub(super) fn party_of(&self, login: &str) -> Option<String> {
        let admin = self.admins.get(login)?;
        let has_client = self.clients.contains(&admin.client);
        Some(if has_client { admin.client.clone() } else { format!("admin-{login}") })
    }

    /// The reseller of a login, as a party.
    pub(super) fn reseller_of(&self, login: &str) -> Option<String> {
        self.parents.get(login).and_then(|parent| self.party_of(parent))
    }

    pub(super) fn looked(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.grow_tree();
        for sold in self.products.values_mut() {
            sold.price = self.currency.and_then(|currency| amount_of(&sold.written, currency));
        }
        for login in std::mem::take(&mut self.tied) {
            let reason = "the reseller tree runs in a circle here; the link was left out";
            out.told.thing(GapKind::FactChanged, "admin", Kind::Party, &login, reason, 1);
        }
        for (login, admin) in &self.admins {
            let Some(party) = self.party_of(login) else { continue };
            if admin.is_reseller {
                self.resellers.insert(party.clone());
            }
            if let Some(reseller) = self.reseller_of(login).filter(|reseller| *reseller != party) {
                self.client_resellers.entry(party).or_insert(reseller);
            }
        }
        match self.currency {
            Some(currency) => out.fact("currency", currency.code()),
            None => Ok(()),
        }
    }

    /// Which end of a link is the reseller shows the flag; where both or none have it, the
    /// other links decide.
    fn grow_tree(&mut self) {
        let flag = |login: &str| self.admins.get(login).map(|admin| admin.is_reseller);
        let (mut heads_are_parents, mut heads_are_children) = (0u64, 0u64);
        for admin in self.admins.values() {
            match (admin.is_reseller, flag(&admin.head)) {
                (false, Some(true)) => heads_are_parents = heads_are_parents.saturating_add(1),
                (true, Some(false)) => heads_are_children = heads_are_children.saturating_add(1),
                _ => {}
            }
        }
        let mut parents: BTreeMap<String, String> = BTreeMap::new();
        for (login, admin) in &self.admins {
            let is_parent = match (admin.is_reseller, flag(&admin.head)) {
                (_, None) => continue,
                (false, Some(true)) => true,
                (true, Some(false)) => false,
                _ => heads_are_parents > heads_are_children,
            };
            if is_parent {
                parents.insert(login.clone(), admin.head.clone());
                continue;
            }
            let mut child = admin.head.clone();
            while let Some(one) = self.admins.get(&child) {
                if child == *login || parents.contains_key(&child) {
                    break;
                }
                parents.insert(child.clone(), login.clone());
                child.clone_from(&one.next);
            }
        }
        for login in parents.keys() {
            let mut passed: HashSet<&str> = HashSet::new();
            let mut above = parents.get(login).map(String::as_str);
            while let Some(one) = above.filter(|one| *one != login && passed.insert(one) && passed.len() < DEEPEST) {
                above = parents.get(one).map(String::as_str);
            }
            if above == Some(login) || passed.len() >= DEEPEST {
                self.tied.push(login.clone());
            }
        }
        for login in &self.tied {
            parents.remove(login);
        }
        self.parents = parents.into_iter().collect();
    }

    /// The first message of the thread that this one belongs to; absent where the thread has none.
    pub(super) fn first_message(&self, id: &str) -> Option<String> {
        let mut passed: HashSet<&str> = HashSet::new();
        let mut now = id;
        while let Some(answered) = self.answers.get(now) {
            if !passed.insert(now) || passed.len() > LONGEST || !self.messages.contains(answered) {
                return None;
            }
            now = answered;
        }
        Some(now.to_owned())
    }

    pub(super) fn is_answer(&self, id: &str) -> bool {
        self.answers.contains_key(id)
    }

    /// Rows that were laid aside and that no record asked for.
    pub(super) fn finish(&mut self, out: &mut Out<'_>) -> Result<(), Refusal> {
        let asides = [
            ("vps_ip", Kind::Guest, "an address in use by a machine that is not there", &mut self.addresses),
            ("subdomain", Kind::Site, "subdomains of a domain that is not there", &mut self.subdomains),
            ("handle", Kind::Domain, "a contact that no domain held here has", &mut self.handles),
            ("tik_attach", Kind::TicketMessage, "files of a message that is not there", &mut self.attachments),
        ];
        for (table, kind, reason, aside) in asides {
            for (owner, count) in aside.left()? {
                if table == "handle" && self.used_handles.contains(&owner) {
                    continue;
                }
                let count = u64::try_from(count).unwrap_or(0);
                out.told.thing(GapKind::Dangling, table, kind, &owner, reason, count);
            }
        }
        Ok(())
    }
}

/// A guest as the node calls it: `01` in the table is `xen01` there.
pub(super) fn guest_key(host: &str, name: &str) -> String {
    let name = name.trim();
    let name = if name.starts_with("xen") { name.to_owned() } else { format!("xen{name}") };
    format!("{}/{name}", host.trim())
}
