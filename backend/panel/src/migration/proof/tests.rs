use hostwright_kernel::Money;

use super::model::{CountRow, MissingView, MoneyRow, ReasonRow, ReportView, Sum, csv, digest};
use crate::migration::sources::model::SourceId;

fn count(kind: &str, snapshot: i64, here: i64) -> CountRow {
    CountRow { kind: kind.to_owned(), source: snapshot, snapshot, here, found: 0, skipped: 0, missing: 0, removed: 0 }
        .with_missing()
}

fn money(here: i64) -> MoneyRow {
    let euros = |cents| Money::new(cents, "EUR".parse().unwrap());
    MoneyRow {
        sum: Sum::Unpaid,
        snapshot: euros(500),
        moved: euros(500),
        here: euros(here),
        difference: euros(here - 500),
    }
}

fn report() -> ReportView {
    let (counts, sums) = (vec![count("party", 3, 2)], vec![money(499)]);
    let reasons = vec![ReasonRow { kind: "party".to_owned(), reason: "account_not_selected".to_owned(), count: 1 }];
    ReportView {
        source_id: SourceId::new(),
        source_name: "Old \"panel\", first".to_owned(),
        at: "2027-01-31T10:00:00Z".parse().unwrap(),
        digest: digest(&counts, &sums, &reasons).unwrap(),
        counts,
        money: sums,
        reasons,
        gaps: 0,
        remarked: 0,
        left: 0,
        signature: None,
        is_signature_current: false,
    }
}

#[test]
fn what_is_in_the_snapshot_and_not_here_is_missing() {
    assert_eq!(count("party", 3, 2).missing, 1);
    assert_eq!(count("party", 2, 2).missing, 0);
    assert_eq!(CountRow { found: 1, ..count("party", 3, 2) }.with_missing().missing, 0);
}

#[test]
fn one_cent_changes_the_digest() {
    let of = |here| digest(&[count("party", 3, 2)], &[money(here)], &[]).unwrap();
    assert_eq!(of(499), of(499));
    assert_ne!(of(499), of(500));
}

#[test]
fn the_table_quotes_what_must_be_quoted_and_runs_nothing() {
    let missing = MissingView {
        record_id: String::new(),
        kind: "party".to_owned(),
        external_id: "-7".to_owned(),
        name: "=HYPERLINK(\"x\")".to_owned(),
        reason: "account_not_selected".to_owned(),
    };
    let text = csv(&report(), &[missing], Some("mre_1"));
    assert!(text.contains("report,source,\"Old \"\"panel\"\", first\","), "{text}");
    assert!(text.contains("money,unpaid,difference,-0.01,EUR\r\n"), "{text}");
    assert!(text.contains("missing,party,\"'=HYPERLINK(\"\"x\"\")\",-7,account_not_selected\r\n"), "{text}");
    assert!(text.ends_with("more,,,mre_1,\r\n"));
    let lines = text.lines().count();
    assert_eq!(lines, 3 + 7 + 4 + 1 + 1 + 1);
}
