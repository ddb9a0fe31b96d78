//! One account: what belongs to it, opened and put in the order in which it lands.

use std::collections::BTreeMap;

use hostwright_importer::Record;
use hostwright_importer::snapshot::{InvoiceLine, Payment, TicketMessage};
use hostwright_kernel::Money;

use super::people::ReadyLogin;
use super::{Ground, Landed, Place, land, money, names, people, remember, skip, support};
use crate::auth::adoption::kept_password;
use crate::customers::model::CustomerId;
use crate::migration::collect::model::RecordId;
use crate::migration::collect::staging::open;
use crate::migration::collect::store::{self as records, Sealed};
use crate::migration::transfer::model::{LandingView, NotHere};
use crate::migration::transfer::store::{self, may_land};
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::tickets::model::DepartmentId;

/// The kind under which a balance is remembered; no kind of the snapshot.
pub(in crate::migration) const BALANCE: &str = "balance";
/// The kind under which the name of a registration is remembered; no kind of the snapshot.
pub(in crate::migration) const HELD: &str = "held_domain";

/// Kinds that hang on a party directly, in the order in which they land.
const OF_PARTY: [&str; 9] =
    ["contact", "payment_token", "subscription", "domain", "invoice", "payment", "credit_entry", "ticket", "zone"];

/// A record with its body.
#[derive(Debug, Clone)]
pub(in crate::migration) struct Opened {
    sealed: Sealed,
    body: Record,
}

impl Opened {
    fn id(&self) -> &str {
        &self.sealed.record.external_id
    }
}

/// One thing that lands in one piece.
#[derive(Debug, Clone)]
enum Unit {
    Login(Opened, Box<ReadyLogin>),
    Alone(Opened),
    Invoice { invoice: Opened, lines: Vec<Opened>, payments: Vec<Opened> },
    Ticket { ticket: Opened, messages: Vec<Opened> },
}

/// Everything of an account that can land.
#[derive(Debug, Clone)]
pub(in crate::migration) struct Belongings {
    party: Opened,
    email: Option<String>,
    units: Vec<Unit>,
}

impl Belongings {
    /// In how many pieces it lands, besides the account itself and its balance.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// The party's identifier.
    pub fn party_id(&self) -> &str {
        self.party.id()
    }
}

/// Loads an account with everything that belongs to it; none when it is not there any more.
pub(in crate::migration) async fn load(ground: &Ground, id: RecordId) -> Result<Option<Belongings>> {
    let (source_id, vault) = (ground.source.id.clone(), ground.call.vault.clone());
    let loaded = ground
        .call
        .db
        .read(move |tx| {
            let Some(party) = records::record(tx, &id)?.filter(|party| !party.record.is_gone) else {
                return Ok(None);
            };
            let external = party.record.external_id.clone();
            let mut found = BTreeMap::new();
            for kind in OF_PARTY {
                found.insert(kind, records::of_party(tx, &source_id, &external, &[kind])?);
            }
            let ids = |kind: &str| -> Vec<String> {
                found.get(kind).into_iter().flatten().map(|one| one.record.external_id.clone()).collect()
            };
            let (invoices, tickets) = (ids("invoice"), ids("ticket"));
            let lines = records::of_parents(tx, &source_id, "invoice_line", &invoices)?;
            let paid = records::of_parents(tx, &source_id, "payment", &invoices)?;
            let messages = records::of_parents(tx, &source_id, "ticket_message", &tickets)?;
            let logins: Vec<String> = records::linked_to(tx, &source_id, "party", std::slice::from_ref(&external))?
                .into_iter()
                .filter(|(kind, ..)| kind == "login")
                .map(|(_, login, _)| login)
                .collect();
            let logins = records::by_ids(tx, &source_id, "login", &logins)?;
            Ok(Some((party, found, lines, paid, messages, logins)))
        })
        .await?;
    let Some((party, mut found, lines, paid, messages, logins)) = loaded else {
        return Ok(None);
    };
    let opened = |all: Vec<Sealed>| -> Result<Vec<Opened>> {
        all.into_iter()
            .map(|sealed| {
                let body = open(&vault, &sealed)?;
                Ok(Opened { sealed, body })
            })
            .collect()
    };
    let party = Opened { body: open(&vault, &party)?, sealed: party };
    let mut units = Vec::new();
    let mut email = None;
    for login in opened(logins)? {
        let Record::Login(told) = &login.body else { continue };
        email = email.or_else(|| told.email.clone());
        let (password, needs_new) = kept_password(told.password.as_ref()).await?;
        let ready = ReadyLogin { login: (**told).clone(), password, needs_new };
        units.push(Unit::Login(login, Box::new(ready)));
    }
    let mut lines = by_parent(opened(lines)?);
    let mut messages = by_parent(opened(messages)?);
    let mut payments = opened(paid)?;
    let known: Vec<String> = payments.iter().map(|one| one.id().to_owned()).collect();
    let own = opened(found.remove("payment").unwrap_or_default())?;
    payments.extend(own.into_iter().filter(|one| !known.iter().any(|id| id == one.id())));
    let invoices = opened(found.remove("invoice").unwrap_or_default())?;
    let (with_invoice, alone): (Vec<Opened>, Vec<Opened>) = payments.into_iter().partition(|one| {
        one.sealed.record.parent.as_deref().is_some_and(|parent| invoices.iter().any(|invoice| invoice.id() == parent))
    });
    let mut payments = by_parent(with_invoice);
    for kind in ["contact", "payment_token", "subscription", "domain"] {
        units.extend(opened(found.remove(kind).unwrap_or_default())?.into_iter().map(Unit::Alone));
    }
    for invoice in invoices {
        let lines = lines.remove(invoice.id()).unwrap_or_default();
        let payments = payments.remove(invoice.id()).unwrap_or_default();
        units.push(Unit::Invoice { invoice, lines, payments });
    }
    units.extend(alone.into_iter().map(Unit::Alone));
    units.extend(opened(found.remove("credit_entry").unwrap_or_default())?.into_iter().map(Unit::Alone));
    for ticket in opened(found.remove("ticket").unwrap_or_default())? {
        let messages = messages.remove(ticket.id()).unwrap_or_default();
        units.push(Unit::Ticket { ticket, messages });
    }
    units.extend(opened(found.remove("zone").unwrap_or_default())?.into_iter().map(Unit::Alone));
    Ok(Some(Belongings { party, email, units }))
}

