//! Which guest on a node is which sold subscription, and whether two descriptions of one
//! guest say the same. Pure: nothing is read and nothing is decided about what may be
//! taken over.
//!
//! Evidence is looked at from strong to weak. A pair is matched only where the evidence
//! leads from the guest to one subscription and from the subscription to one guest; weaker
//! evidence may tell apart what stronger left open, and never overrules it.

mod compare;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::guests::values::{bare_address, mac, uuid};
use crate::snapshot::{Guest, Subscription};

pub use compare::{DiskDisagreement, Fact, compare, cross_check_disks};

/// Why a guest and a subscription belong together, from strong to weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Evidence {
    /// The guest itself names the subscription.
    Stated,
    /// The uuid.
    Uuid,
    /// The name of the guest, its host name or its account.
    Name,
    /// The address of a network card.
    Mac,
    /// An IP address.
    Address,
    /// A custom field or option that holds any of these.
    CustomField,
}

impl Evidence {
    /// All, from strong to weak.
    pub const ALL: &'static [Self] =
        &[Self::Stated, Self::Uuid, Self::Name, Self::Mac, Self::Address, Self::CustomField];
}

/// A guest and its subscription, by their identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The guest.
    pub guest: String,
    /// The subscription.
    pub subscription: String,
    /// The evidence that decided.
    pub by: Evidence,
}

/// A guest for which the evidence leads to several subscriptions, or whose subscription
/// has evidence for several guests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// The guest.
    pub guest: String,
    /// The subscriptions that it may belong to.
    pub subscriptions: Vec<String>,
    /// The evidence that leads to them.
    pub by: Evidence,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matching {
    /// Pairs, in the order of the guests.
    pub matched: Vec<Match>,
    /// What a person has to decide.
    pub ambiguous: Vec<Ambiguity>,
    /// Guests without any evidence: they run, and nobody pays for them.
    pub unmatched_guests: Vec<String>,
    /// Subscriptions without any evidence: somebody pays for them, and they were not found.
    pub unmatched_subscriptions: Vec<String>,
}

/// Matches guests found on nodes to subscriptions. `known` are the guests as the source of
/// the subscriptions describes them. Give only subscriptions that are of guests: all others
/// would be listed as not found.
#[must_use]
pub fn match_guests(found: &[Guest], known: &[Guest], subscriptions: &[Subscription]) -> Matching {
    let claims = claims(known, subscriptions);
    let mut state = State {
        of_guest: vec![None; found.len()],
        of_subscription: vec![None; subscriptions.len()],
        partner: vec![None; found.len()],
        is_taken: vec![false; subscriptions.len()],
    };
    for &evidence in Evidence::ALL {
        let edges = edges(evidence, found, &claims, subscriptions, &state);
        state.settle(evidence, &edges);
    }
    state.told(found, subscriptions)
}

/// Everything that a subscription and the guest it names say, ready to be compared.
#[derive(Debug, Default)]
struct Claims {
    uuids: BTreeSet<String>,
    names: BTreeSet<String>,
    macs: BTreeSet<String>,
    addresses: BTreeSet<String>,
    fields: BTreeSet<String>,
}

fn claims(known: &[Guest], subscriptions: &[Subscription]) -> Vec<Claims> {
    let mut by_id: BTreeMap<&str, Vec<&Guest>> = BTreeMap::new();
    let mut by_subscription: BTreeMap<&str, Vec<&Guest>> = BTreeMap::new();
    for guest in known {
        by_id.entry(&guest.id).or_default().push(guest);
        if let Some(subscription) = &guest.subscription {
            by_subscription.entry(subscription).or_default().push(guest);
        }
    }
    let mut all = Vec::with_capacity(subscriptions.len());
    for subscription in subscriptions {
        let mut claims = Claims::default();
        claims.add_subscription(subscription);
        let named = subscription.guest.as_deref().and_then(|id| by_id.get(id)).into_iter().flatten();
        let naming = by_subscription.get(subscription.id.as_str()).into_iter().flatten();
        for guest in named.chain(naming) {
            claims.add_guest(guest);
        }
        all.push(claims);
    }
    all
}

