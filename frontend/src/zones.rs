//! The pages of a zone, the same to customers and staff: its records, one record, and a
//! master file with what it would change. Everything works without JavaScript and at 390
//! pixels.

use hostwright_panel::auth::call::not_found;
use hostwright_panel::hosting::model::DomainView;
use hostwright_panel::hosting::queries::{self, ShowDomain};
use hostwright_panel::hosting::zones::difference::{ImportMode, ImportView, RecordLine};
use hostwright_panel::hosting::zones::imports::{self, ShowImport};
use hostwright_panel::hosting::zones::model::{RecordView, ZoneDetail, ZoneFaultView, ZoneState, ZoneView, kinds};
use hostwright_panel::hosting::zones::queries::{self as zones, ShowZone};
use hostwright_panel::platform::error::Result;
use leptos::prelude::AnyView;

use crate::page::{Area, Page, Tone};
use crate::route::Visit;
use crate::ui::*;

/// Records that one page shows; a search finds the others.
const SHOWN: usize = 300;
/// Lines of each part of a difference that are shown.
const LINES_SHOWN: usize = 500;

/// Where a domain is, in the area of the page.
#[must_use]
pub fn place(page: &Page, domain_id: &str) -> String {
    format!("{}/domains/{domain_id}", page.area.home())
}

async fn domain(visit: &Visit) -> Result<DomainView> {
    queries::show(&visit.call, ShowDomain { domain_id: visit.params.parse("domain_id")? }).await
}

async fn detail(visit: &Visit) -> Result<ZoneDetail> {
    zones::show(&visit.call, ShowZone { domain_id: visit.params.parse("domain_id")? }).await
}

/// Draws the records with everything that changes them.
///
/// # Errors
/// Not found, also where there is no zone.
pub async fn show(mut visit: Visit) -> Result<String> {
    let (domain, detail) = (domain(&visit).await?, detail(&visit).await?);
    let search = visit.params.get("search").unwrap_or_default().trim().to_lowercase();
    let is_settled = detail.zone.observed_serial == Some(detail.zone.serial);
    visit.page.live = (!is_settled && detail.zone.state == ZoneState::Served).then_some(5);
    let page = &visit.page;
    let here = place(page, domain.id.as_str());
    let export = ButtonLink::plain(page.t("hosting-zone-export"), format!("/api/v1/domains/{}/zone/file", domain.id));
    let left = stack(vec![
        faults(page, &detail.faults),
        records(page, &detail, &here, &search).view(),
        add(page, &detail.zone).view(),
    ]);
    let right = stack(vec![
        live("zone", state_panel(page, &detail.zone)),
        import(page, &detail.zone, &here).view(),
        numbers(page, &detail.zone).view(),
        delete(page, &detail.zone, &here).view(),
    ]);
    Ok(shell(page, &domain, page.t_with("hosting-zone-of", &[("name", domain.name.to_string().into())]))
        .state(state(page, &detail.zone))
        .other(export)
        .add(grid("main-side", vec![left, right]))
        .render())
}

fn shell<'a>(page: &'a Page, domain: &DomainView, title: String) -> Shell<'a> {
    let here = place(page, domain.id.as_str());
    Shell::new(page, title)
        .crumb(page.t("ui-nav-domains"), format!("{}/domains", page.area.home()))
        .crumb(domain.name.to_string(), here)
}

/// How a zone stands: what is wished, and whether the name server answers it.
#[must_use]
pub fn state(page: &Page, zone: &ZoneView) -> State {
    match (zone.state, zone.observed_serial) {
        (ZoneState::Withheld, _) => State::new(Tone::Quiet, page.t("hosting-zone-withheld")),
        (ZoneState::Removed, _) => State::new(Tone::Quiet, page.t("hosting-zone-removed")),
        (ZoneState::Served, Some(seen)) if seen == zone.serial => State::new(Tone::Good, page.t("hosting-zone-served")),
        (ZoneState::Served, _) if zone.fault.is_some() => State::new(Tone::Bad, page.t("hosting-zone-failing")),
        (ZoneState::Served, _) => State::new(Tone::Working, page.t("hosting-zone-publishing")),
    }
}

