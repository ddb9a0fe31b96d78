//! Outgoing mail.

use hostwright_panel::notifications::model::{MailState, MailView};
use hostwright_panel::notifications::queries::{self, ShowMail};
use hostwright_panel::platform::error::Result;

use super::words;
use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::*;

/// The list.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(visit: Visit) -> Result<String> {
    let input = visit.params.list();
    let found = queries::list(&visit.call, input.clone()).await?;
    let now = visit.call.now();
    let page = &visit.page;
    let mut filters =
        Filters::new(page).link(page.t("estate-all"), words::filtered(page, "state", None), input.state.is_none());
    for state in MailState::ALL.iter().filter(|state| **state != MailState::Sending) {
        filters = filters.link(
            page.t(&format!("notifications-state-{state}")),
            words::filtered(page, "state", Some(state.as_str())),
            input.state.as_deref() == Some(state.as_str()),
        );
    }
    if let Some(state) = &input.state {
        filters = filters.keep("state", state);
    }
    let filters = filters.search("search", input.search.clone().unwrap_or_default(), page.t("estate-mails-search"));
    let empty = if input.state.is_some() || input.search.is_some() {
        Empty::new(page.t("estate-none-found"), page.t("estate-none-found-text"))
    } else {
        Empty::new(page.t("estate-mails-none"), page.t("estate-mails-none-text"))
    };
    let table = Table::new(page.t("ui-nav-mails"))
        .column(Column::text(page.t("estate-subject")))
        .column(Column::text(page.t("estate-recipient")))
        .column(Column::text(page.t("estate-kind")).minor())
        .column(Column::text(page.t("estate-state")))
        .column(Column::text(page.t("estate-when")))
        .rows(found.items.iter().map(|mail| {
            Row::to(format!("/staff/mails/{}", mail.id))
                .cell(&mail.subject)
                .cell(&mail.recipient)
                .cell(page.t(&format!("notifications-kind-{}", mail.kind)))
                .cell(state(page, mail))
                .cell(words::moment(page, mail.sent_at.unwrap_or(mail.created_at), now))
        }))
        .empty(empty);
    Ok(Shell::new(page, page.t("ui-nav-mails"))
        .add(filters)
        .add(live("mails", table))
        .add(words::pager(page, found.next.as_deref()))
        .render())
}

fn state(page: &Page, mail: &MailView) -> State {
    let tone = match mail.state {
        MailState::Queued if mail.tries > 0 => Tone::Warn,
        MailState::Queued | MailState::Sending => Tone::Working,
        MailState::Sent => Tone::Good,
        MailState::Failed => Tone::Bad,
        MailState::Suppressed => Tone::Warn,
    };
    State::new(tone, page.t(&format!("notifications-state-{}", mail.state)))
}

/// One mail with its words.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(mut visit: Visit) -> Result<String> {
    let content = queries::show(&visit.call, ShowMail { mail_id: visit.params.parse("mail_id")? }).await?;
    let mail = &content.mail;
    let is_under_way = matches!(mail.state, MailState::Queued | MailState::Sending);
    if is_under_way {
        visit.page.live = Some(3);
    }
    let customers = words::customers(&visit.call, mail.customer_id.clone()).await?;
    let hostnames = words::hostnames(&visit.call, [mail.subject_id.clone()]).await;
    let page = &visit.page;
    let resend = (!is_under_way).then(|| {
        ActionButton::new(page, "mails.resend", page.t("estate-mail-resend"))
            .hidden("mail_id", mail.id.as_str())
            .look(Look::Primary)
    });
    let trouble = mail.error.as_ref().map(|error| {
        let tone = if mail.state == MailState::Failed { Tone::Bad } else { Tone::Warn };
        Notes::new(tone, error).title(page.t("estate-mail-trouble"))
    });
    let invoice = mail
        .attached_invoice_id
        .as_ref()
        .map(|id| link(format!("/staff/invoices/{id}"), page.t("estate-mail-invoice")));
    let facts = Facts::new()
        .fact(page.t("estate-recipient"), copyable(page, mail.recipient.clone()))
        .maybe(page.t("estate-customer"), mail.customer_id.as_ref().map(|id| words::customer(&customers, id)))
        .fact(page.t("estate-about"), words::thing(&hostnames, &mail.subject_id))
        .fact(page.t("estate-kind"), page.t(&format!("notifications-kind-{}", mail.kind)))
        .fact(page.t("estate-language"), page.t(&format!("estate-language-{}", mail.locale)))
        .maybe(page.t("ui-attachments"), invoice)
        .fact(page.t("estate-queued-at"), page.instant(mail.created_at))
        .maybe(page.t("estate-sent-at"), mail.sent_at.map(|at| page.instant(at)))
        .fact(page.t("estate-tries"), page.count(mail.tries));
    Ok(Shell::new(page, &mail.subject)
        .crumb(page.t("ui-nav-mails"), "/staff/mails")
        .state(state(page, mail))
        .id(mail.id.as_str())
        .primary(resend)
        .add(live(
            "trouble",
            stack(vec![
                trouble.view(),
                grid(
                    "main-side",
                    vec![
                        Panel::new(page.t("estate-mail-words"))
                            .id("words")
                            .add(Thread::new(page).message(Message::new(
                                MessageKind::Customer,
                                page.brand.name.clone(),
                                mail.created_at,
                                content.text.clone(),
                            )))
                            .view(),
                        stack(vec![Panel::new(page.t("estate-facts")).id("facts").add(facts).view()]),
                    ],
                ),
            ]),
        ))
        .render())
}
