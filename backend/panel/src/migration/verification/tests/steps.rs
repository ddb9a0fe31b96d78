//! The flow charts, steps 1 to 3.

use super::super::hosting::{Billing, Hosting, hosting, resources};
use super::*;

struct Case {
    active: usize,
    protective: usize,
    by_hand: usize,
    main: MainPlatform,
}

fn step_2(case: &Case) -> Hosting {
    let mut all = Vec::new();
    for number in 0..case.active {
        all.push(sold(&format!("a{number}"), ProductClass::Hosting));
    }
    for number in 0..case.protective {
        let mut one = sold(&format!("p{number}"), ProductClass::Hosting);
        one.time = Time::Protective;
        all.push(one);
    }
    for one in all.iter_mut().take(case.by_hand) {
        one.decision = Some(Decision::Approved);
    }
    for one in &mut all {
        one.is_on_main = case.main == MainPlatform::ThisSource;
    }
    let mut settings = settings(Scheme::V1);
    settings.main_platform = case.main;
    hosting(&all, 0, &settings)
}

fn one(id: &str, is_protective: bool, billing: Billing) -> Hosting {
    Hosting::One { id: id.to_owned(), is_protective, billing }
}

#[test]
fn step_1_a_domain_hosted_elsewhere_conflicts_only_while_the_switch_is_on() {
    let own = [sold("h", ProductClass::Hosting)];
    for (switch, elsewhere, conflicts) in [(false, 0, false), (false, 2, false), (true, 0, false), (true, 1, true)] {
        let mut settings = settings(Scheme::V1);
        settings.finds_conflicts = switch;
        assert_eq!(hosting(&own, elsewhere, &settings) == Hosting::Conflict, conflicts, "{switch} {elsewhere}");
    }
}

/// The table of step 2, row by row.
#[test]
fn step_2_chooses_the_hosting_subscription_as_the_table_says() {
    use MainPlatform::{AnotherSource, ThisSource, Undefined};
    let rows = [
        (1, Case { active: 0, protective: 0, by_hand: 0, main: Undefined }, Hosting::None),
        (2, Case { active: 1, protective: 2, by_hand: 0, main: Undefined }, one("a0", false, Billing::Own)),
        (
            3,
            Case { active: 1, protective: 0, by_hand: 0, main: AnotherSource },
            one("a0", false, Billing::MainPlatform),
        ),
        (4, Case { active: 1, protective: 0, by_hand: 1, main: AnotherSource }, one("a0", false, Billing::Own)),
        (5, Case { active: 1, protective: 0, by_hand: 0, main: ThisSource }, one("a0", false, Billing::Own)),
        (6, Case { active: 0, protective: 1, by_hand: 0, main: Undefined }, one("p0", true, Billing::Own)),
        (6, Case { active: 0, protective: 1, by_hand: 0, main: ThisSource }, one("p0", true, Billing::Own)),
        (7, Case { active: 0, protective: 1, by_hand: 0, main: AnotherSource }, one("p0", true, Billing::MainPlatform)),
        (8, Case { active: 0, protective: 1, by_hand: 1, main: AnotherSource }, one("p0", true, Billing::Own)),
        (9, Case { active: 3, protective: 0, by_hand: 1, main: AnotherSource }, one("a0", false, Billing::Own)),
        (10, Case { active: 2, protective: 0, by_hand: 0, main: Undefined }, Hosting::Several),
        (10, Case { active: 3, protective: 0, by_hand: 2, main: Undefined }, Hosting::Several),
        (11, Case { active: 0, protective: 2, by_hand: 1, main: Undefined }, one("p0", true, Billing::Own)),
        (12, Case { active: 0, protective: 2, by_hand: 0, main: Undefined }, Hosting::Several),
    ];
    for (row, case, expected) in rows {
        assert_eq!(step_2(&case), expected, "row {row}");
    }
}

#[test]
fn step_3_takes_resources_from_the_main_billing_platform_where_there_is_one() {
    let own = [sold("own", ProductClass::Resource)];
    let main = [sold("main1", ProductClass::Resource), sold("main2", ProductClass::Server)];
    let ids = |main_platform| {
        let mut settings = settings(Scheme::V1);
        settings.main_platform = main_platform;
        resources(&own, &main, &settings).iter().map(|one| one.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(MainPlatform::Undefined), ["own"]);
    assert_eq!(ids(MainPlatform::ThisSource), ["own"]);
    assert_eq!(ids(MainPlatform::AnotherSource), ["main1", "main2"]);
}

/// "List is empty": then, without hosting and registration, nothing provides the domain.
#[test]
fn step_3_an_empty_list_leaves_nothing_to_migrate() {
    let mut settings = settings(Scheme::V1);
    settings.main_platform = MainPlatform::AnotherSource;
    let facts = domain(vec![sold("own", ProductClass::Resource)]);
    says(&domain_rows::of_api_1(&facts, &settings), Status::Failed, &[Reason::NothingProvidesIt]);
}
