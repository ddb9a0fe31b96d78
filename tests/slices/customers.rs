//! Customers and who belongs to them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::commands::{ResetPassword, reset_password};
use hostwright_panel::auth::model::LinkPurpose;
use hostwright_panel::auth::people::commands::{SuspendPerson, suspend as suspend_person};
use hostwright_panel::auth::policy::{MemberRole, StaffRole};
use hostwright_panel::customers::commands::{
    AddMember, CreateCustomer, MemberAdded, RemoveMember, ResumeCustomer, SuspendCustomer, UpdateCustomer, add_member,
    create, remove_member, resume, sign_up, suspend, update,
};
use hostwright_panel::customers::model::{CustomerId, CustomerState, CustomerView};
use hostwright_panel::customers::queries::{ShowCustomer, list, people_in, show};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::{Error, ListInput};
use hostwright_tests::{World, on_both_engines};

use super::accounts::{PASSWORD, enter, events, form, join, known, link_to, signed_in};

fn new(name: &str) -> CreateCustomer {
    serde_json::from_value(serde_json::json!({
        "name": name, "email": format!("{}@example.org", name.to_lowercase()), "country": "DE",
        "street": "Weg 2", "postal_code": "10115", "city": "Berlin", "time_zone": "Europe/Berlin",
    }))
    .unwrap()
}

fn change(customer_id: &CustomerId, fields: serde_json::Value) -> UpdateCustomer {
    let mut input = fields;
    input["customer_id"] = customer_id.as_str().into();
    serde_json::from_value(input).unwrap()
}

fn code_of<T: std::fmt::Debug>(outcome: Result<T>) -> &'static str {
    match outcome.unwrap_err() {
        Error::Fields(refusals) => refusals[0].code,
        other => other.code(),
    }
}

async fn own(call: &Call) -> CustomerView {
    let mut page = list(call, ListInput::default()).await.unwrap();
    assert_eq!(page.items.len(), 1);
    page.items.remove(0)
}

async fn found(world: &World, words: &str) -> Vec<String> {
    let input = ListInput { search: Some(words.to_owned()), ..ListInput::default() };
    list(&world.owner(), input).await.unwrap().items.into_iter().map(|customer| customer.name).collect()
}

