//! What verification says, and the settings and facts that its tables read.
//!
//! The tables themselves are in [`super::subscriptions`], [`super::hosting`],
//! [`super::domains`] and [`super::accounts`]. Time is an argument; nothing here asks a
//! database.

use hostwright_importer::snapshot::{ProductClass, SubscriptionStatus};
use hostwright_kernel::{Day, text_enum};

text_enum! {
    /// Which of the guide's sets of tables applies to a source.
    pub enum Scheme {
        /// The early edition, migration API 1: accounts, domains and subscriptions.
        V1 = "v1",
        /// The early edition, migration API 2: accounts and subscriptions.
        V2 = "v2",
        /// The edition for 5.0: accounts of resellers and customers, and subscriptions.
        V5 = "v5",
    }
}

text_enum! {
    /// What was found of an object.
    pub enum Status {
        /// An account passed.
        Verified = "verified",
        /// An account or a domain did not pass.
        Failed = "failed",
        /// A domain passed without anybody's doing.
        AutomaticallyApproved = "automatically_approved",
        /// A domain that a person must approve.
        ManualApproval = "manual_approval",
        /// A domain that a person approved.
        ManuallyApproved = "manually_approved",
        /// A subscription is fit for migration.
        Approved = "approved",
        /// A subscription is not.
        Rejected = "rejected",
        /// A subscription that had ended at the source: nothing of it goes on, and it holds nobody up.
        PassedOver = "passed_over",
        /// Taken out by a person.
        NotSelected = "not_selected",
    }
}

impl Status {
    /// Whether the object moves.
    #[must_use]
    pub fn moves(self) -> bool {
        matches!(self, Self::Verified | Self::AutomaticallyApproved | Self::ManuallyApproved | Self::Approved)
    }

    /// Whether somebody has to do something about it before it moves.
    #[must_use]
    pub fn waits(self) -> bool {
        matches!(self, Self::Failed | Self::ManualApproval | Self::Rejected)
    }
}

text_enum! {
    /// Why. The codes are stable; the words are in `locales/`.
    pub enum Reason {
        /// Account: it has no domains.
        NoDomains = "no_domains",
        /// Account: none of its domains is selected.
        NoDomainSelected = "no_domain_selected",
        /// Account: a domain of it did not pass.
        DomainFailed = "domain_failed",
        /// Account: the account above it was not migrated.
        ParentNotMigrated = "parent_not_migrated",
        /// Account: a reseller without a reseller here.
        ResellerNotAssociated = "reseller_not_associated",
        /// Account: a subscription of its own did not pass.
        SubscriptionFailed = "subscription_failed",
        /// Domain: hosting for it on several source servers.
        HostingOnSeveralServers = "hosting_on_several_servers",
        /// Domain: a subscription for it is not mapped.
        UnmappedSubscriptions = "unmapped_subscriptions",
        /// Domain: no registration was found, and the settings want one.
        RegistrationMissing = "registration_missing",
        /// Domain: more than one registration fit for migration.
        SeveralRegistrations = "several_registrations",
        /// Domain: more than one hosting subscription fit for migration.
        SeveralHostings = "several_hostings",
        /// Domain: registration or resources and no hosting; it can be parked.
        OnlyParking = "only_parking",
        /// Domain: registration or resources and no hosting, and the settings do not park.
        ParkingNotAllowed = "parking_not_allowed",
        /// Domain: nothing fit for migration provides it.
        NothingProvidesIt = "nothing_provides_it",
        /// Subscription: what it is based on is not mapped.
        NotMapped = "not_mapped",
        /// Subscription: over, and its protective interval too.
        Expired = "expired",
        /// Subscription: over, within its protective interval.
        Protective = "protective",
        /// Subscription: the source gives it no identifier.
        IdentifierMissing = "identifier_missing",
        /// Subscription: mapped as resource, and it provides domains.
        ResourceWithDomains = "resource_with_domains",
        /// Subscription: mapped with registration, and it provides more than one domain.
        MoreThanOneDomain = "more_than_one_domain",
        /// Subscription: it is over before it begins.
        WrongDates = "wrong_dates",
        /// Subscription: no dates at all, and the mapping names a plan.
        DatesMissing = "dates_missing",
        /// Subscription: its owner's account did not pass.
        OwnerFailed = "owner_failed",
        /// Subscription: it had ended at the source.
        Ended = "ended",
        /// Subscription: money comes from the main billing platform, not from this source.
        BilledElsewhere = "billed_elsewhere",
        /// A person decided, with a reason that is kept.
        DecidedByHand = "decided_by_hand",
    }
}

impl Reason {
    /// Whether a person may approve in spite of it. What is missing for the transfer itself
    /// (a plan to put it on, an identifier to ask the source with) cannot be waved through.
    #[must_use]
    pub fn yields_to_a_person(self) -> bool {
        !matches!(
            self,
            Self::NotMapped
                | Self::IdentifierMissing
                | Self::OwnerFailed
                | Self::ParentNotMigrated
                | Self::ResellerNotAssociated
                | Self::UnmappedSubscriptions
        )
    }
}

