use hostwright_importer::snapshot::SubscriptionStatus;

use super::*;

fn verdict(facts: &SubscriptionFacts, scheme: Scheme) -> Verdict {
    subscription_rows::verdict(facts, &settings(scheme), false)
}

fn changed(class: ProductClass, change: impl FnOnce(&mut SubscriptionFacts)) -> SubscriptionFacts {
    let mut facts = sold("s1", class);
    change(&mut facts);
    facts
}

/// "Subscription is active and mapped, so it is suitable for migration."
#[test]
fn row_subscription_v1_is_active_and_mapped() {
    for class in [ProductClass::Hosting, ProductClass::DomainRegistration, ProductClass::Resource] {
        says(&verdict(&sold("s1", class), Scheme::V1), Status::Approved, &[]);
    }
}

/// "Subscription is not mapped to POA Service Template and/or Billing Manager Service Plan."
#[test]
fn row_subscription_v1_is_not_mapped() {
    let facts = changed(ProductClass::Hosting, |facts| facts.class = None);
    says(&verdict(&facts, Scheme::V1), Status::Rejected, &[Reason::NotMapped]);
}

/// "Subscription is expired."
#[test]
fn row_subscription_v1_is_expired() {
    let facts = changed(ProductClass::Hosting, |facts| facts.time = Time::Over);
    says(&verdict(&facts, Scheme::V1), Status::Rejected, &[Reason::Expired]);
}

#[test]
fn a_subscription_that_is_unmapped_and_expired_says_both() {
    let facts = changed(ProductClass::Hosting, |facts| (facts.class, facts.time) = (None, Time::Over));
    says(&verdict(&facts, Scheme::V1), Status::Rejected, &[Reason::NotMapped, Reason::Expired]);
}

/// "Approved for migration", without a reason.
#[test]
fn row_subscription_v2_approved_for_migration() {
    says(&verdict(&sold("s1", ProductClass::Hosting), Scheme::V2), Status::Approved, &[]);
}

/// "External Service Template is not mapped to POA/PBA Service Template/Plan."
#[test]
fn row_subscription_v2_external_template_is_not_mapped() {
    let facts = changed(ProductClass::Hosting, |facts| facts.class = None);
    says(&verdict(&facts, Scheme::V2), Status::Rejected, &[Reason::NotMapped]);
}

/// "External Service Template is mapped as 'hosting/hosting and domain registration' ..., but
/// external subscription identifier is not specified."
#[test]
fn row_subscription_v2_mapped_with_hosting_and_identifier_is_not_specified() {
    for class in [ProductClass::Hosting, ProductClass::HostingAndRegistration] {
        let facts = changed(class, |facts| facts.id.clear());
        says(&verdict(&facts, Scheme::V2), Status::Rejected, &[Reason::IdentifierMissing]);
    }
    // "for others it may be missing"
    for class in [ProductClass::DomainRegistration, ProductClass::Resource] {
        let facts = changed(class, |facts| (facts.domains, facts.id) = (0, String::new()));
        says(&verdict(&facts, Scheme::V2), Status::Approved, &[]);
    }
}

/// "External Service Template is mapped as 'resource' ..., but one or more domains provided by
/// given subscription on a source server."
#[test]
fn row_subscription_v2_mapped_as_resource_and_domains_are_provided() {
    for (domains, status) in [(0, Status::Approved), (1, Status::Rejected), (2, Status::Rejected)] {
        let facts = changed(ProductClass::Resource, |facts| facts.domains = domains);
        let reasons: &[Reason] = if domains == 0 { &[] } else { &[Reason::ResourceWithDomains] };
        says(&verdict(&facts, Scheme::V2), status, reasons);
    }
}

/// "Only one domain can be provided by subscription mapped as 'hosting and domain
/// registration/domain registration'."
#[test]
fn row_subscription_v2_mapped_with_registration_and_more_than_one_domain_is_provided() {
    for class in [ProductClass::DomainRegistration, ProductClass::HostingAndRegistration] {
        for (domains, is_good) in [(0, true), (1, true), (2, false)] {
            let facts = changed(class, |facts| facts.domains = domains);
            let found = verdict(&facts, Scheme::V2);
            assert_eq!(found.status.moves(), is_good, "{class:?} {domains}");
            assert_eq!(found.reasons.contains(&Reason::MoreThanOneDomain), !is_good);
        }
    }
    let many = changed(ProductClass::Hosting, |facts| facts.domains = 40);
    says(&verdict(&many, Scheme::V2), Status::Approved, &[]);
}

/// "Subscription is expired."
#[test]
fn row_subscription_v2_is_expired() {
    let facts = changed(ProductClass::Hosting, |facts| facts.time = Time::Over);
    says(&verdict(&facts, Scheme::V2), Status::Rejected, &[Reason::Expired]);
}

#[test]
fn row_subscription_5_0_verified_when_no_condition_holds() {
    says(&verdict(&sold("s1", ProductClass::Server), Scheme::V5), Status::Approved, &[]);
}

