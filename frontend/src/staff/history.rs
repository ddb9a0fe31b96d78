//! The audit log in words: what happened to a thing, who did it.

use hostwright_panel::audit::model::AuditRow;

use crate::page::{Page, Tone};
use crate::ui::{Event, Timeline, link, muted};

/// Rows of the audit log as a timeline, newest first.
#[must_use]
pub fn timeline<'a>(page: &'a Page, rows: &[AuditRow]) -> Timeline<'a> {
    Timeline::new(page).events(rows.iter().map(|row| {
        let what = sentence(page, row);
        let mut event = match place_of(&row.subject) {
            Some(place) => Event::new(row.at, link(place, what)),
            None => Event::new(row.at, what),
        };
        if !row.actor_name.is_empty() {
            event = event.who(row.actor_name.clone());
        }
        if let Some(detail) = detail(row) {
            event = event.detail(muted(detail));
        }
        event.tone(tone(&row.action))
    }))
}

/// What an action did, as the audit log words it; the action's name where it has
/// no words.
#[must_use]
pub fn sentence(page: &Page, row: &AuditRow) -> String {
    // The renewal run records what it does to a subscription under its own name.
    if row.action == "renewals.run" && row.subject.starts_with("sub_") {
        return page.t("office-history-renewals");
    }
    let key = format!("audit-{}", row.action);
    if page.texts.has(&key) { page.t(&key) } else { row.action.clone() }
}

fn tone(action: &str) -> Tone {
    match action.rsplit('.').next().unwrap_or_default() {
        "suspend" | "terminate" | "delete" => Tone::Bad,
        "resume" | "record" | "create" | "place" => Tone::Good,
        _ => Tone::Quiet,
    }
}

/// The page of a thing, by the first letters of its id.
fn place_of(subject: &str) -> Option<String> {
    let place = match subject.split_once('_')?.0 {
        "cus" => "customers",
        "inv" => "invoices",
        "sub" => "subscriptions",
        "srv" => "servers",
        "tic" => "tickets",
        "per" => "people",
        "pln" => "plans",
        "nod" => "nodes",
        "pol" => "addresses",
        "tsk" => "tasks",
        "mai" => "mails",
        _ => return None,
    };
    Some(format!("/staff/{place}/{subject}"))
}

/// The numbers, amounts and reasons that were noted with the change.
fn detail(row: &AuditRow) -> Option<String> {
    let noted: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&row.detail).ok()?;
    let told: Vec<String> = ["number", "credit_note", "total", "amount", "reference", "reason", "email", "hostname"]
        .iter()
        .filter_map(|name| noted.get(*name)?.as_str().map(str::to_owned))
        .filter(|text| !text.is_empty())
        .collect();
    (!told.is_empty()).then(|| told.join(" \u{00b7} "))
}
