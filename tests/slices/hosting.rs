//! Domains and zones on a real database, with a name server in memory.

mod nsd;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hostwright_panel::auth::policy::StaffRole;
use hostwright_tests::{Customer, World, on_both_engines, text};
use serde_json::{Value, json};

/// The provider's name servers.
pub async fn name_servers(world: &World) {
    let input =
        json!({ "name_servers": ["ns1.host.example", "ns2.host.example"], "hostmaster": "hostmaster@host.example" });
    world.done(&world.owner(), "zones.set_settings", input).await;
}

/// A domain of the customer; its id.
pub async fn domain(world: &World, customer: &Customer, name: &str) -> String {
    let made = world.done(&world.owner(), "domains.create", json!({ "customer_id": customer.id, "name": name })).await;
    text(&made, "id")
}

/// A domain with a zone of one address; its id.
async fn zone(world: &World, customer: &Customer, name: &str) -> String {
    let id = domain(world, customer, name).await;
    world.done(&customer.call, "zones.create", json!({ "domain_id": id, "addresses": ["192.0.2.1"] })).await;
    id
}

async fn add(world: &World, customer: &Customer, id: &str, (owner, kind, data): (&str, &str, &str)) -> Value {
    let input = json!({ "domain_id": id, "owner": owner, "kind": kind, "data": data });
    world.done(&customer.call, "zones.add_record", input).await
}

async fn shown(world: &World, customer: &Customer, id: &str) -> Value {
    world.done(&customer.call, "zones.show", json!({ "domain_id": id })).await
}

fn lines(zone: &Value) -> Vec<String> {
    let records = zone["records"].as_array().unwrap().iter();
    let line = |record: &Value| format!("{} {} {}", text(record, "owner"), text(record, "kind"), text(record, "data"));
    records.map(line).collect()
}

fn record(zone: &Value, owner: &str, kind: &str) -> Value {
    let records = zone["records"].as_array().unwrap();
    records.iter().find(|record| record["owner"] == owner && record["kind"] == kind).cloned().unwrap()
}

