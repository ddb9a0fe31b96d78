//! Where tickets go.

use hostwright_panel::platform::error::Result;
use hostwright_panel::tickets::model::DepartmentState;
use hostwright_panel::tickets::queries;

use super::words;
use crate::page::Tone;
use crate::route::Visit;
use crate::ui::*;

/// The list, with a form for one more.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let found = queries::departments(&visit.call, visit.params.list()).await?;
    let page = &visit.page;
    let table = Table::new(page.t("estate-departments"))
        .column(Column::text(page.t("estate-name")))
        .column(Column::text(page.t("estate-told-at")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-made")).minor())
        .rows(found.items.iter().map(|department| {
            let tone = match department.state {
                DepartmentState::Active => Tone::Good,
                DepartmentState::Archived => Tone::Quiet,
            };
            let email = department.email.clone().filter(|email| !email.is_empty());
            Row::to(format!("/staff/tickets?department_id={}", department.id))
                .cell(&department.name)
                .cell(email.map_or_else(|| muted(page.t("estate-told-nowhere")), |email| email.view()))
                .cell(State::new(tone, page.t(&format!("tickets-department-{}", department.state))))
                .cell(words::day(page, department.created_at))
        }))
        .empty(Empty::new(page.t("estate-departments-none"), page.t("estate-departments-none-text")));
    let form = Form::new(page, "departments.create")
        .field(Field::text("name", page.t("estate-name")).hint(page.t("estate-department-name-hint")).max_length(80))
        .field(Field::email("email", page.t("estate-told-at")).hint(page.t("estate-told-at-hint")).optional())
        .submit(page.t("estate-department-create"));
    let new = page.may("departments.create").then(|| Panel::new(page.t("estate-department-new")).id("new").add(form));
    Ok(Shell::new(page, page.t("estate-departments"))
        .crumb(page.t("ui-nav-tickets"), "/staff/tickets")
        .add(table)
        .add(words::pager(page, found.next.as_deref()))
        .add(new)
        .render())
}