#[test]
fn row_subscription_5_0_owner_account_failed() {
    let found = subscription_rows::verdict(&sold("s1", ProductClass::Server), &settings(Scheme::V5), true);
    says(&found, Status::Rejected, &[Reason::OwnerFailed]);
    for scheme in [Scheme::V1, Scheme::V2] {
        let found = subscription_rows::verdict(&sold("s1", ProductClass::Server), &settings(scheme), true);
        says(&found, Status::Approved, &[]);
    }
}

#[test]
fn row_subscription_5_0_template_not_mapped() {
    let facts = changed(ProductClass::Server, |facts| facts.class = None);
    says(&verdict(&facts, Scheme::V5), Status::Rejected, &[Reason::NotMapped]);
}

#[test]
fn row_subscription_5_0_wrong_creation_and_expiration_dates() {
    for (expires, is_wrong) in [("2026-01-30", true), ("2026-01-31", true), ("2027-02-01", false)] {
        let facts = changed(ProductClass::Server, |facts| facts.expires = Some(day(expires)));
        let found = verdict(&facts, Scheme::V5);
        assert_eq!(found.reasons.contains(&Reason::WrongDates), is_wrong, "{expires}");
    }
}

#[test]
fn row_subscription_5_0_dates_not_defined_while_a_plan_is_set_in_the_mapping() {
    let undated = |facts: &mut SubscriptionFacts| (facts.created, facts.expires) = (None, None);
    let facts = changed(ProductClass::Server, undated);
    says(&verdict(&facts, Scheme::V5), Status::Rejected, &[Reason::DatesMissing]);
    let unmapped = changed(ProductClass::Server, |facts| {
        undated(facts);
        facts.class = None;
    });
    says(&verdict(&unmapped, Scheme::V5), Status::Rejected, &[Reason::NotMapped]);
    let half = changed(ProductClass::Server, |facts| facts.expires = None);
    says(&verdict(&half, Scheme::V5), Status::Approved, &[]);
}

#[test]
fn a_protective_subscription_moves_and_says_so_in_every_table() {
    for scheme in Scheme::ALL {
        let facts = changed(ProductClass::Hosting, |facts| facts.time = Time::Protective);
        says(&verdict(&facts, *scheme), Status::Approved, &[Reason::Protective]);
    }
}

#[test]
fn the_last_day_of_the_protective_interval_counts_and_the_next_does_not() {
    let mut settings = settings(Scheme::V1);
    settings.protective_days = 30;
    let on = |settings: &Settings, expires: &str| Time::of(SubscriptionStatus::Active, Some(day(expires)), settings);
    // Today is 31 January: over since the day of expiry itself.
    assert_eq!(on(&settings, "2027-02-01"), Time::Running, "expires tomorrow");
    assert_eq!(on(&settings, "2027-01-31"), Time::Protective, "the first day");
    assert_eq!(on(&settings, "2027-01-02"), Time::Protective, "the thirtieth day");
    assert_eq!(on(&settings, "2027-01-01"), Time::Over, "the thirty-first day");
    settings.protective_days = 0;
    assert_eq!(on(&settings, "2027-01-31"), Time::Over, "an interval of 0 protects nothing");
    settings.protective_days = 1;
    assert_eq!(on(&settings, "2027-01-31"), Time::Protective);
    assert_eq!(on(&settings, "2027-01-30"), Time::Over);
}

#[test]
fn what_the_source_calls_expired_without_a_day_is_over() {
    let settings = settings(Scheme::V1);
    assert_eq!(Time::of(SubscriptionStatus::Expired, None, &settings), Time::Over);
    assert_eq!(Time::of(SubscriptionStatus::Expired, Some(day("2027-05-01")), &settings), Time::Protective);
    assert_eq!(Time::of(SubscriptionStatus::Suspended, None, &settings), Time::Running);
    for ended in [SubscriptionStatus::Cancelled, SubscriptionStatus::Terminated, SubscriptionStatus::Fraud] {
        assert_eq!(Time::of(ended, Some(day("2030-01-01")), &settings), Time::Ended);
    }
}

#[test]
fn what_had_ended_is_passed_over() {
    for scheme in Scheme::ALL {
        let facts = changed(ProductClass::Hosting, |facts| (facts.time, facts.class) = (Time::Ended, None));
        says(&verdict(&facts, *scheme), Status::PassedOver, &[Reason::Ended]);
    }
}

#[test]
fn a_person_lifts_what_can_be_lifted_and_nothing_else() {
    let approved = |facts: &mut SubscriptionFacts| facts.decision = Some(Decision::Approved);
    let expired = changed(ProductClass::Hosting, |facts| {
        facts.time = Time::Over;
        approved(facts);
    });
    says(&verdict(&expired, Scheme::V1), Status::Approved, &[Reason::DecidedByHand]);
    let unmapped = changed(ProductClass::Hosting, |facts| {
        (facts.time, facts.class) = (Time::Over, None);
        approved(facts);
    });
    says(&verdict(&unmapped, Scheme::V1), Status::Rejected, &[Reason::NotMapped]);
    let taken_out = changed(ProductClass::Hosting, |facts| facts.decision = Some(Decision::NotMigrated));
    says(&verdict(&taken_out, Scheme::V1), Status::NotSelected, &[Reason::DecidedByHand]);
}
