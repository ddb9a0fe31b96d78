//! What was sold: services, their addons, domains.

use super::Dump;
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::Cycle;
use crate::snapshot::{
    ChosenOption, Domain, DomainStatus, GapKind, Kind, ProductClass, Subscription, SubscriptionStatus,
};
use crate::sources::tables::{Fate, Fields, Out};
use crate::sources::whmcs::words;

fn status(f: &mut Fields<'_>, column: &str) -> SubscriptionStatus {
    let word = f.string(column);
    words::subscription_status(&word).unwrap_or_else(|| {
        f.gap(GapKind::FactChanged, column, "a state that is not known; read as pending");
        f.keep(column, word);
        SubscriptionStatus::Pending
    })
}

fn cycle(f: &mut Fields<'_>) -> Option<Cycle> {
    let word = f.text("billingcycle")?;
    let cycle = words::cycle(&word);
    if cycle.is_none() {
        f.gap(GapKind::FactLost, "billingcycle", "a cycle that is not known; it does not become a month");
        f.keep("billingcycle", word);
    }
    cycle
}

/// Addresses, separated by whatever people typed.
fn addresses(f: &mut Fields<'_>) -> Vec<String> {
    let text = [f.string("dedicatedip"), f.string("assignedips")].join(" ");
    let mut found: Vec<String> = Vec::new();
    for address in text.split([' ', '\n', '\r', '\t', ',', ';']).map(str::trim).filter(|one| !one.is_empty()) {
        if !found.iter().any(|one| one == address) {
            found.push(address.to_owned());
        }
    }
    found
}

fn domain_name(text: &str) -> String {
    text.trim().trim_end_matches('.').to_lowercase()
}

