//! Ordering for a customer, in four steps that work without JavaScript: who, what
//! at which price, how, and the quote. What is shown at the end is what is charged.

use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing::totals::LineKind;
use hostwright_panel::catalogue;
use hostwright_panel::catalogue::model::{PlanState, PlanView, PriceState, PriceView};
use hostwright_panel::customers;
use hostwright_panel::customers::model::CustomerView;
use hostwright_panel::images;
use hostwright_panel::images::model::{ImageState, ImageView};
use hostwright_panel::orders::model::Quote;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::{Error, ListInput, Refusal};
use leptos::prelude::AnyView;

use super::super::{pick, words};
use crate::page::{Page, Tone};
use crate::portal::words as common;
use crate::route::Visit;
use crate::ui::*;

/// The most plans and images that are offered at once.
const OFFERED: i64 = 200;

/// Who, what, how.
///
/// # Errors
/// When the caller may not, or the customer is not known.
pub async fn show(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::PlaceOrder)?;
    let Some(customer) = pick::chosen(&visit).await? else {
        let body = pick::customer(&visit, "office-customers-search").await?;
        return Ok(frame(&visit.page, None).add(body).render());
    };
    let all = || ListInput { limit: Some(OFFERED), ..ListInput::default() };
    let plans = catalogue::queries::list(&visit.call, all()).await?.items;
    let chosen = visit.params.get("price_id").and_then(|id| price(&plans, id));
    let page = &visit.page;
    let Some((plan, price)) = chosen else {
        return Ok(frame(page, Some(&customer)).add(plan_list(page, &customer, &plans)).render());
    };
    let images = images::queries::list(&visit.call, all()).await?.items;
    Ok(frame(page, Some(&customer)).add(details(page, &customer, plan, price, &images)).render())
}

fn frame<'a>(page: &'a Page, customer: Option<&CustomerView>) -> Shell<'a> {
    let shell = Shell::new(page, page.t("office-order-new")).crumb(page.t("office-orders"), "/staff/orders");
    match customer {
        None => shell,
        Some(customer) => shell
            .crumb(words::called(customer), format!("/staff/customers/{}", customer.id))
            .subtitle(page.t_with("office-order-for", &[("name", words::called(customer).to_owned().into())])),
    }
}

fn price<'a>(plans: &'a [PlanView], id: &str) -> Option<(&'a PlanView, &'a PriceView)> {
    plans.iter().find_map(|plan| Some((plan, plan.prices.iter().find(|price| price.id.as_str() == id)?)))
}

/// Every price in the customer's currency.
fn plan_list(page: &Page, customer: &CustomerView, plans: &[PlanView]) -> AnyView {
    let mut rows = Vec::new();
    for plan in plans.iter().filter(|plan| plan.state == PlanState::Active && plan.kind.has_sizes()) {
        let fits = |price: &&PriceView| price.state == PriceState::Active && price.amount.currency == customer.currency;
        for price in plan.prices.iter().filter(fits) {
            let href = format!("/staff/orders/new?customer_id={}&price_id={}", customer.id, price.id);
            let name = if plan.private {
                page.t_with("office-plan-private", &[("name", plan.name.clone().into())])
            } else {
                plan.name.clone()
            };
            rows.push(
                Row::to(href)
                    .cell(name)
                    .cell(common::size(page, plan.vcpus, plan.memory_mib, plan.disk_gib))
                    .cell(common::months(page, price.months))
                    .cell(money(page, price.setup))
                    .cell(money(page, price.amount)),
            );
        }
    }
    let table = Table::new(page.t("office-plans"))
        .plain()
        .column(Column::text(page.t("office-plan")))
        .column(Column::text(page.t("office-sizes")).minor())
        .column(Column::text(page.t("office-period")))
        .column(Column::number(page.t("office-setup-fee")).minor())
        .column(Column::number(page.t("office-price")))
        .rows(rows)
        .empty(
            Empty::new(
                page.t("office-plans-none"),
                page.t_with("office-plans-none-text", &[("currency", customer.currency.code().to_owned().into())]),
            )
            .action(words::button_for(page, "plans.set_price", "office-to-plans", "/staff/plans")),
        );
    Panel::new(page.t("office-order-choose-plan")).id("plans").flush().add(table).view()
}

