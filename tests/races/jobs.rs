//! Jobs that many workers want, on two panels.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hostwright_kernel::Clock;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::jobs::{self, Job, JobId, JobState, NewJob};
use hostwright_panel::platform::worker::{BoxFuture, Handler, Outcome, Run, Worker};
use hostwright_panel::platform::{Db, Tx};
use hostwright_panel::reactions;
use hostwright_server::ticks::TICKS;
use hostwright_tests::{World, on_both_engines};

use super::*;

const KIND: &str = "races.count";

fn job(subject: &str) -> NewJob<'_> {
    NewJob { kind: KIND, subject, customer_id: None, title: "race", actor: "system:race" }
}

fn enqueue(db: &Db, subject: &str) -> JobId {
    db.write_now(|tx| jobs::enqueue(tx, &job(subject))).unwrap()
}

fn claim(db: &Db, hand: usize) -> Option<Job> {
    db.write_now(|tx| jobs::claim(tx, &format!("hand-{hand}"), &[KIND])).unwrap()
}

fn load(tx: &mut Tx<'_>, id: &JobId) -> Result<Job> {
    Ok(jobs::find(tx, id, None)?.unwrap())
}

/// Counts its runs, and looks whether another one is under way.
#[derive(Default)]
struct Counter {
    runs: AtomicUsize,
    running: AtomicUsize,
    met: AtomicUsize,
}

impl Handler for Counter {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, _run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            if self.running.fetch_add(1, Ordering::SeqCst) > 0 {
                self.met.fetch_add(1, Ordering::SeqCst);
            }
            tokio::task::yield_now().await;
            self.runs.fetch_add(1, Ordering::SeqCst);
            self.running.fetch_sub(1, Ordering::SeqCst);
            Ok(Outcome::Done)
        })
    }
}

fn worker(panel: &World, hand: usize, handler: &Arc<Counter>) -> Worker {
    Worker::new(panel.db.clone(), format!("hand-{hand}"), vec![handler.clone()], reactions::react, 1)
}