fn state_panel(page: &Page, zone: &ZoneView) -> AnyView {
    let facts = Facts::new()
        .fact(page.t("hosting-zone-state"), state(page, zone))
        .fact(page.t("hosting-zone-serial"), zone.serial.to_string())
        .maybe(page.t("hosting-zone-observed"), zone.observed_serial.map(|serial| serial.to_string()))
        .maybe(page.t("hosting-zone-asked"), zone.observed_at.map(|at| page.instant(at)))
        .maybe(page.t("hosting-zone-fault"), zone.fault.clone())
        .fact(page.t("hosting-zone-changed"), page.instant(zone.updated_at))
        .fact(page.t("hosting-zone-primary"), zone.primary_server.to_string())
        .fact(page.t("hosting-zone-hostmaster"), &zone.hostmaster);
    let serve = (zone.state == ZoneState::Withheld).then(|| {
        ActionButton::new(page, "zones.serve", page.t("hosting-zone-serve"))
            .hidden("domain_id", zone.domain_id.as_str())
            .look(Look::Primary)
    });
    Panel::new(page.t("hosting-zone")).id("zone").add(stack(vec![facts.view(), serve.view()])).view()
}

/// In a panel of the domain's page: the zone in short, or the form that makes one.
#[must_use]
pub fn panel(page: &Page, domain: &DomainView, zone: Option<&ZoneView>) -> Option<Panel> {
    let panel = Panel::new(page.t("hosting-zone")).id("zone");
    match zone {
        Some(zone) => {
            let open = format!("{}/zone", place(page, domain.id.as_str()));
            Some(panel.add(stack(vec![
                row(vec![state(page, zone).view(), muted(zone.serial.to_string())]),
                ButtonLink::primary(page.t("hosting-zone-open"), open).view(),
            ])))
        }
        None if domain.state.is_held() && page.may("zones.create") => {
            let mut form = Form::new(page, "zones.create")
                .hidden("domain_id", domain.id.as_str())
                .then(format!("{}/zone", place(page, domain.id.as_str())))
                .field(
                    Field::textarea("addresses", page.t("hosting-zone-addresses"), 2)
                        .hint(page.t("hosting-zone-addresses-hint"))
                        .optional(),
                );
            if page.area == Area::Staff {
                form = form.field(Field::checkbox("withheld", page.t("hosting-zone-withhold")));
            }
            let form = form.submit(page.t("hosting-zone-create"));
            Some(panel.add(stack(vec![muted(page.t("hosting-zone-none")), form.view()])))
        }
        None => None,
    }
}

fn faults(page: &Page, faults: &[ZoneFaultView]) -> AnyView {
    if faults.is_empty() {
        return nothing();
    }
    let is_bad = faults.iter().any(|fault| fault.is_error);
    let lines: Vec<AnyView> = faults.iter().take(LINES_SHOWN).map(|fault| fault_line(page, fault)).collect();
    let tone = if is_bad { Tone::Bad } else { Tone::Warn };
    Notes::new(tone, stack(lines)).title(page.t("hosting-zone-faults")).view()
}

/// A fault in words: where, and what it is.
fn fault_line(page: &Page, fault: &ZoneFaultView) -> AnyView {
    let what = page.t_with(
        &format!("error-{}", fault.code),
        &[
            ("owner", fault.owner.clone().into()),
            ("kind", fault.kind.clone().unwrap_or_default().into()),
            ("detail", fault.detail.clone().into()),
        ],
    );
    format!("{}: {what}", fault.owner).view()
}

/// The name as it is said inside its zone: `@`, `www`.
fn short(owner: &str, zone: &ZoneView) -> String {
    let apex = zone.name.absolute();
    match owner.strip_suffix(&apex) {
        Some("") => "@".to_owned(),
        Some(inside) => inside.trim_end_matches('.').to_owned(),
        None => owner.to_owned(),
    }
}

fn ttl(page: &Page, seconds: Option<i64>) -> AnyView {
    match seconds {
        Some(seconds) => page.span(seconds).view(),
        None => muted(page.t("hosting-record-default")),
    }
}

