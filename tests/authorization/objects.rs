//! Somebody else's object and one that never was answer the same.

use std::collections::BTreeMap;

use hostwright_kernel::id;
use hostwright_panel::auth::call::{Actor, Call};
use hostwright_panel::auth::policy::{Action, Audience, MemberRole};
use hostwright_panel::platform::Error;
use hostwright_server::registry::{Endpoint, Field, FieldKind};
use serde_json::{Map, Value, json};

use crate::surfaces::town::{Resident, Town};

/// Objects that belong to no customer: everybody sees the same.
const PUBLIC: &[Action] = &[Action::ShowPlan];

/// The prefix of the id that a parameter takes, for objects nobody here has.
fn prefix(parameter: &str) -> &'static str {
    match parameter {
        "address_id" => "adr",
        "found_id" => "fnd",
        "mail_id" => "mai",
        "source_id" => "msr",
        "record_id" => "rec",
        "staged_id" => "mre",
        "mailbox_id" => "mmb",
        other => panic!("no object for {other}"),
    }
}

fn object(objects: &BTreeMap<&'static str, String>, parameter: &str) -> String {
    objects.get(parameter).cloned().unwrap_or_else(|| id::fresh(prefix(parameter)))
}

fn absent(objects: &BTreeMap<&'static str, String>, parameter: &str) -> String {
    let like = object(objects, parameter);
    id::fresh(like.split('_').next().unwrap())
}

/// A good value of a field that must be there.
pub fn value(field: &Field) -> Value {
    if let Some(choice) = field.choices.first() {
        return json!(choice);
    }
    match (field.name.as_str(), field.kind) {
        ("email", _) => json!("new.colleague@example.org"),
        ("amount", _) => json!("0.50"),
        (_, FieldKind::Text) => json!("Something"),
        (_, FieldKind::Integer) => json!(1),
        (_, FieldKind::Boolean) => json!(true),
        (_, FieldKind::Texts | FieldKind::Integers) => json!([]),
        (_, FieldKind::Json) => json!({}),
    }
}

fn input(endpoint: &Endpoint, id: impl Fn(&str) -> String) -> Value {
    let in_path: Vec<&str> = endpoint.path_parameters().collect();
    let fields = endpoint.fields().iter();
    let filled: Map<String, Value> = fields
        .filter(|field| field.required || in_path.contains(&field.name.as_str()))
        .map(|field| {
            let filled = if in_path.contains(&field.name.as_str()) { json!(id(&field.name)) } else { value(field) };
            (field.name.clone(), filled)
        })
        .collect();
    Value::Object(filled)
}

fn code(outcome: &Result<Value, Error>) -> String {
    match outcome {
        Ok(_) => "done".to_owned(),
        Err(Error::Fields(refusals)) => refusals.iter().map(|refusal| refusal.code).collect::<Vec<_>>().join(" "),
        Err(error) => error.code().to_owned(),
    }
}

fn told(outcome: Result<Value, Error>) -> String {
    match outcome {
        Ok(value) => format!("done: {value}"),
        Err(error) => format!("{error:?}"),
    }
}

fn with_role(resident: &Resident, role: MemberRole) -> Call {
    let mut call = resident.customer.call.clone();
    if let Actor::Person(person) = &mut call.actor {
        person.memberships = vec![(resident.customer.id.clone(), role)];
    }
    call
}

async fn check(town: &Town) {
    let world = &town.world;
    let (own, others) = (&town.carla.objects, &town.mallory.objects);
    let mut wrong = Vec::new();
    let with_objects = || world.app.endpoints.iter().filter(|endpoint| endpoint.path_parameters().next().is_some());
    for role in [MemberRole::Owner, MemberRole::Member] {
        let call = with_role(&town.carla, role);
        for endpoint in with_objects() {
            let name = endpoint.action.name();
            let rule = endpoint.action.rule();
            let granted = rule.audience != Audience::Granted || endpoint.action.allows_member(role);
            let expected = if granted { "request.not_found" } else { "auth.not_permitted" };
            let never = world.run(&call, name, input(endpoint, |parameter| absent(own, parameter))).await;
            if code(&never) != expected {
                wrong.push(format!("{role} {name}: absent gives {}", code(&never)));
            }
            if PUBLIC.contains(&endpoint.action) {
                continue;
            }
            let foreign = world.run(&call, name, input(endpoint, |parameter| object(others, parameter))).await;
            if code(&foreign) != expected {
                wrong.push(format!("{role} {name}: another customer's gives {}", code(&foreign)));
            }
            let (never, foreign) = (told(never), told(foreign));
            if never != foreign {
                wrong.push(format!("{role} {name}: told apart: {never} / {foreign}"));
            }
            // One's own object around somebody else's thing.
            for mixed in endpoint.path_parameters().skip(1) {
                let id = |parameter: &str| object(if parameter == mixed { others } else { own }, parameter);
                let outcome = world.run(&call, name, input(endpoint, id)).await;
                if code(&outcome) != expected {
                    wrong.push(format!("{role} {name}: another customer's {mixed} gives {}", code(&outcome)));
                }
            }
        }
    }
    for endpoint in with_objects() {
        let name = endpoint.action.name();
        let rule = endpoint.action.rule();
        let granted = rule.audience != Audience::Granted || endpoint.action.allows_member(MemberRole::Owner);
        let outcome =
            world.run(&town.carla.customer.call, name, input(endpoint, |parameter| object(own, parameter))).await;
        let code = code(&outcome);
        let good = if granted {
            !code.starts_with("request.") && !code.starts_with("auth.")
        } else {
            code == "auth.not_permitted"
        };
        if !good {
            wrong.push(format!("{name}: one's own gives {code}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_yours_is_not_there_on_sqlite() {
    check(&Town::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_yours_is_not_there_on_postgres() {
    check(&Town::postgres().await).await;
}
