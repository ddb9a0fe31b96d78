//! The way in: the start page, signing in and signing up.

use hostwright_panel::auth::call::Call;
use hostwright_panel::billing::entity;
use hostwright_panel::platform::error::{Error, Result};

use crate::page::Page;
use crate::places;
use crate::route::{Drawn, Visit};
use crate::ui::{ButtonLink, Field, Form, Panel, Piece, Shell, link, muted, row};

/// Sends everybody to where they work.
///
/// # Errors
/// When the database fails.
pub async fn start(visit: Visit) -> Result<Drawn> {
    let call = &visit.call;
    let place = match call.person() {
        Ok(person) if person.staff.is_some() => "/staff",
        Ok(_) => "/portal",
        Err(_) if !is_set_up(call).await? => "/setup",
        Err(_) => "/sign-in",
    };
    Ok(Drawn::GoTo(place.to_owned()))
}

/// Whether somebody has set this installation up.
///
/// # Errors
/// When the database fails.
pub async fn is_set_up(call: &Call) -> Result<bool> {
    match call.db.read(entity::load_in).await {
        Ok(_) => Ok(true),
        Err(Error::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Draws the sign-in form. Who is signed in already goes on.
///
/// # Errors
/// When the database fails.
pub async fn sign_in(visit: Visit) -> Result<Drawn> {
    let next = visit.params.get("next").filter(|path| is_own(path)).unwrap_or("/").to_owned();
    if visit.call.person().is_ok() && visit.page.form.is_none() {
        return Ok(Drawn::GoTo(next));
    }
    if !is_set_up(&visit.call).await? {
        return Ok(Drawn::GoTo("/setup".to_owned()));
    }
    let page = &visit.page;
    let form = Form::new(page, "auth.sign_in")
        .then(next)
        .field(Field::email("email", page.t("auth-email")).autocomplete("username").focus())
        .field(Field::password("password", page.t("auth-password")))
        .field(
            Field::one_time_code("totp_code", page.t("auth-totp-code"))
                .optional()
                .max_length(32)
                .hint(page.t("auth-totp-sign-in-hint")),
        )
        .submit(page.t("ui-sign-in"));
    let forgot = link("/reset", page.t("auth-forgot"));
    let sign_up = link("/sign-up", page.t("auth-sign-up"));
    Ok(Shell::new(page, page.t("ui-sign-in"))
        .subtitle(page.t_with("auth-sign-in-text", &[("brand", page.brand.name.clone().into())]))
        .add(form)
        .add(row(vec![forgot, sign_up]))
        .render()
        .into())
}

/// A path on this host and nothing else.
fn is_own(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.contains(char::is_control)
}

/// Draws the sign-up form.
///
/// # Errors
/// When the database fails.
pub async fn sign_up(visit: Visit) -> Result<Drawn> {
    if visit.call.person().is_ok() && visit.page.form.is_none() {
        return Ok(Drawn::GoTo("/".to_owned()));
    }
    let call = &visit.call;
    let country = match call.db.read(entity::load_in).await {
        Ok(seller) => seller.country,
        Err(Error::Refused(_)) => return Ok(Drawn::GoTo("/setup".to_owned())),
        Err(error) => return Err(error),
    };
    let page = &visit.page;
    let form = Form::new(page, "auth.sign_up")
        .hidden("locale", page.locale.tag())
        .id("sign-up")
        .then("/signed-up?email={email}")
        .group(
            page.t("auth-you"),
            None,
            vec![
                Field::text("name", page.t("auth-name")).autocomplete("name").max_length(200).focus(),
                Field::email("email", page.t("auth-email")).hint(page.t("auth-sign-up-email-hint")),
                Field::password("password", page.t("auth-password"))
                    .autocomplete("new-password")
                    .hint(page.t("auth-password-hint")),
            ],
        )
        .group(page.t("auth-invoices-to"), Some(page.t("auth-invoices-to-hint")), address(page, &country))
        .submit(page.t("auth-sign-up"));
    Ok(Shell::new(page, page.t("auth-sign-up"))
        .subtitle(page.t_with("auth-sign-up-text", &[("brand", page.brand.name.clone().into())]))
        .wide()
        .add(form)
        .add(row(vec![muted(page.t("auth-have-account")), link("/sign-in", page.t("ui-sign-in"))]))
        .render()
        .into())
}

fn address(page: &Page, country: &str) -> Vec<Field> {
    vec![
        Field::text("company", page.t("auth-company")).optional().autocomplete("organization").max_length(200),
        Field::text("street", page.t("auth-street")).optional().autocomplete("street-address").max_length(200),
        Field::text("postal_code", page.t("auth-postal-code")).optional().autocomplete("postal-code").short(),
        Field::text("city", page.t("auth-city")).optional().autocomplete("address-level2").max_length(200),
        Field::select("country", page.t("auth-country"), places::countries(page))
            .value(country)
            .autocomplete("country"),
        Field::text("tax_number", page.t("auth-tax-number"))
            .optional()
            .hint(page.t("auth-tax-number-hint"))
            .max_length(40),
    ]
}

/// Says that a mail is on its way. The same for every address.
///
/// # Errors
/// Never.
pub async fn signed_up(visit: Visit) -> Result<String> {
    let page = &visit.page;
    let text = match visit.params.get("email") {
        Some(email) => page.t_with("auth-signed-up-text", &[("email", email.to_owned().into())]),
        None => page.t("auth-signed-up-mail"),
    };
    let none = Panel::new(page.t("auth-no-mail")).id("no-mail").add(muted(page.t("auth-no-mail-text")));
    let shell = Shell::new(page, page.t("auth-signed-up")).add(text).add(none);
    Ok(std::future::ready(shell.add(ButtonLink::plain(page.t("auth-to-sign-in"), "/sign-in").view()).render()).await)
}