fn records(page: &Page, detail: &ZoneDetail, here: &str, search: &str) -> Panel {
    let zone = &detail.zone;
    let fits = |record: &&RecordView| {
        search.is_empty()
            || record.owner.contains(search)
            || record.kind.to_lowercase() == search
            || record.data.to_lowercase().contains(search)
    };
    let found: Vec<&RecordView> = detail.records.iter().filter(fits).collect();
    let can_change = page.may("zones.update_record");
    let table = Table::new(page.t("hosting-records"))
        .column(Column::text(page.t("hosting-record-owner")))
        .column(Column::text(page.t("hosting-record-kind")))
        .column(Column::text(page.t("hosting-record-data")))
        .column(Column::text(page.t("hosting-record-ttl")).minor())
        .rows(found.iter().take(SHOWN).map(|record| {
            let row = if can_change { Row::to(format!("{here}/zone/records/{}", record.id)) } else { Row::new() };
            row.cell(short(&record.owner, zone)).cell(&record.kind).cell(data(&record.data)).cell(ttl(page, record.ttl))
        }))
        .empty(Empty::new(page.t("hosting-records-none"), page.t("hosting-records-none-text")))
        .plain();
    let mut panel = Panel::new(page.t("hosting-records")).id("records").flush();
    if detail.records.len() > 20 || !search.is_empty() {
        panel = panel.add(Filters::new(page).search("search", search, page.t("hosting-records-search")));
    }
    panel = panel.add(table);
    match found.len().saturating_sub(SHOWN) {
        0 => panel,
        more => panel.add(muted(page.t_with("hosting-records-more", &[("count", more.into())]))),
    }
}

/// Data in letters of one width; long keys break where they must.
fn data(text: &str) -> AnyView {
    use leptos::prelude::*;
    html(view! { <code class="data">{text.to_owned()}</code> })
}

fn fields<'a>(page: &'a Page, form: Form<'a>, zone: &ZoneView, record: Option<&RecordView>) -> Form<'a> {
    let owner = record.map(|record| short(&record.owner, zone));
    form.row(vec![
        Field::text("owner", page.t("hosting-record-owner"))
            .hint(page.t("hosting-record-owner-hint"))
            .maybe(owner)
            .optional(),
        Field::select(
            "kind",
            page.t("hosting-record-kind"),
            kinds().into_iter().map(|kind| Choice::new(kind, kind)).collect(),
        )
        .value(record.map_or("A", |record| record.kind.as_str())),
    ])
    .field(
        Field::textarea("data", page.t("hosting-record-data"), 2)
            .hint(page.t("hosting-record-data-hint"))
            .value(record.map_or("", |record| record.data.as_str())),
    )
    .field(
        Field::number("ttl", page.t("hosting-record-ttl"))
            .suffix("s")
            .hint(page.t_with("hosting-record-ttl-hint", &[("seconds", zone.default_ttl.into())]))
            .maybe(record.and_then(|record| record.ttl).map(|ttl| ttl.to_string()))
            .optional(),
    )
}

fn add(page: &Page, zone: &ZoneView) -> Option<Panel> {
    if !page.may("zones.add_record") {
        return None;
    }
    let form = Form::new(page, "zones.add_record").hidden("domain_id", zone.domain_id.as_str());
    let form = fields(page, form, zone, None).submit(page.t("hosting-record-add"));
    Some(Panel::new(page.t("hosting-record-new")).id("add").add(form))
}

fn import(page: &Page, zone: &ZoneView, here: &str) -> Option<Panel> {
    if !page.may("zones.import") {
        return None;
    }
    let modes = ImportMode::ALL
        .iter()
        .map(|mode| {
            Choice::new(mode.as_str(), page.t(&format!("hosting-import-{mode}")))
                .detail(page.t(&format!("hosting-import-{mode}-text")))
        })
        .collect();
    let form = Form::new(page, "zones.import")
        .multipart()
        .hidden("domain_id", zone.domain_id.as_str())
        .then(format!("{here}/zone/imports/{{id}}"))
        .field(Field::textarea("text", page.t("hosting-import-text"), 4).optional())
        .field(Field::file("files", page.t("hosting-import-file")).hint(page.t("hosting-import-file-hint")).optional())
        .field(Field::radios("mode", page.t("hosting-import-mode"), modes).value(ImportMode::Replace.as_str()))
        .submit(page.t("hosting-import-compare"))
        .look(Look::Plain);
    Some(
        Panel::new(page.t("hosting-import"))
            .id("import")
            .add(stack(vec![muted(page.t("hosting-import-what")), form.view()])),
    )
}

