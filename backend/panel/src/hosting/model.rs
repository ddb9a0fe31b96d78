//! Domain names, who holds them, and what is known of their registration.

use hostwright_kernel::{Day, Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::domain_name::{DomainName, domain_name};
use super::error::HostingRefusal;
use crate::auth::model::MailAddress;
use crate::platform::Refusal;

id_type!(
    /// Identifies a domain.
    DomainId, "dom"
);

/// Characters of a registrar's name.
const REGISTRAR_MAX: usize = 120;
/// Characters of an authorisation code.
const AUTH_CODE_MAX: usize = 120;
/// Name servers of one delegation.
const NAME_SERVERS_MAX: usize = 13;
/// Characters of a field of a contact.
const CONTACT_MAX: usize = 200;

text_enum! {
    /// How a domain stands at its registry.
    pub enum DomainState {
        /// Ordered, and not registered yet.
        Pending = "pending",
        /// Being moved here.
        Transferring = "transferring",
        /// Held.
        Active = "active",
        /// Past its day; can be renewed at the usual price.
        Expired = "expired",
        /// Past that too; can be had back at a price of its own.
        Redemption = "redemption",
        /// No longer held.
        Released = "released",
        /// Held elsewhere.
        TransferredAway = "transferred_away",
    }
}

text_enum! {
    /// What a contact is for.
    pub enum ContactRole {
        /// Whose the name is.
        Owner = "owner",
        /// Who may decide about it.
        Admin = "admin",
        /// Who looks after it.
        Tech = "tech",
        /// Who pays for it.
        Billing = "billing",
    }
}

impl DomainState {
    /// Whether the name is held, and so nobody else here can hold it.
    #[must_use]
    pub fn is_held(self) -> bool {
        match self {
            Self::Pending | Self::Transferring | Self::Active | Self::Expired | Self::Redemption => true,
            Self::Released | Self::TransferredAway => false,
        }
    }
}

/// A contact of a domain. What is not known is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainContact {
    /// What it is for; each role once.
    pub role: ContactRole,
    /// Person.
    #[serde(default)]
    pub name: String,
    /// Company.
    #[serde(default)]
    pub company: String,
    /// Mail address.
    #[serde(default)]
    pub email: String,
    /// Telephone.
    #[serde(default)]
    pub phone: String,
    /// Street and number.
    #[serde(default)]
    pub street: String,
    /// Postal code.
    #[serde(default)]
    pub postal_code: String,
    /// City.
    #[serde(default)]
    pub city: String,
    /// State or region.
    #[serde(default)]
    pub region: String,
    /// Country, two letters.
    #[serde(default)]
    pub country: String,
    /// Its handle at the registry or registrar.
    #[serde(default)]
    pub handle: String,
}

impl DomainContact {
    fn fields(&self) -> [(&'static str, &String); 10] {
        [
            ("name", &self.name),
            ("company", &self.company),
            ("email", &self.email),
            ("phone", &self.phone),
            ("street", &self.street),
            ("postal_code", &self.postal_code),
            ("city", &self.city),
            ("region", &self.region),
            ("country", &self.country),
            ("handle", &self.handle),
        ]
    }

    /// Whether nothing is said of whom it is: a form sends every role.
    fn is_empty(&self) -> bool {
        self.fields().into_iter().all(|(_, text)| text.trim().is_empty())
    }

    fn faults(&self, place: usize) -> Vec<Refusal> {
        let is_wrong = |name: &str, text: &str| {
            text.chars().count() > CONTACT_MAX
                || text.chars().any(char::is_control)
                || !text.is_empty()
                    && match name {
                        "email" => text.parse::<MailAddress>().is_err(),
                        "country" => text.len() != 2 || !text.bytes().all(|b| b.is_ascii_uppercase()),
                        _ => false,
                    }
        };
        self.fields()
            .into_iter()
            .filter(|(name, text)| is_wrong(name, text))
            .map(|(name, _)| HostingRefusal::Contact.refusal().field(format!("contacts[{place}].{name}")))
            .collect()
    }
}

/// What is said of a domain; what is left out stays as it is, an empty text takes away.
#[derive(Debug, Clone, Default)]
pub struct DomainFacts {
    /// The subscription that pays for it: `sub_...`.
    pub subscription_id: Option<String>,
    /// How it stands.
    pub state: Option<DomainState>,
    /// Where it is registered.
    pub registrar: Option<String>,
    /// First day.
    pub registered_on: Option<String>,
    /// The registry's last day.
    pub expires_on: Option<String>,
    /// To which name servers the registry leads.
    pub name_servers: Option<Vec<String>>,
    /// Whether the registry refuses transfers.
    pub locked: Option<bool>,
    /// Whether the registrar renews it by itself.
    pub renews: Option<bool>,
    /// Contacts, all of them.
    pub contacts: Option<Vec<DomainContact>>,
}

/// A domain name held for a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// For whom it is held: `cus_...`.
    pub customer_id: String,
    /// What pays for it: `sub_...`.
    pub subscription_id: Option<String>,
    /// The name.
    pub name: DomainName,
    /// How it stands.
    pub state: DomainState,
    /// Where it is registered; empty where that is not known.
    pub registrar: String,
    /// First day.
    pub registered_on: Option<Day>,
    /// The registry's last day.
    pub expires_on: Option<Day>,
    /// The authorisation code, sealed.
    pub sealed_auth_code: Option<String>,
    /// To which name servers the registry leads.
    pub name_servers: Vec<String>,
    /// Whether the registry refuses transfers.
    pub locked: bool,
    /// Whether the registrar renews it by itself.
    pub renews: bool,
    /// Contacts by role.
    pub contacts: Vec<DomainContact>,
    /// When it was put here.
    pub created_at: Instant,
    /// When it was no longer held.
    pub ended_at: Option<Instant>,
    /// Counts changes.
    pub version: i64,
}

