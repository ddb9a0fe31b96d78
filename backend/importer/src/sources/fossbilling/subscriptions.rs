//! What was sold: orders with the rows of their services, and domains.

use std::collections::BTreeMap;

use super::look::group_key;
use super::{Tables, period};
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::{Cycle, Secret};
use crate::snapshot::{
    Address, ContactRole, Domain, DomainContact, DomainStatus, GapKind, Kind, ProductClass, Subscription,
    SubscriptionStatus,
};
use crate::sources::tables::{Fate, Fields, Out};

/// What the row of a service says of its order.
#[derive(Default)]
struct Detail {
    server: Option<String>,
    user_name: Option<String>,
    password: Option<Secret>,
    domain: Option<String>,
    addresses: Vec<String>,
    guest: Option<String>,
}

fn domain_of(facts: &mut BTreeMap<String, String>) -> Option<String> {
    let (name, end) = (facts.remove("sld")?, facts.remove("tld").unwrap_or_default());
    Some(format!("{}.{}", name.trim().trim_end_matches('.'), end.trim().trim_start_matches('.')).to_lowercase())
}

fn addresses(texts: [Option<String>; 3]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts.into_iter().flatten() {
        for one in text.split([',', ' ', '\n', '\r', ';']).map(str::trim).filter(|one| !one.is_empty()) {
            if !found.iter().any(|known| known == one) {
                found.push(one.to_owned());
            }
        }
    }
    found
}