on_both_engines! {
    async fn one_job_is_claimed_by_one_of_sixty_four(world) {
        let panels = [world.db.clone(), world.beside().db];
        let id = enqueue(&world.db, "one");
        let claims = threads_at_once(HANDS, move |hand| claim(&panels[hand % 2], hand));
        let claimed: Vec<Job> = claims.into_iter().flatten().collect();
        assert_eq!(claimed.iter().map(|job| (job.id.clone(), job.attempt)).collect::<Vec<_>>(), [(id, 1)]);
    }

    async fn sixty_four_jobs_are_claimed_by_sixty_four_hands_each_once(world) {
        let panels = [world.db.clone(), world.beside().db];
        let ids: BTreeSet<JobId> = (0..HANDS).map(|n| enqueue(&world.db, &format!("job-{n}"))).collect();
        let claims = threads_at_once(HANDS, move |hand| claim(&panels[hand % 2], hand));
        let claimed: Vec<Job> = claims.into_iter().map(Option::unwrap).collect();
        assert!(claimed.iter().all(|job| job.attempt == 1));
        assert_eq!(claimed.into_iter().map(|job| job.id).collect::<BTreeSet<_>>(), ids);
    }

    async fn a_job_asked_for_by_sixty_four_at_once_is_one_job(world) {
        let panels = [world.db.clone(), world.beside().db];
        let ids = threads_at_once(HANDS, move |hand| enqueue(&panels[hand % 2], "same"));
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 1);
    }

    async fn a_job_asked_for_while_it_ends_runs_once_more(world) {
        let beside = world.beside();
        for round in 0..60 {
            enqueue(&world.db, "one");
            let job = claim(&world.db, 0).unwrap();
            // One ends it while seven ask for it: before, in between or after.
            let (ends, asks) = (world.db.clone(), beside.db.clone());
            threads_at_once(8, move |hand| {
                if hand == 0 {
                    assert!(ends.write_now(|tx| jobs::complete(tx, &job)).unwrap());
                } else {
                    enqueue(&asks, "one");
                }
            });
            let again = claim(&beside.db, 1).unwrap_or_else(|| panic!("what was asked for is lost in round {round}"));
            assert!(beside.db.write_now(|tx| jobs::complete(tx, &again)).unwrap());
            assert!(claim(&world.db, 0).is_none(), "it runs a third time in round {round}");
        }
    }

    async fn a_job_never_runs_beside_itself_however_often_it_is_asked_for(world) {
        let beside = world.beside();
        let handler = Arc::new(Counter::default());
        at_once(HANDS, |hand| {
            let panel = if hand % 2 == 0 { world } else { &beside };
            let (worker, db) = (worker(panel, hand, &handler), panel.db.clone());
            async move {
                db.write(|tx| jobs::enqueue(tx, &job("same"))).await.unwrap();
                worker.run_until_idle().await.unwrap();
            }
        })
        .await;
        assert!((1..=HANDS).contains(&handler.runs.load(Ordering::SeqCst)));
        assert_eq!(handler.met.load(Ordering::SeqCst), 0);
        assert_eq!(world.db.read_now(jobs::count_open).unwrap(), []);
    }

    async fn the_end_of_a_worker_that_lost_its_lease_is_refused(world) {
        let beside = world.beside();
        let id = enqueue(&world.db, "one");
        let first = claim(&world.db, 0).unwrap();
        lose_leases(&world.db, "hand-0");
        let second = claim(&beside.db, 1).unwrap();
        assert_eq!((first.attempt, second.attempt), (1, 2));
        assert!(!world.db.write_now(|tx| jobs::renew(tx, &first)).unwrap());
        assert!(!world.db.write_now(|tx| jobs::complete(tx, &first)).unwrap());
        assert!(!world.db.write_now(|tx| jobs::fail(tx, &first, "late")).unwrap());
        assert_eq!(world.db.read_now(|tx| load(tx, &id)).unwrap().state, JobState::Running);
        assert!(beside.db.write_now(|tx| jobs::complete(tx, &second)).unwrap());
    }

    async fn two_panels_that_tick_together_do_everything_once(world) {
        world.set_up().await;
        let shop = world.shop().await;
        let customer = world.customer("Carla").await;
        let order = world.order(&customer, &shop, "web1").await;
        world.pay(&hostwright_tests::text(&order, "invoice_id"), "transfer-1").await;
        world.settle().await;
        world.clock.advance_days(14);
        let beside = world.beside();
        for time in 0..3 {
            let at = world.clock.now().plus_seconds(300 * time);
            let ticked = at_once(HANDS, |hand| {
                let db = if hand / 3 % 2 == 0 { world.db.clone() } else { beside.db.clone() };
                async move { TICKS[hand % TICKS.len()].run(&db, at).await.unwrap() }
            })
            .await;
            assert_eq!(ticked.into_iter().filter(|ours| *ours).count(), TICKS.len());
            settle_together([world, &beside]).await;
        }
        let issued = world.done(&world.owner(), "invoices.list", serde_json::json!({})).await;
        assert_eq!(issued["items"].as_array().map(Vec::len), Some(2));
        let subjects: Vec<String> = world.mailbox.to("carla@example.org").into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects.iter().filter(|subject| subject.starts_with("Invoice")).count(), 2, "{subjects:?}");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }
}

/// What time does to the claims of a worker that renews them no more.
pub(super) fn lose_leases(db: &Db, worker: &str) {
    use diesel::prelude::*;
    use hostwright_kernel::Instant;
    use hostwright_panel::platform::schema::jobs;
    db.write_now(|tx| {
        diesel::update(jobs::table.filter(jobs::worker.eq(worker)).filter(jobs::lease_until.is_not_null()))
            .set(jobs::lease_until.eq("2020-01-01T00:00:00Z".parse::<Instant>().unwrap()))
            .execute(tx.conn)?;
        Ok(())
    })
    .unwrap();
}
