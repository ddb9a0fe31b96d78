//! How the tests of people and customers come by signed-in callers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use diesel::prelude::*;
use hostwright_panel::auth::call::{Actor, Call};
use hostwright_panel::auth::commands::{ConfirmMail, SignIn, SignedIn, confirm_mail, sign_in};
use hostwright_panel::auth::model::{LinkMade, LinkPurpose, Secret};
use hostwright_panel::auth::{Authenticated, Credential, authenticate, links};
use hostwright_panel::customers::commands::{SignUp, sign_up};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::outbox::{Event, Recorded};
use hostwright_panel::platform::schema::outbox;
use hostwright_tests::World;

pub const PASSWORD: &str = "correct horse battery";

/// Every event of a kind, oldest first.
pub async fn events<E: Event + Send + 'static>(world: &World) -> Vec<E> {
    let rows: Vec<Recorded> = world
        .db
        .read(|tx| {
            let rows = outbox::table.filter(outbox::kind.eq(E::KIND)).order(outbox::id);
            Ok(rows.select(Recorded::as_select()).load(tx.conn)?)
        })
        .await
        .unwrap();
    rows.iter().map(|row| row.read().unwrap().unwrap()).collect()
}

/// The token of the newest link of a purpose that was mailed to this address.
pub async fn link_to(world: &World, email: &str, purpose: LinkPurpose) -> Secret {
    let made: Vec<LinkMade> = events(world).await;
    let link = made.iter().rev().find(|link| link.email.as_str() == email && link.purpose == purpose);
    let link = link.unwrap_or_else(|| panic!("no {purpose} link to {email}"));
    let vault = world.anonymous().vault;
    assert!(!link.url_token.is_empty());
    links::open_token(&vault, &link.url_token).unwrap().as_str().into()
}

/// What somebody in Germany fills in.
pub fn form(email: &str) -> SignUp {
    SignUp {
        email: email.to_owned(),
        password: PASSWORD.into(),
        name: "Ada Lovelace".to_owned(),
        company: None,
        country: "DE".to_owned(),
        street: Some("Weg 2".to_owned()),
        postal_code: Some("10115".to_owned()),
        city: Some("Berlin".to_owned()),
        region: None,
        tax_number: None,
        currency: None,
        locale: Some("de".to_owned()),
        time_zone: Some("Europe/Berlin".to_owned()),
    }
}

/// Signs up and proves the address.
pub async fn join(world: &World, email: &str) {
    sign_up(&world.anonymous(), form(email)).await.unwrap();
    let token = link_to(world, email, LinkPurpose::Confirm).await;
    let confirmed = confirm_mail(&world.anonymous(), ConfirmMail { token }).await.unwrap();
    assert!(!confirmed.already);
}

/// Tries to sign in.
pub async fn enter(world: &World, email: &str, password: &str) -> Result<SignedIn> {
    enter_with(world, email, password, None).await
}

/// Tries to sign in with a code of the second factor.
pub async fn enter_with(world: &World, email: &str, password: &str, code: Option<String>) -> Result<SignedIn> {
    let input = SignIn { email: email.to_owned(), password: password.into(), totp_code: code };
    sign_in(&world.anonymous(), input).await
}

/// Who a session's token stands for.
pub async fn known(world: &World, token: &str) -> Option<Authenticated> {
    authenticate(&world.anonymous(), Credential::Session(token.to_owned())).await.unwrap()
}

/// Who an API key stands for.
pub async fn known_by_key(world: &World, token: &str) -> Option<Authenticated> {
    authenticate(&world.anonymous(), Credential::ApiKey(token.to_owned())).await.unwrap()
}

/// A call of whom a session or key stands for.
pub fn call_of(world: &World, known: Authenticated) -> Call {
    Call { actor: Actor::Person(Box::new(known.person)), ..world.anonymous() }
}

/// A call of somebody who signs in now.
pub async fn signed_in(world: &World, email: &str) -> Call {
    let session = enter(world, email, PASSWORD).await.unwrap();
    call_of(world, known(world, &session.session_token).await.unwrap())
}

/// Whether any text column of the tables that deal with secrets holds this text.
pub async fn kept_in_clear(world: &World, secret: &str) -> bool {
    use hostwright_panel::platform::schema::{
        api_keys, audit_log, idempotency_keys, links, people, rate_limits, sessions,
    };
    let secret = secret.to_owned();
    let columns = world
        .db
        .read(|tx| {
            let mut all: Vec<String> = outbox::table.select(outbox::payload).load(tx.conn)?;
            all.extend(audit_log::table.select(audit_log::detail).load::<String>(tx.conn)?);
            all.extend(idempotency_keys::table.select(idempotency_keys::response).load::<String>(tx.conn)?);
            all.extend(sessions::table.select(sessions::token_hash).load::<String>(tx.conn)?);
            all.extend(api_keys::table.select(api_keys::token_hash).load::<String>(tx.conn)?);
            all.extend(links::table.select(links::token_hash).load::<String>(tx.conn)?);
            all.extend(rate_limits::table.select(rate_limits::bucket).load::<String>(tx.conn)?);
            all.extend(people::table.select(people::password_hash.assume_not_null()).load::<String>(tx.conn)?);
            Ok(all)
        })
        .await
        .unwrap();
    assert!(columns.len() > 4);
    columns.iter().any(|kept| kept.contains(&secret))
}
