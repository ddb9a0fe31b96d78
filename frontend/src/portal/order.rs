//! Ordering a server: choose a plan, say how it is to be, see the price, accept.
//! Nothing is bound before the last button.

use hostwright_kernel::{Currency, Money};
use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::policy::{Action, MemberRole};
use hostwright_panel::billing::totals::LineKind;
use hostwright_panel::catalogue::model::{PlanView, PriceId, PriceState, PriceView, RenewalChoice, Sizes};
use hostwright_panel::customers::model::CustomerView;
use hostwright_panel::images::model::ImageView;
use hostwright_panel::orders::model::Quote;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::{Error, Result};
use hostwright_panel::{catalogue, customers, images};

use super::{money, words};
use crate::page::{Page, Tone, encode};
use crate::route::Visit;
use crate::ui::{
    ButtonLink, Choice, Empty, Facts, Field, Filters, Form, Notes, Panel, Piece, PriceSummary, Shell, grid, html,
    muted, row,
};
use leptos::prelude::*;

/// More plans and images than any provider shows.
const ALL: i64 = 200;

/// The plans, or the form for the chosen one.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let call = &visit.call;
    call.authorize(Action::QuoteOrder)?;
    let customers = owned(call).await?;
    let page = &visit.page;
    let wanted = visit.params.get("customer_id");
    let chosen = customers
        .iter()
        .find(|customer| wanted.is_none_or(|id| customer.id.as_str() == id))
        .or_else(|| customers.first());
    let Some(customer) = chosen else {
        let none = Empty::new(page.t("portal-order-no-customer"), page.t("portal-order-no-customer-text"));
        return Ok(Shell::new(page, page.t("portal-order")).add(none).render());
    };
    let everything = || ListInput { limit: Some(ALL), ..ListInput::default() };
    let mut plans = catalogue::queries::list(call, everything()).await?.items;
    plans.retain(|plan| !plan.private && plan.kind.has_sizes() && !offers(plan, customer.currency).is_empty());
    let price_id: Option<PriceId> = visit.params.get("price_id").and_then(|id| id.parse().ok());
    let choice = price_id
        .and_then(|id| plans.iter().find_map(|plan| Some((plan, plan.prices.iter().find(|price| price.id == id)?))));
    match choice {
        Some((plan, price)) => {
            let images = images::queries::list(call, everything()).await?.items;
            Ok(configure(page, customer, plan, price, &images))
        }
        None => Ok(choose(page, &customers, customer, &plans)),
    }
}

/// The customers for which the caller may order.
async fn owned(call: &Call) -> Result<Vec<CustomerView>> {
    let mine: Vec<String> = call
        .person()?
        .memberships
        .iter()
        .filter(|(_, role)| *role == MemberRole::Owner)
        .map(|(customer, _)| customer.clone())
        .collect();
    let mut found = customers::queries::list(call, ListInput { limit: Some(ALL), ..ListInput::default() }).await?.items;
    found.retain(|customer| mine.iter().any(|id| id == customer.id.as_str()));
    Ok(found)
}

fn offers(plan: &PlanView, currency: Currency) -> Vec<&PriceView> {
    plan.prices.iter().filter(|price| price.state == PriceState::Active && price.amount.currency == currency).collect()
}

fn choose(page: &Page, customers: &[CustomerView], customer: &CustomerView, plans: &[PlanView]) -> String {
    let mut shell = Shell::new(page, page.t("portal-order"))
        .crumb(page.t("portal-servers"), "/portal/servers")
        .subtitle(page.t("portal-order-step-plan"));
    if customers.len() > 1 {
        let mut filters = Filters::new(page);
        for other in customers {
            let name = other.company.clone().unwrap_or_else(|| other.name.clone());
            filters =
                filters.link(name, page.with_query("customer_id", Some(other.id.as_str())), other.id == customer.id);
        }
        shell = shell.add(filters);
    }
    if plans.is_empty() {
        return shell.add(Empty::new(page.t("portal-order-no-plans"), page.t("portal-order-no-plans-text"))).render();
    }
    let cards = plans.iter().map(|plan| card(page, customer, plan).view()).collect();
    shell.add(grid("thirds", cards)).add(muted(page.t("portal-order-net"))).render()
}

