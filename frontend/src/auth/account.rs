//! What every signed-in person decides about themselves: profile, password,
//! second factor, sessions and keys. Shown in the portal and to staff alike.

use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::keys::model::ApiKeyView;
use hostwright_panel::auth::keys::queries::{self as keys, ListApiKeys};
use hostwright_panel::auth::model::PersonView;
use hostwright_panel::auth::queries::{self, ShowProfile};
use hostwright_panel::auth::sessions::model::SessionView;
use hostwright_panel::auth::sessions::queries::{self as sessions, ListSessions};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::texts::Locale;
use leptos::prelude::AnyView;
use serde_json::Value;

use super::qr;
use crate::page::{Page, Theme, Tone};
use crate::places;
use crate::ui::{
    ActionButton, Choice, Column, Field, Form, Look, Notes, Panel, Piece, Row, State, Table, copyable, grid, link,
    muted, stack,
};

/// Slices that a key may be good for, in the order in which they are offered.
const SCOPES: &[&str] = &[
    "servers.*",
    "tasks.*",
    "orders.*",
    "subscriptions.*",
    "invoices.*",
    "payments.*",
    "tickets.*",
    "customers.*",
    "plans.*",
    "nodes.*",
    "addresses.*",
    "images.*",
    "reports.*",
];

/// All that the panels show.
pub struct Known {
    person: PersonView,
    sessions: Vec<SessionView>,
    keys: Vec<ApiKeyView>,
}

/// Reads what the panels show.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn load(call: &Call) -> Result<Known> {
    Ok(Known {
        person: queries::profile(call, ShowProfile {}).await?,
        sessions: sessions::list(call, ListSessions {}).await?.items,
        keys: keys::list(call, ListApiKeys {}).await?.items,
    })
}

/// Name, language, time zone, look; and the password.
#[must_use]
pub fn you(page: &Page, known: &Known) -> AnyView {
    let person = &known.person;
    let languages = Locale::ALL.into_iter().map(|locale| Choice::new(locale.tag(), locale.name())).collect();
    let themes = Theme::ALL
        .into_iter()
        .map(|theme| Choice::new(theme.name(), page.t(&format!("ui-theme-{}", theme.name()))))
        .collect();
    let profile = Form::new(page, "auth.update_profile")
        .field(Field::text("name", page.t("auth-name")).value(&person.name).autocomplete("name").max_length(200))
        .field(
            Field::email("email", page.t("auth-email"))
                .value(person.email.as_str())
                .hint(page.t("auth-email-fixed"))
                .disabled(),
        )
        .row(vec![
            Field::select("locale", page.t("ui-language"), languages).value(&person.locale),
            Field::select("theme", page.t("ui-theme"), themes).value(person.theme.as_str()),
        ])
        .field(
            Field::select("time_zone", page.t("auth-time-zone"), places::zones())
                .value(&person.time_zone)
                .hint(page.t("auth-time-zone-hint")),
        )
        .submit(page.t("ui-save"));
    let password = Form::new(page, "auth.change_password")
        .field(Field::password("current_password", page.t("auth-current-password")))
        .field(
            Field::password("password", page.t("auth-new-password"))
                .autocomplete("new-password")
                .hint(page.t("auth-password-hint")),
        )
        .submit(page.t("auth-change-password"));
    grid(
        "halves",
        vec![
            Panel::new(page.t("auth-profile")).id("profile").add(profile).view(),
            Panel::new(page.t("auth-password"))
                .id("password")
                .add(password)
                .add(muted(page.t("auth-password-ends")))
                .view(),
        ],
    )
}

/// Second factor, sessions and keys. `shown_once` is the answer of the last
/// action, where it is shown only once.
#[must_use]
pub fn security(page: &Page, known: &Known, shown_once: Option<&Value>) -> AnyView {
    let told = |name: &str| shown_once.and_then(|answer| answer.get(name)).and_then(Value::as_str);
    stack(vec![
        second_factor(page, known, told("secret"), told("otpauth_url"), &recovery_codes(shown_once)).view(),
        sessions_panel(page, known).view(),
        keys_panel(page, known, told("token")).view(),
    ])
}

