//! Records of a source: lists to choose from, one to decide on, gaps, and what became of them.

use hostwright_panel::migration::collect::model::StagedView;
use hostwright_panel::migration::collect::queries::{self, ListGaps, ListRecords, ShowRecord};
use hostwright_panel::migration::sources::model::SourceId;
use hostwright_panel::migration::sources::queries::{ShowSource, show as source};
use hostwright_panel::migration::transfer::model::LandingState;
use hostwright_panel::migration::transfer::queries::{ListLandings, landings as became};
use hostwright_panel::migration::verification::model::{Decision, Status};
use hostwright_panel::platform::error::Result;
use leptos::prelude::AnyView;

use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::staff::estate::{filtered, pager};
use crate::ui::*;

/// Kinds that are offered as filters.
const KINDS: [&str; 6] = ["party", "domain_name", "subscription", "domain", "invoice", "ticket"];

/// How a verdict looks.
#[must_use]
pub(super) fn verdict(page: &Page, status: Option<Status>) -> AnyView {
    let Some(status) = status else {
        return muted(page.t("moving-not-judged"));
    };
    let tone = match status {
        status if status.moves() => Tone::Good,
        Status::ManualApproval => Tone::Warn,
        status if status.waits() => Tone::Bad,
        _ => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("migration-status-{status}"))).view()
}

fn reasons(page: &Page, record: &StagedView) -> String {
    let words: Vec<String> =
        record.reasons.iter().map(|reason| page.t(&format!("migration-reason-{reason}"))).collect();
    words.join(" ")
}

/// The list, with what can be done to all that it shows.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn list(visit: Visit) -> Result<String> {
    let source_id: SourceId = visit.params.parse("source_id")?;
    let view = source(&visit.call, ShowSource { source_id: source_id.clone() }).await?;
    let params = &visit.params;
    let owned = |name: &str| params.get(name).map(str::to_owned);
    let kind = owned("kind").unwrap_or_else(|| "party".to_owned());
    let status: Option<Status> = params.get("verdict").and_then(|status| status.parse().ok());
    let input = ListRecords {
        source_id: source_id.clone(),
        after: owned("after"),
        limit: None,
        search: owned("search"),
        kind: Some(kind.clone()),
        party: owned("party"),
        verdict: status,
        is_gone: None,
    };
    let found = queries::records(&visit.call, input).await?;
    let page = &visit.page;
    let mut filters = Filters::new(page);
    for of in KINDS {
        filters = filters.link(page.t(&format!("migration-kind-{of}")), filtered(page, "kind", Some(of)), kind == of);
    }
    for kept in ["kind", "party", "verdict"] {
        if let Some(value) = params.get(kept) {
            filters = filters.keep(kept, value);
        }
    }
    let filters = filters.search("search", owned("search").unwrap_or_default(), page.t("moving-search"));
    let table = Table::new(page.t(&format!("migration-kind-{kind}")))
        .column(Column::text(page.t("moving-name")))
        .column(Column::text(page.t("moving-identifier")).minor())
        .column(Column::text(page.t("moving-there")).minor())
        .column(Column::text(page.t("moving-chosen")))
        .column(Column::text(page.t("moving-verdict")))
        .column(Column::text(page.t("moving-why")))
        .rows(found.items.iter().map(|record| {
            let name = if record.name.is_empty() { &record.external_id } else { &record.name };
            let chosen = if record.is_selected { page.t("moving-yes") } else { page.t("moving-no") };
            Row::to(format!("/staff/migration/records/{}", record.id))
                .cell(name)
                .cell(&record.external_id)
                .cell(&record.status)
                .cell(chosen)
                .cell(verdict(page, record.verdict))
                .cell(reasons(page, record))
                .quiet(record.is_gone)
        }))
        .empty(Empty::new(page.t("moving-no-records"), page.t("moving-no-records-text")));
    let is_choosable = matches!(kind.as_str(), "party" | "domain_name") && view.switched_at.is_none();
    Ok(Shell::new(page, page.t(&format!("migration-kind-{kind}")))
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(&view.name, format!("/staff/migration/{source_id}"))
        .add(filters)
        .add(table)
        .add(pager(page, found.next.as_deref()))
        .add(is_choosable.then(|| choose(page, &source_id, &kind, params.get("search").unwrap_or_default())))
        .render())
}

