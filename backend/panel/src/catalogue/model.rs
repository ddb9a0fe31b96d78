//! Plans and prices, and the rules for making them.

use std::collections::BTreeSet;

use hostwright_kernel::{Currency, Instant, Money, Months, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::CatalogueRefusal;
use crate::platform::Refusal;

id_type!(
    /// Identifies a plan.
    PlanId, "pln"
);
id_type!(
    /// Identifies a price.
    PriceId, "prc"
);

text_enum! {
    /// What a plan sells.
    pub enum PlanKind {
        /// A private server.
        PrivateServer = "private_server",
        /// Web hosting: sites, mailboxes and databases on a shared server.
        Hosting = "hosting",
        /// The registration of a domain name below one of the plan's top-level domains.
        DomainRegistration = "domain_registration",
        /// Web hosting and the domain name it is for, at one price.
        HostingAndRegistration = "hosting_and_registration",
        /// Anything else that is counted and billed: an address, a certificate, a licence.
        Resource = "resource",
    }
}

impl PlanKind {
    /// Whether what is sold is built on a node, and so has sizes.
    #[must_use]
    pub fn has_sizes(self) -> bool {
        match self {
            Self::PrivateServer => true,
            Self::Hosting | Self::DomainRegistration | Self::HostingAndRegistration | Self::Resource => false,
        }
    }

    /// Whether what is sold is a name below a top-level domain.
    #[must_use]
    pub fn has_tlds(self) -> bool {
        match self {
            Self::DomainRegistration | Self::HostingAndRegistration => true,
            Self::PrivateServer | Self::Hosting | Self::Resource => false,
        }
    }
}

text_enum! {
    /// Whether a plan is still sold.
    pub enum PlanState {
        /// Sold.
        Active = "active",
        /// No longer sold; what was sold goes on.
        Archived = "archived",
    }
}

text_enum! {
    /// Whether a price is still offered.
    pub enum PriceState {
        /// Offered.
        Active = "active",
        /// No longer offered; what was sold at it goes on.
        Retired = "retired",
    }
}

text_enum! {
    /// What happens at the end of what was billed.
    pub enum RenewalChoice {
        /// The next period is billed.
        Automatic = "automatic",
        /// It ends.
        Expire = "expire",
    }
}

/// The sizes of a private server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Virtual processors, 1 to 256.
    pub vcpus: i64,
    /// Memory in MiB, 32 to 4,194,304.
    pub memory_mib: i64,
    /// Disk in GiB, 1 to 1,048,576.
    pub disk_gib: i64,
    /// Traffic a month in GiB; 0 is without limit.
    pub traffic_gib: i64,
}

/// Something that can be sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Shown to customers; copied to what is sold.
    pub name: String,
    /// Shown to customers.
    pub description: String,
    /// What it sells.
    pub kind: PlanKind,
    /// How large; there exactly for private servers.
    pub sizes: Option<Sizes>,
    /// Below which top-level domains names are registered, as A-labels without dots at
    /// the ends (`de`, `co.uk`, `xn--p1ai`), in order; empty unless the kind registers.
    pub tlds: Vec<String>,
    /// Whether only staff see and sell it.
    pub private: bool,
    /// What a customer may choose; never empty.
    pub renewal_choices: BTreeSet<RenewalChoice>,
    /// Whether it is sold.
    pub state: PlanState,
    /// When it was made.
    pub created_at: Instant,
    /// Counts changes.
    pub version: i64,
}

/// What a plan costs in one currency for one length of period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Its id.
    pub id: PriceId,
    /// The plan.
    pub plan_id: PlanId,
    /// For each period, without tax; zero or more.
    pub amount: Money,
    /// Once, with the first period, without tax; same currency, zero or more.
    pub setup: Money,
    /// Length of a period.
    pub months: Months,
    /// Whether it is offered.
    pub state: PriceState,
    /// When it was set.
    pub created_at: Instant,
}

/// What a plan sells, with what its kind needs.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// The kind.
    pub kind: PlanKind,
    /// For private servers only.
    pub sizes: Option<Sizes>,
    /// For registrations only; as typed, with or without the dot in front.
    pub tlds: Vec<String>,
}

impl NewProduct {
    /// A private server.
    #[must_use]
    pub fn server(sizes: Sizes) -> Self {
        Self { kind: PlanKind::PrivateServer, sizes: Some(sizes), tlds: Vec::new() }
    }