/// The recovery codes that were just made.
fn recovery_codes(shown_once: Option<&Value>) -> Vec<&str> {
    let codes = shown_once.and_then(|answer| answer.get("recovery_codes")).and_then(Value::as_array);
    codes.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn second_factor(page: &Page, known: &Known, secret: Option<&str>, url: Option<&str>, codes: &[&str]) -> Panel {
    let panel = Panel::new(page.t("auth-totp")).id("totp");
    let password = || Field::password("current_password", page.t("auth-current-password"));
    if known.person.totp_enabled {
        let off = Form::new(page, "auth.disable_totp").field(password()).submit(page.t("auth-totp-off")).danger();
        let kept = (!codes.is_empty()).then(|| {
            Notes::new(Tone::Warn, page.t("auth-recovery-text"))
                .title(page.t("auth-recovery"))
                .add(copyable(page, codes.join("\n")))
        });
        return panel
            .add(State::new(Tone::Good, page.t("auth-totp-is-on")))
            .add(kept)
            .add(muted(page.t("auth-totp-off-text")))
            .add(off);
    }
    if let (Some(secret), Some(url)) = (secret, url) {
        let enable = Form::new(page, "auth.enable_totp")
            .field(
                Field::one_time_code("code", page.t("auth-totp-code"))
                    .hint(page.t("auth-totp-code-hint"))
                    .max_length(8)
                    .focus(),
            )
            .submit(page.t("auth-totp-on"));
        return panel
            .add(page.t("auth-totp-scan"))
            .add(qr::code(page, url))
            .add(copyable(page, secret))
            .add(link(url, page.t("auth-totp-open")))
            .add(enable);
    }
    let begin = Form::new(page, "auth.begin_totp").field(password()).submit(page.t("auth-totp-begin"));
    panel.add(State::new(Tone::Quiet, page.t("auth-totp-is-off"))).add(muted(page.t("auth-totp-text"))).add(begin)
}

fn sessions_panel(page: &Page, known: &Known) -> Panel {
    let table = Table::new(page.t("auth-sessions"))
        .column(Column::text(page.t("auth-session-program")))
        .column(Column::text(page.t("auth-session-address")))
        .column(Column::text(page.t("auth-session-seen")))
        .column(Column::text(page.t("auth-session-since")).minor())
        .column(Column::actions(page.t("auth-actions")))
        .rows(known.sessions.iter().map(|session| {
            let end = if session.current {
                State::new(Tone::Good, page.t("auth-session-current")).view()
            } else {
                ActionButton::new(page, "auth.revoke_session", page.t("auth-session-end"))
                    .hidden("session_id", session.id.as_str())
                    .look(Look::Quiet)
                    .view()
            };
            Row::new()
                .cell(program(page, &session.user_agent))
                .cell(&session.address)
                .cell(page.instant(session.seen_at))
                .cell(page.instant(session.created_at))
                .cell(end)
        }))
        .plain();
    Panel::new(page.t("auth-sessions")).id("sessions").flush().add(table)
}

fn keys_panel(page: &Page, known: &Known, token: Option<&str>) -> Panel {
    let mut panel = Panel::new(page.t("auth-keys")).id("keys").add(muted(page.t("auth-keys-text")));
    if let Some(token) = token {
        panel = panel.add(Notes::new(Tone::Good, page.t("auth-key-made")).add(copyable(page, token)));
    }
    let live: Vec<&ApiKeyView> = known.keys.iter().filter(|key| key.revoked_at.is_none()).collect();
    if !live.is_empty() {
        panel = panel.add(keys_table(page, &live));
    }
    let scopes = std::iter::once(Choice::new("*", page.t("auth-scope-all")))
        .chain(SCOPES.iter().filter(|scope| reaches(page, scope)).map(|scope| {
            let slice = scope.trim_end_matches(".*");
            Choice::new(*scope, page.t(&format!("auth-scope-{slice}")))
        }))
        .collect();
    let days = [30_i64, 90, 365]
        .into_iter()
        .map(|days| Choice::new(days.to_string(), page.t_with("auth-key-days", &[("days", days.into())])))
        .chain(std::iter::once(Choice::new("", page.t("auth-key-forever"))))
        .collect();
    let form = Form::new(page, "auth.create_api_key")
        .field(Field::text("name", page.t("auth-key-name")).hint(page.t("auth-key-name-hint")).max_length(200))
        .field(Field::checkboxes("scopes", page.t("auth-key-scopes"), scopes).hint(page.t("auth-key-scopes-hint")))
        .field(Field::select("valid_days", page.t("auth-key-valid"), days).value("90").optional())
        .submit(page.t("auth-key-make"));
    panel.add(form)
}

/// Whether the viewer may do anything at all of a slice.
fn reaches(page: &Page, scope: &str) -> bool {
    let prefix = scope.trim_end_matches('*');
    page.viewer.as_ref().is_some_and(|viewer| viewer.may.iter().any(|action| action.starts_with(prefix)))
}

fn keys_table(page: &Page, keys: &[&ApiKeyView]) -> Table {
    Table::new(page.t("auth-keys"))
        .column(Column::text(page.t("auth-key-name")))
        .column(Column::text(page.t("auth-key-scopes")))
        .column(Column::text(page.t("auth-key-used")))
        .column(Column::text(page.t("auth-key-ends")))
        .column(Column::actions(page.t("auth-actions")))
        .rows(keys.iter().map(|key| {
            let revoke = ActionButton::new(page, "auth.revoke_api_key", page.t("auth-key-revoke"))
                .hidden("api_key_id", key.id.as_str())
                .confirm(page.t_with("auth-key-revoke-question", &[("name", key.name.clone().into())]), Vec::new());
            let used = key.used_at.map_or_else(|| page.t("auth-key-never-used"), |at| page.instant(at));
            let ends = key.expires_at.map_or_else(|| page.t("auth-key-forever"), |at| page.instant(at));
            Row::new()
                .cell(&key.name)
                .cell(key.scopes.iter().map(|scope| scope_word(page, scope)).collect::<Vec<_>>().join(", "))
                .cell(used)
                .cell(ends)
                .cell(revoke)
        }))
}

fn scope_word(page: &Page, scope: &str) -> String {
    if scope == "*" {
        return page.t("auth-scope-all");
    }
    let key = format!("auth-scope-{}", scope.trim_end_matches(".*"));
    if page.texts.has(&key) { page.t(&key) } else { scope.to_owned() }
}

/// The browser and system of a user agent, or its first word.
fn program(page: &Page, user_agent: &str) -> String {
    const BROWSERS: &[(&str, &str)] =
        &[("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    const SYSTEMS: &[(&str, &str)] = &[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| (*name).to_owned())
    };
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => match user_agent.split(['/', ' ']).next().filter(|word| !word.is_empty()) {
            Some(word) => word.to_owned(),
            None => page.t("auth-session-unknown"),
        },
    }
}

#[cfg(test)]
mod tests {
    use hostwright_panel::platform::texts::Texts;

    use super::*;
    use crate::page::Area;

    #[test]
    fn a_session_is_named_after_browser_and_system() {
        let page = Page::new(Texts::embedded().unwrap_or_else(|bad| panic!("{bad}")), Area::Portal, "/portal/account");
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0";
        assert_eq!(program(&page, edge), "Edge, Windows");
        assert_eq!(program(&page, "curl/8.5.0"), "curl");
    }
}
