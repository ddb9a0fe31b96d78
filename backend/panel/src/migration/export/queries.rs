//! What is written, in the order of what hangs on what.

use hostwright_importer::snapshot::values::{Amount, Cycle, Password, PasswordScheme, Secret};
use hostwright_importer::snapshot::{
    Address, Author, Contact, ContactRole, Department, Domain, DomainStatus, Invoice, InvoiceLine, InvoiceStatus,
    Login, LoginGrant, Party, PartyKind, PartyStatus, Payment, Price, Product, ProductClass, Staff, Subscription,
    SubscriptionStatus, Ticket, TicketMessage, Zone, ZoneRecord,
};
use hostwright_importer::{Entry, Record, Sink};
use hostwright_kernel::{Currency, Money};

use super::store::{self, CustomerRow, DomainRow, InvoiceRow, PersonRow, SubscriptionRow, ZoneRow};
use crate::billing;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};

/// Customers and people read in one statement.
const PAGE: i64 = 200;

/// Writes everything that can be taken elsewhere.
///
/// # Errors
/// When the database fails, or what takes it refuses.
pub fn export_in(tx: &mut Tx<'_>, sink: &mut dyn Sink) -> Result<()> {
    for plan in store::plans(tx)? {
        let prices = store::prices_of(tx, &plan.id)?;
        give(sink, product(plan, prices)?)?;
    }
    for row in store::departments(tx)? {
        let email = Some(row.email).filter(|email| !email.is_empty());
        let is_hidden = row.state != "active";
        give(sink, Department { id: row.id, name: row.name, email, is_hidden, ..Department::default() })?;
    }
    let mut after = String::new();
    loop {
        let page = store::customers(tx, &after, PAGE)?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
        for row in page {
            customer(tx, sink, row)?;
        }
    }
    let mut after = String::new();
    loop {
        let page = store::people(tx, &after, PAGE)?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
        for row in page {
            person(tx, sink, row)?;
        }
    }
    Ok(())
}

fn give(sink: &mut dyn Sink, record: impl Into<Record>) -> Result<()> {
    sink.take(Entry::Record(record.into())).map_err(|refusal| Error::internal(refusal.to_string()))
}

fn amount(minor: i64, currency: &str) -> Result<Option<Amount>> {
    let currency: Currency = currency.parse().map_err(Error::internal)?;
    Ok(Some(told(Money::new(minor, currency))?))
}

fn told(money: Money) -> Result<Amount> {
    money.to_string().parse().map_err(Error::internal)
}

