//! Guessing passwords and codes, and flooding mailboxes: few tries, and the same
//! answer whether somebody has an account or not.

use hostwright_tests::{World, text};
use serde_json::{Value, json};

use crate::surfaces::site::{Reply, Site, read};
use crate::surfaces::town::{PASSWORD, sign_in};

const KNOWN: &str = "olga@host.example";
const UNKNOWN: &str = "nobody@host.example";

async fn post(site: &Site, path: &str, body: Value) -> Reply {
    read(site.rest("POST", path, None).json(&body)).await
}

/// An answer without what differs for everybody: the address itself and the request.
fn same(reply: &Reply) -> (u16, String) {
    let mut body = reply.json();
    body["request_id"] = Value::Null;
    let text = body.to_string().replace(KNOWN, "x").replace(UNKNOWN, "x");
    (reply.status.as_u16(), text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_guessed_ten_times_and_no_more() {
    let world = World::sqlite();
    world.set_up().await;
    let site = Site::of(&world.app);
    for turn in 0..14 {
        let wrong = |email: &str| json!({ "email": email, "password": format!("guess number {turn}") });
        let known = post(&site, "/auth/sign-in", wrong(KNOWN)).await;
        let unknown = post(&site, "/auth/sign-in", wrong(UNKNOWN)).await;
        assert_eq!(same(&known), same(&unknown), "who has an account cannot be told");
        let expected = if turn < 10 { 401 } else { 429 };
        assert_eq!(known.status.as_u16(), expected, "try {turn}: {}", known.body);
    }
    let right = || post(&site, "/auth/sign-in", json!({ "email": KNOWN, "password": PASSWORD }));
    assert_eq!(right().await.problem(429), "auth.too_many", "also the right one waits, or a guess would show");
    let upper = json!({ "email": " OLGA@Host.Example ", "password": PASSWORD });
    assert_eq!(post(&site, "/auth/sign-in", upper).await.status.as_u16(), 429, "another spelling is the same account");
    world.clock.advance_seconds(15 * 60);
    assert_eq!(right().await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_cannot_try_many_accounts() {
    let world = World::sqlite();
    world.set_up().await;
    let call = world.anonymous();
    let mut refused = 0;
    for turn in 0..110 {
        let wrong = json!({ "email": format!("person{turn}@host.example"), "password": "a common password" });
        match world.refused(&call, "auth.sign_in", wrong).await.as_str() {
            "auth.too_many" => refused += 1,
            code => assert_eq!(code, "auth.bad_credentials"),
        }
    }
    assert_eq!(refused, 10, "one hundred tries in a quarter of an hour");
    let mut elsewhere = world.anonymous();
    elsewhere.address = "192.0.2.99".to_owned();
    world.done(&elsewhere, "auth.sign_in", json!({ "email": KNOWN, "password": PASSWORD })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_of_the_second_factor_is_guessed_ten_times_and_no_more() {
    use hostwright_kernel::{Clock, SystemClock};
    use hostwright_panel::auth::totp::model::{STEP, code, from_base32};
    let world = World::sqlite();
    world.set_up().await;
    let call = sign_in(&world, KNOWN).await.1;
    let begun = world.done(&call, "auth.begin_totp", json!({ "current_password": PASSWORD })).await;
    let secret = from_base32(&text(&begun, "secret")).unwrap();
    let step = SystemClock.now().micros() / (1_000_000 * STEP);
    world.done(&call, "auth.enable_totp", json!({ "code": code(&secret, step) })).await;
    let right_ones: Vec<String> = (step - 3..step + 4).map(|step| code(&secret, step)).collect();
    let guesses = (0..1_000_000).map(|n| format!("{n:06}")).filter(|guess| !right_ones.contains(guess));
    let mut answers = Vec::new();
    for guess in guesses.take(13) {
        let sign_in = json!({ "email": KNOWN, "password": PASSWORD, "totp_code": guess });
        answers.push(world.refused(&world.anonymous(), "auth.sign_in", sign_in).await);
    }
    assert_eq!(answers.iter().filter(|answer| *answer == "auth.totp_wrong").count(), 10, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| *answer == "auth.too_many").count(), 3, "{answers:?}");
    let used = json!({ "email": KNOWN, "password": "wrong password", "totp_code": code(&secret, step) });
    world.clock.advance_seconds(15 * 60);
    let answer = world.refused(&world.anonymous(), "auth.sign_in", used).await;
    assert_eq!(answer, "auth.bad_credentials", "a code is worth nothing, and tells nothing, without the password");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_is_not_flooded_and_nobody_learns_who_has_an_account() {
    let world = World::sqlite();
    world.set_up().await;
    let site = Site::of(&world.app);
    for turn in 0..8 {
        let known = post(&site, "/auth/request-reset", json!({ "email": KNOWN })).await;
        let unknown = post(&site, "/auth/request-reset", json!({ "email": UNKNOWN })).await;
        assert_eq!(same(&known), same(&unknown), "turn {turn}");
        assert_eq!(known.status.as_u16(), if turn < 5 { 200 } else { 429 }, "turn {turn}: {}", known.body);
    }
    world.settle().await;
    assert!(world.mailbox.to(KNOWN).len() <= 5, "{:?}", world.mailbox.subjects());
    assert!(world.mailbox.to(UNKNOWN).is_empty());

    let sign_up = |email: &str| {
        json!({
            "email": email, "password": "another fine password", "name": "Somebody", "country": "DE", "city": "Kiel",
            "street": "Weg 1", "postal_code": "24103",
        })
    };
    for turn in 0..7 {
        let known = post(&site, "/auth/sign-up", sign_up(KNOWN)).await;
        let unknown = post(&site, "/auth/sign-up", sign_up(UNKNOWN)).await;
        assert_eq!(same(&known), same(&unknown), "turn {turn}");
        assert_eq!(known.status.as_u16(), if turn < 5 { 200 } else { 429 }, "turn {turn}: {}", known.body);
    }
    world.settle().await;
    assert!(world.mailbox.to(UNKNOWN).len() <= 5);
    let told = world.mailbox.to(KNOWN).len();
    assert!(told <= 8, "at most five links and three notes that somebody tried: {told}");
    let old = json!({ "email": KNOWN, "password": PASSWORD });
    assert_eq!(post(&site, "/auth/sign-in", old).await.status.as_u16(), 200, "the account is as it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_not_guessed() {
    let world = World::sqlite();
    world.set_up().await;
    let site = Site::of(&world.app);
    let mut answers = Vec::new();
    for turn in 0..62 {
        let guess = json!({ "token": format!("{turn:043}"), "password": "another fine password" });
        answers.push(post(&site, "/auth/reset-password", guess).await.status.as_u16());
    }
    assert_eq!(answers.iter().filter(|status| **status == 404).count(), 60, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 2, "{answers:?}");
}