fn card(page: &Page, customer: &CustomerView, plan: &PlanView) -> Panel {
    let traffic = if plan.traffic_gib == 0 {
        page.t("portal-traffic-free")
    } else {
        page.t_with("portal-traffic", &[("gib", page.count(plan.traffic_gib).into())])
    };
    let facts = Facts::new()
        .fact(page.t("portal-plan-vcpus"), page.count(plan.vcpus))
        .fact(page.t("portal-plan-memory"), words::mib(page, plan.memory_mib))
        .fact(page.t("portal-plan-disk"), format!("{} GiB", page.count(plan.disk_gib)))
        .fact(page.t("portal-plan-traffic"), traffic);
    let mut panel = Panel::new(plan.name.clone()).id(plan.id.to_string());
    if !plan.description.is_empty() {
        panel = panel.add(muted(&plan.description));
    }
    panel = panel.add(facts);
    for price in offers(plan, customer.currency) {
        let label = page.t_with(
            "portal-price-per",
            &[("amount", page.money(price.amount).into()), ("months", price.months.count().into())],
        );
        let href = format!("/portal/order?customer_id={}&price_id={}", customer.id, price.id);
        let setup = price
            .setup
            .is_positive()
            .then(|| muted(page.t_with("portal-setup-fee", &[("amount", page.money(price.setup).into())])));
        let choose = ButtonLink::primary(page.t("portal-order-choose"), href).view();
        panel = panel.add(row(vec![choose, html(view! { <strong>{label}</strong> }), setup.view()]));
    }
    panel
}

fn configure(page: &Page, customer: &CustomerView, plan: &PlanView, price: &PriceView, images: &[ImageView]) -> String {
    let systems: Vec<Choice> = images
        .iter()
        .map(|image| {
            let fits = plan.memory_mib >= image.minimums.memory_mib && plan.disk_gib >= image.minimums.disk_gib;
            let choice = Choice::new(image.id.as_str(), image.name.clone());
            if fits { choice } else { choice.detail(page.t("portal-order-image-too-large")).disabled() }
        })
        .collect();
    let back = format!("/portal/order?customer_id={}", customer.id);
    let shell = Shell::new(page, page.t("portal-order"))
        .crumb(page.t("portal-servers"), "/portal/servers")
        .crumb(page.t("portal-plans"), back.clone())
        .subtitle(page.t("portal-order-step-details"));
    if systems.is_empty() {
        return shell.add(Empty::new(page.t("portal-order-no-images"), page.t("portal-order-no-plans-text"))).render();
    }
    let first =
        images.iter().find(|image| plan.memory_mib >= image.minimums.memory_mib).map(|image| image.id.to_string());
    let renewals: Vec<Choice> = plan
        .renewal_choices
        .iter()
        .map(|choice| {
            Choice::new(choice.as_str(), words::renewal(page, *choice))
                .detail(page.t(&format!("portal-renewal-{choice}-hint")))
        })
        .collect();
    let usual = plan.renewal_choices.iter().find(|choice| **choice == RenewalChoice::Automatic);
    let usual = usual.or_else(|| plan.renewal_choices.first()).map(|choice| choice.as_str());
    let form = Form::new(page, "orders.quote")
        .id("order")
        .hidden("customer_id", customer.id.as_str())
        .hidden("plan_id", plan.id.as_str())
        .hidden("price_id", price.id.as_str())
        .then("/portal/order/confirm?token={token}")
        .field(Field::radios("image_id", page.t("portal-server-system"), systems).maybe(first))
        .field(
            Field::text("hostname", page.t("portal-hostname"))
                .hint(page.t("portal-hostname-hint"))
                .placeholder("web-01")
                .max_length(253),
        )
        .field(
            Field::textarea("ssh_keys", page.t("portal-keys"), 4)
                .optional()
                .placeholder("ssh-ed25519 AAAA\u{2026}")
                .hint(page.t("portal-keys-hint")),
        )
        .field(Field::radios("renewal", page.t("portal-then"), renewals).maybe(usual))
        .submit(page.t("portal-order-show-price"))
        .cancel(page.t("portal-order-other-plan"), back);
    shell
        .add(grid(
            "main-side",
            vec![Panel::new(page.t("portal-order-your-server")).add(form).view(), chosen(page, plan, price).view()],
        ))
        .render()
}

fn chosen(page: &Page, plan: &PlanView, price: &PriceView) -> Panel {
    let per = page.t_with(
        "portal-price-per",
        &[("amount", page.money(price.amount).into()), ("months", price.months.count().into())],
    );
    let setup = price.setup.is_positive().then(|| page.money(price.setup));
    let facts = Facts::new()
        .fact(page.t("portal-server-size"), words::size(page, plan.vcpus, plan.memory_mib, plan.disk_gib))
        .fact(page.t("portal-price"), per)
        .maybe(page.t("portal-setup"), setup);
    Panel::new(plan.name.clone()).id("plan").add(facts).add(muted(page.t("portal-order-net")))
}