fn by_parent(all: Vec<Opened>) -> BTreeMap<String, Vec<Opened>> {
    let mut found: BTreeMap<String, Vec<Opened>> = BTreeMap::new();
    for one in all {
        found.entry(one.sealed.record.parent.clone().unwrap_or_default()).or_default().push(one);
    }
    found
}

/// Lands the account itself: the customer that it is here, or why it could not land.
pub(in crate::migration) fn land_party(
    tx: &mut Tx<'_>,
    ground: &Ground,
    account: &Belongings,
) -> Result<std::result::Result<CustomerId, String>> {
    let place = Place::of(&account.party.sealed);
    if let Some(here) = here(tx, ground, place)? {
        return here.object_id.parse().map(Ok).map_err(Error::internal);
    }
    if let Some(customer) = &account.party.sealed.record.associated_with {
        let landed = Landed {
            slice: "customers",
            object_id: customer.clone(),
            customer_id: Some(customer.clone()),
            was_there: true,
            remarks: vec!["associated: by hand".to_owned()],
        };
        remember(tx, ground, place, &landed)?;
        return customer.parse().map(Ok).map_err(Error::internal);
    }
    let Record::Party(party) = &account.party.body else {
        return Err(Error::internal("an account that is no party"));
    };
    let landed =
        land(tx, ground, place, |tx, landing| people::party(tx, ground, landing, party, account.email.as_deref()))?;
    match landed {
        Some(landed) => landed.object_id.parse().map(Ok).map_err(Error::internal),
        None => Ok(Err(store::skipped_because(tx, &ground.source.id, place.kind, place.external_id)?)),
    }
}

/// Lands a run of pieces.
pub(in crate::migration) fn land_units(
    tx: &mut Tx<'_>,
    ground: &Ground,
    account: &Belongings,
    customer: &CustomerId,
    range: std::ops::Range<usize>,
) -> Result<()> {
    for unit in account.units.get(range).unwrap_or_default() {
        match unit {
            Unit::Login(login, ready) => land_login(tx, ground, account, customer, login, ready)?,
            Unit::Alone(one) => land_alone(tx, ground, customer.as_str(), one)?,
            Unit::Invoice { invoice, lines, payments } => {
                land_invoice(tx, ground, customer.as_str(), invoice, lines, payments)?;
            }
            Unit::Ticket { ticket, messages } => land_ticket(tx, ground, customer.as_str(), ticket, messages)?,
        }
    }
    Ok(())
}

/// Lands the party's balance, once its documents are here.
pub(in crate::migration) fn land_balance(
    tx: &mut Tx<'_>,
    ground: &Ground,
    account: &Belongings,
    customer: &CustomerId,
) -> Result<()> {
    let Record::Party(party) = &account.party.body else {
        return Ok(());
    };
    let Some(balance) = party.balance.as_ref() else {
        return Ok(());
    };
    let place = Place { kind: BALANCE, ..Place::of(&account.party.sealed) };
    if here(tx, ground, place)?.is_some() {
        return Ok(());
    }
    let open = open_in(account, balance.currency)?;
    land_some(tx, ground, place, |tx, landing| money::balance(tx, ground, landing, customer.as_str(), party, open))
}