impl Dump {
    pub(super) fn hosting(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Subscription, "id");
        let id = f.id().to_owned();
        let Some(party) = self.party(&mut f, "userid") else {
            return Ok(out.skip(&f, "a service of no client"));
        };
        let currency = self.currency(Some(&party));
        let product = f.reference("packageid");
        if product.as_ref().is_some_and(|product| !self.look.products.contains(product)) {
            f.gap(GapKind::Dangling, "packageid", "there is no such product");
        }
        let server = f.reference("server");
        if server.as_ref().is_some_and(|server| !self.look.servers.contains(server)) {
            f.gap(GapKind::Dangling, "server", "there is no such server");
        }
        self.custom_fields(&mut f, "product", &id)?;
        let (cancel_at_period_end, cancels_now) = self.cancellation(&mut f, &id)?;
        let options = self.options(&mut f, &id)?;
        let domain = f.text("domain").map(|name| domain_name(&name));
        let name_servers = [f.text("ns1"), f.text("ns2")];
        for (name, value) in ["ns1", "ns2"].into_iter().zip(name_servers) {
            f.keep(name, value.unwrap_or_default());
        }
        let status = status(&mut f, "domainstatus");
        let ended = f.day("termination_date").or_else(|| f.day("completed_date"));
        let subscription = Subscription {
            id,
            party,
            product,
            class: None,
            name: domain.clone().unwrap_or_else(|| format!("service {}", f.id())),
            parent: None,
            status,
            cycle: cycle(&mut f),
            quantity: f.text("qty").filter(|quantity| quantity != "0" && quantity != "1"),
            price: f.amount("amount", currency),
            first_price: f.amount("firstpaymentamount", currency),
            started: f.day("regdate"),
            next_due: f.day("nextduedate"),
            next_invoice: f.day("nextinvoicedate"),
            cancel_at: cancels_now,
            cancel_at_period_end,
            ended,
            suspended_reason: f.words("suspendreason"),
            options,
            domains: domain.into_iter().collect(),
            server,
            user_name: f.text("username"),
            password: self.opened(&mut f, "password"),
            addresses: addresses(&mut f),
            payment_method: f.text("paymentmethod"),
            gateway_subscription: f.text("subscriptionid"),
            notes: f.words("notes"),
            extra: f.rest(),
            ..Subscription::default()
        };
        out.record(f, subscription)
    }

    /// Wishes to end, and when: at the end of the period, or on the day of the wish.
    fn cancellation(
        &mut self,
        f: &mut Fields<'_>,
        id: &str,
    ) -> Result<(bool, Option<hostwright_kernel::Day>), Refusal> {
        let mut ends_with_period = false;
        let mut ends_now = None;
        for facts in self.look.cancellations.take(id)? {
            let [kind, date, reason] = facts.as_slice() else { continue };
            if kind.to_ascii_lowercase().starts_with("immediate") {
                ends_now = date.get(..10).and_then(|day| day.parse().ok());
                if ends_now.is_none() {
                    f.gap(GapKind::FactLost, "tblcancelrequests.date", "a wish to end at once, without a day");
                }
            } else {
                ends_with_period = true;
            }
            f.keep("cancel_request", format!("{date} {kind}: {reason}").trim_end_matches([':', ' ']));
        }
        Ok((ends_with_period, ends_now))
    }

    fn options(&mut self, f: &mut Fields<'_>, id: &str) -> Result<Vec<ChosenOption>, Refusal> {
        let mut options = Vec::new();
        for facts in self.look.chosen.take(id)? {
            let [option, choice, quantity] = facts.as_slice() else { continue };
            let name = self.look.options.get(option).cloned();
            let value = self.look.choices.get(choice).map(|(_, name)| name.clone());
            if name.is_none() || value.is_none() {
                f.gap(GapKind::Dangling, "tblhostingconfigoptions", "an option or choice that is not there");
            }
            options.push(ChosenOption {
                name: name.unwrap_or_else(|| format!("option {option}")),
                value: value.unwrap_or_else(|| format!("choice {choice}")),
                quantity: Some(quantity.clone()).filter(|quantity| !quantity.is_empty() && quantity != "0"),
                amount: None,
            });
        }
        Ok(options)
    }

    pub(super) fn hosting_addon(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Subscription, "id");
        let number = f.id().to_owned();
        self.custom_fields(&mut f, "addon", &number)?;
        let mut f = f.prefixed("addon-");
        let parent = f.reference("hostingid");
        if parent.as_ref().is_none_or(|parent| !self.look.services.contains(parent)) {
            f.gap(GapKind::Dangling, "hostingid", "an addon of a service that is not there");
        }
        let of_service = parent.as_ref().and_then(|parent| self.look.service_clients.get(parent)).cloned();
        let Some(party) = self.party(&mut f, "userid").or(of_service) else {
            return Ok(out.skip(&f, "an addon of no client"));
        };
        let currency = self.currency(Some(&party));
        let product = f.reference("addonid").map(|addon| {
            if !self.look.addon_products.contains(&addon) {
                f.gap(GapKind::Dangling, "addonid", "there is no such addon");
            }
            format!("addon-{addon}")
        });
        let server = f.reference("server");
        let subscription = Subscription {
            id: f.id().to_owned(),
            party,
            product,
            class: Some(ProductClass::Resource),
            name: f.words("name").unwrap_or_else(|| f.id().to_owned()),
            parent,
            status: status(&mut f, "status"),
            cycle: cycle(&mut f),
            quantity: f.text("qty").filter(|quantity| quantity != "0" && quantity != "1"),
            price: f.amount("recurring", currency),
            first_price: f.amount("firstpaymentamount", currency),
            setup_fee: f.amount("setupfee", currency),
            started: f.day("regdate"),
            next_due: f.day("nextduedate"),
            next_invoice: f.day("nextinvoicedate"),
            ended: f.day("termination_date"),
            server,
            payment_method: f.text("paymentmethod"),
            gateway_subscription: f.text("subscriptionid"),
            notes: f.words("notes"),
            extra: f.rest(),
            ..Subscription::default()
        };
        out.record(f, subscription)
    }

    pub(super) fn domain(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Domain, "id");
        let id = f.id().to_owned();
        let Some(party) = self.party(&mut f, "userid") else {
            return Ok(out.skip(&f, "a domain of no client"));
        };
        let Some(name) = f.text("domain").map(|name| domain_name(&name)) else {
            return Ok(out.skip(&f, "a domain without a name"));
        };
        let currency = self.currency(Some(&party));
        let word = f.string("status");
        let status = words::domain_status(&word).unwrap_or_else(|| {
            f.gap(GapKind::FactChanged, "status", "a state that is not known; read as pending");
            f.keep("status", word);
            DomainStatus::Pending
        });
        self.custom_fields(&mut f, "domain", &id)?;
        let mut auth_code = None;
        for facts in self.look.domain_fields.take(&id)? {
            let [name, value] = facts.as_slice() else { continue };
            if ["eppcode", "transfersecret"].contains(&name.to_ascii_lowercase().as_str()) && !value.is_empty() {
                auth_code = Some(crate::snapshot::values::Secret(value.clone()));
            } else {
                f.keep(&format!("field.{name}"), value.clone());
            }
        }
        let kind = f.string("type");
        let years =
            f.count("registrationperiod").and_then(|years| u32::try_from(years).ok()).filter(|years| *years > 0);
        let domain = Domain {
            id,
            party,
            name,
            status,
            registrar: f.text("registrar"),
            is_transfer: kind.eq_ignore_ascii_case("transfer"),
            years,
            registered: f.day("registrationdate"),
            expires: f.day("expirydate"),
            next_due: f.day("nextduedate"),
            next_invoice: f.day("nextinvoicedate"),
            first_price: f.amount("firstpaymentamount", currency),
            price: f.amount("recurringamount", currency),
            auth_code,
            has_dns_management: f.flag("dnsmanagement"),
            has_email_forwarding: f.flag("emailforwarding"),
            has_id_protection: f.flag("idprotection"),
            is_premium: f.flag("is_premium"),
            will_not_renew: f.flag("donotrenew"),
            payment_method: f.text("paymentmethod"),
            notes: f.words("additionalnotes"),
            extra: f.rest(),
            ..Domain::default()
        };
        out.record(f, domain)
    }
}
