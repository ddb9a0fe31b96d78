//! Forms of other sites, sessions that others chose, and links that lead away.

use hostwright_panel::auth::policy::Action;
use hostwright_server::registry::Verb;
use hostwright_tests::World;
use reqwest::Url;
use serde_json::json;

use crate::input::doors::Caller;
use crate::input::state::State;
use crate::surfaces::site::{Browser, Site, read};
use crate::surfaces::town::{PASSWORD, Town, sign_in};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_of_any_action_is_taken_without_our_proof() {
    let town = Town::sqlite().await;
    let site = Site::of(&town.world.app);
    let owner = Caller::new(&site, town.owner_session().await, "/staff/account").await;
    let others = Caller::new(&site, town.carla.session.clone(), "/portal/account").await;
    let strange = site.proof(&mut Browser::default(), "/sign-in").await;
    let before = State::of(&town.world).await;
    let mut taken = Vec::new();
    for action in Action::ALL {
        let path = format!("/do/{}", action.name());
        let page = ("_page", "/staff/account");
        for proof in [None, Some(""), Some("x"), Some(&*strange), Some(&*others.csrf)] {
            let fields: Vec<(&str, &str)> = proof.map(|proof| ("_csrf", proof)).into_iter().chain([page]).collect();
            let reply = read(site.post(&owner.browser, &path, &fields)).await;
            if reply.status.as_u16() != 403 || reply.header("x-problem-code") != "request.forged" {
                taken.push(format!("{path} with {proof:?}: {}", reply.status));
            }
        }
        for (header, value) in
            [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")]
        {
            let fields = [("_csrf", owner.csrf.as_str()), page];
            let reply = read(site.post(&owner.browser, &path, &fields).header(header, value)).await;
            if reply.status.as_u16() != 403 {
                taken.push(format!("{path} with {header}: {value}: {}", reply.status));
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    assert_eq!(before.changes(&State::of(&town.world).await), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sites_script_cannot_use_the_session_at_the_rest_surface() {
    let town = Town::sqlite().await;
    let site = Site::of(&town.world.app);
    let session = town.owner_session().await;
    let cookie = format!("hw_session={session}");
    let before = State::of(&town.world).await;
    let mut taken = Vec::new();
    for endpoint in town.world.app.endpoints.iter().filter(|endpoint| endpoint.verb == Verb::Post) {
        let path = endpoint.path.replace(['{', '}'], "");
        let post = || site.rest("POST", &path, None).header("Cookie", &cookie);
        // A form of another site sends one of these three types, or a header that tells where it is from.
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let reply = read(post().header("Content-Type", kind).body("{\"a\":1}")).await;
            if reply.status.as_u16() != 400 {
                taken.push(format!("{path} as {kind}: {} {}", reply.status, reply.body));
            }
        }
        for (header, value) in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
            let reply = read(post().header(header, value).json(&json!({}))).await;
            if reply.status.as_u16() != 403 {
                taken.push(format!("{path} with {header}: {value}: {} {}", reply.status, reply.body));
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    assert_eq!(before.changes(&State::of(&town.world).await), Vec::<String>::new());
    // And no site may read what the session sees.
    let reply =
        read(site.rest("GET", "/me", None).header("Cookie", &cookie).header("Origin", "https://evil.example")).await;
    assert_eq!(reply.header("access-control-allow-origin"), "");
}

async fn sign_in_with(site: &Site, browser: &mut Browser, next: &str) -> crate::surfaces::site::Reply {
    let csrf = site.proof(browser, "/sign-in").await;
    let fields = [
        ("_csrf", csrf.as_str()),
        ("_page", "/sign-in"),
        ("_then", next),
        ("email", "olga@host.example"),
        ("password", PASSWORD),
    ];
    let reply = read(site.post(browser, "/do/auth.sign_in", &fields)).await;
    browser.keep(&reply);
    reply
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_somebody_else_chose_is_never_taken_over() {
    let world = World::sqlite();
    world.set_up().await;
    let site = Site::of(&world.app);
    let chosen = "c".repeat(43);
    let mut victim = Browser::signed_in(&chosen);
    victim.cookies.insert("hw_visitor".to_owned(), "v".repeat(43));
    let known_proof = site.proof(&mut victim.clone(), "/sign-in").await;
    let reply = sign_in_with(&site, &mut victim, "/staff").await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/staff"), "{}", reply.body);
    let session = victim.cookies["hw_session"].clone();
    assert_ne!(session, chosen);
    let attacker = Browser::signed_in(&chosen);
    assert_eq!(read(site.get(&attacker, "/staff")).await.status.as_u16(), 303, "the chosen one opens nothing");
    let fields = [("_csrf", known_proof.as_str()), ("_page", "/staff/account"), ("name", "Owned")];
    let forged = read(site.post(&victim, "/do/auth.update_profile", &fields)).await;
    assert_eq!(forged.status.as_u16(), 403, "a proof from before signing in is worth nothing after it");

    // Signing in once more begins another session; signing out ends it on the server.
    let second = sign_in(&world, "olga@host.example").await.0;
    assert_ne!(second, session);
    let csrf = site.proof(&mut victim, "/staff/account").await;
    let out = [("_csrf", csrf.as_str()), ("_page", "/staff"), ("_then", "/sign-in")];
    assert_eq!(read(site.post(&victim, "/do/auth.sign_out", &out)).await.status.as_u16(), 303);
    let kept = Browser::signed_in(&session);
    assert_eq!(read(site.get(&kept, "/staff")).await.status.as_u16(), 303);
}

/// Addresses that a browser may read as another host.
const AWAY: &[&str] = &[
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\u{7f}/evil.example",
    "\u{ff0f}\u{ff0f}evil.example",
    "/\r\nLocation: https://evil.example",
    "/\u{0}/evil.example",
    " //evil.example",
    "evil.example",
    "/.//evil.example",
    "/%2f/evil.example",
    "/%5cevil.example",
    "/ok/..//evil.example",
    "/@evil.example",
    "/\u{2028}/evil.example",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_way_back_leads_to_another_host() {
    let world = World::sqlite();
    world.set_up().await;
    let site = Site::of(&world.app);
    let own = Url::parse("http://panel.test/sign-in").unwrap();
    let stays = |about: &str, location: &str| {
        let arrived = own.join(location).unwrap();
        assert_eq!(arrived.host_str(), Some("panel.test"), "{about:?} leads to {location:?}");
        assert!(!location.starts_with("//") && !location.contains('\\'), "{about:?} leads to {location:?}");
    };
    for target in AWAY {
        let mut browser = Browser::default();
        let path = format!("/sign-in?next={}", hostwright_frontend::page::encode(target));
        let page = site.visit(&mut browser, &path).await;
        if page.status.is_success() {
            let then = crate::surfaces::site::hidden(&page.body, "_then").unwrap();
            stays(target, &then);
        }
        for field in ["_then", "_page"] {
            let csrf = site.proof(&mut browser, "/sign-in").await;
            let fields = [("_csrf", csrf.as_str()), (field, target), ("theme", "dark")];
            let reply = read(site.post(&browser, "/preferences", &fields)).await;
            stays(target, reply.header("location"));
        }
        let reply = sign_in_with(&site, &mut browser, target).await;
        assert_eq!(reply.status.as_u16(), 303, "{target:?}: {}", reply.body);
        stays(target, reply.header("location"));
        world.clock.advance_seconds(1_000);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_link_makes_the_panel_write_a_secret_into_an_address() {
    let world = World::sqlite();
    world.set_up().await;
    let site = Site::of(&world.app);
    let next = "/staff?a={session_token}&b={person.id}&c={token}&d={secret}";
    let mut browser = Browser::default();
    let page = site.visit(&mut browser, &format!("/sign-in?next={}", hostwright_frontend::page::encode(next))).await;
    let then = crate::surfaces::site::hidden(&page.body, "_then").unwrap();
    let reply = sign_in_with(&site, &mut browser, &then).await;
    let session = browser.cookies["hw_session"].clone();
    assert!(!session.is_empty() && !reply.header("location").contains(&session), "{}", reply.header("location"));
    let csrf = site.proof(&mut browser, "/staff/account").await;
    for (action, extra) in [
        ("auth.create_api_key", vec![("name", "script"), ("scopes", "*")]),
        ("auth.begin_totp", vec![("current_password", PASSWORD)]),
    ] {
        let mut fields = vec![("_csrf", csrf.as_str()), ("_page", "/staff/account"), ("_then", next)];
        fields.extend(extra);
        let reply = read(site.post(&browser, &format!("/do/{action}"), &fields)).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, next), "{action}: {}", reply.body);
    }
}