    /// What does not fit the kind, by field, and the top-level domains in their one spelling.
    fn checked(&self) -> (Vec<String>, Vec<Refusal>) {
        let mut faults = match (self.kind.has_sizes(), self.sizes) {
            (true, Some(sizes)) => sizes.faults(),
            (true, None) => Sizes::default().faults(),
            (false, None) => Vec::new(),
            (false, Some(_)) => vec![CatalogueRefusal::SizeNotWanted.with("kind", self.kind)],
        };
        let mut tlds: Vec<String> = Vec::new();
        for typed in &self.tlds {
            match tld(typed) {
                Some(tld) if !tlds.contains(&tld) => tlds.push(tld),
                Some(_) => {}
                None => faults.push(CatalogueRefusal::Tld.with("tld", typed.chars().take(80).collect::<String>())),
            }
        }
        match (self.kind.has_tlds(), self.tlds.is_empty()) {
            (true, true) => faults.push(CatalogueRefusal::TldsMissing.into()),
            (false, false) => faults.push(CatalogueRefusal::TldsNotWanted.with("kind", self.kind)),
            _ => {}
        }
        if tlds.len() > TLDS_MAX {
            faults.push(CatalogueRefusal::TldsTooMany.with("max", TLDS_MAX));
        }
        tlds.sort();
        (tlds, faults)
    }
}

/// Top-level domains of one plan.
const TLDS_MAX: usize = 200;

/// A top-level domain in its one spelling; none when it is none. Names in other scripts
/// are given as A-labels (`xn--...`).
fn tld(typed: &str) -> Option<String> {
    let lower = typed.trim().trim_matches('.').to_ascii_lowercase();
    let labels: Vec<&str> = lower.split('.').collect();
    let label_fits = |label: &&str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let top_is_no_number = labels.last().is_some_and(|top| top.bytes().any(|b| b.is_ascii_lowercase()));
    (lower.len() <= 100 && labels.iter().all(label_fits) && top_is_no_number).then_some(lower)
}

/// What a person says about a plan.
#[derive(Debug, Clone)]
pub struct PlanText {
    /// Shown to customers.
    pub name: String,
    /// Shown to customers; may be empty.
    pub description: String,
    /// Whether only staff see and sell it.
    pub private: bool,
    /// What a customer may choose.
    pub renewal_choices: Vec<RenewalChoice>,
}

impl Sizes {
    /// Every size that is out of bounds, by field.
    #[must_use]
    pub fn faults(&self) -> Vec<Refusal> {
        [
            ("vcpus", self.vcpus, 1, 256),
            ("memory_mib", self.memory_mib, 32, 4_194_304),
            ("disk_gib", self.disk_gib, 1, 1_048_576),
            ("traffic_gib", self.traffic_gib, 0, 1_000_000_000),
        ]
        .into_iter()
        .filter(|(_, value, least, most)| value < least || value > most)
        .map(|(field, _, least, most)| CatalogueRefusal::Size.with("least", least).with("most", most).field(field))
        .collect()
    }
}

impl PlanText {
    /// Every field that is wrong.
    #[must_use]
    pub fn faults(&self) -> Vec<Refusal> {
        let name = self.name.trim();
        let mut faults = Vec::new();
        if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
            faults.push(CatalogueRefusal::Name.into());
        }
        if self.description.chars().count() > 2_000 {
            faults.push(CatalogueRefusal::Description.into());
        }
        if self.renewal_choices.is_empty() {
            faults.push(CatalogueRefusal::RenewalChoices.into());
        }
        faults
    }
}