/// What verification says of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The status.
    pub status: Status,
    /// Why, in the order of the table; may be empty for what passed.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// A verdict.
    #[must_use]
    pub fn new(status: Status, reasons: &[Reason]) -> Self {
        Self { status, reasons: reasons.to_vec() }
    }

    /// `passed` where no reason was found, `failed` with the reasons otherwise.
    #[must_use]
    pub fn by(reasons: Vec<Reason>, passed: Status, failed: Status) -> Self {
        Self { status: if reasons.is_empty() { passed } else { failed }, reasons }
    }
}

/// Which platform bills, as one source sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MainPlatform {
    /// No source was named the main billing platform.
    #[default]
    Undefined,
    /// This source is it.
    ThisSource,
    /// Another source is it.
    AnotherSource,
}

/// The settings of a source that the tables read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Which tables.
    pub scheme: Scheme,
    /// The day of verification, in the source's time zone.
    pub today: Day,
    /// Days for which an expired subscription is protective.
    pub protective_days: u32,
    /// Who bills.
    pub main_platform: MainPlatform,
    /// Step 1: look for the same domain's hosting on other sources.
    pub finds_conflicts: bool,
    /// Domains without hosting may be parked.
    pub parks_domains: bool,
    /// A domain with an unmapped subscription fails.
    pub refuses_unmapped: bool,
    /// A domain without a registration fails.
    pub needs_registration: bool,
    /// Resellers of the source become resellers here; otherwise a person associates each.
    pub makes_resellers: bool,
}

text_enum! {
    /// What a person decided about one object.
    pub enum Decision {
        /// Approved by hand: the guide's "Manually approved".
        Approved = "approved",
        /// Not to be migrated.
        NotMigrated = "not_migrated",
    }
}

/// Where a subscription stands in its life, as far as the tables ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Not over.
    Running,
    /// Over, and within the protective interval.
    Protective,
    /// Over for longer.
    Over,
    /// Ended by wish, removed, refused or done once: nothing of it goes on.
    Ended,
}

impl Time {
    /// The time of a subscription.
    ///
    /// `expires` is the day *from which* it is over, so a subscription that expires today is
    /// over today. The protective interval of `n` days is these `n` days: the day of expiry is
    /// the first of them and still counts, so does the `n`-th, and the day after it does not.
    /// An interval of 0 protects nothing. (The guide says neither; the choice is ours.)
    ///
    /// A subscription that the source calls expired and gives no day for is over for longer
    /// than any interval: nothing shows that it is not. (Ours.)
    #[must_use]
    pub fn of(status: SubscriptionStatus, expires: Option<Day>, settings: &Settings) -> Self {
        let is_called_expired = match status {
            SubscriptionStatus::Cancelled
            | SubscriptionStatus::Terminated
            | SubscriptionStatus::Fraud
            | SubscriptionStatus::Completed => return Self::Ended,
            SubscriptionStatus::Expired => true,
            SubscriptionStatus::Pending | SubscriptionStatus::Active | SubscriptionStatus::Suspended => false,
        };
        match expires {
            Some(day) if day <= settings.today => {
                let days_over = day.days_until(settings.today);
                if days_over < i64::from(settings.protective_days) { Self::Protective } else { Self::Over }
            }
            None if is_called_expired => Self::Over,
            // Called expired before its day: the source's word counts, and its day protects.
            Some(_) if is_called_expired && settings.protective_days > 0 => Self::Protective,
            Some(_) if is_called_expired => Self::Over,
            _ => Self::Running,
        }
    }
}

/// What the tables ask of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFacts {
    /// The source's identifier; empty where it has none of its own.
    pub id: String,
    /// The class of its template by the mapping; none when it is not mapped.
    pub class: Option<ProductClass>,
    /// Where it is in its life.
    pub time: Time,
    /// How many domains it provides.
    pub domains: usize,
    /// First day.
    pub created: Option<Day>,
    /// The day from which it is over.
    pub expires: Option<Day>,
    /// What a person decided.
    pub decision: Option<Decision>,
    /// Whether it is on the main billing platform.
    pub is_on_main: bool,
}

impl SubscriptionFacts {
    /// Whether its template is mapped to something with hosting.
    #[must_use]
    pub fn hosts(&self) -> bool {
        matches!(self.class, Some(ProductClass::Hosting | ProductClass::HostingAndRegistration))
    }

    /// Whether its template is mapped to something with a registration.
    #[must_use]
    pub fn registers(&self) -> bool {
        matches!(self.class, Some(ProductClass::DomainRegistration | ProductClass::HostingAndRegistration))
    }

    /// Whether it is a resource: neither hosting nor registration. A server counts as one.
    #[must_use]
    pub fn is_resource(&self) -> bool {
        matches!(self.class, Some(ProductClass::Resource | ProductClass::Server))
    }
}
