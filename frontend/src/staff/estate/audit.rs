//! Who did what.

use std::collections::BTreeMap;

use hostwright_panel::audit::model::AuditRow;
use hostwright_panel::platform::error::Result;
use hostwright_panel::reports::queries;
use leptos::prelude::AnyView;
use serde_json::Value;

use super::super::words::with_detail;
use super::words::{self, Names};
use crate::page::Page;
use crate::route::Visit;
use crate::ui::*;

/// The list, newest first.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let found = queries::audit_log(&visit.call, input.clone()).await?;
    let mut names = words::customers(
        &visit.call,
        found.items.iter().map(|row| row.subject.clone()).filter(|id| id.starts_with("cus_")),
    )
    .await?;
    names.extend(words::hostnames(&visit.call, found.items.iter().map(|row| row.subject.clone())).await);
    names.extend(words::node_names(&visit.call).await?);
    names.extend(words::staff(&visit.call).await?);
    let page = &visit.page;
    let empty = if input.search.is_some() {
        Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text"))
    } else {
        Empty::new(page.t("estate-audit-none"), page.t("estate-audit-none-text"))
    };
    let table = Table::new(page.t("ui-nav-audit"))
        .column(Column::moment(page.t("estate-when")))
        .column(Column::text(page.t("estate-who")))
        .column(Column::text(page.t("estate-what")))
        .column(Column::text(page.t("estate-about")))
        .column(Column::text(page.t("estate-detail")).minor())
        .column(Column::text(page.t("estate-seal")).minor())
        .rows(found.items.iter().map(|row| line(page, row, &names)))
        .empty(empty);
    let verify = page.may("reports.verify").then(|| ButtonLink::plain(page.t("estate-audit-verify"), "/staff/verify"));
    Ok(Shell::new(page, page.t("ui-nav-audit"))
        .subtitle(page.t("estate-audit-text"))
        .other(verify)
        .add(Filters::new(page).search(
            "search",
            input.search.clone().unwrap_or_default(),
            page.t("estate-audit-search"),
        ))
        .add(table)
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

fn line(page: &Page, row: &AuditRow, names: &Names) -> Row {
    let who = match row.actor.strip_prefix("system:") {
        Some(job) => vec![page.t("estate-by-itself").view(), " ".view(), muted(job)].view(),
        None if row.actor == "anonymous" => page.t("estate-anonymous").view(),
        None => link(words::filtered(page, "search", Some(&row.actor)), &row.actor_name),
    };
    let seal = match row.position {
        Some(position) => page.t_with("estate-sealed", &[("position", position.into())]),
        None => page.t("estate-not-sealed"),
    };
    Row::new()
        .cell(with_detail(&words::day(page, row.at), page.log_time(row.at)))
        .cell(who)
        .cell(link(words::filtered(page, "search", Some(&row.action)), action(page, &row.action)))
        .cell(words::thing(names, &row.subject))
        .cell(detail(&row.detail))
        .cell(muted(seal))
}

/// The action in words, its stable name where it has none.
fn action(page: &Page, name: &str) -> String {
    let key = format!("audit-{name}");
    if page.texts.has(&key) { page.t(&key) } else { name.to_owned() }
}

/// What changed: names and values, as they were written.
fn detail(json: &str) -> AnyView {
    let values: BTreeMap<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let parts: Vec<String> = values
        .into_iter()
        .map(|(name, value)| {
            let value = match value {
                Value::String(text) => words::short(&text),
                other => other.to_string(),
            };
            format!("{}: {value}", name.replace('_', " "))
        })
        .collect();
    muted(parts.join(" \u{00b7} "))
}