impl Claims {
    fn add_subscription(&mut self, subscription: &Subscription) {
        if let Some(guest) = &subscription.guest {
            self.uuids.extend(uuid(guest));
            self.names.extend(name_key(guest));
        }
        self.names.extend(name_key(&subscription.name));
        self.names.extend(subscription.user_name.as_deref().and_then(name_key));
        self.names.extend(subscription.domains.iter().filter_map(|domain| name_key(domain)));
        self.addresses.extend(subscription.addresses.iter().filter_map(|text| address_key(text)));
        let values =
            subscription.extra.iter().map(|one| &one.value).chain(subscription.options.iter().map(|one| &one.value));
        for value in values {
            self.fields.extend(field_keys(value));
        }
    }

    fn add_guest(&mut self, guest: &Guest) {
        self.uuids.extend(guest.uuid.as_deref().and_then(uuid));
        self.names.extend(names_of(guest));
        self.macs.extend(macs_of(guest));
        self.addresses.extend(addresses_of(guest));
    }
}

fn name_key(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.').to_lowercase();
    Some(text).filter(|text| !text.is_empty())
}

fn address_key(text: &str) -> Option<String> {
    bare_address(text).map(|address| address.to_string())
}

/// What a custom field may hold: its words, each read as whatever it can be.
fn field_keys(value: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    keys.extend(name_key(value));
    for word in value.split([',', ';', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty()) {
        keys.extend(uuid(word).or_else(|| mac(word)).or_else(|| address_key(word)).or_else(|| name_key(word)));
    }
    keys
}

fn names_of(guest: &Guest) -> BTreeSet<String> {
    [Some(&guest.name), guest.hostname.as_ref(), Some(&guest.id)]
        .into_iter()
        .flatten()
        .filter_map(|name| name_key(name))
        .collect()
}

fn macs_of(guest: &Guest) -> BTreeSet<String> {
    guest.nics.iter().filter_map(|nic| nic.mac.as_deref().and_then(mac)).collect()
}

fn addresses_of(guest: &Guest) -> BTreeSet<String> {
    let of_nics = guest.nics.iter().flat_map(|nic| &nic.addresses);
    of_nics.chain(&guest.addresses).filter_map(|text| address_key(text)).collect()
}

/// By what a guest can be found with one kind of evidence.
fn keys_of(guest: &Guest, evidence: Evidence) -> BTreeSet<String> {
    match evidence {
        Evidence::Stated => guest.subscription.iter().cloned().collect(),
        Evidence::Uuid => guest.uuid.as_deref().and_then(uuid).into_iter().collect(),
        Evidence::Name => names_of(guest),
        Evidence::Mac => macs_of(guest),
        Evidence::Address => addresses_of(guest),
        Evidence::CustomField => {
            let mut keys = names_of(guest);
            keys.extend(guest.uuid.as_deref().and_then(uuid));
            keys.extend(macs_of(guest));
            keys.extend(addresses_of(guest));
            keys
        }
    }
}

/// Pairs that one kind of evidence speaks for, among those that stronger evidence leaves open.
fn edges(
    evidence: Evidence,
    found: &[Guest],
    claims: &[Claims],
    subscriptions: &[Subscription],
    state: &State,
) -> BTreeSet<(usize, usize)> {
    let mut index: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, (claim, subscription)) in claims.iter().zip(subscriptions).enumerate() {
        if state.is_taken.get(at).copied().unwrap_or(true) {
            continue;
        }
        let keys = match evidence {
            Evidence::Stated => {
                index.entry(&subscription.id).or_default().push(at);
                continue;
            }
            Evidence::Uuid => &claim.uuids,
            Evidence::Name => &claim.names,
            Evidence::Mac => &claim.macs,
            Evidence::Address => &claim.addresses,
            Evidence::CustomField => &claim.fields,
        };
        for key in keys {
            index.entry(key).or_default().push(at);
        }
    }
    let mut edges = BTreeSet::new();
    for (guest_at, guest) in found.iter().enumerate() {
        if state.partner.get(guest_at).is_some_and(Option::is_some) {
            continue;
        }
        for key in keys_of(guest, evidence) {
            for &at in index.get(key.as_str()).into_iter().flatten() {
                if state.is_open(guest_at, at) && !is_contradicted(guest, claims.get(at)) {
                    edges.insert((guest_at, at));
                }
            }
        }
    }
    edges
}

