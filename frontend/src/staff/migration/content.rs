//! Delivering content: the mail servers, the mailboxes, and one mailbox with its link.

use std::iter;

use hostwright_panel::migration::content::model::{
    ContentView, MailCounts, MailSecurity, MailServer, MailboxState, MailboxView,
};
use hostwright_panel::migration::content::queries::{
    ListMailboxes, ShowContent, ShowMailbox, mailbox, mailboxes, show as content,
};
use hostwright_panel::migration::sources::model::SourceId;
use hostwright_panel::migration::sources::queries::{ShowSource, show as source};
use hostwright_panel::platform::error::Result;

use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::staff::estate::{filtered, pager};
use crate::ui::*;
use crate::words::bytes;

/// Seconds between two looks at something that runs.
const LOOK: u32 = 3;

/// The content of a source; none while nothing was said about its mail servers.
///
/// # Errors
/// Not found, or when the caller may not.
pub(super) async fn of(visit: &Visit, source_id: &SourceId) -> Result<Option<ContentView>> {
    match content(&visit.call, ShowContent { source_id: source_id.clone() }).await {
        Ok(view) => Ok(Some(view)),
        Err(error) if error.is("migration.content_not_set") => Ok(None),
        Err(error) => Err(error),
    }
}

/// The step of the flow: how far it is, and what can be asked for.
pub(super) fn step(page: &Page, source_id: &SourceId, content: Option<&ContentView>, panel: Panel) -> Panel {
    let at = |place: &str| format!("/staff/migration/{source_id}/{place}");
    let Some(content) = content else {
        return panel
            .add(page.t("moving-mail-not-set"))
            .add(ButtonLink::plain(page.t("moving-mail-servers"), at("content")));
    };
    panel
        .add(progress(page, content.counts))
        .add(asking(page, source_id, None))
        .add(ButtonLink::plain(page.t("moving-mailboxes"), at("mailboxes")))
        .add(ButtonLink::plain(page.t("moving-mail-servers"), at("content")))
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// The mailboxes by state, as one bar.
fn progress(page: &Page, counts: MailCounts) -> AnyPiece {
    if counts.mailboxes == 0 {
        return AnyPiece::Words(page.t("moving-mail-none-yet"));
    }
    let parts = [
        (MailboxState::Copied, counts.copied),
        (MailboxState::Copying, counts.copying),
        (MailboxState::Failed, counts.failed),
        (MailboxState::NeedsPassword, counts.needs_password),
        (MailboxState::Surveyed, counts.surveyed),
        (MailboxState::Waiting, counts.waiting),
    ];
    let total = page.count(counts.mailboxes);
    let meter = Meter::new(page, page.t("moving-mailboxes"), count(counts.mailboxes), total);
    let drawn = parts.into_iter().filter(|(_, number)| *number > 0).fold(meter, |meter, (state, number)| {
        meter.slice(word(page, state), count(number), page.count(number), tone(state))
    });
    AnyPiece::Drawn(drawn.view())
}

/// Either words or a drawing.
enum AnyPiece {
    Words(String),
    Drawn(leptos::prelude::AnyView),
}

impl Piece for AnyPiece {
    fn view(self) -> leptos::prelude::AnyView {
        match self {
            Self::Words(words) => words.view(),
            Self::Drawn(view) => view,
        }
    }
}

fn word(page: &Page, state: MailboxState) -> String {
    page.t(&format!("migration-mailbox_state-{state}"))
}

fn tone(state: MailboxState) -> Tone {
    match state {
        MailboxState::Copied => Tone::Good,
        MailboxState::Copying => Tone::Working,
        MailboxState::Failed => Tone::Bad,
        MailboxState::NeedsPassword => Tone::Warn,
        MailboxState::Waiting | MailboxState::Surveyed => Tone::Quiet,
    }
}

/// What can be asked for: of all mailboxes, or of one.
fn asking(page: &Page, source_id: &SourceId, address: Option<&str>) -> leptos::prelude::AnyView {
    let button = |action: &'static str, label: &str| {
        let button = ActionButton::new(page, action, page.t(label)).hidden("source_id", source_id.as_str());
        match address {
            Some(address) => button.hidden("addresses", address),
            None => button,
        }
    };
    row(vec![
        button("migration.survey", "moving-mail-survey").view(),
        button("migration.deliver", "moving-mail-dry").hidden("is_dry", "yes").view(),
        button("migration.deliver", "moving-mail-deliver").view(),
    ])
}