on_both_engines! {
    async fn a_name_is_held_once_until_it_is_released(world) {
        let (ada, eve) = (world.customer("Ada").await, world.customer("Eve").await);
        let id = domain(world, &ada, "Example.ORG").await;
        let again = json!({ "customer_id": eve.id, "name": "example.org." });
        assert_eq!(world.refused(&world.owner(), "domains.create", again.clone()).await, "hosting.held");
        world.done(&world.owner(), "domains.release", json!({ "domain_id": id })).await;
        assert_eq!(world.refused(&world.owner(), "domains.release", json!({ "domain_id": id })).await, "hosting.ended");
        let made = world.done(&world.owner(), "domains.create", again).await;
        assert_eq!(made["name"], "example.org");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn another_customers_domain_is_not_there(world) {
        world.set_up().await;
        name_servers(world).await;
        let (ada, eve) = (world.customer("Ada").await, world.customer("Eve").await);
        let id = zone(world, &ada, "example.org").await;
        for action in ["domains.show", "zones.show", "zones.export", "zones.delete", "domains.auth_code", "zones.create"] {
            assert_eq!(world.refused(&eve.call, action, json!({ "domain_id": id })).await, "request.not_found", "{action}");
        }
        let typed = json!({ "domain_id": id, "kind": "A", "data": "nonsense" });
        assert_eq!(world.refused(&eve.call, "zones.add_record", typed).await, "request.not_found");
        let import = json!({ "domain_id": id, "text": "nonsense" });
        assert_eq!(world.refused(&eve.call, "zones.import", import).await, "request.not_found");
        let listed = world.done(&eve.call, "domains.list", json!({})).await;
        assert_eq!(listed["items"], json!([]));
        let found = world.done(&eve.call, "reports.search", json!({ "words": "example.org" })).await;
        let kinds: Vec<&Value> = found["items"].as_array().unwrap().iter().map(|hit| &hit["kind"]).collect();
        assert_eq!(kinds, [&json!("customer")], "only Eve herself, whose mail address is like it: {found}");
    }

    async fn an_authorisation_code_is_sealed_and_shown_by_its_action_alone(world) {
        let ada = world.customer("Ada").await;
        let input = json!({ "customer_id": ada.id, "name": "example.org", "auth_code": "Secret-42" });
        let made = world.done(&world.owner(), "domains.create", input).await;
        assert!(!made.to_string().contains("Secret-42") && made["has_auth_code"] == true, "{made}");
        let id = text(&made, "id");
        let shown = world.done(&ada.call, "domains.auth_code", json!({ "domain_id": id })).await;
        assert_eq!(shown["auth_code"], "Secret-42");
        let audit = world.done(&world.owner(), "audit.list", json!({})).await.to_string();
        assert!(audit.contains("domains.auth_code") && !audit.contains("Secret-42"));
        let kept = crate::input::state::State::of(world).await;
        assert!(!format!("{kept:?}").contains("Secret-42"), "it is in the database in clear");
        let support = world.staff(StaffRole::Support);
        assert_eq!(world.refused(&support, "domains.auth_code", json!({ "domain_id": id })).await, "auth.not_permitted");
        let taken = json!({ "domain_id": id, "version": 1, "auth_code": "" });
        world.done(&world.owner(), "domains.update", taken).await;
        assert_eq!(world.refused(&ada.call, "domains.auth_code", json!({ "domain_id": id })).await, "hosting.no_auth_code");
    }

    async fn of_two_people_who_change_a_domain_the_second_is_told(world) {
        let ada = world.customer("Ada").await;
        let id = domain(world, &ada, "example.org").await;
        let change = |registrar: &str| json!({ "domain_id": id, "version": 1, "registrar": registrar, "expires_on": "2028-02-29" });
        let first = world.done(&world.owner(), "domains.update", change("First")).await;
        assert_eq!((first["version"].as_i64(), &first["expires_on"]), (Some(2), &json!("2028-02-29")));
        assert_eq!(world.refused(&world.owner(), "domains.update", change("Second")).await, "hosting.changed_meanwhile");
        let shown = world.done(&ada.call, "domains.show", json!({ "domain_id": id })).await;
        assert_eq!(shown["registrar"], "First");
        let other = json!({ "domain_id": id, "version": 2, "subscription_id": "sub_00000000000000000000000000000001" });
        assert_eq!(world.refused(&world.owner(), "domains.update", other).await, "hosting.subscription_unknown");
    }

    async fn a_zone_is_served_as_it_is_wished_after_each_change(world) {
        world.set_up().await;
        let ada = world.customer("Ada").await;
        let id = domain(world, &ada, "example.org").await;
        assert_eq!(world.refused(&ada.call, "zones.create", json!({ "domain_id": id })).await, "hosting.dns_not_set_up");
        name_servers(world).await;
        let made = world.done(&ada.call, "zones.create", json!({ "domain_id": id, "addresses": ["192.0.2.1", "2001:db8::1"] })).await;
        assert_eq!(made["serial"], 2_027_013_100);
        assert_eq!(world.refused(&ada.call, "zones.create", json!({ "domain_id": id })).await, "hosting.zone_there");
        world.settle().await;
        let served = world.hypervisor.names.zone("example.org").unwrap();
        assert_eq!(served.serial, 2_027_013_100);
        assert!(served.text.contains("www.example.org.\t\tIN\tAAAA\t2001:db8::1"), "{}", served.text);

        let added = add(world, &ada, &id, ("@", "MX", "10 mail.host.example.")).await;
        assert_eq!(added["zone"]["serial"], 2_027_013_101);
        world.settle().await;
        let now = shown(world, &ada, &id).await;
        assert_eq!(now["zone"]["observed_serial"], 2_027_013_101);
        assert!(world.hypervisor.names.zone("example.org").unwrap().text.contains("10 mail.host.example."));
        assert_eq!(world.breaks().await, Vec::<String>::new());

        world.clock.advance_days(1);
        let www = record(&now, "www.example.org.", "A");
        let gone = json!({ "domain_id": id, "record_id": www["id"], "version": 1 });
        world.done(&ada.call, "zones.delete_record", gone.clone()).await;
        assert_eq!(world.refused(&ada.call, "zones.delete_record", gone).await, "request.not_found");
        world.settle().await;
        assert_eq!(world.hypervisor.names.zone("example.org").unwrap().serial, 2_027_020_100);

        world.done(&ada.call, "zones.delete", json!({ "domain_id": id })).await;
        world.settle().await;
        assert_eq!(world.hypervisor.names.zone("example.org"), None);
        assert_eq!(world.refused(&ada.call, "zones.show", json!({ "domain_id": id })).await, "request.not_found");
        let anew = world.done(&ada.call, "zones.create", json!({ "domain_id": id })).await;
        assert!(anew["serial"].as_i64().unwrap() > 2_027_020_100, "serials go on: {anew}");
        world.settle().await;
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn bad_records_are_named_by_field_and_change_nothing(world) {
        world.set_up().await;
        name_servers(world).await;
        let ada = world.customer("Ada").await;
        let id = zone(world, &ada, "example.org").await;
        let before = shown(world, &ada, &id).await;
        for (owner, kind, data, code, field) in [
            ("x", "A", "192.0.2.256", "dns.data.syntax", "data"),
            ("x", "WRONG", "192.0.2.1", "dns.syntax.type", "kind"),
            ("a..b", "A", "192.0.2.1", "dns.syntax.name", "owner"),
            ("x.example.net.", "A", "192.0.2.1", "dns.zone.out_of_zone", "owner"),
            ("www", "CNAME", "example.net.", "dns.cname.other_data", "owner"),
            ("@", "SOA", "a b 1 2 3 4 5", "hosting.soa_managed", "kind"),
        ] {
            let input = json!({ "domain_id": id, "owner": owner, "kind": kind, "data": data });
            match world.run(&ada.call, "zones.add_record", input).await.unwrap_err() {
                hostwright_panel::platform::Error::Fields(faults) => {
                    assert_eq!((faults[0].code, faults[0].field.as_deref()), (code, Some(field)), "{owner} {kind} {data}");
                }
                other => panic!("{owner} {kind} {data}: {other:?}"),
            }
        }
        let same = json!({ "domain_id": id, "owner": "WWW", "kind": "a", "data": "192.0.2.1" });
        assert_eq!(world.refused(&ada.call, "zones.add_record", same).await, "hosting.record_there");
        for server in before["records"].as_array().unwrap().iter().filter(|record| record["kind"] == "NS").skip(1) {
            let gone = json!({ "domain_id": id, "record_id": server["id"], "version": 1 });
            world.done(&ada.call, "zones.delete_record", gone).await;
        }
        let last = record(&shown(world, &ada, &id).await, "example.org.", "NS");
        let gone = json!({ "domain_id": id, "record_id": last["id"], "version": last["version"] });
        assert_eq!(world.refused(&ada.call, "zones.delete_record", gone).await, "dns.zone.no_ns");
    }

    async fn of_two_people_who_change_a_record_the_second_is_told(world) {
        world.set_up().await;
        name_servers(world).await;
        let ada = world.customer("Ada").await;
        let id = zone(world, &ada, "example.org").await;
        let www = record(&shown(world, &ada, &id).await, "www.example.org.", "A");
        let change = |data: &str| json!({ "domain_id": id, "record_id": www["id"], "version": 1, "owner": "www", "kind": "A", "data": data });
        let first = world.done(&ada.call, "zones.update_record", change("192.0.2.10")).await;
        assert_eq!(first["record"]["version"], 2);
        let second = world.refused(&world.owner(), "zones.update_record", change("192.0.2.20")).await;
        assert_eq!(second, "hosting.changed_meanwhile");
        assert_eq!(record(&shown(world, &ada, &id).await, "www.example.org.", "A")["data"], "192.0.2.10");
        // Two who change different records do not disturb each other.
        add(world, &ada, &id, ("ftp", "A", "192.0.2.11")).await;
        let numbers = json!({ "domain_id": id, "version": 1, "refresh": 7_200 });
        assert_eq!(world.refused(&ada.call, "zones.update", numbers).await, "hosting.changed_meanwhile");
    }

    async fn a_master_file_shows_what_it_changes_and_then_changes_it(world) {
        world.set_up().await;
        name_servers(world).await;
        let ada = world.customer("Ada").await;
        let id = zone(world, &ada, "example.org").await;
        let file = "$TTL 600\n@ IN SOA ns.old. x.old. 2030010101 1 2 3 4\n@ NS ns1.host.example.\n\
                    @ MX 10 mail\nmail A 192.0.2.25\nwww CNAME mail\nbad A nonsense\n";
        let input = json!({ "domain_id": id, "files": [{ "name": "old.zone", "content_base64": STANDARD.encode(file) }] });
        let before = shown(world, &ada, &id).await;
        let import = world.done(&ada.call, "zones.import", input).await;
        assert_eq!(import["added"].as_array().unwrap().len(), 3, "{import}");
        assert_eq!(import["removed"].as_array().unwrap().len(), 3, "the second server and both addresses: {import}");
        assert_eq!(import["left_out"].as_array().unwrap().len(), 1, "{import}");
        assert_eq!(shown(world, &ada, &id).await, before, "nothing has changed yet");
        let apply = json!({ "domain_id": id, "import_id": import["id"], "zone_version": import["zone_version"] });
        add(world, &ada, &id, ("ftp", "A", "192.0.2.11")).await;
        assert_eq!(world.refused(&ada.call, "zones.apply_import", apply).await, "hosting.changed_meanwhile");
        let look = json!({ "domain_id": id, "import_id": import["id"] });
        let again = world.done(&ada.call, "zones.show_import", look).await;
        assert_eq!(again["removed"].as_array().unwrap().len(), 4, "{again}");
        let apply = json!({ "domain_id": id, "import_id": import["id"], "zone_version": again["zone_version"] });
        let zone = world.done(&ada.call, "zones.apply_import", apply.clone()).await;
        assert_eq!((zone["default_ttl"].as_i64(), zone["serial"].as_i64()), (Some(600), Some(2_030_010_103)), "{zone}");
        assert_eq!(lines(&shown(world, &ada, &id).await), [
            "example.org. NS ns1.host.example.",
            "example.org. MX 10 mail.example.org.",
            "mail.example.org. A 192.0.2.25",
            "www.example.org. CNAME mail.example.org.",
        ]);
        assert!(["hosting.import_applied", "hosting.changed_meanwhile"]
            .contains(&world.refused(&ada.call, "zones.apply_import", apply).await.as_str()));
        world.settle().await;
        let exported = world.hypervisor.names.zone("example.org").unwrap().text;
        let pasted = world.done(&ada.call, "zones.import", json!({ "domain_id": id, "text": exported })).await;
        let same = (pasted["added"].as_array().unwrap().len(), pasted["removed"].as_array().unwrap().len());
        assert_eq!((same, pasted["unchanged"].as_i64()), ((0, 0), Some(4)), "what is written reads back: {pasted}");
        let apply = json!({ "domain_id": id, "import_id": pasted["id"], "zone_version": pasted["zone_version"] });
        assert_eq!(world.refused(&ada.call, "zones.apply_import", apply).await, "hosting.import_same");
    }

    async fn a_master_file_that_would_break_the_zone_is_not_applied(world) {
        world.set_up().await;
        name_servers(world).await;
        let ada = world.customer("Ada").await;
        let id = zone(world, &ada, "example.org").await;
        let broken = json!({ "domain_id": id, "text": "$TTL 60\nwww A 192.0.2.9\n" });
        let import = world.done(&ada.call, "zones.import", broken).await;
        assert_eq!(import["broken"][0]["code"], "dns.zone.no_ns");
        let apply = json!({ "domain_id": id, "import_id": import["id"], "zone_version": import["zone_version"] });
        assert_eq!(world.refused(&ada.call, "zones.apply_import", apply).await, "dns.zone.no_ns");
        for (input, code) in [
            (json!({ "domain_id": id }), "hosting.import_source"),
            (json!({ "domain_id": id, "text": "x", "files": [{ "name": "a", "content_base64": "eA==" }] }), "hosting.import_source"),
            (json!({ "domain_id": id, "files": [{ "name": "a", "content_base64": "***" }] }), "hosting.import_not_base64"),
            (json!({ "domain_id": id, "text": "a".repeat(3 << 20) }), "hosting.import_too_large"),
        ] {
            assert_eq!(world.refused(&ada.call, "zones.import", input).await, code);
        }
    }

    async fn a_name_server_that_is_away_or_forgets_is_brought_back(world) {
        world.set_up().await;
        name_servers(world).await;
        let ada = world.customer("Ada").await;
        world.hypervisor.names.set_away(true);
        let id = zone(world, &ada, "example.org").await;
        world.settle().await;
        let staff = world.done(&world.owner(), "zones.show", json!({ "domain_id": id })).await;
        assert!(text(&staff["zone"], "fault").contains("does not answer"), "{staff}");
        assert_eq!(shown(world, &ada, &id).await["zone"]["fault"], Value::Null, "that is for staff");
        world.hypervisor.names.set_away(false);
        world.db.write(hostwright_panel::hosting::zones::jobs::enqueue_stale_in).await.unwrap();
        world.settle().await;
        assert!(world.hypervisor.names.zone("example.org").is_some());

        world.hypervisor.names.lose("example.org");
        world.clock.advance_days(1);
        world.db.write(hostwright_panel::hosting::zones::jobs::enqueue_stale_in).await.unwrap();
        world.settle().await;
        assert!(world.hypervisor.names.zone("example.org").is_some(), "it is looked at from time to time");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_zone_that_is_not_answered_as_wished_is_a_break(world) {
        world.set_up().await;
        name_servers(world).await;
        let ada = world.customer("Ada").await;
        let id = zone(world, &ada, "example.org").await;
        world.settle().await;
        world.db.write(|tx| {
            use diesel::prelude::*;
            use hostwright_panel::platform::schema::{jobs, zones};
            diesel::update(zones::table).set(zones::observed_serial.eq(Some(7_i64))).execute(tx.conn)?;
            diesel::update(jobs::table.filter(jobs::kind.eq("hosting.zone"))).set(jobs::state.eq("done")).execute(tx.conn)?;
            Ok(())
        }).await.unwrap();
        world.clock.advance_days(1);
        let breaks = world.breaks().await;
        assert!(breaks.iter().any(|found| found.starts_with("domains and zones: zone example.org")), "{breaks:?}");
        world.db.write(hostwright_panel::hosting::zones::jobs::enqueue_stale_in).await.unwrap();
        world.settle().await;
        assert_eq!(shown(world, &ada, &id).await["zone"]["observed_serial"], 2_027_013_100);
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn a_withheld_zone_is_served_when_it_is_asked_for(world) {
        world.set_up().await;
        name_servers(world).await;
        let ada = world.customer("Ada").await;
        let id = domain(world, &ada, "example.org").await;
        world.done(&world.owner(), "zones.create", json!({ "domain_id": id, "withheld": true })).await;
        add(world, &ada, &id, ("www", "A", "192.0.2.1")).await;
        world.settle().await;
        assert_eq!(world.hypervisor.names.zone("example.org"), None);
        assert_eq!(world.refused(&ada.call, "zones.serve", json!({ "domain_id": id })).await, "auth.not_permitted");
        world.done(&world.owner(), "zones.serve", json!({ "domain_id": id })).await;
        world.settle().await;
        assert!(world.hypervisor.names.zone("example.org").is_some());
        assert_eq!(world.refused(&world.owner(), "zones.serve", json!({ "domain_id": id })).await, "hosting.zone_served");
    }

    async fn a_released_name_that_is_taken_anew_is_served_for_its_new_holder(world) {
        world.set_up().await;
        name_servers(world).await;
        let (ada, eve) = (world.customer("Ada").await, world.customer("Eve").await);
        let old = zone(world, &ada, "example.org").await;
        world.settle().await;
        world.done(&world.owner(), "domains.release", json!({ "domain_id": old })).await;
        let new = domain(world, &eve, "example.org").await;
        world.done(&eve.call, "zones.create", json!({ "domain_id": new, "addresses": ["192.0.2.99"] })).await;
        world.settle().await;
        let served = world.hypervisor.names.zone("example.org").unwrap();
        assert!(served.text.contains("192.0.2.99") && !served.text.contains("192.0.2.1\n"), "{}", served.text);
        assert!(served.serial > 2_027_013_100);
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }
}
