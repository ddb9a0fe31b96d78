//! Step 1: who owns this installation and who sells.

use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::texts::Locale;

use super::progress;
use crate::auth::is_set_up;
use crate::page::{Page, Tone};
use crate::places;
use crate::route::Visit;
use crate::ui::{ButtonLink, Field, Form, Notes, Piece, Shell, html};
use leptos::prelude::*;

/// Draws the form, or says why there is none.
///
/// # Errors
/// When the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let page = &visit.page;
    let shell = Shell::new(page, page.t("setup-title")).wide();
    if is_set_up(&visit.call).await? {
        let note =
            Notes::new(Tone::Good, page.t("setup-was-done")).add(ButtonLink::primary(page.t("setup-go-on"), "/"));
        return Ok(shell.add(note).render());
    }
    let Some(token) = visit.params.get("token") else {
        return Ok(shell.add(where_the_link_is(page)).render());
    };
    Ok(shell.subtitle(page.t("setup-company-text")).add(progress(page, 1)).add(form(page, token)).render())
}

fn where_the_link_is(page: &Page) -> AnyView {
    let lines = html(view! { <pre>{"hostwright setup"}</pre> });
    Notes::new(Tone::Warn, page.t("setup-no-token-text")).title(page.t("setup-no-token")).add(lines).view()
}

fn form<'a>(page: &'a Page, token: &str) -> Form<'a> {
    // A guess that a German installation is in Germany saves two clicks and costs none.
    let (country, zone) = match page.locale {
        Locale::De => (Some("DE"), "Europe/Berlin"),
        Locale::En => (None, "UTC"),
    };
    Form::new(page, "auth.set_up")
        .id("company")
        .hidden("token", token)
        .then("/setup/node")
        .group(
            page.t("setup-owner"),
            Some(page.t("setup-owner-hint")),
            vec![
                Field::text("owner_name", page.t("auth-name")).autocomplete("name").max_length(200),
                Field::email("owner_email", page.t("auth-email")).hint(page.t("setup-owner-email-hint")),
                Field::password("owner_password", page.t("auth-password"))
                    .autocomplete("new-password")
                    .hint(page.t("auth-password-hint")),
            ],
        )
        .group(
            page.t("setup-company"),
            Some(page.t("setup-company-hint")),
            vec![
                Field::text("company_name", page.t("setup-company-name")).autocomplete("organization").max_length(60),
                Field::text("company_street", page.t("auth-street")).autocomplete("street-address"),
                Field::text("company_postal_code", page.t("auth-postal-code")).autocomplete("postal-code").short(),
                Field::text("company_city", page.t("auth-city")).autocomplete("address-level2"),
                Field::select("company_country", page.t("auth-country"), places::countries(page)).maybe(country),
                Field::text("company_tax_number", page.t("setup-company-tax-number"))
                    .optional()
                    .hint(page.t("setup-company-tax-number-hint")),
                Field::email("company_email", page.t("setup-company-email")).hint(page.t("setup-company-email-hint")),
            ],
        )
        .group(
            page.t("setup-money"),
            None,
            vec![
                Field::select("currency", page.t("setup-currency"), places::currencies())
                    .value("EUR")
                    .hint(page.t("setup-currency-hint")),
                Field::select("time_zone", page.t("auth-time-zone"), places::zones())
                    .value(zone)
                    .hint(page.t("setup-time-zone-hint")),
                Field::text("bank_account", page.t("setup-bank"))
                    .optional()
                    .hint(page.t("setup-bank-hint"))
                    .placeholder("DE02 1203 0000 0000 2020 51"),
            ],
        )
        .submit(page.t("setup-continue"))
}