/// Selecting by filter and by list.
fn choose(page: &Page, source_id: &SourceId, kind: &str, search: &str) -> Panel {
    let with_domains =
        || (kind == "party").then(|| Field::checkbox("with_domains", page.t("moving-with-domains")).checked(true));
    let mut form = Form::new(page, "migration.select")
        .id("choose")
        .hidden("source_id", source_id.as_str())
        .hidden("kind", kind)
        .field(
            Field::textarea("external_ids", page.t("moving-by-list"), 3).hint(page.t("moving-by-list-hint")).optional(),
        )
        .field(Field::text("search", page.t("moving-by-words")).value(search).optional())
        .field(Field::text("status", page.t("moving-by-status")).hint(page.t("moving-by-status-hint")).optional());
    if let Some(field) = with_domains() {
        form = form.field(field);
    }
    let form = form
        .field(
            Field::radios(
                "is_selected",
                page.t("moving-choose"),
                vec![Choice::new("yes", page.t("moving-select")), Choice::new("no", page.t("moving-take-out"))],
            )
            .value("yes"),
        )
        .submit(page.t("moving-choose"));
    Panel::new(page.t("moving-choose")).id("choose").add(form)
}

/// One record, and what is decided of it.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(visit: Visit) -> Result<String> {
    let record = queries::record(&visit.call, ShowRecord { staged_id: visit.params.parse("staged_id")? }).await?;
    let view = source(&visit.call, ShowSource { source_id: record.source_id.clone() }).await?;
    let page = &visit.page;
    let of_party = |party: &String| {
        link(
            format!("/staff/migration/{}/records?kind=party&search={}", record.source_id, crate::page::encode(party)),
            party,
        )
    };
    let facts = Facts::new()
        .fact(page.t("moving-kind"), page.t(&format!("migration-kind-{}", record.kind)))
        .fact(page.t("moving-identifier"), copyable(page, record.external_id.clone()))
        .maybe(page.t("moving-account"), record.party.as_ref().map(of_party))
        .maybe(page.t("moving-domain"), record.domain.as_ref())
        .fact(page.t("moving-there"), &record.status)
        .maybe(page.t("moving-amount"), record.amount.map(|amount| page.money(amount)))
        .fact(page.t("moving-verdict"), verdict(page, record.verdict))
        .fact(page.t("moving-why"), reasons(page, &record))
        .maybe(page.t("moving-decided"), record.decision_reason.as_ref())
        .maybe(page.t("moving-associated"), record.associated_with.as_ref())
        .maybe(
            page.t("moving-transferred"),
            record.transfer.map(|state| page.t(&format!("migration-transfer_state-{state}"))),
        )
        .maybe(page.t("moving-parked-because"), record.transfer_reason.as_ref());
    let is_decidable = matches!(record.kind.as_str(), "party" | "domain_name" | "subscription" | "domain");
    let decide = (is_decidable && view.switched_at.is_none()).then(|| decide(page, &record));
    let name = if record.name.is_empty() { record.external_id.clone() } else { record.name.clone() };
    Ok(Shell::new(page, name)
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(&view.name, format!("/staff/migration/{}", view.id))
        .id(record.id.as_str())
        .add(Panel::new(page.t("moving-record")).id("record").add(facts))
        .add(decide)
        .render())
}

fn decide(page: &Page, record: &StagedView) -> Panel {
    let mut choices = vec![Choice::new("", page.t("moving-by-tables"))];
    choices.extend(
        Decision::ALL
            .iter()
            .map(|decision| Choice::new(decision.as_str(), page.t(&format!("migration-decision-{decision}")))),
    );
    let form = Form::new(page, "migration.decide")
        .hidden("staged_id", record.id.as_str())
        .field(
            Field::radios("decision", page.t("moving-decision"), choices)
                .value(record.decision.map_or("", |decision| decision.as_str())),
        )
        .field(
            Field::text("reason", page.t("moving-reason"))
                .hint(page.t("moving-reason-hint"))
                .max_length(500)
                .optional(),
        );
    let form = if record.kind == "party" {
        form.field(
            Field::text("associate_with", page.t("moving-associate"))
                .hint(page.t("moving-associate-hint"))
                .maybe(record.associated_with.clone())
                .clears()
                .optional(),
        )
    } else {
        form
    };
    Panel::new(page.t("moving-decision")).id("decision").add(form.submit(page.t("moving-decide")))
}

