//! An invoice by hand: some lines, kept as a draft until it is issued.

use hostwright_panel::auth::policy::Action;
use hostwright_panel::billing::totals::LineKind;
use hostwright_panel::customers::model::CustomerView;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::subscriptions;
use hostwright_panel::subscriptions::model::SubscriptionView;

use super::super::{pick, words};
use crate::page::Page;
use crate::route::Visit;
use crate::ui::*;

/// Lines that the form begins with, and the most that it offers.
const LINES: (usize, usize) = (3, 20);

/// Draws the page.
///
/// # Errors
/// When the caller may not, or the customer is not known.
pub async fn show(visit: Visit) -> Result<String> {
    visit.call.authorize(Action::DraftInvoice)?;
    let Some(customer) = pick::chosen(&visit).await? else {
        let body = pick::customer(&visit, "office-customers-search").await?;
        return Ok(frame(&visit.page).add(body).render());
    };
    let asked = visit.params.get("lines").and_then(|text| text.parse().ok()).unwrap_or(LINES.0);
    let input = ListInput { customer_id: Some(customer.id.to_string()), ..ListInput::default() };
    let subscriptions = subscriptions::queries::list(&visit.call, input).await?.items;
    Ok(draw(&visit.page, &customer, &subscriptions, asked.clamp(1, LINES.1)))
}

fn frame(page: &Page) -> Shell<'_> {
    Shell::new(page, page.t("office-invoice-new")).crumb(page.t("office-invoices"), "/staff/invoices")
}

fn draw(page: &Page, customer: &CustomerView, subscriptions: &[SubscriptionView], lines: usize) -> String {
    let place = format!("/staff/customers/{}", customer.id);
    let mut form = Form::new(page, "invoices.draft")
        .id("draft")
        .hidden("customer_id", customer.id.as_str())
        .then("/staff/invoices/{id}");
    for index in 0..lines {
        let fields = Line::new(page, customer, subscriptions, index);
        let number = page.t_with("office-line", &[("number", (index + 1).into())]);
        form = form
            .field(fields.description.hint(number))
            .row(vec![fields.quantity, fields.unit])
            .row(std::iter::once(fields.kind).chain(fields.subscription).collect());
    }
    let more = format!("/staff/invoices/new?customer_id={}&lines={}", customer.id, (lines + 3).min(LINES.1));
    let form = form.submit(page.t("office-draft-save")).cancel(page.t("ui-cancel"), &place);
    let mut panel =
        Panel::new(page.t("office-invoice-lines")).id("lines").add(muted(page.t("office-draft-hint"))).add(form);
    if lines < LINES.1 {
        panel = panel.aside(link(more, page.t("office-more-lines")));
    }
    frame(page)
        .crumb(words::called(customer), &place)
        .subtitle(page.t_with("office-invoice-for", &[("name", words::called(customer).to_owned().into())]))
        .add(panel)
        .render()
}

/// The fields of one line.
struct Line {
    description: Field,
    quantity: Field,
    unit: Field,
    kind: Field,
    subscription: Option<Field>,
}

impl Line {
    fn new(page: &Page, customer: &CustomerView, subscriptions: &[SubscriptionView], index: usize) -> Self {
        let name = |part: &str| format!("lines[{index}].{part}");
        let wanted = |field: Field| if index == 0 { field } else { field.optional() };
        let kinds = LineKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.to_string(), page.t(&format!("office-line-{kind}"))))
            .collect();
        let live: Vec<Choice> = subscriptions
            .iter()
            .filter(|subscription| !subscription.state.is_ended())
            .map(|subscription| {
                let since = page.day(subscription.anchor);
                let known = [("plan", subscription.plan_name.clone().into()), ("day", since.into())];
                Choice::new(subscription.id.as_str(), page.t_with("office-plan-since", &known))
            })
            .collect();
        Self {
            description: wanted(Field::text(name("description"), page.t("office-line-description")).max_length(500)),
            quantity: Field::decimal(name("quantity"), page.t("office-line-quantity")).placeholder("1").optional(),
            unit: wanted(Field::money(name("unit"), page.t("office-line-unit"), customer.currency)),
            kind: Field::select(name("kind"), page.t("office-line-kind"), kinds).optional(),
            subscription: (!live.is_empty())
                .then(|| Field::select(name("subscription_id"), page.t("office-line-subscription"), live).optional()),
        }
    }
}
