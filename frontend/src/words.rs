//! States, sizes and times in words, the same to customers and staff: where an enum
//! becomes text.

use hostwright_kernel::Instant;
use hostwright_panel::hosting::model::{DomainState, DomainView};
use hostwright_panel::platform::jobs::{JobState, StepState as JournalState};
use hostwright_panel::servers::model::{Desired, DiskState, Seen};
use hostwright_panel::servers::queries::{ServerView, TaskView};
use hostwright_panel::subscriptions::model::SubscriptionState;

use crate::page::{Page, Tone};
use crate::ui::{Facts, State, StepState};

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
        Seen::Absent if server.desired == Desired::Deleted => (Tone::Quiet, "deleted"),
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
    // One unit is enough: nobody needs the seconds of an hour ago.
    let unit = [86_400, 3_600, 60].into_iter().find(|unit| seconds >= *unit).unwrap_or(1);
    if seconds < 2 {
        page.t("ui-just-now")
    } else {
        page.t_with("ui-ago", &[("span", page.span(seconds.saturating_sub(seconds % unit)).into())])
    }
}

/// The title of a task.
#[must_use]
pub fn task_title(page: &Page, title: &str) -> String {
    let key = format!("task-{title}");
    if page.texts.has(&key) {
        page.t(&key)
    } else {
        page.t_with("ui-task-other", &[("title", title.to_owned().into())])
    }
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

/// How a domain stands at its registry.
#[must_use]
pub fn domain_state(page: &Page, state: DomainState) -> State {
    let tone = match state {
        DomainState::Active => Tone::Good,
        DomainState::Pending | DomainState::Transferring => Tone::Working,
        DomainState::Expired => Tone::Warn,
        DomainState::Redemption => Tone::Bad,
        DomainState::Released | DomainState::TransferredAway => Tone::Quiet,
    };
    State::new(tone, page.t(&format!("hosting-domain-{state}")))
}

/// The authorisation code of this domain, when the last action was to ask for it.
#[must_use]
pub fn auth_code_of<'a>(shown_once: Option<&'a serde_json::Value>, domain: &DomainView) -> Option<&'a str> {
    let answer =
        shown_once.filter(|answer| answer.get("domain_id").and_then(|id| id.as_str()) == Some(domain.id.as_str()))?;
    answer.get("auth_code")?.as_str()
}

/// What is known of a domain's registration, behind these facts.
#[must_use]
pub fn registration(page: &Page, domain: &DomainView, facts: Facts) -> Facts {
    let yes_no = |yes: bool| page.t(if yes { "hosting-yes" } else { "hosting-no" });
    let servers = Some(domain.name_servers.join(", ")).filter(|servers| !servers.is_empty());
    let mut facts = facts
        .maybe(page.t("hosting-domain-registrar"), Some(&domain.registrar).filter(|name| !name.is_empty()))
        .maybe(page.t("hosting-domain-registered"), domain.registered_on.map(|day| page.day(day)))
        .maybe(page.t("hosting-domain-expires"), domain.expires_on.map(|day| page.day(day)))
        .maybe(page.t("hosting-domain-name-servers"), servers)
        .fact(page.t("hosting-domain-locked"), yes_no(domain.locked))
        .fact(page.t("hosting-domain-renews"), yes_no(domain.renews))
        .maybe(page.t("hosting-domain-ended"), domain.ended_at.map(|at| page.instant(at)));
    for contact in &domain.contacts {
        let parts = [&contact.name, &contact.company, &contact.email];
        let told: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        facts = facts.fact(page.t(&format!("hosting-contact-{}", contact.role)), told.join(", "));
    }
    facts
}

/// Memory, in the largest unit that leaves no more than one decimal.
#[must_use]
pub fn mib(page: &Page, mib: i64) -> String {
    let tenths = mib.saturating_mul(10) / 1_024;
    if mib < 1_024 {
        return format!("{}\u{a0}MiB", page.count(mib));
    }
    format!("{}\u{a0}GiB", tenths_text(page, tenths))
}

/// Disk or traffic.
#[must_use]
pub fn gib(page: &Page, gib: i64) -> String {
    if gib < 1_024 {
        return format!("{}\u{a0}GiB", page.count(gib));
    }
    format!("{}\u{a0}TiB", tenths_text(page, gib.saturating_mul(10) / 1_024))
}

/// A count of bytes.
#[must_use]
pub fn bytes(page: &Page, bytes: u64) -> String {
    const UNITS: &[&str] = &["B", "KiB", "MiB", "GiB", "TiB"];
    let mut tenths = i64::try_from(bytes).unwrap_or(i64::MAX).saturating_mul(10);
    let mut unit = "B";
    for next in UNITS {
        unit = next;
        if tenths < 10_240 {
            break;
        }
        if *next != "TiB" {
            tenths /= 1_024;
        }
    }
    format!("{}\u{a0}{unit}", tenths_text(page, tenths))
}

fn tenths_text(page: &Page, tenths: i64) -> String {
    match (tenths / 10, tenths % 10) {
        (whole, 0) => page.count(whole),
        (whole, part) => page.decimal(&format!("{whole}.{part}")),
    }
}

/// What a server or plan consists of, in one line.
#[must_use]
pub fn size(page: &Page, vcpus: i64, memory_mib: i64, disk_gib: i64) -> String {
    page.t_with(
        "ui-size",
        &[("vcpus", vcpus.into()), ("memory", mib(page, memory_mib).into()), ("disk", gib(page, disk_gib).into())],
    )
}

#[cfg(test)]
mod tests {
    use hostwright_panel::platform::texts::Texts;

    use super::*;
    use crate::page::Area;

    #[test]
    fn sizes_use_the_unit_that_people_use() {
        let page = Page::new(Texts::embedded().unwrap_or_else(|bad| panic!("{bad}")), Area::Portal, "/portal");
        assert_eq!(mib(&page, 4096), "4\u{a0}GiB");
        assert_eq!(mib(&page, 1536), "1.5\u{a0}GiB");
        assert_eq!(bytes(&page, 512), "512\u{a0}B");
        assert_eq!(bytes(&page, 1 << 20), "1\u{a0}MiB");
        assert_eq!(bytes(&page, 1_610_612_736), "1.5\u{a0}GiB");
    }
}