/// The mailboxes, the largest first.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn list(mut visit: Visit) -> Result<String> {
    let source_id: SourceId = visit.params.parse("source_id")?;
    let view = source(&visit.call, ShowSource { source_id: source_id.clone() }).await?;
    let set = of(&visit, &source_id).await?;
    let owned = |name: &str| visit.params.get(name).map(str::to_owned);
    let state: Option<MailboxState> = visit.params.get("state").and_then(|state| state.parse().ok());
    let input = ListMailboxes {
        source_id: source_id.clone(),
        after: owned("after"),
        limit: None,
        search: owned("search"),
        state,
    };
    let words = owned("search").unwrap_or_default();
    let found = mailboxes(&visit.call, input).await?;
    if set.as_ref().is_some_and(|content| content.counts.open > 0) {
        visit.page.live = Some(LOOK);
    }
    let page = &visit.page;
    let mut filters = Filters::new(page).link(page.t("estate-all"), filtered(page, "state", None), state.is_none());
    for of in MailboxState::ALL {
        let href = filtered(page, "state", Some(of.as_str()));
        filters = filters.link(word(page, *of), href, state == Some(*of));
    }
    if let Some(state) = state {
        filters = filters.keep("state", state.as_str());
    }
    let table = Table::new(page.t("moving-mailboxes"))
        .column(Column::text(page.t("moving-mail-address")))
        .column(Column::text(page.t("moving-state")))
        .column(Column::number(page.t("moving-size")))
        .column(Column::number(page.t("moving-mail-messages")))
        .column(Column::number(page.t("moving-mail-copied")))
        .column(Column::number(page.t("moving-mail-already")).minor())
        .column(Column::number(page.t("moving-mail-planned")).minor())
        .column(Column::number(page.t("moving-mail-skipped")))
        .column(Column::text(page.t("moving-why")))
        .rows(found.items.iter().map(|one| {
            Row::to(format!("/staff/migration/mailboxes/{}", one.id))
                .cell(&one.address)
                .cell(standing(page, one))
                .cell(bytes(page, count(one.bytes)))
                .cell(page.count(one.messages))
                .cell(page.count(one.copied))
                .cell(page.count(one.already))
                .cell(page.count(one.planned))
                .cell(page.count(one.skipped))
                .cell(one.code.as_ref())
        }))
        .empty(Empty::new(page.t("moving-mail-none"), page.t("moving-mail-none-yet")));
    let bar = set.as_ref().map(|content| progress(page, content.counts));
    Ok(Shell::new(page, page.t("moving-mailboxes"))
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(&view.name, format!("/staff/migration/{source_id}"))
        .other(ButtonLink::plain(page.t("moving-mail-servers"), format!("/staff/migration/{source_id}/content")))
        .add(live("progress", stack(vec![bar.view()])))
        .add(set.is_some().then(|| asking(page, &source_id, None)))
        .add(filters.search("search", words, page.t("moving-mail-search")))
        .add(live("mailboxes", table))
        .add(pager(page, found.next.as_deref()))
        .render())
}

/// Where a mailbox stands, and what is asked of it.
fn standing(page: &Page, one: &MailboxView) -> State {
    let state = State::new(tone(one.state), word(page, one.state));
    match one.asked {
        Some(asked) => state.since(page.t(&format!("migration-asked-{asked}"))),
        None => state,
    }
}