impl Tables {
    pub(super) fn order(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Subscription, "id");
        let id = f.id().to_owned();
        let Some(party) = self.party(&mut f, "client_id") else {
            return Ok(out.skip(&f, "an order of no client"));
        };
        let currency = self.currency(&mut f, "currency", Some(&party));
        let product = f.reference("product_id");
        if product.as_ref().is_some_and(|product| !self.look.products.contains(product)) {
            f.gap(GapKind::Dangling, "product_id", "there is no such product");
        }
        let kind = f.string("service_type");
        let service = self.service(&mut f, &kind)?;
        for facts in self.look.order_facts.take(&id)? {
            if let [name, value] = facts.as_slice() {
                f.keep(&format!("meta.{name}"), value.clone());
            }
        }
        let is_master = f.flag("group_master");
        let group = f.text("group_id");
        let parent = group.as_ref().filter(|_| !is_master).and_then(|group| {
            self.look.masters.get(&group_key(&party, group)).filter(|master| **master != id).cloned()
        });
        f.keep("group_id", group.unwrap_or_default());
        let quantity = f.text("quantity").filter(|quantity| quantity != "1");
        let discount = f.amount("discount", currency).filter(|discount| !discount.value.is_zero());
        if let Some(discount) = &discount {
            f.keep("discount", discount.to_string());
        }
        if quantity.is_some() || discount.is_some() {
            f.gap(
                GapKind::FactChanged,
                "price",
                "the price is of one piece and before the discount, as the source has it",
            );
        }
        let price = f.amount("price", currency);
        let cycle = match f.text("period") {
            None if price.as_ref().is_some_and(|price| price.value.is_zero()) => Some(Cycle::Free),
            None => Some(Cycle::Once),
            Some(code) => {
                let cycle = period(&code);
                if cycle.is_none() {
                    f.gap(GapKind::FactLost, "period", "a period that is not known");
                    f.keep("period", code);
                }
                cycle
            }
        };
        let status = f.string("status");
        let known = match status.as_str() {
            "active" | "failed_renew" | "pending_renew" => Some(SubscriptionStatus::Active),
            "pending_setup" | "failed_setup" | "pending" => Some(SubscriptionStatus::Pending),
            "suspended" | "failed_suspend" | "failed_unsuspend" => Some(SubscriptionStatus::Suspended),
            "canceled" | "cancelled" | "failed_cancel" => Some(SubscriptionStatus::Cancelled),
            _ => None,
        };
        if known.is_none() {
            f.gap(GapKind::FactChanged, "status", "a state that is not known; read as pending");
        }
        if known.is_none() || status.starts_with("failed") {
            f.keep("status", status);
        }
        let expires = f.day("expires_at");
        let subscription = Subscription {
            name: f.text("title").or_else(|| service.domain.clone()).unwrap_or_else(|| format!("order {id}")),
            id,
            party,
            product,
            class: match kind.as_str() {
                "hosting" => Some(ProductClass::Hosting),
                "domain" => Some(ProductClass::DomainRegistration),
                "solusvm" => Some(ProductClass::Server),
                _ => None,
            },
            parent,
            status: known.unwrap_or(SubscriptionStatus::Pending),
            cycle,
            quantity,
            price,
            started: f.day("activated_at").or_else(|| f.day("created_at")),
            expires,
            next_due: expires.filter(|_| matches!(cycle, Some(Cycle::Days(_) | Cycle::Months(_)))),
            ended: f.day("canceled_at"),
            suspended_reason: f.text("reason"),
            domains: service.domain.into_iter().collect(),
            server: service.server,
            user_name: service.user_name,
            password: service.password,
            addresses: service.addresses,
            guest: service.guest,
            notes: f.text("notes"),
            extra: f.rest(),
            ..Subscription::default()
        };
        out.record(f, subscription)
    }

    fn service(&mut self, f: &mut Fields<'_>, kind: &str) -> Result<Detail, Refusal> {
        let Some(id) = f.reference("service_id") else { return Ok(Detail::default()) };
        f.keep("service_id", id.clone());
        if kind == "domain" {
            return Ok(Detail::default());
        }
        let rows = self.look.services.take(&format!("{kind} {id}"))?;
        if rows.is_empty() && !kind.is_empty() {
            f.gap(GapKind::Dangling, "service_id", "there is no such service, or another order has it");
        }
        let mut service = Detail::default();
        for facts in rows {
            let mut facts: BTreeMap<String, String> =
                facts.chunks_exact(2).filter_map(|pair| Some((pair.first()?.clone(), pair.last()?.clone()))).collect();
            facts.remove("client_id");
            service.server = facts.remove("service_hosting_server_id").filter(|server| server != "0");
            if service.server.as_ref().is_some_and(|server| !self.look.servers.contains(server)) {
                f.gap(GapKind::Dangling, "service_hosting_server_id", "there is no such server");
            }
            if let Some(plan) = facts.remove("service_hosting_hp_id").filter(|plan| plan != "0") {
                f.keep("plan", format!("plan-{plan}"));
            }
            service.domain = domain_of(&mut facts);
            service.user_name = facts.remove("username");
            service.password = facts.remove("pass").or_else(|| facts.remove("rootpassword")).map(Secret);
            service.addresses =
                addresses([facts.remove("ip"), facts.remove("mainipaddress"), facts.remove("extraipaddress")]);
            service.guest = facts.remove("vserverid");
            for (name, value) in facts {
                if name == "consolepassword" {
                    f.gap(GapKind::FactLost, "consolepassword", "consoles get new passwords");
                } else {
                    f.keep(&format!("service.{name}"), value);
                }
            }
        }
        Ok(service)
    }

    pub(super) fn domain(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Domain, "id");
        let id = f.id().to_owned();
        let Some(party) = self.party(&mut f, "client_id") else {
            return Ok(out.skip(&f, "a domain of no client"));
        };
        let mut parts: BTreeMap<String, String> = BTreeMap::new();
        for column in ["sld", "tld"] {
            parts.extend(f.text(column).map(|part| (column.to_owned(), part)));
        }
        let Some(name) = domain_of(&mut parts) else {
            return Ok(out.skip(&f, "a domain without a name"));
        };
        let subscription = self.look.domain_orders.get(&id).cloned();
        if subscription.is_none() {
            f.gap(GapKind::Dangling, "", "a domain that no order pays for");
        }
        let registrar = f.reference("tld_registrar_id").map(|registrar| {
            self.look.registrars.get(&registrar).cloned().unwrap_or_else(|| {
                f.gap(GapKind::Dangling, "tld_registrar_id", "there is no such registrar");
                registrar
            })
        });
        let contact_name: Vec<String> =
            ["contact_first_name", "contact_last_name"].iter().filter_map(|column| f.text(column)).collect();
        let street: Vec<String> =
            ["contact_address1", "contact_address2"].iter().filter_map(|column| f.text(column)).collect();
        let phone: Vec<String> =
            ["contact_phone_cc", "contact_phone"].iter().filter_map(|column| f.text(column)).collect();
        let joined = |parts: Vec<String>, by: &str| Some(parts.join(by)).filter(|text| !text.is_empty());
        let contact = DomainContact {
            role: ContactRole::Registrant,
            name: joined(contact_name, " "),
            company: f.text("contact_company"),
            email: f.text("contact_email"),
            phone: joined(phone, " "),
            address: Address {
                street: joined(street, "\n"),
                city: f.text("contact_city"),
                region: f.text("contact_state"),
                postal_code: f.text("contact_postcode"),
                country: f.text("contact_country"),
            },
            handle: None,
        };
        let has_contact = contact.name.is_some() || contact.email.is_some() || contact.company.is_some();
        let registered = f.day("registered_at");
        let action = f.string("action");
        let domain = Domain {
            id,
            party,
            name,
            subscription,
            // The state is the order's; a name that was never registered is still to come.
            status: match (registered.is_some(), action.as_str()) {
                (false, "transfer") => DomainStatus::PendingTransfer,
                (false, "register") => DomainStatus::PendingRegistration,
                _ => DomainStatus::Active,
            },
            registrar,
            is_transfer: action == "transfer",
            years: f.count("period").and_then(|years| u32::try_from(years).ok()).filter(|years| *years > 0),
            registered,
            expires: f.day("expires_at"),
            auth_code: f.secret("transfer_code"),
            name_servers: ["ns1", "ns2", "ns3", "ns4"].iter().filter_map(|column| f.text(column)).collect(),
            contacts: has_contact.then_some(contact).into_iter().collect(),
            has_id_protection: f.flag("privacy"),
            extra: {
                f.keep("action", action);
                f.rest()
            },
            ..Domain::default()
        };
        out.record(f, domain)
    }
}
