//! Pages: finds the page of a path, draws it, and answers with the headers that
//! every page has.

use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use hostwright_frontend::page::{Area, Brand, FormState, Notice, Page, Theme, Tone, Viewer, encode};
use hostwright_frontend::route::{Drawn, Params, Route, Visit, fits};
use hostwright_frontend::ui::{Problem, problem_page};
use hostwright_panel::auth::call::{Call, not_found};
use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::{Error, Kind, settings};
use serde_json::Value;

use crate::api::form_pairs;
use crate::app::App;
use crate::problem;
use crate::visitor::{Asking, NOTICE, ONCE, Visitor, cookie};

/// What pages may load: their own files, and nothing from another host.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Serves a page.
pub async fn serve(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let mut asking = Asking::of(&app, &request);
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let told = take_notice(&app, &request, &mut asking.visitor);
    let stranger = asking.visitor.clone();
    let page = app.db.in_one_view(asked(app.clone(), asking, path.clone(), told));
    let (visitor, drawn) = page.await.unwrap_or_else(|error| (Some(stranger), Err(error)));
    match drawn {
        Ok(drawn) => shown(drawn, &visitor.map(|visitor| visitor.cookies).unwrap_or_default()),
        Err(error) if visitor.is_some() && error.kind() == Some(Kind::Unauthenticated) => sign_in_first(&path),
        Err(error) => failure(&app, visitor, &error),
    }
}

/// Finds out who asks and draws their page; nobody where it cannot be found out.
async fn asked(
    app: web::Data<App>,
    asking: Asking,
    path: String,
    told: Option<String>,
) -> (Option<Visitor>, hostwright_panel::platform::error::Result<Drawn>) {
    let mut visitor = match asking.known(&app).await {
        Ok(visitor) => visitor,
        Err(error) => return (None, Err(error)),
    };
    let drawn = match visit(&app, &mut visitor, &path, None, told.as_deref()) {
        Ok((route, visit)) => draw(route, visit).await,
        Err(error) => Err(error),
    };
    (Some(visitor), drawn)
}

/// What was done in the request before; it is told once.
fn take_notice(app: &App, request: &HttpRequest, visitor: &mut Visitor) -> Option<String> {
    let told = request.cookie(NOTICE)?.value().to_owned();
    let gone = cookie(app, NOTICE, String::new()).max_age(Duration::ZERO).finish();
    visitor.cookies.push(gone);
    Some(told)
}

/// Draws the page of a path, with a refused form where there is one.
///
/// # Errors
/// What the page's queries refused, with the visitor given back.
pub async fn show(
    app: &App,
    mut visitor: Visitor,
    path: &str,
    form: Option<FormState>,
) -> Result<HttpResponse, Box<(Visitor, Error)>> {
    let drawn = match visit(app, &mut visitor, path, form, None) {
        Ok((route, visit)) => app.db.in_one_view(draw(route, visit)).await.flatten(),
        Err(error) => Err(error),
    };
    match drawn {
        Ok(drawn) => Ok(shown(drawn, &visitor.cookies)),
        Err(error) => Err(Box::new((visitor, error))),
    }
}

/// The page of a path, and what it is drawn from.
fn visit(
    app: &App,
    visitor: &mut Visitor,
    path: &str,
    form: Option<FormState>,
    told: Option<&str>,
) -> hostwright_panel::platform::error::Result<(&'static Route, Visit)> {
    let (route, params) = find(path, &visitor.call)?;
    let mut page = Page { form, ..frame(app, visitor, route.area, path) };
    page.notices.extend(told.and_then(|told| notice_of(app, &page, told)));
    let visit = Visit {
        call: visitor.call.clone(),
        page,
        params,
        hypervisor: Arc::clone(&app.hypervisor),
        reader: Arc::clone(&app.reader),
        shown_once: if shows_once(route) { take_once(app, visitor) } else { None },
        clock: Arc::clone(&app.clock),
    };
    Ok((route, visit))
}

