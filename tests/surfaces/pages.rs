//! Every page, as the owner, as a customer and as nobody.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use hostwright_frontend::page::Area;
use hostwright_frontend::routes;
use hostwright_kernel::{Clock, OffsetClock, SystemClock};
use hostwright_panel::auth::policy::Action;
use hostwright_panel::auth::totp::model::{code, from_base32};
use hostwright_tests::{World, text, wish};
use serde_json::json;

use super::site::{Browser, Reply, Site, values};
use super::town::{Town, mailed_paths, sign_in};

/// Changes that have no form on any page; it is empty, and stays so.
const KNOWN_GAPS: &[&str] = &[];

/// Pages of staff that draw for visitors who are not signed in; this list only
/// shrinks.
const OPEN_TO_NOBODY: &[&str] = &[];

/// Pages of staff that draw for customers, with what is theirs; this list only
/// shrinks.
const OPEN_TO_CUSTOMERS: &[&str] = &[];

fn without_parameters(area: Area) -> impl Iterator<Item = &'static str> {
    routes().iter().filter(move |route| route.area == area && !route.path.contains('{')).map(|route| route.path)
}

/// A page's path with these ids for its parameters.
fn filled(pattern: &str, objects: &BTreeMap<&'static str, String>) -> String {
    objects.iter().fold(pattern.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id))
}