impl Plan {
    /// A new plan, active at once.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn new(product: &NewProduct, text: PlanText, now: Instant) -> Result<Self, Vec<Refusal>> {
        let mut faults = text.faults();
        let (tlds, wrong) = product.checked();
        faults.extend(wrong);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            id: PlanId::new(),
            name: text.name.trim().to_owned(),
            description: text.description.trim().to_owned(),
            kind: product.kind,
            sizes: product.sizes,
            tlds,
            private: text.private,
            renewal_choices: text.renewal_choices.into_iter().collect(),
            state: PlanState::Active,
            created_at: now,
            version: 1,
        })
    }

    /// The same plan with other words and visibility.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn described(&self, text: PlanText) -> Result<Self, Vec<Refusal>> {
        let faults = text.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            name: text.name.trim().to_owned(),
            description: text.description.trim().to_owned(),
            private: text.private,
            renewal_choices: text.renewal_choices.into_iter().collect(),
            ..self.clone()
        })
    }

    /// What a person says about it now.
    #[must_use]
    pub fn text(&self) -> PlanText {
        PlanText {
            name: self.name.clone(),
            description: self.description.clone(),
            private: self.private,
            renewal_choices: self.renewal_choices.iter().copied().collect(),
        }
    }

    /// A new price of this plan.
    ///
    /// # Errors
    /// `catalogue.archived`; `catalogue.amount` and `catalogue.setup` for texts
    /// that are no amounts of the currency or below zero.
    pub fn price(
        &self,
        currency: Currency,
        months: Months,
        amount: &str,
        setup: &str,
        now: Instant,
    ) -> Result<Price, Refusal> {
        if self.state != PlanState::Active {
            return Err(CatalogueRefusal::Archived.into());
        }
        Ok(Price {
            id: PriceId::new(),
            plan_id: self.id.clone(),
            amount: not_negative(amount, currency, CatalogueRefusal::Amount)?,
            setup: not_negative(setup, currency, CatalogueRefusal::Setup)?,
            months,
            state: PriceState::Active,
            created_at: now,
        })
    }

    /// Whether it is sold at this price: `privately` by staff, else by anybody.
    #[must_use]
    pub fn sells_at(&self, price: &Price, privately: bool) -> bool {
        self.state == PlanState::Active
            && (privately || !self.private)
            && price.state == PriceState::Active
            && price.plan_id == self.id
    }
}

fn not_negative(text: &str, currency: Currency, refusal: CatalogueRefusal) -> Result<Money, Refusal> {
    Money::parse(text, currency).ok().filter(|money| money.minor >= 0).ok_or_else(|| refusal.with("currency", currency))
}

/// A price as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceView {
    /// Its id.
    pub id: PriceId,
    /// The plan.
    pub plan_id: PlanId,
    /// For each period, without tax.
    pub amount: Money,
    /// Once, with the first period, without tax.
    pub setup: Money,
    /// Length of a period in months.
    pub months: Months,
    /// Whether it is offered.
    pub state: PriceState,
    /// When it was set.
    pub created_at: Instant,
}

/// A plan as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanView {
    /// Its id.
    pub id: PlanId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What it sells.
    pub kind: PlanKind,
    /// Virtual processors; like the other sizes 0 unless it is a private server.
    pub vcpus: i64,
    /// Memory in MiB.
    pub memory_mib: i64,
    /// Disk in GiB.
    pub disk_gib: i64,
    /// Traffic a month in GiB; 0 is without limit.
    pub traffic_gib: i64,
    /// Below which top-level domains names are registered; empty unless the kind registers.
    pub tlds: Vec<String>,
    /// Whether only staff see and sell it.
    pub private: bool,
    /// What a customer may choose.
    pub renewal_choices: Vec<RenewalChoice>,
    /// Whether it is sold.
    pub state: PlanState,
    /// When it was made.
    pub created_at: Instant,
    /// By currency and length; staff see retired ones too.
    pub prices: Vec<PriceView>,
}

impl From<Price> for PriceView {
    fn from(price: Price) -> Self {
        Self {
            id: price.id,
            plan_id: price.plan_id,
            amount: price.amount,
            setup: price.setup,
            months: price.months,
            state: price.state,
            created_at: price.created_at,
        }
    }
}

impl PlanView {
    /// A plan with its prices.
    #[must_use]
    pub fn new(plan: Plan, prices: Vec<Price>) -> Self {
        let sizes = plan.sizes.unwrap_or_default();
        Self {
            id: plan.id,
            name: plan.name,
            description: plan.description,
            kind: plan.kind,
            vcpus: sizes.vcpus,
            memory_mib: sizes.memory_mib,
            disk_gib: sizes.disk_gib,
            traffic_gib: sizes.traffic_gib,
            tlds: plan.tlds,
            private: plan.private,
            renewal_choices: plan.renewal_choices.into_iter().collect(),
            state: plan.state,
            created_at: plan.created_at,
            prices: prices.into_iter().map(PriceView::from).collect(),
        }
    }
}