impl Domain {
    /// A domain of which only the name is known: held, locked by nobody.
    #[must_use]
    pub fn new(customer_id: &str, name: DomainName, now: Instant) -> Self {
        Self {
            id: DomainId::new(),
            customer_id: customer_id.to_owned(),
            subscription_id: None,
            name,
            state: DomainState::Active,
            registrar: String::new(),
            registered_on: None,
            expires_on: None,
            sealed_auth_code: None,
            name_servers: Vec::new(),
            locked: false,
            renews: true,
            contacts: Vec::new(),
            created_at: now,
            ended_at: None,
            version: 1,
        }
    }

    /// The domain with these facts.
    ///
    /// # Errors
    /// Every field that is wrong; `hosting.ended` for one that is not held any more.
    pub fn with(&self, facts: &DomainFacts) -> Result<Self, Vec<Refusal>> {
        if !self.state.is_held() {
            return Err(vec![HostingRefusal::Ended.into()]);
        }
        let mut next = self.clone();
        let mut faults = Vec::new();
        if let Some(id) = &facts.subscription_id {
            next.subscription_id = Some(id.trim().to_owned()).filter(|id| !id.is_empty());
        }
        match facts.state {
            Some(state) if state.is_held() => next.state = state,
            Some(_) => faults.push(HostingRefusal::EndByRelease.into()),
            None => {}
        }
        if let Some(registrar) = &facts.registrar {
            next.registrar = registrar.trim().to_owned();
            if next.registrar.chars().count() > REGISTRAR_MAX || next.registrar.chars().any(char::is_control) {
                faults.push(HostingRefusal::Registrar.with("max", REGISTRAR_MAX));
            }
        }
        read_day(facts.registered_on.as_deref(), "registered_on", &mut next.registered_on, &mut faults);
        read_day(facts.expires_on.as_deref(), "expires_on", &mut next.expires_on, &mut faults);
        if next.registered_on.zip(next.expires_on).is_some_and(|(first, last)| last < first) {
            faults.push(HostingRefusal::Days.into());
        }
        if let Some(typed) = &facts.name_servers {
            match name_servers(typed) {
                Ok(servers) => next.name_servers = servers,
                Err(fault) => faults.push(fault),
            }
        }
        next.locked = facts.locked.unwrap_or(next.locked);
        next.renews = facts.renews.unwrap_or(next.renews);
        if let Some(contacts) = &facts.contacts {
            faults.extend(contacts.iter().enumerate().flat_map(|(place, contact)| contact.faults(place)));
            next.contacts = contacts.iter().filter(|contact| !contact.is_empty()).cloned().collect();
            next.contacts.sort_by_key(|contact| contact.role);
            let is_twice = next.contacts.windows(2).any(|pair| matches!(pair, [one, two] if one.role == two.role));
            if is_twice {
                faults.push(HostingRefusal::ContactTwice.into());
            }
        }
        if faults.is_empty() { Ok(next) } else { Err(faults) }
    }

