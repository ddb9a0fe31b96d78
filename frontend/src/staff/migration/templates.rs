//! What a source sells, mapped to plans.

use hostwright_panel::catalogue;
use hostwright_panel::catalogue::model::PlanState;
use hostwright_panel::migration::sources::model::SourceId;
use hostwright_panel::migration::sources::queries::{ShowSource, show as source};
use hostwright_panel::migration::templates::model::{TemplateClass, TemplateView};
use hostwright_panel::migration::templates::queries::{ListTemplates, list as templates};
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;

use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::staff::estate::pager;
use crate::ui::*;

/// Plans that are offered in a choice.
const MANY: i64 = 200;

/// The list, each with what it is mapped to and what is most like it.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn list(visit: Visit) -> Result<String> {
    let source_id: SourceId = visit.params.parse("source_id")?;
    let view = source(&visit.call, ShowSource { source_id: source_id.clone() }).await?;
    let after = visit.params.get("after").map(str::to_owned);
    let found = templates(&visit.call, ListTemplates { source_id: source_id.clone(), after, limit: None }).await?;
    let input = ListInput { limit: Some(MANY), ..ListInput::default() };
    let plans = catalogue::queries::list(&visit.call, input).await?.items;
    let page = &visit.page;
    let mut offered = vec![Choice::new("", page.t("moving-unmapped"))];
    offered.extend(
        plans
            .iter()
            .filter(|plan| plan.state == PlanState::Active)
            .map(|plan| Choice::new(plan.id.as_str(), &plan.name)),
    );
    let is_open = view.switched_at.is_none();
    let table = Table::new(page.t("moving-map"))
        .column(Column::text(page.t("moving-name")))
        .column(Column::number(page.t("moving-used")))
        .column(Column::text(page.t("moving-class")))
        .column(Column::text(page.t("moving-plan")))
        .column(Column::text(page.t("moving-suggested")).minor())
        .column(Column::actions(page.t("moving-map")))
        .rows(found.items.iter().map(|template| {
            let plan = match (&template.plan_id, &template.plan_name) {
                (Some(id), name) => {
                    let name = name.clone().unwrap_or_else(|| id.clone());
                    link(format!("/staff/plans/{id}"), name)
                }
                (None, _) => State::new(Tone::Warn, page.t("moving-unmapped")).view(),
            };
            let suggested =
                template.suggested_plan_name.as_ref().map(|name| format!("{name} ({})", page.count(template.likeness)));
            Row::new()
                .cell(&template.name)
                .cell(page.count(template.used))
                .cell(page.t(&format!("migration-class-{}", template.class)))
                .cell(plan)
                .cell(suggested)
                .cell(is_open.then(|| mapping(page, &source_id, template, &offered)))
        }))
        .empty(Empty::new(page.t("moving-sells-nothing"), page.t("moving-sells-nothing-text")));
    let suggested = is_open.then(|| {
        ActionButton::new(page, "migration.map_suggested", page.t("moving-map-suggested"))
            .hidden("source_id", source_id.as_str())
    });
    Ok(Shell::new(page, page.t("migration-step-map"))
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(&view.name, format!("/staff/migration/{source_id}"))
        .subtitle(page.t("moving-map-text"))
        .primary(suggested)
        .add(table)
        .add(pager(page, found.next.as_deref()))
        .render())
}

fn mapping<'a>(page: &'a Page, source_id: &SourceId, template: &TemplateView, offered: &[Choice]) -> Form<'a> {
    let classes = TemplateClass::ALL
        .iter()
        .map(|class| Choice::new(class.as_str(), page.t(&format!("migration-class-{class}"))))
        .collect();
    let chosen = template.plan_id.clone().or_else(|| template.suggested_plan_id.clone()).unwrap_or_default();
    let key = if template.product.is_empty() { &template.tld } else { &template.product };
    Form::new(page, "migration.map")
        .id(key)
        .inline()
        .hidden("source_id", source_id.as_str())
        .hidden("product", &template.product)
        .hidden("tld", &template.tld)
        .field(Field::select("class", page.t("moving-class"), classes).value(template.class.as_str()).hide_label())
        .field(Field::select("plan_id", page.t("moving-plan"), offered.to_vec()).value(chosen).hide_label().optional())
        .submit(page.t("moving-map"))
}
