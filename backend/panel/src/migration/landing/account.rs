//! One account: what belongs to it, opened and put in the order in which it lands.

use std::collections::BTreeMap;

use hostwright_importer::Record;
use hostwright_importer::snapshot::{InvoiceLine, Payment, TicketMessage};
use hostwright_kernel::Money;

use super::people::ReadyLogin;
use super::{Arrivals, Ground, Landed, Place, land, land_some, money, names, people, support};
use crate::auth::adoption::kept_password;
use crate::customers::model::CustomerId;
use crate::migration::collect::model::RecordId;
use crate::migration::collect::staging::open;
use crate::migration::collect::store::{self as records, Sealed};
use crate::migration::sources::model::SourceId;
use crate::migration::transfer::model::NotHere;
use crate::migration::transfer::store::may_land;
use crate::migration::verification::model::Status;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::secrets::Vault;
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

    /// Whether its verdict still lets it move.
    pub fn moves(&self) -> bool {
        self.party.sealed.record.verdict.is_some_and(Status::moves)
    }

    /// What lands before the pieces and after them.
    pub fn own_places(&self) -> [Place<'_>; 2] {
        let place = Place::of(&self.party.sealed);
        [place, Place { kind: BALANCE, ..place }]
    }

    /// What lands with a run of pieces.
    pub fn places(&self, range: std::ops::Range<usize>) -> Vec<Place<'_>> {
        let mut places = Vec::new();
        for unit in self.units.get(range).unwrap_or_default() {
            let (one, parts) = match unit {
                Unit::Login(one, _) | Unit::Alone(one) => (one, [None, None]),
                Unit::Invoice { invoice, lines, payments } => (invoice, [Some(lines), Some(payments)]),
                Unit::Ticket { ticket, messages } => (ticket, [Some(messages), None]),
            };
            places.push(Place::of(&one.sealed));
            places.extend(parts.into_iter().flatten().flatten().map(|part| Place::of(&part.sealed)));
        }
        places
    }

    /// The party's identifier.
    pub fn party_id(&self) -> &str {
        self.party.id()
    }
}

/// What was read of some accounts.
struct Loaded {
    parties: Vec<Sealed>,
    /// Of the kinds in [`OF_PARTY`].
    hanging: Vec<Sealed>,
    lines: Vec<Sealed>,
    paid: Vec<Sealed>,
    messages: Vec<Sealed>,
    logins: Vec<Sealed>,
    /// (login, party).
    signs_in: Vec<(String, String)>,
}

/// Loads accounts with everything that belongs to them; those that are not there any more are left out.
pub(in crate::migration) async fn load(ground: &Ground, ids: Vec<RecordId>) -> Result<BTreeMap<RecordId, Belongings>> {
    let (source_id, vault) = (ground.source.id.clone(), ground.call.vault.clone());
    let loaded = ground.call.db.read(move |tx| read(tx, &source_id, &ids)).await?;
    let mut hanging: BTreeMap<String, Vec<Opened>> = BTreeMap::new();
    for one in opened(&vault, loaded.hanging)? {
        hanging.entry(one.sealed.record.party.clone().unwrap_or_default()).or_default().push(one);
    }
    let logins: BTreeMap<String, Opened> =
        opened(&vault, loaded.logins)?.into_iter().map(|login| (login.id().to_owned(), login)).collect();
    let mut parts = Parts {
        lines: by_parent(opened(&vault, loaded.lines)?),
        messages: by_parent(opened(&vault, loaded.messages)?),
        paid: by_parent(opened(&vault, loaded.paid)?),
    };
    let mut all = BTreeMap::new();
    for party in opened(&vault, loaded.parties)? {
        let of_party = loaded.signs_in.iter().filter(|(_, of)| of == party.id());
        let own = of_party.filter_map(|(login, _)| logins.get(login).cloned()).collect();
        let hanging = hanging.remove(party.id()).unwrap_or_default();
        all.insert(party.sealed.record.id.clone(), belongings(party, own, hanging, &mut parts).await?);
    }
    Ok(all)
}

