//! Every action has its surfaces, and they agree with each other.

use std::collections::BTreeSet;

use clap::Command;
use hostwright_panel::auth::policy::Action;
use hostwright_server::registry::Verb;
use hostwright_server::{cli, openapi};
use hostwright_tests::World;

#[tokio::test]
async fn every_action_has_one_endpoint_that_fits_it() {
    let world = World::sqlite();
    let mut wrong = Vec::new();
    for action in Action::ALL {
        let own: Vec<_> = world.app.endpoints.iter().filter(|endpoint| endpoint.action == *action).collect();
        let [endpoint] = own.as_slice() else {
            wrong.push(format!("{} has {} endpoints", action.name(), own.len()));
            continue;
        };
        if action.rule().changes != (endpoint.verb == Verb::Post) {
            wrong.push(format!("{endpoint:?}: changes is {}", action.rule().changes));
        }
        let fields: BTreeSet<String> = endpoint.fields().iter().map(|field| field.name.clone()).collect();
        for name in endpoint.path_parameters().filter(|name| !fields.contains(*name)) {
            wrong.push(format!("{endpoint:?}: {name} is no field of the input"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn no_two_endpoints_share_a_place_or_a_name() {
    let world = World::sqlite();
    let (mut places, mut names) = (BTreeSet::new(), BTreeSet::new());
    for endpoint in world.app.endpoints.iter() {
        let pattern: Vec<&str> =
            endpoint.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
        assert!(places.insert((endpoint.verb.name(), pattern.join("/"))), "{endpoint:?} stands where another does");
    }
    let document = openapi::document(&world.app.endpoints);
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    for operation in operations {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name.to_owned()), "operationId {name} twice");
    }
    let expected: BTreeSet<String> = Action::ALL.iter().map(|action| action.name().to_owned()).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn every_action_is_a_command_that_takes_every_field() {
    let world = World::sqlite();
    let root = cli::commands(Command::new("hostwright"), &world.app.endpoints);
    root.clone().debug_assert();
    for endpoint in world.app.endpoints.iter() {
        let (slice, name) = endpoint.action.name().split_once('.').unwrap();
        let command = root
            .find_subcommand(slice)
            .and_then(|slice| slice.find_subcommand(name.replace('_', "-")))
            .unwrap_or_else(|| panic!("no command for {endpoint:?}"));
        for field in endpoint.fields() {
            let taken = command.get_arguments().any(|argument| argument.get_id() == field.name.as_str());
            assert!(taken, "{endpoint:?}: the command does not take {}", field.name);
        }
    }
}
