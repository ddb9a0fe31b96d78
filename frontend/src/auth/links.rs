//! Pages that mailed links lead to. Opening one changes nothing: mail scanners
//! open links too, so each has a button.

use hostwright_panel::migration::content::links::queries::{ClaimView, ShowClaim, claimed};
use hostwright_panel::migration::content::model::MailboxState;
use hostwright_panel::platform::error::Result;
use leptos::prelude::AnyView;

use crate::page::{Page, Tone};
use crate::route::Visit;
use crate::ui::{ActionButton, Field, Form, Look, Meter, Notes, Piece, Shell, link, live, row, stack};

/// Proves a mail address.
///
/// # Errors
/// Not found without a token.
pub async fn confirm(visit: Visit) -> Result<String> {
    let page = &visit.page;
    let token: String = visit.params.parse("token")?;
    let button = ActionButton::new(page, "auth.confirm_mail", page.t("auth-confirm"))
        .hidden("token", token)
        .then("/sign-in")
        .look(Look::Primary);
    let shell = Shell::new(page, page.t("auth-confirm-title")).add(page.t("auth-confirm-text")).add(button);
    Ok(std::future::ready(shell.render()).await)
}

/// Asks for a mail with which a new password is set.
///
/// # Errors
/// Never.
pub async fn ask(visit: Visit) -> Result<String> {
    let page = &visit.page;
    let back = row(vec![link("/sign-in", page.t("auth-to-sign-in"))]);
    let shell = Shell::new(page, page.t("auth-reset-title"));
    let shell = if let Some(email) = visit.params.get("sent") {
        let text = page.t_with("auth-reset-sent", &[("email", email.to_owned().into())]);
        shell.add(Notes::new(Tone::Good, text)).add(page.t("auth-no-mail-text"))
    } else {
        let form = Form::new(page, "auth.request_reset")
            .then("/reset?sent={email}")
            .field(Field::email("email", page.t("auth-email")).focus())
            .submit(page.t("auth-reset-send"));
        shell.subtitle(page.t("auth-reset-text")).add(form)
    };
    Ok(std::future::ready(shell.add(back).render()).await)
}

/// Sets a new password.
///
/// # Errors
/// Not found without a token.
pub async fn reset(visit: Visit) -> Result<String> {
    let page = &visit.page;
    let token: String = visit.params.parse("token")?;
    let form = Form::new(page, "auth.reset_password")
        .hidden("token", token)
        .id("reset")
        .then("/sign-in")
        .field(
            Field::password("password", page.t("auth-new-password"))
                .autocomplete("new-password")
                .hint(page.t("auth-password-hint"))
                .focus(),
        )
        .submit(page.t("auth-reset-set"));
    let shell = Shell::new(page, page.t("auth-reset-new"))
        .subtitle(page.t("auth-reset-new-text"))
        .add(form)
        .add(row(vec![link("/reset", page.t("auth-reset-again"))]));
    Ok(std::future::ready(shell.render()).await)
}

/// Makes an invited person's account usable.
///
/// # Errors
/// Not found without a token.
pub async fn invite(visit: Visit) -> Result<String> {
    let page = &visit.page;
    let token: String = visit.params.parse("token")?;
    let form = Form::new(page, "auth.reset_password")
        .hidden("token", token)
        .id("invite")
        .then("/sign-in")
        .field(Field::text("name", page.t("auth-name")).autocomplete("name").max_length(200).focus())
        .field(
            Field::password("password", page.t("auth-password"))
                .autocomplete("new-password")
                .hint(page.t("auth-password-hint")),
        )
        .submit(page.t("auth-invite-accept"));
    let shell = Shell::new(page, page.t_with("auth-invite-title", &[("brand", page.brand.name.clone().into())]))
        .subtitle(page.t("auth-invite-text"))
        .add(form);
    Ok(std::future::ready(shell.render()).await)
}

/// Brings a mailbox along from the old place, and shows how far it is.
///
/// # Errors
/// Not found without a token that is good for a mailbox.
pub async fn mailbox(mut visit: Visit) -> Result<String> {
    let token: String = visit.params.parse("token")?;
    let view = claimed(&visit.call, ShowClaim { token: token.clone() }).await?;
    if view.is_running {
        visit.page.live = Some(3);
    }
    let page = &visit.page;
    let shell = Shell::new(page, page.t("auth-mailbox-title")).subtitle(&view.address);
    if !view.is_open {
        return Ok(shell.add(live("mailbox", copied(page, &view))).render());
    }
    let form = Form::new(page, "migration.claim")
        .hidden("token", token)
        .field(Field::password("old_password", page.t("auth-mailbox-old")).autocomplete("current-password").focus())
        .field(
            Field::password("new_password", page.t("auth-mailbox-new"))
                .autocomplete("off")
                .hint(page.t("auth-mailbox-new-hint"))
                .optional(),
        )
        .submit(page.t("auth-mailbox-bring"));
    Ok(shell.add(page.t("auth-mailbox-text")).add(form).render())
}

/// How far the copy is.
fn copied(page: &Page, view: &ClaimView) -> AnyView {
    let (tone, key) = match view.state {
        _ if view.is_running => (Tone::Working, "auth-mailbox-running"),
        MailboxState::Copied => (Tone::Good, "auth-mailbox-done"),
        MailboxState::Failed | MailboxState::NeedsPassword => (Tone::Bad, "auth-mailbox-failed"),
        MailboxState::Waiting | MailboxState::Surveyed | MailboxState::Copying => (Tone::Quiet, "auth-mailbox-over"),
    };
    let counts = [("here", page.count(view.here).into()), ("messages", page.count(view.messages).into())];
    let all = view.messages.max(view.here);
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let meter = (all > 0).then(|| {
        Meter::new(page, page.t("auth-mailbox-messages"), count(all), page.count(all)).slice(
            page.t("auth-mailbox-here"),
            count(view.here),
            page.count(view.here),
            Tone::Good,
        )
    });
    stack(vec![Notes::new(tone, page.t_with(key, &counts)).view(), meter.view()])
}
