//! People, staff and customers who move in.

use diesel::prelude::*;
use hostwright_importer::snapshot::values::{Password, PasswordScheme, Secret};
use hostwright_panel::auth::adoption::{
    AdoptPerson, AdoptStaff, KeptBecause, Removal, adopt_person_in, adopt_staff_in, invite_staff_in, kept_password,
    remove_person_in,
};
use hostwright_panel::auth::model::PersonId;
use hostwright_panel::auth::policy::MemberRole;
use hostwright_panel::customers::adoption::{
    AdoptContact, add_contact_in, add_person_in, adopt_in, origin_in, remove_in, reseller_of_in, set_reseller_in,
};
use hostwright_panel::platform::schema::people;
use hostwright_tests::{World, on_both_engines};
use serde_json::json;

use super::adoption_ground::{contents, customer, land, nothing_left, party, stands_anywhere, undone};

const PASSWORD: &str = "Grüße 7 Möwen!";

async fn moved_in(world: &World, email: &str, scheme: PasswordScheme, value: &str) -> (PersonId, Option<&'static str>) {
    let password = Password { scheme, value: Secret(value.to_owned()), is_locked: false };
    let (kept, why) = kept_password(Some(&password)).await.unwrap();
    let person = AdoptPerson {
        email: email.to_owned(),
        name: "Ada Lovelace".to_owned(),
        password: kept,
        language: Some("german".to_owned()),
        time_zone: "Europe/Berlin".to_owned(),
        is_locked: false,
        created: None,
    };
    (land(world, |tx, landing| adopt_person_in(tx, landing, &person)).unwrap().id, why)
}

fn kept_hash(world: &World, id: &PersonId) -> Option<String> {
    world.db.write_now(|tx| Ok(people::table.find(id).select(people::password_hash).first(tx.conn)?)).unwrap()
}

async fn sign_in(world: &World, email: &str, password: &str) -> Result<(), String> {
    let input = json!({ "email": email, "password": password });
    match world.run(&world.anonymous(), "auth.sign_in", input).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error.code().to_owned()),
    }
}