/// One mailbox.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(mut visit: Visit) -> Result<String> {
    let one = mailbox(&visit.call, ShowMailbox { mailbox_id: visit.params.parse("mailbox_id")? }).await?;
    let view = source(&visit.call, ShowSource { source_id: one.source_id.clone() }).await?;
    if one.asked.is_some() {
        visit.page.live = Some(LOOK);
    }
    let page = &visit.page;
    let known = |number: i64| bytes(page, count(number));
    let largest = one.largest_folder.as_ref().zip(one.largest_bytes);
    let facts = Facts::new()
        .fact(page.t("moving-state"), standing(page, &one))
        .fact(page.t("moving-account"), link(format!("/staff/customers/{}", one.customer_id), &one.customer_id))
        .fact(page.t("moving-mail-messages"), page.count(one.messages))
        .fact(page.t("moving-size"), known(one.bytes))
        .maybe(page.t("moving-mail-largest"), largest.map(|(name, size)| format!("{name}, {}", known(size))))
        .maybe(page.t("moving-mail-lacks"), (one.lacks_bytes > 0).then(|| known(one.lacks_bytes)))
        .maybe(page.t("moving-mail-measured"), one.measured_at.map(|at| page.instant(at)));
    let mut last = Facts::new()
        .fact(page.t("moving-mail-found"), page.count(one.found))
        .fact(page.t("moving-mail-copied"), format!("{} ({})", page.count(one.copied), known(one.copied_bytes)))
        .fact(page.t("moving-mail-already"), page.count(one.already));
    if one.is_dry {
        let planned = format!("{} ({})", page.count(one.planned), known(one.planned_bytes));
        last = last.fact(page.t("moving-mail-planned"), planned);
    }
    let last = last
        .fact(page.t("moving-mail-skipped"), page.count(one.skipped))
        .maybe(page.t("moving-why"), one.code.as_ref())
        .maybe(page.t("moving-mail-reason"), one.reason.as_ref().filter(|reason| !reason.is_empty()))
        .maybe(page.t("moving-mail-ended"), one.ended_at.map(|at| page.instant(at)));
    let told = visit
        .shown_once
        .as_ref()
        .filter(|answer| answer.get("mailbox_id").and_then(|id| id.as_str()) == Some(one.id.as_str()));
    let url = told.and_then(|answer| answer.get("url")).and_then(|url| url.as_str());
    Ok(Shell::new(page, &one.address)
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(&view.name, format!("/staff/migration/{}", view.id))
        .crumb(page.t("moving-mailboxes"), format!("/staff/migration/{}/mailboxes", view.id))
        .id(one.id.as_str())
        .add(live("mailbox", Panel::new(page.t("moving-mail-mailbox")).id("mailbox").add(facts)))
        .add(live("last", Panel::new(page.t("moving-mail-last")).id("last").add(last)))
        .add(asking(page, &one.source_id, Some(&one.address)))
        .add(owner_link(page, &one, url))
        .render())
}

/// The link by which its owner brings it along.
fn owner_link(page: &Page, one: &MailboxView, url: Option<&str>) -> Panel {
    let shown = url.map(|url| Notes::new(Tone::Good, page.t("moving-mail-link-once")).add(copyable(page, url)));
    let is_open = one.link_expires_at.is_some() && one.link_used_at.is_none();
    let facts = Facts::new()
        .maybe(page.t("moving-mail-link-until"), one.link_expires_at.map(|at| page.instant(at)))
        .maybe(page.t("moving-mail-link-used"), one.link_used_at.map(|at| page.instant(at)));
    let make = ActionButton::new(page, "migration.invite", page.t("moving-mail-link-make"))
        .hidden("mailbox_id", one.id.as_str());
    let revoke = ActionButton::new(page, "migration.revoke", page.t("moving-mail-link-revoke"))
        .hidden("mailbox_id", one.id.as_str())
        .look(Look::Danger);
    Panel::new(page.t("moving-mail-link"))
        .id("link")
        .add(page.t("moving-mail-link-text"))
        .add(shown)
        .add(one.link_expires_at.is_some().then_some(facts))
        .add(row(iter::once(make.view()).chain(is_open.then(|| revoke.view())).collect()))
}

