//! The catalogue: plans and their prices.

use hostwright_kernel::Currency;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::catalogue::model::{PlanKind, PlanState, PlanView, PriceState, PriceView, RenewalChoice};
use hostwright_panel::catalogue::queries::{self, ShowPlan};
use hostwright_panel::platform::error::Result;
use leptos::prelude::AnyView;

use super::words;
use crate::page::{Page, Tone};
use crate::places;
use crate::route::Visit;
use crate::ui::*;

/// Lengths of a period that are offered; the action takes any from 1 to 120.
const LENGTHS: &[u32] = &[1, 3, 6, 12, 24, 36];
/// A name is registered for whole years, for ten at most.
const REGISTRATION_LENGTHS: &[u32] = &[12, 24, 36, 48, 60, 72, 84, 96, 108, 120];

/// The list.
///
/// # Errors
/// When the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let found = queries::list(&visit.call, input.clone()).await?;
    let page = &visit.page;
    let mut filters =
        Filters::new(page).link(page.t("estate-all"), words::filtered(page, "state", None), input.state.is_none());
    for state in PlanState::ALL {
        filters = filters.link(
            page.t(&format!("catalogue-state-{state}")),
            words::filtered(page, "state", Some(state.as_str())),
            input.state.as_deref() == Some(state.as_str()),
        );
    }
    let filters = filters.search("search", input.search.clone().unwrap_or_default(), page.t("estate-plans-search"));
    let empty = if input.state.is_some() || input.search.is_some() {
        Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text"))
    } else {
        Empty::new(page.t("estate-plans-none"), page.t("estate-plans-none-text"))
            .action(page.may("plans.create").then(|| ButtonLink::plain(page.t("estate-plan-new"), "/staff/plans/new")))
    };
    let table = Table::new(page.t("ui-nav-catalogue"))
        .column(Column::text(page.t("estate-name")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-visibility")).minor())
        .column(Column::text(page.t("estate-plan-sells")))
        .column(Column::number(page.t("estate-prices")))
        .rows(found.items.iter().map(|plan| {
            Row::to(format!("/staff/plans/{}", plan.id))
                .cell(&plan.name)
                .cell(plan_state(page, plan))
                .cell(visibility(page, plan.private))
                .cell(sells(page, plan))
                .cell(price_line(page, plan))
                .quiet(plan.state == PlanState::Archived)
        }))
        .empty(empty);
    Ok(Shell::new(page, page.t("ui-nav-catalogue"))
        .primary(page.may("plans.create").then(|| ButtonLink::primary(page.t("estate-plan-new"), "/staff/plans/new")))
        .other(ButtonLink::plain(page.t("estate-images"), "/staff/images"))
        .add(filters)
        .add(table)
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

fn offered(plan: &PlanView) -> impl Iterator<Item = &PriceView> {
    plan.prices.iter().filter(|price| price.state == PriceState::Active)
}

/// What is sold, in one line.
fn sells(page: &Page, plan: &PlanView) -> String {
    let kind = page.t(&format!("catalogue-kind-{}", plan.kind));
    if plan.kind.has_sizes() {
        words::size(page, plan.vcpus, plan.memory_mib, plan.disk_gib)
    } else if plan.tlds.is_empty() {
        kind
    } else {
        format!("{kind}: {}", tlds(plan))
    }
}

fn tlds(plan: &PlanView) -> String {
    plan.tlds.iter().map(|tld| format!(".{tld}")).collect::<Vec<_>>().join(", ")
}

/// An active plan without a price is not sold, and says so.
fn plan_state(page: &Page, plan: &PlanView) -> State {
    match plan.state {
        PlanState::Active if offered(plan).next().is_none() => State::new(Tone::Warn, page.t("estate-plan-no-price")),
        PlanState::Active => State::new(Tone::Good, page.t("catalogue-state-active")),
        PlanState::Archived => State::new(Tone::Quiet, page.t("catalogue-state-archived")),
    }
}

fn visibility(page: &Page, private: bool) -> String {
    page.t(if private { "estate-private" } else { "estate-public" })
}

/// The first price, and how many more there are.
fn price_line(page: &Page, plan: &PlanView) -> AnyView {
    let Some(first) = offered(plan).next() else {
        return muted("\u{2013}");
    };
    let more = offered(plan).count().saturating_sub(1);
    let price = format!("{} {}", page.money(first.amount), words::every(page, first.months.count()));
    if more == 0 {
        price.view()
    } else {
        vec![price.view(), " ".view(), muted(page.t_with("estate-more", &[("count", more.into())]))].view()
    }
}

/// A new plan, of the kind that the address names.
///
/// # Errors
/// When the caller may not.
pub async fn new(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::CreatePlan)?;
    let page = &visit.page;
    let kind = visit.params.get("kind").and_then(|kind| kind.parse().ok()).unwrap_or(PlanKind::PrivateServer);
    let kinds = PlanKind::ALL.iter().fold(Filters::new(page), |filters, other| {
        let href = format!("/staff/plans/new?kind={other}");
        filters.link(page.t(&format!("catalogue-kind-{other}")), href, *other == kind)
    });
    let form = Form::new(page, "plans.create")
        .hidden("kind", kind.as_str())
        .then("/staff/plans/{id}")
        .field(Field::text("name", page.t("estate-name")).hint(page.t("estate-plan-name-hint")).max_length(80).focus())
        .field(
            Field::textarea("description", page.t("estate-description"), 3)
                .hint(page.t("estate-description-hint"))
                .max_length(2_000)
                .optional(),
        );
    let form = if kind.has_sizes() { with_sizes(page, form) } else { form };
    let form = if kind.has_tlds() {
        form.field(Field::textarea("tlds", page.t("estate-plan-tlds"), 3).hint(page.t("estate-plan-tlds-hint")))
    } else {
        form
    };
    let form = form
        .field(visibility_field(page, false))
        .field(renewal_field(page, RenewalChoice::ALL))
        .submit(page.t("estate-plan-create"))
        .cancel(page.t("ui-cancel"), "/staff/plans");
    Ok(Shell::new(page, page.t("estate-plan-new"))
        .crumb(page.t("ui-nav-catalogue"), "/staff/plans")
        .subtitle(page.t("estate-plan-new-text"))
        .add(kinds)
        .add((!kind.has_sizes()).then(|| Notes::new(Tone::Quiet, page.t("estate-plan-not-ordered"))))
        .add(form)
        .render())
}

fn with_sizes<'a>(page: &'a Page, form: Form<'a>) -> Form<'a> {
    form.group(
        page.t("estate-size-title"),
        Some(page.t("estate-plan-size-hint")),
        vec![
            Field::number("vcpus", page.t("estate-processors")).range(1, 256).value("1"),
            Field::number("memory_mib", page.t("estate-memory")).suffix("MiB").range(32, 4_194_304).value("2048"),
            Field::number("disk_gib", page.t("estate-disk")).suffix("GiB").range(1, 1_048_576).value("20"),
            Field::number("traffic_gib", page.t("estate-traffic-month"))
                .suffix("GiB")
                .hint(page.t("estate-traffic-hint"))
                .optional(),
        ],
    )
}

fn visibility_field(page: &Page, private: bool) -> Field {
    Field::radios(
        "private",
        page.t("estate-visibility"),
        vec![
            Choice::new("false", page.t("estate-public")).detail(page.t("estate-public-text")),
            Choice::new("true", page.t("estate-private")).detail(page.t("estate-private-text")),
        ],
    )
    .value(if private { "true" } else { "false" })
}

fn renewal_field(page: &Page, chosen: &[RenewalChoice]) -> Field {
    let choices = RenewalChoice::ALL
        .iter()
        .map(|choice| Choice::new(choice.as_str(), page.t(&format!("catalogue-renewal-{choice}"))))
        .collect();
    Field::checkboxes("renewal_choices", page.t("estate-renewals-offered"), choices)
        .hint(page.t("estate-renewals-hint"))
        .values(chosen.iter().map(|choice| choice.as_str().to_owned()).collect())
}

/// One plan.
///
/// # Errors
/// Not found.
pub async fn show(visit: Visit) -> Result<String> {
    let plan = queries::show(&visit.call, ShowPlan { plan_id: visit.params.parse("plan_id")? }).await?;
    let page = &visit.page;
    let left = stack(vec![prices(page, &plan), set_price(page, &plan).view(), words_form(page, &plan).view()]);
    let right = stack(vec![facts(page, &plan), archive(page, &plan).view()]);
    Ok(Shell::new(page, &plan.name)
        .crumb(page.t("ui-nav-catalogue"), "/staff/plans")
        .state(plan_state(page, &plan))
        .id(plan.id.as_str())
        .add(grid("main-side", vec![left, right]))
        .render())
}

fn prices(page: &Page, plan: &PlanView) -> AnyView {
    let mut sorted: Vec<&PriceView> = plan.prices.iter().collect();
    sorted.sort_by_key(|price| price.state == PriceState::Retired);
    let table = Table::new(page.t("estate-prices"))
        .column(Column::text(page.t("estate-period")))
        .column(Column::number(page.t("estate-price")))
        .column(Column::number(page.t("estate-setup")))
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-since")).minor())
        .column(Column::actions(page.t("estate-actions")))
        .rows(sorted.into_iter().map(|price| price_row(page, plan, price)))
        .empty(Empty::new(page.t("estate-prices-none"), page.t("estate-prices-none-text")))
        .plain();
    Panel::new(page.t("estate-prices")).id("prices").flush().add(table).view()
}

fn price_row(page: &Page, plan: &PlanView, price: &PriceView) -> Row {
    let is_offered = price.state == PriceState::Active;
    let retire = is_offered.then(|| {
        ActionButton::new(page, "plans.retire_price", page.t("estate-retire"))
            .hidden("plan_id", plan.id.as_str())
            .hidden("price_id", price.id.as_str())
            .look(Look::Quiet)
    });
    let tone = if is_offered { Tone::Good } else { Tone::Quiet };
    Row::new()
        .cell(words::every(page, price.months.count()))
        .cell(money(page, price.amount))
        .cell(if price.setup.is_zero() { "\u{2013}".view() } else { money(page, price.setup) })
        .cell(State::new(tone, page.t(&format!("catalogue-price-{}", price.state))))
        .cell(words::day(page, price.created_at))
        .cell(retire)
        .quiet(!is_offered)
}

fn set_price(page: &Page, plan: &PlanView) -> Option<Panel> {
    if plan.state != PlanState::Active || !page.may("plans.set_price") {
        return None;
    }
    let first = offered(plan).next().map(|price| price.amount.currency);
    let currency: Option<Currency> = first.or_else(|| "EUR".parse().ok());
    let lengths = if plan.kind.has_tlds() { REGISTRATION_LENGTHS } else { LENGTHS };
    let shortest = lengths.first().map(ToString::to_string);
    let lengths = lengths.iter().map(|months| Choice::new(months.to_string(), words::every(page, *months))).collect();
    let form = Form::new(page, "plans.set_price")
        .hidden("plan_id", plan.id.as_str())
        .row(vec![
            Field::select("currency", page.t("estate-currency"), places::currencies())
                .maybe(currency.map(|currency| currency.code().to_owned())),
            Field::select("months", page.t("estate-period"), lengths).maybe(shortest),
        ])
        .row(vec![
            Field::decimal("amount", page.t("estate-price")).hint(page.t("estate-price-hint")),
            Field::decimal("setup", page.t("estate-setup")).hint(page.t("estate-setup-hint")).optional(),
        ])
        .submit(page.t("estate-price-set"))
        .look(Look::Plain);
    Some(
        Panel::new(page.t("estate-price-set"))
            .id("set-price")
            .add(stack(vec![muted(page.t("estate-price-set-text")), form.view()])),
    )
}

fn words_form(page: &Page, plan: &PlanView) -> Option<Panel> {
    if !page.may("plans.update") {
        return None;
    }
    let form = Form::new(page, "plans.update")
        .hidden("plan_id", plan.id.as_str())
        .field(
            Field::text("name", page.t("estate-name"))
                .value(&plan.name)
                .hint(page.t("estate-plan-name-hint"))
                .max_length(80),
        )
        .field(
            Field::textarea("description", page.t("estate-description"), 3)
                .value(&plan.description)
                .hint(page.t("estate-description-hint"))
                .max_length(2_000)
                .clears()
                .optional(),
        )
        .field(visibility_field(page, plan.private))
        .field(renewal_field(page, &plan.renewal_choices))
        .submit(page.t("ui-save"));
    Some(Panel::new(page.t("estate-plan-words")).id("words").add(form))
}

fn facts(page: &Page, plan: &PlanView) -> AnyView {
    let traffic = if plan.traffic_gib == 0 { page.t("estate-unlimited") } else { words::gib(page, plan.traffic_gib) };
    let renewals: Vec<String> =
        plan.renewal_choices.iter().map(|choice| page.t(&format!("catalogue-renewal-{choice}"))).collect();
    let mut facts = Facts::new().fact(page.t("estate-kind"), page.t(&format!("catalogue-kind-{}", plan.kind)));
    if plan.kind.has_sizes() {
        facts = facts
            .fact(page.t("estate-processors"), page.count(plan.vcpus))
            .fact(page.t("estate-memory"), words::mib(page, plan.memory_mib))
            .fact(page.t("estate-disk"), words::gib(page, plan.disk_gib))
            .fact(page.t("estate-traffic-month"), traffic);
    }
    if !plan.tlds.is_empty() {
        facts = facts.fact(page.t("estate-plan-tlds"), tlds(plan));
    }
    Panel::new(page.t("estate-facts"))
        .id("facts")
        .add(
            facts
                .fact(page.t("estate-visibility"), visibility(page, plan.private))
                .fact(page.t("estate-renewals-offered"), renewals.join(", "))
                .fact(page.t("estate-made"), page.instant(plan.created_at)),
        )
        .view()
}

fn archive(page: &Page, plan: &PlanView) -> Option<Panel> {
    if plan.state != PlanState::Active || !page.may("plans.archive") {
        return None;
    }
    let button = ActionButton::new(page, "plans.archive", page.t("estate-plan-archive"))
        .hidden("plan_id", plan.id.as_str())
        .confirm(page.t("estate-plan-archive-question"), Vec::new());
    Some(
        Panel::new(page.t("estate-plan-archive"))
            .id("archive")
            .tone(Tone::Bad)
            .add(stack(vec![muted(page.t("estate-plan-archive-text")), button.view()])),
    )
}
