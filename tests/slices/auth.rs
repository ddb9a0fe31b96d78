//! People and access.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use hostwright_kernel::{Clock, SystemClock};
use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::commands::{
    ChangePassword, ConfirmMail, RequestReset, ResetPassword, UpdateProfile, change_password, checked_password_hash,
    confirm_mail, create_owner_in, request_reset, reset_password, update_profile,
};
use hostwright_panel::auth::keys::commands::{CreateApiKey, RevokeApiKey};
use hostwright_panel::auth::limits::{self, Limit};
use hostwright_panel::auth::model::{LinkPurpose, PasswordChanged, PersonId, PersonState, SignUpRepeated, Theme};
use hostwright_panel::auth::people::commands::{
    InviteStaff, ResumePerson, SetStaffRole, SuspendPerson, invite, resume, set_role, suspend,
};
use hostwright_panel::auth::people::queries::{ListPeople, ShowPerson};
use hostwright_panel::auth::policy::{Action, StaffRole};
use hostwright_panel::auth::sessions::commands::{RevokeSession, SignOut, revoke, sign_out};
use hostwright_panel::auth::sessions::queries::ListSessions;
use hostwright_panel::auth::totp::commands::{BeginTotp, DisableTotp, EnableTotp};
use hostwright_panel::auth::totp::model::{code, from_base32};
use hostwright_panel::auth::{keys, links, people, queries, sessions, totp};
use hostwright_panel::customers::commands::sign_up;
use hostwright_panel::platform::error::Result;
use hostwright_tests::{World, on_both_engines};

use super::accounts::{
    PASSWORD, call_of, enter, enter_with, events, form, join, kept_in_clear, known, known_by_key, link_to, signed_in,
};

const NEW_PASSWORD: &str = "staple battery horse";

fn code_of<T: std::fmt::Debug>(outcome: Result<T>) -> &'static str {
    outcome.unwrap_err().code()
}

/// Invites somebody as staff, lets them accept, and signs them in.
async fn staff(world: &World, by: &Call, email: &str, role: StaffRole) -> Call {
    let input = InviteStaff { email: email.to_owned(), name: "Stef Staff".to_owned(), role, locale: None };
    let invited = invite(by, input).await.unwrap();
    assert_eq!((invited.state, invited.staff_role), (PersonState::Unconfirmed, Some(role)));
    let token = link_to(world, email, LinkPurpose::Invite).await;
    let accept = ResetPassword { token, password: PASSWORD.into(), name: Some("Stef Stone".to_owned()) };
    reset_password(&world.anonymous(), accept).await.unwrap();
    signed_in(world, email).await
}

/// Makes the first owner and signs them in.
async fn first_owner(world: &World) -> Call {
    let hash = checked_password_hash(PASSWORD, "olga@host.example").await.unwrap();
    world
        .db
        .write(move |tx| create_owner_in(tx, "Olga Owner", "olga@host.example", &hash, "Europe/Berlin", "en"))
        .await
        .unwrap();
    signed_in(world, "olga@host.example").await
}

fn id_of(call: &Call) -> PersonId {
    call.person_id().unwrap()
}