fn numbers(page: &Page, zone: &ZoneView) -> Option<Panel> {
    if !page.may("zones.update") {
        return None;
    }
    let seconds = |name: &'static str, value: i64| {
        Field::number(name, page.t(&format!("hosting-zone-{}", name.replace('_', "-"))))
            .suffix("s")
            .value(value.to_string())
    };
    let mut form = Form::new(page, "zones.update")
        .id("numbers")
        .hidden("domain_id", zone.domain_id.as_str())
        .hidden("version", zone.version.to_string())
        .field(seconds("default_ttl", zone.default_ttl))
        .field(seconds("refresh", zone.refresh))
        .field(seconds("retry", zone.retry))
        .field(seconds("expire", zone.expire))
        .field(seconds("minimum", zone.minimum))
        .field(Field::email("hostmaster", page.t("hosting-zone-hostmaster")).value(&zone.hostmaster));
    if page.area == Area::Staff {
        let first = zone.primary_server.to_string();
        form = form.field(Field::text("primary_server", page.t("hosting-zone-primary")).value(first));
    }
    Some(Panel::new(page.t("hosting-zone-numbers")).id("numbers").add(form.submit(page.t("ui-save")).look(Look::Plain)))
}

fn delete(page: &Page, zone: &ZoneView, here: &str) -> Option<Panel> {
    if !page.may("zones.delete") {
        return None;
    }
    let button = ActionButton::new(page, "zones.delete", page.t("hosting-zone-delete"))
        .hidden("domain_id", zone.domain_id.as_str())
        .then(here)
        .confirm(page.t("hosting-zone-delete-question"), vec![page.t("hosting-zone-delete-lost")]);
    Some(Panel::new(page.t("hosting-zone-delete")).id("delete").tone(Tone::Bad).add(button))
}

/// Draws one record.
///
/// # Errors
/// Not found.
pub async fn record(visit: Visit) -> Result<String> {
    let (domain, detail) = (domain(&visit).await?, detail(&visit).await?);
    let wanted = visit.params.get("record_id").unwrap_or_default();
    let record = detail.records.iter().find(|record| record.id.as_str() == wanted).ok_or_else(not_found)?;
    let page = &visit.page;
    let zone_page = format!("{}/zone", place(page, domain.id.as_str()));
    let form = Form::new(page, "zones.update_record")
        .id("record")
        .hidden("domain_id", domain.id.as_str())
        .hidden("record_id", record.id.as_str())
        .hidden("version", record.version.to_string())
        .then(&zone_page);
    let form = fields(page, form, &detail.zone, Some(record))
        .submit(page.t("ui-save"))
        .cancel(page.t("ui-cancel"), &zone_page);
    let lost = vec![format!("{} {} {}", record.owner, record.kind, record.data)];
    let delete = page.may("zones.delete_record").then(|| {
        let button = ActionButton::new(page, "zones.delete_record", page.t("hosting-record-delete"))
            .hidden("domain_id", domain.id.as_str())
            .hidden("record_id", record.id.as_str())
            .hidden("version", record.version.to_string())
            .then(&zone_page)
            .confirm(page.t("hosting-record-delete-question"), lost);
        Panel::new(page.t("hosting-record-delete")).id("delete").tone(Tone::Bad).add(button)
    });
    Ok(shell(page, &domain, format!("{} {}", short(&record.owner, &detail.zone), record.kind))
        .crumb(page.t("hosting-zone"), &zone_page)
        .subtitle(page.t_with("hosting-record-changed", &[("at", page.instant(record.updated_at).into())]))
        .add(Panel::new(page.t("hosting-record")).id("record").add(form))
        .add(delete)
        .render())
}

/// Draws a master file with what it would change.
///
/// # Errors
/// Not found.
pub async fn compare(visit: Visit) -> Result<String> {
    let domain = domain(&visit).await?;
    let input = ShowImport { domain_id: domain.id.clone(), import_id: visit.params.parse("import_id")? };
    let import = imports::show(&visit.call, input).await?;
    let page = &visit.page;
    let zone_page = format!("{}/zone", place(page, domain.id.as_str()));
    let lines = |key: &str, lines: &[RecordLine], tone: Tone| changes(page, key, lines, tone);
    let parts = stack(vec![
        broken(page, &import),
        left_out(page, &import),
        lines("added", &import.added, Tone::Good),
        lines("retimed", &import.retimed, Tone::Warn),
        lines("removed", &import.removed, Tone::Bad),
        faults(page, &import.faults),
    ]);
    Ok(shell(page, &domain, page.t("hosting-import-title"))
        .crumb(page.t("hosting-zone"), &zone_page)
        .subtitle(format!("{} {}", page.t("hosting-import-mode"), page.t(&format!("hosting-import-{}", import.mode))))
        .add(grid("main-side", vec![parts, outcome(page, &domain, &import, &zone_page)]))
        .render())
}