fn read(tx: &mut Tx<'_>, source_id: &SourceId, ids: &[RecordId]) -> Result<Loaded> {
    let mut parties = records::sealed(tx, ids)?;
    parties.retain(|party| !party.record.is_gone);
    let externals: Vec<String> = parties.iter().map(|party| party.record.external_id.clone()).collect();
    let hanging = records::of_parties(tx, source_id, &OF_PARTY, &externals)?;
    let ids = |kind: &str| -> Vec<String> {
        hanging.iter().filter(|one| one.record.kind == kind).map(|one| one.record.external_id.clone()).collect()
    };
    let (invoices, tickets) = (ids("invoice"), ids("ticket"));
    let signs_in: Vec<(String, String)> = records::linked_to(tx, source_id, "party", &externals)?
        .into_iter()
        .filter(|(kind, ..)| kind == "login")
        .map(|(_, login, party)| (login, party))
        .collect();
    let logins: Vec<String> = signs_in.iter().map(|(login, _)| login.clone()).collect();
    Ok(Loaded {
        lines: records::of_parents(tx, source_id, "invoice_line", &invoices)?,
        paid: records::of_parents(tx, source_id, "payment", &invoices)?,
        messages: records::of_parents(tx, source_id, "ticket_message", &tickets)?,
        logins: records::by_ids(tx, source_id, "login", &logins)?,
        parties,
        hanging,
        signs_in,
    })
}

fn opened(vault: &Vault, all: Vec<Sealed>) -> Result<Vec<Opened>> {
    all.into_iter()
        .map(|sealed| {
            let body = open(vault, &sealed)?;
            Ok(Opened { sealed, body })
        })
        .collect()
}

/// What belongs to documents and tickets, by these.
struct Parts {
    lines: BTreeMap<String, Vec<Opened>>,
    messages: BTreeMap<String, Vec<Opened>>,
    paid: BTreeMap<String, Vec<Opened>>,
}

/// Puts what belongs to an account in the order in which it lands.
async fn belongings(party: Opened, logins: Vec<Opened>, hanging: Vec<Opened>, parts: &mut Parts) -> Result<Belongings> {
    let mut units = Vec::new();
    let mut email = None;
    for login in logins {
        let Record::Login(told) = &login.body else { continue };
        email = email.or_else(|| told.email.clone());
        let (password, needs_new) = kept_password(told.password.as_ref()).await?;
        let ready = ReadyLogin { login: (**told).clone(), password, needs_new };
        units.push(Unit::Login(login, Box::new(ready)));
    }
    let mut found: BTreeMap<&'static str, Vec<Opened>> = BTreeMap::new();
    for one in hanging {
        if let Some(kind) = OF_PARTY.into_iter().find(|kind| one.sealed.record.kind == *kind) {
            found.entry(kind).or_default().push(one);
        }
    }
    let mut take = |kind: &str| found.remove(kind).unwrap_or_default();
    let invoices = take("invoice");
    let of_invoices = |one: &Opened| {
        one.sealed.record.parent.as_deref().is_some_and(|parent| invoices.iter().any(|invoice| invoice.id() == parent))
    };
    // Payments of these documents come by their documents, whoever made them.
    let alone: Vec<Opened> = take("payment").into_iter().filter(|one| !of_invoices(one)).collect();
    for kind in ["contact", "payment_token", "subscription", "domain"] {
        units.extend(take(kind).into_iter().map(Unit::Alone));
    }
    for invoice in invoices {
        let lines = parts.lines.remove(invoice.id()).unwrap_or_default();
        let payments = parts.paid.remove(invoice.id()).unwrap_or_default();
        units.push(Unit::Invoice { invoice, lines, payments });
    }
    units.extend(alone.into_iter().map(Unit::Alone));
    units.extend(take("credit_entry").into_iter().map(Unit::Alone));
    for ticket in take("ticket") {
        let messages = parts.messages.remove(ticket.id()).unwrap_or_default();
        units.push(Unit::Ticket { ticket, messages });
    }
    units.extend(take("zone").into_iter().map(Unit::Alone));
    Ok(Belongings { party, email, units })
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
    on: &mut Arrivals<'_>,
    account: &Belongings,
) -> Result<std::result::Result<CustomerId, String>> {
    let place = Place::of(&account.party.sealed);
    if let Some(here) = here(tx, on, place)? {
        return here.parse().map(Ok).map_err(Error::internal);
    }
    if let Some(customer) = &account.party.sealed.record.associated_with {
        let landed = Landed {
            slice: "customers",
            object_id: customer.clone(),
            customer_id: Some(customer.clone()),
            was_there: true,
            remarks: vec!["associated: by hand".to_owned()],
        };
        on.remember(tx, place, &landed)?;
        return customer.parse().map(Ok).map_err(Error::internal);
    }
    let Record::Party(party) = &account.party.body else {
        return Err(Error::internal("an account that is no party"));
    };
    let (ground, country) = (on.ground, on.country(tx));
    let landed = land(tx, on, place, |tx, landing| {
        people::party(tx, ground, landing, party, country?, account.email.as_deref())
    })?;
    match landed {
        Some(landed) => landed.object_id.parse().map(Ok).map_err(Error::internal),
        None => Ok(Err(on.skipped_because(place))),
    }
}

