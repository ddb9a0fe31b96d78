use hostwright_importer::Record;
use hostwright_importer::snapshot::values::Cycle;
use hostwright_importer::snapshot::{
    Domain, Invoice, InvoiceStatus, Payment, PaymentKind, Subscription, SubscriptionStatus,
};
use proptest::prelude::*;

use super::model::{DOMAIN_NAME, TLD, file_name, identifier, keys, paths};

fn subscription(status: SubscriptionStatus, cycle: Cycle) -> Record {
    Subscription {
        id: "1".to_owned(),
        party: "c1".to_owned(),
        product: Some("p1".to_owned()),
        status,
        cycle: Some(cycle),
        price: Some("EUR 5.00".parse().unwrap()),
        domains: vec!["Example.COM.".to_owned(), "example.com".to_owned()],
        ..Subscription::default()
    }
    .into()
}

#[test]
fn a_record_is_found_by_its_owner_its_parent_and_its_names() {
    let found = keys(&subscription(SubscriptionStatus::Active, Cycle::Months(1)));
    assert_eq!(
        (found.party.as_deref(), found.parent.as_deref(), found.status.as_str()),
        (Some("c1"), Some("p1"), "active")
    );
    assert_eq!(found.links, [(DOMAIN_NAME, "example.com".to_owned())]);
    let domain = keys(&Domain { id: "7".to_owned(), name: "a.co.uk".to_owned(), ..Domain::default() }.into());
    assert_eq!(domain.links, [(DOMAIN_NAME, "a.co.uk".to_owned()), (TLD, "co.uk".to_owned())]);
}

#[test]
fn only_what_goes_on_and_recurs_counts_for_the_next_amounts() {
    let amount = |status, cycle| keys(&subscription(status, cycle)).amount.map(|amount| amount.minor);
    assert_eq!(amount(SubscriptionStatus::Active, Cycle::Months(1)), Some(500));
    assert_eq!(amount(SubscriptionStatus::Suspended, Cycle::Months(1)), Some(500));
    assert_eq!(amount(SubscriptionStatus::Terminated, Cycle::Months(1)), None);
    assert_eq!(amount(SubscriptionStatus::Active, Cycle::Once), None);
}

#[test]
fn open_documents_and_what_came_in_on_them_are_summed() {
    let open = |status| {
        let total = Some("EUR 9.00".parse().unwrap());
        keys(&Invoice { id: "1".to_owned(), status, total, ..Invoice::default() }.into())
            .amount
            .map(|amount| amount.minor)
    };
    assert_eq!(open(InvoiceStatus::Unpaid), Some(900));
    assert_eq!(open(InvoiceStatus::Collections), Some(900));
    assert_eq!(open(InvoiceStatus::Paid), None);
    let came_in = |kind, is_failed| {
        let amount = Some("EUR 2.00".parse().unwrap());
        keys(&Payment { id: "1".to_owned(), kind, is_failed, amount, ..Payment::default() }.into())
            .amount
            .map(|amount| amount.minor)
    };
    assert_eq!(came_in(PaymentKind::Payment, false), Some(200));
    assert_eq!(came_in(PaymentKind::Refund, false), Some(-200));
    assert_eq!(came_in(PaymentKind::Payment, true), None);
}

#[test]
fn an_identifier_that_no_index_keeps_is_none() {
    assert_eq!(identifier("a\0b").as_deref(), Some("a\u{fffd}b"));
    assert_eq!(identifier(""), None);
    assert_eq!(identifier(&"x".repeat(501)), None);
}

#[test]
fn paths_stay_below_the_import_folder() {
    let read = |path: &str| paths(&[path.to_owned()]).map_err(|refusal| refusal.code);
    assert_eq!(read(" a/b.sql/ ").unwrap(), ["a/b.sql"]);
    for bad in ["/a", "../a", "a/../b", "a//b", "a\\b", "./a", "a/."] {
        assert_eq!(read(bad).unwrap_err(), "migration.path_outside", "{bad}");
    }
    assert_eq!(read("  ").unwrap_err(), "migration.paths_missing");
}

#[test]
fn an_uploaded_file_has_a_plain_name() {
    assert_eq!(file_name("C:\\dumps\\a b.sql").as_deref(), Some("a b.sql"));
    assert_eq!(file_name("../../.hidden").as_deref(), Some("hidden"));
    assert_eq!(file_name("a/"), None);
    assert_eq!(file_name("..."), None);
}

proptest! {
    #[test]
    fn no_text_makes_a_path_that_leads_out(text in ".{0,40}") {
        if let Ok(found) = paths(std::slice::from_ref(&text)) {
            for path in found {
                prop_assert!(!path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | "..")));
            }
        }
        if let Some(name) = file_name(&text) {
            prop_assert!(!name.contains('/') && !name.starts_with('.') && !name.is_empty());
        }
    }
}
