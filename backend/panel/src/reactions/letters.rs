//! Mails that follow from events: whom they go to, and what is told.

use crate::auth::model::{LinkMade, LinkPurpose, PasswordChanged, SignUpRepeated};
use crate::billing::invoices::model::{Invoice, InvoiceIssued, InvoiceKind, InvoicePaid};
use crate::notifications::commands::queue_in;
use crate::notifications::letters::model::texts;
use crate::notifications::model::{Link, MailKind, NewMail};
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::outbox::Recorded;
use crate::platform::texts::Locale;
use crate::renewals::commands::ReminderDue;
use crate::servers::model::ServerReady;
use crate::subscriptions::model::{SubscriptionId, SubscriptionResumed, SubscriptionSuspended, SubscriptionTerminated};
use crate::tickets::model::{TicketOpened, TicketReplied};
use crate::{addresses, billing, customers, renewals, servers, tickets};

/// Somebody of a customer whom a mail goes to.
struct Reader {
    person_id: Option<String>,
    email: String,
    name: String,
    locale: Locale,
}

/// A mail to somebody of a customer, still without its values.
struct Draft<'a> {
    kind: MailKind,
    customer_id: &'a str,
    subject_id: String,
    event: &'a Recorded,
    path: String,
    attached_invoice: Option<String>,
}

/// Everybody who belongs to a customer; its own address when nobody does.
fn readers(tx: &mut Tx<'_>, customer_id: &str) -> Result<Vec<Reader>> {
    let people = customers::queries::people_in(tx, customer_id)?;
    if people.is_empty() {
        let customer = customers::queries::load_in(tx, customer_id)?;
        return Ok(vec![Reader {
            person_id: None,
            email: customer.email.to_string(),
            name: customer.name,
            locale: customer.locale.parse().unwrap_or_default(),
        }]);
    }
    Ok(people
        .into_iter()
        .map(|person| Reader {
            person_id: Some(person.person_id.to_string()),
            email: person.email.to_string(),
            name: person.name,
            locale: person.locale.parse().unwrap_or_default(),
        })
        .collect())
}