    /// The domain when it is no longer held.
    ///
    /// # Errors
    /// `hosting.ended`.
    pub fn released(&self, moved_away: bool, now: Instant) -> Result<Self, Refusal> {
        if !self.state.is_held() {
            return Err(HostingRefusal::Ended.into());
        }
        let state = if moved_away { DomainState::TransferredAway } else { DomainState::Released };
        Ok(Self { state, ended_at: Some(now), sealed_auth_code: None, ..self.clone() })
    }
}

fn read_day(typed: Option<&str>, field: &'static str, day: &mut Option<Day>, faults: &mut Vec<Refusal>) {
    match typed.map(str::trim) {
        None => {}
        Some("") => *day = None,
        Some(text) => match text.parse() {
            Ok(read) => *day = Some(read),
            Err(_no_day) => faults.push(HostingRefusal::Day.refusal().field(field)),
        },
    }
}

/// Names of name servers in their one spelling, in the order given, each once.
///
/// # Errors
/// `hosting.name_server`, `hosting.name_servers`.
pub fn name_servers(typed: &[String]) -> Result<Vec<String>, Refusal> {
    let mut servers: Vec<String> = Vec::new();
    for text in typed.iter().filter(|text| !text.trim().is_empty()) {
        let name: DomainName = text.parse().map_err(|_no_name: String| {
            HostingRefusal::NameServer.with("name", text.chars().take(80).collect::<String>())
        })?;
        if !servers.iter().any(|known| known == name.as_str()) {
            servers.push(name.to_string());
        }
    }
    if servers.len() > NAME_SERVERS_MAX {
        return Err(HostingRefusal::NameServers.with("max", NAME_SERVERS_MAX));
    }
    Ok(servers)
}

/// An authorisation code that a person typed; none for an empty text.
///
/// # Errors
/// `hosting.auth_code`.
pub fn auth_code(typed: &str) -> Result<Option<String>, Refusal> {
    let code = typed.trim();
    if code.chars().count() > AUTH_CODE_MAX || code.chars().any(char::is_control) {
        return Err(HostingRefusal::AuthCode.with("max", AUTH_CODE_MAX));
    }
    Ok(Some(code.to_owned()).filter(|code| !code.is_empty()))
}

/// A domain as shown. The authorisation code is not part of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DomainView {
    /// Its id.
    pub id: DomainId,
    /// For whom it is held.
    pub customer_id: String,
    /// That customer's name.
    pub customer_name: String,
    /// What pays for it.
    pub subscription_id: Option<String>,
    /// The name, as A-labels.
    pub name: DomainName,
    /// The name in its own script, where that is another text.
    pub name_in_script: Option<String>,
    /// How it stands.
    pub state: DomainState,
    /// Where it is registered; empty where that is not known.
    pub registrar: String,
    /// First day.
    pub registered_on: Option<Day>,
    /// The registry's last day.
    pub expires_on: Option<Day>,
    /// Whether there is an authorisation code to show.
    pub has_auth_code: bool,
    /// To which name servers the registry leads.
    pub name_servers: Vec<String>,
    /// Whether the registry refuses transfers.
    pub locked: bool,
    /// Whether the registrar renews it by itself.
    pub renews: bool,
    /// Contacts by role.
    pub contacts: Vec<DomainContact>,
    /// Whether there is a zone.
    pub has_zone: bool,
    /// When it was put here.
    pub created_at: Instant,
    /// When it was no longer held.
    pub ended_at: Option<Instant>,
    /// Name this in a change, so that nobody's is lost.
    pub version: i64,
}

impl DomainView {
    /// A domain with what others know of it.
    #[must_use]
    pub fn new(domain: Domain, customer_name: String, has_zone: bool) -> Self {
        Self {
            name_in_script: domain.name.in_script(),
            has_auth_code: domain.sealed_auth_code.is_some(),
            id: domain.id,
            customer_id: domain.customer_id,
            customer_name,
            subscription_id: domain.subscription_id,
            name: domain.name,
            state: domain.state,
            registrar: domain.registrar,
            registered_on: domain.registered_on,
            expires_on: domain.expires_on,
            name_servers: domain.name_servers,
            locked: domain.locked,
            renews: domain.renews,
            contacts: domain.contacts,
            has_zone,
            created_at: domain.created_at,
            ended_at: domain.ended_at,
            version: domain.version,
        }
    }
}
