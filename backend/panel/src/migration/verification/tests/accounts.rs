use super::*;

fn verdict(scheme: Scheme, change: impl FnOnce(&mut AccountFacts, &mut Settings)) -> Verdict {
    let (mut facts, mut settings) = (account(), settings(scheme));
    change(&mut facts, &mut settings);
    account_rows::verdict(&facts, &settings)
}

/// "Verified: Successfully passed."
#[test]
fn row_account_verified_successfully_passed() {
    for scheme in Scheme::ALL {
        says(&verdict(*scheme, |_, _| {}), Status::Verified, &[]);
    }
}

/// "Account does not have domains."
#[test]
fn row_account_does_not_have_domains() {
    let found = verdict(Scheme::V1, |facts, _| (facts.domains, facts.selected_domains) = (0, 0));
    says(&found, Status::Failed, &[Reason::NoDomains]);
}

/// "No domains are selected for migration."
#[test]
fn row_account_no_domains_are_selected_for_migration() {
    let found = verdict(Scheme::V2, |facts, _| facts.selected_domains = 0);
    says(&found, Status::Failed, &[Reason::NoDomainSelected]);
}

/// "Domain(s) did not pass a verification."
#[test]
fn row_account_domains_did_not_pass_a_verification() {
    let found = verdict(Scheme::V1, |facts, _| {
        (facts.domains, facts.selected_domains, facts.failed_domains) = (3, 2, 1);
    });
    says(&found, Status::Failed, &[Reason::DomainFailed]);
}

#[test]
fn row_reseller_account_5_0_parent_account_not_yet_migrated() {
    let found = verdict(Scheme::V5, |facts, _| (facts.is_reseller, facts.has_parent) = (true, true));
    says(&found, Status::Failed, &[Reason::ParentNotMigrated]);
    let found = verdict(Scheme::V5, |facts, _| {
        (facts.is_reseller, facts.has_parent, facts.is_parent_migrated) = (true, true, true);
    });
    says(&found, Status::Verified, &[]);
}

#[test]
fn row_reseller_account_5_0_not_associated_with_an_existing_reseller() {
    let found = verdict(Scheme::V5, |facts, settings| (facts.is_reseller, settings.makes_resellers) = (true, false));
    says(&found, Status::Failed, &[Reason::ResellerNotAssociated]);
    let found = verdict(Scheme::V5, |facts, settings| {
        (facts.is_reseller, facts.is_associated, settings.makes_resellers) = (true, true, false);
    });
    says(&found, Status::Verified, &[]);
    let customer = verdict(Scheme::V5, |_, settings| settings.makes_resellers = false);
    says(&customer, Status::Verified, &[]);
}

#[test]
fn row_reseller_and_customer_account_5_0_one_or_more_own_subscriptions_failed() {
    for is_reseller in [false, true] {
        let found =
            verdict(Scheme::V5, |facts, _| (facts.is_reseller, facts.rejected_subscriptions) = (is_reseller, 2));
        says(&found, Status::Failed, &[Reason::SubscriptionFailed]);
    }
}

#[test]
fn row_customer_account_5_0_parent_account_not_migrated() {
    let found = verdict(Scheme::V5, |facts, _| facts.has_parent = true);
    says(&found, Status::Failed, &[Reason::ParentNotMigrated]);
}

#[test]
fn an_account_in_5_0_needs_no_domains() {
    let found = verdict(Scheme::V5, |facts, _| (facts.domains, facts.selected_domains) = (0, 0));
    says(&found, Status::Verified, &[]);
}

#[test]
fn an_account_that_is_not_selected_is_not_judged() {
    let found = verdict(Scheme::V1, |facts, _| (facts.is_selected, facts.domains) = (false, 0));
    says(&found, Status::NotSelected, &[]);
}

#[test]
fn a_person_approves_an_account_in_spite_of_its_domains_and_not_of_its_parent() {
    let found = verdict(Scheme::V1, |facts, _| (facts.domains, facts.decision) = (0, Some(Decision::Approved)));
    says(&found, Status::Verified, &[Reason::DecidedByHand]);
    let found = verdict(Scheme::V5, |facts, _| (facts.has_parent, facts.decision) = (true, Some(Decision::Approved)));
    says(&found, Status::Failed, &[Reason::ParentNotMigrated]);
}
