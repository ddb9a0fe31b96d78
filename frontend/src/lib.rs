//! Pages: what people see.
//!
//! Leptos is a template engine here and nothing else: a page is a plain function
//! from a [`page::Page`] (who asks) and a view model (what is known) to a
//! document. Nothing is sent to the browser to be run again, every form works
//! without JavaScript, and `assets/js` only makes open pages more pleasant.
//!
//! * [`page::Page`] — the request: language, zone, viewer, notices, refused form.
//! * [`ui`] — the parts: [`ui::Shell`], [`ui::Table`], [`ui::Form`] and so on.
//! * `locales/<language>/<slice>.ftl` — the words: a key is `<slice>-<what>`.
//!
//! # How to write a page
//!
//! Fill parts by calls; use `view!` only where no part fits, and then always
//! inside [`ui::html`], which renders at once and keeps compile times low.
//! Inside `view!`, children are evaluated before attributes: clone a value that
//! is used in both. A component is a function that returns `AnyView`.
//!
//! Beware: Leptos does not escape text inside `textarea`, `style` and `script`;
//! use [`ui::Field::textarea`], never a `textarea` of your own.
//!
//! A list:
//!
//! ```
//! use hostwright_frontend::page::{Page, Tone};
//! use hostwright_frontend::ui::*;
//! use hostwright_kernel::Money;
//!
//! struct CustomerRow { id: String, name: String, email: String, servers: u32, due: Money, overdue: bool }
//! struct CustomersView { rows: Vec<CustomerRow>, search: String, overdue_only: bool, next: Option<String> }
//!
//! fn customers(page: &Page, view: &CustomersView) -> String {
//!     let table = Table::new(page.t("customers-title"))
//!         .column(Column::text(page.t("customers-name")))
//!         .column(Column::text(page.t("customers-email")).minor())
//!         .column(Column::number(page.t("customers-servers")))
//!         .column(Column::number(page.t("customers-due")))
//!         .column(Column::text(page.t("customers-state")))
//!         .rows(view.rows.iter().map(|row| {
//!             Row::to(format!("/staff/customers/{}", row.id)) // the first cell is the link
//!                 .cell(&row.name)
//!                 .cell(&row.email)
//!                 .cell(page.count(row.servers))
//!                 .cell(money(page, row.due))
//!                 .cell(if row.overdue {
//!                     State::new(Tone::Bad, page.t("customers-overdue"))
//!                 } else {
//!                     State::new(Tone::Good, page.t("customers-settled"))
//!                 })
//!         }))
//!         .empty(
//!             Empty::new(page.t("customers-none"), page.t("customers-none-hint"))
//!                 .action(ButtonLink::primary(page.t("customers-new"), "/staff/customers/new")),
//!         );
//!     Shell::new(page, page.t("customers-title"))
//!         .primary(page.may("customers.create").then(|| ButtonLink::primary(page.t("customers-new"), "/staff/customers/new")))
//!         .add(
//!             Filters::new(page)
//!                 .link(page.t("customers-all"), page.with_query("filter", None), !view.overdue_only)
//!                 .link(page.t("customers-overdue"), page.with_query("filter", Some("overdue")), view.overdue_only)
//!                 .search("search", &view.search, page.t("customers-search")),
//!         )
//!         .add(table)
//!         .add(Pager::new(page, None, view.next.as_deref().map(|key| page.with_query("after", Some(key)))))
//!         .render()
//! }
//! ```
//!
//! A detail page with forms. A [`ui::Form`] or [`ui::ActionButton`] posts to
//! `/do/<action>`, draws nothing when the viewer may not run the action, and
//! fills itself from `page.form` when it was refused; the summary of errors is
//! drawn by the shell. No code of yours deals with values or errors.
//!
//! ```
//! use hostwright_frontend::page::{Page, Tone};
//! use hostwright_frontend::ui::*;
//! use hostwright_kernel::{Instant, Money};
//!
//! struct ServerView {
//!     id: String, name: String, running: bool, address: String, price: Money,
//!     tasks: Vec<(Instant, String)>,
//! }
//!
//! fn server(page: &Page, view: &ServerView) -> String {
//!     let state = if view.running {
//!         State::new(Tone::Good, page.t("servers-running"))
//!     } else {
//!         State::new(Tone::Quiet, page.t("servers-stopped"))
//!     };
//!     let start = ActionButton::new(page, "servers.start", page.t("servers-start"))
//!         .hidden("server", &view.id)
//!         .look(Look::Primary);
//!     let delete = ActionButton::new(page, "servers.delete", page.t("servers-delete"))
//!         .hidden("server", &view.id)
//!         .then("/staff/servers")
//!         .confirm(page.t("servers-delete-question"), vec![view.name.clone(), view.address.clone()]);
//!     let rename = Form::new(page, "servers.rename")
//!         .hidden("server", &view.id)
//!         .field(Field::text("name", page.t("servers-name")).value(&view.name).hint(page.t("servers-name-hint")))
//!         .field(
//!             Field::cards("plan", page.t("servers-plan"), vec![
//!                 Choice::new("small", "Small").detail("1 vCPU, 1 GiB").aside(page.money(view.price)),
//!             ])
//!             .value("small"),
//!         )
//!         .piece(PriceSummary::new(page, page.t("servers-price")).total(page.t("servers-total"), view.price))
//!         .submit(page.t("servers-rename"));
//!     Shell::new(page, &view.name)
//!         .crumb(page.t("servers-title"), "/staff/servers")
//!         .state(state)
//!         .id(&view.id)
//!         .primary((!view.running).then_some(start))
//!         .add(grid("main-side", vec![
//!             stack(vec![
//!                 Panel::new(page.t("servers-facts"))
//!                     .add(Facts::new()
//!                         .fact(page.t("servers-address"), copyable(page, &view.address))
//!                         .fact(page.t("servers-price"), money(page, view.price)))
//!                     .view(),
//!                 Panel::new(page.t("servers-rename")).add(rename).view(),
//!             ]),
//!             live("tasks", Panel::new(page.t("servers-history")).add(
//!                 Timeline::new(page).events(view.tasks.iter().map(|(at, what)| Event::new(*at, what))),
//!             )),
//!         ]))
//!         .add(Panel::new(page.t("servers-delete")).tone(Tone::Bad).add(delete))
//!         .render()
//! }
//! ```
//!
//! Around the pages, the server has to know four things: [`ui::assets::get`]
//! answers `/assets/<version>/<name>`; [`ui::PREFERENCES`] takes the theme and the
//! language; every POST to `/do/<action>` carries `_csrf`, `_page`, `_form` and
//! perhaps `_then`, and a refusal shows `_page` again with [`page::FormState`];
//! [`ui::problem_page`] is shown where there is nothing else to show.
//!
//! Look at every part with
//! `cargo run -p hostwright-frontend --example gallery -- FOLDER`.
//!
//! While something runs, the server sets `page.live = Some(2)`; parts inside
//! [`ui::live`] are then replaced in place (without JavaScript the page is shown
//! again).

pub mod i18n;
pub mod journal;
pub mod page;
pub mod places;
pub mod route;
pub mod ui;
pub mod words;
pub mod zones;

pub mod auth;
pub mod portal;
pub mod setup;
pub mod staff;

/// Every page, in the order in which paths are tried.
#[must_use]
pub fn routes() -> &'static [route::Route] {
    static ROUTES: std::sync::OnceLock<Vec<route::Route>> = std::sync::OnceLock::new();
    ROUTES.get_or_init(|| [auth::routes(), setup::routes(), portal::routes(), staff::routes()].concat())
}