/// Two different uuids cannot be the same guest, whatever else is equal.
fn is_contradicted(guest: &Guest, claims: Option<&Claims>) -> bool {
    let Some(own) = guest.uuid.as_deref().and_then(uuid) else { return false };
    claims.is_some_and(|claims| !claims.uuids.is_empty() && !claims.uuids.contains(&own))
}

/// What is decided, and what stronger evidence left open.
struct State {
    of_guest: Vec<Option<(Evidence, BTreeSet<usize>)>>,
    of_subscription: Vec<Option<BTreeSet<usize>>>,
    partner: Vec<Option<(usize, Evidence)>>,
    is_taken: Vec<bool>,
}

impl State {
    fn is_open(&self, guest: usize, subscription: usize) -> bool {
        let of_guest = self.of_guest.get(guest).and_then(Option::as_ref);
        let of_subscription = self.of_subscription.get(subscription).and_then(Option::as_ref);
        of_guest.is_none_or(|(_, open)| open.contains(&subscription))
            && of_subscription.is_none_or(|open| open.contains(&guest))
    }

    fn settle(&mut self, evidence: Evidence, edges: &BTreeSet<(usize, usize)>) {
        let mut of_guest: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut of_subscription: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for &(guest, subscription) in edges {
            of_guest.entry(guest).or_default().insert(subscription);
            of_subscription.entry(subscription).or_default().insert(guest);
        }
        for (guest, open) in &of_guest {
            let only = open.first().filter(|_| open.len() == 1);
            let only = only.filter(|one| of_subscription.get(one).is_some_and(|guests| guests.len() == 1));
            if let (Some(one), Some(partner)) = (only, self.partner.get_mut(*guest)) {
                *partner = Some((*one, evidence));
                if let Some(taken) = self.is_taken.get_mut(*one) {
                    *taken = true;
                }
            }
        }
        for (guest, open) in of_guest {
            if let Some(slot) = self.of_guest.get_mut(guest) {
                let by = slot.as_ref().map_or(evidence, |(by, _)| *by);
                *slot = Some((by, open));
            }
        }
        for (subscription, open) in of_subscription {
            if let Some(slot) = self.of_subscription.get_mut(subscription) {
                *slot = Some(open);
            }
        }
    }

    fn told(self, found: &[Guest], subscriptions: &[Subscription]) -> Matching {
        let mut matching = Matching::default();
        let mut is_open = vec![false; subscriptions.len()];
        let id = |at: &usize| subscriptions.get(*at).map(|one| one.id.clone()).unwrap_or_default();
        for ((guest, partner), open) in found.iter().zip(&self.partner).zip(&self.of_guest) {
            // What others were matched to in the meantime is no longer open.
            let rest = open.as_ref().map(|(by, open)| {
                let free = |at: &&usize| !self.is_taken.get(**at).copied().unwrap_or(true);
                (*by, open.iter().filter(free).copied().collect::<Vec<_>>())
            });
            match (partner, rest) {
                (Some((at, by)), _) => {
                    matching.matched.push(Match { guest: guest.id.clone(), subscription: id(at), by: *by });
                }
                (None, Some((by, open))) if !open.is_empty() => {
                    for at in &open {
                        if let Some(slot) = is_open.get_mut(*at) {
                            *slot = true;
                        }
                    }
                    let subscriptions = open.iter().map(id).collect();
                    matching.ambiguous.push(Ambiguity { guest: guest.id.clone(), subscriptions, by });
                }
                _ => matching.unmatched_guests.push(guest.id.clone()),
            }
        }
        for ((subscription, taken), open) in subscriptions.iter().zip(&self.is_taken).zip(is_open) {
            if !taken && !open {
                matching.unmatched_subscriptions.push(subscription.id.clone());
            }
        }
        matching
    }
}