async fn draw(route: &'static Route, mut visit: Visit) -> hostwright_panel::platform::error::Result<Drawn> {
    visit.page.brand = brand(&visit.call).await;
    (route.draw)(visit).await
}

/// The answer that shows what was drawn.
fn shown(drawn: Drawn, cookies: &[Cookie<'static>]) -> HttpResponse {
    match drawn {
        Drawn::Page(html) => answer(StatusCode::OK, html, cookies),
        Drawn::GoTo(path) => go_to(&path, cookies),
    }
}

/// The page of a path that this caller may enter, with the values of path and
/// query.
fn find(path: &str, call: &Call) -> hostwright_panel::platform::error::Result<(&'static Route, Params)> {
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    let routes = hostwright_frontend::routes();
    let found = routes.iter().find_map(|route| Some((route, fits(route.path, place)?)));
    let (route, mut values) = found.ok_or_else(not_found)?;
    may_enter(route.area, call)?;
    for (name, value) in form_pairs(query.as_bytes())? {
        values.entry(name).or_insert(value);
    }
    Ok((route, Params(values)))
}

/// What was done before this page was asked for, in words.
fn notice_of(app: &App, page: &Page, told: &str) -> Option<Notice> {
    let action = Action::by_name(told).filter(|action| !is_plain(*action))?;
    // Some things read differently for those who did them for somebody else.
    let own = (page.area == Area::Staff).then(|| format!("done-staff-{}", action.name()));
    let keys = own.into_iter().chain([format!("done-{}", action.name()), "ui-done".to_owned()]);
    let text = keys.into_iter().find(|key| app.texts.has(key)).map(|key| page.t(&key))?;
    Some(Notice::new(Tone::Good, text))
}

/// Whether the page that follows says enough by itself.
fn is_plain(action: Action) -> bool {
    matches!(action, Action::SignIn | Action::QuoteOrder)
}

/// Sends the browser on; what was done is told by the page where it arrives.
fn go_to(path: &str, cookies: &[Cookie<'static>]) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, path));
    for cookie in cookies.iter().filter(|cookie| cookie.name() != NOTICE) {
        response.cookie(cookie.clone());
    }
    response.finish()
}

/// Keeps an answer that is shown only once for the page that shows it: in the
/// browser of whom it is for, sealed, for ten minutes.
///
/// # Errors
/// When it cannot be sealed.
pub fn once(app: &App, call: &Call, answer: &Value) -> hostwright_panel::platform::error::Result<Cookie<'static>> {
    let kept = serde_json::json!({ "for": call.actor_id(), "answer": answer });
    let sealed = app.vault.seal(ONCE, &kept.to_string())?;
    Ok(cookie(app, ONCE, sealed).max_age(Duration::minutes(10)).finish())
}

/// The answer that is shown only once, if it is for this caller. A key or recovery
/// codes are forgotten with it; a second factor's secret stays until a code proves it.
fn take_once(app: &App, visitor: &mut Visitor) -> Option<Value> {
    let sealed = visitor.once.take()?;
    let kept = app.vault.open(ONCE, &sealed).ok()?;
    let mut kept: Value = serde_json::from_str(&kept).ok()?;
    if kept.get("for").and_then(Value::as_str) != Some(visitor.call.actor_id().as_str()) {
        return None;
    }
    let answer = kept.get_mut("answer").map(Value::take)?;
    if answer.get("secret").is_none() {
        visitor.cookies.push(no_once(app));
    }
    Some(answer)
}

/// Whether the page has something that is shown only once.
fn shows_once(route: &Route) -> bool {
    ["/account", "/domains/{domain_id}", "/mailboxes/{mailbox_id}"].iter().any(|end| route.path.ends_with(end))
}

/// Forgets the answer that is shown only once.
#[must_use]
pub fn no_once(app: &App) -> Cookie<'static> {
    cookie(app, ONCE, String::new()).max_age(Duration::ZERO).finish()
}