/// The quote: what it costs now, what comes next, and the button that binds.
///
/// # Errors
/// Not found for customers of others.
pub async fn confirm(visit: Visit) -> Result<String> {
    let call = &visit.call;
    call.authorize(Action::PlaceOrder)?;
    let token = visit.params.get("token").unwrap_or_default();
    let page = &visit.page;
    let shell = Shell::new(page, page.t("portal-order"))
        .crumb(page.t("portal-servers"), "/portal/servers")
        .crumb(page.t("portal-plans"), "/portal/order")
        .subtitle(page.t("portal-order-step-accept"));
    let quote = match Quote::verify(&call.vault, token, call.now()) {
        Ok(quote) => quote,
        Err(Error::Refused(refusal)) => {
            let again = Notes::new(Tone::Warn, page.t(&format!("error-{}", refusal.code)))
                .add(ButtonLink::primary(page.t("portal-order-again"), "/portal/order"));
            return Ok(shell.add(again).render());
        }
        Err(error) => return Err(error),
    };
    call.authorize_for(Action::PlaceOrder, quote.wish.customer_id.as_str())?;
    let details = details(call, &quote).await?;
    let (form, wish) = (accept(page, &quote, token, &details), wish(page, &quote, &details));
    let panels = vec![Panel::new(page.t("portal-order-yours")).add(form).view(), wish.view()];
    Ok(shell.add(grid("main-side", panels)).render())
}

struct Details {
    customer: String,
    plan: String,
    sizes: Sizes,
    image: String,
    next: Option<(hostwright_kernel::Day, Money)>,
}

async fn details(call: &Call, quote: &Quote) -> Result<Details> {
    let (wish, period) = (quote.wish.clone(), quote.period);
    call.db
        .read(move |tx| {
            let plan = catalogue::queries::load_in(tx, &wish.plan_id)?;
            let price = catalogue::queries::price_in(tx, &wish.price_id)?;
            let customer = customers::queries::load_in(tx, wish.customer_id.as_str())?;
            let next = match wish.renewal {
                RenewalChoice::Expire => None,
                RenewalChoice::Automatic => {
                    let day = money::invoice_day_in(tx, period.end)?;
                    Some((day, money::gross_in(tx, wish.customer_id.as_str(), price.amount)?))
                }
            };
            Ok(Details {
                customer: customer.display_name().to_owned(),
                plan: plan.name,
                sizes: plan.sizes.unwrap_or_default(),
                image: images::queries::load_in(tx, &wish.image_id)?.name,
                next,
            })
        })
        .await
}

fn accept<'a>(page: &'a Page, quote: &Quote, token: &str, details: &Details) -> Form<'a> {
    let days = page.t_with(
        "portal-period",
        &[("from", page.day(quote.period.start).into()), ("to", page.day(quote.period.last_day()).into())],
    );
    let mut summary = PriceSummary::new(page, page.t("portal-order-price"));
    for line in &quote.lines {
        let detail = if line.kind == LineKind::Recurring { days.clone() } else { page.t("portal-order-once") };
        summary = summary.line(line.description.clone(), Some(detail), line.net);
    }
    summary = summary
        .subtotal(page.t("portal-net"), quote.net)
        .subtotal(page.t("portal-tax"), quote.tax)
        .total(page.t("portal-order-total"), quote.total);
    let next = match details.next {
        Some((day, total)) => {
            page.t_with("portal-order-next", &[("day", page.day(day).into()), ("total", page.money(total).into())])
        }
        None => page.t_with("portal-order-ends", &[("day", page.day(quote.period.last_day()).into())]),
    };
    summary = summary.next(next);
    let note = quote.tax_note.as_ref().map(|note| muted(page.t(&format!("billing-note-{}", note.replace('_', "-")))));
    let back = format!(
        "/portal/order?customer_id={}&price_id={}",
        quote.wish.customer_id,
        encode(quote.wish.price_id.as_str())
    );
    Form::new(page, "orders.place")
        .id("accept")
        .hidden("token", token)
        .then("/portal/invoices/{invoice_id}")
        .piece(summary)
        .piece(note)
        .piece(muted(page.t_with("portal-order-good-until", &[("until", page.instant(quote.expires_at).into())])))
        .submit(page.t_with("portal-order-accept", &[("total", page.money(quote.total).into())]))
        .cancel(page.t("portal-order-change"), back)
}

fn wish(page: &Page, quote: &Quote, details: &Details) -> Panel {
    let Sizes { vcpus, memory_mib, disk_gib, .. } = details.sizes;
    let keys = page.t_with("portal-keys-count", &[("count", quote.wish.ssh_keys.len().into())]);
    let facts = Facts::new()
        .fact(page.t("portal-hostname"), &quote.wish.hostname)
        .fact(page.t("portal-plan"), &details.plan)
        .fact(page.t("portal-server-size"), words::size(page, vcpus, memory_mib, disk_gib))
        .fact(page.t("portal-server-system"), &details.image)
        .fact(page.t("portal-keys"), keys)
        .fact(page.t("portal-then"), words::renewal(page, quote.wish.renewal))
        .fact(page.t("portal-customer"), &details.customer);
    Panel::new(page.t("portal-order-your-server")).id("wish").add(facts)
}