fn months(months: i64) -> Result<Cycle> {
    Ok(Cycle::Months(u32::try_from(months).map_err(Error::internal)?))
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn product(plan: store::PlanRow, prices: Vec<store::PriceRow>) -> Result<Product> {
    let class = match plan.kind.as_str() {
        "hosting" => ProductClass::Hosting,
        "domain_registration" => ProductClass::DomainRegistration,
        "hosting_and_registration" => ProductClass::HostingAndRegistration,
        "private_server" => ProductClass::Server,
        _ => ProductClass::Resource,
    };
    let mut offered = Vec::new();
    for price in prices.into_iter().filter(|price| price.state == "active") {
        let Some(each) = amount(price.amount_minor, &price.currency)? else { continue };
        let setup = if price.setup_minor == 0 { None } else { amount(price.setup_minor, &price.currency)? };
        offered.push(Price { cycle: months(price.months)?, amount: each, setup, transfer: None, renewal: None });
    }
    Ok(Product {
        id: plan.id,
        name: plan.name,
        description: some(plan.description),
        class,
        tlds: plan.tlds.split_whitespace().map(str::to_owned).collect(),
        prices: offered,
        is_hidden: plan.private,
        is_retired: plan.state != "active",
        is_taxed: true,
        ..Product::default()
    })
}

/// A customer with everything that is theirs.
fn customer(tx: &mut Tx<'_>, sink: &mut dyn Sink, row: CustomerRow) -> Result<()> {
    let id = row.id.clone();
    let party = party(tx, row)?;
    give(sink, party)?;
    for row in store::contacts(tx, &id)? {
        let role = match row.role.as_str() {
            "billing" => ContactRole::Billing,
            "technical" | "tech" => ContactRole::Technical,
            "administrative" | "admin" => ContactRole::Administrative,
            "registrant" | "owner" => ContactRole::Registrant,
            _ => ContactRole::General,
        };
        let address = address(row.street, row.postal_code, row.city, row.region, row.country);
        let (company, email, phone) = (row.company, row.email, row.phone);
        let party = id.clone();
        give(
            sink,
            Contact { id: row.id, party, role, name: row.name, company, email, phone, address, extra: Vec::new() },
        )?;
    }
    for row in store::subscriptions(tx, &id)? {
        give(sink, subscription(&id, row)?)?;
    }
    for row in store::domains(tx, &id)? {
        let zone = store::zone(tx, &row.id)?;
        if let Some(domain) = domain(&id, row) {
            give(sink, domain)?;
        }
        if let Some((zone, records)) = zone {
            give(sink, served(&id, zone, records))?;
        }
    }
    for row in store::invoices(tx, &id)? {
        let (invoice_id, currency) = (row.id.clone(), row.currency.clone());
        give(sink, invoice(&id, row)?)?;
        for line in store::lines(tx, &invoice_id)? {
            give(
                sink,
                InvoiceLine {
                    id: line.id,
                    invoice: invoice_id.clone(),
                    text: line.description,
                    kind: Some(line.kind),
                    subject: line.subscription_id,
                    quantity: Some(line.quantity),
                    unit_price: amount(line.unit_minor, &currency)?,
                    amount: amount(line.net_minor, &currency)?,
                    is_taxed: line.tax_rate != "0",
                    from: line.period_start,
                    until: line.period_end,
                },
            )?;
        }
    }
    for row in store::payments(tx, &id)? {
        let invoice = store::settled_by(tx, &row.id)?;
        let payment = Payment {
            party: Some(id.clone()),
            invoice,
            at: Some(row.created_at),
            amount: amount(row.amount_minor, &row.currency)?,
            method: Some(row.method),
            reference: some(row.reference),
            text: some(row.note),
            id: row.id,
            ..Payment::default()
        };
        give(sink, payment)?;
    }
    for row in store::tickets(tx, &id)? {
        let ticket = row.id.clone();
        let is_closed = row.state == "closed";
        let told = Ticket {
            id: row.id,
            number: Some(row.number.to_string()),
            party: Some(id.clone()),
            department: Some(row.department_id),
            subject: row.subject,
            status: row.state,
            is_closed,
            priority: Some(row.priority),
            opened: Some(row.created_at),
            updated: Some(row.updated_at),
            ..Ticket::default()
        };
        give(sink, told)?;
        for message in store::messages(tx, &ticket)? {
            let author = if message.from_staff { Author::Staff } else { Author::Customer };
            let told = TicketMessage {
                id: message.id,
                ticket: ticket.clone(),
                author,
                name: some(message.author_name),
                at: Some(message.created_at),
                text: message.body,
                is_internal: message.internal,
                ..TicketMessage::default()
            };
            give(sink, told)?;
        }
    }
    Ok(())
}

fn address(street: String, postal_code: String, city: String, region: Option<String>, country: String) -> Address {
    let (street, postal_code, city) = (some(street), some(postal_code), some(city));
    Address { street, city, region, postal_code, country: some(country) }
}

fn party(tx: &mut Tx<'_>, row: CustomerRow) -> Result<Party> {
    let currency: Currency = row.currency.parse().map_err(Error::internal)?;
    // What is owed is on open documents, which follow.
    let credit = billing::queries::balance_in(tx, &row.id, currency)?.credit;
    Ok(Party {
        kind: if row.company.is_some() { PartyKind::Company } else { PartyKind::Person },
        name: row.company.clone().unwrap_or_else(|| row.name.clone()),
        company: row.company,
        last_name: Some(row.name),
        email: some(row.email),
        address: address(row.street, row.postal_code, row.city, row.region, row.country),
        tax_number: row.tax_number,
        is_tax_exempt: row.tax_exempt,
        currency: Some(currency),
        language: Some(row.locale),
        balance: Some(told(credit)?),
        status: if row.state == "active" { PartyStatus::Active } else { PartyStatus::Suspended },
        is_reseller: store::is_reseller(tx, &row.id)?,
        reseller: store::reseller_of(tx, &row.id)?,
        created: Some(row.created_at),
        notes: some(row.notes),
        extra: vec![hostwright_importer::snapshot::values::Extra {
            name: "number".to_owned(),
            value: row.number.to_string(),
        }],
        id: row.id,
        ..Party::default()
    })
}

/// Somebody who signs in: of the provider, of customers, or both.
fn person(tx: &mut Tx<'_>, sink: &mut dyn Sink, row: PersonRow) -> Result<()> {
    let is_locked = row.state == "suspended";
    let password = row.password_hash.as_deref().map(|kept| password(kept, is_locked));
    let grants: Vec<LoginGrant> = store::memberships(tx, &row.id)?
        .into_iter()
        .map(|(party, role)| LoginGrant { party, is_owner: role == "owner", permissions: Vec::new() })
        .collect();
    if let Some(role) = row.staff_role {
        let told = Staff {
            id: row.id.clone(),
            email: Some(row.email.clone()),
            name: row.name.clone(),
            role: Some(role),
            password: password.clone(),
            is_disabled: is_locked,
            ..Staff::default()
        };
        give(sink, told)?;
        if grants.is_empty() {
            return Ok(());
        }
    }
    let told = Login {
        id: row.id,
        email: Some(row.email),
        name: some(row.name),
        password,
        grants,
        language: Some(row.locale),
        is_locked,
        has_second_factor: row.totp_enabled,
        created: Some(row.created_at),
        ..Login::default()
    };
    give(sink, told)
}

fn password(kept: &str, is_locked: bool) -> Password {
    let scheme = if kept.starts_with("$argon2") {
        PasswordScheme::Argon2
    } else if kept.starts_with("$2") {
        PasswordScheme::Bcrypt
    } else if kept.starts_with('$') {
        PasswordScheme::Crypt
    } else {
        PasswordScheme::Unknown
    };
    Password { scheme, value: Secret(kept.to_owned()), is_locked }
}

fn subscription(party: &str, row: SubscriptionRow) -> Result<Subscription> {
    let status = match row.state.as_str() {
        "ordered" => SubscriptionStatus::Pending,
        "active" => SubscriptionStatus::Active,
        "suspended" => SubscriptionStatus::Suspended,
        "cancelled" => SubscriptionStatus::Cancelled,
        _ => SubscriptionStatus::Terminated,
    };
    Ok(Subscription {
        party: party.to_owned(),
        product: Some(row.plan_id),
        name: row.plan_name,
        status,
        cycle: Some(months(row.months)?),
        price: amount(row.amount_minor, &row.currency)?,
        started: Some(row.anchor),
        next_due: Some(row.billed_until),
        cancel_at_period_end: row.renewal != "automatic",
        suspended_reason: row.suspended_reason,
        id: row.id,
        ..Subscription::default()
    })
}

/// A name that is held; one that is bare is only its zone.
fn domain(party: &str, row: DomainRow) -> Option<Domain> {
    let status = match row.state.as_str() {
        "pending" => DomainStatus::Pending,
        "transferring" => DomainStatus::PendingTransfer,
        "active" => DomainStatus::Active,
        "expired" => DomainStatus::Expired,
        "redemption" => DomainStatus::Redemption,
        "transferred_away" => DomainStatus::TransferredAway,
        _ => DomainStatus::Cancelled,
    };
    let is_known = row.subscription_id.is_some() || !row.registrar.is_empty() || row.expires_on.is_some();
    is_known.then(|| Domain {
        id: row.id,
        party: party.to_owned(),
        name: row.name,
        subscription: row.subscription_id,
        status,
        registrar: some(row.registrar),
        registered: row.registered_on,
        expires: row.expires_on,
        name_servers: row.name_servers.split_whitespace().map(str::to_owned).collect(),
        will_not_renew: !row.renews,
        ..Domain::default()
    })
}

fn served(party: &str, zone: ZoneRow, records: Vec<store::RecordRow>) -> Zone {
    let hostmaster = zone
        .hostmaster
        .split_once('@')
        .map_or_else(|| zone.hostmaster.clone(), |(local, domain)| format!("{}.{domain}", local.replace('.', "\\.")));
    let soa = format!(
        "{}. {hostmaster}. {} {} {} {} {}",
        zone.primary_server, zone.serial, zone.refresh, zone.retry, zone.expire, zone.minimum
    );
    let apex =
        ZoneRecord { owner: format!("{}.", zone.name), ttl: None, kind: "SOA".to_owned(), data: soa, line: None };
    let others = records.into_iter().map(|record| ZoneRecord {
        owner: record.owner,
        ttl: record.ttl.and_then(|ttl| u32::try_from(ttl).ok()),
        kind: record.kind,
        data: record.data,
        line: None,
    });
    Zone {
        id: zone.name.clone(),
        party: Some(party.to_owned()),
        default_ttl: u32::try_from(zone.default_ttl).ok(),
        records: std::iter::once(apex).chain(others).collect(),
        name: zone.name,
        ..Zone::default()
    }
}

fn invoice(party: &str, row: InvoiceRow) -> Result<Invoice> {
    let status = match row.state.as_str() {
        "draft" => InvoiceStatus::Draft,
        "issued" => InvoiceStatus::Unpaid,
        "credited" => InvoiceStatus::Refunded,
        _ => InvoiceStatus::Paid,
    };
    Ok(Invoice {
        number: row.number,
        party: party.to_owned(),
        is_credit_note: row.kind == "credit_note",
        status,
        currency: Some(row.currency.parse().map_err(Error::internal)?),
        issued: row.issue_day,
        due: row.due_day,
        net: amount(row.net_minor, &row.currency)?,
        total: amount(row.total_minor, &row.currency)?,
        id: row.id,
        ..Invoice::default()
    })
}