fn outcome(page: &Page, domain: &DomainView, import: &ImportView, zone_page: &str) -> AnyView {
    let count = |count: usize| page.count(i64::try_from(count).unwrap_or(i64::MAX));
    let mut facts = Facts::new()
        .fact(page.t("hosting-import-added"), count(import.added.len()))
        .fact(page.t("hosting-import-retimed"), count(import.retimed.len()))
        .fact(page.t("hosting-import-removed"), count(import.removed.len()))
        .fact(page.t("hosting-import-unchanged"), page.count(import.unchanged));
    if import.default_ttl_before != import.default_ttl_after {
        let change =
            format!("{} \u{2192} {}", page.span(import.default_ttl_before), page.span(import.default_ttl_after));
        facts = facts.fact(page.t("hosting-zone-default-ttl"), change);
    }
    let is_same = import.added.is_empty()
        && import.retimed.is_empty()
        && import.removed.is_empty()
        && import.default_ttl_before == import.default_ttl_after;
    let what = if let Some(at) = import.applied_at {
        muted(page.t_with("hosting-import-applied", &[("at", page.instant(at).into())]))
    } else if is_same {
        muted(page.t("hosting-import-same"))
    } else {
        let apply = ActionButton::new(page, "zones.apply_import", page.t("hosting-import-apply"))
            .hidden("domain_id", domain.id.as_str())
            .hidden("import_id", import.id.as_str())
            .hidden("zone_version", import.zone_version.to_string())
            .then(zone_page)
            .look(Look::Primary);
        if import.broken.is_empty() { apply.view() } else { apply.disabled(page.t("hosting-import-breaks")).view() }
    };
    let back = ButtonLink::plain(page.t("hosting-import-back"), zone_page);
    Panel::new(page.t("hosting-import-outcome")).id("outcome").add(stack(vec![facts.view(), what, back.view()])).view()
}

fn broken(page: &Page, import: &ImportView) -> AnyView {
    if import.broken.is_empty() {
        return nothing();
    }
    let lines: Vec<AnyView> = import.broken.iter().map(|fault| fault_line(page, fault)).collect();
    Notes::new(Tone::Bad, stack(lines)).title(page.t("hosting-import-breaks")).view()
}

fn left_out(page: &Page, import: &ImportView) -> AnyView {
    if import.left_out.is_empty() {
        return nothing();
    }
    let table = Table::new(page.t("hosting-import-left-out"))
        .column(Column::text(page.t("hosting-import-place")))
        .column(Column::text(page.t("hosting-import-reason")))
        .column(Column::number(page.t("hosting-import-count")))
        .rows(
            import
                .left_out
                .iter()
                .map(|left| Row::new().cell(&left.place).cell(&left.reason).cell(page.count(left.count))),
        )
        .plain();
    Panel::new(page.t("hosting-import-left-out")).id("left-out").tone(Tone::Warn).flush().add(table).view()
}

fn changes(page: &Page, key: &str, lines: &[RecordLine], tone: Tone) -> AnyView {
    if lines.is_empty() {
        return nothing();
    }
    let title = page.t(&format!("hosting-import-{key}"));
    let table =
        Table::new(&title)
            .column(Column::text(page.t("hosting-record-owner")))
            .column(Column::text(page.t("hosting-record-kind")))
            .column(Column::text(page.t("hosting-record-data")))
            .column(Column::text(page.t("hosting-record-ttl")).minor())
            .rows(lines.iter().take(LINES_SHOWN).map(|line| {
                Row::new().cell(&line.owner).cell(&line.kind).cell(data(&line.data)).cell(ttl(page, line.ttl))
            }))
            .plain();
    let mut panel = Panel::new(title).id(key).tone(tone).flush().add(table);
    if let more @ 1.. = lines.len().saturating_sub(LINES_SHOWN) {
        panel = panel.add(muted(page.t_with("hosting-records-more", &[("count", more.into())])));
    }
    panel.view()
}