/// Staff pages are for staff, also those that show what everybody may read.
fn may_enter(area: Area, call: &Call) -> hostwright_panel::platform::error::Result<()> {
    if area != Area::Staff {
        return Ok(());
    }
    call.person()?;
    if call.is_staff() { Ok(()) } else { Err(not_found()) }
}

/// How the provider calls itself.
async fn brand(call: &Call) -> Brand {
    match call.db.read(|tx| settings::get::<String>(tx, "brand.name")).await {
        Ok(Some(name)) => Brand { name, ..Brand::default() },
        _ => Brand::default(),
    }
}

/// The frame of a page for this visitor.
fn frame(app: &App, visitor: &Visitor, area: Area, path: &str) -> Page {
    let mut page = Page::new(app.texts.clone(), area, path);
    page.locale = visitor.locale;
    page.zone = visitor.zone.clone();
    page.theme = Theme::parse(&visitor.theme);
    page.csrf.clone_from(&visitor.csrf);
    page.viewer = viewer(&visitor.call, &page);
    page
}

fn viewer(call: &Call, page: &Page) -> Option<Viewer> {
    let person = call.person().ok()?;
    let kind = match person.staff {
        Some(role) => page.t(&format!("role-{role}")),
        None => page.t("role-customer"),
    };
    Some(Viewer {
        name: person.name.clone(),
        email: person.email.clone(),
        kind,
        may: Action::ALL.iter().filter(|action| call.may(**action)).map(|action| action.name()).collect(),
    })
}

/// Remembers for the next page what was done.
#[must_use]
pub fn notice(app: &App, action: Action, _answer: &Value) -> Cookie<'static> {
    cookie(app, NOTICE, action.name().to_owned()).max_age(Duration::seconds(30)).finish()
}

/// Sends the browser to sign in, and back afterwards.
#[must_use]
pub fn sign_in_first(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, format!("/sign-in?next={}", encode(path)))).finish()
}

/// A page that says what went wrong.
#[must_use]
pub fn failure(app: &App, visitor: Option<Visitor>, error: &Error) -> HttpResponse {
    let request_id = visitor.as_ref().map(|visitor| visitor.call.request_id.clone()).unwrap_or_default();
    problem::log(error, &request_id);
    let mut page = Page::new(app.texts.clone(), Area::Auth, "/");
    if let Some(visitor) = &visitor {
        page.locale = visitor.locale;
        page.theme = Theme::parse(&visitor.theme);
        page.csrf.clone_from(&visitor.csrf);
        page.viewer = viewer(&visitor.call, &page);
    }
    if !matches!(error.code(), "request.not_found" | "auth.not_permitted") {
        for fault in problem::field_errors(&app.texts, page.locale, error) {
            page.notices.push(Notice::new(Tone::Bad, fault.text));
        }
    }
    let html = problem_page(&page, kind_of_problem(error), &request_id);
    let cookies = visitor.map(|visitor| visitor.cookies).unwrap_or_default();
    let mut response = answer(problem::status(error), html, &cookies);
    problem::name_code(&mut response, error);
    response
}

fn kind_of_problem(error: &Error) -> Problem {
    match (error.kind(), error.code()) {
        (_, "request.forged") => Problem::Stale,
        (Some(Kind::NotFound), _) => Problem::NotFound,
        (Some(Kind::Forbidden | Kind::Unauthenticated), _) => Problem::Forbidden,
        (Some(Kind::TooMany), _) => Problem::TooMany,
        (Some(Kind::Unavailable | Kind::Full), _) => Problem::Unavailable,
        (Some(Kind::Invalid | Kind::Conflict | Kind::TooLarge), _) => Problem::Stale,
        (None, _) => Problem::Failed,
    }
}

fn answer(status: StatusCode, html: String, cookies: &[Cookie<'static>]) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((header::RETRY_AFTER, problem::RETRY_SECONDS));
    }
    for cookie in cookies {
        response.cookie(cookie.clone());
    }
    response.body(html)
}