/// The mail servers of a source.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn servers(visit: Visit) -> Result<String> {
    let source_id: SourceId = visit.params.parse("source_id")?;
    let view = source(&visit.call, ShowSource { source_id: source_id.clone() }).await?;
    let set = of(&visit, &source_id).await?;
    let page = &visit.page;
    let back = format!("/staff/migration/{source_id}");
    let form = Form::new(page, "migration.set_content").hidden("source_id", source_id.as_str()).then(back.clone());
    let content = set.as_ref();
    let form = side(page, form, "source", content.map(|content| (&content.source, content.has_source_master)));
    let form = side(page, form, "target", content.map(|content| (&content.target, content.has_target_master)));
    let limit = |of: fn(&ContentView) -> i64, usual: i64| content.map_or(usual, of).to_string();
    let rate = content.and_then(|content| content.limits.bytes_per_second).map(|rate| rate.to_string());
    let form = form
        .group(
            page.t("moving-mail-kind"),
            Some(page.t("moving-mail-kind-hint")),
            vec![
                Field::number("mailboxes_at_once", page.t("moving-mail-at-once"))
                    .range(0, 64)
                    .value(limit(|content| content.limits.mailboxes_at_once, 2))
                    .short(),
                Field::number("connections", page.t("moving-mail-connections"))
                    .range(1, 64)
                    .value(limit(|content| content.limits.connections, 4))
                    .short(),
                Field::number("bytes_per_second", page.t("moving-mail-rate")).maybe(rate).optional().short(),
            ],
        )
        .submit(page.t("ui-save"))
        .cancel(page.t("ui-cancel"), back.clone());
    Ok(Shell::new(page, page.t("moving-mail-servers"))
        .crumb(page.t("ui-nav-migration"), "/staff/migration")
        .crumb(&view.name, back)
        .subtitle(page.t("moving-mail-servers-text"))
        .add(form)
        .render())
}

/// The fields of one of the two servers.
fn side<'a>(page: &'a Page, form: Form<'a>, name: &str, set: Option<(&MailServer, bool)>) -> Form<'a> {
    let server = set.map(|(server, _)| server);
    let field = |of: &str| format!("{name}_{of}");
    let securities = MailSecurity::ALL
        .iter()
        .map(|security| Choice::new(security.as_str(), page.t(&format!("migration-mail_security-{security}"))))
        .collect();
    let kept = page.t(if set.is_some_and(|(_, has_master)| has_master) {
        "moving-mail-password-there"
    } else {
        "moving-mail-password-hint"
    });
    form.group(
        page.t(&format!("moving-mail-{name}")),
        None,
        vec![
            Field::text(field("host"), page.t("moving-mail-host")).maybe(server.map(|server| server.host.clone())),
            Field::number(field("port"), page.t("moving-mail-port"))
                .range(1, 65_535)
                .value(server.map_or(993, |server| server.port).to_string())
                .short(),
            Field::select(field("security"), page.t("moving-mail-security"), securities)
                .value(server.map_or(MailSecurity::Tls, |server| server.security).as_str()),
            Field::text(field("fingerprint"), page.t("moving-mail-fingerprint"))
                .hint(page.t("moving-mail-fingerprint-hint"))
                .maybe(server.and_then(|server| server.fingerprint.clone()))
                .optional(),
            Field::text(field("login"), page.t("moving-mail-login"))
                .hint(page.t("moving-mail-login-hint"))
                .value(server.map_or("{address}", |server| server.login.as_str())),
            Field::text(field("master"), page.t("moving-mail-master"))
                .hint(page.t("moving-mail-master-hint"))
                .maybe(server.and_then(|server| server.master.clone()))
                .optional(),
            Field::password(field("master_password"), page.t("moving-mail-master-password")).hint(kept).optional(),
        ],
    )
}
