//! Billing and panel made one story: which subscription pays for which hosting account.
//!
//! A subscription and an account match on server and user name; where the servers are not
//! known by the same name, on the user name if no other account or subscription has it;
//! then on the domain. Every subscription and every account is in exactly one list of the
//! result. Only small keys are held: some 100 bytes a record.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::snapshot::{HostingAccount, Server, Subscription};
use crate::{Entry, Record, Refusal, Sink};

/// What is known of one side of the join.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key {
    /// The record's identifier at its source.
    pub id: String,
    /// The server, by whatever names it is known: id, host name, address.
    pub servers: Vec<String>,
    /// The user name on it.
    pub user_name: Option<String>,
    /// The main domain.
    pub domain: Option<String>,
}

/// On what a pair agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedOn {
    /// Server and user name.
    ServerAndUser,
    /// The user name, which nobody else has.
    User,
    /// The domain, which nobody else has.
    Domain,
}

/// A subscription and the account it pays for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// The subscription.
    pub billing: String,
    /// The hosting account.
    pub account: String,
    /// On what they agree.
    pub on: MatchedOn,
    /// Both have a domain, and not the same.
    pub has_other_domain: bool,
}

/// Subscriptions and accounts that agree, but not one with one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ambiguous {
    /// On what they agree.
    pub on: MatchedOn,
    /// What they agree on, for a person.
    pub value: String,
    /// The subscriptions.
    pub billing: Vec<String>,
    /// The accounts.
    pub accounts: Vec<String>,
}

/// The result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// One with one.
    pub pairs: Vec<Pair>,
    /// Subscriptions without an account.
    pub unmatched_billing: Vec<String>,
    /// Accounts that nobody pays for.
    pub unmatched_accounts: Vec<String>,
    /// Left for a person to decide.
    pub ambiguous: Vec<Ambiguous>,
}

/// Takes records as they stream in, then joins them.
#[derive(Debug, Default)]
pub struct Joining {
    billing: Vec<Key>,
    accounts: Vec<Key>,
    /// The names by which servers are known, by their identifiers.
    servers: BTreeMap<String, Vec<String>>,
}

/// Takes both sides as their readers deliver them; what is neither sold nor hosted is let go.
impl Sink for Joining {
    fn take(&mut self, entry: Entry) -> Result<(), Refusal> {
        match entry {
            Entry::Record(Record::Server(one)) => {
                self.servers.insert(one.id.clone(), names(&one));
            }
            Entry::Record(Record::Subscription(one)) if one.user_name.is_some() || one.server.is_some() => {
                self.billing(of_subscription(&one));
            }
            Entry::Record(Record::HostingAccount(one)) => self.account(of_account(&one)),
            _ => {}
        }
        Ok(())
    }
}

fn names(server: &Server) -> Vec<String> {
    let told = [Some(&server.name), server.hostname.as_ref(), server.address.as_ref()];
    told.into_iter().flatten().cloned().collect()
}

impl Joining {
    /// Takes a billing record.
    pub fn billing(&mut self, key: Key) {
        self.billing.push(cleaned(key));
    }

    /// Takes a hosting account.
    pub fn account(&mut self, key: Key) {
        self.accounts.push(cleaned(key));
    }

    /// Joins what was taken.
    #[must_use]
    pub fn finish(self) -> Joined {
        let mut joined = Joined::default();
        let (mut billing, mut accounts) = (self.billing, self.accounts);
        for key in billing.iter_mut().chain(&mut accounts) {
            let known: Vec<String> =
                key.servers.iter().filter_map(|server| self.servers.get(server)).flatten().cloned().collect();
            if !known.is_empty() {
                key.servers = known.into_iter().filter_map(clean).collect();
            }
        }
        for on in [MatchedOn::ServerAndUser, MatchedOn::User, MatchedOn::Domain] {
            round(on, &mut billing, &mut accounts, &mut joined);
        }
        joined.unmatched_billing = billing.into_iter().map(|key| key.id).collect();
        joined.unmatched_accounts = accounts.into_iter().map(|key| key.id).collect();
        joined.unmatched_billing.sort();
        joined.unmatched_accounts.sort();
        joined
    }
}

/// The key of a subscription. Its server is the source's identifier of it; [`Joining`] knows its names.
#[must_use]
pub fn of_subscription(one: &Subscription) -> Key {
    Key {
        id: one.id.clone(),
        servers: one.server.iter().cloned().collect(),
        user_name: one.user_name.clone(),
        domain: one.domains.first().cloned(),
    }
}

/// The key of a hosting account.
#[must_use]
pub fn of_account(one: &HostingAccount) -> Key {
    Key {
        id: one.id.clone(),
        servers: one.server.iter().chain(&one.address).cloned().collect(),
        user_name: Some(one.user_name.clone()),
        domain: one.domain.clone(),
    }
}

fn clean(text: String) -> Option<String> {
    Some(text.trim().trim_end_matches('.').to_lowercase()).filter(|text| !text.is_empty())
}

