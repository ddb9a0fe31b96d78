//! The whole policy as one golden table: a change of who may do what is a change
//! of that file, for everybody to see.

use std::fmt::Write;
use std::path::Path;

use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::policy::{Action, Audience, MemberRole, StaffRole};
use hostwright_tests::World;

/// Whom the table has columns for.
fn callers(world: &World) -> Vec<(&'static str, Call)> {
    let customer = "cus_00000000000000000000000000000001";
    vec![
        ("anonymous", world.anonymous()),
        ("owner", world.staff(StaffRole::Owner)),
        ("admin", world.staff(StaffRole::Admin)),
        ("billing", world.staff(StaffRole::Billing)),
        ("support", world.staff(StaffRole::Support)),
        ("customer-owner", world.member(customer, MemberRole::Owner)),
        ("customer-member", world.member(customer, MemberRole::Member)),
    ]
}

/// `yes` reaches everything, `own` what belongs to the caller, `anyone` what is
/// public.
fn answer(call: &Call, action: Action) -> &'static str {
    match call.authorize(action) {
        Ok(scope) if scope.customers().is_none() => "yes",
        Ok(_) if action.rule().audience == Audience::Anyone => "anyone",
        Ok(_) => "own",
        Err(_) => "no",
    }
}

fn table(world: &World) -> String {
    let callers = callers(world);
    let mut table = format!("{:<26} {:<6}", "action", "");
    for (name, _) in &callers {
        write!(table, " {name:<15}").unwrap();
    }
    let mut lines = vec![table.trim_end().to_owned()];
    for action in Action::ALL {
        let change = if action.rule().changes { "change" } else { "read" };
        let mut line = format!("{:<26} {change:<6}", action.name());
        for (_, call) in &callers {
            write!(line, " {:<15}", answer(call, *action)).unwrap();
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n") + "\n"
}

/// Lines that only one of both has.
fn difference(golden: &str, found: &str) -> String {
    let without = |from: &str, other: &str, mark: char| {
        let other: Vec<&str> = other.lines().collect();
        let lines = from.lines().filter(|line| !other.contains(line));
        lines.map(|line| format!("{mark} {line}\n")).collect::<String>()
    };
    format!("{}{}", without(golden, found, '-'), without(found, golden, '+'))
}

#[tokio::test]
async fn who_may_do_what_is_as_written_down() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("authorization/matrix.txt");
    let found = table(&World::sqlite());
    if std::env::var("UPDATE_GOLDEN").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &found).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == found,
        "who may do what has changed (if that is meant: UPDATE_GOLDEN=1):\n{}",
        difference(&golden, &found)
    );
}

#[tokio::test]
async fn somebody_without_any_role_gets_nothing_that_is_granted() {
    let world = World::sqlite();
    let mut nobody = world.member("cus_00000000000000000000000000000001", MemberRole::Owner);
    if let hostwright_panel::auth::call::Actor::Person(person) = &mut nobody.actor {
        person.memberships.clear();
    }
    for action in Action::ALL.iter().filter(|action| action.rule().audience == Audience::Granted) {
        assert_eq!(nobody.authorize(*action).unwrap_err().code(), "auth.not_permitted", "{}", action.name());
        assert_eq!(
            world.anonymous().authorize(*action).unwrap_err().code(),
            "auth.sign_in_required",
            "{}",
            action.name()
        );
    }
}

#[test]
fn a_difference_names_both_sides() {
    assert_eq!(difference("a\nb\n", "a\nc\n"), "- b\n+ c\n");
}
