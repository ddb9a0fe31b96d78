//! States and sizes in words: the one place where an enum becomes text.

use hostwright_kernel::Months;
use hostwright_panel::auth::policy::MemberRole;
use hostwright_panel::billing::invoices::model::{Invoice, InvoiceKind, InvoiceState};
use hostwright_panel::catalogue::model::RenewalChoice;
use hostwright_panel::platform::jobs::JobState;
use hostwright_panel::servers::model::Desired;
use hostwright_panel::servers::queries::ServerView;
use hostwright_panel::tickets::model::{Priority, TicketState};

use crate::page::{Page, Tone};
use crate::ui::State;
pub use crate::words::{ago, bytes, is_built, mib, seen, size, subscription_state, task_state, task_title};

/// How a server stands: what holds it back first, then what is under way, then
/// what was last seen.
#[must_use]
pub fn server_state(page: &Page, server: &ServerView) -> State {
    if server.desired == Desired::Deleted {
        return State::new(Tone::Quiet, page.t("servers-state-deleted"));
    }
    if !server.released {
        return State::new(Tone::Warn, page.t("servers-state-unpaid"));
    }
    if server.suspended {
        return State::new(Tone::Bad, page.t("servers-state-suspended"));
    }
    if let Some(busy) = &server.busy {
        let word = task_title(page, &busy.title);
        return match busy.state {
            JobState::Attention => State::new(Tone::Bad, page.t("portal-state-delayed")).since(word),
            JobState::Queued | JobState::Running | JobState::Done | JobState::Cancelled => {
                State::new(Tone::Working, page.t("portal-state-working")).since(word)
            }
        };
    }
    seen(page, server)
}

/// Where an invoice is, with how late it is.
#[must_use]
pub fn invoice_state(page: &Page, invoice: &Invoice, overdue_days: Option<i64>) -> State {
    if let Some(days) = overdue_days {
        return State::new(Tone::Bad, page.t_with("portal-invoice-overdue", &[("days", days.into())]));
    }
    let (tone, key) = match (invoice.kind, invoice.state) {
        (InvoiceKind::CreditNote, _) => (Tone::Quiet, "portal-invoice-credit-note"),
        (InvoiceKind::Invoice, InvoiceState::Draft) => (Tone::Quiet, "portal-invoice-draft"),
        (InvoiceKind::Invoice, InvoiceState::Issued) => (Tone::Warn, "portal-invoice-open"),
        (InvoiceKind::Invoice, InvoiceState::Paid) => (Tone::Good, "portal-invoice-paid"),
        (InvoiceKind::Invoice, InvoiceState::Credited) => (Tone::Quiet, "portal-invoice-credited"),
    };
    State::new(tone, page.t(key))
}

/// What a document is called.
#[must_use]
pub fn invoice_kind(page: &Page, kind: InvoiceKind) -> String {
    page.t(match kind {
        InvoiceKind::Invoice => "portal-invoice",
        InvoiceKind::CreditNote => "portal-invoice-credit-note",
    })
}

/// Whose turn a ticket is, as the customer sees it.
#[must_use]
pub fn ticket_state(page: &Page, state: TicketState) -> State {
    let tone = match state {
        TicketState::Answered => Tone::Warn,
        TicketState::Open | TicketState::Waiting | TicketState::Closed => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("portal-ticket-{state}")))
}

/// How pressing a ticket is.
#[must_use]
pub fn priority(page: &Page, priority: Priority) -> String {
    page.t(&format!("portal-priority-{priority}"))
}

/// What a person is within an account.
#[must_use]
pub fn member_role(page: &Page, role: MemberRole) -> String {
    page.t(&format!("auth-member-{role}"))
}

/// What happens at the end of what is billed.
#[must_use]
pub fn renewal(page: &Page, choice: RenewalChoice) -> String {
    page.t(&format!("portal-renewal-{choice}"))
}

/// The length of a period: a month, 3 months, a year.
#[must_use]
pub fn months(page: &Page, months: Months) -> String {
    page.t_with("portal-months", &[("months", months.count().into())])
}

#[cfg(test)]
mod tests {
    use hostwright_panel::platform::texts::Texts;

    #[test]
    fn every_task_and_step_has_a_name() {
        use hostwright_panel::servers::reconcile::model::Step;
        let texts = Texts::embedded().unwrap_or_else(|bad| panic!("{bad}"));
        for step in Step::ALL {
            assert!(texts.has(&format!("step-{step}")), "{step}");
        }
        for title in ["create", "start", "shut-down", "reboot", "power-off", "suspend", "resume", "delete", "restore"] {
            assert!(texts.has(&format!("task-servers-{title}")), "{title}");
        }
    }
}
