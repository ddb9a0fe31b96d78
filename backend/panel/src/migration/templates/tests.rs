use hostwright_importer::snapshot::values::{Amount, Cycle, Extra};
use hostwright_importer::snapshot::{Price, Product};
use hostwright_kernel::Money;
use proptest::prelude::*;

use super::model::{Offer, likeness, suggestion, tld, tld_of};
use crate::catalogue::model::PlanId;

fn offer(name: &str, cents: i64, memory: i64, disk: i64) -> Offer {
    let euros = Money::new(cents, "EUR".parse().unwrap());
    Offer {
        name: name.to_owned(),
        prices: vec![(1, euros)],
        memory_mib: Some(memory),
        disk_gib: Some(disk),
        vcpus: Some(1),
    }
}

fn product(name: &str, price: &str, limits: &[(&str, &str)]) -> Product {
    let amount: Amount = price.parse().unwrap();
    let price = Price { cycle: Cycle::Months(1), amount, setup: None, transfer: None, renewal: None };
    let limits = limits.iter().map(|(name, value)| Extra { name: (*name).to_owned(), value: (*value).to_owned() });
    Product {
        id: "1".to_owned(),
        name: name.to_owned(),
        prices: vec![price],
        limits: limits.collect(),
        ..Product::default()
    }
}

#[test]
fn the_same_offer_has_all_points() {
    let one = offer("Start 1", 590, 1024, 20);
    assert_eq!(likeness(&one, &one), 100);
    assert_eq!(likeness(&Offer { name: "start-1".to_owned(), ..one.clone() }, &one), 100);
}

#[test]
fn limits_are_read_with_the_units_of_the_source() {
    let read = Offer::of_product(&product(
        "VPS",
        "EUR 9.00",
        &[("Memory (MB)", "2048"), ("diskspace", "40 GB"), ("CPU cores", "2")],
    ));
    assert_eq!((read.memory_mib, read.disk_gib, read.vcpus), (Some(2048), Some(40), Some(2)));
    let read =
        Offer::of_product(&product("VPS", "EUR 9.00", &[("ram", "4G"), ("hdd", "1 TB"), ("cores", "unlimited")]));
    assert_eq!((read.memory_mib, read.disk_gib, read.vcpus), (Some(4096), Some(1024), None));
}

#[test]
fn the_plan_with_the_nearest_name_price_and_size_is_suggested() {
    let ids: Vec<PlanId> = (0..3).map(|_| PlanId::new()).collect();
    let plans =
        [offer("Server S", 500, 1024, 20), offer("Server M", 1_000, 2048, 40), offer("Server L", 2_000, 4096, 80)];
    let theirs = Offer::of_product(&product("VServer M", "EUR 9.90", &[("Memory", "2048 MB"), ("Disk", "40 GB")]));
    let (found, points) = suggestion(&theirs, ids.iter().zip(&plans), 40).unwrap();
    assert_eq!(found, &ids[1]);
    assert!(points > 80, "{points}");
}

#[test]
fn nothing_is_suggested_for_what_is_like_nothing() {
    let id = PlanId::new();
    let ours = offer("Webmail", 100, 1, 1);
    let theirs = offer("Dedicated Xeon", 12_900, 65_536, 2_000);
    assert_eq!(suggestion(&theirs, [(&id, &ours)], 40), None);
}

#[test]
fn another_currency_and_another_length_are_not_compared() {
    let ours = Offer { memory_mib: None, disk_gib: None, vcpus: None, ..offer("Basic", 500, 0, 0) };
    let dollars = Offer { prices: vec![(1, Money::new(1, "USD".parse().unwrap()))], ..ours.clone() };
    assert_eq!(likeness(&dollars, &ours), 100, "the price is no part of it");
    let yearly = Offer { prices: vec![(12, Money::new(500, "EUR".parse().unwrap()))], ..ours.clone() };
    assert!(likeness(&yearly, &ours) < 100, "the length is");
}

#[test]
fn a_top_level_domain_is_what_follows_the_first_label() {
    assert_eq!(tld_of("example.co.uk"), Some("co.uk"));
    assert_eq!(tld_of("localhost"), None);
    assert_eq!(tld_of("a."), None);
    assert_eq!(tld(" .CO.uk. ").as_deref(), Some("co.uk"));
    assert_eq!(tld("рф").as_deref(), Some("рф"));
    assert_eq!(tld("a b"), None);
    assert_eq!(tld("."), None);
}

proptest! {
    #[test]
    fn points_stay_within_100_and_are_the_same_both_ways_for_names_alone(one in ".{0,30}", other in ".{0,30}") {
        let plain = |name: &str| Offer { name: name.to_owned(), ..Offer::default() };
        let points = likeness(&plain(&one), &plain(&other));
        prop_assert!(points <= 100);
        prop_assert_eq!(points, likeness(&plain(&other), &plain(&one)));
    }

    #[test]
    fn no_amount_and_no_size_leads_past_100(cents in any::<i64>(), other in any::<i64>(), size in any::<i64>()) {
        prop_assert!(likeness(&offer("a", cents, size, 1), &offer("a", other, 1, size)) <= 100);
    }
}