on_both_engines! {
    async fn a_foreign_password_opens_the_door_and_becomes_one_of_ours(world) {
        for (email, scheme, hash) in [
            ("a@example.org", PasswordScheme::Bcrypt, "$2y$05$abcdefghijklmnopqrstuuqmETr7q6xy3yd4wD289F.0fFB6vWYfO"),
            ("b@example.org", PasswordScheme::Crypt, "$1$aB3dE6gH$G3DeRLE310.CUUq8cPiey0"),
            ("c@example.org", PasswordScheme::HmacSha256, "22a13222f75f7b097a41bd50a56a8388bf22a48763b71bd95f811d5e2b35ca29:c0ffee"),
            ("d@example.org", PasswordScheme::Md5, "837f116d15691348f76f863490862e47"),
            ("e@example.org", PasswordScheme::Dovecot, "{SSHA}7hzNQS+EUw3FsczSgmxQHKGPMRABc2Fsev8="),
            ("f@example.org", PasswordScheme::Argon2,
                "$argon2i$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0$VbDv3yjf1D2ELj0XCLPUX+SZyHo1vSbcQ7dvaqT5Nh0"),
        ] {
            let (id, why) = moved_in(world, email, scheme, hash).await;
            assert_eq!(why, None, "{email}");
            let kept = kept_hash(world, &id).unwrap();
            assert!(kept.ends_with(hash), "{kept}");
            assert_eq!(sign_in(world, email, "Grüße 8 Möwen!").await, Err("auth.bad_credentials".to_owned()));
            assert_eq!(kept_hash(world, &id), Some(kept), "a wrong password changes nothing");
            assert_eq!(sign_in(world, email, PASSWORD).await, Ok(()), "{email}");
            let ours = kept_hash(world, &id).unwrap();
            assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{ours}");
            assert_eq!(sign_in(world, email, PASSWORD).await, Ok(()));
            assert_eq!(kept_hash(world, &id), Some(ours), "once is enough");
        }
    }

    async fn guessing_a_foreign_password_is_counted_like_any_other(world) {
        moved_in(world, "a@example.org", PasswordScheme::Md5, "837f116d15691348f76f863490862e47").await;
        for _ in 0..10 {
            assert_eq!(sign_in(world, "a@example.org", "wrong").await, Err("auth.bad_credentials".to_owned()));
        }
        assert_eq!(sign_in(world, "a@example.org", PASSWORD).await, Err("auth.too_many".to_owned()));
    }

    async fn a_password_in_clear_is_hashed_and_stands_nowhere(world) {
        let (id, why) = moved_in(world, "a@example.org", PasswordScheme::Plain, "Moewenschiss-42").await;
        assert_eq!(why, None);
        assert!(kept_hash(world, &id).unwrap().starts_with("$argon2id$"));
        assert!(!stands_anywhere(world, "Moewenschiss-42"));
        assert_eq!(sign_in(world, "a@example.org", "Moewenschiss-42").await, Ok(()));
    }

    async fn who_has_a_password_that_nobody_can_verify_comes_in_by_link(world) {
        world.set_up().await;
        world.settle().await;
        world.mailbox.forget();
        let (id, why) = moved_in(world, "a@example.org", PasswordScheme::Sealed, "q83vEjRWeJA=").await;
        assert_eq!((kept_hash(world, &id), why), (None, Some("sealed")));
        assert_eq!(sign_in(world, "a@example.org", "q83vEjRWeJA=").await, Err("auth.bad_credentials".to_owned()));
        world.settle().await;
        assert_eq!(world.mailbox.mails().len(), 0, "nobody is written to by moving in");
        world.done(&world.anonymous(), "auth.request_reset", json!({ "email": "a@example.org" })).await;
        world.settle().await;
        assert_eq!(world.mailbox.to("a@example.org").len(), 1);
    }

    async fn staff_land_unconfirmed_and_are_invited_when_it_is_time(world) {
        world.set_up().await;
        world.settle().await;
        world.mailbox.forget();
        let before = contents(world);
        let staff = |role: &str, email: &str| AdoptStaff {
            email: email.to_owned(), name: "Sam Staff".to_owned(), role: role.to_owned(),
            language: None, time_zone: String::new(),
        };
        let mut made = Vec::new();
        for (role, email, ours) in [
            ("Full Administrator", "admin@example.org", "admin"),
            ("Sales Operator", "sales@example.org", "billing"),
            ("Support Operator", "support@example.org", "support"),
            ("Whatever", "other@example.org", "support"),
        ] {
            let adopted = land(world, |tx, landing| adopt_staff_in(tx, landing, &staff(role, email))).unwrap();
            let shown = world.done(&world.owner(), "people.show", json!({ "person_id": adopted.id })).await;
            assert_eq!((shown["state"].as_str(), shown["staff_role"].as_str()), (Some("unconfirmed"), Some(ours)));
            made.push(adopted.id);
        }
        nothing_left(&before, &contents(world));
        let again = land(world, |tx, landing| adopt_staff_in(tx, landing, &staff("Full Administrator", "olga@host.example"))).unwrap();
        assert!(again.was_there, "the owner stays the owner");
        let shown = world.done(&world.owner(), "people.show", json!({ "person_id": again.id })).await;
        assert_eq!(shown["staff_role"], "owner");

        let (first, rest) = made.split_first().unwrap();
        let call = world.owner();
        world.db.write_now(|tx| invite_staff_in(tx, &call, first)).unwrap();
        world.settle().await;
        assert_eq!(world.mailbox.to("admin@example.org").len(), 1);
        let kept = land(world, |tx, landing| remove_person_in(tx, landing, first)).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::SignedIn]));
        for person in rest {
            assert_eq!(land(world, |tx, landing| remove_person_in(tx, landing, person)).unwrap(), Removal::Removed);
        }
    }

    async fn a_customer_lands_with_all_that_it_has_and_leaves_without_a_trace(world) {
        let before = contents(world);
        let mut told = party("17", "ada@example.org");
        told.company = Some("Analytical\nEngines".to_owned());
        told.tax_number = Some("nonsense".to_owned());
        told.phone = Some("+49 30 1234".to_owned());
        told.notes = Some("Pays late".to_owned());
        told.language = Some("klingon".to_owned());
        told.is_suspended = true;
        told.fields = vec![("Shoe size".to_owned(), "38".to_owned())];
        let adopted = land(world, |tx, landing| adopt_in(tx, landing, &told)).unwrap();
        let codes: Vec<&str> = adopted.remarks.iter().map(|remark| remark.code).collect();
        assert_eq!(codes, ["tax_number_unfit", "language_unknown"]);
        let contact = AdoptContact { name: "Charles".to_owned(), ..AdoptContact::default() };
        land(world, |tx, landing| add_contact_in(tx, landing, &adopted.id, &contact)).unwrap();
        let (person, _) = moved_in(world, "ada@example.org", PasswordScheme::Sealed, "x").await;
        assert!(land(world, |tx, landing| add_person_in(tx, landing, &adopted.id, &person, MemberRole::Owner)).unwrap());
        assert!(!land(world, |tx, landing| add_person_in(tx, landing, &adopted.id, &person, MemberRole::Owner)).unwrap());

        let shown = world.done(&world.owner(), "customers.show", json!({ "customer_id": adopted.id })).await;
        assert_eq!(shown["company"], "Analytical, Engines");
        assert_eq!((shown["state"].as_str(), shown["notes"].as_str()), (Some("suspended"), Some("Pays late")));
        assert_eq!(shown["members"][0]["role"], "owner");
        let (origin, fields) = land(world, |tx, _| origin_in(tx, adopted.id.as_str())).unwrap().unwrap();
        assert_eq!((origin.system.as_str(), origin.reference.as_str()), ("WHMCS", "17"));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(fields, [
            ("tax_number", "nonsense"), ("language", "klingon"), ("phone", "+49 30 1234"), ("Shoe size", "38"),
        ]);

        let still = land(world, |tx, landing| remove_person_in(tx, landing, &person)).unwrap();
        assert_eq!(still, Removal::Kept(vec![KeptBecause::Members]));
        let foreign = land(world, |tx, landing| remove_in(tx, landing, &adopted.id, &[])).unwrap();
        assert_eq!(foreign, Removal::Kept(vec![KeptBecause::Members]), "somebody who did not move in with it");
        let own = [person.clone()];
        assert_eq!(land(world, |tx, landing| remove_in(tx, landing, &adopted.id, &own)).unwrap(), Removal::Removed);
        assert_eq!(land(world, |tx, landing| remove_in(tx, landing, &adopted.id, &own)).unwrap(), Removal::Gone);
        assert_eq!(land(world, |tx, landing| remove_person_in(tx, landing, &person)).unwrap(), Removal::Removed);
        undone(&before, &contents(world));
    }

    async fn a_customer_that_somebody_changed_stays(world) {
        let id = customer(world, "17");
        world.done(&world.owner(), "customers.update", json!({ "customer_id": id, "city": "Hamburg" })).await;
        let kept = land(world, |tx, landing| remove_in(tx, landing, &id, &[])).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::Changed]));
    }

    async fn the_tree_of_resellers_has_no_circle(world) {
        let [a, b, c] = ["a", "b", "c"].map(|name| customer(world, name));
        let put = |below: &_, above: &_| land(world, |tx, landing| set_reseller_in(tx, landing, below, above)).unwrap();
        assert_eq!(put(&b, &a), None);
        assert_eq!(put(&c, &b), None);
        assert_eq!(put(&c, &b), None, "twice is once");
        assert_eq!(put(&a, &c).unwrap().code, "reseller_circle");
        assert_eq!(put(&a, &a).unwrap().code, "reseller_circle");
        assert_eq!(put(&c, &a).unwrap().code, "reseller_is_another");
        assert_eq!(land(world, |tx, _| reseller_of_in(tx, c.as_str())).unwrap(), Some(b.clone()));
        assert_eq!(land(world, |tx, _| reseller_of_in(tx, a.as_str())).unwrap(), None);
        let kept = land(world, |tx, landing| remove_in(tx, landing, &b, &[])).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::Customers]));
        for id in [&c, &b, &a] {
            assert_eq!(land(world, |tx, landing| remove_in(tx, landing, id, &[])).unwrap(), Removal::Removed);
        }
    }

    async fn who_paid_no_tax_there_pays_none_here(world) {
        world.set_up().await;
        let mut told = party("17", "ada@example.org");
        told.is_tax_exempt = true;
        let exempt = land(world, |tx, landing| adopt_in(tx, landing, &told)).unwrap().id;
        let usual = customer(world, "18");
        for (id, tax) in [(exempt, 0), (usual, 190)] {
            let line = json!({ "description": "Work", "unit": "10.00" });
            let draft = json!({ "customer_id": id, "lines": [line] });
            let drafted = world.done(&world.owner(), "invoices.draft", draft).await;
            assert_eq!(drafted["tax"]["minor"], tax);
        }
    }
}
