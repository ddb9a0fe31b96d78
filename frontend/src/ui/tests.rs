//! What would hurt people: lost input, scripts in names, buttons that may not be
//! pressed, words for nobody.
#![allow(clippy::unwrap_used)]

use hostwright_panel::platform::texts::{Locale, Texts};
use leptos::prelude::RenderHtml;

use super::*;
use crate::page::{Area, FieldError, FormState, Page, Tone, Viewer};

const HOSTILE: &str = "\"><script>alert(1)</script>'&</textarea>";

fn page(area: Area, may: &[&'static str]) -> Page {
    let mut page = Page::new(Texts::embedded().unwrap(), area, "/staff/customers?q=a");
    page.csrf = "token".to_owned();
    page.viewer = Some(Viewer {
        name: "Ada Brandt".to_owned(),
        email: "ada@brandt.example".to_owned(),
        kind: "Owner".to_owned(),
        may: may.iter().copied().collect(),
    });
    page
}

fn refused(action: &str, values: &[(&str, &str)], field: Option<&str>) -> FormState {
    FormState {
        action: action.to_owned(),
        values: values.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()])).collect(),
        errors: vec![FieldError {
            field: field.map(str::to_owned),
            code: "customers.bad_name".to_owned(),
            text: "Give a name.".to_owned(),
        }],
    }
}

fn drawn(piece: impl Piece) -> String {
    piece.view().to_html()
}

#[test]
fn a_script_in_a_name_is_only_a_name() {
    let mut page = page(Area::Staff, &["customers.update"]);
    page.brand.name = HOSTILE.to_owned();
    page.path = format!("/staff/customers?q={HOSTILE}");
    let document = Shell::new(&page, HOSTILE)
        .crumb(HOSTILE, "/staff")
        .id(HOSTILE)
        .state(State::new(Tone::Good, HOSTILE))
        .add(HOSTILE)
        .add(
            Form::new(&page, "customers.update")
                .hidden("customer", HOSTILE)
                .field(Field::text("name", HOSTILE).value(HOSTILE).hint(HOSTILE))
                .field(Field::textarea("note", "Note", 3).value(HOSTILE))
                .field(Field::select("kind", "Kind", vec![Choice::new(HOSTILE, HOSTILE).detail(HOSTILE)])),
        )
        .add(Table::new(HOSTILE).column(Column::text(HOSTILE)).row(Row::to(HOSTILE).cell(HOSTILE)))
        .add(BarChart::new(&page, HOSTILE, HOSTILE, 0).bar(HOSTILE, 3))
        .add(Meter::new(&page, HOSTILE, 1, HOSTILE).slice(HOSTILE, 1, HOSTILE, Tone::Good))
        .add(Console::new(&page, HOSTILE, HOSTILE))
        .render();
    assert!(!document.contains("<script>alert"), "{document}");
    assert_eq!(document.matches("</textarea>").count(), 1);
    assert_eq!(document.matches("<script").count(), 1);
}

#[test]
fn what_was_typed_survives_a_refusal_and_passwords_do_not() {
    let mut page = page(Area::Auth, &[]);
    page.form = Some(refused(
        "auth.sign_up",
        &[("_form", "auth-sign_up"), ("name", "Ada"), ("password", "secret"), ("terms", "yes")],
        Some("name"),
    ));
    let form = drawn(
        Form::new(&page, "auth.sign_up")
            .field(Field::text("name", "Name").value("before"))
            .field(Field::password("password", "Password"))
            .field(Field::checkbox("terms", "Terms"))
            .field(Field::checkbox("news", "News").checked(true)),
    );
    assert!(form.contains("value=\"Ada\"") && !form.contains("before"));
    assert!(!form.contains("secret"));
    assert_eq!(form.matches(" checked").count(), 1, "{form}");
    assert!(form.contains("aria-invalid=\"true\"") && form.contains("aria-describedby=\"auth-sign_up-name-error\""));
}

