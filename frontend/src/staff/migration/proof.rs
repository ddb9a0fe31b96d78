//! The report that is signed, what is not here, and the shadow month.

use hostwright_panel::migration::proof::model::ReportView;
use hostwright_panel::migration::proof::queries::{ListMissing, ShowReport, missing as not_here, report as drawn};
use hostwright_panel::migration::shadow::model::Due;
use hostwright_panel::migration::shadow::queries::{ShadowSource, shadow as compared};
use hostwright_panel::migration::sources::model::SourceId;
use hostwright_panel::platform::error::Result;

use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::staff::estate::pager;
use crate::ui::*;

/// Counts, sums and reasons, to be signed.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn report(visit: Visit) -> Result<String> {
    let source_id: SourceId = visit.params.parse("source_id")?;
    let view = drawn(&visit.call, ShowReport { source_id: source_id.clone() }).await?;
    let page = &visit.page;
    let signature = match &view.signature {
        Some(signature) if view.is_signature_current => Some(Notes::new(
            Tone::Good,
            page.t_with(
                "moving-signed",
                &[("name", signature.name.clone().into()), ("at", page.instant(signature.at).into())],
            ),
        )),
        Some(_) => Some(Notes::new(Tone::Warn, page.t("moving-signature-outdated"))),
        None => None,
    };
    let sign = Form::new(page, "migration.sign")
        .hidden("source_id", source_id.as_str())
        .hidden("digest", &view.digest)
        .piece(page.t("moving-sign-text"))
        .submit(page.t("moving-sign"));
    let file = format!("/api/v1/migration/sources/{source_id}/report");
    let back = format!("/staff/migration/{source_id}");
    Ok(Shell::new(page, page.t("moving-report"))
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(&view.source_name, back.clone())
        .other(ButtonLink::plain(page.t("moving-pdf"), format!("{file}.pdf")))
        .other(ButtonLink::plain(page.t("moving-csv"), format!("{file}.csv")))
        .add(signature)
        .add(Panel::new(page.t("moving-counts")).id("counts").flush().add(counts(page, &view)))
        .add(Panel::new(page.t("moving-money")).id("money").flush().add(sums(page, &view)))
        .add(
            Panel::new(page.t("moving-not-here"))
                .id("reasons")
                .flush()
                .aside(ButtonLink::plain(page.t("moving-each"), format!("{back}/missing")))
                .add(reasons(page, &view)),
        )
        .add(
            Panel::new(page.t("moving-besides")).id("besides").add(
                Facts::new()
                    .fact(page.t("moving-gaps"), page.count(view.gaps))
                    .fact(page.t("moving-remarked"), page.count(view.remarked))
                    .fact(page.t("moving-left"), page.count(view.left))
                    .fact(page.t("moving-digest"), copyable(page, view.digest.clone())),
            ),
        )
        .add(page.may("migration.sign").then(|| Panel::new(page.t("moving-sign")).id("sign").add(sign)))
        .render())
}

fn counts(page: &Page, view: &ReportView) -> Table {
    Table::new(page.t("moving-counts"))
        .column(Column::text(page.t("moving-kind")))
        .column(Column::number(page.t("moving-at-source")))
        .column(Column::number(page.t("moving-in-snapshot")))
        .column(Column::number(page.t("moving-here")))
        .column(Column::number(page.t("migration-landing-found")).minor())
        .column(Column::number(page.t("migration-landing-skipped")).minor())
        .column(Column::number(page.t("moving-difference")))
        .rows(view.counts.iter().map(|row| {
            let missing = page.count(row.missing);
            Row::new()
                .cell(page.t(&format!("migration-kind-{}", row.kind)))
                .cell(page.count(row.source))
                .cell(page.count(row.snapshot))
                .cell(page.count(row.here))
                .cell(page.count(row.found))
                .cell(page.count(row.skipped))
                .cell(if row.missing > 0 { badge(Tone::Warn, missing) } else { missing.view() })
        }))
        .empty(Empty::new(page.t("moving-no-records"), page.t("moving-no-records-text")))
}

fn sums(page: &Page, view: &ReportView) -> Table {
    Table::new(page.t("moving-money"))
        .column(Column::text(page.t("moving-what")))
        .column(Column::number(page.t("moving-in-snapshot")))
        .column(Column::number(page.t("moving-moved")))
        .column(Column::number(page.t("moving-here")))
        .column(Column::number(page.t("moving-difference")))
        .rows(view.money.iter().map(|row| {
            let difference = page.money(row.difference);
            Row::new()
                .cell(page.t(&format!("migration-sum-{}", row.sum)))
                .cell(page.money(row.snapshot))
                .cell(page.money(row.moved))
                .cell(page.money(row.here))
                .cell(if row.difference.is_zero() { difference.view() } else { badge(Tone::Bad, difference) })
        }))
        .empty(Empty::new(page.t("moving-no-money"), page.t("moving-no-money-text")))
}