/// The gaps that the last reading named.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn gaps(visit: Visit) -> Result<String> {
    let source_id: SourceId = visit.params.parse("source_id")?;
    let view = source(&visit.call, ShowSource { source_id: source_id.clone() }).await?;
    let after = visit.params.get("after").map(str::to_owned);
    let found = queries::gaps(&visit.call, ListGaps { source_id: source_id.clone(), after, limit: None }).await?;
    let page = &visit.page;
    let table = Table::new(page.t("moving-gaps-named"))
        .column(Column::text(page.t("moving-place")))
        .column(Column::text(page.t("moving-why")))
        .column(Column::text(page.t("moving-kind")).minor())
        .column(Column::text(page.t("moving-identifier")).minor())
        .column(Column::number(page.t("moving-times")))
        .rows(found.items.iter().map(|gap| {
            Row::new()
                .cell(&gap.place)
                .cell(&gap.reason)
                .cell(gap.record.as_ref())
                .cell(gap.external_id.as_ref())
                .cell(page.count(gap.count))
        }))
        .empty(Empty::new(page.t("moving-no-gaps"), page.t("moving-no-gaps-text")));
    Ok(Shell::new(page, page.t("moving-gaps-named"))
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(&view.name, format!("/staff/migration/{source_id}"))
        .add(table)
        .add(pager(page, found.next.as_deref()))
        .render())
}

/// What became of records.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn landings(visit: Visit) -> Result<String> {
    let source_id: SourceId = visit.params.parse("source_id")?;
    let view = source(&visit.call, ShowSource { source_id: source_id.clone() }).await?;
    let outcome: Option<LandingState> = visit.params.get("outcome").and_then(|outcome| outcome.parse().ok());
    let input = ListLandings {
        source_id: source_id.clone(),
        after: visit.params.get("after").map(str::to_owned),
        limit: None,
        outcome,
        kind: visit.params.get("kind").map(str::to_owned),
    };
    let found = became(&visit.call, input).await?;
    let page = &visit.page;
    let mut filters = Filters::new(page).link(page.t("estate-all"), filtered(page, "outcome", None), outcome.is_none());
    for of in LandingState::ALL {
        filters = filters.link(
            page.t(&format!("migration-landing-{of}")),
            filtered(page, "outcome", Some(of.as_str())),
            outcome == Some(*of),
        );
    }
    let table = Table::new(page.t("moving-what-became"))
        .column(Column::text(page.t("moving-identifier")))
        .column(Column::text(page.t("moving-kind")))
        .column(Column::text(page.t("moving-state")))
        .column(Column::text(page.t("moving-here")).minor())
        .column(Column::text(page.t("moving-why")))
        .rows(found.items.iter().map(|one| {
            let tone = if one.outcome == LandingState::Skipped { Tone::Warn } else { Tone::Good };
            let why = [one.reason.clone(), one.remarks.join("; ")].join(" ");
            let here = match (one.customer_id.as_ref(), one.object_id.as_str()) {
                (Some(customer), object) => link(format!("/staff/customers/{customer}"), object),
                (None, object) => object.view(),
            };
            Row::new()
                .cell(&one.external_id)
                .cell(page.t(&format!("migration-kind-{}", one.kind)))
                .cell(State::new(tone, page.t(&format!("migration-landing-{}", one.outcome))))
                .cell(here)
                .cell(why.trim())
        }))
        .empty(Empty::new(page.t("moving-nothing-here"), page.t("moving-nothing-here-text")));
    Ok(Shell::new(page, page.t("moving-what-became"))
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(&view.name, format!("/staff/migration/{source_id}"))
        .add(filters)
        .add(table)
        .add(pager(page, found.next.as_deref()))
        .render())
}
