//! Forms: only our own pages may send them, and nothing typed is lost.

use serde_json::json;

use super::site::{Browser, Site, read};
use super::town::{PASSWORD, Town, sign_in};
use hostwright_tests::World;

async fn ground() -> (World, Site, Browser) {
    let world = World::sqlite();
    world.set_up().await;
    let site = Site::of(&world.app);
    let browser = Browser::signed_in(&sign_in(&world, "olga@host.example").await.0);
    (world, site, browser)
}

async fn departments(world: &World) -> usize {
    let all = world.done(&world.owner(), "departments.list", json!({})).await;
    all["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_without_our_proof_changes_nothing() {
    let (world, site, mut browser) = ground().await;
    let csrf = site.proof(&mut browser, "/staff/departments").await;
    let strange = site.proof(&mut Browser::default(), "/sign-in").await;
    assert_ne!(csrf, strange);
    let before = departments(&world).await;
    let typed = [("name", "Sales"), ("email", "sales@host.example"), ("_page", "/staff/departments")];
    let send = |proof: Option<&str>| {
        let mut fields = typed.to_vec();
        fields.extend(proof.map(|proof| ("_csrf", proof)));
        site.post(&browser, "/do/departments.create", &fields)
    };
    for proof in [None, Some(""), Some("wrong"), Some(strange.as_str())] {
        let reply = read(send(proof)).await;
        assert_eq!(reply.status.as_u16(), 403, "{proof:?}");
    }
    for (header, value) in [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        let reply = read(send(Some(&csrf)).header(header, value)).await;
        assert_eq!(reply.status.as_u16(), 403, "{header}: {value}");
    }
    assert_eq!(departments(&world).await, before);
    let good =
        read(send(Some(&csrf)).header("Origin", "http://panel.test").header("Sec-Fetch-Site", "same-origin")).await;
    assert_eq!((good.status.as_u16(), good.header("location")), (303, "/staff/departments"), "{}", good.body);
    assert_eq!(departments(&world).await, before + 1);
    let unknown = read(site.post(&browser, "/do/nothing.at_all", &[("_csrf", &csrf)])).await;
    assert_eq!(unknown.status.as_u16(), 404);
    let got = read(site.get(&browser, "/do/departments.create")).await;
    assert_ne!(got.status.as_u16(), 200);
    for path in ["/preferences"] {
        assert_eq!(read(site.post(&browser, path, &[("theme", "dark"), ("_page", "/")])).await.status.as_u16(), 403);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_survives_an_error_and_secrets_do_not() {
    let (_world, site, mut browser) = ground().await;
    let csrf = site.proof(&mut browser, "/staff/customers/new").await;
    let fields = [
        ("_csrf", csrf.as_str()),
        ("_page", "/staff/customers/new"),
        ("name", "Ada \"Countess\" <Lovelace>"),
        ("email", "not an address"),
        ("country", "DE"),
        ("city", "Berlin-Mitte"),
    ];
    let reply = read(site.post(&browser, "/do/customers.create", &fields)).await;
    assert_eq!(reply.status.as_u16(), 422, "{}", reply.body);
    assert!(reply.body.contains("not an address") && reply.body.contains("Berlin-Mitte"), "{}", reply.body);
    assert!(!reply.body.contains("<Lovelace>"), "typed text is shown as text");
    assert!(reply.body.contains("aria-invalid=\"true\""), "{}", reply.body);
    assert!(reply.header("content-security-policy").contains("default-src 'none'"));

    let mut visitor = Browser::default();
    let csrf = site.proof(&mut visitor, "/sign-in").await;
    let fields = [
        ("_csrf", csrf.as_str()),
        ("_page", "/sign-in"),
        ("email", "olga@host.example"),
        ("password", "a wrong secret"),
    ];
    let reply = read(site.post(&visitor, "/do/auth.sign_in", &fields)).await;
    assert_eq!(reply.status.as_u16(), 422, "{}", reply.body);
    assert!(reply.body.contains("olga@host.example"));
    assert!(!reply.body.contains("a wrong secret"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get() {
    let (_world, site, _) = ground().await;
    let mut visitor = Browser::default();
    let csrf = site.proof(&mut visitor, "/sign-in").await;
    let fields = [
        ("_csrf", csrf.as_str()),
        ("_page", "/sign-in"),
        ("_then", "/staff"),
        ("email", "olga@host.example"),
        ("password", PASSWORD),
    ];
    let reply = read(site.post(&visitor, "/do/auth.sign_in", &fields)).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/staff"), "{}", reply.body);
    let session = reply.set_cookies().into_iter().find(|cookie| cookie.starts_with("hw_session=")).unwrap().to_owned();
    assert!(
        session.contains("HttpOnly") && session.contains("SameSite=Lax") && session.contains("Path=/"),
        "{session}"
    );
    for cookie in reply.set_cookies() {
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    }
    visitor.keep(&reply);
    assert_eq!(site.visit(&mut visitor, "/staff").await.status.as_u16(), 200);
    let csrf = site.proof(&mut visitor, "/staff").await;
    let out =
        read(site.post(&visitor, "/do/auth.sign_out", &[("_csrf", &csrf), ("_page", "/staff"), ("_then", "/sign-in")]))
            .await;
    assert_eq!(out.status.as_u16(), 303);
    assert!(out.set_cookies().iter().any(|cookie| cookie.starts_with("hw_session=;") && cookie.contains("Max-Age=0")));
    let after = read(site.get(&visitor, "/staff")).await;
    assert_eq!(
        (after.status.as_u16(), after.header("location")),
        (303, "/sign-in?next=%2Fstaff"),
        "the session is over, not only its cookie"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_form_sends_the_browser_to_another_host() {
    let (_world, site, mut browser) = ground().await;
    let csrf = site.proof(&mut browser, "/staff/account").await;
    let away = [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "/\t/evil.example",
        "evil.example",
    ];
    for target in away {
        for field in ["_then", "_page"] {
            let fields = [("_csrf", csrf.as_str()), ("name", "Olga Owner"), (field, target)];
            let reply = read(site.post(&browser, "/do/auth.update_profile", &fields)).await;
            assert_eq!(
                (reply.status.as_u16(), reply.header("location")),
                (303, "/"),
                "{field} {target:?} {}",
                reply.body
            );
        }
        let fields = [("_csrf", csrf.as_str()), ("theme", "dark"), ("_page", target)];
        let reply = read(site.post(&browser, "/preferences", &fields)).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/"), "{target:?}");
        let next = format!("/sign-in?next={}", hostwright_frontend::page::encode(target));
        let reply = site.visit(&mut browser, &next).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/"), "{next}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_reaches_no_further_than_its_sender() {
    let town = Town::sqlite().await;
    let site = Site::of(&town.world.app);
    let mut browser = Browser::signed_in(&town.carla.session);
    let csrf = site.proof(&mut browser, "/portal").await;
    let (theirs, page) = (town.mallory.objects["server_id"].as_str(), "/portal");
    let stop = [("_csrf", csrf.as_str()), ("_page", page), ("server_id", theirs)];
    let foreign = read(site.post(&browser, "/do/servers.power_off", &stop)).await;
    assert_eq!(foreign.status.as_u16(), 404);
    let staff_only = read(site.post(&browser, "/do/servers.delete", &stop)).await;
    assert_eq!(staff_only.status.as_u16(), 403);
    let shown = town.world.done(&town.world.owner(), "servers.show", json!({ "server_id": theirs })).await;
    assert_eq!(shown["state"], "running");
    let nobody = site.proof(&mut Browser::default(), "/sign-in").await;
    assert!(!nobody.is_empty());
}