fn details(page: &Page, customer: &CustomerView, plan: &PlanView, price: &PriceView, images: &[ImageView]) -> AnyView {
    let offered: Vec<Choice> = images
        .iter()
        .filter(|image| image.state == ImageState::Active)
        .map(|image| {
            let fits = image.minimums.memory_mib <= plan.memory_mib && image.minimums.disk_gib <= plan.disk_gib;
            let choice = Choice::new(image.id.as_str(), &image.name);
            if fits { choice } else { choice.detail(page.t("office-image-too-large")).disabled() }
        })
        .collect();
    if offered.is_empty() {
        return Empty::new(page.t("office-images-none"), page.t("office-images-none-text"))
            .action(words::button_for(page, "images.register", "office-to-images", "/staff/images"))
            .view();
    }
    let first = images.iter().find(|image| {
        image.state == ImageState::Active
            && image.minimums.memory_mib <= plan.memory_mib
            && image.minimums.disk_gib <= plan.disk_gib
    });
    let renewals: Vec<Choice> = plan
        .renewal_choices
        .iter()
        .map(|choice| Choice::new(choice.to_string(), common::renewal(page, *choice)))
        .collect();
    let form = Form::new(page, "orders.quote")
        .id("wish")
        .hidden("customer_id", customer.id.as_str())
        .hidden("plan_id", plan.id.as_str())
        .hidden("price_id", price.id.as_str())
        .then("/staff/orders/confirm?token={token}")
        .field(Field::radios("image_id", page.t("office-image"), offered).maybe(first.map(|image| image.id.as_str())))
        .field(
            Field::text("hostname", page.t("office-hostname"))
                .hint(page.t("office-hostname-hint"))
                .placeholder("web-01.example.com"),
        )
        .field(
            Field::textarea("ssh_keys", page.t("office-ssh-keys"), 3).optional().hint(page.t("office-ssh-keys-hint")),
        )
        .field(
            Field::radios("renewal", page.t("office-renewal"), renewals)
                .maybe(plan.renewal_choices.first().map(ToString::to_string)),
        )
        .submit(page.t("office-order-quote"))
        .cancel(page.t("office-order-other-plan"), format!("/staff/orders/new?customer_id={}", customer.id));
    let mut facts = Facts::new()
        .fact(page.t("office-plan"), &plan.name)
        .fact(page.t("office-sizes"), common::size(page, plan.vcpus, plan.memory_mib, plan.disk_gib))
        .fact(page.t("office-period"), common::months(page, price.months))
        .fact(page.t("office-price"), money(page, price.amount));
    if price.setup.is_positive() {
        facts = facts.fact(page.t("office-setup-fee"), money(page, price.setup));
    }
    grid(
        "main-side",
        vec![
            Panel::new(page.t("office-order-details")).id("details").add(form).view(),
            Panel::new(page.t("office-order-chosen"))
                .id("chosen")
                .add(facts)
                .add(muted(page.t("office-without-tax")))
                .view(),
        ],
    )
}

/// The quote, and the button that accepts it.
///
/// # Errors
/// Not found for an unknown customer; a quote that is not ours or too old is said on
/// the page, with the way to a new one.
pub async fn confirm(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::PlaceOrder)?;
    let token = visit.params.get("token").unwrap_or_default().to_owned();
    let quote = match Quote::verify(&visit.call.vault, &token, visit.call.now()) {
        Ok(quote) => quote,
        Err(Error::Refused(refusal)) => return Ok(draw_again(&visit.page, &refusal)),
        Err(error) => return Err(error),
    };
    let customer_id = quote.wish.customer_id.clone();
    let customer = customers::queries::show(&visit.call, customers::queries::ShowCustomer { customer_id }).await?;
    let plan_id = quote.wish.plan_id.clone();
    let plan = catalogue::queries::show(&visit.call, catalogue::queries::ShowPlan { plan_id }).await?;
    Ok(draw_confirm(&visit.page, &customer, &plan, &quote, &token))
}

fn draw_again(page: &Page, refusal: &Refusal) -> String {
    let again = ButtonLink::primary(page.t("office-order-new"), "/staff/orders/new");
    let told = page.t(&format!("error-{}", refusal.code));
    frame(page, None).add(Notes::new(Tone::Warn, told).add(again)).render()
}

fn draw_confirm(page: &Page, customer: &CustomerView, plan: &PlanView, quote: &Quote, token: &str) -> String {
    let mut summary = PriceSummary::new(page, page.t("office-order-price"));
    for line in &quote.lines {
        let detail = match line.kind {
            LineKind::Recurring => words::period(page, quote.period),
            _ => page.t("office-line-setup"),
        };
        summary = summary.line(&line.description, Some(detail), line.net);
    }
    summary = summary
        .subtotal(page.t("office-net"), quote.net)
        .subtotal(page.t("office-tax"), quote.tax)
        .total(page.t("office-order-total"), quote.total);
    summary = summary.next(next(page, plan, quote));
    let form = Form::new(page, "orders.place")
        .id("accept")
        .hidden("token", token)
        .then("/staff/invoices/{invoice_id}")
        .piece(summary)
        .piece(quote.tax_note.clone().map(|note| Notes::new(Tone::Quiet, note)))
        .submit(page.t_with("office-order-place", &[("amount", page.money(quote.total).into())]))
        .cancel(
            page.t("office-order-change"),
            format!("/staff/orders/new?customer_id={}&price_id={}", customer.id, quote.wish.price_id),
        );
    let keys = quote.wish.ssh_keys.len();
    let facts = Facts::new()
        .fact(page.t("office-customer"), link(format!("/staff/customers/{}", customer.id), words::called(customer)))
        .fact(page.t("office-plan"), &plan.name)
        .fact(page.t("office-hostname"), &quote.wish.hostname)
        .fact(page.t("office-ssh-keys"), page.count(i64::try_from(keys).unwrap_or(0)))
        .fact(page.t("office-period"), words::period(page, quote.period))
        .fact(page.t("office-renewal"), common::renewal(page, quote.wish.renewal))
        .fact(page.t("office-quote-until"), page.instant(quote.expires_at));
    frame(page, Some(customer))
        .add(grid(
            "main-side",
            vec![
                Panel::new(page.t("office-order-confirm")).id("quote").add(form).view(),
                Panel::new(page.t("office-order-wish")).id("wish").add(facts).view(),
            ],
        ))
        .render()
}

/// What is charged next and when; that nothing is, when it ends by itself.
fn next(page: &Page, plan: &PlanView, quote: &Quote) -> String {
    use hostwright_panel::catalogue::model::RenewalChoice;
    let price = plan.prices.iter().find(|price| price.id == quote.wish.price_id);
    match (quote.wish.renewal, price) {
        (RenewalChoice::Automatic, Some(price)) => page.t_with(
            "office-order-next",
            &[("amount", page.money(price.amount).into()), ("day", page.day(quote.period.end).into())],
        ),
        _ => page.t_with("office-order-ends", &[("day", page.day(quote.period.end).into())]),
    }
}
