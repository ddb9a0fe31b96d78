//! Processes that end anywhere: each story is told once without interruption, and
//! once more for every point that it passes, with the process ending there and
//! another one taking up the work. The end is the same every time.

mod guests;
mod hook;
mod inventory;
mod kills;
mod place;
mod presence;
mod stories;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hostwright_tests::engines::Database;
use xtask::lab::EVERY_POINT;
use xtask::lab::variable;

use self::hook::{Mode, Point};
use self::inventory::Inventory;
use self::place::{Place, Remains, Twice};
use self::stories::{Client, Story, Subject};

const SQLITE: &str = "SQLite";
const POSTGRES: &str = "PostgreSQL";
/// A copy of a PostgreSQL database takes long: one point of so many is walked
/// there, unless all are asked for.
const SAMPLE: usize = 11;

/// A story with the end that it must come to.
struct Walk {
    story: Story,
    start: Remains,
    subject: Subject,
    known: BTreeSet<String>,
    end: Inventory,
    named: BTreeSet<String>,
    points: Vec<Point>,
}

impl Walk {
    /// Tells the story without interruption and counts its points.
    async fn of(story: Story, database: Database) -> Self {
        let place = Remains::none(database).start(Mode::Off);
        let subject = story.before(&place).await;
        let start = place.end();
        let known = Inventory::of(&start.copy().start(Mode::Off).world).await.ids();
        let place = start.copy().start(Mode::Count);
        tell(story, &place, &subject, Twice::Nothing).await;
        let points = place.hook.passed();
        let end = Inventory::of(&place.world).await;
        assert_eq!(place.world.breaks().await, Vec::<String>::new(), "{story:?}");
        let named = end.named(&known);
        Self { story, start, subject, known, end, named, points }
    }

    /// Lets the process end at one point, and another one go on.
    async fn end_at(&self, number: usize) {
        let (story, point) = (self.story, self.points[number]);
        let place = self.start.copy().start(Mode::EndAt(number));
        let mut client = Client::default();
        let ended = tokio::select! {
            biased;
            () = place.hook.ended.notified() => true,
            () = async {
                story.act(&place.world, &self.subject, &mut client).await;
                place.settle(Twice::Nothing, story.leaves()).await;
            } => false,
        };
        assert!(ended, "{story:?}: no process came to point {number}, {point:?}");
        assert_eq!(place.hook.passed().last(), Some(&point), "{story:?}: point {number} is another one this time");
        let place = place.resume();
        story.act(&place.world, &self.subject, &mut client).await;
        place.settle(Twice::Nothing, story.leaves()).await;
        self.expect_the_end(&place, &format!("ended at point {number}, {point:?}")).await;
    }

    /// Tells the story with everything done twice.
    async fn twice(&self, mode: Mode, twice: Twice) {
        let place = self.start.copy().start(mode);
        tell(self.story, &place, &self.subject, twice).await;
        self.expect_the_end(&place, &format!("with {mode:?} and {twice:?} done twice")).await;
    }

    /// Tells the story with everything sent twice.
    async fn sent_twice(&self) {
        let place = self.start.copy().start(Mode::Off);
        let mut client = Client::default();
        for _ in 0..2 {
            client.forget();
            self.story.act(&place.world, &self.subject, &mut client).await;
            place.settle(Twice::Nothing, self.story.leaves()).await;
        }
        self.expect_the_end(&place, "with everything sent twice").await;
    }

    async fn expect_the_end(&self, place: &Place, how: &str) {
        let story = self.story;
        assert_eq!(place.world.breaks().await, Vec::<String>::new(), "{story:?} {how}");
        let found = Inventory::of(&place.world).await;
        let same = found.named(&self.known) == self.named;
        assert!(same, "{story:?} {how}: another end\n{}", found.difference(&self.end, &self.known));
    }
}

async fn tell(story: Story, place: &Place, subject: &Subject, twice: Twice) {
    story.act(&place.world, subject, &mut Client::default()).await;
    place.settle(twice, story.leaves()).await;
}

/// Every point, and everything twice; a line with how many there were.
async fn walk(story: Story, database: Database, engine: &str) {
    let began = Instant::now();
    let walk = Walk::of(story, database).await;
    let every = if engine == POSTGRES && variable(EVERY_POINT).is_none() { SAMPLE } else { 1 };
    for number in (0..walk.points.len()).step_by(every) {
        walk.end_at(number).await;
    }
    walk.twice(Mode::Double, Twice::Nothing).await;
    walk.twice(Mode::Off, Twice::Jobs).await;
    walk.twice(Mode::Off, Twice::Reactions).await;
    walk.sent_twice().await;
    let walked: Vec<&Point> = walk.points.iter().step_by(every).collect();
    tell_how_many(story, engine, walk.points.len(), &walked, began.elapsed());
}

fn tell_how_many(story: Story, engine: &str, all: usize, points: &[&Point], took: Duration) {
    let of = |what: &[&str]| points.iter().filter(|point| what.contains(&point.what)).count();
    let (commits, looks, mails) = (of(&["commit"]), of(&["look", "survey", "console"]), of(&["mail"]));
    let acts = points.len() - commits - looks - mails;
    println!(
        "crash points of {story:?} on {engine}: {} of {all} walked ({commits} around commits, {acts} around changes of a node, \
         {looks} around looks at it, {mails} around mails), and everything done twice, in {:.1} s",
        points.len(),
        took.as_secs_f32()
    );
}

macro_rules! walks {
    ($($name:ident $story:ident)+) => {
        $(mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                walk(Story::$story, Database::sqlite(), SQLITE).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                walk(Story::$story, Database::postgres(), POSTGRES).await;
            }
        })+
    };
}

walks! {
    an_order_is_placed_once_wherever_the_panel_dies Order
    a_payment_counts_once_wherever_the_panel_dies Payment
    a_renewal_run_bills_and_suspends_once_wherever_the_panel_dies Renewals
    a_server_is_built_once_wherever_the_panel_dies Create
    a_server_stops_wherever_the_panel_dies Stop
    a_server_starts_once_wherever_the_panel_dies Start
    a_server_is_suspended_wherever_the_panel_dies Suspend
    a_server_runs_again_wherever_the_panel_dies Resume
    a_server_is_deleted_wherever_the_panel_dies Delete
    a_deletion_is_undone_wherever_the_panel_dies Undo
    a_guest_is_found_and_taken_over_once_wherever_the_panel_dies Adopt
}
