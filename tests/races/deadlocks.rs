//! Transactions that lock in opposite orders.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use hostwright_panel::platform::settings;
use hostwright_tests::World;

use super::*;

/// Only PostgreSQL has two writers at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_wait_for_each_other_one_is_run_again_and_both_are_done() {
    let world = World::postgres();
    let panels = [world.db.clone(), world.beside().db];
    let (met, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&runs);
    let outcomes = threads_at_once(2, move |hand| {
        let names = if hand == 0 { ["one", "other"] } else { ["other", "one"] };
        let is_first = std::cell::Cell::new(true);
        panels[hand].write_now(|tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            settings::next(tx, names[0])?;
            if is_first.replace(false) {
                met.wait();
            }
            settings::next(tx, names[1])
        })
    });
    all_answered(outcomes);
    assert_eq!(runs.load(Ordering::SeqCst), 3, "one of them was ended and run again");
    for name in ["one", "other"] {
        assert_eq!(world.db.write_now(|tx| settings::next(tx, name)).unwrap(), 3);
    }
}