on_both_engines! {
    async fn nobody_signs_in_before_the_address_is_proven(world) {
        let answer = sign_up(&world.anonymous(), form(" Ada@Example.org ")).await.unwrap();
        assert_eq!(answer.email.as_str(), "ada@example.org");
        assert_eq!(code_of(enter(world, "ada@example.org", PASSWORD).await), "auth.not_confirmed");
        assert_eq!(code_of(enter(world, "ada@example.org", "wrong password").await), "auth.bad_credentials");
        let token = link_to(world, "ada@example.org", LinkPurpose::Confirm).await;
        confirm_mail(&world.anonymous(), ConfirmMail { token }).await.unwrap();
        let session = enter(world, "ADA@example.org", PASSWORD).await.unwrap();
        assert_eq!(session.person.memberships.len(), 1);
        let ada = known(world, &session.session_token).await.unwrap();
        assert_eq!((ada.locale.as_str(), ada.time_zone.as_str(), ada.theme.as_str()), ("de", "Europe/Berlin", "auto"));
        assert_eq!(ada.person.name, "Ada Lovelace");
    }

    async fn a_confirm_link_counts_once_and_a_second_press_is_friendly(world) {
        sign_up(&world.anonymous(), form("ada@example.org")).await.unwrap();
        let token = link_to(world, "ada@example.org", LinkPurpose::Confirm).await;
        let press = || async {
            confirm_mail(&world.anonymous(), ConfirmMail { token: token.clone() }).await.unwrap().already
        };
        let (a, b, c) = tokio::join!(press(), press(), press());
        assert_eq!([a, b, c].iter().filter(|already| !**already).count(), 1);
        world.clock.advance_days(10);
        assert!(press().await);
        let unknown = confirm_mail(&world.anonymous(), ConfirmMail { token: "nothing".into() }).await;
        assert_eq!(code_of(unknown), "auth.link_unknown");
    }

    async fn an_old_confirm_link_is_refused_and_a_newer_one_ends_it(world) {
        sign_up(&world.anonymous(), form("ada@example.org")).await.unwrap();
        let first = link_to(world, "ada@example.org", LinkPurpose::Confirm).await;
        sign_up(&world.anonymous(), form("ada@example.org")).await.unwrap();
        let second = link_to(world, "ada@example.org", LinkPurpose::Confirm).await;
        assert_ne!(first.reveal(), second.reveal());
        assert_eq!(code_of(confirm_mail(&world.anonymous(), ConfirmMail { token: first }).await), "auth.link_expired");
        world.clock.advance_days(3);
        assert_eq!(code_of(confirm_mail(&world.anonymous(), ConfirmMail { token: second }).await), "auth.link_expired");
    }

    async fn signing_up_again_tells_the_mailbox_and_not_the_page(world) {
        join(world, "ada@example.org").await;
        let mut again = form("ada@example.org");
        again.password = NEW_PASSWORD.into();
        let answer = sign_up(&world.anonymous(), again).await.unwrap();
        assert_eq!(answer.email.as_str(), "ada@example.org");
        let told: Vec<SignUpRepeated> = events(world).await;
        assert_eq!(told.len(), 1);
        enter(world, "ada@example.org", PASSWORD).await.unwrap();
        assert_eq!(code_of(enter(world, "ada@example.org", NEW_PASSWORD).await), "auth.bad_credentials");
    }

    async fn a_reset_ends_every_session_and_every_other_link(world) {
        join(world, "ada@example.org").await;
        let session = enter(world, "ada@example.org", PASSWORD).await.unwrap();
        let ada = call_of(world, known(world, &session.session_token).await.unwrap());
        let made = keys::commands::create(&ada, CreateApiKey { name: "script".to_owned(), scopes: vec!["*".to_owned()], valid_days: None }).await.unwrap();
        request_reset(&world.anonymous(), RequestReset { email: "ada@example.org".to_owned() }).await.unwrap();
        let first = link_to(world, "ada@example.org", LinkPurpose::Reset).await;
        request_reset(&world.anonymous(), RequestReset { email: "ada@example.org".to_owned() }).await.unwrap();
        let second = link_to(world, "ada@example.org", LinkPurpose::Reset).await;
        let with = |token: &hostwright_panel::auth::model::Secret, password: &str| ResetPassword { token: token.clone(), password: password.into(), name: None };
        assert_eq!(code_of(reset_password(&world.anonymous(), with(&first, NEW_PASSWORD)).await), "auth.link_expired");
        assert_eq!(code_of(reset_password(&world.anonymous(), with(&second, "short")).await), "auth.password_too_short");
        reset_password(&world.anonymous(), with(&second, NEW_PASSWORD)).await.unwrap();
        assert_eq!(code_of(reset_password(&world.anonymous(), with(&second, PASSWORD)).await), "auth.link_used");
        assert!(known(world, &session.session_token).await.is_none());
        assert!(known_by_key(world, &made.token).await.is_some(), "keys are not the password's");
        assert_eq!(code_of(enter(world, "ada@example.org", PASSWORD).await), "auth.bad_credentials");
        enter(world, "ada@example.org", NEW_PASSWORD).await.unwrap();
        let told: Vec<PasswordChanged> = events(world).await;
        assert_eq!(told.len(), 1);
    }

    async fn asking_for_a_reset_tells_nothing_about_an_unknown_address(world) {
        let answer = request_reset(&world.anonymous(), RequestReset { email: "nobody@example.org".to_owned() }).await.unwrap();
        assert_eq!(answer.email.as_str(), "nobody@example.org");
        let made: Vec<hostwright_panel::auth::model::LinkMade> = events(world).await;
        assert!(made.is_empty());
    }

    async fn a_reset_link_lives_an_hour_and_proves_the_address(world) {
        sign_up(&world.anonymous(), form("ada@example.org")).await.unwrap();
        let ask = || request_reset_of(world, "ada@example.org");
        let late = ask().await;
        world.clock.advance_seconds(3601);
        let input = |token| ResetPassword { token, password: NEW_PASSWORD.into(), name: None };
        assert_eq!(code_of(reset_password(&world.anonymous(), input(late)).await), "auth.link_expired");
        let fresh = ask().await;
        reset_password(&world.anonymous(), input(fresh)).await.unwrap();
        enter(world, "ada@example.org", NEW_PASSWORD).await.unwrap();
    }

    async fn ten_wrong_passwords_lock_the_account_until_the_window_ends(world) {
        join(world, "ada@example.org").await;
        for _ in 0..9 {
            assert_eq!(code_of(enter(world, "ada@example.org", "wrong password").await), "auth.bad_credentials");
        }
        enter(world, "ada@example.org", PASSWORD).await.unwrap();
        for _ in 0..10 {
            assert_eq!(code_of(enter(world, "ada@example.org", "wrong password").await), "auth.bad_credentials");
        }
        assert_eq!(code_of(enter(world, "ada@example.org", PASSWORD).await), "auth.too_many");
        for _ in 0..10 {
            assert_eq!(code_of(enter(world, "nobody@example.org", PASSWORD).await), "auth.bad_credentials");
        }
        assert_eq!(code_of(enter(world, "nobody@example.org", PASSWORD).await), "auth.too_many");
        world.clock.advance_seconds(15 * 60);
        enter(world, "ada@example.org", PASSWORD).await.unwrap();
    }

    async fn a_window_counts_exactly_also_when_all_come_at_once(world) {
        let limit = Limit { name: "test", tries: 5, seconds: 3600 };
        let tries: Vec<_> = (0..20)
            .map(|_| {
                let db = world.db.clone();
                tokio::spawn(async move { limits::take(&db, vec![(limit, "somebody".to_owned())]).await.is_ok() })
            })
            .collect();
        let mut taken = 0;
        for one in tries {
            taken += usize::from(one.await.unwrap());
        }
        assert_eq!(taken, 5);
        limits::take(&world.db, vec![(limit, "somebody else".to_owned())]).await.unwrap();
        limits::take(&world.db, vec![(limit, String::new())]).await.unwrap();
    }

    async fn a_code_of_the_second_factor_is_good_once(world) {
        join(world, "ada@example.org").await;
        let ada = signed_in(world, "ada@example.org").await;
        let wrong = totp::commands::begin(&ada, BeginTotp { current_password: "wrong password".into() }).await;
        assert_eq!(code_of(wrong), "auth.current_password_wrong");
        assert_eq!(code_of(totp::commands::enable(&ada, EnableTotp { code: "123456".to_owned() }).await), "auth.totp_not_begun");
        let begun = totp::commands::begin(&ada, BeginTotp { current_password: PASSWORD.into() }).await.unwrap();
        assert!(begun.otpauth_url.contains(&begun.secret));
        let secret = from_base32(&begun.secret).unwrap();
        // A second factor that was only begun is not asked for.
        enter(world, "ada@example.org", PASSWORD).await.unwrap();
        let step = SystemClock.now().micros() / 30_000_000;
        let shown = |ahead: i64| code(&secret, step + ahead);
        let enabled = totp::commands::enable(&ada, EnableTotp { code: shown(-1) }).await.unwrap();
        let begun_again = totp::commands::begin(&ada, BeginTotp { current_password: PASSWORD.into() }).await;
        assert_eq!(code_of(begun_again), "auth.totp_already_on");
        assert_eq!(code_of(enter(world, "ada@example.org", PASSWORD).await), "auth.totp_required");
        assert_eq!(code_of(enter_with(world, "ada@example.org", PASSWORD, Some(shown(-1))).await), "auth.totp_wrong");
        assert_eq!(code_of(enter_with(world, "ada@example.org", PASSWORD, Some("000000x".to_owned())).await), "auth.totp_wrong");
        assert_eq!(code_of(enter_with(world, "ada@example.org", "wrong password", Some(shown(0))).await), "auth.bad_credentials");
        let at_once = || enter_with(world, "ada@example.org", PASSWORD, Some(shown(0)));
        let (a, b) = tokio::join!(at_once(), at_once());
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "one code, one session");
        assert_eq!(code_of(at_once().await), "auth.totp_wrong");
        // Without the phone: each recovery code is good once, however it is typed.
        assert_eq!(enabled.recovery_codes.len(), 10);
        let lost = |code: &str| enter_with(world, "ada@example.org", PASSWORD, Some(code.to_owned()));
        lost(&enabled.recovery_codes[0]).await.unwrap();
        assert_eq!(code_of(lost(&enabled.recovery_codes[0]).await), "auth.totp_wrong");
        lost(&enabled.recovery_codes[1].replace('-', " ")).await.unwrap();
        assert_eq!(code_of(lost("00000-00000-00000-00000").await), "auth.totp_wrong");
        totp::commands::disable(&ada, DisableTotp { current_password: PASSWORD.into() }).await.unwrap();
        enter(world, "ada@example.org", PASSWORD).await.unwrap();
    }

    async fn a_session_gets_a_new_token_and_the_old_one_ends_a_minute_later(world) {
        join(world, "ada@example.org").await;
        let first = enter(world, "ada@example.org", PASSWORD).await.unwrap().session_token;
        world.clock.advance_seconds(600);
        assert!(known(world, &first).await.unwrap().rotated.is_none());
        world.clock.advance_seconds(300);
        let (a, b) = tokio::join!(known(world, &first), known(world, &first));
        let made: Vec<String> = [a, b].into_iter().filter_map(|found| found.unwrap().rotated).collect();
        assert_eq!(made.len(), 1, "two requests at once get one new token");
        world.clock.advance_seconds(50);
        let overlap = known(world, &first).await.unwrap();
        assert!(overlap.rotated.is_none());
        assert_eq!(overlap.person.session_id, known(world, &made[0]).await.unwrap().person.session_id);
        world.clock.advance_seconds(15);
        assert!(known(world, &first).await.is_none());
        assert!(known(world, &made[0]).await.is_some());
        world.clock.advance_seconds(12 * 3600 + 61);
        assert!(known(world, &made[0]).await.is_none(), "idle");
    }

    async fn a_session_ends_after_thirty_days_however_busy(world) {
        join(world, "ada@example.org").await;
        let mut token = enter(world, "ada@example.org", PASSWORD).await.unwrap().session_token;
        for _ in 0..(30 * 24 / 6 - 1) {
            world.clock.advance_seconds(6 * 3600);
            token = known(world, &token).await.unwrap().rotated.unwrap_or(token);
        }
        world.clock.advance_seconds(6 * 3600);
        assert!(known(world, &token).await.is_none());
        let gone = world.db.write(sessions::clean_in).await.unwrap();
        assert_eq!(gone, 1);
    }

    async fn moving_the_clock_ahead_can_keep_sessions(world) {
        join(world, "ada@example.org").await;
        let token = enter(world, "ada@example.org", PASSWORD).await.unwrap().session_token;
        world.db.write(|tx| sessions::keep_through_in(tx, tx.now().plus_days(40))).await.unwrap();
        world.clock.advance_days(40);
        assert!(known(world, &token).await.is_some());
    }

    async fn people_see_and_end_their_own_sessions_only(world) {
        join(world, "ada@example.org").await;
        join(world, "bob@example.org").await;
        let session = enter(world, "ada@example.org", PASSWORD).await.unwrap();
        let ada = call_of(world, known(world, &session.session_token).await.unwrap());
        let other = enter(world, "ada@example.org", PASSWORD).await.unwrap();
        let bob = signed_in(world, "bob@example.org").await;
        let listed = sessions::queries::list(&ada, ListSessions {}).await.unwrap().items;
        assert_eq!(listed.iter().map(|one| one.current).collect::<Vec<_>>(), [false, true]);
        let ended = RevokeSession { session_id: listed[0].id.clone() };
        assert_eq!(code_of(revoke(&bob, ended.clone()).await), "request.not_found");
        revoke(&ada, ended.clone()).await.unwrap();
        assert_eq!(code_of(revoke(&ada, ended).await), "request.not_found");
        assert!(known(world, &other.session_token).await.is_none());
        sign_out(&ada, SignOut {}).await.unwrap();
        assert!(known(world, &session.session_token).await.is_none());
    }

    async fn a_new_password_ends_the_other_sessions(world) {
        join(world, "ada@example.org").await;
        let own = enter(world, "ada@example.org", PASSWORD).await.unwrap();
        let other = enter(world, "ada@example.org", PASSWORD).await.unwrap();
        let ada = call_of(world, known(world, &own.session_token).await.unwrap());
        let input = |current: &str, new: &str| ChangePassword { current_password: current.into(), password: new.into() };
        assert_eq!(code_of(change_password(&ada, input("wrong password", NEW_PASSWORD)).await), "auth.current_password_wrong");
        assert_eq!(code_of(change_password(&ada, input(PASSWORD, "ada@example.org")).await), "auth.password_is_email");
        change_password(&ada, input(PASSWORD, NEW_PASSWORD)).await.unwrap();
        assert!(known(world, &own.session_token).await.is_some());
        assert!(known(world, &other.session_token).await.is_none());
        enter(world, "ada@example.org", NEW_PASSWORD).await.unwrap();
    }

    async fn people_change_their_own_profile(world) {
        join(world, "ada@example.org").await;
        let ada = signed_in(world, "ada@example.org").await;
        let change = UpdateProfile { name: Some("Ada King".to_owned()), theme: Some(Theme::Dark), ..UpdateProfile::default() };
        let shown = update_profile(&ada, change).await.unwrap();
        assert_eq!((shown.name.as_str(), shown.theme, shown.locale.as_str()), ("Ada King", Theme::Dark, "de"));
        let wrong = UpdateProfile { time_zone: Some("Mars".to_owned()), ..UpdateProfile::default() };
        assert_eq!(code_of(update_profile(&ada, wrong).await), "auth.time_zone_unknown");
        let profile = queries::profile(&ada, queries::ShowProfile {}).await.unwrap();
        assert_eq!(profile.name, "Ada King");
        assert_eq!(code_of(queries::profile(&world.anonymous(), queries::ShowProfile {}).await), "auth.sign_in_required");
    }

    async fn a_key_can_do_what_its_scopes_name_until_it_ends(world) {
        let owner = first_owner(world).await;
        let key = |name: &str, scopes: &[&str], valid_days| CreateApiKey {
            name: name.to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            valid_days,
        };
        assert_eq!(code_of(keys::commands::create(&owner, key("x", &["nothing.*"], None)).await), "auth.scope_unknown");
        assert_eq!(code_of(keys::commands::create(&owner, key("x", &[], None)).await), "auth.scope_unknown");
        assert_eq!(code_of(keys::commands::create(&owner, key("x", &["*"], Some(0))).await), "auth.valid_days");
        let made = keys::commands::create(&owner, key("people", &["people.*", "auth.create_api_key"], Some(7))).await.unwrap();
        assert!(made.token.starts_with("hw_") && made.key.expires_at.is_some());
        let script = call_of(world, known_by_key(world, &made.token).await.unwrap());
        people::queries::list(&script, ListPeople::default()).await.unwrap();
        assert_eq!(code_of(script.authorize(Action::ListCustomers)), "auth.not_permitted");
        assert_eq!(code_of(keys::commands::create(&script, key("wider", &["*"], None)).await), "auth.scope_too_wide");
        keys::commands::create(&script, key("narrower", &["people.list"], None)).await.unwrap();
        let listed = keys::queries::list(&owner, keys::queries::ListApiKeys {}).await.unwrap().items;
        assert_eq!(listed.len(), 2);
        assert!(listed[1].used_at.is_some());
        world.clock.advance_days(7);
        assert!(known_by_key(world, &made.token).await.is_none(), "ended");
        let lasting = keys::commands::create(&owner, key("lasting", &["*"], None)).await.unwrap();
        assert!(known_by_key(world, &lasting.token).await.is_some());
        let ended = RevokeApiKey { api_key_id: lasting.key.id };
        keys::commands::revoke(&owner, ended.clone()).await.unwrap();
        assert!(known_by_key(world, &lasting.token).await.is_none());
        assert_eq!(code_of(keys::commands::revoke(&owner, ended).await), "request.not_found");
        assert!(known_by_key(world, "hw_nothing").await.is_none());
    }

    async fn a_demoted_person_feels_it_with_the_next_request(world) {
        let owner = first_owner(world).await;
        let admin = staff(world, &owner, "stef@host.example", StaffRole::Admin).await;
        let session = enter(world, "stef@host.example", PASSWORD).await.unwrap().session_token;
        assert_eq!(known(world, &session).await.unwrap().person.staff, Some(StaffRole::Admin));
        let input = SetStaffRole { person_id: id_of(&admin), role: Some(StaffRole::Support) };
        assert_eq!(code_of(set_role(&admin, input.clone()).await), "auth.not_permitted");
        set_role(&owner, input).await.unwrap();
        assert!(known(world, &session).await.is_none(), "the session of another role is over");
        let session = enter(world, "stef@host.example", PASSWORD).await.unwrap().session_token;
        let demoted = call_of(world, known(world, &session).await.unwrap());
        assert_eq!(code_of(people::queries::list(&demoted, ListPeople::default()).await), "auth.not_permitted");
        set_role(&owner, SetStaffRole { person_id: id_of(&admin), role: None }).await.unwrap();
        assert!(known(world, &session).await.is_none());
        let session = enter(world, "stef@host.example", PASSWORD).await.unwrap().session_token;
        assert_eq!(known(world, &session).await.unwrap().person.staff, None);
    }

    async fn the_last_owner_stays(world) {
        let owner = first_owner(world).await;
        let none = |person: &Call| SetStaffRole { person_id: id_of(person), role: None };
        assert_eq!(code_of(set_role(&owner, none(&owner)).await), "auth.last_owner");
        assert_eq!(code_of(suspend(&owner, SuspendPerson { person_id: id_of(&owner) }).await), "auth.own_account");
        let second = staff(world, &owner, "second@host.example", StaffRole::Owner).await;
        let (a, b) = tokio::join!(set_role(&owner, none(&second)), set_role(&second, none(&owner)));
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
        let refused = if a.is_ok() { b } else { a };
        assert_eq!(code_of(refused), "auth.last_owner");
        let owners = people::queries::list(&world.owner(), ListPeople { staff: Some(true), ..ListPeople::default() }).await.unwrap();
        assert_eq!(owners.items.iter().filter(|person| person.staff_role == Some(StaffRole::Owner)).count(), 1);
    }

    async fn a_suspended_person_loses_everything_at_once(world) {
        let owner = first_owner(world).await;
        join(world, "ada@example.org").await;
        let session = enter(world, "ada@example.org", PASSWORD).await.unwrap().session_token;
        let ada = call_of(world, known(world, &session).await.unwrap());
        let key = CreateApiKey { name: "script".to_owned(), scopes: vec!["*".to_owned()], valid_days: None };
        let key = keys::commands::create(&ada, key).await.unwrap().token;
        let link = request_reset_of(world, "ada@example.org").await;
        let whom = SuspendPerson { person_id: id_of(&ada) };
        assert_eq!(suspend(&owner, whom.clone()).await.unwrap().state, PersonState::Suspended);
        assert_eq!(code_of(suspend(&owner, whom).await), "auth.already_suspended");
        assert!(known(world, &session).await.is_none());
        assert!(known_by_key(world, &key).await.is_none());
        let input = ResetPassword { token: link, password: NEW_PASSWORD.into(), name: None };
        assert_eq!(code_of(reset_password(&world.anonymous(), input).await), "auth.link_expired");
        assert_eq!(code_of(enter(world, "ada@example.org", PASSWORD).await), "auth.suspended");
        assert_eq!(code_of(enter(world, "ada@example.org", "wrong password").await), "auth.bad_credentials");
        let shown = resume(&owner, ResumePerson { person_id: id_of(&ada) }).await.unwrap();
        assert_eq!(shown.state, PersonState::Active);
        assert!(known(world, &session).await.is_none(), "they sign in anew");
        enter(world, "ada@example.org", PASSWORD).await.unwrap();
    }

    async fn letting_an_unproven_person_in_again_proves_nothing(world) {
        let owner = first_owner(world).await;
        sign_up(&world.anonymous(), form("ada@example.org")).await.unwrap();
        let found = people::queries::list(&owner, ListPeople { search: Some("ada@".to_owned()), ..ListPeople::default() }).await.unwrap();
        let person_id = found.items[0].id.clone();
        suspend(&owner, SuspendPerson { person_id: person_id.clone() }).await.unwrap();
        resume(&owner, ResumePerson { person_id: person_id.clone() }).await.unwrap();
        assert_eq!(code_of(enter(world, "ada@example.org", PASSWORD).await), "auth.bad_credentials");
        let shown = people::queries::show(&owner, ShowPerson { person_id }).await.unwrap();
        assert_eq!(shown.state, PersonState::Unconfirmed);
    }

    async fn admins_do_not_decide_about_owners(world) {
        let owner = first_owner(world).await;
        let admin = staff(world, &owner, "stef@host.example", StaffRole::Admin).await;
        let input = InviteStaff { email: "x@host.example".to_owned(), name: "X".to_owned(), role: StaffRole::Owner, locale: None };
        assert_eq!(code_of(invite(&admin, input).await), "auth.owners_only");
        assert_eq!(code_of(suspend(&admin, SuspendPerson { person_id: id_of(&owner) }).await), "auth.owners_only");
        let again = InviteStaff { email: "stef@host.example".to_owned(), name: "S".to_owned(), role: StaffRole::Billing, locale: None };
        assert_eq!(code_of(invite(&owner, again).await), "auth.already_staff");
        let billing = staff(world, &admin, "bill@host.example", StaffRole::Billing).await;
        assert_eq!(code_of(people::queries::list(&billing, ListPeople::default()).await), "auth.not_permitted");
    }

    async fn a_stranger_cannot_choose_the_password_of_an_invited_person(world) {
        let owner = first_owner(world).await;
        let role = StaffRole::Admin;
        let invited = |email: &str| InviteStaff { email: email.to_owned(), name: "Stef".to_owned(), role, locale: None };
        // The stranger came first: their link and password must not outlive the invitation.
        sign_up(&world.anonymous(), form("first@host.example")).await.unwrap();
        let strangers = link_to(world, "first@host.example", LinkPurpose::Confirm).await;
        invite(&owner, invited("first@host.example")).await.unwrap();
        assert_eq!(code_of(confirm_mail(&world.anonymous(), ConfirmMail { token: strangers }).await), "auth.link_expired");
        assert_eq!(code_of(enter(world, "first@host.example", PASSWORD).await), "auth.bad_credentials");
        // The stranger comes later: the invitation goes out again, and nothing else.
        invite(&owner, invited("later@host.example")).await.unwrap();
        sign_up(&world.anonymous(), form("later@host.example")).await.unwrap();
        assert_eq!(code_of(enter(world, "later@host.example", PASSWORD).await), "auth.bad_credentials");
        let token = link_to(world, "later@host.example", LinkPurpose::Invite).await;
        let accept = ResetPassword { token, password: NEW_PASSWORD.into(), name: None };
        reset_password(&world.anonymous(), accept).await.unwrap();
        let session = enter(world, "later@host.example", NEW_PASSWORD).await.unwrap();
        assert_eq!(session.person.staff_role, Some(StaffRole::Admin));
    }

    async fn the_set_up_link_is_good_once_and_only_while_nobody_owns_the_installation(world) {
        let first = links::ensure_setup_link(&world.db).await.unwrap().unwrap();
        let second = links::ensure_setup_link(&world.db).await.unwrap().unwrap();
        let hash = checked_password_hash(PASSWORD, "olga@host.example").await.unwrap();
        let make = |token: String| {
            let hash = hash.clone();
            world.db.write(move |tx| {
                links::use_in(tx, LinkPurpose::Setup, &token)?;
                create_owner_in(tx, "Olga Owner", "olga@host.example", &hash, "Europe/Berlin", "de")
            })
        };
        assert_eq!(code_of(make(first).await), "auth.link_expired");
        let (a, b) = tokio::join!(make(second.clone()), make(second.clone()));
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
        assert_eq!(code_of(make(second).await), "auth.link_used");
        assert!(links::ensure_setup_link(&world.db).await.unwrap().is_none());
        let hash = hash.clone();
        let again = world.db.write(move |tx| create_owner_in(tx, "Eve", "eve@host.example", &hash, "UTC", "en")).await;
        assert_eq!(code_of(again), "auth.already_set_up");
    }

    async fn tokens_and_passwords_are_kept_nowhere_in_clear(world) {
        join(world, "ada@example.org").await;
        let session = enter(world, "ada@example.org", PASSWORD).await.unwrap().session_token;
        let ada = call_of(world, known(world, &session).await.unwrap());
        let key = CreateApiKey { name: "script".to_owned(), scopes: vec!["*".to_owned()], valid_days: None };
        let key = keys::commands::create(&ada, key).await.unwrap().token;
        let link = request_reset_of(world, "ada@example.org").await;
        for secret in [PASSWORD, &session, &key, link.reveal()] {
            assert!(!kept_in_clear(world, secret).await);
        }
    }
}

/// Asks for a reset; the token of its link.
async fn request_reset_of(world: &World, email: &str) -> hostwright_panel::auth::model::Secret {
    request_reset(&world.anonymous(), RequestReset { email: email.to_owned() }).await.unwrap();
    link_to(world, email, LinkPurpose::Reset).await
}
