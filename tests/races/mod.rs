//! Many hands at once: 64 of them, on two panels, on both engines. Whatever they do
//! together, it happens exactly once, and nobody is shown a deadlock or a busy
//! database.

mod allocator;
mod jobs;
mod money;
mod outages;
mod panels;
mod people;
mod renewals;
mod room;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use hostwright_panel::auth::call::Call;
use hostwright_panel::auth::policy::Action;
use hostwright_panel::platform::Error;
use hostwright_panel::platform::worker::BoxFuture;
use hostwright_server::registry::Answer;
use hostwright_tests::World;
use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// How many ask at the same moment.
const HANDS: usize = 64;

/// What all hands got, by hand; they begin together.
async fn at_once<T, F>(hands: usize, work: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(hands));
    let mut tasks = JoinSet::new();
    for hand in 0..hands {
        let (barrier, work) = (Arc::clone(&barrier), work(hand));
        tasks.spawn(async move {
            barrier.wait().await;
            (hand, work.await)
        });
    }
    tasks.join_all().await.into_iter().collect::<BTreeMap<usize, T>>().into_values().collect()
}

/// What hands that are threads got; they begin together.
fn threads_at_once<T: Send + 'static>(hands: usize, work: impl Fn(usize) -> T + Clone + Send + 'static) -> Vec<T> {
    let barrier = Arc::new(std::sync::Barrier::new(hands));
    let threads: Vec<_> = (0..hands)
        .map(|hand| {
            let (barrier, work) = (Arc::clone(&barrier), work.clone());
            std::thread::spawn(move || {
                barrier.wait();
                work(hand)
            })
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// An action at one of the panels, as a script asks for it.
fn press(panel: &World, call: &Call, action: &str, input: Value) -> BoxFuture<'static, Result<Value, Error>> {
    press_with_key(panel, call, action, input, None)
}

/// [`press`] with an idempotency key.
fn press_with_key(
    panel: &World,
    call: &Call,
    action: &str,
    input: Value,
    key: Option<&str>,
) -> BoxFuture<'static, Result<Value, Error>> {
    let endpoint = panel.app.endpoint(Action::by_name(action).unwrap()).unwrap().clone();
    let (call, key) = (Call { db: panel.db.clone(), ..call.clone() }, key.map(str::to_owned));
    Box::pin(async move {
        match endpoint.execute(call, input.as_object().cloned().unwrap_or_default(), key).await? {
            Answer::Json(answer) => Ok(answer),
            Answer::File(file) => panic!("{} is a file", file.name),
        }
    })
}

/// Both panels work until nothing is left, four workers of each at once.
async fn settle_together(panels: [&World; 2]) {
    let (one, other) = panels.into();
    tokio::join!(
        one.settle(),
        other.settle(),
        one.settle(),
        other.settle(),
        one.settle(),
        other.settle(),
        one.settle(),
        other.settle(),
    );
    // What the last of them left to the others is done by now or due again.
    one.settle().await;
}

/// The answers of those that got one; everybody else must have been refused with
/// one of these codes.
fn answered<T: Debug>(outcomes: Vec<Result<T, Error>>, refusals: &[&str]) -> Vec<T> {
    let mut answers = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(answer) => answers.push(answer),
            Err(error) => assert!(refusals.contains(&error.code()), "{}: {error}", error.code()),
        }
    }
    answers
}

/// The answers of all; nobody is refused.
fn all_answered<T: Debug>(outcomes: Vec<Result<T, Error>>) -> Vec<T> {
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|error| panic!("{}: {error}", error.code()))).collect()
}