#[test]
fn the_summary_of_errors_leads_to_the_field() {
    let mut page = page(Area::Staff, &["customers.create"]);
    page.form = Some(refused("customers.create", &[("_form", "customers-create")], Some("name")));
    let document = Shell::new(&page, "New customer")
        .add(Form::new(&page, "customers.create").field(Field::text("name", "Name")))
        .render();
    assert!(document.contains("href=\"#customers-create-name\""));
    assert!(document.contains("id=\"customers-create-name\""));
    assert!(document.contains("<title>Error: New customer"));
}

#[test]
fn a_refusal_shows_only_in_the_form_that_was_sent() {
    let mut page = page(Area::Staff, &["servers.start"]);
    let button = |page: &Page, id: &str| drawn(ActionButton::new(page, "servers.start", "Start").hidden("server", id));
    page.form = Some(refused("servers.start", &[("_form", "servers-start-srv_1"), ("server", "srv_1")], None));
    assert!(button(&page, "srv_1").contains("Give a name."));
    assert!(!button(&page, "srv_2").contains("Give a name."));
    assert!(!button(&page, "srv_12").contains("Give a name."));
}

#[test]
fn nobody_sees_what_they_may_not_do() {
    let page = page(Area::Staff, &["tickets.list"]);
    assert!(drawn(ActionButton::new(&page, "servers.delete", "Delete")).is_empty());
    assert!(drawn(Form::new(&page, "invoices.issue")).is_empty());
    assert!(!drawn(Form::new(&page, "auth.change_password")).is_empty());
    let document = Shell::new(&page, "Tickets").render();
    assert!(document.contains("href=\"/staff/tickets\"") && !document.contains("href=\"/staff/payments\""));
}

#[test]
fn an_amount_stands_in_the_field_as_its_reader_writes_it() {
    let mut page = page(Area::Staff, &["customers.create"]);
    let field = || Field::money("limit", "Limit", "EUR".parse().unwrap()).value("1234.50");
    let form = |page: &Page| drawn(Form::new(page, "customers.create").field(field()));
    assert!(form(&page).contains("value=\"1,234.50\""));
    page.locale = Locale::De;
    assert!(form(&page).contains("value=\"1.234,50\""));
    page.form = Some(refused("customers.create", &[("limit", "12,x")], Some("limit")));
    assert!(form(&page).contains("value=\"12,x\""));
}

#[test]
fn a_text_area_keeps_its_first_empty_line_and_starts_empty() {
    let page = page(Area::Staff, &["tickets.reply"]);
    let area =
        |value: &str| drawn(Form::new(&page, "tickets.reply").field(Field::textarea("text", "Text", 3).value(value)));
    assert!(area("").contains(">\n</textarea>"), "{}", area(""));
    assert!(area("\nhello").contains(">\n\nhello</textarea>"));
}

#[test]
fn filters_change_one_value_of_the_address() {
    let mut page = page(Area::Staff, &[]);
    page.path = "/staff/invoices?state=open&after=x".to_owned();
    assert_eq!(page.with_query("after", None), "/staff/invoices?state=open");
    assert_eq!(page.with_query("q", Some("a b&c")), "/staff/invoices?state=open&after=x&q=a%20b%26c");
    page.path = "/staff/invoices?state=open".to_owned();
    assert_eq!(page.with_query("state", None), "/staff/invoices");
}

#[test]
fn no_page_has_a_style_or_a_script_inside() {
    let mut page = page(Area::Portal, &["servers.list"]);
    page.live = Some(2);
    let document = Shell::new(&page, "Servers")
        .add(live("x", Meter::new(&page, "Disk", 10, "10 GiB").slice("Used", 4, "4 GiB", Tone::Quiet)))
        .render();
    assert!(!document.contains(" style=") && !document.contains("<style") && !document.contains(" onclick"));
    assert!(document.contains("<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>"));
    assert!(!document.contains("<!>"));
}

#[test]
fn a_problem_page_says_what_to_do_in_both_languages() {
    for locale in Locale::ALL {
        let mut page = page(Area::Portal, &[]);
        page.locale = locale;
        for problem in [
            Problem::NotFound,
            Problem::Forbidden,
            Problem::Stale,
            Problem::TooMany,
            Problem::Unavailable,
            Problem::Failed,
        ] {
            let document = problem_page(&page, problem, "req_1");
            assert!(document.contains("req_1") && !document.contains("ui-problem"), "{document}");
        }
    }
}