/// What the account's open documents say is owed, in a currency.
fn open_in(account: &Belongings, currency: hostwright_kernel::Currency) -> Result<Money> {
    let amounts = account.units.iter().filter_map(|unit| match unit {
        Unit::Invoice { invoice, .. } => invoice.sealed.record.amount.filter(|amount| amount.currency == currency),
        _ => None,
    });
    Ok(Money::sum(currency, amounts)?)
}

/// [`land`] of something that may come to nothing.
fn land_some(
    tx: &mut Tx<'_>,
    ground: &Ground,
    place: Place<'_>,
    part: impl FnOnce(&mut Tx<'_>, &crate::auth::adoption::Landing<'_>) -> Result<Option<Landed>>,
) -> Result<()> {
    let landing = ground.landing();
    match tx.apart(|tx| part(tx, &landing)) {
        Ok(None) => Ok(()),
        Ok(Some(landed)) => remember(tx, ground, place, &landed),
        Err(error) => match super::refusal_code(&error) {
            Some(code) => skip(tx, ground, place, code),
            None => Err(error),
        },
    }
}

fn here(tx: &mut Tx<'_>, ground: &Ground, place: Place<'_>) -> Result<Option<LandingView>> {
    store::object(tx, &ground.source.id, place.kind, place.external_id)
}

fn land_login(
    tx: &mut Tx<'_>,
    ground: &Ground,
    account: &Belongings,
    customer: &CustomerId,
    login: &Opened,
    ready: &ReadyLogin,
) -> Result<()> {
    let place = Place::of(&login.sealed);
    let person = match here(tx, ground, place)? {
        Some(here) => Some(here.object_id),
        None => {
            let landed = land(tx, ground, place, |tx, landing| people::login(tx, ground, landing, ready))?;
            landed.map(|landed| landed.object_id)
        }
    };
    match person {
        Some(person) => people::member(tx, &ground.landing(), &ready.login, account.party_id(), &person, customer),
        None => Ok(()),
    }
}

fn land_alone(tx: &mut Tx<'_>, ground: &Ground, customer_id: &str, one: &Opened) -> Result<()> {
    let place = Place::of(&one.sealed);
    if here(tx, ground, place)?.is_some() || !may_land(&one.sealed.record) {
        return Ok(());
    }
    let parent = one.sealed.record.parent.clone();
    let domain = one.sealed.record.domain.clone().unwrap_or_default();
    let customer: CustomerId = customer_id.parse().map_err(Error::internal)?;
    let not_mapped = NotHere::NotMapped.as_str();
    match &one.body {
        Record::Contact(told) => {
            land(tx, ground, place, |tx, landing| people::contact(tx, landing, &customer, told))?;
        }
        Record::PaymentToken(told) => {
            land(tx, ground, place, |tx, landing| money::token(tx, landing, customer_id, told))?;
        }
        Record::Subscription(told) => match ground.rules.product(told.product.as_deref()) {
            Some(rule) => {
                land(tx, ground, place, |tx, landing| {
                    money::subscription(tx, ground, landing, customer_id, rule, told)
                })?;
            }
            None => skip(tx, ground, place, not_mapped)?,
        },
        Record::Domain(told) => match ground.rules.domain(&domain) {
            Some(rule) => {
                let billed = money::registration(told);
                let landed = land(tx, ground, place, |tx, landing| {
                    money::subscription(tx, ground, landing, customer_id, rule, &billed)
                })?;
                if let Some(billed) = landed {
                    land(tx, ground, Place { kind: HELD, ..place }, |tx, landing| {
                        names::domain(tx, landing, customer_id, &billed.object_id, told)
                    })?;
                }
            }
            None => skip(tx, ground, place, not_mapped)?,
        },
        Record::Payment(told) => {
            let document = match parent {
                Some(parent) => match store::object(tx, &ground.source.id, "invoice", &parent)? {
                    Some(here) => Some(here.object_id),
                    None => return skip(tx, ground, place, NotHere::NoParent.as_str()),
                },
                None => None,
            };
            land(tx, ground, place, |tx, landing| {
                money::payment(tx, ground, landing, customer_id, document.as_deref(), told)
            })?;
        }
        Record::CreditEntry(told) => {
            land(tx, ground, place, |tx, landing| money::credit_entry(tx, ground, landing, customer_id, told))?;
        }
        Record::Zone(told) => {
            land(tx, ground, place, |tx, landing| names::zone(tx, landing, customer_id, told))?;
        }
        _ => skip(tx, ground, place, NotHere::WaitsForHosting.as_str())?,
    }
    Ok(())
}

