//! From what was collected to the facts that the tables read, for a page of accounts at once.

use std::collections::{BTreeMap, BTreeSet};

use hostwright_importer::Record;
use hostwright_importer::snapshot::{Domain, DomainStatus, Subscription, SubscriptionStatus};

use super::accounts::{self, AccountFacts};
use super::domains::{self, DomainFacts};
use super::model::{MainPlatform, Reason, Scheme, Settings, Status, SubscriptionFacts, Time, Verdict};
use super::subscriptions;
use crate::migration::collect::model::StagedView;
use crate::migration::templates::model::{Template, tld_of};

/// The rules of one source, to be asked by product and top-level domain.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    products: BTreeMap<String, Template>,
    tlds: BTreeMap<String, Template>,
}

impl Rules {
    /// From a source's rules.
    #[must_use]
    pub fn new(all: Vec<Template>) -> Self {
        let mut rules = Self::default();
        for rule in all {
            if rule.tld.is_empty() {
                rules.products.insert(rule.product.clone(), rule);
            } else {
                rules.tlds.insert(rule.tld.clone(), rule);
            }
        }
        rules
    }

    /// The rule of a product.
    #[must_use]
    pub fn product(&self, product: Option<&str>) -> Option<&Template> {
        self.products.get(product?)
    }

    /// The rule of a domain name, by what follows its first label.
    #[must_use]
    pub fn domain(&self, name: &str) -> Option<&Template> {
        self.tlds.get(tld_of(name)?)
    }
}

/// A subscription or registration that was collected, with what the tables ask of it.
#[derive(Debug, Clone)]
pub struct Sold {
    /// The record by its keys.
    pub record: StagedView,
    /// The facts.
    pub facts: SubscriptionFacts,
    /// The domain names that it provides.
    pub names: BTreeSet<String>,
}

/// The facts of a subscription or domain registration; none for other records.
#[must_use]
pub fn sold(
    record: StagedView,
    body: &Record,
    names: BTreeSet<String>,
    rules: &Rules,
    settings: &Settings,
) -> Option<Sold> {
    let is_on_main = settings.main_platform == MainPlatform::ThisSource;
    let facts = match body {
        Record::Subscription(one) => of_subscription(one, &record, names.len(), rules, settings, is_on_main),
        Record::Domain(one) => of_domain(one, &record, rules, settings, is_on_main),
        _ => return None,
    };
    Some(Sold { record, facts, names })
}

fn of_subscription(
    one: &Subscription,
    record: &StagedView,
    domains: usize,
    rules: &Rules,
    settings: &Settings,
    is_on_main: bool,
) -> SubscriptionFacts {
    SubscriptionFacts {
        id: one.id.clone(),
        class: rules.product(one.product.as_deref()).map(|rule| rule.class.product_class()),
        time: Time::of(one.status, one.expires, settings),
        domains,
        created: one.started,
        expires: one.expires,
        decision: record.decision,
        is_on_main,
    }
}

/// A registration is a subscription for one domain.
fn of_domain(
    one: &Domain,
    record: &StagedView,
    rules: &Rules,
    settings: &Settings,
    is_on_main: bool,
) -> SubscriptionFacts {
    let status = match one.status {
        DomainStatus::Pending | DomainStatus::PendingRegistration | DomainStatus::PendingTransfer => {
            SubscriptionStatus::Pending
        }
        DomainStatus::Active => SubscriptionStatus::Active,
        DomainStatus::Grace | DomainStatus::Redemption | DomainStatus::Expired => SubscriptionStatus::Expired,
        DomainStatus::Cancelled | DomainStatus::TransferredAway => SubscriptionStatus::Cancelled,
        DomainStatus::Fraud => SubscriptionStatus::Fraud,
    };
    let name = record.domain.clone().unwrap_or_default();
    SubscriptionFacts {
        id: one.id.clone(),
        class: rules.domain(&name).map(|rule| rule.class.product_class()),
        time: Time::of(status, one.expires, settings),
        domains: 1,
        created: one.registered,
        expires: one.expires,
        decision: record.decision,
        is_on_main,
    }
}

/// What is known of a domain name besides what its account has.
#[derive(Debug, Clone, Default)]
pub struct Elsewhere {
    /// Hosting on other sources where it is selected.
    pub hostings: usize,
    /// Subscriptions of the main billing platform, where that is another source.
    pub of_main_platform: Vec<SubscriptionFacts>,
}

/// Everything about one account.
#[derive(Debug, Clone)]
pub struct Account {
    /// The party.
    pub party: StagedView,
    /// Whether it is a reseller.
    pub is_reseller: bool,
    /// Whether the account above it is here or comes before it; none where there is none above.
    pub parent: Option<bool>,
    /// Its subscriptions and registrations.
    pub sold: Vec<Sold>,
    /// Its domain names, with what is known of each.
    pub names: BTreeMap<String, (StagedView, Elsewhere)>,
}

/// What is said of an account and of everything in it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Record and verdict, the account's own first.
    pub verdicts: Vec<(StagedView, Verdict)>,
}

/// Judges one account by the tables.
#[must_use]
pub fn judge(account: &Account, settings: &Settings) -> Judged {
    let mut facts = AccountFacts {
        is_selected: account.party.is_selected,
        decision: account.party.decision,
        is_reseller: account.is_reseller,
        is_associated: account.party.associated_with.is_some(),
        has_parent: account.parent.is_some(),
        is_parent_migrated: account.parent.unwrap_or(false),
        domains: account.names.len(),
        ..AccountFacts::default()
    };
    let fails_by_itself = !accounts::by_itself(&facts, settings).is_empty();
    let mut verdicts = Vec::with_capacity(account.sold.len().saturating_add(account.names.len()).saturating_add(1));
    let mut of_sold: Vec<Verdict> = Vec::with_capacity(account.sold.len());
    for sold in &account.sold {
        of_sold.push(subscriptions::verdict(&sold.facts, settings, fails_by_itself));
    }
    for (name, (record, elsewhere)) in &account.names {
        let providing = account.sold.iter().zip(&of_sold).filter(|(sold, _)| sold.names.contains(name));
        let (own, said): (Vec<SubscriptionFacts>, Vec<Status>) =
            providing.map(|(sold, verdict)| (sold.facts.clone(), verdict.status)).unzip();
        let facts_of = DomainFacts {
            own,
            of_main_platform: elsewhere.of_main_platform.clone(),
            hosted_elsewhere: elsewhere.hostings,
            is_selected: record.is_selected,
            decision: record.decision,
        };
        let count = |status: Status| said.iter().filter(|said| **said == status).count();
        let verdict = match settings.scheme {
            Scheme::V1 => domains::of_api_1(&facts_of, settings),
            Scheme::V2 | Scheme::V5 => {
                domains::without_rows(&facts_of, count(Status::Approved), count(Status::Rejected))
            }
        };
        facts.selected_domains = facts.selected_domains.saturating_add(usize::from(record.is_selected));
        facts.failed_domains = facts.failed_domains.saturating_add(usize::from(verdict.status.waits()));
        verdicts.push((record.clone(), verdict));
    }
    // What is rejected for the account alone is no further reason against it.
    let is_rejected =
        |verdict: &&Verdict| verdict.status == Status::Rejected && verdict.reasons != [Reason::OwnerFailed];
    facts.rejected_subscriptions = of_sold.iter().filter(is_rejected).count();
    for (sold, verdict) in account.sold.iter().zip(of_sold) {
        verdicts.push((sold.record.clone(), verdict));
    }
    verdicts.insert(0, (account.party.clone(), accounts::verdict(&facts, settings)));
    Judged { verdicts }
}
