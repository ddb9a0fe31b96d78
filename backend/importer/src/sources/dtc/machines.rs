//! Products, and what was sold of them: shared hosting, private and dedicated servers, the rest.

use super::Dtc;
use super::look::{duration, guest_key};
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::{Cycle, Extra};
use crate::snapshot::{
    Disk, GapKind, Guest, GuestState, Hypervisor, Kind, Price, Product, ProductClass, Server, Subscription,
};
use crate::sources::tables::{Fate, Fields, Out};

/// Years after the last event that no end lies beyond: the upgrade script sets ends of no
/// account to ten years later.
const NO_END_DAYS: i64 = 9 * 365;

fn class_of(kind: &str) -> ProductClass {
    match kind {
        "shared" => ProductClass::Hosting,
        "vps" | "server" => ProductClass::Server,
        _ => ProductClass::Resource,
    }
}

/// Bytes of so many MB as DTC and Xen count them.
fn mebibytes(count: Option<u64>) -> Option<u64> {
    count.filter(|count| *count > 0).and_then(|count| count.checked_mul(1 << 20))
}

impl Dtc {
    pub(super) fn product(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Product, "id");
        let currency = self.look.currency;
        let (amount, setup) = (f.amount("price_dollar", currency), f.amount("setup_fee", currency));
        let cycle = f.text("period").and_then(|text| {
            let cycle = duration(&text);
            if cycle.is_none() {
                f.gap(GapKind::FactLost, "period", "a duration that is no whole number of months or days");
                f.keep("period", text);
            }
            cycle
        });
        let setup = setup.filter(|fee| !fee.value.is_zero());
        let price =
            amount.zip(cycle).map(|(amount, cycle)| Price { cycle, amount, setup, transfer: None, renewal: None });
        let kind = f.string("heb_type");
        let mut limits = Vec::new();
        for (column, name) in [
            ("quota_disk", "quota_disk_mb"),
            ("memory_size", "memory_size_mb"),
            ("bandwidth", "bandwidth_mb"),
            ("nbr_email", "nbr_email"),
            ("nbr_database", "nbr_database"),
            ("max_domain", "max_domain"),
        ] {
            if let Some(value) = f.text(column) {
                limits.push(Extra { name: name.to_owned(), value });
            }
        }
        let product = Product {
            id: f.id().to_owned(),
            name: f.text("name").unwrap_or_else(|| format!("product {}", f.id())),
            class: class_of(&kind),
            prices: price.into_iter().collect(),
            is_hidden: f.flag("private"),
            limits,
            extra: {
                f.keep("heb_type", kind);
                f.rest()
            },
            ..Product::default()
        };
        out.record(f, product)
    }

    pub(super) fn node(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Server, "id");
        let hostname = f.text("hostname");
        let server = Server {
            id: f.id().to_owned(),
            name: hostname.clone().unwrap_or_else(|| format!("node {}", f.id())),
            hostname,
            address: f.text("dom0_ips"),
            kind: f.text("virt_type").or_else(|| Some("xen".to_owned())),
            user_name: f.text("soap_login"),
            password: f.secret("soap_pass"),
            is_active: true,
            extra: f.rest(),
        };
        out.record(f, server)
    }

    /// What all subscriptions have in common: product, its price of today, start and end.
    fn sold(&self, f: &mut Fields<'_>, product: &str, expire: &str) -> Subscription {
        let product = f.reference(product);
        let sold = product.as_ref().and_then(|product| self.look.products.get(product)).cloned();
        if product.is_some() && sold.is_none() {
            f.gap(GapKind::Dangling, "product_id", "there is no such product");
        }
        if sold.as_ref().is_some_and(|sold| sold.price.is_some()) {
            f.gap(
                GapKind::FactChanged,
                "product_id",
                "the source keeps no price of what was sold; it is the product's",
            );
        }
        let mut expires = f.day(expire);
        let too_far =
            |end: &hostwright_kernel::Day| self.look.last_day.is_some_and(|last| last.days_until(*end) > NO_END_DAYS);
        if let Some(end) = expires.filter(too_far) {
            f.gap(GapKind::FactChanged, expire, "an end about ten years ahead, as an upgrade sets it; read as none");
            f.keep(expire, end.to_string());
            expires = None;
        }
        let cycle = sold.as_ref().and_then(|sold| sold.cycle);
        Subscription {
            product,
            class: sold.as_ref().map(|sold| class_of(&sold.kind)),
            cycle,
            price: sold.and_then(|sold| sold.price),
            started: f.day("start_date"),
            expires,
            next_due: expires.filter(|_| matches!(cycle, Some(Cycle::Days(_) | Cycle::Months(_)))),
            ..Subscription::default()
        }
    }

    /// The subscription that a login itself is.
    pub(super) fn shared(
        &mut self,
        f: &mut Fields<'_>,
        login: &str,
        party: &str,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let sold = self.sold(f, "prod_id", "expire");
        if sold.product.is_none() {
            if let Some(end) = sold.expires {
                f.keep("expire", end.to_string());
            }
            return Ok(());
        }
        let subscription = Subscription {
            id: format!("shared-{login}"),
            party: party.to_owned(),
            name: format!("hosting of {login}"),
            user_name: Some(login.to_owned()),
            class: sold.class.or(Some(ProductClass::Hosting)),
            ..sold
        };
        out.made(subscription).map(|_is_first| ())
    }

    pub(super) fn vps(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Subscription, "id").prefixed("vps-");
        let owner = f.string("owner");
        let Some(party) = self.owner(&mut f, "owner") else {
            return Ok(out.skip(&f, "a server of a login that is not there"));
        };
        let host = f.string("vps_server_hostname");
        let key = guest_key(&host, &f.string("vps_xen_name"));
        let name = key.rsplit('/').next().unwrap_or(&key).to_owned();
        let node = self.look.nodes.get(&host).cloned();
        if node.is_none() {
            f.gap(GapKind::Dangling, "vps_server_hostname", "there is no such node");
        }
        let (server, kind, has_lvm) = node.unwrap_or((host, String::new(), false));
        let addresses = self.addresses(&mut f, &key)?;
        let memory = mebibytes(f.count("ramsize"));
        let disk = mebibytes(f.count("hddsize"));
        let (hypervisor, cannot_run) = match kind.as_str() {
            "" | "xen" => (Hypervisor::XenPv, None),
            "kvm" => (Hypervisor::Kvm, None),
            "vz" => (Hypervisor::Openvz, Some("a container shares the kernel of its host".to_owned())),
            _ => (Hypervisor::Other, None),
        };
        let mut extra = vec![Extra { name: "virt_type".to_owned(), value: kind }];
        extra.extend(
            f.text("bandwidth_per_month_gb").map(|value| Extra { name: "bandwidth_per_month_mb".to_owned(), value }),
        );
        for column in ["howtoboot", "bsdkernel", "installed", "monitoring_email"] {
            extra.extend(f.text(column).map(|value| Extra { name: column.to_owned(), value }));
        }
        extra.retain(|one| !one.value.is_empty());
        let guest = Guest {
            id: key,
            name: name.clone(),
            party: Some(party.clone()),
            owner: Some(owner),
            subscription: Some(f.id().to_owned()),
            server: Some(server.clone()),
            hypervisor,
            state: GuestState::Unknown,
            is_locked: f.flag("locked"),
            memory_bytes: memory,
            swap_bytes: memory,
            os: f.text("operatingsystem"),
            disks: disk
                .map(|size| Disk { size_bytes: Some(size), is_partition: has_lvm, ..Disk::default() })
                .into_iter()
                .collect(),
            addresses: addresses.clone(),
            graphics_password: f.secret("vncpassword").filter(|secret| secret.0 != "none"),
            cannot_run,
            extra,
            ..Guest::default()
        };
        let sold = self.sold(&mut f, "product_id", "expire_date");
        let subscription = Subscription {
            id: f.id().to_owned(),
            party,
            name: name.clone(),
            class: Some(ProductClass::Server),
            server: Some(server),
            user_name: Some(name),
            addresses,
            guest: Some(guest.id.clone()),
            extra: f.rest(),
            ..sold
        };
        if !out.has(Kind::Subscription, &subscription.id) && !out.made(guest)? {
            f.gap(GapKind::Duplicate, "vps_xen_name", "two servers of one name on one node; the guest was taken once");
        }
        out.record(f, subscription)
    }

    fn addresses(&mut self, f: &mut Fields<'_>, owner: &str) -> Result<Vec<String>, Refusal> {
        let mut addresses = Vec::new();
        for facts in self.look.addresses.take(owner)? {
            if let [address, reverse] = facts.as_slice() {
                addresses.push(address.clone());
                f.keep(&format!("rdns.{address}"), reverse.clone());
            }
        }
        Ok(addresses)
    }

    /// A row about an address: in use it belongs to its machine; free, there is nothing to move.
    pub(super) fn address(&self, row: &Row, out: &mut Out<'_>) -> Fate {
        let mut f = Fields::with_id(row, Kind::Guest, "id");
        if f.flag("available") {
            return out.skip(&f, "a free address: there is nothing to move");
        }
        f.known(&[
            "vps_server_hostname",
            "vps_xen_name",
            "dedicated_server_hostname",
            "ip_addr",
            "rdns_addr",
            "rdns_regen",
        ]);
        out.joined(f)
    }

    pub(super) fn dedicated(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Subscription, "id").prefixed("dedicated-");
        let Some(party) = self.owner(&mut f, "owner") else {
            return Ok(out.skip(&f, "a server of a login that is not there"));
        };
        let host = f.string("server_hostname");
        let addresses = self.addresses(&mut f, &format!("dedicated {host}"))?;
        let sold = self.sold(&mut f, "product_id", "expire_date");
        if let Some(traffic) = f.text("bandwidth_per_month_gb") {
            f.keep("bandwidth_per_month", traffic);
        }
        let subscription = Subscription {
            id: f.id().to_owned(),
            party,
            name: if host.is_empty() { f.id().to_owned() } else { host },
            class: Some(ProductClass::Server),
            addresses,
            extra: f.rest(),
            ..sold
        };
        out.record(f, subscription)
    }

    pub(super) fn ssl(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Subscription, "id").prefixed("ssl-");
        if f.flag("available") {
            return Ok(out.skip(&f, "a free address: there is nothing to move"));
        }
        let Some(party) = self.owner(&mut f, "adm_login") else {
            return Ok(out.skip(&f, "an address of a login that is not there"));
        };
        let sold = self.sold(&mut f, "product_id", "expire");
        let address = f.text("ip_addr");
        let subscription = Subscription {
            id: f.id().to_owned(),
            party,
            name: format!("TLS address {}", address.as_deref().unwrap_or("")),
            class: Some(ProductClass::Resource),
            addresses: address.into_iter().collect(),
            extra: f.rest(),
            ..sold
        };
        out.record(f, subscription)
    }

    pub(super) fn custom(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Subscription, "id").prefixed("custom-");
        let Some(party) = self.owner(&mut f, "owner") else {
            return Ok(out.skip(&f, "a product of a login that is not there"));
        };
        let sold = self.sold(&mut f, "product_id", "expire_date");
        let name =
            sold.product.as_ref().and_then(|product| self.look.products.get(product)).map(|sold| sold.name.clone());
        let domain = f.text("domain");
        let subscription = Subscription {
            id: f.id().to_owned(),
            party,
            name: name.unwrap_or_else(|| f.id().to_owned()),
            domains: domain.into_iter().collect(),
            extra: f.rest(),
            ..sold
        };
        out.record(f, subscription)
    }
}