fn reasons(page: &Page, view: &ReportView) -> Table {
    Table::new(page.t("moving-not-here"))
        .column(Column::text(page.t("moving-kind")))
        .column(Column::text(page.t("moving-why")))
        .column(Column::number(page.t("moving-times")))
        .rows(view.reasons.iter().map(|row| {
            Row::new()
                .cell(page.t(&format!("migration-kind-{}", row.kind)))
                .cell(why(page, &row.reason))
                .cell(page.count(row.count))
        }))
        .empty(Empty::new(page.t("moving-all-here"), page.t("moving-all-here-text")))
}

/// A reason in words: one of ours, or the refusal of the slice that would not take it.
fn why(page: &Page, reason: &str) -> String {
    let key = format!("migration-not_here-{reason}");
    if page.texts.has(&key) { page.t(&key) } else { reason.to_owned() }
}

/// What is not here, each with its reason.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn missing(visit: Visit) -> Result<String> {
    let source_id: SourceId = visit.params.parse("source_id")?;
    let after = visit.params.get("after").map(str::to_owned);
    let found = not_here(&visit.call, ListMissing { source_id: source_id.clone(), after, limit: None }).await?;
    let page = &visit.page;
    let table = Table::new(page.t("moving-not-here"))
        .column(Column::text(page.t("moving-name")))
        .column(Column::text(page.t("moving-identifier")))
        .column(Column::text(page.t("moving-kind")))
        .column(Column::text(page.t("moving-why")))
        .rows(found.items.iter().map(|one| {
            let name = if one.name.is_empty() { &one.external_id } else { &one.name };
            Row::to(format!("/staff/migration/records/{}", one.record_id))
                .cell(name)
                .cell(&one.external_id)
                .cell(page.t(&format!("migration-kind-{}", one.kind)))
                .cell(why(page, &one.reason))
        }))
        .empty(Empty::new(page.t("moving-all-here"), page.t("moving-all-here-text")));
    Ok(Shell::new(page, page.t("moving-not-here"))
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(page.t("moving-report"), format!("/staff/migration/{source_id}/report"))
        .add(table)
        .add(pager(page, found.next.as_deref()))
        .render())
}

/// The shadow month.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn shadow(visit: Visit) -> Result<String> {
    let source_id: SourceId = visit.params.parse("source_id")?;
    let input = ShadowSource {
        source_id: source_id.clone(),
        from: visit.params.get("from").and_then(|day| day.parse().ok()),
        days: visit.params.get("days").and_then(|days| days.parse().ok()),
        after: visit.params.get("after").map(str::to_owned),
        limit: Some(200),
    };
    let view = compared(&visit.call, input).await?;
    let page = &visit.page;
    let due = |due: Option<Due>| due.map(|due| format!("{} {}", page.day(due.day), page.money(due.amount)));
    let table = Table::new(page.t("moving-shadow"))
        .column(Column::text(page.t("moving-name")))
        .column(Column::text(page.t("moving-difference")))
        .column(Column::text(page.t("moving-at-source")))
        .column(Column::text(page.t("moving-here")))
        .rows(view.items.iter().map(|row| {
            Row::to(format!("/staff/subscriptions/{}", row.subscription_id))
                .cell(&row.name)
                .cell(page.t(&format!("migration-differs-{}", row.differs)))
                .cell(due(row.theirs))
                .cell(due(row.ours))
        }))
        .empty(Empty::new(page.t("moving-same"), page.t("moving-same-text")));
    let mut facts = Facts::new()
        .fact(page.t("moving-span"), format!("{} – {}", page.day(view.from), page.day(view.until.plus_days(-1))))
        .fact(page.t("moving-compared"), page.count(view.compared))
        .fact(page.t("moving-equal"), page.count(view.equal));
    for sum in &view.sums {
        let told = format!("{} / {}", page.money(sum.theirs), page.money(sum.ours));
        facts = facts.fact(sum.theirs.currency.code(), told);
    }
    Ok(Shell::new(page, page.t("moving-shadow"))
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(page.t("moving-report"), format!("/staff/migration/{source_id}/report"))
        .subtitle(page.t("moving-shadow-text"))
        .add(Panel::new(page.t("moving-compared")).id("compared").add(facts))
        .add(table)
        .add(pager(page, view.next.as_deref()))
        .render())
}
