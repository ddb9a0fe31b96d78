use super::*;

fn verdict(facts: &DomainFacts, change: impl FnOnce(&mut Settings)) -> Verdict {
    let mut settings = settings(Scheme::V1);
    change(&mut settings);
    domain_rows::of_api_1(facts, &settings)
}

fn hosting(id: &str) -> SubscriptionFacts {
    sold(id, ProductClass::Hosting)
}

fn registration(id: &str) -> SubscriptionFacts {
    sold(id, ProductClass::DomainRegistration)
}

/// "MM found a hosting subscription and a domain registration subscription for migration
/// (depends on the migration settings) and they are suitable for migration."
#[test]
fn row_domain_v1_found_a_hosting_and_a_domain_registration_subscription() {
    let facts = domain(vec![hosting("h"), registration("r")]);
    says(&verdict(&facts, |settings| settings.needs_registration = true), Status::AutomaticallyApproved, &[]);
    let combined = domain(vec![sold("c", ProductClass::HostingAndRegistration)]);
    says(&verdict(&combined, |settings| settings.needs_registration = true), Status::AutomaticallyApproved, &[]);
    let hosting_alone = domain(vec![hosting("h")]);
    says(&verdict(&hosting_alone, |_| {}), Status::AutomaticallyApproved, &[]);
}

/// "Domain has a domain registration subscription and/or a resource subscription suitable for
/// migration, but doesn't have a hosting subscription." "MM can provide a domain parking for
/// such domain (depends on the migration settings)."
#[test]
fn row_domain_v1_has_a_registration_or_resource_but_no_hosting_subscription() {
    for own in [vec![registration("r")], vec![sold("x", ProductClass::Resource)]] {
        let facts = domain(own);
        says(&verdict(&facts, |_| {}), Status::ManualApproval, &[Reason::OnlyParking]);
        let not_parked = verdict(&facts, |settings| settings.parks_domains = false);
        says(&not_parked, Status::Failed, &[Reason::ParkingNotAllowed]);
    }
}

/// "Domain migration should be approved manually."
#[test]
fn a_domain_to_be_parked_moves_once_a_person_approved_it() {
    let mut facts = domain(vec![registration("r")]);
    facts.decision = Some(Decision::Approved);
    says(&verdict(&facts, |_| {}), Status::ManuallyApproved, &[Reason::DecidedByHand]);
}

/// "Found several hosting subscriptions on different source servers."
#[test]
fn row_domain_v1_found_several_hosting_subscriptions_on_different_source_servers() {
    let mut facts = domain(vec![hosting("h"), registration("r")]);
    facts.hosted_elsewhere = 1;
    says(&verdict(&facts, |_| {}), Status::Failed, &[Reason::HostingOnSeveralServers]);
    let switched_off = verdict(&facts, |settings| settings.finds_conflicts = false);
    says(&switched_off, Status::AutomaticallyApproved, &[]);
}

/// "In case of detecting the hosting conflict a domain must be marked as not selected for
/// migration on other registered source servers."
#[test]
fn a_conflict_is_gone_once_the_domain_is_not_selected_elsewhere() {
    let mut facts = domain(vec![hosting("h")]);
    facts.hosted_elsewhere = 0;
    says(&verdict(&facts, |_| {}), Status::AutomaticallyApproved, &[]);
    facts.is_selected = false;
    says(&verdict(&facts, |_| {}), Status::NotSelected, &[]);
}

/// "Found one or more unmapped subscriptions (depends on the migration settings)."
#[test]
fn row_domain_v1_found_one_or_more_unmapped_subscriptions() {
    let mut unmapped = registration("u");
    unmapped.class = None;
    let facts = domain(vec![hosting("h"), unmapped.clone()]);
    says(&verdict(&facts, |_| {}), Status::Failed, &[Reason::UnmappedSubscriptions]);
    let lenient = verdict(&facts, |settings| settings.refuses_unmapped = false);
    says(&lenient, Status::AutomaticallyApproved, &[]);
    unmapped.decision = Some(Decision::NotMigrated);
    says(&verdict(&domain(vec![hosting("h"), unmapped]), |_| {}), Status::AutomaticallyApproved, &[]);
}

/// "Domain registration Subscription is not found (depends on the migration settings)."
#[test]
fn row_domain_v1_domain_registration_subscription_is_not_found() {
    let facts = domain(vec![hosting("h")]);
    let found = verdict(&facts, |settings| settings.needs_registration = true);
    says(&found, Status::Failed, &[Reason::RegistrationMissing]);
}

/// "Found more than one domain registration subscription suitable for migration."
#[test]
fn row_domain_v1_found_more_than_one_domain_registration_subscription() {
    let facts = domain(vec![hosting("h"), registration("r1"), registration("r2")]);
    says(&verdict(&facts, |_| {}), Status::Failed, &[Reason::SeveralRegistrations]);
    let mut gone = registration("r2");
    gone.time = Time::Over;
    says(&verdict(&domain(vec![hosting("h"), registration("r1"), gone]), |_| {}), Status::AutomaticallyApproved, &[]);
}

/// "Found more than one hosting subscription suitable for migration."
#[test]
fn row_domain_v1_found_more_than_one_hosting_subscription() {
    let facts = domain(vec![hosting("h1"), hosting("h2")]);
    says(&verdict(&facts, |_| {}), Status::Failed, &[Reason::SeveralHostings]);
}

/// "When several suitable for migration subscriptions are detected by the MM, all unnecessary
/// for migration subscriptions should be marked as not migrated manually."
#[test]
fn a_surplus_subscription_that_is_marked_as_not_migrated_is_in_nobodys_way() {
    let taken_out = |mut one: SubscriptionFacts| {
        one.decision = Some(Decision::NotMigrated);
        one
    };
    let facts =
        domain(vec![hosting("h1"), taken_out(hosting("h2")), registration("r1"), taken_out(registration("r2"))]);
    says(&verdict(&facts, |_| {}), Status::AutomaticallyApproved, &[]);
}

#[test]
fn every_failure_of_a_domain_is_told() {
    let mut facts = domain(vec![hosting("h1"), hosting("h2"), registration("r1"), registration("r2")]);
    facts.own[0].class = None;
    facts.own.push(hosting("h3"));
    let expected = [Reason::UnmappedSubscriptions, Reason::SeveralRegistrations, Reason::SeveralHostings];
    says(&verdict(&facts, |_| {}), Status::Failed, &expected);
}

#[test]
fn a_domain_that_nothing_provides_fails() {
    says(&verdict(&domain(Vec::new()), |_| {}), Status::Failed, &[Reason::NothingProvidesIt]);
}

#[test]
fn where_the_guide_has_no_rows_a_domain_follows_what_provides_it() {
    let facts = domain(Vec::new());
    says(&domain_rows::without_rows(&facts, 1, 1), Status::AutomaticallyApproved, &[]);
    says(&domain_rows::without_rows(&facts, 0, 0), Status::AutomaticallyApproved, &[]);
    says(&domain_rows::without_rows(&facts, 0, 2), Status::Failed, &[Reason::NothingProvidesIt]);
    let left_out = DomainFacts { is_selected: false, ..facts };
    says(&domain_rows::without_rows(&left_out, 1, 0), Status::NotSelected, &[]);
}