fn send(
    tx: &mut Tx<'_>,
    draft: &Draft<'_>,
    values: impl Fn(&Reader) -> Result<Vec<(&'static str, String)>>,
) -> Result<()> {
    for reader in readers(tx, draft.customer_id)? {
        let mut args = values(&reader)?;
        args.push(("name", reader.name.clone()));
        queue_in(
            tx,
            &NewMail {
                kind: draft.kind,
                recipient: reader.email.clone(),
                person_id: reader.person_id.clone(),
                customer_id: Some(draft.customer_id.to_owned()),
                subject_id: draft.subject_id.clone(),
                occurrence: draft.event.id.to_string(),
                locale: reader.locale.tag().to_owned(),
                args: owned(args),
                link: Link::Page(draft.path.clone()),
                attached_invoice: draft.attached_invoice.clone(),
            },
        )?;
    }
    Ok(())
}

fn owned(args: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The values that mails about an invoice share.
fn of_invoice(invoice: &Invoice, locale: Locale) -> Result<Vec<(&'static str, String)>> {
    let due = invoice.due_day.map(|day| texts().map(|texts| texts.day(locale, day))).transpose()?;
    Ok(vec![
        ("number", invoice.number.clone().unwrap_or_default()),
        ("total", locale.money(invoice.total)),
        ("amount", locale.money(invoice.open)),
        ("due", due.unwrap_or_default()),
    ])
}

pub(super) fn invoice_issued(tx: &mut Tx<'_>, event: &Recorded, issued: InvoiceIssued) -> Result<()> {
    let invoice = billing::invoices::queries::load_in(tx, &issued.invoice_id)?;
    if invoice.kind == InvoiceKind::CreditNote {
        return Ok(());
    }
    let draft = Draft {
        kind: MailKind::InvoiceIssued,
        customer_id: &issued.customer_id,
        subject_id: invoice.id.to_string(),
        event,
        path: format!("/portal/invoices/{}", invoice.id),
        attached_invoice: Some(invoice.id.to_string()),
    };
    send(tx, &draft, |reader| of_invoice(&invoice, reader.locale))
}

pub(super) fn invoice_paid(tx: &mut Tx<'_>, event: &Recorded, paid: InvoicePaid) -> Result<()> {
    let invoice = billing::invoices::queries::load_in(tx, &paid.invoice_id)?;
    if !invoice.total.is_positive() {
        return Ok(());
    }
    let draft = Draft {
        kind: MailKind::PaymentReceived,
        customer_id: &paid.customer_id,
        subject_id: invoice.id.to_string(),
        event,
        path: format!("/portal/invoices/{}", invoice.id),
        attached_invoice: None,
    };
    send(tx, &draft, |reader| {
        Ok(vec![
            ("amount", reader.locale.money(invoice.total)),
            ("reference", invoice.number.clone().unwrap_or_default()),
        ])
    })
}

pub(super) fn reminder_due(tx: &mut Tx<'_>, event: &Recorded, due: ReminderDue) -> Result<()> {
    let invoice = billing::invoices::queries::load_in(tx, &due.invoice_id)?;
    // Paid while the reminder was on its way.
    if !invoice.open.is_positive() {
        return Ok(());
    }
    let draft = Draft {
        kind: match due.number {
            1 => MailKind::InvoiceReminder1,
            2 => MailKind::InvoiceReminder2,
            _ => MailKind::InvoiceReminder3,
        },
        customer_id: &due.customer_id,
        subject_id: invoice.id.to_string(),
        event,
        path: format!("/portal/invoices/{}", invoice.id),
        attached_invoice: Some(invoice.id.to_string()),
    };
    send(tx, &draft, |reader| of_invoice(&invoice, reader.locale))
}

/// Host name and id of a subscription's server.
fn server_of(tx: &mut Tx<'_>, subscription_id: &SubscriptionId) -> Result<Option<(String, String)>> {
    let server = servers::queries::of_subscription_in(tx, subscription_id)?;
    Ok(server.map(|server| (server.hostname, server.id.to_string())))
}

pub(super) fn suspended(tx: &mut Tx<'_>, event: &Recorded, suspended: SubscriptionSuspended) -> Result<()> {
    let Some((hostname, server_id)) = server_of(tx, &suspended.subscription_id)? else {
        return Ok(());
    };
    let open = billing::invoices::queries::open_of_subscription_in(tx, suspended.subscription_id.as_str())?;
    let overdue = open.first().filter(|_| renewals::model::is_for_money(&suspended.reason));
    let draft = Draft {
        kind: if overdue.is_some() { MailKind::ServerSuspended } else { MailKind::ServerSuspendedByStaff },
        customer_id: &suspended.customer_id,
        subject_id: server_id.clone(),
        event,
        path: match overdue {
            Some(invoice) => format!("/portal/invoices/{}", invoice.id),
            None => format!("/portal/servers/{server_id}"),
        },
        attached_invoice: None,
    };
    send(tx, &draft, |reader| {
        let mut values = match overdue {
            Some(invoice) => of_invoice(invoice, reader.locale)?,
            None => vec![("reason", suspended.reason.clone())],
        };
        values.push(("server", hostname.clone()));
        Ok(values)
    })
}

pub(super) fn resumed(tx: &mut Tx<'_>, event: &Recorded, resumed: SubscriptionResumed) -> Result<()> {
    let Some((hostname, server_id)) = server_of(tx, &resumed.subscription_id)? else {
        return Ok(());
    };
    let draft = Draft {
        kind: MailKind::ServerResumed,
        customer_id: &resumed.customer_id,
        subject_id: server_id.clone(),
        event,
        path: format!("/portal/servers/{server_id}"),
        attached_invoice: None,
    };
    send(tx, &draft, |_| Ok(vec![("server", hostname.clone())]))
}

pub(super) fn terminated(tx: &mut Tx<'_>, event: &Recorded, terminated: SubscriptionTerminated) -> Result<()> {
    let Some((hostname, server_id)) = server_of(tx, &terminated.subscription_id)? else {
        return Ok(());
    };
    let until = tx.now().plus_days(servers::commands::quarantine_days_in(tx)?);
    let draft = Draft {
        kind: MailKind::ServerTerminated,
        customer_id: &terminated.customer_id,
        subject_id: server_id,
        event,
        path: "/portal/servers".to_owned(),
        attached_invoice: None,
    };
    send(tx, &draft, |reader| {
        let day = texts()?.day(reader.locale, until.day_in(&jiff::tz::TimeZone::UTC));
        Ok(vec![("server", hostname.clone()), ("until", day)])
    })
}

pub(super) fn server_ready(tx: &mut Tx<'_>, event: &Recorded, ready: ServerReady) -> Result<()> {
    let addresses = addresses::queries::of_server_in(tx, ready.server_id.as_str())?;
    let address = addresses.first().map(|address| address.address.to_string()).unwrap_or_default();
    let draft = Draft {
        kind: MailKind::ServerReady,
        customer_id: &ready.customer_id,
        subject_id: ready.server_id.to_string(),
        event,
        path: format!("/portal/servers/{}", ready.server_id),
        attached_invoice: None,
    };
    send(tx, &draft, |_| Ok(vec![("server", ready.hostname.clone()), ("address", address.clone())]))
}

pub(super) fn ticket_opened(tx: &mut Tx<'_>, event: &Recorded, opened: TicketOpened) -> Result<()> {
    let notice = tickets::queries::notice_in(tx, &opened.ticket_id, &opened.message_id)?;
    ticket(tx, event, &notice, MailKind::TicketOpened)?;
    ticket_to_staff(tx, event, &notice, MailKind::TicketOpenedStaff)
}

pub(super) fn ticket_replied(tx: &mut Tx<'_>, event: &Recorded, replied: TicketReplied) -> Result<()> {
    let notice = tickets::queries::notice_in(tx, &replied.ticket_id, &replied.message_id)?;
    if notice.internal {
        return Ok(());
    }
    if notice.from_staff {
        ticket(tx, event, &notice, MailKind::TicketReplied)
    } else {
        ticket_to_staff(tx, event, &notice, MailKind::TicketRepliedStaff)
    }
}

fn of_ticket(notice: &tickets::model::Notice) -> Vec<(&'static str, String)> {
    vec![
        ("number", notice.number.to_string()),
        ("subject", notice.subject.clone()),
        ("department", notice.department_name.clone()),
        ("author", notice.author_name.clone()),
        ("customer", notice.customer_name.clone()),
        ("message", notice.body.clone()),
    ]
}

fn ticket(tx: &mut Tx<'_>, event: &Recorded, notice: &tickets::model::Notice, kind: MailKind) -> Result<()> {
    let draft = Draft {
        kind,
        customer_id: &notice.customer_id,
        subject_id: notice.ticket_id.to_string(),
        event,
        path: format!("/portal/tickets/{}", notice.ticket_id),
        attached_invoice: None,
    };
    send(tx, &draft, |_| Ok(of_ticket(notice)))
}

fn ticket_to_staff(tx: &mut Tx<'_>, event: &Recorded, notice: &tickets::model::Notice, kind: MailKind) -> Result<()> {
    let Some(recipient) = notice.department_email.clone().filter(|_| !notice.from_staff) else {
        return Ok(());
    };
    let mail = NewMail {
        kind,
        recipient,
        person_id: None,
        customer_id: Some(notice.customer_id.clone()),
        subject_id: notice.ticket_id.to_string(),
        occurrence: event.id.to_string(),
        locale: "en".to_owned(),
        args: owned(of_ticket(notice)),
        link: Link::Page(format!("/staff/tickets/{}", notice.ticket_id)),
        attached_invoice: None,
    };
    queue_in(tx, &mail).map(|_| ())
}

/// A mail to one person about their own account.
fn personal(
    event: &Recorded,
    person_id: &str,
    email: &str,
    name: &str,
    locale: &str,
    kind: MailKind,
    link: Link,
) -> NewMail {
    NewMail {
        kind,
        recipient: email.to_owned(),
        person_id: Some(person_id.to_owned()),
        customer_id: None,
        subject_id: person_id.to_owned(),
        occurrence: event.id.to_string(),
        locale: locale.to_owned(),
        args: vec![("name".to_owned(), name.to_owned())],
        link,
        attached_invoice: None,
    }
}

pub(super) fn link_made(tx: &mut Tx<'_>, event: &Recorded, made: LinkMade) -> Result<()> {
    let (kind, path) = match made.purpose {
        LinkPurpose::Confirm => (MailKind::ConfirmMail, "/confirm/"),
        LinkPurpose::Reset => (MailKind::ResetPassword, "/reset/"),
        LinkPurpose::Invite => (MailKind::Invite, "/invite/"),
        // The set-up link is printed on the machine itself.
        LinkPurpose::Setup => return Ok(()),
    };
    let link = Link::OneTime { path: path.to_owned(), sealed_token: made.url_token };
    let mut mail = personal(event, made.person_id.as_str(), made.email.as_str(), &made.name, &made.locale, kind, link);
    let inviter = crate::installation::queries::load_in(tx)?.brand_name;
    mail.args.push(("inviter".to_owned(), inviter));
    queue_in(tx, &mail).map(|_| ())
}

pub(super) fn sign_up_repeated(tx: &mut Tx<'_>, event: &Recorded, repeated: SignUpRepeated) -> Result<()> {
    let mail = personal(
        event,
        repeated.person_id.as_str(),
        repeated.email.as_str(),
        &repeated.name,
        &repeated.locale,
        MailKind::AlreadyRegistered,
        Link::Page("/sign-in".to_owned()),
    );
    queue_in(tx, &mail).map(|_| ())
}

pub(super) fn password_changed(tx: &mut Tx<'_>, event: &Recorded, changed: PasswordChanged) -> Result<()> {
    let mail = personal(
        event,
        changed.person_id.as_str(),
        changed.email.as_str(),
        &changed.name,
        &changed.locale,
        MailKind::PasswordChanged,
        Link::Page("/reset".to_owned()),
    );
    queue_in(tx, &mail).map(|_| ())
}
