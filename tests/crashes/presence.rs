//! Who may take over what a worker held, before its lease ends.

use std::fs::File;

use hostwright_panel::platform::jobs::{self, NewJob};
use hostwright_panel::platform::presence::Presence;
use hostwright_tests::{World, on_both_engines};

const KIND: &str = "test.held";

async fn claim(world: &World, worker: &str) -> Option<i64> {
    let worker = worker.to_owned();
    world.db.write(move |tx| jobs::claim(tx, &worker, &[KIND])).await.unwrap().map(|job| job.attempt)
}

on_both_engines! {
    async fn what_a_dead_worker_held_is_taken_over_at_once_and_what_a_living_one_holds_is_not(world) {
        let job = NewJob { kind: KIND, subject: "one", customer_id: None, title: "test", actor: "test" };
        world.db.write(move |tx| jobs::enqueue(tx, &job).map(|_| ())).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let living = Presence::announce(folder.path()).unwrap();
        let other = Presence::announce(folder.path()).unwrap();
        assert_eq!(claim(world, living.name()).await, Some(1));
        assert_eq!(other.dead().unwrap(), Vec::<String>::new());
        assert_eq!(claim(world, other.name()).await, None);

        // A killed worker leaves its file, and nobody holds its lock.
        let name = living.name().to_owned();
        drop(living);
        File::create(folder.path().join(&name)).unwrap();
        let dead = other.dead().unwrap();
        assert_eq!(dead, [name]);
        let names = dead.clone();
        assert_eq!(world.db.write(move |tx| Presence::take_over(tx, &names)).await.unwrap(), 1);
        other.forget(&dead);
        assert_eq!(claim(world, other.name()).await, Some(2));
        assert_eq!(other.dead().unwrap(), Vec::<String>::new());
        drop(other);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
