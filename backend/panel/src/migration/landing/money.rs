//! Subscriptions, documents, payments, tokens and balances.

use hostwright_importer::snapshot::values::Cycle;
use hostwright_importer::snapshot::{
    CreditEntry, Domain, DomainStatus, Invoice, InvoiceLine, Party, Payment, PaymentToken, Subscription,
    SubscriptionStatus,
};
use hostwright_kernel::Money;

use super::{Ground, Landed, told};
use crate::auth::adoption::Landing;
use crate::billing::history::model::PastMoney;
use crate::billing::history::{
    AdoptInvoice, AdoptPayment, AdoptToken, Opening, adopt_balance_in, adopt_invoice_in, adopt_payment_in,
    adopt_token_in,
};
use crate::catalogue::model::{Plan, Price};
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::subscriptions::adoption::{AdoptSubscription, adopt_in, mapped_state};

/// Lands a subscription on the plan that its product is mapped to. It is held until the switch.
pub(in crate::migration) fn subscription(
    tx: &mut Tx<'_>,
    ground: &Ground,
    landing: &Landing<'_>,
    customer_id: &str,
    (plan, prices): &(Plan, Vec<Price>),
    subscription: &Subscription,
) -> Result<Landed> {
    let adopted = AdoptSubscription {
        customer_id,
        plan,
        prices,
        subscription,
        state: mapped_state(subscription.status),
        is_next_invoiced: false,
        is_held: true,
        currency: ground.source.settings.currency,
    };
    let adopted = adopt_in(tx, landing, &adopted)?;
    Ok(Landed::of("subscriptions", Some(customer_id), &adopted))
}

/// A registration as the subscription that it is billed as.
#[must_use]
pub(in crate::migration) fn registration(domain: &Domain) -> Subscription {
    let status = match domain.status {
        DomainStatus::Pending | DomainStatus::PendingRegistration | DomainStatus::PendingTransfer => {
            SubscriptionStatus::Pending
        }
        DomainStatus::Active => SubscriptionStatus::Active,
        DomainStatus::Grace | DomainStatus::Redemption | DomainStatus::Expired => SubscriptionStatus::Expired,
        DomainStatus::Cancelled | DomainStatus::TransferredAway => SubscriptionStatus::Cancelled,
        DomainStatus::Fraud => SubscriptionStatus::Fraud,
    };
    let years = domain.years.filter(|years| (1..=100).contains(years)).unwrap_or(1);
    Subscription {
        id: domain.id.clone(),
        party: domain.party.clone(),
        name: domain.name.clone(),
        status,
        cycle: Some(Cycle::Months(years.saturating_mul(12))),
        price: domain.price,
        first_price: domain.first_price,
        transfer_fee: domain.transfer_fee,
        started: domain.registered,
        expires: domain.expires,
        next_due: domain.next_due.or(domain.expires),
        next_invoice: domain.next_invoice,
        cancel_at_period_end: domain.will_not_renew,
        domains: vec![domain.name.clone()],
        payment_method: domain.payment_method.clone(),
        notes: domain.notes.clone(),
        ..Subscription::default()
    }
}

/// Lands a document with its lines and payments; the payments' ids follow in their order.
pub(in crate::migration) fn invoice(
    tx: &mut Tx<'_>,
    ground: &Ground,
    landing: &Landing<'_>,
    customer_id: &str,
    invoice: &Invoice,
    lines: &[InvoiceLine],
    payments: &[Payment],
) -> Result<(Landed, Vec<String>)> {
    let day = ground.today(tx);
    let adopted = AdoptInvoice { customer_id, invoice, lines, payments, corrects: None };
    let adopted = adopt_invoice_in(tx, landing, &adopted, day)?;
    let landed = Landed {
        slice: "billing",
        object_id: adopted.id.to_string(),
        customer_id: Some(customer_id.to_owned()),
        was_there: false,
        remarks: told(&adopted.remarks),
    };
    Ok((landed, adopted.payments.iter().map(ToString::to_string).collect()))
}

/// Lands a payment that came later than its document, or belongs to none.
pub(in crate::migration) fn payment(
    tx: &mut Tx<'_>,
    ground: &Ground,
    landing: &Landing<'_>,
    customer_id: &str,
    invoice: Option<&str>,
    payment: &Payment,
) -> Result<Landed> {
    let invoice = invoice.map(str::parse).transpose().map_err(Error::internal)?;
    let day = ground.today(tx);
    let adopted = AdoptPayment { customer_id, invoice, money: PastMoney::Payment(payment) };
    let adopted = adopt_payment_in(tx, landing, &adopted, day)?;
    Ok(Landed::of("billing", Some(customer_id), &adopted))
}

/// Lands an entry of the credit history; it is told and moves no money.
pub(in crate::migration) fn credit_entry(
    tx: &mut Tx<'_>,
    ground: &Ground,
    landing: &Landing<'_>,
    customer_id: &str,
    entry: &CreditEntry,
) -> Result<Landed> {
    let day = ground.today(tx);
    let adopted = AdoptPayment { customer_id, invoice: None, money: PastMoney::Credit(entry) };
    let adopted = adopt_payment_in(tx, landing, &adopted, day)?;
    Ok(Landed::of("billing", Some(customer_id), &adopted))
}

/// Lands a card or account as its provider's token.
pub(in crate::migration) fn token(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer_id: &str,
    token: &PaymentToken,
) -> Result<Landed> {
    let adopted = adopt_token_in(tx, landing, &AdoptToken { customer_id, token })?;
    Ok(Landed::of("billing", Some(customer_id), &adopted))
}

/// What of a balance is posted: credit as it is; of what is owed only what no open document of
/// the same source says already, for else it would be owed twice.
///
/// # Errors
/// When the sums leave 64 bits.
pub(in crate::migration) fn opening(balance: Money, open: Money) -> Result<Money> {
    if balance.minor >= 0 || balance.currency != open.currency {
        return Ok(balance);
    }
    let rest = balance.add(open)?;
    Ok(if rest.minor > 0 { Money::zero(balance.currency) } else { rest })
}

/// Lands a party's balance, if it has one that is anything.
pub(in crate::migration) fn balance(
    tx: &mut Tx<'_>,
    ground: &Ground,
    landing: &Landing<'_>,
    customer_id: &str,
    party: &Party,
    open: Money,
) -> Result<Option<Landed>> {
    let Some(told) = party.balance.as_ref() else {
        return Ok(None);
    };
    let whole = told.money()?;
    let posted = opening(whole, open)?;
    let day = ground.today(tx);
    let reference = format!("{} {}", ground.source.settings.name, party.id);
    let object_id = match adopt_balance_in(tx, landing, customer_id, posted, &reference, day)? {
        Opening::Nothing if whole.is_zero() => return Ok(None),
        Opening::Nothing => String::new(),
        Opening::Credit(id) => id.to_string(),
        Opening::Owed(id) => id.to_string(),
    };
    let remarks = if posted == whole { Vec::new() } else { vec![format!("owed_by_documents: {whole}")] };
    Ok(Some(Landed {
        slice: "billing",
        was_there: object_id.is_empty(),
        object_id,
        customer_id: Some(customer_id.to_owned()),
        remarks,
    }))
}
