//! Quoting and ordering.

use hostwright_kernel::Period;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::OrderRefusal;
use super::model::{OrderId, OrderView, QUOTE_SECONDS, Quote, QuoteId, QuoteLine, QuoteOrder, QuoteView};
use super::store;
use crate::auth::call::{Call, Changed};
use crate::auth::policy::Action;
use crate::billing::invoices::model::{InvoicePurpose, NewInvoice, NewLine};
use crate::billing::totals::{self, LineInput, LineKind};
use crate::billing::{entity, invoices, tax};
use crate::catalogue::model::{Plan, Price, RenewalChoice, Sizes};
use crate::customers::model::{Customer, CustomerState};
use crate::images::model::Image;
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::renewals;
use crate::servers::commands::NewServer;
use crate::subscriptions::model::{NewSubscription, SubscriptionId};
use crate::{catalogue, customers, images, nodes, servers, subscriptions};

/// The token of a quote.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// As the quote gave it.
    pub token: String,
}

/// Everything that a wish refers to, as it is now.
struct Offer {
    customer: Customer,
    plan: Plan,
    sizes: Sizes,
    price: Price,
    image: Image,
}

/// Computes what a wish costs, and signs it. Nothing is reserved yet.
///
/// # Errors
/// Names the field of whatever is not on offer.
pub async fn quote(call: &Call, wish: QuoteOrder) -> Result<QuoteView> {
    let scope = call.authorize_for(Action::QuoteOrder, wish.customer_id.as_str())?;
    let vault = call.vault.clone();
    let is_staff = call.is_staff();
    call.write(&scope, move |tx| {
        let offer = load_offer(tx, &wish, is_staff)?;
        // Checked as it will be reserved, for a subscription that is never written.
        servers::commands::check(&new_server(&offer, &wish, SubscriptionId::new()))?;
        new_subscription(tx, &offer, &wish).order(tx.now())?;
        let quote = compute(tx, &offer, &wish)?;
        let view = view(&offer, &quote, quote.sign(&vault)?);
        Ok(Changed::new(&quote.id, view).of(&wish.customer_id).noting("plan_id", wish.plan_id.as_str()))
    })
    .await
}

/// Accepts a quote: subscription, server with capacity, address and MAC, and the
/// issued first invoice, in one transaction. Accepting again gives the same order.
///
/// # Errors
/// When the quote is not good any more, or no node or address is free.
pub async fn place(call: &Call, input: PlaceOrder) -> Result<OrderView> {
    let scope = call.authorize(Action::PlaceOrder)?;
    let quote = Quote::verify(&call.vault, &input.token, call.now())?;
    scope.require(quote.wish.customer_id.as_str())?;
    let is_staff = call.is_staff();
    call.write(&scope, move |tx| {
        // Orders of a customer take turns, so that whoever accepts the same quote at
        // the same moment finds the order that was made.
        customers::queries::take_turn_in(tx, quote.wish.customer_id.as_str())?;
        let order = match store::of_quote(tx, &quote.id)? {
            Some(order) => order,
            None => accept(tx, &quote, is_staff)?,
        };
        let changed = Changed::new(&order.id, order.clone()).of(&order.customer_id);
        Ok(changed.noting("invoice_id", order.invoice_id).noting("total", order.total.to_string()))
    })
    .await
}

fn accept(tx: &mut Tx<'_>, quote: &Quote, is_staff: bool) -> Result<OrderView> {
    let wish = &quote.wish;
    let offer = load_offer(tx, wish, is_staff)?;
    let again = compute(tx, &offer, wish)?;
    if !quote.charges_like(&again) {
        return Err(OrderRefusal::QuoteChanged.into());
    }
    let new = new_subscription(tx, &offer, wish);
    let subscription = subscriptions::commands::create_in(tx, &new)?;
    let server = servers::commands::reserve_in(tx, &new_server(&offer, wish, subscription.id.clone()))?;
    let lines = lines(&offer, wish);
    let invoice = invoices::commands::draft_in(
        tx,
        &NewInvoice {
            customer_id: wish.customer_id.to_string(),
            purpose: InvoicePurpose::Order,
            lines: lines
                .into_iter()
                .map(|line| NewLine {
                    description: line.description,
                    quantity: line.quantity,
                    unit: line.unit,
                    kind: line.kind,
                    subscription_id: Some(subscription.id.to_string()),
                    period: Some(again.period),
                })
                .collect(),
        },
    )?;
    let due_days = renewals::queries::ladder_in(tx)?.first_due_days;
    let invoice = invoices::commands::issue_in(tx, &invoice.id, due_days)?;
    let order = OrderView {
        id: OrderId::new(),
        customer_id: wish.customer_id.to_string(),
        subscription_id: subscription.id.to_string(),
        invoice_id: invoice.id.to_string(),
        server_id: server.id.to_string(),
        total: invoice.total,
        created_at: tx.now(),
    };
    store::insert(tx, &order, &quote.id)?;
    Ok(order)
}