/// Lands an account in one piece: the customer that it is here, or why it could not land.
pub(in crate::migration) fn land_whole(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    account: &Belongings,
) -> Result<std::result::Result<CustomerId, String>> {
    let landed = land_party(tx, on, account)?;
    if let Ok(customer) = &landed {
        land_units(tx, on, account, customer, 0..account.len())?;
        land_balance(tx, on, account, customer)?;
    }
    Ok(landed)
}

/// Lands a run of pieces.
pub(in crate::migration) fn land_units(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    account: &Belongings,
    customer: &CustomerId,
    range: std::ops::Range<usize>,
) -> Result<()> {
    for unit in account.units.get(range).unwrap_or_default() {
        match unit {
            Unit::Login(login, ready) => land_login(tx, on, account, customer, login, ready)?,
            Unit::Alone(one) => land_alone(tx, on, customer.as_str(), one)?,
            Unit::Invoice { invoice, lines, payments } => {
                land_invoice(tx, on, customer.as_str(), invoice, lines, payments)?;
            }
            Unit::Ticket { ticket, messages } => land_ticket(tx, on, customer.as_str(), ticket, messages)?,
        }
    }
    Ok(())
}

/// Lands the party's balance, once its documents are here.
pub(in crate::migration) fn land_balance(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
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
    if here(tx, on, place)?.is_some() {
        return Ok(());
    }
    let (ground, open) = (on.ground, open_in(account, balance.currency)?);
    land_some(tx, on, place, |tx, landing| money::balance(tx, ground, landing, customer.as_str(), party, open))?;
    Ok(())
}

/// What the account's open documents say is owed, in a currency.
fn open_in(account: &Belongings, currency: hostwright_kernel::Currency) -> Result<Money> {
    let amounts = account.units.iter().filter_map(|unit| match unit {
        Unit::Invoice { invoice, .. } => invoice.sealed.record.amount.filter(|amount| amount.currency == currency),
        _ => None,
    });
    Ok(Money::sum(currency, amounts)?)
}

fn here(tx: &mut Tx<'_>, on: &mut Arrivals<'_>, place: Place<'_>) -> Result<Option<String>> {
    on.object(tx, place.kind, place.external_id)
}

fn land_login(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    account: &Belongings,
    customer: &CustomerId,
    login: &Opened,
    ready: &ReadyLogin,
) -> Result<()> {
    let place = Place::of(&login.sealed);
    let ground = on.ground;
    let person = match here(tx, on, place)? {
        Some(here) => Some(here),
        None => {
            let landed = land(tx, on, place, |tx, landing| people::login(tx, ground, landing, ready))?;
            landed.map(|landed| landed.object_id)
        }
    };
    match person {
        Some(person) => people::member(tx, &ground.landing(), &ready.login, account.party_id(), &person, customer),
        None => Ok(()),
    }
}

fn land_alone(tx: &mut Tx<'_>, on: &mut Arrivals<'_>, customer_id: &str, one: &Opened) -> Result<()> {
    let place = Place::of(&one.sealed);
    let ground = on.ground;
    if here(tx, on, place)?.is_some() || !may_land(&one.sealed.record) {
        return Ok(());
    }
    let parent = one.sealed.record.parent.clone();
    let domain = one.sealed.record.domain.clone().unwrap_or_default();
    let customer: CustomerId = customer_id.parse().map_err(Error::internal)?;
    let not_mapped = NotHere::NotMapped.as_str();
    match &one.body {
        Record::Contact(told) => {
            land(tx, on, place, |tx, landing| people::contact(tx, landing, &customer, told))?;
        }
        Record::PaymentToken(told) => {
            land(tx, on, place, |tx, landing| money::token(tx, landing, customer_id, told))?;
        }
        Record::Subscription(told) => match ground.rules.product(told.product.as_deref()) {
            Some(rule) => {
                let plan = on.plan(tx, &rule.plan_id);
                land(tx, on, place, |tx, landing| {
                    money::subscription(tx, ground, landing, customer_id, plan?.as_ref(), told)
                })?;
            }
            None => on.skip(tx, place, not_mapped)?,
        },
        Record::Domain(told) => match ground.rules.domain(&domain) {
            Some(rule) => {
                let (billed, plan) = (money::registration(told), on.plan(tx, &rule.plan_id));
                let landed = land(tx, on, place, |tx, landing| {
                    money::subscription(tx, ground, landing, customer_id, plan?.as_ref(), &billed)
                })?;
                if let Some(billed) = landed {
                    land(tx, on, Place { kind: HELD, ..place }, |tx, landing| {
                        names::domain(tx, landing, customer_id, &billed.object_id, told)
                    })?;
                }
            }
            None => on.skip(tx, place, not_mapped)?,
        },
        Record::Payment(told) => {
            let document = match parent {
                Some(parent) => match on.object(tx, "invoice", &parent)? {
                    Some(here) => Some(here),
                    None => return on.skip(tx, place, NotHere::NoParent.as_str()),
                },
                None => None,
            };
            land(tx, on, place, |tx, landing| {
                money::payment(tx, ground, landing, customer_id, document.as_deref(), told)
            })?;
        }
        Record::CreditEntry(told) => {
            land(tx, on, place, |tx, landing| money::credit_entry(tx, ground, landing, customer_id, told))?;
        }
        Record::Zone(told) => {
            land(tx, on, place, |tx, landing| names::zone(tx, landing, customer_id, told))?;
        }
        _ => on.skip(tx, place, NotHere::WaitsForHosting.as_str())?,
    }
    Ok(())
}

