//! How like a product of the source is to a plan of ours.
//!
//! | part | points | full marks |
//! |---|---|---|
//! | name | 50 | the same letters and digits |
//! | price | 25 | the same amount for the same length in the same currency |
//! | length | 10 | every length that the source offers is offered here |
//! | limits | 15 | memory, disk and processors are the same |
//!
//! A part that cannot be compared (no price, no limits) gives nothing and its points are not
//! counted, so that a plan without sizes is judged by what it has. Whole numbers only.

use std::collections::BTreeMap;

use hostwright_importer::snapshot::values::{Cycle, Extra};
use hostwright_importer::snapshot::{Product, ProductClass};
use hostwright_kernel::{Money, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::model::PlanId;

id_type!(
    /// Identifies a mapping rule.
    TemplateId, "mtp"
);

text_enum! {
    /// The guide's classes of external templates, and private servers.
    pub enum TemplateClass {
        /// Domain services only.
        Hosting = "hosting",
        /// A registration only.
        DomainRegistration = "domain_registration",
        /// Both.
        HostingAndRegistration = "hosting_and_registration",
        /// Anything else that is charged for.
        Resource = "resource",
        /// A private server.
        Server = "server",
    }
}

impl TemplateClass {
    /// The snapshot's class.
    #[must_use]
    pub fn of(class: ProductClass) -> Self {
        match class {
            ProductClass::Hosting => Self::Hosting,
            ProductClass::DomainRegistration => Self::DomainRegistration,
            ProductClass::HostingAndRegistration => Self::HostingAndRegistration,
            ProductClass::Resource => Self::Resource,
            ProductClass::Server => Self::Server,
        }
    }

    /// As the tables of verification read it.
    #[must_use]
    pub fn product_class(self) -> ProductClass {
        match self {
            Self::Hosting => ProductClass::Hosting,
            Self::DomainRegistration => ProductClass::DomainRegistration,
            Self::HostingAndRegistration => ProductClass::HostingAndRegistration,
            Self::Resource => ProductClass::Resource,
            Self::Server => ProductClass::Server,
        }
    }

    /// The catalogue's kind of plans of this class.
    #[must_use]
    pub fn plan_kind(self) -> &'static str {
        match self {
            Self::Server => "private_server",
            Self::Hosting => "hosting",
            Self::DomainRegistration => "domain_registration",
            Self::HostingAndRegistration => "hosting_and_registration",
            Self::Resource => "resource",
        }
    }
}

/// What is compared of an offer, the source's or ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// Its name.
    pub name: String,
    /// Recurring amounts by months.
    pub prices: Vec<(u32, Money)>,
    /// Memory in MiB.
    pub memory_mib: Option<i64>,
    /// Disk in GiB.
    pub disk_gib: Option<i64>,
    /// Processors.
    pub vcpus: Option<i64>,
}