fn land_invoice(
    tx: &mut Tx<'_>,
    ground: &Ground,
    customer_id: &str,
    invoice: &Opened,
    lines: &[Opened],
    payments: &[Opened],
) -> Result<()> {
    let Record::Invoice(told) = &invoice.body else {
        return Ok(());
    };
    let place = Place::of(&invoice.sealed);
    if let Some(here) = here(tx, ground, place)? {
        return later_payments(tx, ground, customer_id, &here.object_id, payments);
    }
    let told_lines: Vec<InvoiceLine> = bodies(lines, |body| match body {
        Record::InvoiceLine(one) => Some(*one),
        _ => None,
    });
    let told_payments: Vec<Payment> = bodies(payments, |body| match body {
        Record::Payment(one) => Some(*one),
        _ => None,
    });
    let mut ids = Vec::new();
    let landed = land(tx, ground, place, |tx, landing| {
        let (landed, paid) = money::invoice(tx, ground, landing, customer_id, told, &told_lines, &told_payments)?;
        ids = paid;
        Ok(landed)
    })?;
    let Some(landed) = landed else {
        let why = NotHere::NoParent.as_str();
        return lines.iter().chain(payments).try_for_each(|one| skip(tx, ground, Place::of(&one.sealed), why));
    };
    for line in lines {
        remember(tx, ground, Place::of(&line.sealed), &Landed { remarks: Vec::new(), ..landed.clone() })?;
    }
    for (payment, id) in payments.iter().zip(ids) {
        let part = Landed { object_id: id, remarks: Vec::new(), ..landed.clone() };
        remember(tx, ground, Place::of(&payment.sealed), &part)?;
    }
    Ok(())
}

/// What came in on a document since it landed.
fn later_payments(
    tx: &mut Tx<'_>,
    ground: &Ground,
    customer_id: &str,
    invoice: &str,
    payments: &[Opened],
) -> Result<()> {
    for payment in payments {
        let place = Place::of(&payment.sealed);
        let Record::Payment(told) = &payment.body else { continue };
        if here(tx, ground, place)?.is_none() {
            land(tx, ground, place, |tx, landing| {
                money::payment(tx, ground, landing, customer_id, Some(invoice), told)
            })?;
        }
    }
    Ok(())
}

fn land_ticket(
    tx: &mut Tx<'_>,
    ground: &Ground,
    customer_id: &str,
    ticket: &Opened,
    messages: &[Opened],
) -> Result<()> {
    let Record::Ticket(told) = &ticket.body else {
        return Ok(());
    };
    let place = Place::of(&ticket.sealed);
    if let Some(here) = here(tx, ground, place)? {
        return later_messages(tx, ground, customer_id, &here.object_id, messages);
    }
    let department = match &told.department {
        Some(id) => store::object(tx, &ground.source.id, "department", id)?,
        None => None,
    };
    let said: Vec<TicketMessage> = bodies(messages, |body| match body {
        Record::TicketMessage(one) => Some(*one),
        _ => None,
    });
    let mut ids = Vec::new();
    let landed = land(tx, ground, place, |tx, landing| {
        let department: DepartmentId = match &department {
            Some(here) => here.object_id.parse().map_err(Error::internal)?,
            None => support::fallback(tx, ground, landing)?,
        };
        let (landed, written) = support::ticket(tx, landing, customer_id, department, told, &said)?;
        ids = written;
        Ok(landed)
    })?;
    let Some(landed) = landed else {
        let why = NotHere::NoParent.as_str();
        return messages.iter().try_for_each(|one| skip(tx, ground, Place::of(&one.sealed), why));
    };
    for (message, id) in messages.iter().zip(ids) {
        let part = Landed { object_id: id, remarks: Vec::new(), ..landed.clone() };
        remember(tx, ground, Place::of(&message.sealed), &part)?;
    }
    Ok(())
}

fn later_messages(
    tx: &mut Tx<'_>,
    ground: &Ground,
    customer_id: &str,
    ticket: &str,
    messages: &[Opened],
) -> Result<()> {
    for message in messages {
        let place = Place::of(&message.sealed);
        let Record::TicketMessage(told) = &message.body else { continue };
        if here(tx, ground, place)?.is_none() {
            land(tx, ground, place, |tx, landing| support::later_message(tx, landing, customer_id, ticket, told))?;
        }
    }
    Ok(())
}

fn bodies<T>(all: &[Opened], take: impl Fn(Record) -> Option<T>) -> Vec<T> {
    all.iter().filter_map(|one| take(one.body.clone())).collect()
}
