//! Somebody else's id in every field of every form: it answers as an id that never
//! was, and nothing is changed.

use std::collections::{BTreeMap, BTreeSet};

use hostwright_kernel::id;
use hostwright_panel::auth::policy::{Action, Audience, MemberRole};
use hostwright_server::registry::{Endpoint, Field};
use serde_json::{Map, Value};

use crate::authorization::objects::value;
use crate::input::doors::{Caller, flat};
use crate::input::state::State;
use crate::surfaces::site::{Reply, Site, read};
use crate::surfaces::town::Town;

/// Names of things that belong to no customer: everybody who may say them may see
/// them, or they are staff's alone.
const NOBODYS: &[&str] =
    &["plan_id", "price_id", "image_id", "node_id", "pool_id", "address_id", "department_id", "found_id"];

fn is_id(field: &Field) -> bool {
    field.name.ends_with("_id")
}

fn prefix(name: &str) -> &'static str {
    match name {
        "mail_id" => "mai",
        "node_id" => "nod",
        "pool_id" => "pol",
        "address_id" => "adr",
        "department_id" => "dep",
        "found_id" => "fnd",
        other => panic!("no kind of object for {other}: say in this test whose it is"),
    }
}

fn own(objects: &BTreeMap<&'static str, String>, name: &str) -> String {
    objects.get(name).cloned().unwrap_or_else(|| id::fresh(prefix(name)))
}

fn absent(objects: &BTreeMap<&'static str, String>, name: &str) -> String {
    id::fresh(own(objects, name).split('_').next().unwrap())
}

/// A good input of Carla's in which one field holds this id.
fn input(endpoint: &Endpoint, objects: &BTreeMap<&'static str, String>, field: &str, id: &str) -> Value {
    let in_path: Vec<&str> = endpoint.path_parameters().collect();
    let fields = endpoint.fields();
    let needed = fields.iter().filter(|f| f.required || f.name == field || in_path.contains(&f.name.as_str()));
    let filled: Map<String, Value> = needed
        .map(|f| {
            let value = match f.name.as_str() {
                name if name == field => Value::from(id),
                _ if is_id(f) => Value::from(own(objects, &f.name)),
                "hostname" => Value::from("web9"),
                _ => value(f),
            };
            (f.name.clone(), value)
        })
        .collect();
    Value::Object(filled)
}

async fn send(site: &Site, who: &Caller, action: Action, input: &Value) -> Reply {
    let mut fields = vec![("_csrf".to_owned(), who.csrf.clone()), ("_page".to_owned(), who.page.to_owned())];
    fields.extend(flat(input.as_object().unwrap()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    read(site.post(&who.browser, &format!("/do/{}", action.name()), &fields)).await
}

fn told(reply: &Reply) -> (u16, String) {
    let codes: Vec<&str> = reply.body.split("data-code=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    (reply.status.as_u16(), format!("{} {}", reply.header("x-problem-code"), codes.join(" ")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_customers_id_in_any_field_of_any_form_is_an_id_that_never_was() {
    let town = Town::sqlite().await;
    let site = Site::of(&town.world.app);
    let carla = Caller::new(&site, town.carla.session.clone(), "/portal/account").await;
    let (objects, theirs) = (&town.carla.objects, &town.mallory.objects);
    let before = State::of(&town.world).await;
    let (mut wrong, mut tried) = (Vec::new(), BTreeSet::new());
    for endpoint in town.world.app.endpoints.iter() {
        let rule = endpoint.action.rule();
        let granted = rule.audience != Audience::Granted || endpoint.action.allows_member(MemberRole::Owner);
        let in_path: Vec<&str> = endpoint.path_parameters().collect();
        for field in endpoint.fields().iter().filter(|field| is_id(field)) {
            let (name, action) = (field.name.as_str(), rule.name);
            tried.insert((action, name.to_owned()));
            let never =
                send(&site, &carla, endpoint.action, &input(endpoint, objects, name, &absent(objects, name))).await;
            if !granted && never.status.as_u16() != 403 {
                wrong.push(format!("{action}: {name} is not for customers and answers {:?}", told(&never)));
            }
            if NOBODYS.contains(&name) || !granted {
                continue;
            }
            let foreign = theirs.get(name).unwrap_or_else(|| panic!("{action}: Mallory has no {name}"));
            let reply = send(&site, &carla, endpoint.action, &input(endpoint, objects, name, foreign)).await;
            if told(&reply) != told(&never) {
                wrong.push(format!(
                    "{action}: another's {name} is told apart: {:?} and {:?}",
                    told(&reply),
                    told(&never)
                ));
            }
            // A list of somebody else's things is an empty list.
            let is_list = !rule.changes && !in_path.contains(&name);
            let refused = if in_path.contains(&name) { &[404][..] } else { &[404, 422] };
            if !is_list && !refused.contains(&reply.status.as_u16()) {
                wrong.push(format!("{action}: another's {name} gives {:?}", told(&reply)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let changes = before.changes(&State::of(&town.world).await);
    assert!(changes.is_empty(), "{}", changes.join("\n"));
    // Nothing was left out: every id in any path is the name of a field that was tried.
    for endpoint in town.world.app.endpoints.iter() {
        for name in endpoint.path_parameters() {
            assert!(tried.contains(&(endpoint.action.name(), name.to_owned())), "{endpoint:?}: {name} was not tried");
        }
    }
    assert!(tried.len() > 80, "{} fields", tried.len());
}