fn load_offer(tx: &mut Tx<'_>, wish: &QuoteOrder, is_staff: bool) -> Result<Offer> {
    let customer = customers::queries::load_in(tx, wish.customer_id.as_str())?;
    let (plan, price) = if is_staff {
        catalogue::queries::sellable_privately_in(tx, &wish.plan_id, &wish.price_id)?
    } else {
        catalogue::queries::sellable_in(tx, &wish.plan_id, &wish.price_id)?
    };
    let Some(sizes) = plan.sizes else {
        return Err(OrderRefusal::KindNotOrdered.with("kind", plan.kind).into());
    };
    let image = images::queries::offered_in(tx, &wish.image_id)?;
    if customer.state == CustomerState::Suspended {
        return Err(OrderRefusal::CustomerSuspended.into());
    }
    if price.amount.currency != customer.currency {
        return Err(OrderRefusal::WrongCurrency
            .with("price", price.amount.currency)
            .with("customer", customer.currency)
            .into());
    }
    Ok(Offer { customer, plan, sizes, price, image })
}

fn new_subscription(tx: &Tx<'_>, offer: &Offer, wish: &QuoteOrder) -> NewSubscription {
    NewSubscription {
        customer_id: wish.customer_id.to_string(),
        plan: offer.plan.clone(),
        price: offer.price.clone(),
        start: tx.now().day_in(&offer.customer.zone()),
        renewal: wish.renewal,
    }
}

fn new_server(offer: &Offer, wish: &QuoteOrder, subscription_id: SubscriptionId) -> NewServer {
    NewServer {
        customer_id: wish.customer_id.to_string(),
        subscription_id,
        capacity: nodes::model::Capacity {
            vcpus: offer.sizes.vcpus,
            memory_mib: offer.sizes.memory_mib,
            disk_gib: offer.sizes.disk_gib,
        },
        image: offer.image.clone(),
        hostname: wish.hostname.clone(),
        ssh_keys: wish.ssh_keys.clone(),
    }
}

fn lines(offer: &Offer, wish: &QuoteOrder) -> Vec<LineInput> {
    let line = |description: String, unit, kind| LineInput { description, quantity: 1.into(), unit, kind };
    let what = format!("{} ({})", offer.plan.name, wish.hostname);
    let setup = offer.price.setup.is_positive().then(|| line(what.clone(), offer.price.setup, LineKind::Setup));
    std::iter::once(line(what, offer.price.amount, LineKind::Recurring)).chain(setup).collect()
}

fn compute(tx: &mut Tx<'_>, offer: &Offer, wish: &QuoteOrder) -> Result<Quote> {
    let seller = entity::load_in(tx)?;
    let today = seller.today(tx.now());
    let decision = tax::decide_in(tx, &seller, &offer.customer, today)?;
    let totals = totals::compute(&lines(offer, wish), &decision, seller.rounding.mode())?;
    Ok(Quote {
        id: QuoteId::new(),
        wish: wish.clone(),
        lines: totals
            .lines
            .iter()
            .map(|line| QuoteLine { description: line.description.clone(), kind: line.kind, net: line.net })
            .collect(),
        net: totals.net,
        tax: totals.tax,
        total: totals.total,
        tax_note: decision.note.map(|note| note.as_str().to_owned()),
        period: Period::nth(tx.now().day_in(&offer.customer.zone()), offer.price.months, 0),
        expires_at: tx.now().plus_seconds(QUOTE_SECONDS),
    })
}

fn view(offer: &Offer, quote: &Quote, token: String) -> QuoteView {
    QuoteView {
        quote_id: quote.id.clone(),
        token,
        wish: quote.wish.clone(),
        lines: quote.lines.clone(),
        net: quote.net,
        tax: quote.tax,
        total: quote.total,
        tax_note: quote.tax_note.clone(),
        period: quote.period,
        next_net: (quote.wish.renewal == RenewalChoice::Automatic).then_some(offer.price.amount),
        next_day: quote.period.end,
        expires_at: quote.expires_at,
    }
}