impl Offer {
    /// What is compared of a product of the source.
    #[must_use]
    pub fn of_product(product: &Product) -> Self {
        let prices = product
            .prices
            .iter()
            .filter_map(|price| match price.cycle {
                Cycle::Months(months) => Some((months, price.amount.money().ok()?)),
                Cycle::Free | Cycle::Once | Cycle::Days(_) => None,
            })
            .collect();
        let mebibytes =
            |words| limit(&product.limits, words).map(|(number, unit)| in_mebibytes(number, unit, Unit::Mega));
        let gibibytes = |words| {
            limit(&product.limits, words).map(|(number, unit)| in_mebibytes(number, unit, Unit::Giga).div_euclid(1_024))
        };
        Self {
            name: product.name.clone(),
            prices,
            memory_mib: mebibytes(&["memory", "ram"]),
            disk_gib: gibibytes(&["disk", "hdd", "ssd", "storage", "space"]),
            vcpus: limit(&product.limits, &["cpu", "core"]).map(|(number, _)| number),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    None,
    Mega,
    Giga,
    Tera,
}

/// The first limit whose name has one of these words: its number and unit.
fn limit(limits: &[Extra], words: &[&str]) -> Option<(i64, Unit)> {
    let found = limits.iter().find(|limit| {
        let name = limit.name.to_lowercase();
        words.iter().any(|word| name.contains(word))
    })?;
    let text = found.value.trim().to_lowercase();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text.chars().find(|c| c.is_ascii_alphabetic());
    let unit = match unit {
        Some('m') => Unit::Mega,
        Some('g') => Unit::Giga,
        Some('t') => Unit::Tera,
        _ => Unit::None,
    };
    digits.parse().ok().filter(|number| *number > 0).map(|number| (number, unit))
}

fn in_mebibytes(number: i64, unit: Unit, usual: Unit) -> i64 {
    match if unit == Unit::None { usual } else { unit } {
        Unit::Giga => number.saturating_mul(1_024),
        Unit::Tera => number.saturating_mul(1_048_576),
        Unit::None | Unit::Mega => number,
    }
}

/// Points of 100.
#[must_use]
pub fn likeness(theirs: &Offer, ours: &Offer) -> u32 {
    let parts = [
        Some((50, name_likeness(&theirs.name, &ours.name))),
        price_likeness(theirs, ours).map(|share| (25, share)),
        length_likeness(theirs, ours).map(|share| (10, share)),
        limit_likeness(theirs, ours).map(|share| (15, share)),
    ];
    let (points, of) = parts.into_iter().flatten().fold((0_u32, 0_u32), |(points, of), (weight, share)| {
        (points.saturating_add(weight * share.min(100)), of.saturating_add(weight))
    });
    points.checked_div(of).unwrap_or(0)
}

/// The plan that is most like the product, with its points; none below `least`.
#[must_use]
pub fn suggestion<'a>(
    theirs: &Offer,
    ours: impl IntoIterator<Item = (&'a PlanId, &'a Offer)>,
    least: u32,
) -> Option<(&'a PlanId, u32)> {
    let mut best: Option<(&PlanId, u32)> = None;
    for (id, offer) in ours {
        let points = likeness(theirs, offer);
        if points >= least && best.is_none_or(|(_, before)| points > before) {
            best = Some((id, points));
        }
    }
    best
}

/// How many of their neighbouring letters two names share, of 100 (Dice).
fn name_likeness(theirs: &str, ours: &str) -> u32 {
    let plain = |text: &str| -> Vec<char> { text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect() };
    let (theirs, ours) = (plain(theirs), plain(ours));
    if theirs.is_empty() || ours.is_empty() {
        return 0;
    }
    if theirs == ours {
        return 100;
    }
    let pairs = |letters: &[char]| -> BTreeMap<(char, char), u32> {
        let mut counts = BTreeMap::new();
        for pair in letters.windows(2) {
            if let [first, second] = pair {
                let count: &mut u32 = counts.entry((*first, *second)).or_default();
                *count = count.saturating_add(1);
            }
        }
        counts
    };
    let (left, right) = (pairs(&theirs), pairs(&ours));
    let shared: u32 = left.iter().map(|(pair, count)| count.min(right.get(pair).unwrap_or(&0))).sum();
    let all: u32 = left.values().chain(right.values()).sum();
    shared.saturating_mul(200).checked_div(all).unwrap_or(0)
}

/// The best share of the smaller in the larger amount, over lengths that both have.
fn price_likeness(theirs: &Offer, ours: &Offer) -> Option<u32> {
    let shares = theirs.prices.iter().flat_map(|(months, amount)| {
        let same =
            ours.prices.iter().filter(move |(length, other)| length == months && other.currency == amount.currency);
        same.map(move |(_, other)| share(amount.minor, other.minor))
    });
    shares.max()
}

fn length_likeness(theirs: &Offer, ours: &Offer) -> Option<u32> {
    let total = u32::try_from(theirs.prices.len()).ok().filter(|total| *total > 0)?;
    let offered = theirs.prices.iter().filter(|(months, _)| ours.prices.iter().any(|(length, _)| length == months));
    u32::try_from(offered.count()).ok()?.checked_mul(100)?.checked_div(total)
}

fn limit_likeness(theirs: &Offer, ours: &Offer) -> Option<u32> {
    let pairs = [(theirs.memory_mib, ours.memory_mib), (theirs.disk_gib, ours.disk_gib), (theirs.vcpus, ours.vcpus)];
    let shares: Vec<u32> = pairs.into_iter().filter_map(|(theirs, ours)| Some(share(theirs?, ours?))).collect();
    let count = u32::try_from(shares.len()).ok()?;
    shares.iter().sum::<u32>().checked_div(count)
}

/// The smaller of two as a share of the larger, of 100.
fn share(one: i64, other: i64) -> u32 {
    if one == other {
        return 100;
    }
    let (low, high) = (i128::from(one.min(other)), i128::from(one.max(other)));
    if low < 0 {
        return 0;
    }
    low.saturating_mul(100).checked_div(high).and_then(|share| u32::try_from(share).ok()).unwrap_or(0)
}

/// What follows the first label of a name: `co.uk` of `example.co.uk`.
#[must_use]
pub fn tld_of(name: &str) -> Option<&str> {
    name.split_once('.').map(|(_, tld)| tld).filter(|tld| !tld.is_empty())
}

/// A top-level domain as a rule keeps it: without the dot in front, in small letters.
#[must_use]
pub fn tld(typed: &str) -> Option<String> {
    let plain = typed.trim().trim_start_matches('.').trim_end_matches('.').to_lowercase();
    let is_good =
        !plain.is_empty() && plain.len() <= 63 && plain.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
    is_good.then_some(plain)
}

/// A rule: what a product or top-level domain of the source is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// The source's product; empty for a top-level domain.
    pub product: String,
    /// The top-level domain; empty for a product.
    pub tld: String,
    /// What it is.
    pub class: TemplateClass,
    /// The plan it is sold as.
    pub plan_id: PlanId,
}

/// A product or top-level domain of a source, as pages show it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TemplateView {
    /// The source's product; empty for a top-level domain.
    pub product: String,
    /// The top-level domain; empty for a product.
    pub tld: String,
    /// What the source calls it.
    pub name: String,
    /// How many subscriptions or domains are based on it.
    pub used: i64,
    /// What it is by the mapping, or as far as the source says.
    pub class: TemplateClass,
    /// The plan it is mapped to.
    pub plan_id: Option<String>,
    /// That plan's name.
    pub plan_name: Option<String>,
    /// The plan that is most like it.
    pub suggested_plan_id: Option<String>,
    /// That plan's name.
    pub suggested_plan_name: Option<String>,
    /// How like, of 100.
    pub likeness: i64,
}