#[track_caller]
fn check_headers(path: &str, reply: &Reply) {
    let policy = reply.header("content-security-policy");
    for rule in
        ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"]
    {
        assert!(policy.contains(rule), "{path}: {rule} is not in {policy:?}");
    }
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(reply.header("cache-control"), "no-store", "{path}");
    assert_eq!(reply.header("referrer-policy"), "same-origin", "{path}");
    assert!(reply.header("content-type").starts_with("text/html"), "{path}");
    for inline in ["<style", " onclick=", " style=\""] {
        assert!(!reply.body.contains(inline), "{path} has {inline}, which the policy forbids");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_draws_for_its_people_and_sends_others_to_sign_in() {
    let town = Town::sqlite().await;
    let site = Site::of(&town.world.app);
    let mut owner = Browser::signed_in(&town.owner_session().await);
    let mut carla = Browser::signed_in(&town.carla.session);
    let mut wrong = Vec::new();
    for (area, browser) in [(Area::Staff, &mut owner), (Area::Portal, &mut carla)] {
        for path in without_parameters(area) {
            let reply = site.visit(browser, path).await;
            check_headers(path, &reply);
            if reply.status.as_u16() != 200 {
                wrong.push(format!("{path}: {}", reply.status));
            }
        }
    }
    let mut objects = town.carla.objects.clone();
    objects
        .extend([("mail_id", hostwright_kernel::id::fresh("mai")), ("pool_id", hostwright_kernel::id::fresh("pol"))]);
    let (mut to_nobody, mut to_customers) = (Vec::new(), Vec::new());
    for route in routes().iter().filter(|route| matches!(route.area, Area::Staff | Area::Portal)) {
        let path = filled(route.path, &objects);
        let reply = site.visit(&mut Browser::default(), &path).await;
        if reply.status.is_success() {
            to_nobody.push(route.path);
        } else if reply.status.as_u16() != 303 || !reply.header("location").starts_with("/sign-in?next=") {
            wrong.push(format!("{path}: nobody gets {} {}", reply.status, reply.header("location")));
        }
    }
    for path in without_parameters(Area::Staff) {
        let reply = site.visit(&mut carla, path).await;
        if reply.status.is_success() {
            to_customers.push(path);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(to_nobody, OPEN_TO_NOBODY, "pages that nobody signed in may see");
    assert_eq!(to_customers, OPEN_TO_CUSTOMERS, "pages of staff that customers see");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_customers_pages_are_not_there() {
    let town = Town::sqlite().await;
    let site = Site::of(&town.world.app);
    let mut carla = Browser::signed_in(&town.carla.session);
    let mut wrong = Vec::new();
    for route in routes().iter().filter(|route| route.area == Area::Portal && route.path.contains('{')) {
        let (own, foreign) = (filled(route.path, &town.carla.objects), filled(route.path, &town.mallory.objects));
        assert!(!own.contains('{'), "no object for {own}");
        let id = own.split('/').find(|part| part.contains('_')).unwrap();
        let absent = own.replace(id, &hostwright_kernel::id::fresh(id.split('_').next().unwrap()));
        for (path, expected) in [(own, 200), (foreign, 404), (absent, 404)] {
            let reply = site.visit(&mut carla, &path).await;
            check_headers(&path, &reply);
            if reply.status.as_u16() != expected {
                wrong.push(format!("{path}: {} and not {expected}", reply.status));
            }
        }
    }
    let theirs = town
        .world
        .done(&town.mallory.customer.call, "orders.quote", wish(&town.mallory.customer, &town.shop, "web9"))
        .await;
    let accept = format!("/portal/order/confirm?token={}", text(&theirs, "token"));
    let reply = site.visit(&mut carla, &accept).await;
    if reply.status.as_u16() != 404 {
        wrong.push(format!("another customer's quote: {}", reply.status));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Keys of texts that stand on a page as they are, because no locale has words for them.
fn without_words(html: &str) -> impl Iterator<Item = &str> {
    let rooms = ["audit-", "auth-", "estate-", "office-", "portal-", "setup-", "step-", "task-", "ui-"];
    let texts = html.split('>').filter_map(|part| part.split('<').next()).map(str::trim);
    texts.filter(move |text| {
        let is_key = text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
        is_key && rooms.iter().any(|room| text.starts_with(room))
    })
}

/// What a walk over every link found.
#[derive(Default)]
struct Walk {
    seen: BTreeSet<String>,
    forms: BTreeSet<String>,
    dead: Vec<String>,
}

impl Walk {
    /// Visits these pages and every page that they lead to.
    async fn go(&mut self, site: &Site, browser: &mut Browser, starts: impl IntoIterator<Item = String>) {
        let mut open: VecDeque<(String, String)> = starts.into_iter().map(|path| ("start".to_owned(), path)).collect();
        let mut seen: BTreeSet<String> = open.iter().map(|(_, path)| path.clone()).collect();
        while let Some((from, path)) = open.pop_front() {
            let reply = site.visit(browser, &path).await;
            if !(reply.status.is_success() || reply.status.is_redirection()) {
                self.dead.push(format!("{from} leads to {path}: {}", reply.status));
            }
            if !reply.header("content-type").starts_with("text/html") {
                continue;
            }
            self.dead.extend(without_words(&reply.body).map(|key| format!("{path} has no words for {key}")));
            self.forms.extend(
                values(&reply.body, "action")
                    .iter()
                    .filter_map(|action| action.strip_prefix("/do/"))
                    .map(str::to_owned),
            );
            for link in values(&reply.body, "href") {
                let page = link.split('#').next().unwrap_or_default().to_owned();
                let own = page.starts_with('/') && !page.starts_with("/assets/");
                if own && seen.len() < 600 && seen.insert(page.clone()) {
                    open.push_back((path.clone(), page));
                }
            }
        }
        self.seen.extend(seen);
    }
}

fn paths_of(area: Area, objects: &BTreeMap<&'static str, String>) -> Vec<String> {
    let own = routes().iter().filter(|route| route.area == area);
    own.map(|route| filled(route.path, objects)).filter(|path| !path.contains('{')).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_has_a_form_and_no_link_is_dead() {
    let mut walk = Walk::default();

    let fresh = World::sqlite();
    let token = hostwright_panel::auth::links::ensure_setup_link(&fresh.db).await.unwrap().unwrap();
    walk.go(&Site::of(&fresh.app), &mut Browser::default(), [format!("/setup?token={token}")]).await;

    let mut town = Town::sqlite().await.with_troubles().await;
    town.world.app.clock = Arc::new(Some(OffsetClock::default()));
    let site = Site::of(&town.world.app);
    let (world, carla) = (&town.world, &town.carla);

    // The second factor: the page of the secret, then an account that has one.
    let password = super::town::PASSWORD;
    let mut browser = Browser::signed_in(&carla.session);
    let csrf = site.proof(&mut browser, "/portal/account").await;
    let fields = [("_csrf", csrf.as_str()), ("_page", "/portal/account"), ("current_password", password)];
    let begun = super::site::read(site.post(&browser, "/do/auth.begin_totp", &fields)).await;
    assert_eq!(begun.status.as_u16(), 303, "{}", begun.body);
    browser.keep(&begun);
    walk.go(&site, &mut browser, paths_of(Area::Portal, &carla.objects)).await;
    let begun = world.done(&carla.customer.call, "auth.begin_totp", json!({ "current_password": password })).await;
    let secret = from_base32(&text(&begun, "secret")).unwrap();
    // Codes follow the real time, as phones do.
    let step = SystemClock.now().micros() / 30_000_000;
    world.done(&carla.customer.call, "auth.enable_totp", json!({ "code": code(&secret, step) })).await;
    walk.go(&site, &mut browser, ["/portal/account".to_owned()]).await;
    let quote = world.done(&carla.customer.call, "orders.quote", wish(&carla.customer, &town.shop, "web9")).await;
    let token = text(&quote, "token");
    walk.go(&site, &mut browser, [format!("/portal/order/confirm?token={token}")]).await;

    let session = sign_in(world, "olga@host.example").await.0;
    let mut owner = Browser::signed_in(&session);
    let mut starts = paths_of(Area::Staff, &carla.objects);
    starts.extend([
        format!("/staff/orders/confirm?token={token}"),
        "/setup/node".to_owned(),
        "/setup/plan".to_owned(),
        "/setup/done".to_owned(),
    ]);
    walk.go(&site, &mut owner, starts).await;

    world.done(&world.anonymous(), "auth.request_reset", json!({ "email": "mallory@example.org" })).await;
    world.settle().await;
    let mut starts: Vec<String> = without_parameters(Area::Auth).map(str::to_owned).collect();
    starts.extend(mailed_paths(world, "mallory@example.org"));
    starts.push(carla.objects["mailbox_path"].clone());
    starts.extend(mailed_paths(world, "colleague.of.mallory@example.org"));
    walk.go(&site, &mut Browser::default(), starts).await;

    assert!(walk.dead.is_empty(), "dead links:\n{}", walk.dead.join("\n"));
    let unknown: Vec<&String> = walk.forms.iter().filter(|name| Action::by_name(name).is_none()).collect();
    assert!(unknown.is_empty(), "forms of actions that are not there: {unknown:?}");
    let changes = || Action::ALL.iter().filter(|action| action.rule().changes).map(|action| action.name());
    let missing: Vec<&str> =
        changes().filter(|name| !walk.forms.contains(*name) && !KNOWN_GAPS.contains(name)).collect();
    assert!(missing.is_empty(), "no page of {} has a form for:\n{}", walk.seen.len(), missing.join("\n"));
    let closed: Vec<&str> = changes().filter(|name| walk.forms.contains(*name) && KNOWN_GAPS.contains(name)).collect();
    assert!(closed.is_empty(), "these have a form now, so take them off the list: {closed:?}");
}