fn land_invoice(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    customer_id: &str,
    invoice: &Opened,
    lines: &[Opened],
    payments: &[Opened],
) -> Result<()> {
    let Record::Invoice(told) = &invoice.body else {
        return Ok(());
    };
    let place = Place::of(&invoice.sealed);
    let ground = on.ground;
    if let Some(here) = here(tx, on, place)? {
        return later_payments(tx, on, customer_id, &here, payments);
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
    let landed = land(tx, on, place, |tx, landing| {
        let (landed, paid) = money::invoice(tx, ground, landing, customer_id, told, &told_lines, &told_payments)?;
        ids = paid;
        Ok(landed)
    })?;
    let Some(landed) = landed else {
        let why = NotHere::NoParent.as_str();
        return lines.iter().chain(payments).try_for_each(|one| on.skip(tx, Place::of(&one.sealed), why));
    };
    for line in lines {
        on.remember(tx, Place::of(&line.sealed), &Landed { remarks: Vec::new(), ..landed.clone() })?;
    }
    for (payment, id) in payments.iter().zip(ids) {
        let part = Landed { object_id: id, remarks: Vec::new(), ..landed.clone() };
        on.remember(tx, Place::of(&payment.sealed), &part)?;
    }
    Ok(())
}

/// What came in on a document since it landed.
fn later_payments(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    customer_id: &str,
    invoice: &str,
    payments: &[Opened],
) -> Result<()> {
    for payment in payments {
        let place = Place::of(&payment.sealed);
        let Record::Payment(told) = &payment.body else { continue };
        if here(tx, on, place)?.is_none() {
            let ground = on.ground;
            land(tx, on, place, |tx, landing| money::payment(tx, ground, landing, customer_id, Some(invoice), told))?;
        }
    }
    Ok(())
}

fn land_ticket(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    customer_id: &str,
    ticket: &Opened,
    messages: &[Opened],
) -> Result<()> {
    let Record::Ticket(told) = &ticket.body else {
        return Ok(());
    };
    let place = Place::of(&ticket.sealed);
    let ground = on.ground;
    if let Some(here) = here(tx, on, place)? {
        return later_messages(tx, on, customer_id, &here, messages);
    }
    let department = match &told.department {
        Some(id) => on.object(tx, "department", id)?,
        None => None,
    };
    let said: Vec<TicketMessage> = bodies(messages, |body| match body {
        Record::TicketMessage(one) => Some(*one),
        _ => None,
    });
    let mut ids = Vec::new();
    let landed = land(tx, on, place, |tx, landing| {
        let department: DepartmentId = match &department {
            Some(here) => here.parse().map_err(Error::internal)?,
            None => support::fallback(tx, ground, landing)?,
        };
        let (landed, written) = support::ticket(tx, landing, customer_id, department, told, &said)?;
        ids = written;
        Ok(landed)
    })?;
    let Some(landed) = landed else {
        let why = NotHere::NoParent.as_str();
        return messages.iter().try_for_each(|one| on.skip(tx, Place::of(&one.sealed), why));
    };
    for (message, id) in messages.iter().zip(ids) {
        let part = Landed { object_id: id, remarks: Vec::new(), ..landed.clone() };
        on.remember(tx, Place::of(&message.sealed), &part)?;
    }
    Ok(())
}

fn later_messages(
    tx: &mut Tx<'_>,
    on: &mut Arrivals<'_>,
    customer_id: &str,
    ticket: &str,
    messages: &[Opened],
) -> Result<()> {
    for message in messages {
        let place = Place::of(&message.sealed);
        let Record::TicketMessage(told) = &message.body else { continue };
        if here(tx, on, place)?.is_none() {
            land(tx, on, place, |tx, landing| support::later_message(tx, landing, customer_id, ticket, told))?;
        }
    }
    Ok(())
}

fn bodies<T>(all: &[Opened], take: impl Fn(Record) -> Option<T>) -> Vec<T> {
    all.iter().filter_map(|one| take(one.body.clone())).collect()
}