fn cleaned(mut key: Key) -> Key {
    key.servers = key.servers.into_iter().filter_map(clean).collect();
    // A user name of a panel is lower case; billing systems keep what a person typed.
    key.user_name = key.user_name.and_then(clean);
    key.domain = key.domain.and_then(clean).map(|name| name.strip_prefix("www.").map(str::to_owned).unwrap_or(name));
    key
}

/// What of a key is compared in a round.
fn values(on: MatchedOn, key: &Key) -> Vec<String> {
    match on {
        MatchedOn::ServerAndUser => key
            .user_name
            .iter()
            .flat_map(|user| key.servers.iter().map(move |server| format!("{user}@{server}")))
            .collect(),
        MatchedOn::User => key.user_name.iter().cloned().collect(),
        MatchedOn::Domain => key.domain.iter().cloned().collect(),
    }
}

/// Both servers are known, by no common name: then the same user name is another person.
fn are_elsewhere(one: &Key, other: &Key) -> bool {
    !one.servers.is_empty()
        && !other.servers.is_empty()
        && !one.servers.iter().any(|server| other.servers.contains(server))
}

#[derive(Default)]
struct Group {
    billing: BTreeSet<usize>,
    accounts: BTreeSet<usize>,
}

fn round(on: MatchedOn, billing: &mut Vec<Key>, accounts: &mut Vec<Key>, joined: &mut Joined) {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for (at, key) in billing.iter().enumerate() {
        for value in values(on, key) {
            groups.entry(value).or_default().billing.insert(at);
        }
    }
    for (at, key) in accounts.iter().enumerate() {
        for value in values(on, key) {
            groups.entry(value).or_default().accounts.insert(at);
        }
    }
    let (mut paid, mut hosted): (BTreeSet<usize>, BTreeSet<usize>) = Default::default();
    for (value, group) in groups {
        let payers: Vec<usize> = group.billing.difference(&paid).copied().collect();
        let homes: Vec<usize> = group.accounts.difference(&hosted).copied().collect();
        match (payers.as_slice(), homes.as_slice()) {
            ([], _) | (_, []) => {}
            (&[payer], &[home]) => {
                let (Some(one), Some(other)) = (billing.get(payer), accounts.get(home)) else { continue };
                if on == MatchedOn::User && are_elsewhere(one, other) && one.domain != other.domain {
                    continue;
                }
                joined.pairs.push(Pair {
                    billing: one.id.clone(),
                    account: other.id.clone(),
                    on,
                    has_other_domain: one.domain.is_some() && other.domain.is_some() && one.domain != other.domain,
                });
                paid.insert(payer);
                hosted.insert(home);
            }
            // Several of one user name may still be told apart by their domains.
            _ if on == MatchedOn::User => {}
            _ => {
                let ids = |all: &[Key], which: &[usize]| -> Vec<String> {
                    which.iter().filter_map(|at| all.get(*at)).map(|key| key.id.clone()).collect()
                };
                joined.ambiguous.push(Ambiguous {
                    on,
                    value,
                    billing: ids(billing, &payers),
                    accounts: ids(accounts, &homes),
                });
                paid.extend(payers);
                hosted.extend(homes);
            }
        }
    }
    for (keys, gone) in [(billing, paid), (accounts, hosted)] {
        let mut at = 0usize;
        keys.retain(|_| {
            let stays = !gone.contains(&at);
            at = at.saturating_add(1);
            stays
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(id: &str, server: &str, user: &str, domain: &str) -> Key {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Key { id: id.into(), servers: some(server).into_iter().collect(), user_name: some(user), domain: some(domain) }
    }

    fn joined(billing: &[Key], accounts: &[Key]) -> Joined {
        let mut joining = Joining::default();
        billing.iter().cloned().for_each(|key| joining.billing(key));
        accounts.iter().cloned().for_each(|key| joining.account(key));
        joining.finish()
    }

    #[test]
    fn the_same_user_name_on_two_servers_is_two_people() {
        let joined = joined(
            &[key("1", "S1.example.", "Bob", "a.example"), key("2", "s2.example", "bob", "b.example")],
            &[key("x", "s2.example", "bob", "b.example"), key("y", "s1.example", "bob", "other.example")],
        );
        let pairs: Vec<_> = joined
            .pairs
            .iter()
            .map(|pair| (pair.billing.as_str(), pair.account.as_str(), pair.has_other_domain))
            .collect();
        assert_eq!(pairs, [("1", "y", true), ("2", "x", false)]);
        assert!(joined.ambiguous.is_empty() && joined.unmatched_accounts.is_empty());
    }

    #[test]
    fn ten_thousand_customers_and_two_hundred_archives_join_to_the_last_one() {
        use crate::sources::{Input, SourceKind, cpanel, whmcs};
        let folder = tempfile::tempdir().unwrap();
        let (dump, archives) = (folder.path().join("whmcs.sql"), folder.path().join("archives"));
        let mut out = std::io::BufWriter::new(std::fs::File::create(&dump).unwrap());
        whmcs::synthetic::write(&mut out, 10_000, 11).unwrap();
        drop(out);
        let naming = cpanel::synthetic::Naming {
            user: |number| format!("acc{number}"),
            domain: |number| format!("site{number}.example.org"),
            server: "saturn.example.org",
        };
        let planted = cpanel::synthetic::write_named(&archives, 200, 11, naming).unwrap();
        let mut joining = Joining::default();
        SourceKind::Whmcs.read(&Input::of(vec![dump]), &mut joining).unwrap();
        SourceKind::Cpanel.read(&Input::of(vec![archives]), &mut joining).unwrap();
        let joined = joining.finish();
        assert_eq!(joined.pairs.len(), 200);
        for pair in &joined.pairs {
            assert_eq!(
                (pair.account.as_str(), pair.on),
                (format!("acc{}", pair.billing).as_str(), MatchedOn::ServerAndUser)
            );
            assert!(!pair.has_other_domain, "{pair:?}");
        }
        let mut orphans = planted.without_billing;
        orphans.sort();
        assert_eq!(joined.unmatched_accounts, orphans, "what nobody pays for is listed");
        // Every service of the dump, the one of a customer that was deleted too.
        assert_eq!(joined.unmatched_billing.len(), 10_001 - 200);
        assert!(joined.ambiguous.is_empty(), "{:?}", joined.ambiguous);
    }

    #[test]
    fn a_user_name_joins_where_a_server_is_not_named() {
        let joined = joined(&[key("1", "7", "bob", "")], &[key("x", "", "bob", "a.example")]);
        assert_eq!(joined.pairs[0].on, MatchedOn::User);
    }

    #[test]
    fn a_user_name_on_a_server_of_another_name_joins_only_with_its_domain() {
        let one = joined(&[key("1", "s1", "bob", "a.example")], &[key("x", "s9", "bob", "b.example")]);
        assert!(one.pairs.is_empty());
        assert_eq!((one.unmatched_billing.len(), one.unmatched_accounts.len()), (1, 1));
        let two = joined(&[key("1", "s1", "bob", "a.example")], &[key("x", "s9", "bob", "www.a.example")]);
        assert_eq!(two.pairs.len(), 1);
    }

    #[test]
    fn a_renamed_account_joins_on_its_domain() {
        let joined = joined(&[key("1", "s", "old", "a.example")], &[key("x", "s", "new", "A.example.")]);
        assert_eq!(joined.pairs[0].on, MatchedOn::Domain);
    }

    #[test]
    fn two_subscriptions_for_one_account_are_left_to_a_person() {
        let joined = joined(
            &[key("1", "s", "bob", ""), key("2", "s", "bob", "")],
            &[key("x", "s", "bob", "a.example"), key("free", "s", "eve", "")],
        );
        assert_eq!(joined.ambiguous.len(), 1);
        assert_eq!(joined.ambiguous[0].billing, ["1", "2"]);
        assert_eq!(joined.unmatched_accounts, ["free"]);
        assert!(joined.pairs.is_empty() && joined.unmatched_billing.is_empty());
    }

    #[test]
    fn one_user_name_twice_is_told_apart_by_domains() {
        let joined = joined(
            &[key("1", "", "bob", "a.example"), key("2", "", "bob", "b.example")],
            &[key("x", "s", "bob", "b.example"), key("y", "s2", "bob", "a.example")],
        );
        assert_eq!(joined.pairs.len(), 2);
        assert!(joined.pairs.iter().all(|pair| pair.on == MatchedOn::Domain && !pair.has_other_domain));
    }

    proptest! {
        #[test]
        fn every_record_is_in_exactly_one_list(
            billing in proptest::collection::vec(("[st]?", "[abc]?", "[xyz]?"), 0..12),
            accounts in proptest::collection::vec(("[st]?", "[abc]?", "[xyz]?"), 0..12),
        ) {
            let keys = |side: &str, all: &[(String, String, String)]| -> Vec<Key> {
                all.iter().enumerate().map(|(at, (server, user, domain))| key(&format!("{side}{at:02}"), server, user, domain)).collect()
            };
            let (billing, accounts) = (keys("b", &billing), keys("a", &accounts));
            let joined = joined(&billing, &accounts);
            let mut seen: Vec<String> = joined.pairs.iter().flat_map(|pair| [pair.billing.clone(), pair.account.clone()]).collect();
            seen.extend(joined.ambiguous.iter().flat_map(|one| one.billing.iter().chain(&one.accounts).cloned()));
            seen.extend(joined.unmatched_billing.iter().chain(&joined.unmatched_accounts).cloned());
            seen.sort();
            let mut all: Vec<String> = billing.iter().chain(&accounts).map(|key| key.id.clone()).collect();
            all.sort();
            prop_assert_eq!(seen, all);
        }
    }
}
