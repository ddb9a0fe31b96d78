//! The one table "when X happened, do Y" between slices.
//!
//! Each reaction runs in the transaction that marks its event as handled, so it
//! happens exactly once.
//!
//! | when | do |
//! |---|---|
//! | invoice issued | mail it |
//! | invoice paid | let its subscriptions begin or run again; mail thanks |
//! | reminder due | mail it |
//! | subscription activated | build and start its server |
//! | subscription suspended, resumed, terminated | stop, start, take away its server; mail it |
//! | server ready | mail it |
//! | ticket opened, replied | mail the other side |
//! | link made, known address signed up again, password changed | mail it |

mod letters;

use crate::auth::model::{LinkMade, PasswordChanged, SignUpRepeated};
use crate::billing::invoices::model::{InvoiceIssued, InvoicePaid};
use crate::platform::Tx;
use crate::platform::error::Result;
use crate::platform::outbox::{Event, Recorded};
use crate::renewals::commands::ReminderDue;
use crate::servers::model::ServerReady;
use crate::subscriptions::model::{
    SubscriptionActivated, SubscriptionResumed, SubscriptionSuspended, SubscriptionTerminated,
};
use crate::tickets::model::{TicketOpened, TicketReplied};
use crate::{renewals, servers};

/// Does what follows from an event.
///
/// # Errors
/// When the database fails; the event then stays open and is tried again.
pub fn react(tx: &mut Tx<'_>, event: &Recorded) -> Result<()> {
    match event.kind.as_str() {
        InvoiceIssued::KIND => on(tx, event, letters::invoice_issued),
        InvoicePaid::KIND => on(tx, event, |tx, event, paid: InvoicePaid| {
            renewals::commands::settle_in(tx, &paid.invoice_id)?;
            letters::invoice_paid(tx, event, paid)
        }),
        ReminderDue::KIND => on(tx, event, letters::reminder_due),
        SubscriptionActivated::KIND => on(tx, event, |tx, _, activated: SubscriptionActivated| {
            servers::commands::release_in(tx, &activated.subscription_id)
        }),
        SubscriptionSuspended::KIND => on(tx, event, |tx, event, suspended: SubscriptionSuspended| {
            servers::commands::follow_suspension_in(tx, &suspended.subscription_id)?;
            letters::suspended(tx, event, suspended)
        }),
        SubscriptionResumed::KIND => on(tx, event, |tx, event, resumed: SubscriptionResumed| {
            servers::commands::follow_suspension_in(tx, &resumed.subscription_id)?;
            letters::resumed(tx, event, resumed)
        }),
        SubscriptionTerminated::KIND => on(tx, event, |tx, event, terminated: SubscriptionTerminated| {
            servers::commands::terminate_in(tx, &terminated.subscription_id)?;
            letters::terminated(tx, event, terminated)
        }),
        ServerReady::KIND => on(tx, event, letters::server_ready),
        TicketOpened::KIND => on(tx, event, letters::ticket_opened),
        TicketReplied::KIND => on(tx, event, letters::ticket_replied),
        LinkMade::KIND => on(tx, event, letters::link_made),
        SignUpRepeated::KIND => on(tx, event, letters::sign_up_repeated),
        PasswordChanged::KIND => on(tx, event, letters::password_changed),
        kind => {
            tracing::debug!(kind, "nothing follows from this event");
            Ok(())
        }
    }
}

fn on<E: Event>(
    tx: &mut Tx<'_>,
    recorded: &Recorded,
    follow: impl FnOnce(&mut Tx<'_>, &Recorded, E) -> Result<()>,
) -> Result<()> {
    match recorded.read::<E>()? {
        Some(event) => follow(tx, recorded, event),
        None => Ok(()),
    }
}
