//! States and sizes in words: the one place where an enum becomes text.

use hostwright_kernel::{Instant, Months};
use hostwright_panel::auth::policy::MemberRole;
use hostwright_panel::billing::invoices::model::{Invoice, InvoiceKind, InvoiceState};
use hostwright_panel::catalogue::model::RenewalChoice;
use hostwright_panel::platform::jobs::{JobState, StepState as JournalState};
use hostwright_panel::servers::model::{Desired, DiskState, Seen};
use hostwright_panel::servers::queries::{ServerView, TaskView};
use hostwright_panel::subscriptions::model::SubscriptionState;
use hostwright_panel::tickets::model::{Priority, TicketState};

use crate::page::{Page, Tone};
use crate::ui::{State, StepState};

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

/// What was last seen of a server, whatever is wished.
#[must_use]
pub fn seen(page: &Page, server: &ServerView) -> State {
    let built = is_built(server);
    let (tone, key) = match server.state {
        Seen::Running => (Tone::Good, "running"),
        Seen::ShutOff => (Tone::Quiet, "shut_off"),
        Seen::Paused => (Tone::Warn, "paused"),
        Seen::Crashed => (Tone::Bad, "crashed"),
        Seen::Absent | Seen::Unknown if !built => (Tone::Quiet, "planned"),
        Seen::Absent => (Tone::Bad, "absent"),
        Seen::Unknown => (Tone::Warn, "unknown"),
    };
    State::new(tone, page.t(&format!("servers-state-{key}")))
}

/// Whether there is a machine at all: before, nothing can be switched.
#[must_use]
pub fn is_built(server: &ServerView) -> bool {
    !matches!(server.disk, DiskState::Planned | DiskState::Building)
}

/// How long ago something was, in words.
#[must_use]
pub fn ago(page: &Page, then: Instant, now: Instant) -> String {
    let seconds = then.seconds_until(now).max(0);
    if seconds < 2 {
        page.t("portal-just-now")
    } else {
        page.t_with("portal-ago", &[("span", page.span(seconds).into())])
    }
}

/// The title of a task.
#[must_use]
pub fn task_title(page: &Page, title: &str) -> String {
    page.t(&format!("task-{title}"))
}

/// Where a task is.
#[must_use]
pub fn task_state(page: &Page, task: &TaskView) -> State {
    let tone = match task.state {
        JobState::Queued if task.failures > 0 => return State::new(Tone::Warn, page.t("ui-step-retrying")),
        JobState::Queued | JobState::Running => Tone::Working,
        JobState::Done => Tone::Good,
        JobState::Attention => Tone::Bad,
        JobState::Cancelled => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("task-state-{}", task.state)))
}

/// Where a step of a task is; a failed step of an open task is tried again.
#[must_use]
pub fn step_state(step: JournalState, task: JobState) -> StepState {
    match (step, task) {
        (JournalState::Done, _) => StepState::Done,
        (JournalState::Running, JobState::Running | JobState::Queued) => StepState::Running,
        (JournalState::Failed, JobState::Running | JobState::Queued) => StepState::Retrying,
        (JournalState::Running | JournalState::Failed, JobState::Done) => StepState::Skipped,
        (JournalState::Running | JournalState::Failed, JobState::Attention | JobState::Cancelled) => StepState::Failed,
    }
}

/// Where a subscription is in its life.
#[must_use]
pub fn subscription_state(page: &Page, state: SubscriptionState) -> State {
    let tone = match state {
        SubscriptionState::Ordered => Tone::Warn,
        SubscriptionState::Active => Tone::Good,
        SubscriptionState::Suspended => Tone::Bad,
        SubscriptionState::Cancelled | SubscriptionState::Terminated => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("subscriptions-state-{state}")))
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

/// Memory in the unit that people use.
#[must_use]
pub fn memory(page: &Page, mib: i64) -> String {
    if mib >= 1024 && mib % 1024 == 0 {
        format!("{} GiB", page.count(mib / 1024))
    } else {
        format!("{} MiB", page.count(mib))
    }
}

/// Processors, memory and disk in one line.
#[must_use]
pub fn sizes(page: &Page, vcpus: i64, memory_mib: i64, disk_gib: i64) -> String {
    page.t_with(
        "portal-sizes",
        &[
            ("vcpus", vcpus.into()),
            ("memory", memory(page, memory_mib).into()),
            ("disk", format!("{} GiB", page.count(disk_gib)).into()),
        ],
    )
}

/// Bytes in the unit that fits, with one decimal from MiB on.
#[must_use]
pub fn bytes(page: &Page, bytes: u64) -> String {
    const UNITS: &[(&str, u64)] = &[("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let Some((unit, size)) = UNITS.iter().find(|(_, size)| bytes >= *size) else {
        return format!("{} B", page.count(bytes));
    };
    let tenths = u128::from(bytes).saturating_mul(10) / u128::from(*size);
    if *unit == "KiB" {
        format!("{} {unit}", page.decimal(&(tenths / 10).to_string()))
    } else {
        format!("{} {unit}", page.decimal(&format!("{}.{}", tenths / 10, tenths % 10)))
    }
}

#[cfg(test)]
mod tests {
    use hostwright_panel::platform::texts::Texts;

    use super::*;
    use crate::page::Area;

    #[test]
    fn sizes_use_the_unit_that_people_use() {
        let page = Page::new(Texts::embedded().unwrap_or_else(|bad| panic!("{bad}")), Area::Portal, "/portal");
        assert_eq!(memory(&page, 4096), "4 GiB");
        assert_eq!(memory(&page, 1536), "1,536 MiB");
        assert_eq!(bytes(&page, 512), "512 B");
        assert_eq!(bytes(&page, 1 << 20), "1.0 MiB");
        assert_eq!(bytes(&page, 1_610_612_736), "1.5 GiB");
    }

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