on_both_engines! {
    async fn numbers_begin_at_1001_and_have_no_gap(world) {
        assert_eq!(create(&world.owner(), new("Ada")).await.unwrap().number, 1001);
        let mut wrong = new("Bob");
        wrong.country = "XX".to_owned();
        assert_eq!(code_of(create(&world.owner(), wrong).await), "customers.country_unknown");
        let owner = world.owner();
        let (a, b) = tokio::join!(create(&owner, new("Bob")), create(&owner, new("Cid")));
        let mut numbers = [a.unwrap().number, b.unwrap().number];
        numbers.sort_unstable();
        assert_eq!(numbers, [1002, 1003]);
    }

    async fn who_signs_up_owns_a_customer_with_what_was_filled_in(world) {
        join(world, "ada@example.org").await;
        let ada = signed_in(world, "ada@example.org").await;
        let customer = own(&ada).await;
        assert_eq!((customer.number, customer.country.as_str(), customer.locale.as_str()), (1001, "DE", "de"));
        assert_eq!((customer.currency.code(), customer.time_zone.as_str()), ("EUR", "Europe/Berlin"));
        let shown = show(&ada, ShowCustomer { customer_id: customer.id }).await.unwrap();
        assert_eq!(shown.members.len(), 1);
        assert_eq!(shown.members[0].role, MemberRole::Owner);
        assert_eq!(shown.notes, None, "notes are for staff");
        // Signing up again makes no second customer.
        sign_up(&world.anonymous(), form("bob@example.org")).await.unwrap();
        sign_up(&world.anonymous(), form("bob@example.org")).await.unwrap();
        assert_eq!(list(&world.owner(), ListInput::default()).await.unwrap().items.len(), 2);
    }

    async fn wrong_fields_of_a_sign_up_are_all_named_and_nothing_is_made(world) {
        let mut wrong = form("ada@example.org");
        wrong.country = "XX".to_owned();
        wrong.tax_number = Some("!".to_owned());
        let Err(Error::Fields(refusals)) = sign_up(&world.anonymous(), wrong).await else {
            panic!("must be refused");
        };
        assert_eq!(refusals.len(), 2);
        assert!(list(&world.owner(), ListInput::default()).await.unwrap().items.is_empty());
    }

    async fn another_customers_id_is_not_found(world) {
        join(world, "ada@example.org").await;
        join(world, "bob@example.org").await;
        let (ada, bob) = (signed_in(world, "ada@example.org").await, signed_in(world, "bob@example.org").await);
        let bobs = own(&bob).await;
        for customer_id in [bobs.id.clone(), CustomerId::new()] {
            assert_eq!(code_of(show(&ada, ShowCustomer { customer_id: customer_id.clone() }).await), "request.not_found");
            let input = change(&customer_id, serde_json::json!({ "name": "Mine" }));
            assert_eq!(code_of(update(&ada, input).await), "request.not_found");
            let input = AddMember { customer_id: customer_id.clone(), email: "eve@example.org".to_owned(), name: None, role: MemberRole::Owner };
            assert_eq!(code_of(add_member(&ada, input).await), "request.not_found");
            let input = RemoveMember { customer_id, person_id: bob.person_id().unwrap() };
            assert_eq!(code_of(remove_member(&ada, input).await), "request.not_found");
        }
        let filtered = ListInput { customer_id: Some(bobs.id.to_string()), ..ListInput::default() };
        assert!(list(&ada, filtered).await.unwrap().items.is_empty());
        assert_eq!(code_of(suspend(&ada, SuspendCustomer { customer_id: bobs.id, reason: None }).await), "auth.not_permitted");
    }

    async fn a_change_on_what_is_shown_no_more_is_refused(world) {
        let made = create(&world.owner(), new("Ada")).await.unwrap();
        let member = world.member(made.id.as_str(), MemberRole::Owner);
        let first = change(&made.id, serde_json::json!({ "company": "Engines Ltd", "version": made.version }));
        let shown = update(&member, first.clone()).await.unwrap();
        assert_eq!(shown.company.as_deref(), Some("Engines Ltd"));
        assert_eq!((shown.city.as_str(), shown.version), ("Berlin", made.version + 1));
        assert_eq!(code_of(update(&member, first).await), "customers.changed_meanwhile");
        let notes = change(&made.id, serde_json::json!({ "notes": "pays late" }));
        assert_eq!(code_of(update(&member, notes.clone()).await), "customers.notes_are_staffs");
        assert_eq!(update(&world.owner(), notes).await.unwrap().notes.as_deref(), Some("pays late"));
        assert_eq!(show(&member, ShowCustomer { customer_id: made.id.clone() }).await.unwrap().notes, None);
        let plain = world.member(made.id.as_str(), MemberRole::Member);
        assert_eq!(code_of(update(&plain, change(&made.id, serde_json::json!({}))).await), "auth.not_permitted");
        let cleared = update(&member, change(&made.id, serde_json::json!({ "company": "" }))).await.unwrap();
        assert_eq!(cleared.company, None);
    }

    async fn the_last_owner_of_a_customer_stays(world) {
        join(world, "ada@example.org").await;
        join(world, "bob@example.org").await;
        let ada = signed_in(world, "ada@example.org").await;
        let customer_id = own(&ada).await.id;
        let without = |call: &Call| RemoveMember { customer_id: customer_id.clone(), person_id: call.person_id().unwrap() };
        assert_eq!(code_of(remove_member(&ada, without(&ada)).await), "customers.last_owner");
        let input = AddMember { customer_id: customer_id.clone(), email: "bob@example.org".to_owned(), name: None, role: MemberRole::Owner };
        add_member(&ada, input).await.unwrap();
        let bob = signed_in(world, "bob@example.org").await;
        let (a, b) = tokio::join!(remove_member(&ada, without(&bob)), remove_member(&bob, without(&ada)));
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
        let shown = show(&world.owner(), ShowCustomer { customer_id }).await.unwrap();
        assert_eq!(shown.members.len(), 1);
    }

    async fn a_new_member_is_invited_and_a_known_one_is_told(world) {
        join(world, "ada@example.org").await;
        join(world, "bob@example.org").await;
        let ada = signed_in(world, "ada@example.org").await;
        let customer_id = own(&ada).await.id;
        let input = |email: &str, role| AddMember { customer_id: customer_id.clone(), email: email.to_owned(), name: None, role };
        let bobs_session = enter(world, "bob@example.org", PASSWORD).await.unwrap().session_token;
        add_member(&ada, input("bob@example.org", MemberRole::Member)).await.unwrap();
        assert_eq!(code_of(add_member(&ada, input("Bob@example.org", MemberRole::Owner)).await), "customers.already_member");
        let told: Vec<MemberAdded> = events(world).await;
        assert_eq!(told.len(), 1);
        let bob = known(world, &bobs_session).await.unwrap().person;
        assert!(bob.memberships.contains(&(customer_id.to_string(), MemberRole::Member)), "felt by the next request");
        let members = add_member(&ada, input("cid@example.org", MemberRole::Member)).await.unwrap().items;
        assert_eq!(members.len(), 3);
        let id = customer_id.to_string();
        let people = world.db.read(move |tx| people_in(tx, &id)).await.unwrap();
        assert_eq!(people.len(), 2, "an address that is not proven gets no mail about money");
        let token = link_to(world, "cid@example.org", LinkPurpose::Invite).await;
        let accept = ResetPassword { token, password: PASSWORD.into(), name: Some("Cid".to_owned()) };
        reset_password(&world.anonymous(), accept).await.unwrap();
        let cid = signed_in(world, "cid@example.org").await;
        assert_eq!(own(&cid).await.id, customer_id);
        let leave = RemoveMember { customer_id: customer_id.clone(), person_id: cid.person_id().unwrap() };
        assert_eq!(code_of(remove_member(&cid, leave.clone()).await), "auth.not_permitted");
        remove_member(&ada, leave).await.unwrap();
        let out = signed_in(world, "cid@example.org").await;
        assert_eq!(code_of(list(&out, ListInput::default()).await), "auth.not_permitted");
        suspend_person(&world.owner(), SuspendPerson { person_id: bob.id.parse().unwrap() }).await.unwrap();
        let id = customer_id.to_string();
        let people = world.db.read(move |tx| people_in(tx, &id)).await.unwrap();
        assert_eq!(people.iter().map(|one| one.email.as_str()).collect::<Vec<_>>(), ["ada@example.org"]);
    }

    async fn staff_invite_the_owner_of_a_customer_they_made(world) {
        let mut input = new("Ada");
        input.invite_owner = true;
        let made = create(&world.staff(StaffRole::Billing), input).await.unwrap();
        assert_eq!(made.members[0].role, MemberRole::Owner);
        let token = link_to(world, "ada@example.org", LinkPurpose::Invite).await;
        reset_password(&world.anonymous(), ResetPassword { token, password: PASSWORD.into(), name: None }).await.unwrap();
        let ada = signed_in(world, "ada@example.org").await;
        assert_eq!(own(&ada).await.id, made.id);
        assert_eq!(code_of(create(&world.staff(StaffRole::Support), new("Bob")).await), "auth.not_permitted");
    }

    async fn customers_are_found_by_number_name_company_and_address(world) {
        for name in ["Ada", "Bob", "Cid"] {
            let mut input = new(name);
            input.company = (name == "Bob").then(|| "100% Hosting_Ltd".to_owned());
            create(&world.owner(), input).await.unwrap();
        }
        assert_eq!(found(world, "ADA").await, ["Ada"]);
        assert_eq!(found(world, "hosting_").await, ["Bob"]);
        assert_eq!(found(world, "%").await, ["Bob"]);
        assert_eq!(found(world, "cid@example").await, ["Cid"]);
        assert_eq!(found(world, "1002").await, ["Bob"]);
        assert_eq!(found(world, "#1003").await, ["Cid"]);
        assert!(found(world, "nobody").await.is_empty());
    }

    async fn pages_walk_through_all_customers_once(world) {
        for name in ["Ada", "Bob", "Cid", "Dan", "Eve"] {
            create(&world.owner(), new(name)).await.unwrap();
        }
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let input = ListInput { after, limit: Some(2), ..ListInput::default() };
            let page = list(&world.owner(), input).await.unwrap();
            names.extend(page.items.into_iter().map(|customer| customer.name));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names, ["Eve", "Dan", "Cid", "Bob", "Ada"]);
    }

    async fn a_customer_is_suspended_once_and_resumed_once(world) {
        let made = create(&world.owner(), new("Ada")).await.unwrap();
        let stop = || suspend_input(&made.id);
        assert_eq!(suspend(&world.owner(), stop()).await.unwrap().state, CustomerState::Suspended);
        assert_eq!(code_of(suspend(&world.owner(), stop()).await), "customers.already_suspended");
        let suspended = ListInput { state: Some("suspended".to_owned()), ..ListInput::default() };
        assert_eq!(list(&world.owner(), suspended).await.unwrap().items.len(), 1);
        let go = ResumeCustomer { customer_id: made.id.clone() };
        assert_eq!(resume(&world.owner(), go.clone()).await.unwrap().state, CustomerState::Active);
        assert_eq!(code_of(resume(&world.owner(), go).await), "customers.not_suspended");
        let absent = ResumeCustomer { customer_id: CustomerId::new() };
        assert_eq!(code_of(resume(&world.owner(), absent).await), "request.not_found");
    }
}

fn suspend_input(customer_id: &CustomerId) -> SuspendCustomer {
    SuspendCustomer { customer_id: customer_id.clone(), reason: Some("asked to".to_owned()) }
}
